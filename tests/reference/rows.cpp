// Which rows there are, how they hang together, and what they are called.

#include "tests/reference/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace proviso::reference {

using namespace typed;

const std::vector<Row>& Machine::rows(SpaceId space) {
    const auto found = spaces_.find(space);
    if (found != spaces_.end()) {
        return found->second;
    }
    std::vector<Row> made;
    switch (program_.spaces[space].kind) {
    case SpaceKind::Record:
    case SpaceKind::List:
        buildInput(space, made);
        break;
    case SpaceKind::Group:
        buildGroups(space, made);
        break;
    case SpaceKind::Collected:
        buildCollected(space, made);
        break;
    case SpaceKind::Pairs:
        buildPairs(space, made);
        break;
    }
    return spaces_.emplace(space, std::move(made)).first->second;
}

void Machine::mapSchema() {
    // Lists are matched by the names along the way, so that the order of the schema's spaces does
    // not matter.
    for (SpaceId space = 0; space < program_.spaces.size(); ++space) {
        const Space& typedSpace = program_.spaces[space];
        if (space == program_.entry) {
            schemaSpaces_[space] = 0;
        }
        if (typedSpace.kind != SpaceKind::List) {
            continue;
        }
        const auto parent = schemaSpaces_.find(typedSpace.parent);
        for (std::uint32_t index = 0; index < schema_.spaces.size(); ++index) {
            if (parent != schemaSpaces_.end() && schema_.spaces[index].parent == parent->second &&
                schema_.spaces[index].listName == typedSpace.listName) {
                schemaSpaces_[space] = index;
            }
        }
    }
}

void Machine::buildInput(SpaceId space, std::vector<Row>& rows) {
    const auto found = schemaSpaces_.find(space);
    if (found == schemaSpaces_.end()) {
        return;
    }
    const Batch::Space& input = batch_.spaces[found->second];
    for (std::uint32_t index = 0; index < input.rows; ++index) {
        Row row;
        if (!input.parent.empty()) {
            row.parent = input.parent[index];
            row.position = input.position[index];
        }
        rows.push_back(row);
    }
}

void Machine::buildGroups(SpaceId space, std::vector<Row>& rows) {
    const Grouping& grouping = program_.groupings[program_.spaces[space].grouping];
    std::map<std::vector<std::pair<State, std::int64_t>>, std::uint32_t> known;
    std::vector<std::uint32_t>& membership = memberOf_[grouping.membership];
    for (std::uint32_t record = 0; record < this->rows(grouping.record).size(); ++record) {
        std::vector<std::pair<State, std::int64_t>> key;
        for (const ColumnId column : grouping.keys) {
            const Value value = read(column, record);
            key.emplace_back(value.state, value.value);
        }
        const auto [place, isNew] = known.emplace(key, static_cast<std::uint32_t>(rows.size()));
        if (isNew) {
            Row row;
            row.source = record;
            rows.push_back(row);
        }
        membership.push_back(place->second);
    }
}

void Machine::buildCollected(SpaceId space, std::vector<Row>& rows) {
    const Collect& collect = program_.collects[program_.spaces[space].collect];
    if (!collect.onePer.empty()) {
        buildKeyed(collect, rows);
        return;
    }
    for (std::uint32_t source = 0; source < this->rows(collect.source).size(); ++source) {
        for (std::uint32_t branch = 0; branch < collect.rows.size(); ++branch) {
            const ExprId when = collect.rows[branch].when;
            Value exists =
                when == kNone ? Value::yesNo(true) : evaluate(when, {{collect.binder, source}});
            exists = conjunction({this->rows(collect.source)[source].exists, exists});
            if (exists.isNo() || exists.state == State::NotApplicable) {
                continue;
            }
            Row row;
            row.source = source;
            row.branch = branch;
            row.parent = followAll(collect.over, source);
            row.exists = exists;
            rows.push_back(row);
        }
    }
}

void Machine::buildKeyed(const Collect& collect, std::vector<Row>& rows) {
    std::map<std::vector<std::int64_t>, std::uint32_t> known;
    std::vector<std::vector<Value>> exists;
    std::vector<std::uint32_t>& members = memberOf_[collect.members];
    for (std::uint32_t source = 0; source < this->rows(collect.source).size(); ++source) {
        std::vector<std::int64_t> key{followAll(collect.over, source)};
        std::vector<Value> values;
        for (const ExprId keyExpr : collect.onePer) {
            values.push_back(evaluate(keyExpr, {{collect.binder, source}}));
            key.push_back(values.back().value);
        }
        if (!propagated(values).isValue()) {
            nowhere_[{collect.members, source}] = propagated(values);
            members.push_back(kNoRow);
            continue;
        }
        const auto [place, isNew] = known.emplace(key, static_cast<std::uint32_t>(rows.size()));
        if (isNew) {
            Row row;
            row.source = source;
            row.parent = static_cast<std::uint32_t>(key[0]);
            rows.push_back(row);
            exists.emplace_back();
        }
        members.push_back(place->second);
        exists[place->second].push_back(this->rows(collect.source)[source].exists);
    }
    for (std::size_t index = 0; index < rows.size(); ++index) {
        rows[index].exists = disjunction(exists[index]);
    }
}

