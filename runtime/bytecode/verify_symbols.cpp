#include "runtime/bytecode/verify_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::bytecode::verification {

namespace {

class Symbols {
  public:
    Symbols(const Program& program, Report& report) : program_(program), report_(report) {}

    bool check() {
        return checkClasses() && checkSpaces() && checkFindings() && checkClauses() &&
               checkRules() && checkDecisions() && checkOutputs();
    }

  private:
    bool fail(std::string_view message) { return report_.fail(where_, std::string(message)); }

    bool isSpace(std::uint32_t space) const { return space < program_.spaces.size(); }

    /// A register that is a column, of `space` unless that is kNone.
    bool isColumn(Register number, std::uint32_t space) const {
        return number < program_.code.size() && program_.code[number].type.kind != TypeKind::None &&
               (space == kNone || program_.code[number].space == space);
    }
    bool isLogical(Register number, std::uint32_t space) const {
        return isColumn(number, space) && classOf(program_.code[number].type) == TypeClass::Logical;
    }
    bool isLink(Register number, std::uint32_t from, std::uint32_t to) const {
        return number < program_.code.size() && program_.code[number].type.kind == TypeKind::None &&
               program_.code[number].space == from &&
               (to == kNone || program_.code[number].target == to);
    }

    /// Members that a Set or Step decision of the type has.
    std::size_t memberCount(const Type& type) const {
        if (type.kind == TypeKind::Set) {
            return type.ref < program_.schema.codes.size()
                       ? program_.schema.codes[type.ref].members.size()
                       : 0;
        }
        return type.ref < program_.scales.size() ? program_.scales[type.ref].steps.size() : 0;
    }

