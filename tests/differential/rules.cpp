// Decisions with the rules and exceptions that steer them, and findings.

#include "tests/differential/items.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::differential {

using Kind = ValueType::Kind;

std::string PackWriter::period() {
    std::string text = "always";
    switch (random_.below(5)) {
    case 0:
        text = "from " + world_.date();
        break;
    case 1:
        text = "through " + world_.date();
        break;
    case 2:
        text = "from 2021-06-01 through " + world_.date();
        break;
    default:
        break;
    }
    return random_.chance(20) ? text + fmt::format(" published 2025-0{}-01", random_.between(1, 6))
                              : text;
}

std::string PackWriter::because(const Scope& scope, int percent) {
    if (!random_.chance(percent)) {
        return {};
    }
    const std::string first = expressions_.visibleAny(scope);
    const std::string second = expressions_.visibleAny(scope);
    if (first.empty()) {
        return " because \"so it is\"";
    }
    return fmt::format(" because \"it is {{{}}} and {{{}}}\"", first, second);
}

/// `source`, period and `for each`; adds the rule's rows to the scope and gives the path to the row
/// of `space`.
std::string
PackWriter::ruleHead(std::size_t space, Scope& scope, std::string& target, bool forFinding) {
    std::vector<Variable> lists;
    for (const Variable& list : world_.listsOf({world_.spaces[space].name, space})) {
        // Only what hangs below the row itself: of a group also what hangs below its records.
        if (!world_.spaces[list.space].scalar && list.space != world_.spaces[space].source &&
            list.space != 0 && list.way[0] != kNoSpace && world_.spaces[list.space].dated) {
            lists.push_back(list);
        }
    }
    const Space& own = world_.spaces[space];
    const std::string head = fmt::format("  source \"book\"\n  {}\n", period());
    const bool named = own.kind == Space::Kind::Record || own.kind == Space::Kind::Group;
    const auto pathFrom = [&](const std::string& binder, std::size_t from) {
        std::string path = binder;
        std::size_t at = from;
        while (at != space) {
            if (world_.spaces[at].parent == kNoSpace || own.record == at) {
                return path + "." + own.name;
            }
            at = world_.spaces[at].parent;
            path += "." + world_.spaces[at].name;
        }
        return path;
    };
    if (named && (lists.empty() || (own.dated && random_.chance(50)))) {
        scope = scopeOf(space);
        target = own.name;
        return head + fmt::format("  for each {}\n", own.name);
    }
    Variable list{};
    if (named) {
        list = random_.of(lists);
    } else {
        // The path from the owner on; nested lists are named through their parents.
        std::string path = own.listName;
        std::size_t at = own.parent;
        while (world_.spaces[at].parent != kNoSpace) {
            path = world_.spaces[at].listName + "." + path;
            at = world_.spaces[at].parent;
        }
        list = {world_.spaces[at].name + "." + path, space};
    }
    const std::string binder = world_.fresh("b");
    scope.dated = world_.spaces[list.space].dated;
    const bool direct = std::count(list.text.begin(), list.text.end(), '.') == 1;
    const bool ownList =
        world_.spaces[list.space].parent != kNoSpace &&
        list.text.rfind(world_.spaces[world_.spaces[list.space].parent].name + ".", 0) == 0;
    if (direct && ownList && random_.chance(forFinding ? 35 : 12)) {
        const std::string other = world_.fresh("b");
        scope.variables.push_back({binder, list.space});
        scope.variables.push_back({other, list.space});
        scope.bare = false;  // the two rows may lie in different ones
        target = pathFrom(random_.chance(50) ? binder : other, list.space);
        return head + fmt::format("  for each pair {}, {} in {}\n", binder, other, list.text);
    }
    scope.variables.push_back({binder, list.space});
    target = pathFrom(binder, list.space);
    return head + fmt::format("  for each {} in {}\n", binder, list.text);
}

