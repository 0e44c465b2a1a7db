#include "runtime/engine/carried.h"

#include <utility>

namespace proviso::engine {

namespace {

/// Both sides of a column may leave out what they do not need.
void extend(Cells<State>& to, std::size_t before, std::size_t after, State plain) {
    to.resize(before, plain);
    to.resize(after, plain);
}

}  // namespace

void CarriedColumn::append(const CarriedColumn& from, std::uint32_t record, bool ofEntryRecord) {
    const auto [begin, end] = from.cellsOf(record);
    const std::size_t before = cells.values.size();
    const std::size_t after = before + (end - begin);
    const bool hasStates = !cells.states.empty() || !from.cells.states.empty();
    const bool hasBounds = cells.bounded() || from.cells.bounded();
    if (hasStates) {
        extend(cells.states, before, after, State::Value);
    }
    if (hasBounds && !cells.bounded()) {
        std::vector<std::int64_t> lows;
        std::vector<std::int64_t> highs;
        for (std::size_t cell = 0; cell < before; ++cell) {
            lows.push_back(cells.low(cell));
            highs.push_back(cells.high(cell));
        }
        cells.lows = std::move(lows);
        cells.highs = std::move(highs);
    }
    for (std::uint32_t cell = begin; cell < end; ++cell) {
        const std::size_t place = cells.values.size();
        cells.values.push_back(from.cells.values[cell]);
        if (hasStates) {
            cells.states[place] = from.cells.state(cell);
        }
        if (hasBounds) {
            cells.lows.push_back(from.cells.low(cell));
            cells.highs.push_back(from.cells.high(cell));
        }
        if (!from.reasons.empty()) {
            const auto reason = from.reasons.find(cell);
            if (reason != from.reasons.end()) {
                reasons.emplace(static_cast<std::uint32_t>(place), reason->second);
            }
        }
    }
    if (!ofEntryRecord) {
        if (first.empty()) {
            first.push_back(0);
        }
        first.push_back(static_cast<std::uint32_t>(after));
    }
}

}  // namespace proviso::engine
