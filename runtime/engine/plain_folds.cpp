#include "runtime/engine/plain_folds.h"

#include "runtime/base/wide.h"
#include "runtime/engine/answers.h"
#include "runtime/engine/constants.h"
#include "runtime/engine/each_child.h"
#include "runtime/engine/packed.h"

#include <algorithm>
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

/// What parents without rows say.
template <class Answer>
Answer ofNoRows(bool every) {
    return every ? Answer{1} : Answer{0};
}

/// `answers` holds what parents without rows say.
template <class Answer, class Cell>
void combine(Answer* answers, const RegisterData& link, const Cell* values, bool every) {
    const auto isYes = [values](std::size_t row) -> Answer { return values[row] != 0 ? 1 : 0; };
    if (every) {
        forEachChildInTurns(
            link, [&](std::size_t row, std::uint32_t parent) { answers[parent] &= isYes(row); });
    } else {
        forEachChildInTurns(
            link, [&](std::size_t row, std::uint32_t parent) { answers[parent] |= isYes(row); });
    }
}

/// Adds what `partOf(row)` says. False where a sum leaves 64 bits on the way.
template <class Part>
bool addParts(std::int64_t* sums, const RegisterData& link, bool areSure, Part partOf) {
    bool overflows = false;
    if (areSure) {
        forEachChildInTurns(
            link, [&](std::size_t row, std::uint32_t parent) { sums[parent] += partOf(row); });
    } else {
        forEachChild(link, [&](std::size_t row, std::uint32_t parent) {
            overflows |= __builtin_add_overflow(sums[parent], partOf(row), sums + parent);
        });
    }
    return !overflows;
}

}  // namespace

bool addPlainly(Frame& frame, const Instruction& instruction, ColumnData& out) {
    const RegisterData& link = frame.linkOperand(instruction, 0);
    const Register mask = instruction.operands[1];
    const Register value = instruction.operands[2];
    const ColumnData* const more = foldMore(frame, instruction);
    if (!link.states.empty() || !isPlain(frame, mask) || !isPlain(frame, value) ||
        (more != nullptr && !more->states.empty())) {
        return false;
    }
    out.states.clear();
    const std::size_t lists = frame.rowsOf(instruction);
    const std::int64_t* const always = constantOperand(frame, instruction, 1);
    const auto withParts = [&](const auto* values, auto add) {
        if (always != nullptr && *always != 0) {
            return add([values](std::size_t row) { return std::int64_t{values[row]}; });
        }
        const auto addWhere = [&](const auto* counts) {
            return add([values, counts](std::size_t row) {
                return values[row] & onesWhereYes(counts[row]);
            });
        };
        const std::span<const std::uint8_t> answers = answersOf(frame, mask);
        return answers.empty() ? addWhere(frame.column(mask).values.data())
                               : addWhere(answers.data());
    };
    out.values.assign(lists, 0);
    // Few are added sooner than looked through.
    constexpr std::size_t kFew = 16;
    const std::size_t rows = link.rows.size();
    return valuesOf(frame, value).visit([&](const auto* values) {
        bool areSure = rows > kFew;
        if constexpr (sizeof *values == sizeof(std::int64_t)) {
            areSure = areSure && sumsFit({values, rows});
        }
        return withParts(values, [&](auto partOf) {
            return addParts(out.values.data(), link, areSure, partOf);
        });
    });
}

bool combinePlainly(Frame& frame, Register number, bool every) {
    const Instruction& instruction = frame.program.code[number];
    const Register operand = instruction.operands[1];
    if (!isPlain(frame, operand)) {
        return false;
    }
    const RegisterData& link = frame.linkOperand(instruction, 0);
    const std::size_t parents = frame.rowsOf(instruction);
    const auto combineInto = [&](auto* answers) {
        const std::span<const std::uint8_t> bytes = answersOf(frame, operand);
        if (bytes.empty()) {
            combine(answers, link, frame.column(operand).values.data(), every);
        } else {
            combine(answers, link, bytes.data(), every);
        }
    };
    if (mayBeAnswers(frame, parents)) {
        std::uint8_t* const answers = beginAnswers(frame, number, parents);
        std::fill_n(answers, parents, ofNoRows<std::uint8_t>(every));
        combineInto(answers);
    } else {
        ColumnData& out = frame.registers[number].own;
        out.states.clear();
        out.values.assign(parents, ofNoRows<std::int64_t>(every));
        combineInto(out.values.data());
    }
    return true;
}

}  // namespace proviso::engine
