#include "runtime/bytecode/verify_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::bytecode::verification {

namespace {

class Symbols {
  public:
    Symbols(const Program& program, Report& report)
        : program_(program), registers_(program), report_(report) {}

    bool check() {
        return checkClasses() && checkSpaces() && checkFindings() && checkRules() &&
               checkDecisions() && checkOutputs();
    }

  private:
    bool fail(std::string_view message) { return report_.fail(where_, std::string(message)); }

    bool isSpace(std::uint32_t space) const { return space < program_.spaces.size(); }
    bool isColumn(Register number, std::uint32_t space) const {
        return registers_.isColumn(number, space);
    }
    bool isLogical(Register number, std::uint32_t space) const {
        return registers_.isLogical(number, space);
    }
    bool isLink(Register number, std::uint32_t from, std::uint32_t to) const {
        return registers_.isLink(number, from, to);
    }
    static bool isSet(const Type& type) {
        return type.kind == TypeKind::Set || type.kind == TypeKind::Step;
    }

    bool checkShown(const Shown& shown, std::uint32_t space) {
        if (shown.decision != kNone && shown.decision >= program_.decisions.size()) {
            return fail("a shown decision is not there");
        }
        // The plan of stages reads every register that is named, whatever the type.
        const auto isReadable = [&](Register one) { return one == kNone || isColumn(one, kNone); };
        if (!isReadable(shown.value) || !isReadable(shown.date) ||
            !std::all_of(shown.members.begin(), shown.members.end(), isReadable)) {
            return fail("a shown value names a register that is no column");
        }
        if (isSet(shown.type)) {
            const bool isDated = shown.type.kind == TypeKind::Set ||
                                 (isColumn(shown.date, space) &&
                                  program_.code[shown.date].type.kind == TypeKind::Date);
            return (isDated && registers_.areMembers(shown.members, shown.type, space)) ||
                   fail("a shown decision's members, or their date, are not columns of its row "
                        "space");
        }
        if (!isColumn(shown.value, space)) {
            return fail("a shown value is not a column of its row space");
        }
        return isSame(shown.type, program_.code[shown.value].type) ||
               fail("a shown value has another type than its column");
    }

    bool checkTemplate(const Template& text, std::uint32_t space, std::size_t slots) {
        for (const TextPart& part : text) {
            if (part.slot != kNone && part.slot >= slots) {
                return fail("a text shows a slot that is not there");
            }
            if (part.shown.has_value() && (space == kNone || !checkShown(*part.shown, space))) {
                return space == kNone ? fail("a remedy shows a value that is no slot") : false;
            }
        }
        return true;
    }

    /// Rows are followed from parent to parent, which must come to an end.
    bool isParent(std::uint32_t space) const {
        const SpaceInfo& info = program_.spaces[space];
        if (space < program_.schema.spaces.size()) {
            return info.parent == program_.schema.spaces[space].parent;
        }
        if (info.parent != kNone && info.toParent == kNone) {
            return false;
        }
        std::uint32_t above = info.parent;
        for (std::size_t steps = 1; above != kNone; ++steps) {
            if (!isSpace(above) || steps > kMostLevels) {
                return false;
            }
            above = program_.spaces[above].parent;
        }
        return true;
    }

    /// Whether the rows of a space hang under entry records or groups, whose budgets count.
    bool hasRoot(std::uint32_t space) const {
        while (space != 0 && program_.spaces[space].kind != SpaceInfo::Kind::Group) {
            space = program_.spaces[space].parent;
            if (space == kNone) {
                return false;
            }
        }
        return true;
    }

    bool isOptionalLink(Register number, std::uint32_t from, std::uint32_t to) const {
        return number == kNone || isLink(number, from, to);
    }

    /// The rows that are grouped are the entry record's or hang below it. Each group has some.
    bool isMembership(Register number, std::uint32_t space) const {
        return number < program_.code.size() && program_.code[number].op == Op::GroupBy &&
               program_.code[number].target == space &&
               program_.code[number].space < program_.schema.spaces.size();
    }

    bool isOfKind(std::uint32_t space, SpaceInfo::Kind kind) const {
        return program_.spaces[space].kind == kind;
    }

    /// What places of rows are made of: a pair is shown as its two rows, what covers a stretch of
    /// time as the row that it was made of, a group by its members.
    bool isNamed(std::uint32_t space) const {
        const SpaceInfo& info = program_.spaces[space];
        switch (info.kind) {
        case SpaceInfo::Kind::Group:
            return isMembership(info.membership, space) && info.partitionClass != kNone;
        case SpaceInfo::Kind::Pairs: {
            if (!isLink(info.first, space, kNone)) {
                return false;
            }
            const std::uint32_t of = program_.code[info.first].target;
            return isLink(info.second, space, of) && !isOfKind(of, SpaceInfo::Kind::Pairs);
        }
        case SpaceInfo::Kind::Covers: {
            if (!isLink(info.first, space, kNone)) {
                return false;
            }
            const std::uint32_t of = program_.code[info.first].target;
            return !isOfKind(of, SpaceInfo::Kind::Covers) &&
                   !isOfKind(of, SpaceInfo::Kind::Instants);
        }
        case SpaceInfo::Kind::Input:
        case SpaceInfo::Kind::Keyed:
        case SpaceInfo::Kind::Rows:
        case SpaceInfo::Kind::Helper:
        case SpaceInfo::Kind::Instants:
            return true;
        }
        return false;
    }

