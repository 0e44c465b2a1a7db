#include "compiler/analysis/tables.h"

#include "compiler/analysis/table_uses.h"
#include "compiler/analysis/words.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>

namespace proviso::analysis {

using typed::Period;
using typed::Program;
using typed::Table;

namespace {

/// As many cases as are looked at one by one.
constexpr std::size_t kMostCases = 4096;
/// As many as are shown.
constexpr std::size_t kMostShown = 5;
/// As many pairs of rows of one table as are compared.
constexpr std::size_t kMostPairs = 4'000'000;

using Cell = Table::Cell;
using Test = Table::Cell::Test;

bool isRange(Test test) {
    return test != Test::Any && test != Test::OneOf;
}

/// The numbers that a test by size accepts.
Period rangeOf(const Cell& cell) {
    const std::int64_t bound = cell.values.empty() ? 0 : cell.values.front();
    switch (cell.test) {
    case Test::AtLeast:
        return {bound, INT64_MAX};
    case Test::AtMost:
        return {INT64_MIN, bound};
    case Test::Exceeds:
        return bound == INT64_MAX ? Period{1, 0} : Period{bound + 1, INT64_MAX};
    case Test::Below:
        return bound == INT64_MIN ? Period{1, 0} : Period{INT64_MIN, bound - 1};
    case Test::Any:
    case Test::OneOf:
        break;
    }
    return {};
}

bool accepts(const Cell& cell, std::int64_t value) {
    if (cell.test == Test::OneOf) {
        return std::find(cell.values.begin(), cell.values.end(), value) != cell.values.end();
    }
    const Period range = rangeOf(cell);
    return value >= range.from && value <= range.through;
}

/// Whether every value that passes `b` passes `a`.
bool covers(const Cell& a, const Cell& b) {
    if (a.test == Test::Any) {
        return true;
    }
    if (b.test == Test::Any) {
        return false;
    }
    if (b.test == Test::OneOf) {
        return std::all_of(b.values.begin(), b.values.end(), [&](std::int64_t value) {
            return accepts(a, value);
        });
    }
    if (a.test == Test::OneOf) {
        return false;
    }
    const Period outer = rangeOf(a);
    const Period inner = rangeOf(b);
    return outer.from <= inner.from && inner.through <= outer.through;
}

/// Whether any value of a stretch is among those possible.
bool admits(const Domain& values, const Period& range) {
    return range.from == range.through ? values.contains(range.from)
                                       : values.low <= range.through && range.from <= values.high;
}

class TableCheck {
  public:
    TableCheck(const Program& program,
               const Table& table,
               const std::vector<TableUse>& uses,
               DiagnosticSink& sink)
        : program_(program), table_(table), uses_(uses), sink_(sink) {}

    void run() {
        // That no two rows of a `hit unique` table match one case was checked with the table
        // itself.
        if (table_.firstHit) {
            findShadowed();
        }
        listCases();
    }

  private:
    using RowId = std::uint32_t;

    /// Calls `action` with each two rows, the earlier one first, that could match one case: those
    /// with nothing in common in the column that tells rows apart best are skipped.
    void forEachPair(const auto& action) {
        std::size_t column = table_.given.size();
        std::size_t most = 0;
        for (std::size_t one = 0; one < table_.given.size(); ++one) {
            std::unordered_set<std::int64_t> values;
            for (const Table::Row& row : table_.rows) {
                if (row.cells[one].test == Test::OneOf) {
                    values.insert(row.cells[one].values.begin(), row.cells[one].values.end());
                }
            }
            if (values.size() > most) {
                most = values.size();
                column = one;
            }
        }
        std::map<std::int64_t, std::vector<RowId>> byValue;
        std::vector<RowId> others;
        std::vector<RowId> before;
        std::size_t pairs = 0;
        for (RowId second = 0; second < table_.rows.size(); ++second) {
            std::vector<RowId> near;
            const bool listed = column < table_.given.size() &&
                                table_.rows[second].cells[column].test == Test::OneOf;
            if (listed) {
                near = others;
                for (const std::int64_t value : table_.rows[second].cells[column].values) {
                    const auto& same = byValue[value];
                    near.insert(near.end(), same.begin(), same.end());
                }
                std::sort(near.begin(), near.end());
                near.erase(std::unique(near.begin(), near.end()), near.end());
                for (const std::int64_t value : table_.rows[second].cells[column].values) {
                    byValue[value].push_back(second);
                }
            } else {
                near = before;
                others.push_back(second);
            }
            before.push_back(second);
            for (const RowId first : near) {
                if (++pairs > kMostPairs) {
                    return;
                }
                if (action(first, second)) {
                    break;
                }
            }
        }
    }

