#include "runtime/bytecode/op_info.h"
#include "runtime/bytecode/verify_parts.h"
#include "runtime/values/decimal.h"
#include "runtime/values/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace proviso::bytecode::verification {

namespace {

constexpr std::int64_t kMostDigits = 18;
/// How many row spaces are built one from the other: they are followed back to the records.
constexpr std::size_t kMostBuilt = 1000;

bool isBuild(Op op) {
    return op == Op::BuildRows || op == Op::BuildPairs || op == Op::BuildProduct ||
           op == Op::BuildWindow || op == Op::BuildInstants || op == Op::BuildCovers;
}

bool isKeyed(Op op) {
    return op == Op::GroupBy || op == Op::BuildKeyed;
}

bool isLinkOp(Op op) {
    return isBuild(op) || isKeyed(op) || op == Op::InputParent || op == Op::Compose ||
           op == Op::FirstRow || op == Op::PairSecond || op == Op::ProductSecond ||
           op == Op::SecondOf || op == Op::Identity || op == Op::LinkOfRow;
}

/// Which row space each letter of ops.def stands for in one instruction.
class Letters {
  public:
    Letters() { spaces_.fill(kNone); }
    std::uint32_t of(char letter) const { return spaces_[index(letter)]; }
    bool bind(char letter, std::uint32_t space) {
        std::uint32_t& known = spaces_[index(letter)];
        if (known == kNone) {
            known = space;
        }
        return known == space;
    }

  private:
    static std::size_t index(char letter) { return static_cast<unsigned char>(letter) % 128U; }
    std::array<std::uint32_t, 128> spaces_{};
};

class Code {
  public:
    Code(const Program& program, Report& report)
        : program_(program), report_(report), isMade_(program.spaces.size()),
          isGroup_(program.spaces.size()), built_(program.spaces.size()) {}

    bool check() {
        std::fill_n(isMade_.begin(), program_.schema.spaces.size(), true);
        if (program_.code.size() >= kNone) {
            return report_.fail("code", "too many instructions");
        }
        for (number_ = 0; number_ < program_.code.size(); ++number_) {
            if (!checkInstruction()) {
                return false;
            }
        }
        return true;
    }

  private:
    const Instruction& instruction() const { return program_.code[number_]; }
    const Instruction& operand(std::size_t index) const {
        return program_.code[instruction().operands[index]];
    }
    const Type& operandType(std::size_t index) const { return operand(index).type; }

    bool fail(std::string_view message) {
        return report_.fail(fmt::format("%{} {}", number_, opName(instruction().op)),
                            std::string(message));
    }

    bool isMade(std::uint32_t space) const { return space < isMade_.size() && isMade_[space]; }

    bool checkInstruction() {
        const Instruction& one = instruction();
        const OpInfo* const info = findOp(one.op);
        if (info == nullptr) {
            return fail("no operation has this number");
        }
        const std::uint32_t made = isBuild(one.op)   ? one.space
                                   : isKeyed(one.op) ? one.index
                                                     : kNone;
        if (made != kNone || isBuild(one.op) || isKeyed(one.op)) {
            if (made >= program_.spaces.size() || isMade_[made]) {
                return fail("the row space that it makes is not there or made twice");
            }
        }
        if (!isBuild(one.op) && !isMade(one.space)) {
            return fail("its row space is not made before it");
        }
        if (isLinkOp(one.op) ? one.type.kind != TypeKind::None
                             : !isColumnType(program_, one.type)) {
            return fail("a type that the register cannot have");
        }
        letters_ = Letters();
        letters_.bind('S', one.space);
        if (!checkOperands(*info) || !checkTarget() || !checkMeaning()) {
            return false;
        }
        if (made != kNone) {
            isMade_[made] = true;
            isGroup_[made] = one.op == Op::GroupBy;
            return isShallow(made);
        }
        return true;
    }

    bool isShallow(std::uint32_t made) {
        std::size_t below = 0;
        const auto buildOn = [&](std::uint32_t space) {
            below = space == kNone || space == made ? below : std::max(below, built_[space]);
        };
        buildOn(instruction().space);
        buildOn(instruction().target);
        for (const Register operand : instruction().operands) {
            buildOn(program_.code[operand].space);
            buildOn(program_.code[operand].target);
        }
        built_[made] = below + 1;
        return below < kMostBuilt || fail("too many row spaces are built one from the other");
    }

