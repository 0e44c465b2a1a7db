#include "compiler/check/dates.h"
#include "compiler/check/table_cells.h"
#include "compiler/check/values.h"
#include "compiler/diagnostics/suggest.h"

#include <algorithm>
#include <unordered_map>

namespace proviso::check {

namespace {

using typed::Table;
using Test = Table::Cell::Test;

/// The values a cell matches as a closed range, or as a list.
struct Reach {
    std::int64_t low = INT64_MIN;
    std::int64_t high = INT64_MAX;
};

Reach reachOf(const Table::Cell& cell) {
    const std::int64_t value = cell.values.empty() ? 0 : cell.values.front();
    switch (cell.test) {
    case Test::AtLeast:
        return {value, INT64_MAX};
    case Test::AtMost:
        return {INT64_MIN, value};
    case Test::Exceeds:
        return {value == INT64_MAX ? value : value + 1, INT64_MAX};
    case Test::Below:
        return {INT64_MIN, value == INT64_MIN ? value : value - 1};
    case Test::Any:
    case Test::OneOf:
        break;
    }
    return {};
}

bool meet(const Table::Cell& a, const Table::Cell& b) {
    if (a.test == Test::Any || b.test == Test::Any) {
        return true;
    }
    const Reach first = reachOf(a);
    const Reach second = reachOf(b);
    const auto inside = [](const std::vector<std::int64_t>& values, const Reach& reach) {
        return std::any_of(values.begin(), values.end(), [&](std::int64_t value) {
            return reach.low <= value && value <= reach.high;
        });
    };
    if (a.test == Test::OneOf && b.test == Test::OneOf) {
        return std::any_of(a.values.begin(), a.values.end(), [&](std::int64_t value) {
            return std::find(b.values.begin(), b.values.end(), value) != b.values.end();
        });
    }
    if (a.test == Test::OneOf) {
        return inside(a.values, second);
    }
    if (b.test == Test::OneOf) {
        return inside(b.values, first);
    }
    return first.low <= second.high && second.low <= first.high;
}

bool meet(const Table::Row& a, const Table::Row& b) {
    if (a.inForce.published != b.inForce.published ||
        !overlap(a.inForce.period, b.inForce.period)) {
        return false;
    }
    for (std::size_t index = 0; index < a.cells.size(); ++index) {
        if (!meet(a.cells[index], b.cells[index])) {
            return false;
        }
    }
    return true;
}

/// What a column of the header is for.
struct Role {
    enum class Kind : std::uint8_t {
        Given,
        Gives,
        From,
        Through,
        Published,
        Source
    } kind = Kind::Given;
    std::size_t index = 0;
    std::string name;
};

/// Reads one table.
class TableBuilder {
  public:
    TableBuilder(Context& context, Symbol& symbol)
        : context_(context), symbol_(symbol), ast_(std::get<ast::Table>(symbol.node->item)) {}

    void build() {
        table_.name = context_.names.qualified(symbol_);
        table_.sources = sourcesOf(ast_.sources);
        table_.span = ast_.name.span;
        table_.firstHit = ast_.hitPolicy.text == "first";
        if (!table_.firstHit && ast_.hitPolicy.text != "unique") {
            context_
                .report(
                    DiagnosticKind::UnknownHitPolicy, ast_.hitPolicy.span, {ast_.hitPolicy.text})
                .help("write `unique` where at most one row may match, or `first`");
        }
        if (!readFields(ast_.given, table_.given) || !readFields(ast_.gives, table_.gives)) {
            return;
        }
        if (ast_.file) {
            readFile();
        } else {
            readRows();
        }
        if (!failed_) {
            checkRows();
        }
        symbol_.index = static_cast<std::uint32_t>(context_.program.tables.size());
        context_.program.tables.push_back(std::move(table_));
    }

