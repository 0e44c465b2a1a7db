#include "runtime/bytecode/verify_parts.h"

namespace proviso::bytecode::verification {

bool isComparable(const Type& a, const Type& b, std::uint8_t mode) {
    constexpr std::uint8_t kEqualities = 2;
    constexpr std::uint8_t kComparisons = 6;
    return mode < kComparisons && isSame(a, b) &&
           (mode < kEqualities || classOf(a) == TypeClass::Numeric);
}

namespace {

/// Takes the operands of an instruction one after the other.
class Operands {
  public:
    Operands(const Program& program, const Instruction& one, std::size_t next)
        : program_(program), one_(one), next_(next) {}

    bool takeLogical(std::uint32_t space) {
        const Instruction& given = take();
        return isColumn(given, space) && classOf(given.type) == TypeClass::Logical;
    }

    bool takeDate(std::uint32_t space) {
        const Instruction& given = take();
        return isColumn(given, space) && given.type.kind == TypeKind::Date;
    }

    bool takeComparison(std::uint32_t first, std::uint32_t second, std::uint8_t mode) {
        const Instruction& a = take();
        const Instruction& b = take();
        return isColumn(a, first) && isColumn(b, second) && isComparable(a.type, b.type, mode);
    }

    /// A rank, and the link to the rows that are ranked, which are those of `target` unless that is
    /// kNone.
    bool takeLevel(std::uint32_t space, std::uint32_t& target) {
        const Instruction& rank = take();
        const Instruction& link = take();
        const std::uint32_t wanted = target == kNone ? link.target : target;
        target = link.target;
        return isColumn(rank, space) && isWhole(rank.type) && link.type.kind == TypeKind::None &&
               link.space == space && link.target == wanted;
    }

  private:
    const Instruction& take() { return program_.code[one_.operands[next_++]]; }

    static bool isColumn(const Instruction& given, std::uint32_t space) {
        return given.type.kind != TypeKind::None && given.space == space;
    }

    const Program& program_;
    const Instruction& one_;
    std::size_t next_;
};

}  // namespace

bool verifyLatest(const Program& program,
                  const Instruction& one,
                  std::size_t count,
                  std::uint32_t c) {
    const std::size_t levels = (count - 2) / 2;
    if (levels == 0 || one.index >= program.windows.size() ||
        program.windows[one.index].orders.size() != levels) {
        return false;
    }
    Operands operands(program, one, 2);
    for (std::size_t level = 0; level < levels; ++level) {
        std::uint32_t target = kNone;
        if (!operands.takeLevel(c, target)) {
            return false;
        }
    }
    return true;
}

bool verifyWindow(const Program& program,
                  const Instruction& one,
                  std::uint32_t a,
                  std::uint32_t c) {
    if (one.mode > 1 || one.immediate < 0 ||
        static_cast<std::uint64_t>(one.immediate) >= program.windows.size()) {
        return false;
    }
    const WindowInfo& window = program.windows[static_cast<std::size_t>(one.immediate)];
    const std::size_t count = 2 + (window.hasMask ? 1U : 0U) + 2 * window.compares.size() +
                              3 * std::size_t{window.dates} + 2 * window.orders.size() +
                              2 * std::size_t{window.upToOrders} + (window.since ? 1U : 0U);
    if (one.operands.size() != count) {
        return false;
    }
    Operands operands(program, one, 2);
    if (window.hasMask && !operands.takeLogical(c)) {
        return false;
    }
    for (const std::uint8_t mode : window.compares) {
        if (!operands.takeComparison(c, a, mode)) {
            return false;
        }
    }
    for (std::uint32_t date = 0; date < window.dates; ++date) {
        if (!operands.takeDate(c) || !operands.takeDate(a) || !operands.takeDate(a)) {
            return false;
        }
    }
    for (std::size_t level = 0; level < window.orders.size(); ++level) {
        std::uint32_t target = kNone;
        if (!operands.takeLevel(c, target) ||
            (level < window.upToOrders && !operands.takeLevel(a, target))) {
            return false;
        }
    }
    return !window.since || operands.takeLogical(c);
}

}  // namespace proviso::bytecode::verification
