#include "runtime/engine/plain_folds.h"

#include "runtime/base/wide.h"
#include "runtime/engine/each_child.h"

#include <span>

namespace proviso::engine {

namespace {

/// All ones where a row counts: what does not count is nothing then, without a branch that nobody
/// could foresee.
std::int64_t onesWhereYes(std::int64_t mask) {
    return -static_cast<std::int64_t>(mask != 0);
}

/// Whether numbers are so small that no sum of some of them leaves 64 bits, which costs less to see
/// of all than of each sum.
PROVISO_WIDE bool sumsFit(std::span<const std::int64_t> numbers) {
    std::int64_t sizes = 0;
    for (const std::int64_t number : numbers) {
        sizes |= number ^ -static_cast<std::int64_t>(number < 0);
    }
    return sizes < INT64_MAX / static_cast<std::int64_t>(numbers.size() + 1);
}

}  // namespace

bool addPlainly(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const RegisterData& link = frame.linkOperand(instruction, 0);
    const ColumnData& mask = frame.operand(instruction, 1);
    const ColumnData& value = frame.operand(instruction, 2);
    const ColumnData* const more = foldMore(frame, instruction);
    if (!link.states.empty() || !mask.states.empty() || !value.states.empty() ||
        (more != nullptr && !more->states.empty())) {
        return false;
    }
    out.states.clear();
    out.values.assign(frame.rowsOf(instruction), 0);
    std::int64_t* const sums = out.values.data();
    const std::int64_t* const counts = mask.values.data();
    const std::int64_t* const values = value.values.data();
    const auto partOf = [&](std::size_t row) { return values[row] & onesWhereYes(counts[row]); };
    // Few are added sooner than looked through.
    constexpr std::size_t kFew = 16;
    const std::size_t rows = link.rows.size();
    bool overflows = false;
    if (rows > kFew && sumsFit({values, rows})) {
        forEachChildInTurns(
            link, [&](std::size_t row, std::uint32_t parent) { sums[parent] += partOf(row); });
    } else {
        forEachChild(link, [&](std::size_t row, std::uint32_t parent) {
            overflows |= __builtin_add_overflow(sums[parent], partOf(row), sums + parent);
        });
    }
    return !overflows;
}

void combinePlainly(std::int64_t* answers,
                    const RegisterData& link,
                    const std::int64_t* values,
                    bool every) {
    const auto isYes = [values](std::size_t row) -> std::int64_t {
        return values[row] != 0 ? 1 : 0;
    };
    if (every) {
        forEachChildInTurns(
            link, [&](std::size_t row, std::uint32_t parent) { answers[parent] &= isYes(row); });
    } else {
        forEachChildInTurns(
            link, [&](std::size_t row, std::uint32_t parent) { answers[parent] |= isYes(row); });
    }
}

}  // namespace proviso::engine
