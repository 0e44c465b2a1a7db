#pragma once

#include "runtime/engine/frame.h"

#include <cstdint>
#include <vector>

namespace proviso::engine {

/// What a source row of BuildInstants covers.
struct Stretch {
    enum class Kind : std::uint8_t {
        Nothing,  ///< of no length, or without an end
        Certain,
        Possible,  ///< an end is unknown: what the other does not exclude
        Wrong      ///< an end is an error, or it ends before it begins
    } kind = Kind::Nothing;
    std::int64_t from = INT64_MIN;
    std::int64_t to = INT64_MAX;
    bool ends = false;  ///< both ends are known and part the time

    /// Whether it covers `start` to `finish`, between which no known stretch begins or ends.
    bool covers(std::int64_t start, std::int64_t finish) const {
        return (kind == Kind::Certain || kind == Kind::Possible) && from < finish && start < to;
    }
};

/// What instants need for themselves, one parent at a time, kept for its memory.
struct InstantMemory {
    std::vector<Stretch> stretches;
    std::vector<std::int64_t> ends;
    std::vector<std::int64_t> certain;
    std::vector<std::int64_t> possible;
};

Stretch stretchOf(const ColumnData& from, const ColumnData& to, std::uint32_t row);

/// False where a row space would grow beyond the limit.
bool buildInstants(Frame& frame, const Instruction& instruction, RegisterData& data);
bool buildCovers(Frame& frame, const Instruction& instruction, RegisterData& data);

}  // namespace proviso::engine