    // ---- operands, by ops.def

    bool checkOperands(const OpInfo& info) {
        std::size_t count = instruction().operands.size();
        for (const Register operand : instruction().operands) {
            if (operand >= number_) {
                return fail("an operand is not an earlier register");
            }
        }
        if (takesMore(info.op) &&
            (info.ownRest ? count % 2 == 1 : count == info.operands.size() + 1)) {
            --count;
            if (isLinkOp(operand(count).op) || operand(count).space != instruction().space ||
                classOf(operandType(count)) != TypeClass::Logical) {
                return fail("whether rows may be missing is no answer about its rows");
            }
        }
        if (info.ownRest) {
            if (count < info.operands.size()) {
                return fail("the number of operands is wrong");
            }
            for (std::size_t index = 0; index < info.operands.size(); ++index) {
                if (!checkOperand(info.operands[index], index)) {
                    return false;
                }
            }
            const bool fits =
                info.op == Op::FoldLatest
                    ? verifyLatest(program_, instruction(), count, letters_.of('C'))
                    : verifyWindow(program_, instruction(), letters_.of('A'), letters_.of('C'));
            return fits || fail("operands that do not fit its window");
        }
        const auto repeated = std::find_if(info.operands.begin(),
                                           info.operands.end(),
                                           [](const OperandInfo& one) { return one.repeats; });
        if (info.pairsRepeat) {
            if (count % info.operands.size() != 0) {
                return fail("the operands do not come in pairs");
            }
        } else if (repeated != info.operands.end() ? count + 1 < info.operands.size()
                                                   : count != info.operands.size()) {
            return fail("the number of operands is wrong");
        }
        const auto before = static_cast<std::size_t>(repeated - info.operands.begin());
        const std::size_t extra = count - std::min(count, info.operands.size());
        for (std::size_t index = 0; index < count; ++index) {
            std::size_t described = index;
            if (info.pairsRepeat) {
                described = index % info.operands.size();
            } else if (repeated != info.operands.end()) {
                // One missing where the repeated operand does not occur at all.
                const std::size_t occurs = count + 1 == info.operands.size() ? 0 : extra + 1;
                if (index >= before + occurs) {
                    described = index + 1 - occurs;
                } else if (index >= before) {
                    described = before;
                }
            }
            if (!checkOperand(info.operands[described], index)) {
                return false;
            }
        }
        return true;
    }

    bool checkOperand(const OperandInfo& info, std::size_t index) {
        const Instruction& given = operand(index);
        if (isLinkOp(given.op) != info.link) {
            return fail(fmt::format("operand {} is a {}", index, info.link ? "column" : "link"));
        }
        if (!letters_.bind(info.space, given.space)) {
            return fail(fmt::format("operand {} is of another row space", index));
        }
        if (info.link && !letters_.bind(info.target, given.target)) {
            return fail(fmt::format("operand {} leads to another row space", index));
        }
        if (!info.link && info.target != 0 &&
            (given.type.kind != TypeKind::Row || !letters_.bind(info.target, given.type.ref))) {
            return fail(fmt::format("operand {} does not name rows of the row space", index));
        }
        if (!info.madeBy.empty() && !isMadeBy(info, given.op)) {
            return fail(fmt::format("operand {} does not come from {}", index, info.madeBy));
        }
        return checkRole(info.role, given.type) ||
               fail(fmt::format("operand {} has no type for a {}", index, info.role));
    }

    static bool checkRole(std::string_view role, const Type& type) {
        if (role == "mask" || role == "guard" || role == "when" || role == "test") {
            return classOf(type) == TypeClass::Logical;
        }
        if (role == "date") {
            return type.kind == TypeKind::Date;
        }
        if (role == "code") {
            return classOf(type) == TypeClass::Text;
        }
        if (role == "fact") {
            return type.kind == TypeKind::Enumeration;
        }
        if (role == "rank" || role == "choice" || role == "branch" || role == "total") {
            return isWhole(type);
        }
        if (role == "by" || role == "each") {
            return isCountable(type);
        }
        return true;
    }

