#pragma once

#include "tests/bench/workload/digest.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// The benchmark's rules as a good engineer would write them by hand, for these rules and these
/// records and nothing else: no unknowns, no reasons, no checks, no other order of records. What
/// the engine is measured against.
namespace proviso::bench::hand {

enum Payor : std::uint8_t {
    kMedicare,
    kAdvantage,
    kTricare,
    kMedicaid,
    kOther
};

enum Modifier : std::uint8_t {
    kGp = 1,
    kGo = 2,
    kCq = 4,
    kCo = 8,
    kKx = 16
};

enum Kind : std::uint8_t {
    kUntimed,
    kTimed,
    kEvaluation
};

struct Line {
    std::int32_t cents = 0;
    std::int16_t units = 0;
    std::int16_t therapist = 0;
    std::int16_t assistant = 0;
    std::uint8_t kind = kUntimed;
    std::uint8_t modifiers = 0;
};

struct Visit {
    std::int32_t day = 0;
    std::int32_t due = 0;      ///< the last day of the plan of care
    std::int32_t treated = 0;  ///< by a therapist, last
    std::uint32_t sum = 0;     ///< which running sum: of the patient and the year
    std::uint32_t firstLine = 0;
    std::uint16_t lines = 0;
    std::uint8_t payor = kOther;
    std::uint8_t stateLevel = 1;
    std::uint8_t excluded = 0;  ///< by the state's Medicaid
    std::uint8_t privatePractice = 0;
    std::uint8_t presence = 0;  ///< 0..3, kVideo depends on the day
    std::uint8_t secondYear = 0;
};

inline constexpr std::uint8_t kVideo = 9;

struct Records {
    std::vector<Visit> visits;
    std::vector<Line> lines;
    std::uint32_t sums = 0;
};

/// A column for each field; `firstLine` has one more.
struct Columns {
    std::vector<std::int32_t> day, due, treated;
    std::vector<std::uint32_t> sum, firstLine;
    std::vector<std::uint8_t> payor, stateLevel, excluded, privatePractice, presence, secondYear;
    std::vector<std::int32_t> cents;
    std::vector<std::int16_t> units, therapist, assistant;
    std::vector<std::uint8_t> kind, modifiers;
    std::uint32_t sums = 0;
};

/// What one visit comes to.
struct Decided {
    std::uint8_t counts[10] = {};
    std::int64_t cents = 0;
    bool kx = false;
};

/// Reads records with simdjson, each line a document, through one buffer. Throws
/// simdjson::simdjson_error where a record is not as the benchmark's are.
Records read(const std::string& path);

Columns columnsOf(const Records& records);

/// `running`: of Visit::sum, to which the visit is added.
Decided decideOne(const Visit& visit, const Line* lines, std::int64_t& running);

Digest decideRows(const Records& records);
Digest decideColumns(const Columns& columns);

}  // namespace proviso::bench::hand
