#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/values/evaluation_error.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace proviso::engine {

/// Which of several periods applies on a date: days cut into segments in which the answer is the
/// same.
class DateIndex {
  public:
    /// `knownBy`: periods published later do not count. Of several that hold a date, the one
    /// published last counts, of these the first.
    void build(std::span<const bytecode::InForcePeriod> periods, std::int64_t knownBy);

    /// The period that applies, or kNoIndex. `segment` is where the last search ended, from 0;
    /// neighbours of one date are found at once.
    std::uint32_t find(std::int64_t date, std::size_t& segment) const;

    struct Segment {
        std::int64_t from = INT64_MIN;
        std::uint32_t choice = kNoIndex;
    };
    /// Ascending; the first begins with time.
    std::span<const Segment> segments() const { return segments_; }
    /// Those of the days from `first` to `last`; at least one.
    std::span<const Segment> segmentsOf(std::int64_t first, std::int64_t last) const;

  private:
    std::vector<Segment> segments_{{}};
};

/// Rows of a table by one of its columns of equalities; without such a column every row is tried.
struct TableIndex {
    std::uint32_t column = kNoIndex;
    std::unordered_map<std::int64_t, std::vector<std::uint32_t>>
        rowsOf;                            ///< with the rows of any value, in order
    std::vector<std::uint32_t> otherRows;  ///< of values that no row names
    std::vector<std::int64_t> changes;     ///< ascending: days on which other rows are in force
};

struct TableMatch {
    const bytecode::Table::Row* row = nullptr;  ///< nullptr: error
    EvaluationError error = EvaluationError::None;
};

/// What a table answered lately: records ask the same few things again and again. One thread.
class TableMemo {
  public:
    /// What findTableRow says. `index` and `knownBy` are those of the first call.
    TableMatch find(const bytecode::Table& table,
                    const TableIndex& index,
                    std::span<const std::int64_t> arguments,
                    std::int64_t date,
                    std::int64_t knownBy);

  private:
    static constexpr std::size_t kSlots = 256;

    std::vector<std::int64_t> keys_;   ///< of each slot: the arguments, and where the date lies
    std::vector<TableMatch> matches_;  ///< by slot; neither a row nor an error: nothing yet
    std::int64_t from_ = 0;            ///< dates that lie where the last one did
    std::int64_t before_ = 0;
    std::int64_t stretch_ = 0;  ///< where that is: an index into TableIndex::changes
};

/// The row that applies. `arguments` are values of the table's columns.
TableMatch findTableRow(const bytecode::Table& table,
                        const TableIndex& index,
                        std::span<const std::int64_t> arguments,
                        std::int64_t date,
                        std::int64_t knownBy);

/// Periods of the codes of one set, by the code's index into the program's texts.
struct CodeSetIndex {
    /// A code's first and last day in the set.
    struct Member {
        std::int64_t from = 1;
        std::int64_t through = 0;
        std::uint32_t begin = 0;  ///< in `entries`: its stretches; none: one, from first to last
        std::uint32_t end = 0;
    };
    std::uint64_t lowest = 0;  ///< text
    /// By text from the lowest on: in `members`; the last one is of texts that lie farther.
    std::vector<std::uint32_t> places{0};
    std::vector<Member> members{1};  ///< [0] is what no other text is, on no day
    std::vector<bytecode::CodeSet::Entry> entries;
    /// Days on which all members are in the set; none where `from` is later than `through`.
    std::int64_t wholeFrom = INT64_MIN;
    std::int64_t wholeThrough = INT64_MAX;
    /// By text from the lowest on: whether it is a member. Of sets whose texts lie close together.
    std::optional<std::uint64_t> bits;

    static std::uint32_t
    placeIn(std::span<const std::uint32_t> places, std::uint64_t lowest, std::int64_t code) {
        // What lies below is far above.
        const std::uint64_t at = static_cast<std::uint64_t>(code) - lowest;
        return places[std::min<std::uint64_t>(at, places.size() - 1)];
    }
    bool contains(std::int64_t code, std::int64_t date) const {
        const Member& member = members[placeIn(places, lowest, code)];
        return member.from <= date && date <= member.through &&
               (member.begin == member.end ||
                std::any_of(entries.begin() + member.begin,
                            entries.begin() + member.end,
                            [date](const bytecode::CodeSet::Entry& one) {
                                return one.from <= date && date <= one.through;
                            }));
    }
};

/// The columns that each instruction reads, side by side: what demand.cpp goes through again and
/// again.
struct Needs {
    enum class Order : std::uint8_t {
        All,
        UntilNo,   ///< a conjunction: no further than the first that is a no in every row
        UntilYes,  ///< a disjunction
        Pairs,     ///< guards and values: a value only where its guard lets it in
    };
    struct One {
        std::uint32_t begin = 0;  ///< in `operands`
        std::uint32_t end = 0;
        std::uint32_t space = 0;  ///< of the instruction's rows
        Order order = Order::All;
    };
    std::vector<One> of;  ///< by register
    std::vector<bytecode::Register> operands;
};

/// What is prepared once from a program. Immutable afterwards.
struct Lookups {
    std::vector<TableIndex> tables;
    std::vector<CodeSetIndex> codeSets;
    std::vector<bool> dependsOnChoice;  ///< by register
    Needs needs;

    explicit Lookups(const bytecode::Program& program);
};

TableIndex indexTable(const bytecode::Table& table);
CodeSetIndex indexCodeSet(const bytecode::CodeSet& set);

/// What depends on the date up to which texts are known.
struct DatedLookups {
    std::vector<DateIndex> parameters;
    std::vector<DateIndex> datedLists;

    void build(const bytecode::Program& program, std::int64_t knownBy);
};

}  // namespace proviso::engine