  private:
    bool readFields(const std::vector<ast::Slot>& slots, std::vector<Table::Field>& fields) {
        bool ok = true;
        for (const ast::Slot& slot : slots) {
            const std::optional<Type> type = resolveValueType(context_, symbol_.pack, slot.type);
            ok = ok && type;
            for (const auto* others : {&table_.given, &table_.gives}) {
                for (const Table::Field& other : *others) {
                    if (other.name == slot.name.text) {
                        context_.report(
                            DiagnosticKind::DuplicateName, slot.name.span, {slot.name.text});
                        ok = false;
                    }
                }
            }
            Type plain = type.value_or(kYesNo);
            if (plain.kind == TypeKind::Attestation) {
                plain = kYesNo;
            }
            fields.push_back({slot.name.text, plain});
        }
        return ok;
    }

    void badHeader(Span span, const std::string& why) {
        context_.report(DiagnosticKind::BadTableHeader, span, {ast_.name.text, why});
        failed_ = true;
    }

    void addRole(const std::string& name, Span span) {
        Role role;
        role.name = name;
        const auto indexIn = [&](const std::vector<Table::Field>& fields) {
            const auto place = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
                return field.name == name;
            });
            return static_cast<std::size_t>(place - fields.begin());
        };
        const std::size_t given = indexIn(table_.given);
        const std::size_t gives = indexIn(table_.gives);
        if (name == "from") {
            role.kind = Role::Kind::From;
        } else if (name == "through") {
            role.kind = Role::Kind::Through;
        } else if (name == "published") {
            role.kind = Role::Kind::Published;
        } else if (name == "source") {
            role.kind = Role::Kind::Source;
        } else if (given < table_.given.size()) {
            role.kind = Role::Kind::Given;
            role.index = given;
        } else if (gives < table_.gives.size()) {
            role.kind = Role::Kind::Gives;
            role.index = gives;
        } else {
            badHeader(span, "it has no column `" + name + "`");
            return;
        }
        for (const Role& other : roles_) {
            if (other.name == name) {
                badHeader(span, "column `" + name + "` stands twice");
                return;
            }
        }
        roles_.push_back(std::move(role));
    }

    void checkHeader(Span span) {
        for (const auto* fields : {&table_.given, &table_.gives}) {
            for (const Table::Field& field : *fields) {
                const bool found = std::any_of(roles_.begin(), roles_.end(), [&](const Role& role) {
                    return role.name == field.name;
                });
                if (!found && !failed_) {
                    badHeader(span, "column `" + field.name + "` is missing");
                }
            }
        }
    }

    Type typeOf(const Role& role) const {
        switch (role.kind) {
        case Role::Kind::Given:
            return table_.given[role.index].type;
        case Role::Kind::Gives:
            return table_.gives[role.index].type;
        case Role::Kind::Source:
            return kText;
        case Role::Kind::From:
        case Role::Kind::Through:
        case Role::Kind::Published:
            break;
        }
        return kDate;
    }

    void readRows() {
        const std::vector<ast::Table::Row>& rows = ast_.rows;
        if (rows.size() < 2) {
            context_.report(DiagnosticKind::NoTableRows, ast_.name.span, {ast_.name.text})
                .help("the first row names the columns; values follow");
            failed_ = true;
            return;
        }
        for (const ast::TableCell& cell : rows.front().cells) {
            const ast::Path* path =
                cell.kind == ast::TableCell::Kind::Values && cell.values.size() == 1
                    ? std::get_if<ast::Path>(&cell.values.front()->node)
                    : nullptr;
            if (cell.kind == ast::TableCell::Kind::Word) {
                addRole(cell.text, cell.span);
            } else if (path != nullptr && path->names.size() == 1) {
                addRole(path->names.front().text, cell.span);
            } else {
                badHeader(cell.span, "the first row holds the names of the columns");
            }
        }
        checkHeader(rows.front().span);
        if (failed_) {
            return;
        }
        for (std::size_t index = 1; index < rows.size(); ++index) {
            addRow(rows[index].cells,
                   rows[index].span,
                   rows.front().span,
                   [&](const auto& cell, const Role& role) {
                       return readCell(context_, symbol_.pack, role.name, cell, typeOf(role));
                   });
        }
    }

