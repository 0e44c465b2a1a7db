#pragma once

#include "runtime/jit/stage_code.h"
#include "runtime/jit/stretches.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace proviso::jit {

/// Calls compiled code over the columns of a frame. Holds the pointers and the padding of one call,
/// kept for their memory: one a thread.
class RegionCall {
  public:
    /// Before the regions of a run of a stage.
    void begin(const engine::Frame& frame);

    /// Nothing: the region was computed. Regions of fewer than `leastRows` rows are not.
    std::optional<Counts::Reason>
    run(engine::Frame& frame, const Region& region, KernelFunction function, std::size_t leastRows);

  private:
    struct Padding {
        std::array<std::int64_t, kLeastRows> values{};  ///< or as many smaller cells
        std::array<std::uint32_t, kLeastRows> rows{};
        std::array<std::uint8_t, kLeastRows> states{};
    };
    /// Of the results of a fold, and of whether rows may be missing.
    struct FoldPadding {
        Padding out;
        Padding more;
    };

    const std::uint8_t* noStates(std::size_t rows);
    std::optional<Counts::Reason> takeLists(const engine::Frame& frame, const Region& region);
    std::optional<Counts::Reason> takeInputs(const engine::Frame& frame, const Region& region);
    std::optional<Counts::Reason>
    takeColumn(const engine::Frame& frame, const Region& region, std::size_t index);
    const void* madeOf(const StoredValues& from, std::size_t index, std::size_t bytes);
    std::optional<Counts::Reason> takeMore(const engine::Frame& frame, const Region& region);
    void takeOutputs(engine::Frame& frame, const Region& region);
    void takeArrays(const KernelCode& code);
    std::uint32_t call(KernelFunction function) const;
    void finish(engine::Frame& frame, const Region& region) const;

    StretchesOfLinks stretches_;
    std::size_t rows_ = 0;
    bool pads_ = false;
    std::vector<const void*> values_;
    std::vector<const std::uint8_t*> states_;
    std::vector<std::uint64_t> sizes_;
    std::vector<const std::uint32_t*> links_;
    std::vector<const std::uint8_t*> linkStates_;
    std::vector<void*> outValues_;
    std::vector<std::uint8_t*> outStates_;
    std::vector<const std::uint32_t*> begins_;
    std::vector<std::size_t> targets_;    ///< by list: rows that are folded to
    std::vector<std::uint64_t> results_;  ///< by list: as many, but at least kLeastRows
    std::vector<std::uint64_t> longest_;  ///< by list
    std::vector<const std::int64_t*> moreValues_;
    std::vector<const std::uint8_t*> moreStates_;
    std::vector<void*> foldValues_;
    std::vector<std::uint8_t*> foldStates_;
    std::vector<std::int64_t*> arrays_;
    std::vector<std::int64_t> memory_;             ///< of the arrays
    std::vector<std::vector<std::uint8_t>> made_;  ///< by column: what is given in other cells
    std::vector<std::uint8_t> zeros_;
    std::vector<Padding> padding_;
    std::vector<FoldPadding> foldPadding_;
    std::int64_t nothing_ = 0;
};

}  // namespace proviso::jit
