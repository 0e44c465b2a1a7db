// What is derived and decided: definitions, collected records, decisions with their rules,
// findings, outputs.

#include "tests/differential/items.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::differential {

using Kind = ValueType::Kind;

namespace {

/// Groups and what covers an instant are not collected from.
bool isPlain(const Variable& list) {
    return list.way[0] != kNoSpace;
}

}  // namespace

Scope PackWriter::scopeOf(std::size_t space) {
    Scope scope;
    scope.variables.push_back({world_.spaces[space].name, space});
    scope.dated = world_.spaces[space].dated;
    return scope;
}

std::size_t PackWriter::anySpace() {
    while (true) {
        const std::size_t space = random_.below(world_.spaces.size());
        const Space& own = world_.spaces[space];
        // Rules are about rows that a date selects the law for; groups without one have rows below
        // that are.
        if (!own.scalar && (own.dated || own.kind == Space::Kind::Group)) {
            return space;
        }
    }
}

void PackWriter::define() {
    const std::size_t space = anySpace();
    const Scope scope = scopeOf(space);
    const ValueType type = anyType();
    const std::string name = world_.fresh("d");
    std::string text = fmt::format("define {} of {} : {}\n  source \"book\"\n",
                                   name,
                                   world_.spaces[space].name,
                                   typeText(world_, type));
    if (scope.dated && random_.chance(25)) {
        for (const std::string& period : consecutivePeriods(random_.chance(70))) {
            text += fmt::format("  {} : {}\n", period, expressions_.value(scope, type, 2));
        }
        if (random_.chance(30)) {
            text += fmt::format("  from {} published 2025-0{}-15 : {}\n",
                                world_.date(),
                                random_.between(1, 6),
                                expressions_.value(scope, type, 2));
        }
    } else {
        text += fmt::format("  as {}\n", expressions_.value(scope, type, 3));
    }
    core(text + "end\n");
    world_.spaces[space].columns.push_back({name, type, false, false, false, false, false});
}

/// Totals over stretches of one order, each of the one before: the engine has a way of its own for
/// them, in which one must come after the other.
void PackWriter::sumsOfSums() {
    std::vector<std::string> names;
    for (const std::size_t group : world_.groups()) {
        const Space& own = world_.spaces[group];
        if (own.record == 0 && !own.order.empty()) {
            names.push_back(own.name);
        }
    }
    std::vector<std::string> amounts;
    for (const Column& column : world_.spaces[0].columns) {
        if (column.type == ValueType{Kind::Money, 2, 0} &&
            column.name.find('.') == std::string::npos) {
            amounts.push_back(column.stored ? "{}." + column.name : column.name + " of {}");
        }
    }
    if (names.empty() || amounts.empty()) {
        return;
    }
    static const std::vector<std::string> kUnits{"year", "month", "quarter"};
    const std::string group = random_.of(names);
    const std::string unit = random_.of(kUnits);
    const bool same = random_.chance(50);  // each over the rows of the one before
    std::string amount = random_.of(amounts);
    const std::int64_t depth = random_.between(2, 3);
    for (std::int64_t level = 0; level < depth; ++level) {
        const std::string name = world_.fresh("d");
        const std::string binder = world_.fresh("b");
        core(fmt::format(
            "define {} of order : money\n  source \"book\"\n"
            "  as total of {} over {}.orders as {} during calendar_{} of order.day{}\nend\n",
            name,
            fmt::format(fmt::runtime(amount), binder),
            group,
            binder,
            same ? unit : random_.of(kUnits),
            !same && random_.chance(50) ? " up to order" : ""));
        world_.spaces[0].columns.push_back(
            {name, {Kind::Money, 2, 0}, false, false, false, false, false});
        amount = name + " of {}";
    }
}