void Machine::buildPairs(SpaceId space, std::vector<Row>& rows) {
    const Space& pairs = program_.spaces[space];
    const std::vector<LinkId>& up = pairs.pairsOver;
    const std::vector<Row>& source = this->rows(pairs.pairsOf);
    for (std::uint32_t first = 0; first < source.size(); ++first) {
        for (std::uint32_t second = 0; second < source.size(); ++second) {
            if (first == second || followAll(up, first) != followAll(up, second)) {
                continue;
            }
            Row row;
            row.first = first;
            row.second = second;
            row.parent = followAll(up, first);
            row.exists = conjunction({source[first].exists, source[second].exists});
            rows.push_back(row);
        }
    }
}

std::uint32_t Machine::follow(LinkId link, std::uint32_t row) {
    if (row == kNoRow) {
        return kNoRow;
    }
    const SpaceId from = program_.links[link].from;
    for (const Collect& collect : program_.collects) {
        if (link == collect.origin) {
            return rows(collect.space)[row].source;
        }
        if (link == collect.members) {
            rows(collect.space);
            return memberOf_[link][row];
        }
    }
    for (const Grouping& grouping : program_.groupings) {
        if (link == grouping.membership) {
            rows(grouping.space);
            return memberOf_[link][row];
        }
    }
    if (link == program_.spaces[from].first) {
        return rows(from)[row].first;
    }
    if (link == program_.spaces[from].second) {
        return rows(from)[row].second;
    }
    return rows(from)[row].parent;
}

std::uint32_t Machine::followAll(const std::vector<LinkId>& links, std::uint32_t row) {
    for (const LinkId link : links) {
        row = follow(link, row);
    }
    return row;
}

std::vector<LinkId> Machine::path(SpaceId from, SpaceId to) const {
    // Breadth first over the links to parents and groups; spaces are few.
    std::map<SpaceId, std::vector<LinkId>> reached{{from, {}}};
    std::vector<SpaceId> queue{from};
    for (std::size_t next = 0; next < queue.size() && reached.count(to) == 0; ++next) {
        for (LinkId link = 0; link < program_.links.size(); ++link) {
            const Link& candidate = program_.links[link];
            const bool upward =
                candidate.kind == Link::Kind::Parent || candidate.kind == Link::Kind::Group;
            if (!upward || candidate.from != queue[next] || reached.count(candidate.to) > 0) {
                continue;
            }
            std::vector<LinkId> links = reached[candidate.from];
            links.push_back(link);
            reached[candidate.to] = links;
            queue.push_back(candidate.to);
        }
    }
    return reached[to];
}

std::uint32_t Machine::rank(SpaceId space, std::uint32_t row) {
    const auto found = ranks_.find({space, row});
    if (found != ranks_.end()) {
        return found->second;
    }
    const Space& typedSpace = program_.spaces[space];
    if (typedSpace.kind == SpaceKind::List) {
        return rows(space)[row].position;
    }
    if (typedSpace.kind != SpaceKind::Collected) {
        return row;
    }
    struct Ranked {
        std::vector<Value> keys;
        std::uint32_t row = 0;
    };
    std::vector<Ranked> siblings;
    const std::vector<ColumnId>& order = program_.collects[typedSpace.collect].order;
    for (std::uint32_t other = 0; other < rows(space).size(); ++other) {
        if (rows(space)[other].parent != rows(space)[row].parent) {
            continue;
        }
        Ranked ranked{{}, other};
        for (const ColumnId column : order) {
            ranked.keys.push_back(read(column, other));
        }
        siblings.push_back(ranked);
    }
    std::stable_sort(siblings.begin(), siblings.end(), [&](const Ranked& a, const Ranked& b) {
        for (std::size_t index = 0; index < order.size(); ++index) {
            const Value& left = a.keys[index];
            const Value& right = b.keys[index];
            if (!left.isValue() || !right.isValue()) {
                if (left.isValue() != right.isValue()) {
                    return left.isValue();
                }
                continue;
            }
            const TypeKind kind = program_.columns[order[index]].type.kind;
            if (kind == TypeKind::Text || kind == TypeKind::Code) {
                if (text(left.value) != text(right.value)) {
                    return text(left.value) < text(right.value);
                }
            } else if (left.value != right.value) {
                return left.value < right.value;
            }
        }
        return false;
    });
    for (std::uint32_t index = 0; index < siblings.size(); ++index) {
        ranks_[{space, siblings[index].row}] = index;
    }
    return ranks_[{space, row}];
}

std::string Machine::rowPath(SpaceId space, std::uint32_t row) {
    const Space& typedSpace = program_.spaces[space];
    switch (typedSpace.kind) {
    case SpaceKind::Record:
    case SpaceKind::Group:
        return {};
    case SpaceKind::Pairs:
        return rowPath(typedSpace.pairsOf, rows(space)[row].first);
    case SpaceKind::List:
    case SpaceKind::Collected:
        break;
    }
    const std::string parent = rowPath(typedSpace.parent, rows(space)[row].parent);
    return fmt::format(
        "{}{}{}[{}]", parent, parent.empty() ? "" : ".", typedSpace.listName, rank(space, row));
}

std::uint32_t Machine::entryRow(SpaceId space, std::uint32_t row) {
    while (program_.spaces[space].kind == SpaceKind::List ||
           program_.spaces[space].kind == SpaceKind::Collected) {
        row = rows(space)[row].parent;
        space = program_.spaces[space].parent;
    }
    return program_.spaces[space].kind == SpaceKind::Record ? row : kNoRow;
}

}  // namespace proviso::reference