std::string PackWriter::action(const std::string& name,
                               const std::string& kind,
                               const std::string& target,
                               const ValueType& type,
                               std::size_t ref,
                               const Scope& scope) {
    if (kind == "union") {
        std::string members = random_.of(world_.codeSets[ref].codes);
        const std::string second = random_.of(world_.codeSets[ref].codes);
        if (second != members && random_.chance(40)) {
            members += ", " + second;
        }
        return fmt::format("add {} to {} of {}", members, name, target);
    }
    std::string verb = "set";
    std::string link = "to";
    if (kind != "exactly one") {
        verb = "require";
        link = kind == "lowest" ? "at most" : "at least";
    }
    const auto value = [&] {
        return kind == "strictest" ? random_.of(world_.scales[ref].steps)
                                   : expressions_.value(scope, type, 1);
    };
    std::string what = value();
    if (scope.dated && random_.chance(15)) {
        what.clear();
        for (const std::string& period : consecutivePeriods(random_.chance(80))) {
            what += fmt::format("\n    {} : {}", period, value());
        }
    }
    return fmt::format("{} {} of {} {} {}", verb, name, target, link, what);
}

void PackWriter::exceptions(const std::string& pack,
                            const std::string& rule,
                            const Scope& ruleScope,
                            const std::string& instead) {
    if (pack == "shop.rules" || !random_.chance(20)) {
        return;
    }
    // Another layer may except `area`, and then speaks for itself.
    const std::string by = pack == "area.rules" && random_.chance(50) ? "base.rules" : pack;
    GeneratedPack* home = nullptr;
    for (GeneratedPack& candidate : packs_) {
        if (candidate.name == by) {
            home = &candidate;
        }
    }
    Scope scope = ruleScope;
    scope.locals.clear();
    std::string text =
        fmt::format("exception {} to {}.{} \"but\"\n  source \"note\"\n  {}\n  when {}\n",
                    world_.fresh("exc"),
                    pack,
                    rule,
                    period(),
                    expressions_.condition(scope, 2));
    if (!instead.empty() && random_.chance(50)) {
        text += fmt::format("  then instead {}{}\n", instead, because(scope, 40));
    } else {
        text += fmt::format("  then waive{}\n", because(scope, 40));
    }
    home->items.push_back({text + "end\n", true});
}

void PackWriter::contribute(const std::string& name,
                            std::size_t space,
                            const std::string& kind,
                            const ValueType& type,
                            std::size_t ref) {
    const std::size_t rules = 1 + random_.below(4);
    for (std::size_t rule = 0; rule < rules; ++rule) {
        GeneratedPack& pack = lawPack();
        Scope scope;
        std::string target;
        const std::string ruleName = world_.fresh("rule");
        std::string text = fmt::format("rule {} \"because\"\n", ruleName);
        text += ruleHead(space, scope, target, /*forFinding=*/false);
        text += locals(scope);
        if (random_.chance(75)) {
            text += fmt::format("  when {}\n", expressions_.condition(scope, 2));
            if (random_.chance(20)) {
                text += fmt::format("  unless {}\n", expressions_.condition(scope, 1));
            }
        }
        const std::size_t actions = random_.chance(15) ? 2 : 1;
        for (std::size_t index = 0; index < actions; ++index) {
            text += fmt::format(
                "  then {}{}\n", action(name, kind, target, type, ref, scope), because(scope, 30));
        }
        pack.items.push_back({text + "end\n", true});
        scope.locals.clear();
        exceptions(pack.name, ruleName, scope, action(name, kind, target, type, ref, scope));
    }
}

std::string PackWriter::locals(Scope& scope) {
    std::string text;
    while (random_.chance(25)) {
        const ValueType type = quantity();
        Scope plain = scope;
        plain.inferred = true;
        const std::string name = world_.fresh("loc");
        text += fmt::format("  define {} as {}\n", name, expressions_.value(plain, type, 2));
        scope.locals.push_back({name, type, false, false, false, false, false});
    }
    return text;
}

