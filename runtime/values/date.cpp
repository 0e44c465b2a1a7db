#include "runtime/values/date.h"

#include <array>
#include <cstddef>

namespace proviso {

Checked addDays(Date date, std::int64_t days) noexcept {
    const Checked sum = addChecked(date.days, days);
    if (!sum.ok() || !isInRange({sum.value})) {
        return {0, EvaluationError::RangeOfDate};
    }
    return sum;
}

Checked addMonths(Date date, std::int64_t months, EndOfMonth endOfMonth) noexcept {
    const DateParts parts = partsOf(date);
    const Checked shifted = addChecked(parts.year * 12 + (parts.month - 1), months);
    if (!shifted.ok()) {
        return {0, EvaluationError::RangeOfDate};
    }
    const std::int64_t year = floorDiv(shifted.value, 12).value;
    const int month = static_cast<int>(floorMod(shifted.value, 12).value) + 1;
    if (year < kFirstYear || year > kLastYear) {
        return {0, EvaluationError::RangeOfDate};
    }
    const int last = daysInMonth(year, month);
    Date result = dateOf({year, month, parts.day <= last ? parts.day : last});
    if (parts.day > last && endOfMonth == EndOfMonth::NextMonth) {
        result.days += 1;
    }
    if (!isInRange(result)) {
        return {0, EvaluationError::RangeOfDate};
    }
    return {result.days, EvaluationError::None};
}

std::optional<Date> parseDate(std::string_view text) noexcept {
    constexpr std::string_view kForm = "dddd-dd-dd";
    if (text.size() != kForm.size()) {
        return std::nullopt;
    }
    for (std::size_t index = 0; index < kForm.size(); ++index) {
        const char character = text[index];
        const bool fits =
            kForm[index] == 'd' ? character >= '0' && character <= '9' : character == '-';
        if (!fits) {
            return std::nullopt;
        }
    }
    const auto digit = [&](std::size_t index) { return text[index] - '0'; };
    const int year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3);
    const int month = digit(5) * 10 + digit(6);
    const int day = digit(8) * 10 + digit(9);
    if (year < kFirstYear || year > kLastYear || month < 1 || month > 12 || day < 1 ||
        day > daysInMonth(year, month)) {
        return std::nullopt;
    }
    return dateOf({year, month, day});
}

std::string formatDate(Date date) {
    // No rule's and no record's; bytecode may state such a one as the end of a period.
    if (!isInRange(date)) {
        return "day " + std::to_string(date.days);
    }
    const DateParts parts = partsOf(date);
    const auto padded = [](std::int64_t number, std::size_t width) {
        std::string text = std::to_string(number);
        return text.size() < width ? std::string(width - text.size(), '0') + text : text;
    };
    return padded(parts.year, 4) + "-" + padded(parts.month, 2) + "-" + padded(parts.day, 2);
}

}  // namespace proviso
