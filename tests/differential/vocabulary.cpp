// Words: enumerations, scales, codes, records, groupings, parameters, tables.

#include "runtime/values/date.h"
#include "tests/differential/items.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::differential {

using Kind = ValueType::Kind;

namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) {
        all += (all.empty() ? "" : ", ") + part;
    }
    return all;
}

}  // namespace

void PackWriter::vocabulary() {
    core("layers\n  base : law excepted by base\n  area : law excepted by area, base\n"
         "  deal : policy excepted by deal\n  shop : policy tightens only\nend\n");
    for (int count = 0; count < 2; ++count) {
        Enumeration enumeration{world_.fresh("kind"), {}};
        const std::int64_t members = random_.between(2, 5);
        for (std::int64_t member = 0; member < members; ++member) {
            enumeration.members.push_back(world_.fresh("m"));
        }
        core(fmt::format("enum {} {} end\n", enumeration.name, joined(enumeration.members)));
        world_.enumerations.push_back(enumeration);
    }
    const Enumeration& facts = world_.enumerations[0];
    Scale scale{world_.fresh("scale"), 0, {}};
    std::string text =
        fmt::format("scale {} of {} from loosest to strictest\n", scale.name, facts.name);
    const std::int64_t steps = random_.between(2, 4);
    // Each step accepts some of what the one before does, so that the order is a true one.
    std::vector<std::string> accepted = facts.members;
    for (std::int64_t step = 0; step < steps; ++step) {
        scale.steps.push_back(world_.fresh("step"));
        std::vector<std::string> fewer = accepted;
        if (fewer.size() > 1 && random_.chance(70)) {
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(random_.below(fewer.size())));
        }
        if (random_.chance(25)) {
            const std::int64_t day = world_.boundary(random_.below(4));
            text += fmt::format("  {} satisfied by through {} : {} from {} : {}\n",
                                scale.steps.back(),
                                formatDate(Date{day - 1}),
                                joined(accepted),
                                formatDate(Date{day}),
                                joined(fewer));
        } else {
            text += fmt::format("  {} satisfied by {}\n", scale.steps.back(), joined(fewer));
        }
        accepted = fewer;
    }
    core(text + "end\n");
    if (random_.chance(30)) {
        // A step that is not in line with the others.
        std::vector<std::string> some = facts.members;
        random_.shuffle(some);
        some.resize(1 + random_.below(some.size()));
        const std::string added = world_.fresh("step");
        core(fmt::format("step {} of {} source \"note\" satisfied by {} end\n",
                         added,
                         scale.name,
                         joined(some)));
        scale.steps.push_back(added);
    }
    world_.scales.push_back(scale);

    CodeSet goods{world_.fresh("codes"),
                  kNoSpace,
                  random_.chance(50),
                  {"97110", "G0283", "\"0101T\"", "\"M54.5\"", "AB"}};
    core(fmt::format(
        "codes {}{} {} end\n", goods.name, goods.open ? " open" : "", joined(goods.codes)));
    world_.codeSets.push_back(goods);
    CodeSet marks{world_.fresh("codes"), kNoSpace, false, {}};
    const std::int64_t markCount = random_.between(2, 4);
    for (std::int64_t mark = 0; mark < markCount; ++mark) {
        marks.codes.push_back(world_.fresh("Q"));
    }
    core(fmt::format("codes {} {} end\n", marks.name, joined(marks.codes)));
    world_.codeSets.push_back(marks);
    for (int count = 0; count < 2; ++count) {
        CodeSet selection{world_.fresh("codes"), 0, false, {}};
        for (const std::string& code : goods.codes) {
            if (!random_.chance(50)) {
                continue;
            }
            std::string period;
            if (random_.chance(40)) {
                period =
                    random_.chance(50) ? " from " + world_.date() : " through " + world_.date();
            }
            selection.codes.push_back(code + period);
        }
        if (selection.codes.empty()) {
            selection.codes.push_back("AB");
        }
        core(fmt::format("codes {} of {} source \"list\" {} end\n",
                         selection.name,
                         goods.name,
                         joined(selection.codes)));
        world_.codeSets.push_back(selection);
    }
}

