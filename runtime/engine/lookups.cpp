#include "runtime/engine/lookups.h"

#include <algorithm>
#include <set>

namespace proviso::engine {

using bytecode::InForcePeriod;
using bytecode::Op;
using bytecode::Program;
using bytecode::Table;

void DateIndex::build(std::span<const InForcePeriod> periods, std::int64_t knownBy) {
    struct Change {
        std::int64_t day = 0;
        std::uint32_t period = 0;
        bool begins = false;
    };
    std::vector<Change> changes;
    for (std::uint32_t index = 0; index < periods.size(); ++index) {
        const InForcePeriod& period = periods[index];
        if (period.published > knownBy || period.from > period.through) {
            continue;
        }
        changes.push_back({period.from, index, true});
        if (period.through < INT64_MAX) {
            changes.push_back({period.through + 1, index, false});
        }
    }
    std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
        return a.day < b.day;
    });

    const auto published = [&](std::uint32_t index) { return periods[index].published; };
    const auto latestFirst = [&](std::uint32_t a, std::uint32_t b) {
        return published(a) != published(b) ? published(a) > published(b) : a < b;
    };
    std::set<std::uint32_t, decltype(latestFirst)> open(latestFirst);
    segments_.assign(1, {});
    for (std::size_t next = 0; next < changes.size();) {
        const std::int64_t day = changes[next].day;
        for (; next < changes.size() && changes[next].day == day; ++next) {
            if (changes[next].begins) {
                open.insert(changes[next].period);
            } else {
                open.erase(changes[next].period);
            }
        }
        const std::uint32_t choice = open.empty() ? kNoIndex : *open.begin();
        if (day == INT64_MIN) {
            segments_.back().choice = choice;
        } else if (segments_.back().choice != choice) {
            segments_.push_back({day, choice});
        }
    }
}

std::uint32_t DateIndex::find(std::int64_t date, std::size_t& segment) const {
    const auto holds = [&](std::size_t index) {
        return segments_[index].from <= date &&
               (index + 1 == segments_.size() || date < segments_[index + 1].from);
    };
    if (segment >= segments_.size() || !holds(segment)) {
        const auto after = std::upper_bound(
            segments_.begin(), segments_.end(), date, [](std::int64_t day, const Segment& one) {
                return day < one.from;
            });
        segment = static_cast<std::size_t>(after - segments_.begin()) - 1;
    }
    return segments_[segment].choice;
}

std::span<const DateIndex::Segment> DateIndex::segmentsOf(std::int64_t first,
                                                          std::int64_t last) const {
    std::size_t begin = 0;
    find(first, begin);
    std::size_t end = begin;
    find(last, end);
    return segments().subspan(begin, end - begin + 1);
}

static bool matches(const Table::Cell& cell, std::int64_t value) {
    switch (cell.test) {
    case Table::Cell::Test::Any:
        return true;
    case Table::Cell::Test::OneOf:
        return std::find(cell.values.begin(), cell.values.end(), value) != cell.values.end();
    case Table::Cell::Test::AtLeast:
        return value >= cell.values[0];
    case Table::Cell::Test::AtMost:
        return value <= cell.values[0];
    case Table::Cell::Test::Exceeds:
        return value > cell.values[0];
    case Table::Cell::Test::Below:
        return value < cell.values[0];
    }
    return false;
}

static bool applies(const Table::Row& row,
                    std::span<const std::int64_t> arguments,
                    std::int64_t date,
                    std::int64_t knownBy) {
    if (date < row.period.from || date > row.period.through || row.period.published > knownBy) {
        return false;
    }
    for (std::size_t column = 0; column < arguments.size(); ++column) {
        if (!matches(row.cells[column], arguments[column])) {
            return false;
        }
    }
    return true;
}

static bool sameResults(const Table::Row& a, const Table::Row& b) {
    return std::equal(a.results.begin(),
                      a.results.end(),
                      b.results.begin(),
                      b.results.end(),
                      [](const Table::Result& one, const Table::Result& other) {
                          return one.unknown == other.unknown &&
                                 (one.unknown || one.value == other.value);
                      });
}