    bool checkClasses() {
        for (const PartitionClass& one : program_.classes) {
            where_ = "records brought together by " + one.name;
            if (!std::all_of(one.keys.begin(), one.keys.end(), [&](Register key) {
                    return isColumn(key, 0);
                })) {
                return fail("a key is not a column of the entry record");
            }
        }
        return true;
    }

    bool checkSpaces() {
        for (std::uint32_t space = 0; space < program_.spaces.size(); ++space) {
            const SpaceInfo& info = program_.spaces[space];
            where_ = fmt::format("space {}", info.name);
            if (!isParent(space)) {
                return fail("the parent is not one that a link leads to");
            }
            if (!isOptionalLink(info.toParent, space, info.parent) ||
                !isOptionalLink(info.first, space, kNone) ||
                !isOptionalLink(info.second, space, kNone) ||
                (info.membership != kNone && !isMembership(info.membership, space))) {
                return fail("a link of the row space is not one");
            }
            if (!isNamed(space)) {
                return fail("its kind of row space does not have what says which row is which");
            }
            if (info.partitionClass != kNone && info.partitionClass >= program_.classes.size()) {
                return fail("what brings its rows together is not there");
            }
            if ((info.exists != kNone && !isLogical(info.exists, space)) ||
                (info.rank != kNone && !isColumn(info.rank, space))) {
                return fail("existence or rank is not a column of the row space");
            }
            for (const Shown& shown : info.columns) {
                if (!checkShown(shown, space)) {
                    return false;
                }
            }
        }
        return true;
    }

    bool checkFindings() {
        for (const FindingInfo& finding : program_.findings) {
            where_ = "finding " + finding.name;
            if (finding.severity > Severity::Notice) {
                return fail("a severity that there is not");
            }
            if (finding.remedy.has_value() &&
                !checkTemplate(*finding.remedy, kNone, finding.slots.size())) {
                return false;
            }
        }
        return true;
    }

    bool isAmount(Register number, std::uint32_t space) const {
        return isColumn(number, space) && isCountable(program_.code[number].type);
    }

    bool checkEffect(const RuleInfo& rule, const Effect& effect) {
        if (!isLogical(effect.guard, rule.space)) {
            return fail("an effect's guard is not a yes or no of the rule's row space");
        }
        if (effect.exception != kNone && effect.exception >= rule.exceptions.size()) {
            return fail("an effect's exception is not there");
        }
        if (effect.row != kNone && !isLink(effect.row, rule.space, kNone)) {
            return fail("an effect's row is not a link of the rule's row space");
        }
        if ((effect.value != kNone && !isColumn(effect.value, rule.space)) ||
            (effect.atStake != kNone && !isAmount(effect.atStake, rule.space))) {
            return fail("an effect's value is not a column of the rule's row space");
        }
        const std::uint32_t target =
            effect.row == kNone ? rule.space : program_.code[effect.row].target;
        if (!hasRoot(target)) {
            return fail("the rows that it speaks about hang under no entry record and no group");
        }
        switch (effect.kind) {
        case Effect::Kind::Contribute: {
            if (effect.decision >= program_.decisions.size()) {
                return fail("an effect's decision is not there");
            }
            const DecisionInfo& decision = program_.decisions[effect.decision];
            if (decision.space != target) {
                return fail("an effect's decision is about rows of another space");
            }
            const Type& type = decision.shown.type;
            if (isSet(type)
                    ? effect.member >= registers_.memberCount(type)
                    : effect.value == kNone || !isSame(type, program_.code[effect.value].type)) {
                return fail("an effect contributes nothing that its decision takes");
            }
            break;
        }
        case Effect::Kind::Report:
            if (effect.finding >= program_.findings.size() ||
                effect.slots.size() != program_.findings[effect.finding].slots.size()) {
                return fail("an effect's finding is not there or has other slots");
            }
            break;
        default:
            return fail("an effect of no known kind");
        }
        for (const Shown& slot : effect.slots) {
            if (!checkShown(slot, rule.space)) {
                return false;
            }
        }
        return !effect.because.has_value() || checkTemplate(*effect.because, rule.space, 0);
    }

