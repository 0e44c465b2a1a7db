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

void CarriedPieces::gather(CarriedColumn& to, std::span<const std::uint32_t> records) const {
    to.first.clear();
    to.reasons.clear();
    ColumnData& cells = to.cells;
    cells.states.clear();
    cells.lows.clear();
    cells.highs.clear();
    if (!ofEntryRecord) {
        cells.values.clear();
        for (const std::uint32_t record : records) {
            to.append(of(record), places->row(record), ofEntryRecord);
        }
        return;
    }
    if (const CarriedColumn* const whole = alone(records)) {
        const std::int64_t* const from = whole->cells.values.data() + places->row(records[0]);
        cells.values.assign(from, from + records.size());
        return;
    }
    cells.values.resize(records.size());
    bool hasStates = false;
    bool hasBounds = false;
    for (std::size_t index = 0; index < records.size(); ++index) {
        const ColumnData& from = of(records[index]).cells;
        cells.values[index] = from.values.data()[places->row(records[index])];
        hasStates = hasStates || !from.states.empty();
        hasBounds = hasBounds || from.bounded();
    }
    if (hasStates) {
        gatherStates(to, records);
    }
    if (hasBounds) {
        for (const std::uint32_t record : records) {
            cells.lows.push_back(of(record).cells.low(places->row(record)));
            cells.highs.push_back(of(record).cells.high(places->row(record)));
        }
    }
}

/// The piece in which all records stand one after the other, as they do here; nullptr where there
/// is none, or where some of its cells are no values.
const CarriedColumn* CarriedPieces::alone(std::span<const std::uint32_t> records) const {
    if (records.empty() || records.back() - records.front() + 1 != records.size() ||
        places->piece(records.front()) != places->piece(records.back()) ||
        places->row(records.back()) - places->row(records.front()) + 1 != records.size()) {
        return nullptr;
    }
    // INVARIANT: both are ascending, so that none between the two is elsewhere.
    const CarriedColumn& whole = of(records.front());
    return whole.cells.states.empty() && !whole.cells.bounded() ? &whole : nullptr;
}

void CarriedPieces::gatherStates(CarriedColumn& to, std::span<const std::uint32_t> records) const {
    to.cells.states.resize(records.size(), State::Value);
    for (std::size_t index = 0; index < records.size(); ++index) {
        const CarriedColumn& from = of(records[index]);
        const std::uint32_t cell = places->row(records[index]);
        const State state = from.cells.state(cell);
        to.cells.states[index] = state;
        if (state == State::Unknown || state == State::Error) {
            const auto reason = from.reasons.find(cell);
            if (reason != from.reasons.end()) {
                to.reasons.emplace(static_cast<std::uint32_t>(index), reason->second);
            }
        }
    }
}

}  // namespace proviso::engine
