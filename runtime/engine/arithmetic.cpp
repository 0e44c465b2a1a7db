#include "runtime/base/digest.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/sure_arithmetic.h"
#include "runtime/values/date.h"
#include "runtime/values/texts.h"

#include <compare>

namespace proviso::engine {

namespace {

/// A sum or difference of days is a date, which has a range of its own.
Checked asDate(Checked days) {
    if (!days.ok() || !isInRange({days.value})) {
        return {0, EvaluationError::RangeOfDate};
    }
    return days;
}

bool store(std::int64_t& result, Checked checked) {
    result = checked.value;
    return !checked.ok();
}

Checked ratio(std::int64_t a, std::int64_t b, std::int64_t shift, Rounding rounding) {
    Int128 numerator = a;
    Int128 denominator = b;
    if (shift >= 0) {
        numerator *= powerOfTen(static_cast<int>(shift));
    } else {
        denominator *= powerOfTen(static_cast<int>(-shift));
    }
    return roundedQuotient(numerator, denominator, rounding);
}

Checked datePart(std::int64_t days, std::int64_t part) {
    const Date date{days};
    if (!isInRange(date)) {
        return {0, EvaluationError::RangeOfDate};
    }
    switch (part) {
    case 0:
        return {yearOf(date)};
    case 1:
        return {monthOf(date)};
    case 2:
        return {dayOfMonth(date)};
    default:
        return {weekdayOf(date) + 1};
    }
}

/// A week at the ends of the calendar may begin or end outside of it.
Checked periodBound(std::int64_t days, std::int64_t period, bool isEnd) {
    const Date date{days};
    if (!isInRange(date)) {
        return {0, EvaluationError::RangeOfDate};
    }
    switch (period) {
    case 0:
        return asDate({(isEnd ? lastOfWeek(date) : firstOfWeek(date)).days});
    case 1:
        return {(isEnd ? lastOfMonth(date) : firstOfMonth(date)).days};
    case 2:
        return {(isEnd ? lastOfQuarter(date) : firstOfQuarter(date)).days};
    default:
        return {(isEnd ? lastOfYear(date) : firstOfYear(date)).days};
    }
}

/// Neighbouring records mostly lie in one period, and finding one takes a dozen divisions.
class PeriodBound {
  public:
    PeriodBound(std::int64_t period, bool isEnd) : period_(period), isEnd_(isEnd) {}

    Checked operator()(std::int64_t days) {
        if (days >= first_ && days <= last_) {
            return {isEnd_ ? last_ : first_};
        }
        const Checked first = periodBound(days, period_, /*isEnd=*/false);
        const Checked last = periodBound(days, period_, /*isEnd=*/true);
        const bool isWhole =
            first.error == EvaluationError::None && last.error == EvaluationError::None;
        first_ = isWhole ? first.value : 0;
        last_ = isWhole ? last.value : -1;
        return isEnd_ ? last : first;
    }