    // ---- where links lead

    std::uint32_t targetOf() const {
        const Instruction& one = instruction();
        switch (one.op) {
        case Op::InputParent:
        case Op::GroupBy:
        case Op::BuildKeyed:
        case Op::BuildRows:
        case Op::BuildWindow:
        case Op::BuildCovers:
            return one.index;
        case Op::BuildInstants:
            return letters_.of('P');
        case Op::Identity:
            return one.space;
        case Op::LinkOfRow:
            return letters_.of('T');
        case Op::SecondOf:
            // The links that these were made of were checked with them.
            return operand(0).op == Op::BuildWindow
                       ? program_.code[operand(0).operands[1]].space
                       : program_.code[program_.code[operand(0).operands[0]].operands[0]].space;
        case Op::Compose:
            return letters_.of('U');
        case Op::FirstRow:
        case Op::BuildPairs:
        case Op::PairSecond:
        case Op::BuildProduct:
            return letters_.of('C');
        case Op::ProductSecond:
            return operand(0).index;
        default:
            return kNone;
        }
    }

    bool checkTarget() {
        const Instruction& one = instruction();
        if (!isLinkOp(one.op)) {
            // The plan of stages reads it whatever the operation.
            return one.target == kNone || fail("a column leads to no row space");
        }
        if (one.target == kNone || one.target >= program_.spaces.size() ||
            one.target != targetOf()) {
            return fail("the link leads to another row space than the operation says");
        }
        switch (one.op) {
        case Op::InputParent:
            return (one.space < program_.schema.spaces.size() &&
                    program_.schema.spaces[one.space].parent == one.index) ||
                   fail("not the parent of a list of the input");
        case Op::BuildRows:
            return (isMade(one.index) && std::all_of(one.operands.begin(),
                                                     one.operands.end(),
                                                     [&](Register when) {
                                                         return program_.code[when].space ==
                                                                one.index;
                                                     })) ||
                   fail("the source rows are of another row space");
        case Op::BuildPairs:
        case Op::BuildInstants:
            return one.index == letters_.of('C') ||
                   fail("the source rows are of another row space");
        case Op::BuildWindow:
            return one.index == letters_.of('A') ||
                   fail("the asking rows are of another row space");
        case Op::BuildCovers:
            return one.index == letters_.of('I') || fail("the instants are of another row space");
        case Op::LinkOfRow:
            return isMade(one.target) || fail("the rows named are not made before it");
        case Op::BuildProduct:
            return one.index == letters_.of('D') ||
                   fail("the second rows are of another row space");
        default:
            return true;
        }
    }

    // ---- types, indexes and constants

    bool allOperands(TypeClass wanted) const {
        return std::all_of(
            instruction().operands.begin(), instruction().operands.end(), [&](Register one) {
                return classOf(program_.code[one].type) == wanted;
            });
    }

    /// All operands from `first` on have the result's type.
    bool allSame(std::size_t first) const {
        for (std::size_t index = first; index < instruction().operands.size(); ++index) {
            if (!isSame(operandType(index), instruction().type)) {
                return false;
            }
        }
        return true;
    }

    bool gives(TypeKind kind) const { return instruction().type.kind == kind; }
    bool givesYesNo() const { return classOf(instruction().type) == TypeClass::Logical; }
    bool givesRowOf(std::uint32_t space) const {
        return gives(TypeKind::Row) && instruction().type.ref == space;
    }
    bool immediateIn(std::int64_t low, std::int64_t high) const {
        return instruction().immediate >= low && instruction().immediate <= high;
    }

    bool isSum() const {
        const Type& result = instruction().type;
        if (!allOperands(TypeClass::Numeric) || classOf(result) != TypeClass::Numeric) {
            return false;
        }
        return operandType(0).scale == result.scale && operandType(1).scale == result.scale;
    }

    bool scaleIs(std::int64_t expected) const {
        return isCountable(instruction().type) && instruction().type.scale == expected;
    }

