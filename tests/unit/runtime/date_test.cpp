#include "runtime/values/date.h"
#include "tests/catch.h"

using namespace proviso;

namespace {

Date day(const char* text) {
    const auto date = parseDate(text);
    REQUIRE(date.has_value());
    return *date;
}

constexpr Checked kRange{0, EvaluationError::RangeOfDate};

}  // namespace

TEST_CASE("dates count days from 1970", "[date]") {
    CHECK(day("1970-01-01").days == 0);
    CHECK(day("1969-12-31").days == -1);
    CHECK(day("2000-03-01").days == 11017);
    CHECK(day("2025-01-01").days == 20089);
}

TEST_CASE("every day of the range has its parts and its text", "[date]") {
    DateParts expected{kFirstYear, 1, 1};
    bool same = true;
    for (Date date = kFirstDate; date <= kLastDate; date.days += 1) {
        same = same && partsOf(date) == expected && dateOf(expected) == date &&
               parseDate(formatDate(date)) == date;
        expected.day += 1;
        if (expected.day > daysInMonth(expected.year, expected.month)) {
            expected.day = 1;
            expected.month += 1;
        }
        if (expected.month > 12) {
            expected.month = 1;
            expected.year += 1;
        }
    }
    CHECK(same);
    CHECK(expected == DateParts{kLastYear + 1, 1, 1});
}

TEST_CASE("only real days in the one form are dates", "[date]") {
    CHECK(parseDate("1900-01-01") == kFirstDate);
    CHECK(parseDate("2199-12-31") == kLastDate);
    CHECK(parseDate("2024-02-29").has_value());
    for (const char* text :
         {"1899-12-31", "2200-01-01", "2025-02-29",          "1900-02-29",  "2025-04-31",
          "2025-13-01", "2025-00-10", "2025-01-00",          "2025-1-1",    "2025-01-1",
          "2025/01/01", "20250101",   "2025-01-01T00:00:00", " 2025-01-01", "2025-01-01 ",
          "",           "25-01-01",   "+025-01-01",          "2025-01-0a",  "01-01-2025"}) {
        CAPTURE(text);
        CHECK_FALSE(parseDate(text).has_value());
    }
}

TEST_CASE("first and last days of month, year and week", "[date]") {
    CHECK(formatDate(firstOfMonth(day("2024-02-15"))) == "2024-02-01");
    CHECK(formatDate(lastOfMonth(day("2024-02-15"))) == "2024-02-29");
    CHECK(formatDate(lastOfMonth(day("2100-02-28"))) == "2100-02-28");
    CHECK(formatDate(firstOfYear(day("2025-07-04"))) == "2025-01-01");
    CHECK(formatDate(lastOfYear(day("2025-07-04"))) == "2025-12-31");
    CHECK(weekdayOf(day("1970-01-01")) == 3);
    CHECK(weekdayOf(day("1969-12-29")) == 0);
    CHECK(formatDate(firstOfWeek(day("2025-01-05"))) == "2024-12-30");
    CHECK(formatDate(lastOfWeek(day("2024-12-30"))) == "2025-01-05");
    CHECK(yearOf(day("2025-07-04")) == 2025);
    CHECK(monthOf(day("2025-07-04")) == 7);
    CHECK(dayOfMonth(day("2025-07-04")) == 4);
}

TEST_CASE("date arithmetic stays in range", "[date]") {
    CHECK(addDays(day("2025-02-28"), 1).value == day("2025-03-01").days);
    CHECK(addDays(kLastDate, -1).value == kLastDate.days - 1);
    CHECK(addDays(kLastDate, 0).value == kLastDate.days);
    CHECK(addDays(kLastDate, 1) == kRange);
    CHECK(addDays(kFirstDate, -1) == kRange);
    CHECK(addDays(kLastDate, std::numeric_limits<std::int64_t>::max()) == kRange);
}

TEST_CASE("months need a stated end of month", "[date]") {
    CHECK(addMonths(day("2025-01-31"), 1, EndOfMonth::LastDay).value == day("2025-02-28").days);
    CHECK(addMonths(day("2025-01-31"), 1, EndOfMonth::NextMonth).value == day("2025-03-01").days);
    CHECK(addMonths(day("2025-01-15"), 1, EndOfMonth::NextMonth).value == day("2025-02-15").days);
    CHECK(addMonths(day("2025-01-15"), -1, EndOfMonth::LastDay).value == day("2024-12-15").days);
    CHECK(addMonths(day("2199-12-15"), 0, EndOfMonth::LastDay).ok());
    CHECK(addMonths(day("2199-12-15"), 1, EndOfMonth::LastDay) == kRange);
    CHECK(addMonths(day("1900-01-15"), -1, EndOfMonth::LastDay) == kRange);
    CHECK(addMonths(kFirstDate, std::numeric_limits<std::int64_t>::max(), EndOfMonth::LastDay) ==
          kRange);
}