    void readFile() {
        const SourceId id =
            context_.tableFiles.find(context_.packs[symbol_.pack]->source, ast_.file->text);
        if (!id.isValid()) {
            context_.report(DiagnosticKind::TableFileMissing, ast_.file->span, {ast_.file->text});
            failed_ = true;
            return;
        }
        const Csv csv = parseCsv(context_.sources, id);
        if (csv.error) {
            context_
                .report(DiagnosticKind::BadCsv, csv.error->span, {ast_.file->text, csv.error->why})
                .label(ast_.file->span, "read by this table");
            failed_ = true;
            return;
        }
        if (csv.rows.size() < 2) {
            context_.report(DiagnosticKind::NoTableRows, ast_.file->span, {ast_.name.text})
                .help("the first line names the columns; values follow");
            failed_ = true;
            return;
        }
        const auto spanOf = [](const CsvRow& row) {
            return cover(row.front().span, row.back().span);
        };
        for (const CsvCell& cell : csv.rows.front()) {
            addRole(cell.text, cell.span);
        }
        const Span header = spanOf(csv.rows.front());
        checkHeader(header);
        if (failed_) {
            return;
        }
        for (std::size_t index = 1; index < csv.rows.size(); ++index) {
            addRow(csv.rows[index],
                   spanOf(csv.rows[index]),
                   header,
                   [&](const CsvCell& cell, const Role& role) {
                       return readCell(context_, role.name, cell, typeOf(role));
                   });
        }
    }

    template <typename Cells, typename Read>
    void addRow(const Cells& cells, Span span, Span header, const Read& read) {
        if (cells.size() != roles_.size()) {
            context_.report(DiagnosticKind::TableRowCells, span, {cells.size(), roles_.size()})
                .label(header, "the header");
            failed_ = true;
            return;
        }
        Table::Row row;
        row.span = span;
        row.cells.resize(table_.given.size());
        row.results.resize(table_.gives.size());
        for (std::size_t index = 0; index < roles_.size(); ++index) {
            const std::optional<ReadCell> cell = read(cells[index], roles_[index]);
            if (!cell || !place(row, roles_[index], *cell)) {
                failed_ = true;
            }
        }
        if (row.inForce.period.from > row.inForce.period.through) {
            context_.report(DiagnosticKind::PeriodBackwards, span);
            failed_ = true;
        }
        table_.rows.push_back(std::move(row));
    }

    bool bad(const Role& role, const ReadCell& cell, const std::string& why) {
        context_.report(DiagnosticKind::BadTableCell, cell.span, {role.name, why});
        return false;
    }