    bool checkArithmetic() const {
        const Instruction& one = instruction();
        if (!std::all_of(one.operands.begin(), one.operands.end(), [&](Register operandNumber) {
                return isCountable(program_.code[operandNumber].type);
            })) {
            return false;
        }
        const std::int64_t scale = operandType(0).scale;
        switch (one.op) {
        case Op::Multiply:
            return scaleIs(scale + operandType(1).scale);
        case Op::Negate:
            return scaleIs(scale);
        case Op::Rescale:
            return immediateIn(0, kMostDigits) && scaleIs(scale + one.immediate);
        case Op::IntegerDivide:
            return scale == operandType(1).scale && scaleIs(0);
        case Op::Modulo:
            return scale == operandType(1).scale && scaleIs(scale);
        case Op::Round:
            return immediateIn(0, kMostDigits) && one.mode <= 3 && scaleIs(scale - one.immediate);
        case Op::RoundRatio:
            return immediateIn(-kMostDigits, kMostDigits) && one.mode <= 3 &&
                   scaleIs(scale - operandType(1).scale + one.immediate);
        case Op::CompareRatio:
            // a/b against c/d: the scales must cancel.
            return one.mode <= 5 && givesYesNo() &&
                   scale + operandType(3).scale == operandType(1).scale + operandType(2).scale;
        default:
            return false;
        }
    }

    bool checkTableLookup() const {
        const Instruction& one = instruction();
        if (one.index >= program_.tables.size()) {
            return false;
        }
        const Table& table = program_.tables[one.index];
        if (one.operands.size() != table.given.size() + 1 || one.immediate < 0 ||
            static_cast<std::uint64_t>(one.immediate) >= table.gives.size()) {
            return false;
        }
        for (std::size_t index = 0; index < table.given.size(); ++index) {
            if (!isSame(operandType(index), table.given[index])) {
                return false;
            }
        }
        return isSame(one.type, table.gives[static_cast<std::size_t>(one.immediate)]);
    }

    bool checkAccepts() const {
        const Instruction& one = instruction();
        if (one.index >= program_.scales.size()) {
            return false;
        }
        const Scale& scale = program_.scales[one.index];
        return one.immediate >= 0 &&
               static_cast<std::uint64_t>(one.immediate) < scale.steps.size() && givesYesNo() &&
               operandType(0).ref == scale.enumeration;
    }

    bool areTexts() const {
        for (std::size_t index = 0; index < instruction().operands.size(); ++index) {
            if (operandType(index).kind != TypeKind::Text) {
                return false;
            }
        }
        return true;
    }

    bool checkContributions() const {
        for (std::size_t index = 1; index < instruction().operands.size(); index += 2) {
            if (!isSame(operandType(index), instruction().type)) {
                return false;
            }
        }
        return instruction().op != Op::ExactlyOne || instruction().index < program_.texts.size();
    }

