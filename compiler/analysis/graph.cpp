#include "compiler/analysis/graph.h"

#include "compiler/analysis/words.h"

#include <algorithm>
#include <unordered_set>

namespace proviso::analysis {

using typed::Apportionment;
using typed::Collect;
using typed::Column;
using typed::ColumnId;
using typed::ColumnKind;
using typed::Decision;
using typed::Definition;
using typed::Effect;
using typed::Expr;
using typed::ExprId;
using typed::ExprKind;
using typed::FoldKind;
using typed::Grouping;
using typed::kNone;
using typed::LinkId;
using typed::Program;
using typed::Rule;
using typed::Space;
using typed::SpaceId;
using typed::SpaceKind;
using typed::Template;

namespace {

/// Texts that are always in force need no date to be chosen by.
bool isUndated(const std::vector<Definition::Alternative>& alternatives) {
    return alternatives.size() == 1 && alternatives[0].inForce.period.from == INT64_MIN &&
           alternatives[0].inForce.period.through == INT64_MAX &&
           alternatives[0].inForce.published == INT64_MIN;
}

}  // namespace

Graph::Graph(const Program& program) : program_(program) {
    addNodes();
    for (SpaceId space = 0; space < program.spaces.size(); ++space) {
        readSpace(space);
    }
    for (ColumnId column = 0; column < program.columns.size(); ++column) {
        if (!isByMember(program.columns[column])) {
            readColumn(column);
        }
    }
    for (std::uint32_t decision = 0; decision < program.decisions.size(); ++decision) {
        readDecision(decision);
    }
}

void Graph::addNodes() {
    const auto add = [&](Step step, std::string key) {
        steps_.push_back(step);
        keys_.push_back(std::move(key));
    };
    // Spaces come first, so that a space's number is its node's. A list is named below its parent:
    // two records may have lists of one name.
    std::vector<std::string> spaceKeys;
    for (SpaceId space = 0; space < program_.spaces.size(); ++space) {
        std::string key = program_.spaces[space].name + "/" + program_.spaces[space].listName;
        SpaceId above = program_.spaces[space].parent;
        for (std::size_t depth = 0; above != kNone && depth < program_.spaces.size(); ++depth) {
            key.insert(0, program_.spaces[above].name + "/");
            above = program_.spaces[above].parent;
        }
        spaceKeys.push_back(key);
        add({Step::Kind::Space, space, kNone}, key);
    }
    columns_.resize(program_.columns.size());
    for (ColumnId id = 0; id < program_.columns.size(); ++id) {
        const Column& column = program_.columns[id];
        columns_[id] = size();
        std::string key = spaceKeys[column.space] + "." + column.name;
        if (column.kind == ColumnKind::Computed) {
            key += "@" + program_.packs[program_.definitions[column.definition].pack].name;
        } else if (column.kind == ColumnKind::Decided) {
            key += "@" + program_.packs[program_.decisions[column.decision].pack].name;
        }
        if (!isByMember(column)) {
            add({Step::Kind::Column, id, kNone}, std::move(key));
            continue;
        }
        for (std::uint32_t member = 0; member < memberCount(program_, id); ++member) {
            add({Step::Kind::Column, id, member},
                key + "[" + memberName(program_, id, member) + "]");
        }
    }
    reads_.resize(size());
    roots_.resize(size());
}

Span Graph::spanOf(Node node) const {
    const Step& step = steps_[node];
    if (step.kind == Step::Kind::Space) {
        return program_.spaces[step.index].span;
    }
    return program_.columns[step.index].span;
}

void Graph::addReading(Node node, Reading reading) {
    reads_[node].push_back(reading);
}

void Graph::addRoot(Node node, ExprId expr, SpaceId space, std::uint32_t rule) {
    if (expr == kNone) {
        return;
    }
    roots_[node].push_back({expr, space, rule});
    for (Reading reading : readsOf(expr)) {
        reading.rule = rule;
        addReading(node, reading);
    }
}

void Graph::addLink(std::vector<Reading>& readings, LinkId link, Span span) const {
    readings.push_back({space(program_.links[link].from), span, kNone});
    readings.push_back({space(program_.links[link].to), span, kNone});
}

void Graph::addOrder(std::vector<Reading>& readings, const Expr& fold) const {
    const bool ranked = fold.fold == FoldKind::Latest || fold.fold == FoldKind::Earliest;
    const bool windowed =
        std::any_of(fold.windows.begin(), fold.windows.end(), [](const typed::Window& window) {
            return window.kind != typed::Window::Kind::Dates &&
                   window.kind != typed::Window::Kind::Whole;
        });
    if (!ranked && !windowed) {
        return;
    }
    // The rows of a group stand in its order, which the group has read already.
    for (const LinkId link : fold.over) {
        const Space& rows = program_.spaces[program_.links[link].from];
        if (rows.kind == SpaceKind::Collected) {
            for (const ColumnId id : program_.collects[rows.collect].order) {
                readings.push_back({column(id), fold.span, kNone});
            }
        }
    }
}

void Graph::addGoverningDate(Node node, SpaceId space, Span span) {
    const Space& dated = program_.spaces[space];
    if (dated.governingDate == kNone) {
        return;
    }
    for (const LinkId link : dated.governingPath) {
        addLink(reads_[node], link, span);
    }
    addReading(node, {column(dated.governingDate), span, kNone});
}

void Graph::addWhole(std::vector<Reading>& readings, ColumnId id, Span span) const {
    const std::uint32_t count = isByMember(program_.columns[id]) ? memberCount(program_, id) : 1;
    for (std::uint32_t member = 0; member < count; ++member) {
        readings.push_back({this->member(id, member), span, kNone});
    }
}

void Graph::readSpace(SpaceId id) {
    const Space& read = program_.spaces[id];
    const Node node = space(id);
    if (read.parent != kNone) {
        addReading(node, {space(read.parent), read.span, kNone});
    }
    if (read.kind == SpaceKind::Group) {
        const Grouping& grouping = program_.groupings[read.grouping];
        addReading(node, {space(grouping.record), read.span, kNone});
        for (const auto* columns : {&grouping.keys, &grouping.order}) {
            for (const ColumnId key : *columns) {
                addReading(node, {column(key), read.span, kNone});
            }
        }
    } else if (read.kind == SpaceKind::Pairs) {
        addReading(node, {space(read.pairsOf), read.span, kNone});
    } else if (read.kind == SpaceKind::Covers) {
        addReading(node, {space(program_.links[read.first].to), read.span, kNone});
    } else if (read.kind == SpaceKind::Collected) {
        const Collect& collect = program_.collects[read.collect];
        addReading(node, {space(collect.source), collect.span, kNone});
        for (const LinkId link : collect.over) {
            addLink(reads_[node], link, collect.span);
        }
        for (const ExprId key : collect.onePer) {
            addRoot(node, key, collect.source);
        }
        addRoot(node, collect.from, collect.source);
        addRoot(node, collect.to, collect.source);
        for (const Collect::Row& row : collect.rows) {
            addRoot(node, row.when, collect.source);
        }
    }
}

void Graph::readColumn(ColumnId id) {
    const Column& read = program_.columns[id];
    const Node node = column(id);
    addReading(node, {space(read.space), read.span, kNone});
    switch (read.kind) {
    case ColumnKind::Stored:
        if (program_.spaces[read.space].kind == SpaceKind::Group) {
            // A group's key is read from its members.
            const Grouping& grouping = program_.groupings[program_.spaces[read.space].grouping];
            for (const ColumnId key : grouping.keys) {
                if (program_.columns[key].name == read.name) {
                    addReading(node, {column(key), read.span, kNone});
                }
            }
        }
        break;
    case ColumnKind::Computed:
        readDefinition(program_.definitions[read.definition]);
        break;
    case ColumnKind::Collected:
        readCollected(id);
        break;
    case ColumnKind::Decided:
    case ColumnKind::Instant:
        break;
    }
}

void Graph::readDefinition(const Definition& definition) {
    const Node node = column(definition.column);
    const SpaceId owner = program_.columns[definition.column].space;
    if (!isUndated(definition.alternatives)) {
        addGoverningDate(node, owner, definition.span);
    }
    for (const Definition::Alternative& alternative : definition.alternatives) {
        addRoot(node, alternative.value, owner);
    }
}

void Graph::readCollected(ColumnId id) {
    const SpaceId owner = program_.columns[id].space;
    const Collect& collect = program_.collects[program_.spaces[owner].collect];
    const auto place = std::find(collect.fields.begin(), collect.fields.end(), id);
    if (place == collect.fields.end()) {
        return;
    }
    const auto field = static_cast<std::size_t>(place - collect.fields.begin());
    for (const Collect::Row& row : collect.rows) {
        addRoot(column(id), row.fields[field], owner);
    }
}

void Graph::readDecision(std::uint32_t id) {
    const Decision& decision = program_.decisions[id];
    const ColumnId owner = decision.column;
    const SpaceId ownerSpace = program_.columns[owner].space;
    const bool byMember = isByMember(program_.columns[owner]);
    const std::uint32_t count = byMember ? memberCount(program_, owner) : 1;

    for (std::uint32_t member = 0; member < count; ++member) {
        const Node node = this->member(owner, member);
        addReading(node, {space(ownerSpace), decision.span, kNone});
        addRoot(node, decision.when, ownerSpace);
        for (const Decision::Need& need : decision.needs) {
            addRoot(node, need.when, ownerSpace);
        }
    }
    for (std::uint32_t ruleId = 0; ruleId < program_.rules.size(); ++ruleId) {
        const Rule& rule = program_.rules[ruleId];
        const SpaceId ruleSpace = program_.binders[rule.binder].space;
        for (const Effect& effect : rule.effects) {
            if (effect.kind != Effect::Kind::Contribute || effect.decision != id) {
                continue;
            }
            for (std::uint32_t member = 0; member < count; ++member) {
                // What a layer needs is met by any contribution of the layer, so all of them are
                // read for it.
                if (byMember && decision.needs.empty() && effect.member != kNone &&
                    effect.member != member) {
                    continue;
                }
                const Node node = this->member(owner, member);
                addReading(node, {space(ruleSpace), effect.span, ruleId});
                addRoot(node, effect.guard, ruleSpace, ruleId);
                addRoot(node, effect.row, ruleSpace, ruleId);
                addRoot(node, effect.value, ruleSpace, ruleId);
            }
        }
    }
}

void Graph::collect(ExprId root, std::vector<Reading>& readings) const {
    std::unordered_set<ExprId> seen{root};
    std::vector<ExprId> waiting{root};
    while (!waiting.empty()) {
        const Expr& expr = program_.exprs[waiting.back()];
        waiting.pop_back();
        switch (expr.kind) {
        case ExprKind::BinderRow:
            readings.push_back({space(program_.binders[expr.index].space), expr.span, kNone});
            break;
        case ExprKind::UpRow:
            addLink(readings, expr.index, expr.span);
            break;
        case ExprKind::ReadColumn:
            addWhole(readings, expr.index, expr.span);
            break;
        case ExprKind::ReadMember:
            readings.push_back(
                {member(expr.index, static_cast<std::uint32_t>(expr.value)), expr.span, kNone});
            break;
        case ExprKind::FoldRow:
        case ExprKind::Fold: {
            for (const LinkId link : expr.over) {
                addLink(readings, link, expr.span);
            }
            addOrder(readings, expr);
            break;
        }
        case ExprKind::Apportion: {
            const Apportionment& pool = program_.apportionments[expr.index];
            for (const LinkId link : pool.over) {
                addLink(readings, link, expr.span);
            }
            if (pool.ties != kNone) {
                readings.push_back({column(pool.ties), pool.span, kNone});
            }
            break;
        }
        default:
            break;
        }
        forEachChild(program_, expr, [&](ExprId child) {
            if (seen.insert(child).second) {
                waiting.push_back(child);
            }
        });
    }
}

const std::vector<Graph::Reading>& Graph::readsOf(ExprId expr) const {
    const auto known = readsOf_.find(expr);
    if (known != readsOf_.end()) {
        return known->second;
    }
    std::vector<Reading> all;
    collect(expr, all);
    // Of several places that read one node the first in the text is shown.
    std::sort(all.begin(), all.end(), [](const Reading& a, const Reading& b) {
        return a.node != b.node ? a.node < b.node : a.span.begin < b.span.begin;
    });
    all.erase(std::unique(all.begin(),
                          all.end(),
                          [](const Reading& a, const Reading& b) { return a.node == b.node; }),
              all.end());
    return readsOf_.emplace(expr, std::move(all)).first->second;
}

std::vector<Graph::Root> Graph::rootsOfRule(std::uint32_t ruleId) const {
    const Rule& rule = program_.rules[ruleId];
    const SpaceId ruleSpace = program_.binders[rule.binder].space;
    std::vector<Root> roots;
    const auto add = [&](ExprId expr) {
        if (expr != kNone) {
            roots.push_back({expr, ruleSpace, ruleId});
        }
    };
    const auto addTemplate = [&](const std::optional<Template>& text) {
        if (text) {
            for (const Template::Part& part : text->parts) {
                add(part.expr);
            }
        }
    };
    add(rule.applies);
    for (const std::uint32_t exception : rule.exceptions) {
        add(program_.exceptions[exception].applies);
        addTemplate(program_.exceptions[exception].because);
    }
    for (const Effect& effect : rule.effects) {
        add(effect.guard);
        add(effect.row);
        add(effect.value);
        for (const ExprId slot : effect.slots) {
            add(slot);
        }
        add(effect.atStake);
        addTemplate(effect.because);
    }
    return roots;
}

std::vector<Graph::Node> Graph::reachedByRule(std::uint32_t rule) const {
    std::vector<bool> seen(size());
    std::vector<Node> reached;
    const auto add = [&](const std::vector<Reading>& readings) {
        for (const Reading& reading : readings) {
            if (!seen[reading.node]) {
                seen[reading.node] = true;
                reached.push_back(reading.node);
            }
        }
    };
    add(readsOfRule(rule));
    for (std::size_t next = 0; next < reached.size(); ++next) {
        add(reads(reached[next]));
    }
    return reached;
}

std::vector<Graph::Reading> Graph::readsOfRule(std::uint32_t ruleId) const {
    const Rule& rule = program_.rules[ruleId];
    std::vector<Reading> readings{{space(program_.binders[rule.binder].space), rule.span, ruleId}};
    for (const Root& root : rootsOfRule(ruleId)) {
        const std::vector<Reading>& more = readsOf(root.expr);
        readings.insert(readings.end(), more.begin(), more.end());
    }
    const auto addTemplate = [&](const std::optional<Template>& text) {
        if (text) {
            for (const Template::Part& part : text->parts) {
                if (part.decision != kNone) {
                    addWhole(readings, part.decision, text->span);
                }
            }
        }
    };
    for (const std::uint32_t exception : rule.exceptions) {
        addTemplate(program_.exceptions[exception].because);
    }
    for (const Effect& effect : rule.effects) {
        for (const ColumnId decision : effect.slotDecisions) {
            if (decision != kNone) {
                addWhole(readings, decision, effect.span);
            }
        }
        addTemplate(effect.because);
    }
    return readings;
}

}  // namespace proviso::analysis