void PackWriter::collectKeyed() {
    // The list is one of the parent's own or of a group's records.
    const std::vector<std::size_t> groups = world_.groups();
    const std::size_t parent = !groups.empty() && random_.chance(70) ? random_.of(groups) : 0;
    std::vector<Variable> lists;
    for (const Variable& list : world_.listsOf({world_.spaces[parent].name, parent})) {
        if (!world_.spaces[list.space].scalar && list.space != 0 && isPlain(list)) {
            lists.push_back(list);
        }
    }
    if (lists.empty()) {
        return;
    }
    const Variable list = random_.of(lists);
    Space made = world_.collected("heap", parent, list);
    made.keyed = true;
    std::vector<Column> keys;
    for (const Column& column : world_.spaces[list.space].columns) {
        const bool groupable =
            !column.maybeUnknown &&
            (column.type.kind == Kind::Code || column.type.kind == Kind::Enumeration ||
             column.type.kind == Kind::Text || column.type.kind == Kind::YesNo);
        if (groupable && !column.isPrivate && column.name.find('.') == std::string::npos) {
            keys.push_back(column);
        }
    }
    if (keys.empty()) {
        return;
    }
    random_.shuffle(keys);
    keys.resize(std::min<std::size_t>(keys.size(), 1 + random_.below(2)));
    const std::string binder = world_.fresh("b");
    std::string onePer;
    std::string fields;
    std::string order;
    for (const Column& key : keys) {
        const std::string name = world_.fresh("k");
        onePer += fmt::format("{}{}.{}", onePer.empty() ? "" : ", ", binder, key.name);
        fields += fmt::format("      {} : {}.{}\n", name, binder, key.name);
        order += (order.empty() ? "" : ", ") + name;
        made.columns.push_back({name, key.type, false, false, false, false, true});
    }
    const std::size_t sums = 1 + random_.below(2);
    for (std::size_t sum = 0; sum < sums; ++sum) {
        const std::string member = world_.fresh("b");
        Scope inner = scopeOf(parent);
        inner.variables.push_back({member, list.space});
        inner.inferred = true;
        const ValueType type =
            sum == 0 ? ValueType{Kind::Minutes, 0, 0} : ValueType{Kind::Money, 2, 0};
        const std::string shown = expressions_.visible(inner, type);
        if (shown.empty()) {
            continue;
        }
        const std::string name = world_.fresh("k");
        fields += fmt::format(
            "      {} : total of ({}) over {}.members as {}\n", name, shown, made.name, member);
        made.columns.push_back({name, type, false, false, false, false, true});
    }
    core(fmt::format("collect {} of {}\n  source \"book\"\n  over {} as {} one per {}\n  row\n{}  "
                     "ordered by {}\nend\n",
                     made.name,
                     world_.spaces[parent].name,
                     list.text,
                     binder,
                     onePer,
                     fields,
                     order));
    world_.spaces.push_back(made);
}

void PackWriter::collectRows() {
    std::vector<std::size_t> parents{0};
    for (const std::size_t group : world_.groups()) {
        parents.push_back(group);
    }
    const std::size_t parent = random_.of(parents);
    std::vector<Variable> lists;
    for (const Variable& list : world_.listsOf({world_.spaces[parent].name, parent})) {
        if (!world_.spaces[list.space].scalar && list.space != 0 && isPlain(list)) {
            lists.push_back(list);
        }
    }
    if (lists.empty()) {
        return;
    }
    const Variable list = random_.of(lists);
    Space made = world_.collected("line", parent, list);
    const std::string binder = world_.fresh("b");
    Scope inner = scopeOf(parent);
    inner.variables.push_back({binder, list.space});
    inner.inferred = true;
    std::vector<Column> fields;
    const std::size_t count = 2 + random_.below(2);
    const ValueType types[] = {{Kind::Number, 0, 0},
                               {Kind::YesNo, 0, 0},
                               {Kind::Code, 0, 0},
                               {Kind::Minutes, 0, 0},
                               {Kind::Date, 0, 0}};
    for (std::size_t field = 0; field < count; ++field) {
        const ValueType type = types[random_.below(5)];
        if (type.kind == Kind::Code && expressions_.visible(inner, type).empty()) {
            continue;
        }
        fields.push_back({world_.fresh("k"), type, false, false, false, false, true});
    }
    if (fields.empty()) {
        fields.push_back(
            {world_.fresh("k"), {Kind::Number, 0, 0}, false, false, false, false, true});
    }
    std::string rows;
    const std::size_t branches = 1 + random_.below(2);
    for (std::size_t branch = 0; branch < branches; ++branch) {
        rows += random_.chance(80)
                    ? fmt::format("  row when {}\n", expressions_.condition(inner, 2))
                    : "  row\n";
        for (const Column& field : fields) {
            const std::string value = field.type.kind == Kind::Code
                                          ? expressions_.visible(inner, field.type)
                                          : expressions_.value(inner, field.type, 1);
            rows += fmt::format("      {} : {}\n", field.name, value);
        }
    }
    std::string order = fields[0].name;
    if (fields.size() > 1 && random_.chance(50)) {
        order += ", " + fields[1].name;
    }
    made.columns = fields;
    core(fmt::format(
        "collect {} of {}\n  source \"book\"\n  over {} as {}\n{}  ordered by {}\nend\n",
        made.name,
        world_.spaces[parent].name,
        list.text,
        binder,
        rows,
        order));
    world_.spaces.push_back(made);
}