ValueType PackWriter::anyType() {
    switch (random_.below(11)) {
    case 0:
        return {Kind::YesNo, 0, 0};
    case 1:
    case 2:
        return {Kind::Money, 2, 0};
    case 3:
        return {Kind::Minutes, 0, 0};
    case 4:
        return {Kind::Days, 0, 0};
    case 5:
        return {Kind::Date, 0, 0};
    case 6:
        return {Kind::Text, 0, 0};
    case 7:
        return {Kind::Enumeration, 0, random_.below(world_.enumerations.size())};
    case 8:
        return {Kind::Code, 0, 0};
    case 9:
        return {Kind::Number, 3, 0};
    default:
        return {Kind::Number, 0, 0};
    }
}

ValueType PackWriter::quantity() {
    const ValueType all[] = {{Kind::Money, 2, 0},
                             {Kind::Minutes, 0, 0},
                             {Kind::Number, 0, 0},
                             {Kind::Number, 3, 0},
                             {Kind::Days, 0, 0}};
    return all[random_.below(5)];
}

std::string PackWriter::fields(Space& space, const std::string& prefix, int count) {
    std::string text;
    for (int index = 0; index < count; ++index) {
        Column column;
        const std::string name = world_.fresh("f");
        column.name = prefix + name;
        // The first few make sure that every pack has something of what most expressions want.
        const ValueType firsts[] = {{Kind::Number, 0, 0},
                                    {Kind::Money, 2, 0},
                                    {Kind::Code, 0, 0},
                                    {Kind::Enumeration, 0, 0},
                                    {Kind::Minutes, 0, 0}};
        column.type = index < 5 && prefix.empty() ? firsts[index] : anyType();
        column.stored = true;
        column.attested = column.type.kind == Kind::YesNo && random_.chance(30);
        text += fmt::format(
            "  {} : {}", name, column.attested ? "attestation" : typeText(world_, column.type));
        if (column.type.kind == Kind::Text) {
            column.isPrivate = random_.chance(20);
            text += column.isPrivate ? " private" : " shown";
        }
        const bool amount = column.type.kind == Kind::Number || column.type.kind == Kind::Money;
        if (amount && random_.chance(30)) {
            column.isSigned = true;
            text += " signed";
        }
        if (random_.chance(50)) {
            column.optional = true;
            const bool plain = column.type.kind != Kind::Text && column.type.kind != Kind::Code &&
                               !column.attested;
            column.maybeUnknown = !plain || random_.chance(70);
            text += column.maybeUnknown ? " optional"
                                        : " absent means " + expressions_.literal(column.type);
        }
        if (random_.chance(15)) {
            column.foreign = "x_" + name;
            text += fmt::format(" named \"{}\"", column.foreign);
        }
        text += "\n";
        space.columns.push_back(column);
    }
    return text;
}

/// Who handles a row, and from when to when.
std::string PackWriter::handling(Space& space) {
    const auto add = [&](const std::string& name, ValueType type, bool optional) {
        Column column{name, type, false, optional, optional, false, true};
        column.few = true;
        space.columns.push_back(column);
        return fmt::format("  {} : {}{}{}\n",
                           name,
                           typeText(world_, type),
                           type.kind == Kind::Text ? " shown" : "",
                           optional ? " optional" : "");
    };
    return add("by_whom", {Kind::Text, 0, 0}, random_.chance(25)) +
           add("begins", {Kind::Minutes, 0, 0}, random_.chance(30)) +
           add("finishes", {Kind::Minutes, 0, 0}, random_.chance(30));
}

