#include "compiler/parser/literals.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace proviso::syntax {

namespace {

int daysOfMonth(int year, int month) {
    constexpr std::array<int, 13> kDays{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays.at(static_cast<std::size_t>(month));
}

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar (Hinnant's days_from_civil).
std::int64_t daysOfCivil(std::int64_t year, int month, int day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t yearOfEra = year - era * 400;
    const std::int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const std::int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097 + dayOfEra - 719468;
}

struct Civil {
    int year = 0;
    int month = 0;
    int day = 0;
};

std::optional<Civil> splitDate(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    std::array<int, 3> parts{};
    std::size_t part = 0;
    for (const char character : text) {
        if (character == '-') {
            ++part;
        } else if (character < '0' || character > '9' || part > 2) {
            return std::nullopt;
        } else {
            parts.at(part) = parts.at(part) * 10 + (character - '0');
        }
    }
    return Civil{parts[0], parts[1], parts[2]};
}

bool isMonth(const Civil& civil) {
    return civil.year >= 1 && civil.month >= 1 && civil.month <= 12;
}

void reportTooLarge(const Token& token, DiagnosticSink& sink) {
    sink.report(DiagnosticKind::NumberTooLarge, token.span, {token.text});
}

}  // namespace

std::optional<std::int64_t> daysOfDate(std::string_view text) {
    const auto civil = splitDate(text);
    if (!civil || !isMonth(*civil) || civil->day < 1 ||
        civil->day > daysOfMonth(civil->year, civil->month)) {
        return std::nullopt;
    }
    return daysOfCivil(civil->year, civil->month, civil->day);
}

std::int64_t readDate(const Token& token, DiagnosticSink& sink) {
    if (const auto days = daysOfDate(token.text)) {
        return *days;
    }
    const auto civil = splitDate(token.text);
    if (!civil) {
        return 0;  // reported when the token was read
    }
    auto report = sink.report(DiagnosticKind::NoSuchDay, token.span, {token.text});
    if (!isMonth(*civil)) {
        report.help("months are 01 to 12: year, month, day");
        return 0;
    }
    const int last = daysOfMonth(civil->year, civil->month);
    const std::string meant = fmt::format("{:04}-{:02}-{:02}", civil->year, civil->month, last);
    report.help(fmt::format("the last day of that month is {}", meant));
    if (civil->day > last) {
        report.fix(token.span, meant);
    }
    return daysOfCivil(civil->year, civil->month, last);
}

std::int64_t readInteger(const Token& token, DiagnosticSink& sink) {
    std::int64_t value = 0;
    for (const char digit : token.text) {
        if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
            __builtin_add_overflow(value, std::int64_t{digit - '0'}, &value)) {
            reportTooLarge(token, sink);
            return 0;
        }
    }
    return value;
}

ScaledNumber readScaled(const Token& token, DiagnosticSink& sink) {
    ScaledNumber number;
    bool behindPoint = false;
    for (const char character : token.text) {
        if (character == '.') {
            behindPoint = true;
        }
        if (character < '0' || character > '9') {
            continue;
        }
        if (behindPoint && ++number.scale > kMostDecimals) {
            sink.report(DiagnosticKind::BadNumber, token.span, {token.text})
                .help(fmt::format("at most {} digits stand behind the point", kMostDecimals));
            return {};
        }
        if (__builtin_mul_overflow(number.mantissa, std::int64_t{10}, &number.mantissa) ||
            __builtin_add_overflow(
                number.mantissa, std::int64_t{character - '0'}, &number.mantissa)) {
            reportTooLarge(token, sink);
            return {};
        }
    }
    return number;
}

}  // namespace proviso::syntax
