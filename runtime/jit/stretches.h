#pragma once

#include "runtime/engine/frame.h"

#include <cstdint>
#include <vector>

/// Where the rows that lead to each row of a link's target begin, for links under which they lie
/// side by side.
namespace proviso::jit {

struct Stretches {
    /// By row of the target, and one more; at least kLeastRows + 1, the last ones empty. Rows that
    /// lead nowhere may lie in any.
    const std::uint32_t* begins = nullptr;
    std::vector<std::uint32_t> own;  ///< where nobody else has written them down
    std::uint32_t longest = 0;
    bool areApart = false;  ///< they do not: the rest says nothing
};

/// Whether rows that lead to the same row do not lie side by side, or not in the order of those.
bool liesApart(const engine::RegisterData& link);

void findStretches(const engine::RegisterData& link, std::uint32_t targets, Stretches& out);

/// The stretches of the links of one run of a stage, each found once.
class StretchesOfLinks {
  public:
    void begin(std::size_t registers);
    const Stretches& of(const engine::Frame& frame, engine::Register link);

  private:
    std::vector<std::uint32_t> known_;  ///< by register: the run in which it was found
    std::uint32_t run_ = 0;
    std::vector<Stretches> all_;  ///< by register
};

}  // namespace proviso::jit
