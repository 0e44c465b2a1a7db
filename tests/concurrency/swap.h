#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Threads that decide without pause while another swaps the pack set under them.
namespace proviso::test {

struct SwapOptions {
    unsigned threads = 8;
    unsigned swaps = 2000;  ///< 0: none, to measure how long decisions take undisturbed
    std::uint64_t decisionsWithout = 0;   ///< with no swaps: of each thread
    std::uint64_t pauseMicroseconds = 0;  ///< between two swaps
    bool fresh = false;  ///< publish sets that are compiled anew, so that each retired one must go
};

struct SwapOutcome {
    std::uint64_t asked = 0;
    std::uint64_t decided = 0;
    std::uint64_t wrong = 0;     ///< not the answer of the revision that is stamped on it
    std::uint64_t reversed = 0;  ///< older than what the same thread saw before
    std::uint64_t leaked = 0;    ///< retired sets that are still there at the end
    std::vector<std::uint64_t> byRevision;  ///< decisions of each of the three
    double p50 = 0;                         ///< microseconds
    double p99 = 0;
    double ownP99 = 0;  ///< without the time in which others ran: what to compare on a busy machine
};

SwapOutcome swapUnderLoad(const SwapOptions& options);

std::string describe(const SwapOutcome& outcome);

}  // namespace proviso::test
