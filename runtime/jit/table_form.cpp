#include "runtime/jit/table_form.h"

#include <algorithm>
#include <limits>
#include <map>

namespace proviso::jit {

using bytecode::Table;

namespace {

constexpr std::size_t kMostEntries = 8192;
constexpr std::size_t kMostBreaks = 16;
/// Of values that a column's places cover.
constexpr std::uint64_t kMostPlaces = 4096;

/// A column with a value of each of its classes.
struct Classes {
    TableForm::Column column;
    std::vector<std::int64_t> samples;
};

Classes ofBreaks(std::vector<std::int64_t> breaks) {
    std::sort(breaks.begin(), breaks.end());
    breaks.erase(std::unique(breaks.begin(), breaks.end()), breaks.end());
    // Nothing is below the first of all numbers.
    if (!breaks.empty() && breaks.front() == std::numeric_limits<std::int64_t>::min()) {
        breaks.erase(breaks.begin());
    }
    Classes made;
    made.samples.push_back(breaks.empty() ? 0 : breaks.front() - 1);
    made.samples.insert(made.samples.end(), breaks.begin(), breaks.end());
    made.column.breaks = std::move(breaks);
    return made;
}

void breakBehind(std::vector<std::int64_t>& breaks, std::int64_t value) {
    if (value != std::numeric_limits<std::int64_t>::max()) {
        breaks.push_back(value + 1);
    }
}

/// Where the answer of any row's test of a column may change.
std::vector<std::int64_t> breaksOf(const Table& table, std::size_t column) {
    using Test = Table::Cell::Test;
    std::vector<std::int64_t> breaks;
    for (const Table::Row& row : table.rows) {
        const Table::Cell& cell = row.cells[column];
        for (const std::int64_t value : cell.values) {
            if (cell.test == Test::OneOf || cell.test == Test::AtLeast ||
                cell.test == Test::Below) {
                breaks.push_back(value);
            }
            if (cell.test == Test::OneOf || cell.test == Test::AtMost ||
                cell.test == Test::Exceeds) {
                breakBehind(breaks, value);
            }
        }
    }
    return breaks;
}

/// A column of equalities only: values that the same rows name are of one class.
std::optional<Classes> ofPlaces(const Table& table, std::size_t column) {
    std::map<std::int64_t, std::vector<std::size_t>> rowsOf;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const Table::Cell& cell = table.rows[row].cells[column];
        if (cell.test != Table::Cell::Test::Any && cell.test != Table::Cell::Test::OneOf) {
            return std::nullopt;
        }
        for (std::size_t index = 0;
             cell.test == Table::Cell::Test::OneOf && index < cell.values.size();
             ++index) {
            std::vector<std::size_t>& rows = rowsOf[cell.values[index]];
            if (rows.empty() || rows.back() != row) {
                rows.push_back(row);
            }
        }
    }
    if (rowsOf.empty()) {
        return std::nullopt;
    }
    const std::int64_t first = rowsOf.begin()->first;
    const std::uint64_t size =
        static_cast<std::uint64_t>(rowsOf.rbegin()->first) - static_cast<std::uint64_t>(first) + 1;
    if (size == 0 || size > kMostPlaces || first == std::numeric_limits<std::int64_t>::min()) {
        return std::nullopt;
    }
    Classes made;
    made.column.first = first;
    made.column.places.assign(size, 0);
    made.samples.push_back(first - 1);
    std::map<std::vector<std::size_t>, std::int64_t> classes;
    for (const auto& [value, rows] : rowsOf) {
        const auto [place, isNew] =
            classes.emplace(rows, static_cast<std::int64_t>(classes.size()) + 1);
        if (isNew) {
            made.samples.push_back(value);
        }
        made.column.places[static_cast<std::size_t>(value - first)] = place->second;
    }
    return made;
}

std::optional<Classes> classesOf(const Table& table, std::size_t column) {
    constexpr std::size_t kFew = 4;
    std::vector<std::int64_t> breaks = breaksOf(table, column);
    Classes byBreaks = ofBreaks(std::move(breaks));
    if (byBreaks.column.breaks.size() > kFew) {
        if (std::optional<Classes> byPlaces = ofPlaces(table, column)) {
            return byPlaces;
        }
    }
    if (byBreaks.column.breaks.size() > kMostBreaks) {
        return std::nullopt;
    }
    return byBreaks;
}

/// Days on which other rows are in force.
std::optional<Classes> datesOf(const Table& table, std::int64_t knownBy) {
    std::vector<std::int64_t> days;
    for (const Table::Row& row : table.rows) {
        if (row.period.published <= knownBy) {
            days.push_back(row.period.from);
            breakBehind(days, row.period.through);
        }
    }
    Classes made = ofBreaks(std::move(days));
    if (made.column.breaks.size() > 2 * kMostBreaks) {
        return std::nullopt;
    }
    return made;
}

}  // namespace

std::optional<TableForm>
formOf(const Table& table, const engine::TableIndex& index, std::int64_t knownBy) {
    std::vector<Classes> all;
    for (std::size_t column = 0; column <= table.given.size(); ++column) {
        std::optional<Classes> made =
            column == table.given.size() ? datesOf(table, knownBy) : classesOf(table, column);
        if (!made.has_value()) {
            return std::nullopt;
        }
        all.push_back(std::move(*made));
    }
    TableForm form;
    std::size_t entries = 1;
    for (Classes& one : all) {
        one.column.step = static_cast<std::int64_t>(entries);
        for (std::int64_t& place : one.column.places) {
            place *= one.column.step;
        }
        entries *= one.samples.size();
        if (entries > kMostEntries) {
            return std::nullopt;
        }
        form.columns.push_back(std::move(one.column));
    }
    std::vector<std::int64_t> arguments(table.given.size());
    form.rows.reserve(entries);
    for (std::size_t entry = 0; entry < entries; ++entry) {
        std::size_t rest = entry;
        std::int64_t date = 0;
        for (std::size_t column = 0; column < all.size(); ++column) {
            const std::int64_t sample = all[column].samples[rest % all[column].samples.size()];
            rest /= all[column].samples.size();
            (column < arguments.size() ? arguments[column] : date) = sample;
        }
        form.rows.push_back(engine::findTableRow(table, index, arguments, date, knownBy).row);
    }
    return form;
}

const TableForm* TableForms::of(std::uint32_t table) {
    auto place = known_.find(table);
    if (place == known_.end()) {
        place =
            known_.emplace(table, formOf(program_.tables[table], indexes_[table], knownBy_)).first;
    }
    return place->second.has_value() ? &*place->second : nullptr;
}

}  // namespace proviso::jit
