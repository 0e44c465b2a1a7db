#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// A slice of the standard library by hand: what `medicare/part_b.prv`, `part_b_supervision.prv`
/// and `part_b_threshold.prv` find together with the packs they use (`therapy/therapy`, `units`,
/// `checks`, `history`), as a good engineer would write it for visits of Medicare Part B and
/// nothing else. Left out: everything that is not known (a missing value counts as nothing, and no
/// finding is made of it), reasons and sources, claim lines as an output, the choices that equal
/// remainders leave, days on which one patient has two claims of one bucket, overflow.
namespace proviso::bench::part_b {

enum Finding : std::uint8_t {
    kSupervision,
    kSupervisionNotLogged,
    kAssistantEvaluation,
    kNoteAuthor,
    kEvaluationDiscipline,
    kModifierConflict,
    kModifierOverflow,
    kUnitsAbove,
    kDayUnitsAbove,
    kUnitsBelow,
    kCqMissing,
    kCqNotDue,
    kDisciplineModifierMissing,
    kCodeNotPayable,
    kKxMissing,
    kKxNotDue,
    kReviewPossible,
    kFindings
};

/// The codes of findings, in the order of Finding.
inline constexpr std::array<std::string_view, kFindings> kCodes = {"SUPERVISION",
                                                                   "SUPERVISION_NOT_LOGGED",
                                                                   "ASSISTANT_EVALUATION",
                                                                   "NOTE_AUTHOR",
                                                                   "EVALUATION_DISCIPLINE",
                                                                   "MODIFIER_CONFLICT",
                                                                   "MODIFIER_OVERFLOW",
                                                                   "UNITS_ABOVE",
                                                                   "DAY_UNITS_ABOVE",
                                                                   "UNITS_BELOW",
                                                                   "CQ_MISSING",
                                                                   "CQ_NOT_DUE",
                                                                   "DISCIPLINE_MODIFIER_MISSING",
                                                                   "CODE_NOT_PAYABLE",
                                                                   "KX_MISSING",
                                                                   "KX_NOT_DUE",
                                                                   "REVIEW_POSSIBLE"};

/// What one visit comes to. Findings about a day stand with each of its visits.
struct Decided {
    std::array<std::uint8_t, kFindings> counts{};
    std::int64_t cents = 0;  ///< at stake

    bool operator==(const Decided&) const = default;
};

struct Service {
    std::uint32_t code = 0;  ///< ordered as the texts are
    std::uint16_t kind = 0;
    std::int16_t therapist = 0;  ///< with what both did together
    std::int16_t assistant = 0;
    std::int32_t cents = 0;
};

struct Billed {
    std::uint32_t code = 0;
    std::uint16_t kind = 0;
    std::uint16_t modifiers = 0;
    std::uint8_t modifierCount = 0;
    std::int16_t units = 0;
    std::int32_t cents = 0;
};

/// What the payor allowed this year, by its portal.
struct Figure {
    std::int64_t cents = 0;
    std::int32_t day = 0;
    bool occupational = false;  ///< its bucket
    bool complete = false;
};

struct Visit {
    std::uint32_t key = 0;      ///< in Records::keys
    std::uint32_t patient = 0;  ///< by first appearance
    std::int32_t day = 0;
    std::int32_t recorded = 0;
    std::int16_t sequence = 0;
    std::int16_t revision = 0;
    std::uint16_t state = 0;
    std::uint8_t discipline = 0;
    std::uint8_t setting = 0;
    std::uint8_t presence = 0;
    bool withAssistant = false;
    bool notLogged = false;
    bool noteByAssistant = false;
    bool isVoid = false;
    std::uint32_t firstService = 0, services = 0;
    std::uint32_t firstBilled = 0, billed = 0;
    std::uint32_t firstFigure = 0, figures = 0;
};

/// The visits of Medicare Part B; the last word about each, without those that are void.
struct Records {
    std::vector<Visit> visits;  ///< by patient, day, claim and sequence
    std::vector<Service> services;
    std::vector<Billed> billed;
    std::vector<Figure> figures;
    std::vector<std::string> keys;
};

/// Reads with simdjson, each line a document. Throws simdjson::simdjson_error where a record is not
/// as they should be.
Records read(const std::string& path);

/// What each of Records::visits comes to.
std::vector<Decided> decide(const Records& records);

/// All visits together, in any order, and a sum that tells which visit had what.
struct Digest {
    std::array<std::uint64_t, kFindings> counts{};
    std::int64_t cents = 0;
    std::uint64_t visits = 0;
    std::uint64_t check = 0;

    void add(std::string_view key, const Decided& decided);
    std::string text() const;
};

Digest digestOf(const Records& records, const std::vector<Decided>& decided);

}  // namespace proviso::bench::part_b
