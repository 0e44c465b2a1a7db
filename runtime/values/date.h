#pragma once

#include "runtime/values/decimal.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proviso {

/// A calendar day, counted from 1970-01-01. Dates of rules and records lie in 1900..2199.
struct Date {
    std::int64_t days = 0;

    friend constexpr auto operator<=>(const Date&, const Date&) = default;
};

struct DateParts {
    std::int64_t year = 1970;
    int month = 1;  ///< 1..12
    int day = 1;    ///< 1..31

    friend constexpr bool operator==(const DateParts&, const DateParts&) = default;
};

inline constexpr std::int64_t kFirstYear = 1900;
inline constexpr std::int64_t kLastYear = 2199;

constexpr bool isLeapYear(std::int64_t year) noexcept {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/// The number of days of a month, 1..12.
constexpr int daysInMonth(std::int64_t year, int month) noexcept {
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && isLeapYear(year) ? 29 : kDays[month - 1];
}

/// The day of given parts, which must be a real day (Gregorian, any year).
constexpr Date dateOf(DateParts parts) noexcept {
    // Days are counted in years that begin in March, so that the leap day comes last; an era is the
    // 400 years after which the calendar repeats.
    const std::int64_t year = parts.month <= 2 ? parts.year - 1 : parts.year;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t yearOfEra = year - era * 400;
    const int monthFromMarch = parts.month > 2 ? parts.month - 3 : parts.month + 9;
    const std::int64_t dayOfYear = (153 * monthFromMarch + 2) / 5 + parts.day - 1;
    const std::int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return {era * 146097 + dayOfEra - 719468};
}

/// Year, month and day of a date.
constexpr DateParts partsOf(Date date) noexcept {
    const std::int64_t shifted = date.days + 719468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const std::int64_t dayOfEra = shifted - era * 146097;
    const std::int64_t yearOfEra =
        (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const int monthFromMarch = static_cast<int>((5 * dayOfYear + 2) / 153);
    const int day = static_cast<int>(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
    const int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    return {yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

inline constexpr Date kFirstDate = dateOf({kFirstYear, 1, 1});
inline constexpr Date kLastDate = dateOf({kLastYear, 12, 31});

/// Whether a date lies in the years that rules and records may speak of.
constexpr bool isInRange(Date date) noexcept {
    return date >= kFirstDate && date <= kLastDate;
}

constexpr std::int64_t yearOf(Date date) noexcept {
    return partsOf(date).year;
}
constexpr int monthOf(Date date) noexcept {
    return partsOf(date).month;
}
constexpr int dayOfMonth(Date date) noexcept {
    return partsOf(date).day;
}

/// 0 for Monday to 6 for Sunday.
constexpr int weekdayOf(Date date) noexcept {
    // 1970-01-01 was a Thursday.
    return static_cast<int>(floorMod(date.days + 3, 7).value);
}

constexpr Date firstOfYear(Date date) noexcept {
    return dateOf({yearOf(date), 1, 1});
}
constexpr Date lastOfYear(Date date) noexcept {
    return dateOf({yearOf(date), 12, 31});
}

constexpr Date firstOfMonth(Date date) noexcept {
    const DateParts parts = partsOf(date);
    return dateOf({parts.year, parts.month, 1});
}
constexpr Date lastOfMonth(Date date) noexcept {
    const DateParts parts = partsOf(date);
    return dateOf({parts.year, parts.month, daysInMonth(parts.year, parts.month)});
}

constexpr Date firstOfQuarter(Date date) noexcept {
    const DateParts parts = partsOf(date);
    return dateOf({parts.year, (parts.month - 1) / 3 * 3 + 1, 1});
}
constexpr Date lastOfQuarter(Date date) noexcept {
    const DateParts parts = partsOf(date);
    const int month = (parts.month - 1) / 3 * 3 + 3;
    return dateOf({parts.year, month, daysInMonth(parts.year, month)});
}

/// Monday and Sunday of the week of a date.
constexpr Date firstOfWeek(Date date) noexcept {
    return {date.days - weekdayOf(date)};
}
constexpr Date lastOfWeek(Date date) noexcept {
    return {date.days - weekdayOf(date) + 6};
}

/// `date` and a number of days, negative ones too; RangeOfDate where the result leaves 1900..2199.
Checked addDays(Date date, std::int64_t days) noexcept;

/// What a month later means where that month has no such day: January 31 and one month.
enum class EndOfMonth : std::uint8_t {
    LastDay = 0,    ///< the last day the month has
    NextMonth = 1,  ///< the first day of the month after
};

/// `date` and a number of calendar months; RangeOfDate where the result leaves 1900..2199.
Checked addMonths(Date date, std::int64_t months, EndOfMonth endOfMonth) noexcept;

/// Reads exactly YYYY-MM-DD, a real day of 1900..2199; anything else is nothing.
std::optional<Date> parseDate(std::string_view text) noexcept;

/// YYYY-MM-DD.
std::string formatDate(Date date);

}  // namespace proviso