void PackWriter::decision() {
    const std::size_t space = anySpace();
    const Space& own = world_.spaces[space];
    const std::string name = world_.fresh("dec");
    std::string when;
    if (random_.chance(25)) {
        when = " when " + expressions_.condition(scopeOf(space), 1);
    }
    std::string needs;
    for (const char* layer : {"base", "area"}) {
        if (random_.chance(12)) {
            needs += fmt::format(" needs {}", layer);
            if (random_.chance(50)) {
                needs += " when " + expressions_.condition(scopeOf(space), 1);
            }
        }
    }
    static const std::vector<std::string> kKinds{
        "strictest", "union", "lowest", "highest", "exactly one"};
    std::string kind = random_.of(kKinds);
    if (kind == "strictest" && !own.dated) {
        kind = "union";
    }
    ValueType type = kind == "exactly one" ? anyType() : quantity();
    std::string typeName = typeText(world_, type);
    std::size_t ref = 0;
    if (kind == "strictest") {
        typeName = world_.scales[0].name;
    } else if (kind == "union") {
        ref = 1;
        typeName = "set of " + world_.codeSets[ref].name;
    }
    core(fmt::format("decision {} of {}{} : {} {}{}\n",
                     name,
                     own.name,
                     when,
                     typeName,
                     kind == "exactly one" ? kind : "combined by " + kind,
                     needs));
    contribute(name, space, kind, type, ref);
    if (kind == "strictest" || kind == "union") {
        world_.spaces[space].decisions.push_back({name, kind == "strictest", ref});
    } else {
        world_.spaces[space].columns.push_back({name, type, false, false, false, false, false});
    }
}

void PackWriter::finding() {
    const std::size_t space = anySpace();
    GeneratedPack& pack = lawPack();
    const std::string name = world_.fresh("FIND");
    static const std::vector<std::string> kSeverities{"violation", "warning", "notice"};
    Scope scope;
    std::string target;
    std::string rule = fmt::format("rule {} \"because\"\n", world_.fresh("rule"));
    rule += ruleHead(space, scope, target, /*forFinding=*/true);
    rule += locals(scope);
    rule += fmt::format("  when {}\n", expressions_.condition(scope, 3));
    std::string slots;
    std::string values;
    std::string remedy;
    const std::size_t count = random_.below(3);
    for (std::size_t slot = 0; slot < count; ++slot) {
        const ValueType type = anyType();
        const std::string slotName = world_.fresh("s");
        slots += fmt::format(
            "{}{} : {}", slots.empty() ? " with " : ", ", slotName, typeText(world_, type));
        std::string value = expressions_.visible(scope, type);
        if (value.empty()) {
            value = expressions_.literal(type);
        }
        values += fmt::format("{}{} : {}", values.empty() ? " with " : ", ", slotName, value);
        remedy += fmt::format(" {{{}}}", slotName);
    }
    // A decision shown whole.
    for (const Variable& row : world_.rows(scope)) {
        for (const MemberDecision& decision : world_.spaces[row.space].decisions) {
            if (random_.chance(10)) {
                const std::string slotName = world_.fresh("s");
                const std::string type = decision.isStep
                                             ? world_.scales[decision.ref].name
                                             : "set of " + world_.codeSets[decision.ref].name;
                slots += fmt::format("{}{} : {}", slots.empty() ? " with " : ", ", slotName, type);
                values += fmt::format("{}{} : {} of {}",
                                      values.empty() ? " with " : ", ",
                                      slotName,
                                      decision.name,
                                      row.text);
                remedy += fmt::format(" {{{}}}", slotName);
            }
        }
    }
    std::string stake;
    if (random_.chance(30)) {
        stake = " at stake " + expressions_.value(scope, {Kind::Money, 2, 0}, 1);
    }
    rule += fmt::format(
        "  then report {} on {}{}{}{}\n", name, target, values, stake, because(scope, 60));
    pack.items.push_back(
        {fmt::format("finding {} {} \"title\"{}{}\n",
                     name,
                     random_.of(kSeverities),
                     slots,
                     remedy.empty() || random_.chance(40) ? "" : " remedy \"do" + remedy + "\""),
         true});
    const std::string ruleName = rule.substr(5, rule.find(' ', 5) - 5);
    pack.items.push_back({rule + "end\n", true});
    exceptions(pack.name, ruleName, scope, "");
}

}  // namespace proviso::differential
