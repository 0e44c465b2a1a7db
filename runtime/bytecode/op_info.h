#pragma once

#include "runtime/bytecode/program.h"

#include <cstdint>
#include <string_view>
#include <vector>

/// The rows of ops.def as data, for the verifier, the printer and the documentation.
namespace proviso::bytecode {

enum class Family : std::uint8_t {
    Source,
    Map,
    Cross,
    Link,
    Fold,
    Build
};

struct OperandInfo {
    bool link = false;
    char space = 'S';  ///< letter of the operand's row space; S is the instruction's own
    char target =
        0;  ///< a link: letter of the space it leads to; a column of rows: of the rows it names
    std::string_view role;  ///< mask, date, guard ...; may be empty
    std::string_view
        madeBy;            ///< a link: the operations it may come from, `A, B or C`; may be empty
    bool repeats = false;  ///< any number of these
};

struct OpInfo {
    Op op{};
    std::string_view name;
    Family family = Family::Map;
    std::int64_t weight = 0;
    std::string_view operandText;
    std::string_view meaning;
    std::vector<OperandInfo> operands;
    bool pairsRepeat = false;  ///< all operands together, any number of times
    bool ownRest = false;      ///< more operands follow, which the verifier knows by the operation
};

/// In the order of ops.def.
const std::vector<OpInfo>& allOps();

/// nullptr: no operation has the number.
const OpInfo* findOp(Op op);

/// Whether an operation is among those that a link may come from.
bool isMadeBy(const OperandInfo& operand, Op op);

/// Folds take one more operand, a column of their own rows: whether rows may be missing.
bool takesMore(Op op);

/// "GroupBy"; "?" where no operation has the number.
std::string_view opName(Op op);

}  // namespace proviso::bytecode
