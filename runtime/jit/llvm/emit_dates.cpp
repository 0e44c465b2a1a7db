#include "runtime/jit/llvm/emitter.h"
#include "runtime/values/date.h"

namespace proviso::jit {

using llvm::Value;

namespace {

/// partsOf and dateOf of values/date.h over vectors of 32 bits: within the range of dates all that
/// they compute is positive and small.
class Calendar {
  public:
    Calendar(Builder& builder, unsigned width)
        : builder_(builder), words_(llvm::FixedVectorType::get(builder.getInt32Ty(), width)) {}

    struct Parts {
        Value* year = nullptr;
        Value* month = nullptr;
        Value* day = nullptr;
    };

    Parts partsOf(Value* days) {
        Value* const shifted = add(days, 719468);
        Value* const era = divide(shifted, 146097);
        Value* const dayOfEra = subtract(shifted, multiply(era, 146097));
        Value* const yearOfEra = divide(
            subtract(add(subtract(dayOfEra, divide(dayOfEra, 1460)), divide(dayOfEra, 36524)),
                     divide(dayOfEra, 146096)),
            365);
        Value* const dayOfYear = subtract(
            dayOfEra,
            subtract(add(multiply(yearOfEra, 365), divide(yearOfEra, 4)), divide(yearOfEra, 100)));
        Value* const fromMarch = divide(add(multiply(dayOfYear, 5), 2), 153);
        Parts parts;
        parts.day = add(subtract(dayOfYear, divide(add(multiply(fromMarch, 153), 2), 5)), 1);
        parts.month = builder_.CreateSelect(
            isBelow(fromMarch, 10), add(fromMarch, 3), subtract(fromMarch, word(9)));
        parts.year = add(add(yearOfEra, multiply(era, 400)),
                         builder_.CreateZExt(isBelow(parts.month, 3), words_));
        return parts;
    }

    /// Of the first day of a month, 1 to 13: the thirteenth is the next year's first.
    Value* firstOf(Value* year, Value* month) {
        Value* const isNext = isBelow(word(12), month);
        year = add(year, builder_.CreateZExt(isNext, words_));
        month = builder_.CreateSelect(isNext, word(1), month);
        Value* const isEarly = isBelow(month, 3);
        Value* const from = subtract(year, builder_.CreateZExt(isEarly, words_));
        Value* const era = divide(from, 400);
        Value* const yearOfEra = subtract(from, multiply(era, 400));
        Value* const fromMarch =
            builder_.CreateSelect(isEarly, add(month, 9), subtract(month, word(3)));
        Value* const dayOfYear = divide(add(multiply(fromMarch, 153), 2), 5);
        Value* const dayOfEra = add(
            add(subtract(multiply(yearOfEra, 365), divide(yearOfEra, 100)), divide(yearOfEra, 4)),
            dayOfYear);
        return subtract(add(multiply(era, 146097), dayOfEra), word(719468));
    }

    /// 0 for Monday.
    Value* weekdayOf(Value* days) {
        // 1899-12-25, before all dates, was a Monday.
        Value* const since = add(days, 25574);
        return subtract(since, multiply(divide(since, 7), 7));
    }

    Value* word(std::int32_t value) { return llvm::ConstantInt::getSigned(words_, value); }
    Value* add(Value* a, Value* b) { return builder_.CreateAdd(a, b); }
    Value* add(Value* a, std::int32_t b) { return builder_.CreateAdd(a, word(b)); }
    Value* subtract(Value* a, Value* b) { return builder_.CreateSub(a, b); }
    Value* multiply(Value* a, std::int32_t b) { return builder_.CreateMul(a, word(b)); }
    Value* divide(Value* a, std::int32_t b) { return builder_.CreateUDiv(a, word(b)); }
    Value* isBelow(Value* a, std::int32_t b) { return isBelow(a, word(b)); }
    Value* isBelow(Value* a, Value* b) { return builder_.CreateICmpULT(a, b); }
    llvm::Type* words() const { return words_; }

  private:
    Builder& builder_;
    llvm::Type* words_;
};

static_assert(weekdayOf({-25574}) == 0);
static_assert(kFirstDate.days >= -25574 + 7);

}  // namespace

Emitter::Cell Emitter::calendar(const KernelNode& node) {
    Value* const state = propagated(node);
    Value* const date = checkDate(integer(cell(node, 0).value), state);
    Calendar calendar(builder_, width_);
    // Whatever lies outside the range is of no account: that was noted.
    Value* const days = builder_.CreateTrunc(date, calendar.words());
    Value* made = nullptr;
    if (node.op == KernelOp::DatePart) {
        const Calendar::Parts parts = calendar.partsOf(days);
        made = node.immediate == 0   ? parts.year
               : node.immediate == 1 ? parts.month
               : node.immediate == 2 ? parts.day
                                     : calendar.add(calendar.weekdayOf(days), 1);
        return {builder_.CreateSExt(made, integers_), state};
    }
    const bool isEnd = node.op == KernelOp::PeriodEnd;
    if (node.immediate == 0) {
        Value* const monday = calendar.subtract(days, calendar.weekdayOf(days));
        made = isEnd ? calendar.add(monday, 6) : monday;
        // A week at the ends of the calendar may begin or end outside of it.
        return {checkDate(builder_.CreateSExt(made, integers_), state), state};
    }
    const Calendar::Parts parts = calendar.partsOf(days);
    Value* month = calendar.word(1);
    const std::int32_t months = node.immediate == 1 ? 1 : node.immediate == 2 ? 3 : 12;
    if (months == 1) {
        month = parts.month;
    } else if (months == 3) {
        month = calendar.add(
            calendar.multiply(calendar.divide(calendar.add(parts.month, -1), 3), 3), 1);
    }
    made = isEnd ? calendar.add(calendar.firstOf(parts.year, calendar.add(month, months)), -1)
                 : calendar.firstOf(parts.year, month);
    return {builder_.CreateSExt(made, integers_), state};
}

}  // namespace proviso::jit