TableMatch findTableRow(const Table& table,
                        const TableIndex& index,
                        std::span<const std::int64_t> arguments,
                        std::int64_t date,
                        std::int64_t knownBy) {
    TableMatch match{nullptr, EvaluationError::NoTableRow};
    // Returns whether the search is over.
    const auto consider = [&](const Table::Row& row) {
        if (!applies(row, arguments, date, knownBy)) {
            return false;
        }
        if (match.row == nullptr || row.period.published > match.row->period.published) {
            match = {&row, EvaluationError::None};
        } else if (row.period.published == match.row->period.published &&
                   !sameResults(row, *match.row)) {
            match.error = EvaluationError::Conflict;
        }
        return table.firstHit;
    };
    if (index.column == kNoIndex) {
        for (const Table::Row& row : table.rows) {
            if (consider(row)) {
                break;
            }
        }
    } else {
        const auto found = index.rowsOf.find(arguments[index.column]);
        for (const std::uint32_t row :
             found != index.rowsOf.end() ? found->second : index.otherRows) {
            if (consider(table.rows[row])) {
                break;
            }
        }
    }
    if (match.error != EvaluationError::None) {
        match.row = nullptr;
    }
    return match;
}

TableMatch TableMemo::find(const Table& table,
                           const TableIndex& index,
                           std::span<const std::int64_t> arguments,
                           std::int64_t date,
                           std::int64_t knownBy) {
    const std::size_t width = arguments.size() + 1;
    if (matches_.empty()) {
        keys_.resize(kSlots * width);
        matches_.resize(kSlots);
    }
    if (date < from_ || date >= before_) {
        const auto next = std::upper_bound(index.changes.begin(), index.changes.end(), date);
        stretch_ = next - index.changes.begin();
        from_ = next == index.changes.begin() ? INT64_MIN : *(next - 1);
        before_ = next == index.changes.end() ? INT64_MAX : *next;
    }
    auto hash = static_cast<std::uint64_t>(stretch_);
    for (const std::int64_t argument : arguments) {
        hash = (hash ^ static_cast<std::uint64_t>(argument)) * 0x9E3779B97F4A7C15U;
        hash ^= hash >> 32U;
    }
    const std::size_t slot = hash % kSlots;
    std::int64_t* const key = keys_.data() + slot * width;
    TableMatch& match = matches_[slot];
    bool isKnown = (match.row != nullptr || match.error != EvaluationError::None) &&
                   key[arguments.size()] == stretch_;
    // A call that compares so few costs more than comparing them.
    for (std::size_t argument = 0; argument < arguments.size(); ++argument) {
        isKnown = isKnown && key[argument] == arguments[argument];
    }
    if (!isKnown) {
        match = findTableRow(table, index, arguments, date, knownBy);
        std::copy(arguments.begin(), arguments.end(), key);
        key[arguments.size()] = stretch_;
    }
    return match;
}

static std::optional<TableIndex>
indexBy(const Table& table, std::uint32_t column, std::size_t& largest) {
    TableIndex index;
    index.column = column;
    std::size_t entries = 0;
    for (std::uint32_t row = 0; row < table.rows.size(); ++row) {
        const Table::Cell& cell = table.rows[row].cells[column];
        if (cell.test == Table::Cell::Test::OneOf) {
            for (const std::int64_t value : cell.values) {
                std::vector<std::uint32_t>& rows = index.rowsOf[value];
                if (rows.empty() || rows.back() != row) {
                    rows.push_back(row);
                    ++entries;
                }
            }
        } else if (cell.test == Table::Cell::Test::Any) {
            index.otherRows.push_back(row);
        } else {
            return std::nullopt;
        }
    }
    // Rows for any value stand in every list, which must not let the index dwarf the table.
    if (entries + index.otherRows.size() * index.rowsOf.size() > 16 * table.rows.size() + 1024) {
        return std::nullopt;
    }
    largest = index.otherRows.size();
    for (auto& [value, rows] : index.rowsOf) {
        rows.insert(rows.end(), index.otherRows.begin(), index.otherRows.end());
        std::sort(rows.begin(), rows.end());
        largest = std::max(largest, rows.size());
    }
    return index;
}

static std::vector<std::int64_t> changesOf(const Table& table) {
    std::vector<std::int64_t> days;
    for (const Table::Row& row : table.rows) {
        days.push_back(row.period.from);
        if (row.period.through < INT64_MAX) {
            days.push_back(row.period.through + 1);
        }
    }
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
    return days;
}

static TableIndex indexByBest(const Table& table) {
    constexpr std::size_t kWorthwhile = 8;
    TableIndex best;
    std::size_t fewest = table.rows.size();
    if (fewest < kWorthwhile) {
        return best;
    }
    for (std::uint32_t column = 0; column < table.given.size(); ++column) {
        std::size_t largest = 0;
        std::optional<TableIndex> index = indexBy(table, column, largest);
        if (index.has_value() && largest < fewest) {
            fewest = largest;
            best = std::move(*index);
        }
    }
    return best;
}

TableIndex indexTable(const Table& table) {
    TableIndex index = indexByBest(table);
    index.changes = changesOf(table);
    return index;
}