    bool checkRules() {
        for (const RuleInfo& rule : program_.rules) {
            where_ = "rule " + rule.name;
            if (!isSpace(rule.space) || !isLogical(rule.applies, rule.space) ||
                (rule.inForce != kNone && !isLogical(rule.inForce, rule.space))) {
                return fail("whether the rule applies is not a yes or no of its row space");
            }
            if (!hasRoot(rule.space)) {
                return fail("its rows hang under no entry record and no group");
            }
            for (const auto& [space, weight] : rule.weights) {
                if (!isSpace(space) || weight < 0) {
                    return fail("a weight of no row space or below zero");
                }
            }
            for (const ExceptionInfo& exception : rule.exceptions) {
                if (!isLogical(exception.applies, rule.space)) {
                    return fail("an exception that is not about the rule's row space");
                }
                if (exception.because.has_value() &&
                    !checkTemplate(*exception.because, rule.space, 0)) {
                    return false;
                }
            }
            for (const Effect& effect : rule.effects) {
                if (!checkEffect(rule, effect)) {
                    return false;
                }
            }
        }
        return true;
    }

    bool checkDecisions() {
        for (const DecisionInfo& decision : program_.decisions) {
            where_ = "decision " + decision.name;
            if (!isSpace(decision.space) || decision.combination > Combination::ExactlyOne) {
                return fail("its row space or its way of combining is not there");
            }
            if (!checkShown(decision.shown, decision.space)) {
                return false;
            }
            const TypeKind kind = decision.shown.type.kind;
            if ((decision.combination == Combination::Strictest) != (kind == TypeKind::Step) ||
                (decision.combination == Combination::Union) != (kind == TypeKind::Set)) {
                return fail("values of its type are not combined like that");
            }
            for (const DecisionInfo::Contribution& one : decision.contributions) {
                if (one.rule >= program_.rules.size() ||
                    one.effect >= program_.rules[one.rule].effects.size()) {
                    return fail("a contribution's rule is not there");
                }
                if (!isLogical(one.guard, decision.space) ||
                    (isSet(decision.shown.type) && one.value == kNone
                         ? false
                         : !isColumn(one.value, decision.space))) {
                    return fail("a contribution is not in the decision's row space");
                }
            }
        }
        return true;
    }

    bool checkOutputs() {
        for (const OutputInfo& output : program_.outputs) {
            where_ = "output " + output.name;
            if (!isSpace(output.space) || !hasRoot(output.space)) {
                return fail("its row space is not there or hangs under no entry record and no "
                            "group");
            }
            const bool isList = output.rows != kNone;
            if (isList &&
                (!isSpace(output.rows) || !isLink(output.link, output.rows, output.space))) {
                return fail("its rows do not lead to its row space");
            }
            if (!isList && output.columns.size() != 1) {
                return fail("an output that is no list has one value");
            }
            for (const Shown& shown : output.columns) {
                if (!checkShown(shown, isList ? output.rows : output.space)) {
                    return false;
                }
            }
        }
        where_ = "outcomes";
        return program_.outcomes == kNone ||
               (isSpace(program_.outcomesSpace) &&
                isColumn(program_.outcomes, program_.outcomesSpace)) ||
               fail("the number of outcomes is not a column of its row space");
    }

    const Program& program_;
    Registers registers_;
    Report& report_;
    std::string where_;
};

}  // namespace

bool Registers::isColumn(Register number, std::uint32_t space) const {
    return number < program_.code.size() && program_.code[number].type.kind != TypeKind::None &&
           (space == kNone || program_.code[number].space == space);
}

bool Registers::isLogical(Register number, std::uint32_t space) const {
    return isColumn(number, space) && classOf(program_.code[number].type) == TypeClass::Logical;
}

bool Registers::isLink(Register number, std::uint32_t from, std::uint32_t to) const {
    return number < program_.code.size() && program_.code[number].type.kind == TypeKind::None &&
           (from == kNone || program_.code[number].space == from) &&
           (to == kNone || program_.code[number].target == to);
}

std::size_t Registers::memberCount(const Type& type) const {
    if (type.kind == TypeKind::Set) {
        return type.ref < program_.schema.codes.size()
                   ? program_.schema.codes[type.ref].members.size()
                   : 0;
    }
    return type.ref < program_.scales.size() ? program_.scales[type.ref].steps.size() : 0;
}

bool Registers::areMembers(const std::vector<Register>& members,
                           const Type& type,
                           std::uint32_t space) const {
    const bool isThere = type.kind == TypeKind::Set ? type.ref < program_.schema.codes.size()
                                                    : type.ref < program_.scales.size();
    return isThere && members.size() == memberCount(type) &&
           std::all_of(members.begin(), members.end(), [&](Register member) {
               return isLogical(member, space);
           });
}

bool verifySymbols(const Program& program, Report& report) {
    return Symbols(program, report).check();
}

}  // namespace proviso::bytecode::verification
