#pragma once

#include "runtime/bytecode/batch.h"

#include <algorithm>
#include <cstdint>

namespace proviso::engine {

/// The first and the last of some days. The records of a block are mostly of a few months, in which
/// the same periods hold all along.
struct DaySpan {
    std::int64_t first = INT64_MAX;
    std::int64_t last = INT64_MIN;
};

/// Of all cells of a column, whatever they hold.
inline DaySpan daySpanOf(const ColumnData& column) {
    DaySpan span;
    for (const std::int64_t day : column.values) {
        span.first = std::min(span.first, day);
        span.last = std::max(span.last, day);
    }
    return span;
}

}  // namespace proviso::engine
