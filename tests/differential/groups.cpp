// Groupings, and what is built from the times of their rows.

#include "tests/differential/items.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::differential {

using Kind = ValueType::Kind;

namespace {

std::string listed(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) {
        all += (all.empty() ? "" : ", ") + name;
    }
    return all;
}

}  // namespace

void PackWriter::addGrouping(const std::string& name,
                             std::size_t record,
                             const std::vector<std::string>& keys,
                             const std::vector<std::string>& order) {
    Space group;
    group.kind = Space::Kind::Group;
    group.name = name;
    group.record = record;
    group.keys = keys;
    group.order = order;
    group.complete = random_.chance(80);
    group.dated = std::count(keys.begin(), keys.end(), "day") > 0;
    for (const std::string& key : keys) {
        for (const std::size_t from : {record, std::size_t{0}}) {
            const auto& columns = world_.spaces[from].columns;
            const auto column = std::find_if(
                columns.begin(), columns.end(), [&](const Column& one) { return one.name == key; });
            if (column != columns.end()) {
                group.columns.push_back(*column);
                group.columns.back().optional = group.columns.back().maybeUnknown = false;
                group.columns.back().foreign.clear();
                group.columns.back().stored = true;
                break;
            }
        }
    }
    const std::string ordered = order.empty() ? std::string() : " ordered by " + listed(order);
    core(fmt::format("grouping {} : {} by {}{} {}\n",
                     name,
                     world_.spaces[record].name,
                     listed(keys),
                     ordered,
                     group.complete ? "complete" : "incomplete"));
    world_.spaces.push_back(group);
}

void PackWriter::groupings() {
    if (random_.chance(10)) {
        return;
    }
    const std::vector<std::vector<std::string>> orders{
        {"day", "sequence"}, {"day"}, {"sequence", "day"}, {"day", "site"}, {}};
    const auto order = [&] {
        return orders[random_.below(orders.size() - (random_.chance(85) ? 1 : 0))];
    };
    if (random_.chance(25)) {
        core("define week of order : date\n  source \"book\"\n  as week_start of order.day\nend\n");
        world_.spaces[0].columns.push_back({"week", {Kind::Date, 0, 0}});
    }
    const bool hasWeek = world_.spaces[0].columns.back().name == "week";
    if (random_.chance(70)) {
        const std::vector<std::vector<std::string>> inner{
            {"sequence"}, {"sequence", "site"}, {"sequence"}, {}};
        addGrouping("session", 0, {"who", "day"}, random_.of(inner));
    }
    if (random_.chance(65)) {
        addGrouping("owner", 0, {"who"}, order());
    }
    if (hasWeek && random_.chance(80)) {
        addGrouping("span", 0, {"who", "week"}, order());
    }
    if (random_.chance(20)) {
        addGrouping("place", 0, {"site"}, order());
    }
    if (random_.chance(8)) {
        // Together with `owner` it holds all records in one set.
        addGrouping("room", 0, {"day"}, {"sequence"});
    }
    const std::vector<std::vector<std::string>> shifts{
        {"begins"}, {"day", "begins"}, {"begins", "finishes"}, {"finishes"}, {}};
    if (random_.chance(25)) {
        addGrouping("shift", 1, {"by_whom", "day"}, random_.of(shifts));
    }
    if (random_.chance(15)) {
        addGrouping("worker", 1, {"by_whom"}, random_.of(shifts));
    }
}

void PackWriter::collectInstants() {
    std::vector<std::size_t> parents{0};
    for (const std::size_t group : world_.groups()) {
        parents.push_back(group);
    }
    const std::size_t parent = random_.of(parents);
    std::vector<Variable> lists;
    for (const Variable& list : world_.listsOf({world_.spaces[parent].name, parent})) {
        if (list.space == 1 && list.way[0] == 1) {
            lists.push_back(list);
        }
    }
    if (lists.empty()) {
        return;
    }
    const Variable list = random_.of(lists);
    Space made = world_.collected("moment", parent, list);
    made.instants = true;
    made.columns.push_back({"start", {Kind::Minutes, 0, 0}});
    made.columns.push_back({"finish", {Kind::Minutes, 0, 0}});
    const std::string binder = world_.fresh("b");
    std::string fields;
    const std::size_t count = 1 + random_.below(2);
    for (std::size_t field = 0; field < count; ++field) {
        const std::string member = world_.fresh("b");
        const std::string name = world_.fresh("k");
        Scope inner = scopeOf(parent);
        inner.variables = {{member, list.space}};
        inner.bare = false;
        inner.dated = false;
        std::string what = fmt::format("count of distinct {}.by_whom", member);
        if (field > 0) {
            what = random_.chance(50) ? "count" : fmt::format("total of {}.begins", member);
        }
        const bool minutes = what.rfind("total", 0) == 0;
        fields += fmt::format("      {} : {} over {}.members as {}{}\n",
                              name,
                              what,
                              made.name,
                              member,
                              random_.chance(40) ? " where " + expressions_.condition(inner, 1)
                                                 : std::string());
        made.columns.push_back({name, {minutes ? Kind::Minutes : Kind::Number, 0, 0}});
    }
    core(fmt::format("collect {} of {}\n  source \"book\"\n  over {} as {} one per instant from "
                     "{}.begins to {}.finishes\n  row\n{}  ordered by start\nend\n",
                     made.name,
                     world_.spaces[parent].name,
                     list.text,
                     binder,
                     binder,
                     binder,
                     fields));
    world_.spaces.push_back(made);
}

}  // namespace proviso::differential