void PackWriter::apportion() {
    std::vector<std::size_t> lists;
    for (std::size_t space = 1; space < world_.spaces.size(); ++space) {
        const Space& list = world_.spaces[space];
        const bool direct =
            list.parent != kNoSpace && world_.spaces[list.parent].parent == kNoSpace;
        if ((list.kind == Space::Kind::List || list.kind == Space::Kind::Collected) && direct &&
            !list.scalar) {
            lists.push_back(space);
        }
    }
    const std::size_t space = random_.of(lists);
    const Space& list = world_.spaces[space];
    const Space& parent = world_.spaces[list.parent];
    std::string by;
    std::string ties;
    for (const Column& column : list.columns) {
        if (column.type.kind == Kind::Minutes) {
            by = column.name;
        }
        const bool orderly = column.type.kind == Kind::Code || column.type.kind == Kind::Number ||
                             column.type.kind == Kind::Enumeration;
        if (orderly && column.name.find('.') == std::string::npos &&
            (ties.empty() || random_.chance(50))) {
            ties = column.name;
        }
    }
    if (by.empty() || ties.empty()) {
        return;
    }
    const std::int64_t each = random_.between(5, 20);
    // The total stands outside the rows' own names, so that both lists can take the same one.
    const std::string binder = world_.fresh("b");
    std::string where;
    if (random_.chance(40)) {
        Scope inner = scopeOf(list.parent);
        inner.variables.push_back({binder, space});
        where = " where " + expressions_.condition(inner, 1);
    }
    const std::string name = world_.fresh("d");
    core(fmt::format(
        "define {} of {} : count\n  source \"book\"\n"
        "  as apportion (((total of {}.{} over {}.{} as {}{}) + {} minutes) div {} minutes)\n"
        "    over {}.{} as {}{} by {}.{} each {} minutes largest remainder ties by {}\nend\n",
        name,
        list.name,
        binder,
        by,
        parent.name,
        list.listName,
        binder,
        where,
        random_.between(0, each),
        each,
        parent.name,
        list.listName,
        binder,
        where,
        binder,
        by,
        each,
        ties));
    world_.spaces[list.parent].apportioned = true;
    world_.spaces[space].columns.push_back(
        {name, {Kind::Number, 0, 0}, false, false, false, false, false});
}

void PackWriter::outputs() {
    // Of one kind of row alone: a program counts the outcomes of one.
    std::size_t choicesOf = kNoSpace;
    for (std::size_t space = 0; space < world_.spaces.size(); ++space) {
        const Space& own = world_.spaces[space];
        std::size_t root = space;
        while (world_.spaces[root].parent != kNoSpace) {
            root = world_.spaces[root].parent;
        }
        if (world_.spaces[root].kind == Space::Kind::Group && world_.spaces[root].record != 0) {
            continue;  // a record may have rows in several groups of its lists
        }
        if (own.kind == Space::Kind::Record || own.kind == Space::Kind::Group) {
            for (const MemberDecision& decision : own.decisions) {
                if (random_.chance(50)) {
                    core(fmt::format("output {} of {}\n", decision.name, own.name));
                }
            }
            for (const Column& column : own.columns) {
                if (!column.stored && random_.chance(30)) {
                    core(fmt::format("output {} of {}\n", column.name, own.name));
                }
            }
            continue;
        }
        const bool direct = world_.spaces[own.parent].parent == kNoSpace;
        const bool listed =
            own.kind == Space::Kind::Collected || (own.kind == Space::Kind::List && !own.scalar);
        if (!listed || !direct || !random_.chance(own.kind == Space::Kind::List ? 30 : 70)) {
            continue;
        }
        std::string with;
        for (const Column& column : own.columns) {
            // What is computed says more about the engine than what came in.
            if (random_.chance(column.stored ? 60 : 95) && !column.isPrivate) {
                with += (with.empty() ? "" : ", ") + column.name;
            }
        }
        for (const MemberDecision& decision : own.decisions) {
            with += (with.empty() ? "" : ", ") + decision.name;
        }
        // Other outcomes are followed inside the set of records that one stage sees.
        const bool oneStage =
            world_.groups().empty() ||
            (world_.spaces[own.parent].kind == Space::Kind::Group && world_.isOneClass());
        const bool choices = world_.spaces[own.parent].apportioned && oneStage &&
                             random_.chance(70) &&
                             (choicesOf == kNoSpace || choicesOf == own.parent);
        choicesOf = choices ? own.parent : choicesOf;
        core(fmt::format("output {} of {}{}{}\n",
                         own.listName,
                         world_.spaces[own.parent].name,
                         with.empty() ? "" : " with " + with,
                         choices ? " choices" : ""));
    }
}

std::vector<GeneratedPack> PackWriter::write() {
    packs_.push_back({"core", "pack core\n  version \"1\"\n  title \"core\"\nend\n", {}});
    for (const char* layer : {"base", "area", "deal", "shop"}) {
        packs_.push_back(
            {fmt::format("{}.rules", layer),
             fmt::format(
                 "pack {}.rules\n  layer {}\n  version \"1\"\n  title \"{}\"\n  uses core\nend\n",
                 layer,
                 layer,
                 layer),
             {}});
    }
    vocabulary();
    records();
    groupings();
    parameters();
    tables();
    derive();
    outputs();
    return packs_;
}

void PackWriter::derive() {
    const std::int64_t steps = random_.between(5, 14);
    for (std::int64_t step = 0; step < steps; ++step) {
        switch (random_.below(13)) {
        case 12:
            collectInstants();
            break;
        case 0:
        case 1:
        case 2:
            if (random_.chance(12)) {
                sumsOfSums();
            } else {
                define();
            }
            break;
        case 3:
            collectKeyed();
            break;
        case 4:
            collectRows();
            break;
        case 5:
            apportion();
            break;
        case 6:
        case 7:
        case 8:
            decision();
            break;
        default:
            finding();
            break;
        }
    }
}

}  // namespace proviso::differential
