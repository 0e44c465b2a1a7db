#pragma once

#include "runtime/decision/view.h"
#include "runtime/input/decoder.h"
#include "runtime/values/decimal.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace proviso::tool {

/// What a whole run found, in the terms of those who have to act on it. The sums do not depend on
/// the order of records.
class Summary {
  public:
    /// Findings that several records share are counted with the first of them.
    void add(std::span<const RecordView> block);
    void add(const std::vector<RecordResult>& block);
    void add(const DecodedRecords& decoded);

    /// How many decisions are not in the decision log; nothing where none is kept.
    void setNotLogged(std::optional<std::uint64_t> count) { notLogged_ = count; }

    [[nodiscard]] std::uint64_t recordCount() const { return records_; }
    [[nodiscard]] std::uint64_t findingCount() const { return findingCount_; }
    [[nodiscard]] std::uint64_t rejectedCount() const { return rejectedCount_; }

    /// For people. `recordName` is the entry record's name.
    [[nodiscard]] std::string text(std::string_view recordName, bool colour) const;
    /// One JSON object.
    [[nodiscard]] std::string json() const;

  private:
    struct Tally {
        std::uint64_t count = 0;
        std::set<std::string, std::less<>> rules;
        Total atStake;  ///< cents
    };
    struct Gap {
        std::uint64_t answers = 0;  ///< pairs of record and rule
        std::uint64_t records = 0;
        std::uint64_t lastAnswer = 0;  ///< that was counted, by number from 1
        std::uint64_t lastRecord = 0;
    };
    /// Names that are looked up as views.
    template <class Value>
    using ByName = std::map<std::string, Value, std::less<>>;
    /// Of pairs of names, and of a severity and a name, likewise.
    struct PairLess {
        using is_transparent = void;

        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            return std::tie(a.first, a.second) < std::tie(b.first, b.second);
        }
    };
    struct TextHash {
        using is_transparent = void;

        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };

    void add(const RecordView& result);
    void countMissing(const RecordView& result);
    Gap& gapOf(std::string_view place);

    std::uint64_t records_ = 0;
    std::uint64_t recordsWithFindings_ = 0;
    std::uint64_t recordsUndetermined_ = 0;
    std::uint64_t recordsWithErrors_ = 0;
    std::uint64_t recordsWithChoices_ = 0;
    std::uint64_t findingCount_ = 0;
    std::uint64_t rejectedCount_ = 0;
    std::uint64_t besideRejected_ = 0;
    Total atStake_;
    std::uint64_t answers_ = 0;
    ByName<std::uint64_t> rows_;                                                ///< by list
    std::map<std::pair<std::uint8_t, std::string>, Tally, PairLess> findings_;  ///< by severity and
                                                                                ///< code
    ByName<Gap> missing_;                                                       ///< by field
    std::unordered_map<std::string, Gap*, TextHash, std::equal_to<>>
        gaps_;  ///< of places met before; no more than some
    std::map<std::pair<std::string, std::string>, std::uint64_t, PairLess>
        errors_;                         ///< by code and rule
    ByName<std::string> errorMessages_;  ///< by code
    std::map<std::pair<std::string, std::string>, std::uint64_t>
        rejections_;  ///< by code and message
    DecodeCounts counts_;
    std::optional<std::uint64_t> notLogged_;
};

/// A place without positions and keys: `V-7:services[0].allowed` is `services.allowed`.
std::string fieldOfPlace(std::string_view place);

}  // namespace proviso::tool