  private:
    std::int64_t period_;
    bool isEnd_;
    std::int64_t first_ = 0;  ///< the period found last; none before
    std::int64_t last_ = -1;
};

Checked
comparedRatios(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d, std::uint8_t mode) {
    const ComparedRatios compared = compareRatios(a, b, c, d);
    if (compared.error != EvaluationError::None) {
        return {0, compared.error};
    }
    bool yes = false;
    switch (mode) {
    case 0:
        yes = compared.order == 0;
        break;
    case 1:
        yes = compared.order != 0;
        break;
    case 2:
        yes = compared.order < 0;
        break;
    case 3:
        yes = compared.order <= 0;
        break;
    case 4:
        yes = compared.order > 0;
        break;
    default:
        yes = compared.order >= 0;
        break;
    }
    return {yes ? 1 : 0};
}

/// Calls `apply(kernel, operands...)` with the operation's kernel, which returns a Checked.
template <class Apply>
void withKernel(const Frame& frame, const Instruction& instruction, Apply apply) {
    const auto column = [&](std::size_t index) -> const ColumnData& {
        return frame.operand(instruction, index);
    };
    const auto rounding = static_cast<Rounding>(instruction.mode);
    const std::int64_t immediate = instruction.immediate;
    const bool date = instruction.type.kind == TypeKind::Date;
    using Value = std::int64_t;
    const auto text = [&frame](Value id) {
        const Dictionary& dictionary = *frame.batch->dictionary;
        return id >= 0 && static_cast<std::uint64_t>(id) < dictionary.size()
                   ? dictionary.text(static_cast<std::uint32_t>(id))
                   : std::string_view{};
    };
    switch (instruction.op) {
    case Op::Add:
        if (date) {
            apply([](Value a, Value b) { return asDate(addChecked(a, b)); }, column(0), column(1));
        } else {
            apply([](Value a, Value b) { return addChecked(a, b); }, column(0), column(1));
        }
        break;
    case Op::Subtract:
        if (date) {
            apply([](Value a, Value b) { return asDate(subChecked(a, b)); }, column(0), column(1));
        } else {
            apply([](Value a, Value b) { return subChecked(a, b); }, column(0), column(1));
        }
        break;
    case Op::Multiply:
        apply([](Value a, Value b) { return mulChecked(a, b); }, column(0), column(1));
        break;
    case Op::Negate:
        apply([](Value a) { return negateChecked(a); }, column(0));
        break;
    case Op::Rescale: {
        const std::int64_t power = powerOfTen(static_cast<int>(immediate));
        apply([=](Value a) { return mulChecked(a, power); }, column(0));
        break;
    }
    case Op::IntegerDivide:
        apply([](Value a, Value b) { return floorDiv(a, b); }, column(0), column(1));
        break;
    case Op::Modulo:
        apply([](Value a, Value b) { return floorMod(a, b); }, column(0), column(1));
        break;
    case Op::Round: {
        const std::int64_t power = powerOfTen(static_cast<int>(immediate));
        apply([=](Value a) { return roundedQuotient(a, power, rounding); }, column(0));
        break;
    }
    case Op::RoundRatio:
        apply([=](Value a, Value b) { return ratio(a, b, immediate, rounding); },
              column(0),
              column(1));
        break;
    case Op::DatePart:
        apply([=](Value a) { return datePart(a, immediate); }, column(0));
        break;
    case Op::PeriodStart:
        apply(PeriodBound(immediate, /*isEnd=*/false), column(0));
        break;
    case Op::PeriodEnd:
        apply(PeriodBound(immediate, /*isEnd=*/true), column(0));
        break;
    case Op::WordCount:
        apply([text](Value a) { return Checked{wordCount(text(a))}; }, column(0));
        break;
    case Op::Similarity: {
        TextComparison comparison;
        apply([text, &comparison](
                  Value a, Value b) { return comparison.similarity({a, text(a)}, {b, text(b)}); },
              column(0),
              column(1));
        break;
    }
    case Op::DrawNumber: {
        // One for each thread, so that none is made for each block.
        static thread_local Sha256 digest;
        apply([text](Value a, Value b) { return Checked{drawNumber(digest, text(a), text(b))}; },
              column(0),
              column(1));
        break;
    }
    default:
        apply([mode = instruction.mode](
                  Value a, Value b, Value c, Value d) { return comparedRatios(a, b, c, d, mode); },
              column(0),
              column(1),
              column(2),
              column(3));
        break;
    }
}

/// What the bounds of the operands say about an unknown result.
Bounds boundsOf(const Frame& frame, const Instruction& instruction, std::size_t row) {
    const Bounds a = boundsAt(frame.operand(instruction, 0), row);
    const Bounds b =
        instruction.operands.size() > 1 ? boundsAt(frame.operand(instruction, 1), row) : a;
    Bounds out;
    // An operand without any may turn out to be not applicable, and the result with it.
    if (!a.any() || !b.any()) {
        return out;
    }
    const auto fitting = [&](Checked bound) {
        return instruction.type.kind == TypeKind::Date ? asDate(bound) : bound;
    };
    switch (instruction.op) {
    case Op::Add:
        if (a.hasLow && b.hasLow) {
            out.setLow(fitting(addChecked(a.low, b.low)));
        }
        if (a.hasHigh && b.hasHigh) {
            out.setHigh(fitting(addChecked(a.high, b.high)));
        }
        break;
    case Op::Subtract:
        if (a.hasLow && b.hasHigh) {
            out.setLow(fitting(subChecked(a.low, b.high)));
        }
        if (a.hasHigh && b.hasLow) {
            out.setHigh(fitting(subChecked(a.high, b.low)));
        }
        break;
    case Op::Negate:
        if (a.hasHigh) {
            out.setLow(negateChecked(a.high));
        }
        if (a.hasLow) {
            out.setHigh(negateChecked(a.low));
        }
        break;
    default: {
        const std::int64_t power = powerOfTen(static_cast<int>(instruction.immediate));
        if (a.hasLow) {
            out.setLow(mulChecked(a.low, power));
        }
        if (a.hasHigh) {
            out.setHigh(mulChecked(a.high, power));
        }
        break;
    }
    }
    return out;
}

bool passesBounds(Op op) {
    return op == Op::Add || op == Op::Subtract || op == Op::Negate || op == Op::Rescale;
}

}  // namespace

void runArithmetic(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    ColumnData& out = frame.registers[number].own;
    const std::size_t rows = frame.rowsOf(instruction);
    if (!runSureArithmetic(frame, instruction, out)) {
        withKernel(frame, instruction, [&](auto kernel, const auto&... columns) {
            mapRows(
                out,
                rows,
                [&](std::int64_t& result, auto... operands) {
                    return store(result, kernel(operands...));
                },
                columns...);
        });
    }
    if (!passesBounds(instruction.op) ||
        std::none_of(instruction.operands.begin(), instruction.operands.end(), [&](Register one) {
            return frame.column(one).bounded();
        })) {
        return;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        if (out.state(row) == State::Unknown) {
            setBounds(out, row, boundsOf(frame, instruction, row));
        }
    }
}

EvaluationError arithmeticError(const Frame& frame, Register number, std::uint32_t row) {
    EvaluationError error = EvaluationError::None;
    withKernel(frame, frame.program.code[number], [&](auto kernel, const auto&... columns) {
        error = kernel(columns.values[row]...).error;
    });
    return error;
}

}  // namespace proviso::engine