static std::optional<std::uint64_t> bitsOf(const std::vector<std::uint32_t>& places) {
    constexpr std::size_t kBits = 64;
    if (places.size() > kBits) {
        return std::nullopt;
    }
    std::uint64_t bits = 0;
    for (std::size_t at = 0; at < places.size(); ++at) {
        bits |= std::uint64_t{places[at] != 0} << at;
    }
    return bits;
}

CodeSetIndex indexCodeSet(const bytecode::CodeSet& set) {
    CodeSetIndex index;
    if (set.entries.empty()) {
        return index;
    }
    using Entry = bytecode::CodeSet::Entry;
    index.entries = set.entries;
    std::stable_sort(index.entries.begin(),
                     index.entries.end(),
                     [](const Entry& a, const Entry& b) { return a.text < b.text; });
    index.lowest = index.entries.front().text;
    index.places.resize(index.entries.back().text - index.lowest + 2);
    for (std::uint32_t begin = 0; begin < index.entries.size();) {
        std::uint32_t end = begin;
        CodeSetIndex::Member member{INT64_MAX, INT64_MIN, 0, 0};
        for (; end < index.entries.size() && index.entries[end].text == index.entries[begin].text;
             ++end) {
            member.from = std::min(member.from, index.entries[end].from);
            member.through = std::max(member.through, index.entries[end].through);
        }
        if (end - begin > 1) {
            member.begin = begin;
            member.end = end;
        }
        index.places[index.entries[begin].text - index.lowest] =
            static_cast<std::uint32_t>(index.members.size());
        index.members.push_back(member);
        // Whether the stretches of one member leave gaps is not looked into.
        const bool isWhole = end - begin == 1;
        index.wholeFrom = isWhole ? std::max(index.wholeFrom, member.from) : INT64_MAX;
        index.wholeThrough = isWhole ? std::min(index.wholeThrough, member.through) : INT64_MIN;
        begin = end;
    }
    index.bits = bitsOf(index.places);
    return index;
}

static std::vector<bool> findChoiceDependents(const Program& program) {
    std::vector<bool> depends(program.code.size());
    std::vector<bool> spaces(program.spaces.size());
    for (std::size_t number = 0; number < program.code.size(); ++number) {
        const bytecode::Instruction& instruction = program.code[number];
        bool dependent = instruction.op == Op::Choice || spaces[instruction.space];
        for (const bytecode::Register operand : instruction.operands) {
            dependent = dependent || depends[operand];
        }
        depends[number] = dependent;
        if (const std::uint32_t made = bytecode::spaceMadeBy(instruction);
            made != bytecode::kNone) {
            spaces[made] = dependent;
        }
    }
    return depends;
}

static Needs::Order orderOf(Op op) {
    switch (op) {
    case Op::And:
        return Needs::Order::UntilNo;
    case Op::Or:
        return Needs::Order::UntilYes;
    case Op::ExactlyOne:
    case Op::Lowest:
    case Op::Highest:
        return Needs::Order::Pairs;
    default:
        return Needs::Order::All;
    }
}

static Needs findNeeds(const Program& program) {
    Needs needs;
    for (const bytecode::Instruction& one : program.code) {
        const auto begin = static_cast<std::uint32_t>(needs.operands.size());
        for (const bytecode::Register operand : one.operands) {
            if (program.code[operand].type.kind != TypeKind::None) {
                needs.operands.push_back(operand);
            }
        }
        needs.of.push_back(
            {begin, static_cast<std::uint32_t>(needs.operands.size()), one.space, orderOf(one.op)});
    }
    return needs;
}

Lookups::Lookups(const Program& program)
    : dependsOnChoice(findChoiceDependents(program)), needs(findNeeds(program)) {
    tables.reserve(program.tables.size());
    for (const Table& table : program.tables) {
        tables.push_back(indexTable(table));
    }
    codeSets.reserve(program.codeSets.size());
    for (const bytecode::CodeSet& set : program.codeSets) {
        codeSets.push_back(indexCodeSet(set));
    }
}

void DatedLookups::build(const Program& program, std::int64_t knownBy) {
    std::vector<InForcePeriod> periods;
    parameters.resize(program.parameters.size());
    for (std::size_t index = 0; index < parameters.size(); ++index) {
        periods.clear();
        for (const bytecode::DatedValue& value : program.parameters[index].values) {
            periods.push_back(value.period);
        }
        parameters[index].build(periods, knownBy);
    }
    datedLists.resize(program.datedLists.size());
    for (std::size_t index = 0; index < datedLists.size(); ++index) {
        datedLists[index].build(program.datedLists[index], knownBy);
    }
}

}  // namespace proviso::engine
