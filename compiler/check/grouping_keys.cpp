#include "compiler/check/constants.h"
#include "compiler/check/definitions.h"
#include "compiler/check/records.h"
#include "compiler/check/types.h"
#include "compiler/diagnostics/suggest.h"

#include <algorithm>
#include <set>

namespace proviso::check {

using typed::ColumnKind;
using typed::ExprKind;

namespace {

struct Found {
    ColumnId column = kNone;
    std::vector<LinkId> path;  ///< from the rows grouped to the column's space
};

std::optional<Found>
reportUnknownColumn(Context& context, PackId pack, SpaceId record, const ast::Name& name) {
    std::vector<std::string> known;
    for (SpaceId at = record; at != kNone; at = context.program.spaces[at].parent) {
        for (const auto& [column, id] : context.spaces[at].columns) {
            if (context.names.visible(pack, context.columns[id].pack)) {
                known.push_back(column);
            }
        }
    }
    auto builder = context.report(
        DiagnosticKind::UnknownField, name.span, {context.program.spaces[record].name, name.text});
    if (const auto near = nearestName(name.text, known)) {
        builder.help("did you mean `" + std::string(*near) + "`?");
    }
    return std::nullopt;
}

/// A stored or computed column of the rows grouped, or of a row that contains them; the nearest.
std::optional<Found>
columnAbove(Context& context, PackId pack, SpaceId record, const ast::Name& name) {
    Found found;
    for (SpaceId at = record; at != kNone; at = context.program.spaces[at].parent) {
        for (const ColumnId column : context.columnsNamed(pack, at, name.text)) {
            const typed::Column& one = context.program.columns[column];
            if (one.kind == ColumnKind::Stored || one.kind == ColumnKind::Computed) {
                found.column = column;
                return found;
            }
            context
                .report(DiagnosticKind::BadGroupingKey,
                        name.span,
                        {name.text, "rules decide it, and they see the groups"})
                .label(one.span, "declared here")
                .help("a key is a field, or computed from fields of one record");
            return std::nullopt;
        }
        if (context.program.spaces[at].toParent != kNone) {
            found.path.push_back(context.program.spaces[at].toParent);
        }
    }
    return reportUnknownColumn(context, pack, record, name);
}

/// The rows of a group have one value of each key, which is the group's own.
void addKeyColumns(Context& context,
                   SpaceId group,
                   PackId pack,
                   const std::vector<std::pair<ColumnId, Span>>& keys) {
    std::vector<ColumnId> own;
    for (const auto& [key, span] : keys) {
        typed::Column column = context.program.columns[key];
        column.space = group;
        column.kind = ColumnKind::Stored;
        column.definition = kNone;
        column.field = kNone;
        column.isKey = true;
        column.required = true;
        column.canBeUnknown = false;
        column.absentMeans = kNone;
        column.span = span;
        const ColumnId id = context.addColumn(std::move(column), pack);
        context.columns[id].typeKnown = context.columns[key].typeKnown;
        own.push_back(id);
    }
    // Keys stand before what is computed or decided of the group, wherever that is declared.
    std::vector<ColumnId>& columns = context.program.spaces[group].columns;
    columns.resize(columns.size() - own.size());
    columns.insert(columns.begin(), own.begin(), own.end());
}

void dateGroup(Context& context, const ast::Grouping& ast, const typed::Grouping& grouping) {
    ColumnId wanted = context.program.spaces[grouping.record].governingDate;
    if (ast.datedBy) {
        const auto place =
            std::find_if(grouping.keys.begin(), grouping.keys.end(), [&](ColumnId key) {
                return context.program.columns[key].name == ast.datedBy->text;
            });
        if (place == grouping.keys.end()) {
            const PackId pack = context.spaces[grouping.space].pack;
            if (columnAbove(context, pack, grouping.record, *ast.datedBy)) {
                context
                    .report(DiagnosticKind::BadGroupingDate,
                            ast.datedBy->span,
                            {ast.name.text, ast.datedBy->text, "it differs inside a group"})
                    .help("a group is dated by one of its keys");
            }
            return;
        }
        wanted = *place;
        const typed::Column& date = context.program.columns[wanted];
        if (context.columns[wanted].typeKnown && date.type.kind != TypeKind::Date) {
            context.report(DiagnosticKind::BadGroupingDate,
                           ast.datedBy->span,
                           {ast.name.text, ast.datedBy->text, "it is not a date"});
            return;
        }
    }
    for (std::size_t index = 0; index < grouping.keys.size(); ++index) {
        if (grouping.keys[index] == wanted && wanted != kNone) {
            typed::Space& group = context.program.spaces[grouping.space];
            group.governingDate = group.columns[index];
        }
    }
}

void resolveKeys(Context& context, std::uint32_t index) {
    const ast::Grouping& ast = *context.groupings[index];
    typed::Grouping grouping = context.program.groupings[index];
    const PackId pack = context.spaces[grouping.space].pack;
    std::vector<std::pair<ColumnId, Span>> keys;
    for (const ast::Name& name : ast.keys) {
        const auto found = columnAbove(context, pack, grouping.record, name);
        if (!found) {
            continue;
        }
        if (std::find(grouping.keys.begin(), grouping.keys.end(), found->column) !=
            grouping.keys.end()) {
            context.report(DiagnosticKind::DuplicateName, name.span, {name.text});
            continue;
        }
        grouping.keys.push_back(found->column);
        grouping.keyPaths.push_back(found->path);
        keys.emplace_back(found->column, name.span);
    }
    for (const ast::Name& name : ast.order) {
        if (const auto found = columnAbove(context, pack, grouping.record, name)) {
            grouping.order.push_back(found->column);
            grouping.orderPaths.push_back(found->path);
        }
    }
    addKeyColumns(context, grouping.space, pack, keys);
    context.program.groupings[index] = grouping;
    dateGroup(context, ast, grouping);
}

bool holdsKeysOf(const typed::Grouping& fine, const typed::Grouping& coarse) {
    return std::all_of(coarse.keys.begin(), coarse.keys.end(), [&](ColumnId key) {
        return std::find(fine.keys.begin(), fine.keys.end(), key) != fine.keys.end();
    });
}

/// Finer groups lie in coarser ones of the same rows; of two with the same keys the later in the
/// earlier.
void nest(Context& context) {
    for (std::uint32_t fine = 0; fine < context.program.groupings.size(); ++fine) {
        for (std::uint32_t coarse = 0; coarse < context.program.groupings.size(); ++coarse) {
            const typed::Grouping& inner = context.program.groupings[fine];
            const typed::Grouping& outer = context.program.groupings[coarse];
            if (fine == coarse || inner.record != outer.record || !holdsKeysOf(inner, outer) ||
                (holdsKeysOf(outer, inner) && fine < coarse)) {
                continue;
            }
            const LinkId link = context.addLink(typed::Link::Kind::Group, inner.space, outer.space);
            context.program.groupings[fine].nestedIn.push_back(link);
        }
    }
}

/// What all groupings that nest with one another have in common is what must stay together.
void bringTogether(Context& context) {
    std::vector<typed::Grouping>& groupings = context.program.groupings;
    std::vector<std::uint32_t> component(groupings.size());
    for (std::uint32_t index = 0; index < groupings.size(); ++index) {
        component[index] = index;
    }
    const auto join = [&](std::uint32_t from, std::uint32_t to) {
        std::replace(component.begin(), component.end(), from, to);
    };
    for (std::uint32_t index = 0; index < groupings.size(); ++index) {
        for (const LinkId link : groupings[index].nestedIn) {
            const SpaceId outer = context.program.links[link].to;
            join(component[index], component[context.program.spaces[outer].grouping]);
        }
    }
    for (std::uint32_t index = 0; index < groupings.size(); ++index) {
        std::vector<ColumnId> common;
        bool first = true;
        for (std::uint32_t other = 0; other < groupings.size(); ++other) {
            if (component[other] != component[index]) {
                continue;
            }
            const auto isKeyOfOther = [&](ColumnId key) {
                const auto& keys = groupings[other].keys;
                return std::find(keys.begin(), keys.end(), key) != keys.end();
            };
            if (first) {
                for (const ColumnId key : groupings[other].keys) {
                    if (context.program.columns[key].space == context.program.entry) {
                        common.push_back(key);
                    }
                }
            } else {
                common.erase(std::remove_if(common.begin(),
                                            common.end(),
                                            [&](ColumnId key) { return !isKeyOfOther(key); }),
                             common.end());
            }
            first = false;
        }
        groupings[index].together = std::move(common);
    }
}

/// What is collected of a group has its date.
void inheritDates(Context& context) {
    for (typed::Space& space : context.program.spaces) {
        if (space.kind != typed::SpaceKind::Collected || space.governingDate != kNone) {
            continue;
        }
        const typed::Space& parent = context.program.spaces[space.parent];
        if (parent.governingDate != kNone) {
            space.governingDate = parent.governingDate;
            space.governingPath = {space.toParent};
            space.governingPath.insert(space.governingPath.end(),
                                       parent.governingPath.begin(),
                                       parent.governingPath.end());
        }
    }
}

/// Finds what a computed column reads beyond its own record.
class OneRecord {
  public:
    explicit OneRecord(const Context& context) : context_(context) {}

