#pragma once

#include "runtime/engine/frame.h"

namespace proviso::engine {

/// Calls `visit(child, parent)` for every row that leads somewhere, in order.
template <class Visit>
void forEachChild(const RegisterData& link, Visit visit) {
    const std::size_t rows = link.rows.size();
    if (link.states.empty()) {
        for (std::size_t row = 0; row < rows; ++row) {
            visit(row, link.rows[row]);
        }
        return;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        if (link.rows[row] != kNoIndex) {
            visit(row, link.rows[row]);
        }
    }
}

/// The same where their order means nothing: now one from the beginning, now one from the middle.
/// Rows of one parent mostly stand together, and what was just written is slow to be read.
template <class Visit>
void forEachChildInTurns(const RegisterData& link, Visit visit) {
    if (!link.states.empty()) {
        forEachChild(link, visit);
        return;
    }
    const std::span<const std::uint32_t> parents = link.rows;
    const std::size_t half = parents.size() / 2;
    for (std::size_t row = 0; row < half; ++row) {
        visit(row, parents[row]);
        visit(half + row, parents[half + row]);
    }
    if (2 * half < parents.size()) {
        visit(2 * half, parents[2 * half]);
    }
}

}  // namespace proviso::engine