    /// At most one message a later row.
    void findShadowed() {
        forEachPair([&](RowId firstId, RowId secondId) {
            const Table::Row& first = table_.rows[firstId];
            const Table::Row& second = table_.rows[secondId];
            // Of rows published on different days the later text replaces the earlier one.
            bool covered = first.inForce.published == second.inForce.published &&
                           first.inForce.period.from <= second.inForce.period.from &&
                           second.inForce.period.through <= first.inForce.period.through;
            for (std::size_t column = 0; column < table_.given.size() && covered; ++column) {
                covered = covers(first.cells[column], second.cells[column]);
            }
            if (covered) {
                unreachable_.insert(secondId);
                if (unreachable_.size() <= kMostShown) {
                    sink_.report(DiagnosticKind::TableRowUnreachable, second.span, {table_.name})
                        .label(first.span, "this row takes all its cases");
                }
            }
            return covered;
        });
    }

    /// The different values to look at in a column: each stands for all up to the next. Nothing
    /// where they cannot be listed.
    [[nodiscard]] std::optional<std::vector<Period>> classesOf(std::size_t column) const {
        const Type& type = table_.given[column].type;
        std::int64_t members = 0;
        if (type.kind == TypeKind::YesNo || type.kind == TypeKind::Attestation) {
            members = 2;
        } else if (type.kind == TypeKind::Enumeration) {
            members = static_cast<std::int64_t>(program_.enumerations[type.ref].members.size());
        }
        if (members != 0) {
            std::vector<Period> classes;
            classes.reserve(static_cast<std::size_t>(members));
            for (std::int64_t member = 0; member < members; ++member) {
                classes.push_back({member, member});
            }
            return classes;
        }
        std::vector<Period> ranges;
        ranges.reserve(table_.rows.size());
        bool any = false;
        for (const Table::Row& row : table_.rows) {
            const Cell& cell = row.cells[column];
            if (cell.test == Test::OneOf) {
                return std::nullopt;
            }
            if (isRange(cell.test)) {
                ranges.push_back(rangeOf(cell));
            } else {
                any = true;
            }
        }
        return split(ranges, any);
    }

    /// Cuts the stretch that the ranges span (everything, if `whole`) at all their ends.
    [[nodiscard]] static std::vector<Period> split(const std::vector<Period>& ranges, bool whole) {
        std::set<std::int64_t> starts;
        std::int64_t low = whole ? INT64_MIN : INT64_MAX;
        std::int64_t high = whole ? INT64_MAX : INT64_MIN;
        for (const Period& range : ranges) {
            low = std::min(low, range.from);
            high = std::max(high, range.through);
            starts.insert(range.from);
            if (range.through != INT64_MAX) {
                starts.insert(range.through + 1);
            }
        }
        starts.insert(low);
        std::vector<Period> classes;
        for (auto start = starts.begin(); start != starts.end(); ++start) {
            if (*start < low || *start > high) {
                continue;
            }
            const auto next = std::next(start);
            classes.push_back({*start, next == starts.end() ? high : std::min(high, *next - 1)});
        }
        return classes;
    }

    /// Goes through all cases where they can be listed, and reports those without a row and rows
    /// without a case.
    void listCases() {
        std::vector<std::vector<Period>> classes;
        std::size_t cases = 1;
        for (std::size_t column = 0; column < table_.given.size(); ++column) {
            auto values = classesOf(column);
            if (!values || values->empty()) {
                return;
            }
            cases *= values->size();
            if (cases > kMostCases) {
                return;
            }
            classes.push_back(std::move(*values));
        }
        std::vector<Period> periods;
        periods.reserve(table_.rows.size());
        for (const Table::Row& row : table_.rows) {
            periods.push_back(row.inForce.period);
        }
        classes.push_back(split(periods, false));
        cases *= classes.back().size();
        if (cases > kMostCases || cases == 0) {
            return;
        }
        std::vector<std::vector<std::size_t>> missing;
        std::vector<bool> reached(table_.rows.size());
        std::vector<std::size_t> at(classes.size());
        for (std::size_t number = 0; number < cases; ++number) {
            std::size_t rest = number;
            for (std::size_t column = classes.size(); column > 0; --column) {
                at[column - 1] = rest % classes[column - 1].size();
                rest /= classes[column - 1].size();
            }
            if (!reach(classes, at, reached) && isAsked(classes, at)) {
                missing.push_back(at);
            }
        }
        reportMissing(classes, missing);
        reportUnreached(reached);
    }

