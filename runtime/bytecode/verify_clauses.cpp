#include "runtime/bytecode/verify_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::bytecode::verification {

namespace {

/// Explanations go from a rule's clause to those below it and read, in a row of the rule's space or
/// of the space that a clause's link leads to, what each names. So every clause that a rule or an
/// exception leads to has one row space, and all it names are columns of that space.
class Clauses {
  public:
    Clauses(const Program& program, Report& report)
        : program_(program), registers_(program), report_(report),
          spaces_(program.clauses.size(), kNone) {}

    bool check() {
        return checkEach() && sortClauses() && giveSpaces() && checkValues() && checkSizes();
    }

  private:
    bool fail(std::string_view message) { return report_.fail(where_, std::string(message)); }
    bool failAt(std::size_t clause, std::string_view message) {
        return report_.fail(fmt::format("clause {}", clause), std::string(message));
    }

    /// What holds wherever a clause stands: the printer shows those too that no rule leads to.
    bool checkEach() {
        for (std::size_t index = 0; index < program_.clauses.size(); ++index) {
            const Clause& clause = program_.clauses[index];
            if (clause.value != kNone && !registers_.isColumn(clause.value, kNone)) {
                return failAt(index, "the clause's value is not a column");
            }
            if (!std::all_of(clause.members.begin(), clause.members.end(), [&](Register member) {
                    return registers_.isLogical(member, kNone);
                })) {
                return failAt(index, "the clause's members are not columns");
            }
            if (clause.link != kNone && !registers_.isLink(clause.link, kNone, kNone)) {
                return failAt(index, "the clause's link is not one");
            }
            if (!isDetail(clause)) {
                return failAt(index, "what the clause speaks of is not there");
            }
            for (const std::uint32_t child : clause.children) {
                if (child >= program_.clauses.size()) {
                    return failAt(index, "a clause below is not there");
                }
            }
        }
        return true;
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

    /// Each clause before those below it; there is no such order where one stands below itself.
    bool sortClauses() {
        const std::vector<Clause>& clauses = program_.clauses;
        std::vector<std::uint32_t> waiting(clauses.size(), 0);
        for (const Clause& clause : clauses) {
            for (const std::uint32_t child : clause.children) {
                ++waiting[child];
            }
        }
        for (std::uint32_t index = 0; index < clauses.size(); ++index) {
            if (waiting[index] == 0) {
                order_.push_back(index);
            }
        }
        for (std::size_t taken = 0; taken < order_.size(); ++taken) {
            for (const std::uint32_t child : clauses[order_[taken]].children) {
                if (--waiting[child] == 0) {
                    order_.push_back(child);
                }
            }
        }
        where_ = "clauses";
        return order_.size() == clauses.size() || fail("a clause stands below itself");
    }

    bool giveSpace(std::uint32_t clause, std::uint32_t space) {
        if (spaces_[clause] != kNone && spaces_[clause] != space) {
            return failAt(clause, "it is asked about rows of two row spaces");
        }
        spaces_[clause] = space;
        return true;
    }

    /// A rule asks its clause whether it holds.
    bool giveRoot(std::uint32_t clause, std::uint32_t space) {
        if (clause == kNone) {
            return true;
        }
        if (clause >= program_.clauses.size()) {
            return fail("its clause is not there");
        }
        const Clause& root = program_.clauses[clause];
        if (!root.members.empty() || !registers_.isLogical(root.value, space)) {
            return fail("its clause is not a yes or no of its row space");
        }
        return giveSpace(clause, space);
    }

    bool giveSpaces() {
        for (const RuleInfo& rule : program_.rules) {
            where_ = "rule " + rule.name;
            if (!giveRoot(rule.clause, rule.space)) {
                return false;
            }
            for (const ExceptionInfo& exception : rule.exceptions) {
                if (!giveRoot(exception.clause, rule.space)) {
                    return false;
                }
            }
        }
        for (const std::uint32_t index : order_) {
            if (spaces_[index] == kNone) {
                continue;
            }
            const Clause& clause = program_.clauses[index];
            std::uint32_t below = spaces_[index];
            if (clause.link != kNone) {
                if (!registers_.isLink(clause.link, below, kNone)) {
                    return failAt(index, "the clause's link leads from another row space");
                }
                below = program_.code[clause.link].target;
            }
            for (const std::uint32_t child : clause.children) {
                if (clause.kind == Clause::Kind::Definition && !isBody(child)) {
                    return failAt(child, "a definition that has no value in its own rows");
                }
                if (!giveSpace(child, below)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Explanations show what stands below a definition's body in the body's place.
    bool isBody(std::uint32_t index) const {
        const Clause& body = program_.clauses[index];
        return body.link == kNone && body.members.empty() && body.value != kNone;
    }

    bool isDate(Register number, std::uint32_t space) const {
        return registers_.isColumn(number, space) &&
               program_.code[number].type.kind == TypeKind::Date;
    }

    /// A value of the clause's type, or the members of a decision and, of steps, their date.
    bool checkValue(std::uint32_t index) {
        const Clause& clause = program_.clauses[index];
        const std::uint32_t space = spaces_[index];
        if (clause.type.kind == TypeKind::Set || !clause.members.empty()) {
            const bool isDecision =
                clause.type.kind == TypeKind::Set || clause.type.kind == TypeKind::Step;
            if (!isDecision || !registers_.areMembers(clause.members, clause.type, space)) {
                return failAt(index, "its members are not those of its type, of its row space");
            }
            return (clause.type.kind == TypeKind::Set && clause.value == kNone &&
                    clause.kind != Clause::Kind::Total) ||
                   isDate(clause.value, space) ||
                   failAt(index, "what dates its members is no date of its row space");
        }
        if (!registers_.isColumn(clause.value, space)) {
            return failAt(index, "it has neither a value of its row space nor members");
        }
        return isSame(clause.type, program_.code[clause.value].type) ||
               failAt(index, "its value has another type");
    }

    bool checkValues() {
        for (std::uint32_t index = 0; index < spaces_.size(); ++index) {
            if (spaces_[index] != kNone && !checkValue(index)) {
                return false;
            }
        }
        return true;
    }

    /// Explanations repeat what several clauses share.
    bool checkSizes() {
        const std::uint64_t most = program_.clauses.size() + kMostRepeatedClauses;
        std::vector<std::uint64_t> sizes(program_.clauses.size(), 1);
        for (auto index = order_.rbegin(); index != order_.rend(); ++index) {
            for (const std::uint32_t child : program_.clauses[*index].children) {
                sizes[*index] = std::min(sizes[*index] + sizes[child], most + 1);
            }
            if (spaces_[*index] != kNone && sizes[*index] > most) {
                return failAt(*index,
                              "so many clauses below it are shared that showing them has no end");
            }
        }
        return true;
    }

    const Program& program_;
    Registers registers_;
    Report& report_;
    std::string where_;
    std::vector<std::uint32_t> order_;   ///< parents before children
    std::vector<std::uint32_t> spaces_;  ///< by clause; kNone: no rule leads to it
};

}  // namespace

bool verifyClauses(const Program& program, Report& report) {
    return Clauses(program, report).check();
}

}  // namespace proviso::bytecode::verification