    bool place(Table::Row& row, const Role& role, const ReadCell& cell) {
        using Kind = ReadCell::Kind;
        switch (role.kind) {
        case Role::Kind::Given: {
            if (cell.kind == Kind::Dash || cell.kind == Kind::Unknown) {
                return bad(role, cell, "a row matches by values; write `any` where all match");
            }
            Table::Cell& target = row.cells[role.index];
            constexpr Test kTests[] = {Test::Any,
                                       Test::Any,
                                       Test::Any,
                                       Test::OneOf,
                                       Test::AtLeast,
                                       Test::AtMost,
                                       Test::Exceeds,
                                       Test::Below};
            target.test = kTests[static_cast<std::size_t>(cell.kind)];
            target.values = cell.values;
            return true;
        }
        case Role::Kind::Gives: {
            Table::Result& target = row.results[role.index];
            if (cell.kind == Kind::Unknown) {
                target.unknown = true;
                target.why = cell.text;
                return true;
            }
            if (cell.kind != Kind::OneOf || cell.values.size() != 1) {
                return bad(role, cell, "a row gives one value, or `unknown \"why\"`");
            }
            target.value = cell.values.front();
            return true;
        }
        case Role::Kind::From:
        case Role::Kind::Through:
        case Role::Kind::Published: {
            std::int64_t& target = role.kind == Role::Kind::From      ? row.inForce.period.from
                                   : role.kind == Role::Kind::Through ? row.inForce.period.through
                                                                      : row.inForce.published;
            if (cell.kind == Kind::Dash) {
                return true;
            }
            if (cell.kind != Kind::OneOf || cell.values.size() != 1) {
                return bad(role, cell, "a date, or `-` where it is open");
            }
            target = cell.values.front();
            return true;
        }
        case Role::Kind::Source:
            if (cell.kind == Kind::Dash) {
                return true;
            }
            if (cell.kind != Kind::OneOf || cell.values.size() != 1) {
                return bad(role, cell, "the source of the row, in quotes");
            }
            row.source = context_.program.texts[static_cast<std::size_t>(cell.values.front())];
            return true;
        }
        return true;
    }

    void checkRows() {
        for (const Table::Row& row : table_.rows) {
            if (ast_.sources.empty() && row.source.empty()) {
                context_
                    .report(DiagnosticKind::MissingSource,
                            ast_.name.span,
                            {"table `" + ast_.name.text + "`"})
                    .help("add `source \"...\"` after `hit`, or a column `source`");
                break;
            }
        }
        if (!table_.firstHit) {
            checkUnique();
        }
    }

    /// Rows that name values in one column are compared only with rows that share one; the others
    /// with all.
    void checkUnique() {
        std::size_t best = table_.given.size();
        std::size_t bestCount = 0;
        for (std::size_t column = 0; column < table_.given.size(); ++column) {
            const auto count = static_cast<std::size_t>(
                std::count_if(table_.rows.begin(), table_.rows.end(), [&](const Table::Row& row) {
                    return row.cells[column].test == Test::OneOf;
                }));
            if (count > bestCount) {
                best = column;
                bestCount = count;
            }
        }
        std::unordered_map<std::int64_t, std::vector<std::size_t>> byValue;
        std::vector<std::size_t> wide;
        for (std::size_t index = 0; index < table_.rows.size(); ++index) {
            const Table::Cell* cell =
                best < table_.given.size() ? &table_.rows[index].cells[best] : nullptr;
            const bool isNarrow = cell != nullptr && cell->test == Test::OneOf;
            std::vector<std::size_t> others = wide;
            if (isNarrow) {
                for (const std::int64_t value : cell->values) {
                    const std::vector<std::size_t>& same = byValue[value];
                    others.insert(others.end(), same.begin(), same.end());
                }
            } else {
                others.resize(index);
                for (std::size_t other = 0; other < index; ++other) {
                    others[other] = other;
                }
            }
            std::sort(others.begin(), others.end());
            for (const std::size_t other : others) {
                if (meet(table_.rows[other], table_.rows[index])) {
                    context_
                        .report(DiagnosticKind::TableRowsOverlap,
                                table_.rows[index].span,
                                {ast_.name.text})
                        .label(table_.rows[other].span, "the other row")
                        .help("narrow one of them, or end it with `through`");
                    break;
                }
            }
            if (isNarrow) {
                for (const std::int64_t value : cell->values) {
                    byValue[value].push_back(index);
                }
            } else {
                wide.push_back(index);
            }
        }
    }

    Context& context_;
    Symbol& symbol_;
    const ast::Table& ast_;
    Table table_;
    std::vector<Role> roles_;
    bool failed_ = false;
};

}  // namespace

void declareTables(Context& context) {
    for (Symbol* symbol : context.symbolsInOrder(SymbolKind::Table)) {
        TableBuilder(context, *symbol).build();
    }
}

}  // namespace proviso::check
