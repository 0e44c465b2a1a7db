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
    case SpaceKind::Covers:
        buildCovers(space, made);
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
            row.position = positionInList(input, index);
        }
        rows.push_back(row);
    }
}

void Machine::buildGroups(SpaceId space, std::vector<Row>& rows) {
    const Grouping& grouping = program_.groupings[program_.spaces[space].grouping];
    std::map<std::vector<std::int64_t>, std::uint32_t> known;
    std::vector<std::uint32_t>& membership = memberOf_[grouping.membership];
    for (std::uint32_t member = 0; member < this->rows(grouping.record).size(); ++member) {
        std::vector<Value> keys;
        std::vector<std::int64_t> key;
        for (std::size_t index = 0; index < grouping.keys.size(); ++index) {
            keys.push_back(read(grouping.keys[index], followAll(grouping.keyPaths[index], member)));
            key.push_back(keys.back().value);
        }
        if (!propagated(keys).isValue()) {
            nowhere_[{grouping.membership, member}] = propagated(keys);
            membership.push_back(kNoRow);
            continue;
        }
        const auto [place, isNew] = known.emplace(key, static_cast<std::uint32_t>(rows.size()));
        if (isNew) {
            Row row;
            row.source = member;
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
    if (collect.from != kNone) {
        buildInstants(collect, rows);
        return;
    }
    for (std::uint32_t source = 0; source < this->rows(collect.source).size(); ++source) {
        for (std::uint32_t branch = 0; branch < collect.rows.size(); ++branch) {
            const ExprId when = collect.rows[branch].when;
            Value exists =
                when == kNone ? Value::yesNo(true) : evaluate(when, {{collect.binder, source}});
            exists = conjunction({this->rows(collect.source)[source].exists, exists});
            const std::uint32_t parent = followAll(collect.over, source);
            if (exists.isNo() || exists.state == State::NotApplicable || parent == kNoRow) {
                continue;
            }
            Row row;
            row.source = source;
            row.branch = branch;
            row.parent = parent;
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
        std::vector<Value> values{leadAll(collect.over, source)};
        std::vector<std::int64_t> key{values[0].value};
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
            const std::uint32_t parent = followAll(up, first);
            if (first == second || parent == kNoRow || parent != followAll(up, second)) {
                continue;
            }
            Row row;
            row.first = first;
            row.second = second;
            row.parent = parent;
            row.exists = conjunction({source[first].exists, source[second].exists});
            rows.push_back(row);
        }
    }
}

Value Machine::lead(LinkId id, std::uint32_t row) {
    const Link& link = program_.links[id];
    switch (link.kind) {
    case Link::Kind::Parent:
        return Value::of(rows(link.from)[row].parent);
    case Link::Kind::Origin:
        return Value::of(rows(link.from)[row].source);
    case Link::Kind::First:
        return Value::of(rows(link.from)[row].first);
    case Link::Kind::Second:
        return Value::of(rows(link.from)[row].second);
    case Link::Kind::Group:
        if (program_.spaces[link.from].kind == SpaceKind::Group) {
            // All members of the finer group are in one coarser group.
            const Grouping& coarser = program_.groupings[program_.spaces[link.to].grouping];
            return lead(coarser.membership, rows(link.from)[row].source);
        }
        break;
    case Link::Kind::Member:
        break;
    }
    rows(link.to);
    const std::uint32_t to = memberOf_.at(id)[row];
    return to == kNoRow ? nowhere_.at({id, row}) : Value::of(to);
}

Value Machine::leadAll(const std::vector<LinkId>& links, std::uint32_t row) {
    Value at = Value::of(row);
    for (const LinkId link : links) {
        if (at.isValue()) {
            at = lead(link, static_cast<std::uint32_t>(at.value));
        }
    }
    return at;
}

std::uint32_t Machine::followAll(const std::vector<LinkId>& links, std::uint32_t row) {
    const Value to = leadAll(links, row);
    return to.isValue() ? static_cast<std::uint32_t>(to.value) : kNoRow;
}

SpaceId Machine::spaceOfRow(ExprId row) const {
    const Expr& expr = program_.exprs[row];
    switch (expr.kind) {
    case ExprKind::BinderRow:
        return program_.binders[expr.index].space;
    case ExprKind::UpRow:
        return program_.links[expr.index].to;
    default:
        return program_.links[expr.over[0]].from;
    }
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
    case SpaceKind::Covers: {
        const Collect& collect = program_.collects[program_.spaces[typedSpace.parent].collect];
        return rowPath(collect.source, rows(space)[row].first);
    }
    case SpaceKind::List:
    case SpaceKind::Collected:
        break;
    }
    const std::string parent = rowPath(typedSpace.parent, rows(space)[row].parent);
    return fmt::format(
        "{}{}{}[{}]", parent, parent.empty() ? "" : ".", typedSpace.listName, rank(space, row));
}

std::uint32_t Machine::entryRow(SpaceId space, std::uint32_t row) {
    while (program_.spaces[space].parent != kNone) {
        row = rows(space)[row].parent;
        space = program_.spaces[space].parent;
    }
    return program_.spaces[space].kind == SpaceKind::Record ? row : kNoRow;
}

SpaceId Machine::groupAbove(SpaceId space) const {
    while (program_.spaces[space].parent != kNone ||
           program_.spaces[space].kind == SpaceKind::Pairs) {
        const Space& at = program_.spaces[space];
        space = at.kind == SpaceKind::Pairs ? at.pairsOf : at.parent;
    }
    return program_.spaces[space].kind == SpaceKind::Group ? space : kNone;
}

std::pair<SpaceId, std::uint32_t> Machine::groupOf(SpaceId space, std::uint32_t row) {
    const SpaceId group = groupAbove(space);
    while (program_.spaces[space].parent != kNone ||
           program_.spaces[space].kind == SpaceKind::Pairs) {
        const Space& at = program_.spaces[space];
        const bool isPair = at.kind == SpaceKind::Pairs;
        row = isPair ? rows(space)[row].first : rows(space)[row].parent;
        space = isPair ? at.pairsOf : at.parent;
    }
    return {group, row};
}

std::vector<std::uint32_t> Machine::recordsOf(SpaceId space, std::uint32_t row) {
    const auto key = groupOf(space, row);
    if (key.first == kNone) {
        return {key.second};
    }
    const auto known = records_.find(key);
    if (known != records_.end()) {
        return known->second;
    }
    const Grouping& grouping = program_.groupings[program_.spaces[key.first].grouping];
    std::set<std::uint32_t> records;
    for (std::uint32_t member = 0; member < rows(grouping.record).size(); ++member) {
        if (followAll({grouping.membership}, member) == key.second) {
            records.insert(entryRow(grouping.record, member));
        }
    }
    return records_[key] = {records.begin(), records.end()};
}

}  // namespace proviso::reference