void PackWriter::records() {
    world_.spaces.resize(1);
    world_.spaces[0].name = "order";
    std::string lists;
    const auto addList = [&](std::size_t parent, const std::string& name, int fieldCount) {
        Space list;
        list.kind = Space::Kind::List;
        list.name = name;
        list.listName = name + "s";
        list.parent = parent;
        const std::size_t index = world_.spaces.size();
        world_.spaces.push_back(list);
        std::string inner;
        if (name == "item" && random_.chance(50)) {
            Space part;
            part.kind = Space::Kind::List;
            part.name = "part";
            part.listName = "parts";
            part.parent = index;
            const std::string text = fields(part, "", 3);
            world_.spaces.push_back(part);
            core(fmt::format("record part\n{}end\n", text));
            inner = "  parts : list of part at most 2 absent means none\n";
        }
        if (random_.chance(40)) {
            // A list of plain values.
            Space plain;
            plain.kind = Space::Kind::List;
            plain.name = name + "_mark";
            plain.listName = world_.fresh("marks");
            plain.parent = index;
            plain.scalar = true;
            plain.columns.push_back(
                {"value", {Kind::Code, 0, 1}, false, false, false, false, true});
            world_.spaces.push_back(plain);
            inner += fmt::format("  {} : list of {} at most 3 absent means none\n",
                                 plain.listName,
                                 world_.codeSets[1].name);
        }
        std::string text = fields(world_.spaces[index], "", fieldCount);
        if (name == "item") {
            text += handling(world_.spaces[index]);
        }
        core(fmt::format("record {}\n{}{}end\n", name, text, inner));
        lists += fmt::format("  {}s : list of {} at most 4{}\n",
                             name,
                             name,
                             random_.chance(50) ? " absent means none" : "");
    };
    addList(0, "item", 7);
    if (random_.chance(60)) {
        addList(0, "claim", 6);
    }
    Space& order = world_.spaces[0];
    std::string own = fields(order, "", 9);
    if (random_.chance(50)) {
        Space nested;
        const std::string text = fields(nested, "", 3);
        core(fmt::format("record extra\n{}end\n", text));
        const bool optional = random_.chance(60);
        own += fmt::format("  ext : extra{}\n", optional ? " optional" : "");
        for (Column column : nested.columns) {
            column.name = "ext." + column.name;
            column.ownerRequired = !optional;
            column.maybeUnknown = column.maybeUnknown || optional;
            order.columns.push_back(column);
        }
    }
    // Keys and order of groups.
    const bool whoOptional = random_.chance(20);
    const bool sequenceOptional = random_.chance(30);
    const auto column = [](const char* name, ValueType type) {
        Column made{name, type, false, false, false, false, true};
        made.few = true;
        return made;
    };
    order.columns.push_back(column("who", {Kind::Text, 0, 0}));
    order.columns.back().isPrivate = true;
    order.columns.back().optional = order.columns.back().maybeUnknown = whoOptional;
    order.columns.push_back(column("day", {Kind::Date, 0, 0}));
    order.columns.push_back(column("site", {Kind::Enumeration, 0, 1}));
    order.columns.push_back(column("sequence", {Kind::Number, 0, 0}));
    order.columns.back().optional = sequenceOptional;
    order.columns.back().maybeUnknown = sequenceOptional && random_.chance(60);
    core(fmt::format("record order dated by day\n  id : text key shown\n  who : text private{}\n  "
                     "day : date\n  site : {}\n  sequence : count{}\n{}{}end\n",
                     whoOptional ? " optional" : "",
                     world_.enumerations[1].name,
                     !order.columns.back().optional      ? ""
                     : order.columns.back().maybeUnknown ? " optional"
                                                         : " absent means 0",
                     own,
                     lists));
}

std::vector<std::string> PackWriter::consecutivePeriods(bool open) {
    std::vector<std::string> periods;
    const std::size_t cuts = 1 + random_.below(2);
    std::vector<std::int64_t> days;
    for (std::size_t cut = 0; cut < cuts; ++cut) {
        days.push_back(world_.boundary(random_.below(4)) + random_.between(-1, 1));
    }
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
    periods.push_back("through " + formatDate(Date{days[0] - 1}));
    for (std::size_t index = 0; index < days.size(); ++index) {
        std::string period = "from " + formatDate(Date{days[index]});
        if (index + 1 < days.size()) {
            period += " through " + formatDate(Date{days[index + 1] - 1});
        } else if (!open) {
            period += " through 2026-06-30";
        }
        periods.push_back(period);
    }
    return periods;
}