    /// Why the column is not computed from one record alone; empty: it is.
    [[nodiscard]] std::string whyNot(ColumnId column) {
        readColumn(column);
        while (why_.empty() && !waiting_.empty()) {
            const ExprId next = waiting_.back();
            waiting_.pop_back();
            read(next);
        }
        return why_;
    }

  private:
    void readColumn(ColumnId id) {
        if (!seen_.insert(id).second) {
            return;
        }
        const typed::Program& program = context_.program;
        const typed::Column& column = program.columns[id];
        if (column.kind == ColumnKind::Computed) {
            for (const auto& alternative : program.definitions[column.definition].alternatives) {
                waiting_.push_back(alternative.value);
            }
        } else if (column.kind == ColumnKind::Decided) {
            why_ = "it reads the decision `" + column.name + "`";
        } else if (column.kind == ColumnKind::Collected || column.kind == ColumnKind::Instant) {
            why_ =
                "it reads rows of `" + program.spaces[column.space].name + "`, which are collected";
        }
    }

    void readSpace(SpaceId id) {
        const typed::Space& space = context_.program.spaces[id];
        if (space.kind == typed::SpaceKind::Group) {
            why_ = "it reads the group `" + space.name + "`";
        } else if (space.kind == typed::SpaceKind::Collected) {
            why_ = "it reads rows of `" + space.name + "`, which are collected";
        }
    }

