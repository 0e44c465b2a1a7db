#pragma once

#include "runtime/engine/bounds.h"
#include "runtime/engine/row_order.h"
#include "runtime/engine/running.h"

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace proviso::engine {

/// How many pairs of an asking row and a row looked through one row of P may have: 2,048 by 2,048.
/// Memory is bounded by it, and as it counts rows that a group always has, no cut of the input
/// shows.
inline constexpr std::uint64_t kMostPairs = std::uint64_t{1} << 22U;

/// Whether so many asking records, of each of which `looked` rows may be looked through, make few
/// enough pairs.
inline bool areFewPairs(std::uint64_t looked, std::uint64_t asking) {
    return asking == 0 || looked * asking <= kMostPairs / asking;
}

/// A row that may be in a window.
struct WindowMember {
    std::uint32_t row = 0;
    Logical in;
};

/// What windows need for themselves, one window at a time, kept for its memory.
struct WindowMemory {
    struct Comparison {
        Register first = 0;
        Register second = 0;
        const ColumnData* c = nullptr;
        const ColumnData* a = nullptr;
        std::uint8_t mode = 0;
    };
    std::vector<Comparison> comparisons;
    std::vector<Level> levels;
    std::vector<Level> asking;
    std::vector<std::uint32_t> offsets;
    std::vector<std::uint32_t> candidates;
    std::vector<std::uint8_t> sorted;
    std::vector<std::uint32_t> ranks;
    std::vector<std::int64_t> levelRanks;
    std::vector<std::uint32_t> buckets;
    std::vector<std::uint32_t> places;
    std::vector<std::uint32_t> open;
    std::vector<const ColumnData*> rising;
    std::vector<WindowMember> members;
    std::vector<WindowMember> taken;
};

/// The operands of one BuildWindow, over the columns of the run. Letters as in
/// bytecode::WindowInfo: `a` is a row that asks, `c` and `m` are rows that may be in its window.
class WindowOperands {
  public:
    WindowOperands(const WindowOperands&) = delete;
    WindowOperands& operator=(const WindowOperands&) = delete;

  protected:
    using Comparison = WindowMemory::Comparison;

    WindowOperands(const Frame& frame, const Instruction& instruction, WindowMemory& memory);

    /// Whether the rows that ask and those that are looked through under one parent are too many to
    /// pair: such windows are errors of what reads them, and of nothing else.
    bool isTooLarge(std::uint32_t parent) const;

    const Frame& frame_;
    const Instruction& instruction_;
    const bytecode::WindowInfo& info_;
    const RegisterData& toParent_;  ///< of a
    const RegisterData& looked_;    ///< of c, to the same parents
    const ColumnData* mask_ = nullptr;
    const ColumnData* marker_ = nullptr;
    Register maskRegister_ = 0;
    Register markerRegister_ = 0;
    std::vector<Comparison>& comparisons_;  ///< dates too; cheap and selective ones first
    std::vector<Level>& levels_;            ///< of c
    std::vector<Level>& asking_;            ///< of a

    // A test of equality and one of dates, by which rows are looked up.
    const Comparison* equal_ = nullptr;
    const ColumnData* date_ = nullptr;
    const ColumnData* from_ = nullptr;
    const ColumnData* through_ = nullptr;
};

/// What one BuildWindow asks. Short-lived; reads the frame only.
class Window : private WindowOperands {
  public:
    Window(const Frame& frame, const Instruction& instruction, WindowMemory& memory)
        : WindowOperands(frame, instruction, memory), offsets_(memory.offsets),
          candidates_(memory.candidates), sorted_(memory.sorted), members_(memory.members),
          taken_(memory.taken), levelRanks_(memory.levelRanks) {}

    /// False where there would be more than `maximumRows` rows. Rows that ask and are in `spans`
    /// make none; nullptr: none are.
    bool build(RegisterData& data, std::uint32_t maximumRows, const RunningSpans* spans);

    /// Why the membership of a row that was made has the state `wanted`.
    void explain(std::uint32_t a, std::uint32_t c, State wanted, Trail& trail);

  private:
    using Member = WindowMember;
    /// How many rows come after one, as far as that is known.
    struct Later {
        std::int64_t certain = 0;
        std::int64_t unknown = 0;
        std::int64_t wrong = 0;

        void count(Logical one);
        Logical fewerThan(std::int64_t most) const;
    };

    bool needsOrder() const { return info_.since || info_.lastRows > 0; }
    Compared compare(std::uint32_t m, std::uint32_t c) const {
        return compareRanks(levels_, m, levels_, c, levels_.size());
    }
    Logical upTo(std::uint32_t a, std::uint32_t c) const;
    /// Mask, comparisons, dates and `up to`.
    Logical base(std::uint32_t a, std::uint32_t c) const;
    /// Whether m, whose membership so far is `in`, ends what `since` looks back on, seen from c.
    Logical bars(const Member& m, std::uint32_t c) const;
    static bool counts(Logical one) { return one.yes || one.state > State::NotApplicable; }

    /// Whether a row is made of a finished membership.
    bool stays(Logical in) const { return instruction_.mode == 1 ? in != kNo : counts(in); }

    // ---- building
    void prepare();
    bool isOrderly() const;
    void sortByRank();
    void sortByProbe();
    void takeAll(std::uint32_t a, std::uint32_t parent);
    std::span<const std::uint32_t> candidatesOf(std::uint32_t parent) const {
        return {candidates_.data() + offsets_[parent], candidates_.data() + offsets_[parent + 1]};
    }
    /// Those that the probe does not leave out.
    std::span<const std::uint32_t> probe(std::uint32_t a, std::uint32_t parent) const;
    void sortTaken();
    void takeSorted(std::uint32_t a, std::uint32_t parent);
    void takePairwise(std::uint32_t a, std::uint32_t parent);

    bool isLikelyLater(std::uint32_t x, std::uint32_t y) const;
    std::vector<Member> markersOf(const std::vector<Member>& members) const;
    std::vector<Member> membersSince(const std::vector<Member>& members,
                                     const std::vector<Member>& markers) const;
    Logical barred(const std::vector<Member>& markers, std::uint32_t c) const;
    Logical fewerAfter(const std::vector<Member>& members, std::uint32_t c) const;

    // ---- explaining
    /// What was found out for the asking row that is explained, whose rows come one after another.
    struct Asked {
        std::uint32_t a = kNoIndex;
        State wanted = State::Value;
        std::vector<Member> markers;
        std::vector<Member> members;  ///< but for `last rows`
        std::unordered_set<std::uint32_t> explained;
    };
    void ask(std::uint32_t a, State wanted);
    void explainBase(std::uint32_t a, std::uint32_t c, State wanted, Trail& trail) const;
    void explainSince(std::uint32_t a, std::uint32_t c, State wanted, Trail& trail);
    void explainAfter(std::uint32_t m, std::uint32_t c, State wanted, Trail& trail) const;

    // Rows of C that the mask leaves, by parent, in their order or, where `sorted_`, in that of the
    // ranks or of the probe.
    std::vector<std::uint32_t>& offsets_;
    std::vector<std::uint32_t>& candidates_;
    std::vector<std::uint8_t>& sorted_;
    std::vector<Member>& members_;
    std::vector<Member>& taken_;
    std::vector<std::int64_t>& levelRanks_;  ///< by row of a level
    bool comesByRank_ = false;               ///< where rows tie, they stand as isLikelyLater says
    Asked asked_;
};

}  // namespace proviso::engine