    bool isMeaningful() const {
        const Instruction& one = instruction();
        const std::size_t operands = one.operands.size();
        switch (one.op) {
        case Op::Input:
            return one.space < program_.schema.spaces.size() &&
                   one.index < program_.schema.spaces[one.space].fields.size() &&
                   isSame(one.type, program_.schema.spaces[one.space].fields[one.index].type);
        case Op::Constant:
            return isValueOf(program_, one.type, one.immediate);
        case Op::Choice:
            return isWhole(one.type);
        case Op::Add:
        case Op::Subtract:
            return isSum();
        case Op::Multiply:
        case Op::Negate:
        case Op::Rescale:
        case Op::IntegerDivide:
        case Op::Modulo:
        case Op::Round:
        case Op::RoundRatio:
        case Op::CompareRatio:
            return checkArithmetic();
        case Op::DatePart:
            return operandType(0).kind == TypeKind::Date && immediateIn(0, 3) && isWhole(one.type);
        case Op::Compare:
            return givesYesNo() && isComparable(operandType(0), operandType(1), one.mode);
        case Op::And:
        case Op::Or:
            return operands >= 1 && givesYesNo() && allOperands(TypeClass::Logical);
        case Op::Not:
            return givesYesNo() && classOf(operandType(0)) == TypeClass::Logical;
        case Op::FoldAny:
        case Op::FoldEvery:
            return givesYesNo() && classOf(operandType(1)) == TypeClass::Logical;
        case Op::GroupHoles:
            return givesYesNo() && isGroup_[one.space];
        case Op::PeriodStart:
        case Op::PeriodEnd:
            return operandType(0).kind == TypeKind::Date && gives(TypeKind::Date) &&
                   immediateIn(0, 3);
        case Op::WordCount:
        case Op::DrawNumber:
            return areTexts() && isWhole(one.type);
        case Op::Similarity:
            return areTexts() && isSame(one.type, {TypeKind::Number, kSimilarityScale, 0});
        case Op::Guard:
            return givesYesNo() && allOperands(TypeClass::Logical) &&
                   one.index < program_.rules.size() &&
                   program_.rules[one.index].space == one.space;
        case Op::UnknownIf:
            return givesYesNo() && allOperands(TypeClass::Logical) &&
                   one.index < program_.texts.size();
        case Op::Select:
        case Op::BranchSelect:
            return allSame(1);
        case Op::OrElse:
            return allSame(0);
        case Op::IsKnown:
        case Op::IsApplicable:
        case Op::RowExists:
        case Op::SecondExists:
            return givesYesNo();
        case Op::InForce:
            return one.index < program_.periods.size() && givesYesNo();
        case Op::DatedSelect:
            return one.index < program_.datedLists.size() &&
                   operands == program_.datedLists[one.index].size() + 1 && allSame(1);
        case Op::Parameter:
            return one.index < program_.parameters.size() &&
                   isSame(one.type, program_.parameters[one.index].type);
        case Op::TableLookup:
            return checkTableLookup();
        case Op::InSet:
            return one.index < program_.codeSets.size() && givesYesNo();
        case Op::Accepts:
            return checkAccepts();
        case Op::ExactlyOne:
        case Op::Lowest:
        case Op::Highest:
            return checkContributions();
        case Op::Spread:
        case Op::Gather:
            return isSame(operandType(0), one.type);
        case Op::RowOfLink:
            return givesRowOf(letters_.of('T'));
        case Op::FoldTotal:
            return immediateIn(0, 1) && isCountable(one.type) && isSame(operandType(2), one.type);
        case Op::FoldHighest:
        case Op::FoldLowest:
            return isSame(operandType(2), one.type);
        case Op::FoldCount:
        case Op::FoldDistinct:
        case Op::BranchOf:
        case Op::Rank:
        case Op::DenseRank:
        case Op::ApportionOutcomes:
            return isWhole(one.type);
        case Op::FoldOnly:
            return givesRowOf(letters_.of('C'));
        case Op::FoldFirst:
        case Op::FoldLatest:
            return givesRowOf(letters_.of('C')) && one.mode <= 1;
        case Op::Apportion:
            return isWhole(one.type) && operandType(3).scale == operandType(4).scale;
        case Op::BuildInstants:
            return isCountable(operandType(1)) && isSame(operandType(1), operandType(2));
        case Op::InstantStart:
        case Op::InstantEnd:
            return isSame(one.type, program_.code[operand(0).operands[1]].type);
        case Op::InputParent:
        case Op::NotApplicable:
        case Op::BuildWindow:
        case Op::BuildCovers:
        case Op::SecondOf:
        case Op::Identity:
        case Op::LinkOfRow:
        case Op::Compose:
        case Op::FirstRow:
        case Op::GroupBy:
        case Op::BuildKeyed:
        case Op::BuildRows:
        case Op::BuildPairs:
        case Op::PairSecond:
        case Op::BuildProduct:
        case Op::ProductSecond:
            return true;
        }
        return false;
    }

    bool checkMeaning() {
        return isMeaningful() ||
               fail("types, an index or a constant that the operation cannot have");
    }

    const Program& program_;
    Report& report_;
    std::vector<bool> isMade_;
    std::vector<bool> isGroup_;       ///< made by GroupBy
    std::vector<std::size_t> built_;  ///< on how many spaces, one from the other
    std::size_t number_ = 0;
    Letters letters_;
};

}  // namespace

bool verifyCode(const Program& program, Report& report) {
    return Code(program, report).check();
}

}  // namespace proviso::bytecode::verification