    void read(ExprId root) {
        const typed::Program& program = context_.program;
        walk(program, root, [&](ExprId id) {
            const typed::Expr& one = program.exprs[id];
            switch (one.kind) {
            case ExprKind::UpRow:
                readSpace(program.links[one.index].to);
                break;
            case ExprKind::Fold:
            case ExprKind::FoldRow:
                for (const LinkId link : one.over) {
                    readSpace(program.links[link].from);
                    readSpace(program.links[link].to);
                }
                break;
            case ExprKind::ReadColumn:
            case ExprKind::ReadMember:
                readColumn(one.index);
                break;
            case ExprKind::Apportion:
                why_ = "it is apportioned";
                break;
            default:
                break;
            }
            return why_.empty();
        });
    }

    const Context& context_;
    std::set<ColumnId> seen_;
    std::vector<ExprId> waiting_;
    std::string why_;
};

}  // namespace

void resolveGroupings(Context& context) {
    for (std::uint32_t index = 0; index < context.groupings.size(); ++index) {
        resolveKeys(context, index);
    }
    nest(context);
    bringTogether(context);
    inheritDates(context);
}

void checkGroupings(Context& context) {
    for (std::uint32_t index = 0; index < context.groupings.size(); ++index) {
        const ast::Grouping& ast = *context.groupings[index];
        const typed::Grouping& grouping = context.program.groupings[index];
        const auto check = [&](ColumnId column, const std::vector<ast::Name>& names) {
            const typed::Column& one = context.program.columns[column];
            if (one.kind != ColumnKind::Computed || !ensureTyped(context, column)) {
                return;
            }
            const std::string why = OneRecord(context).whyNot(column);
            const auto name = std::find_if(names.begin(), names.end(), [&](const ast::Name& each) {
                return each.text == one.name;
            });
            if (!why.empty() && name != names.end()) {
                context.report(DiagnosticKind::BadGroupingKey, name->span, {one.name, why})
                    .label(one.span, "defined here")
                    .help("groups are made before anything is asked across records: a key is "
                          "computed from fields of one record");
            }
        };
        for (std::size_t place = 0; place < grouping.keys.size(); ++place) {
            const ColumnId key = grouping.keys[place];
            check(key, ast.keys);
            const ColumnId own = context.program.spaces[grouping.space].columns[place];
            if (!ensureTyped(context, own) || !ast.datedBy ||
                ast.datedBy->text != context.program.columns[own].name) {
                continue;
            }
            if (context.program.spaces[grouping.space].governingDate == own &&
                context.program.columns[own].type.kind != TypeKind::Date) {
                context.report(DiagnosticKind::BadGroupingDate,
                               ast.datedBy->span,
                               {ast.name.text, ast.datedBy->text, "it is not a date"});
            }
        }
        for (const ColumnId column : grouping.order) {
            check(column, ast.order);
        }
    }
}

}  // namespace proviso::check
