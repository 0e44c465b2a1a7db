#pragma once

#include "runtime/bytecode/program.h"

#include <cstdint>
#include <string>

/// The verifier's parts. Each answers whether all is well and otherwise has said what is not.
namespace proviso::bytecode::verification {

/// How deeply lists lie in one another, and other row spaces hang below one another.
inline constexpr std::size_t kMostLevels = 200;

/// The first thing that is wrong.
struct Report {
    std::string where;
    std::string what;

    /// Always false, so that a check can return it.
    bool fail(std::string place, std::string message) {
        where = std::move(place);
        what = std::move(message);
        return false;
    }
};

enum class TypeClass : std::uint8_t {
    Logical,
    Numeric,
    Text,
    Enumeration,
    Step,
    Row,
    Other
};

TypeClass classOf(const Type& type);
/// Numbers, money, minutes and days; not dates.
bool isCountable(const Type& type);
/// A dimensionless whole number, or one in minutes or days.
bool isWhole(const Type& type);
/// Whether values of one type may stand where the other is expected.
bool isSame(const Type& a, const Type& b);
/// Whether a type may be a column's at all.
bool isColumnType(const Program& program, const Type& type);
/// Whether `value` is one of the type's values.
bool isValueOf(const Program& program, const Type& type, std::int64_t value);

/// Whether values of the types compare: equality alone, or by order too.
bool isComparable(const Type& a, const Type& b, std::uint8_t mode);
/// The operands of a BuildWindow, whose rows ask in space `a` and are asked for in space `c`. They
/// are earlier registers, and the first two are its links.
bool verifyWindow(const Program& program, const Instruction& one, std::uint32_t a, std::uint32_t c);
/// The first `count` operands of a FoldLatest over rows of space `c`, likewise.
bool verifyLatest(const Program& program,
                  const Instruction& one,
                  std::size_t count,
                  std::uint32_t c);

/// What symbols ask of the registers that they name. `space` kNone is any row space.
class Registers {
  public:
    explicit Registers(const Program& program) : program_(program) {}

    bool isColumn(Register number, std::uint32_t space) const;
    bool isLogical(Register number, std::uint32_t space) const;
    bool isLink(Register number, std::uint32_t from, std::uint32_t to) const;
    /// Members that a Set or Step decision of the type has.
    std::size_t memberCount(const Type& type) const;
    bool
    areMembers(const std::vector<Register>& members, const Type& type, std::uint32_t space) const;

  private:
    const Program& program_;
};

/// The schema: what records are, and that each of their fields has a place of its own.
bool verifySchema(const Program& program, Report& report);
/// Parameters, tables, code sets, scales and windows.
bool verifyPools(const Program& program, Report& report);
/// The instructions.
bool verifyCode(const Program& program, Report& report);
/// Spaces' columns, rules, decisions, findings and outputs.
bool verifySymbols(const Program& program, Report& report);
/// What explanations are made of. Rules' row spaces were verified before.
bool verifyClauses(const Program& program, Report& report);

}  // namespace proviso::bytecode::verification