    /// Whether any place that reads the table can come with the case.
    [[nodiscard]] bool isAsked(const std::vector<std::vector<Period>>& classes,
                               const std::vector<std::size_t>& at) const {
        const auto asks = [&](const TableUse& use) {
            if (!admits(use.date, classes.back()[at.back()])) {
                return false;
            }
            for (std::size_t column = 0; column < table_.given.size(); ++column) {
                if (!admits(use.given[column], classes[column][at[column]])) {
                    return false;
                }
            }
            return true;
        };
        return uses_.empty() || std::any_of(uses_.begin(), uses_.end(), asks);
    }

    /// Marks the rows that a case reaches; false where there is none.
    bool reach(const std::vector<std::vector<Period>>& classes,
               const std::vector<std::size_t>& at,
               std::vector<bool>& reached) const {
        bool found = false;
        const std::int64_t day = classes.back()[at.back()].from;
        for (RowId id = 0; id < table_.rows.size(); ++id) {
            const Table::Row& row = table_.rows[id];
            bool matches = row.inForce.period.from <= day && day <= row.inForce.period.through;
            for (std::size_t column = 0; column < table_.given.size() && matches; ++column) {
                matches = row.cells[column].test == Test::Any ||
                          accepts(row.cells[column], classes[column][at[column]].from);
            }
            // A row published later may come before one of the same case, so dates of publication
            // keep all reachable.
            if (matches && (!found || row.inForce.published != INT64_MIN)) {
                reached[id] = true;
            }
            found = found || matches;
        }
        return found;
    }

    void reportUnreached(const std::vector<bool>& reached) {
        if (!table_.firstHit) {
            return;
        }
        std::size_t shown = unreachable_.size();
        for (RowId id = 0; id < table_.rows.size() && shown < kMostShown; ++id) {
            if (!reached[id] && unreachable_.count(id) == 0) {
                ++shown;
                sink_
                    .report(
                        DiagnosticKind::TableRowUnreachable, table_.rows[id].span, {table_.name})
                    .help("the rows above it together take all its cases");
            }
        }
    }

    void reportMissing(const std::vector<std::vector<Period>>& classes,
                       const std::vector<std::vector<std::size_t>>& missing) {
        if (missing.empty()) {
            return;
        }
        std::string shown;
        for (std::size_t one = 0; one < missing.size() && one < kMostShown; ++one) {
            shown += one == 0 ? "no row for " : "; for ";
            for (std::size_t column = 0; column < table_.given.size(); ++column) {
                shown +=
                    (column == 0 ? "`" : ", `") + table_.given[column].name + "` " +
                    classInWords(table_.given[column].type, classes[column][missing[one][column]]);
            }
            const Period& days = classes.back()[missing[one].back()];
            if (classes.back().size() > 1) {
                shown += ", from " + dayInWords(days.from) + " through " + dayInWords(days.through);
            }
        }
        if (missing.size() > kMostShown) {
            shown += "; and " + std::to_string(missing.size() - kMostShown) + " more";
        }
        sink_
            .report(DiagnosticKind::TableLeavesGap,
                    table_.span,
                    {table_.name,
                     missing.size() == 1 ? "a case" : std::to_string(missing.size()) + " cases"})
            .help(shown);
    }

    [[nodiscard]] std::string classInWords(const Type& type, const Period& values) const {
        if (values.from == INT64_MIN && values.through == INT64_MAX) {
            return "anything";
        }
        if (values.from == INT64_MIN) {
            return "up to " + valueInWords(program_, type, values.through);
        }
        std::string from = valueInWords(program_, type, values.from);
        if (values.from == values.through) {
            return from;
        }
        return values.through == INT64_MAX
                   ? "from " + from
                   : from + " to " + valueInWords(program_, type, values.through);
    }

    const Program& program_;
    const Table& table_;
    const std::vector<TableUse>& uses_;
    DiagnosticSink& sink_;
    std::set<RowId> unreachable_;
};

}  // namespace

void checkTables(const Program& program, DiagnosticSink& sink) {
    const std::vector<std::vector<TableUse>> uses = tableUses(program);
    for (std::size_t table = 0; table < program.tables.size(); ++table) {
        TableCheck(program, program.tables[table], uses[table], sink).run();
    }
}

}  // namespace proviso::analysis