void PackWriter::parameters() {
    const std::int64_t count = random_.between(1, 3);
    for (std::int64_t index = 0; index < count; ++index) {
        Parameter parameter{world_.fresh("par"), anyType()};
        std::string text = fmt::format("parameter {} : {}\n  source \"annex\"\n",
                                       parameter.name,
                                       typeText(world_, parameter.type));
        if (random_.chance(30)) {
            text += fmt::format("  always : {}\n", expressions_.literal(parameter.type));
        } else {
            for (const std::string& period : consecutivePeriods(random_.chance(60))) {
                text += fmt::format("  {} : {}\n", period, expressions_.literal(parameter.type));
            }
        }
        if (random_.chance(35)) {
            text += fmt::format("  from {} published 2025-0{}-15 : {}\n",
                                world_.date(),
                                random_.between(1, 6),
                                expressions_.literal(parameter.type));
        }
        core(text + "end\n");
        world_.parameters.push_back(parameter);
    }
}

void PackWriter::oneTable(bool unique) {
    Table table;
    table.name = world_.fresh("tab");
    const std::size_t which = random_.below(world_.enumerations.size());
    const Enumeration& enumeration = world_.enumerations[which];
    table.given.push_back({Kind::Enumeration, 0, which});
    const bool second = random_.chance(60);
    if (second) {
        table.given.push_back(random_.chance(30) ? ValueType{Kind::Code, 0, 0} : quantity());
    }
    table.gives.push_back({world_.fresh("out"), quantity(), false, false, false, false, false});
    if (random_.chance(50)) {
        table.gives.push_back({world_.fresh("out"), anyType(), false, false, false, false, false});
    }
    const bool dated = random_.chance(40);
    const bool published = random_.chance(25);
    std::string text = fmt::format(
        "table {} hit {}\n  source \"list\"\n  given ", table.name, unique ? "unique" : "first");
    std::string header = "  |";
    for (std::size_t index = 0; index < table.given.size(); ++index) {
        const std::string name = world_.fresh("arg");
        text += fmt::format(
            "{}{} : {}", index == 0 ? "" : ", ", name, typeText(world_, table.given[index]));
        header += " " + name + " |";
    }
    text += "\n  gives ";
    for (std::size_t index = 0; index < table.gives.size(); ++index) {
        text += fmt::format("{}{} : {}",
                            index == 0 ? "" : ", ",
                            table.gives[index].name,
                            typeText(world_, table.gives[index].type));
        header += " " + table.gives[index].name + " |";
    }
    text +=
        "\n" + header + (dated ? " from | through |" : "") + (published ? " published |\n" : "\n");
    const std::size_t rows = unique ? enumeration.members.size() : 2 + random_.below(4);
    for (std::size_t row = 0; row < rows; ++row) {
        if (unique && row > 0 && random_.chance(15)) {
            continue;
        }
        const bool any = !unique && random_.chance(30);
        text += fmt::format("  | {} |",
                            any ? std::string("any")
                                : enumeration.members[row % enumeration.members.size()]);
        if (second) {
            const ValueType& type = table.given[1];
            static const std::vector<std::string> kTests{
                "at least ", "at most ", "exceeds ", "below "};
            std::string cell = random_.chance(50) ? "any" : expressions_.literal(type);
            if (type.kind != Kind::Code && cell != "any" && random_.chance(60)) {
                cell = random_.of(kTests) + cell;
            }
            text += " " + cell + " |";
        }
        for (const Column& output : table.gives) {
            text += " " +
                    (random_.chance(12) ? std::string("unknown \"open\"")
                                        : expressions_.literal(output.type)) +
                    " |";
        }
        if (dated) {
            text += random_.chance(50) ? fmt::format(" {} | - |", world_.date())
                                       : fmt::format(" - | {} |", world_.date());
        }
        if (published) {
            text += random_.chance(50) ? std::string(" - |")
                                       : fmt::format(" 2025-0{}-10 |", random_.between(1, 6));
        }
        text += "\n";
    }
    core(text + "end\n");
    world_.tables.push_back(table);
}

void PackWriter::tables() {
    if (random_.chance(60)) {
        oneTable(/*unique=*/false);
    }
    if (random_.chance(40)) {
        oneTable(/*unique=*/true);
    }
}

}  // namespace proviso::differential