    bool
    areMembers(const std::vector<Register>& members, const Type& type, std::uint32_t space) const {
        return members.size() == memberCount(type) &&
               std::all_of(members.begin(), members.end(), [&](Register member) {
                   return isLogical(member, space);
               });
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
        if (shown.type.kind == TypeKind::Set || shown.type.kind == TypeKind::Step) {
            const bool isDated = shown.type.kind != TypeKind::Step || shown.date == kNone ||
                                 isColumn(shown.date, space);
            return (isDated && areMembers(shown.members, shown.type, space)) ||
                   fail("a shown decision's members are not columns of its row space");
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
        for (std::size_t steps = 0; above != kNone; ++steps) {
            if (!isSpace(above) || steps == program_.spaces.size()) {
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

    /// The rows that are grouped are the entry record's or hang below it.
    bool isMembership(Register number, std::uint32_t space) const {
        return number < program_.code.size() && program_.code[number].type.kind == TypeKind::None &&
               program_.code[number].target == space &&
               program_.code[number].space < program_.schema.spaces.size();
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
            if (info.kind > SpaceInfo::Kind::Covers) {
                return fail("a kind of row space that there is not");
            }
            if (!isParent(space)) {
                return fail("the parent is not one that a link leads to");
            }
            if (!isOptionalLink(info.toParent, space, info.parent) ||
                !isOptionalLink(info.first, space, kNone) ||
                !isOptionalLink(info.second, space, kNone) ||
                (info.membership != kNone && !isMembership(info.membership, space))) {
                return fail("a link of the row space is not one");
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

    // Explanations walk the clauses, so they must not form a cycle.
    bool checkClauses() {
        const std::vector<Clause>& clauses = program_.clauses;
        std::vector<std::uint32_t> waiting(clauses.size(), 0);
        for (std::size_t index = 0; index < clauses.size(); ++index) {
            where_ = fmt::format("clause {}", index);
            const Clause& clause = clauses[index];
            if (clause.value != kNone && !isColumn(clause.value, kNone)) {
                return fail("the clause's value is not a column");
            }
            const auto isMember = [&](Register member) { return isLogical(member, kNone); };
            if (!std::all_of(clause.members.begin(), clause.members.end(), isMember) ||
                (!clause.members.empty() && clause.members.size() != memberCount(clause.type))) {
                return fail("the clause's members are not columns");
            }
            if (clause.link != kNone && (clause.link >= program_.code.size() ||
                                         program_.code[clause.link].type.kind != TypeKind::None)) {
                return fail("the clause's link is not one");
            }
            if (!isDetail(clause)) {
                return fail("what the clause speaks of is not there");
            }
            for (const std::uint32_t child : clause.children) {
                if (child >= clauses.size()) {
                    return fail("a clause below is not there");
                }
                ++waiting[child];
            }
        }
        // Takes away clauses that nothing stands above, until none is left or only cycles are.
        std::vector<std::uint32_t> free;
        for (std::uint32_t index = 0; index < clauses.size(); ++index) {
            if (waiting[index] == 0) {
                free.push_back(index);
            }
        }
        std::size_t taken = 0;
        for (; !free.empty(); ++taken) {
            const std::uint32_t index = free.back();
            free.pop_back();
            for (const std::uint32_t child : clauses[index].children) {
                if (--waiting[child] == 0) {
                    free.push_back(child);
                }
            }
        }
        where_ = "clauses";
        return taken == clauses.size() || fail("a clause stands below itself");
    }

    bool isDetail(const Clause& clause) const {
        switch (clause.kind) {
        case Clause::Kind::Parameter:
            return clause.detail < program_.parameters.size();
        case Clause::Kind::Table:
            return clause.detail < program_.tables.size();
        case Clause::Kind::Set:
            return clause.detail == kNone || clause.detail < program_.codeSets.size();
        case Clause::Kind::Decision:
            return clause.detail < program_.decisions.size();
        case Clause::Kind::Test:
        case Clause::Kind::All:
        case Clause::Kind::AnyOf:
        case Clause::Kind::Not:
        case Clause::Kind::Value:
        case Clause::Kind::Field:
        case Clause::Kind::Definition:
        case Clause::Kind::Total:
        case Clause::Kind::InForce:
            return true;
        }
        return false;
    }

    bool isClause(std::uint32_t clause) const {
        return clause == kNone || clause < program_.clauses.size();
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
            (effect.atStake != kNone && !isColumn(effect.atStake, rule.space))) {
            return fail("an effect's value is not a column of the rule's row space");
        }
        const std::uint32_t target =
            effect.row == kNone ? rule.space : program_.code[effect.row].target;
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
            const bool isSet = type.kind == TypeKind::Set || type.kind == TypeKind::Step;
            if (isSet ? effect.member >= memberCount(type) : effect.value == kNone) {
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
            if (!isClause(rule.clause)) {
                return fail("its clause is not there");
            }
            for (const auto& [space, weight] : rule.weights) {
                if (!isSpace(space) || weight < 0) {
                    return fail("a weight of no row space or below zero");
                }
            }
            for (const ExceptionInfo& exception : rule.exceptions) {
                if (!isLogical(exception.applies, rule.space) || !isClause(exception.clause)) {
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
            for (const DecisionInfo::Contribution& one : decision.contributions) {
                if (one.rule >= program_.rules.size() ||
                    one.effect >= program_.rules[one.rule].effects.size()) {
                    return fail("a contribution's rule is not there");
                }
                if (!isLogical(one.guard, decision.space) ||
                    (one.value != kNone && !isColumn(one.value, decision.space))) {
                    return fail("a contribution is not in the decision's row space");
                }
            }
        }
        return true;
    }

    bool checkOutputs() {
        for (const OutputInfo& output : program_.outputs) {
            where_ = "output " + output.name;
            if (!isSpace(output.space)) {
                return fail("its row space is not there");
            }
            const bool isList = output.rows != kNone;
            if (isList &&
                (!isSpace(output.rows) ||
                 (output.link == kNone ? output.rows != output.space
                                       : !isLink(output.link, output.rows, output.space)))) {
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
    Report& report_;
    std::string where_;
};

}  // namespace

bool verifySymbols(const Program& program, Report& report) {
    return Symbols(program, report).check();
}

}  // namespace proviso::bytecode::verification
