#include "compiler/check/constants.h"
#include "compiler/check/definitions.h"
#include "compiler/check/expressions.h"

#include <algorithm>

namespace proviso::check {

using typed::ExprKind;

namespace {

/// A stored field that may be absent, somewhere in an expression; kNone: none.
ColumnId optionalFieldIn(const Context& context, ExprId id) {
    ColumnId result = kNone;
    walk(context.program, id, [&](ExprId next) {
        const typed::Expr& one = context.program.exprs[next];
        if (one.kind == ExprKind::ReadColumn && context.program.columns[one.index].canBeUnknown) {
            result = one.index;
        }
        return true;
    });
    return result;
}

/// Checks the rows of one collected record.
class CollectChecker {
  public:
    CollectChecker(Context& context, std::uint32_t index)
        : context_(context), index_(index), ast_(*context.collects[index].ast) {}

    void check() {
        const typed::Collect collect = context_.program.collects[index_];
        const PackId pack = context_.spaces[collect.space].pack;
        Reader reader;
        reader.words = "collected record `" + ast_.name.text + "`";
        reader.span = ast_.name.span;
        context_.readers.push_back(std::move(reader));

        sourceRow_ = context_.binderRow(collect.binder, ast_.binder.span);
        ExprId parentRow = sourceRow_;
        for (const LinkId link : collect.over) {
            parentRow = context_.upRow(parentRow, link, ast_.over->span);
        }
        Scope scope;
        scope.pack = pack;
        scope.current = parentRow;
        scope.reader = static_cast<std::uint32_t>(context_.readers.size() - 1);
        if (context_.ancestor(pack, parentRow, ast_.binder.text, ast_.binder.span) != kNone ||
            ast_.binder.text == ast_.name.text) {
            context_.report(DiagnosticKind::DuplicateName, ast_.binder.span, {ast_.binder.text})
                .help("it already means something here; take another name");
        }
        scope.rows.push_back({ast_.binder.text, sourceRow_, ast_.binder.span});
        if (ast_.onePerInstant ? !checkInstant(scope) : !checkKeys(scope)) {
            return;
        }
        if (!ast_.onePer.empty()) {
            // The new row itself: through it its members and what contains it are reached.
            scope.current = context_.binderRow(collect.self, ast_.name.span);
            scope.date = kNone;
        }
        for (const ast::Collect::Row& row : ast_.rows) {
            checkRow(scope, row);
        }
        unifyFields();
    }

  private:
    bool checkKeys(Scope& scope) {
        bool failed = false;
        for (const ast::ExpressionPtr& key : ast_.onePer) {
            const Value value = ExpressionChecker(context_, scope).checkValue(*key);
            if (value.isError()) {
                failed = true;
                continue;
            }
            const ColumnId optional = optionalFieldIn(context_, value.id);
            if (optional != kNone) {
                context_
                    .report(DiagnosticKind::BadGroupingKey,
                            key->span,
                            {context_.sources.text(key->span),
                             "where it is absent, the row would belong nowhere"})
                    .label(context_.program.columns[optional].span, "declared `optional` here");
                failed = true;
            }
            context_.program.collects[index_].onePer.push_back(value.id);
        }
        return !failed;
    }

    /// A moment is made from the ends of all rows, so it has one kind of row and no condition.
    bool checkInstant(Scope& scope) {
        ExpressionChecker checker(context_, scope);
        const ExprId from = checker.checkAs(*ast_.onePer.front(), kMinutes);
        const ExprId to = checker.checkAs(*ast_.onePer.back(), kMinutes);
        context_.program.collects[index_].from = from;
        context_.program.collects[index_].to = to;
        bool failed = from == kNone || to == kNone;
        if (ast_.rows.size() > 1) {
            context_.report(DiagnosticKind::BadCollect,
                            ast_.rows[1].span,
                            {ast_.name.text, "`one per instant` makes one kind of row"});
            failed = true;
        }
        if (ast_.rows.front().when) {
            context_
                .report(DiagnosticKind::BadCollect,
                        (*ast_.rows.front().when)->span,
                        {ast_.name.text, "a row of `one per instant` has no `when`"})
                .help("leave rows out where they are asked about, with `where`");
            failed = true;
        }
        return !failed;
    }

    /// With keys, a row stands for many source rows: of one of them only the keys may be used.
    bool checkSourceUse(ExprId id, Span span) {
        const std::vector<ExprId>& keys = context_.program.collects[index_].onePer;
        if (ast_.onePer.empty() || id == kNone) {
            return true;
        }
        bool clear = true;
        walk(context_.program, id, [&](ExprId next) {
            for (const ExprId key : keys) {
                if (sameExpression(context_.program, key, next)) {
                    return false;
                }
            }
            clear = clear && !sameExpression(context_.program, next, sourceRow_);
            return true;
        });
        if (!clear) {
            const std::string members = "ask about `" + ast_.name.text + ".members`";
            context_.report(DiagnosticKind::SourceRowUnclear, span, {ast_.binder.text})
                .help(ast_.onePerInstant ? members
                                         : "use one of the keys after `one per`, or " + members);
        }
        return clear;
    }

    void checkRow(Scope& scope, const ast::Collect::Row& ast) {
        const std::vector<ColumnId> fields = context_.program.collects[index_].fields;
        typed::Collect::Row row;
        row.span = ast.span;
        ExpressionChecker checker(context_, scope);
        if (ast.when) {
            row.when = checker.condition(**ast.when);
            checkSourceUse(row.when, (*ast.when)->span);
        }
        std::vector<Value> values(fields.size());
        std::vector<bool> given(fields.size(), false);
        for (const ast::Collect::RowField& field : ast.fields) {
            const auto place = std::find_if(fields.begin(), fields.end(), [&](ColumnId column) {
                return context_.program.columns[column].name == field.name.text;
            });
            const auto position = static_cast<std::size_t>(place - fields.begin());
            if (given[position]) {
                context_.report(DiagnosticKind::DuplicateName, field.name.span, {field.name.text});
                continue;
            }
            given[position] = true;
            values[position] = checker.checkValue(*field.value);
            if (!values[position].isError() &&
                !checkSourceUse(values[position].id, field.value->span)) {
                values[position] = Value{};
            }
        }
        for (std::size_t position = 0; position < fields.size(); ++position) {
            if (!given[position]) {
                const typed::Column& column = context_.program.columns[fields[position]];
                context_
                    .report(DiagnosticKind::CollectedRowsDiffer,
                            ast.span,
                            {ast_.name.text, column.name})
                    .label(column.span, "given here")
                    .help("every `row` gives every field");
                failed_ = true;
            }
            row.fields.push_back(values[position].id);
            failed_ = failed_ || values[position].isError();
        }
        rows_.push_back(std::move(values));
        context_.program.collects[index_].rows.push_back(std::move(row));
    }

    void unifyFields() {
        const std::vector<ColumnId> fields = context_.program.collects[index_].fields;
        Scope none;
        ExpressionChecker checker(context_, none);
        for (std::size_t position = 0; position < fields.size(); ++position) {
            std::optional<Type> type;
            Span first;
            bool agree = true;
            for (const std::vector<Value>& row : rows_) {
                const Value& value = row[position];
                if (value.isError()) {
                    agree = false;
                    continue;
                }
                if (!type) {
                    type = value.type;
                    first = value.span;
                } else if (!sameKind(*type, value.type)) {
                    context_
                        .report(DiagnosticKind::CollectedRowsDiffer,
                                value.span,
                                {ast_.name.text, context_.program.columns[fields[position]].name})
                        .primary(inWords(context_.program, value.type))
                        .label(first, inWords(context_.program, *type));
                    agree = false;
                } else {
                    type->scale = std::max(type->scale, value.type.scale);
                }
            }
            if (!type || !agree) {
                continue;
            }
            for (std::size_t row = 0; row < rows_.size(); ++row) {
                ExprId& id = context_.program.collects[index_].rows[row].fields[position];
                const ExprId scaled = checker.rescale(id, type->scale, rows_[row][position].span);
                context_.program.collects[index_].rows[row].fields[position] = scaled;
            }
            context_.program.columns[fields[position]].type = *type;
            context_.columns[fields[position]].typeKnown = true;
        }
    }

    Context& context_;
    std::uint32_t index_;
    const ast::Collect& ast_;
    ExprId sourceRow_ = kNone;
    std::vector<std::vector<Value>> rows_;
    bool failed_ = false;
};

/// The members of each instant: the source rows that cover it.
void addCovers(Context& context, std::uint32_t index) {
    const ast::Collect& ast = *context.collects[index].ast;
    const SpaceId instants = context.program.collects[index].space;
    typed::Space space;
    space.name = ast.name.text + "_member";
    space.listName = "members";
    space.kind = typed::SpaceKind::Covers;
    space.parent = instants;
    space.span = ast.over->span;
    SpaceInfo info;
    info.pack = context.spaces[instants].pack;
    const SpaceId covers = context.addSpace(std::move(space), std::move(info));
    const SpaceId source = context.program.collects[index].source;
    const LinkId first = context.addLink(typed::Link::Kind::First, covers, source);
    const BinderId self = context.addBinder(ast.name.text, instants);
    context.program.spaces[covers].first = first;
    context.program.collects[index].covers = covers;
    context.program.collects[index].self = self;
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): a collected record is running once at most
bool ensureCollectSource(Context& context, std::uint32_t index) {
    CollectInfo& info = context.collects[index];
    if (info.source != Progress::Waiting) {
        return info.source == Progress::Done && context.program.collects[index].source != kNone;
    }
    info.source = Progress::Running;
    const ast::Collect& ast = *info.ast;
    const SpaceId space = context.program.collects[index].space;
    Scope scope;
    scope.pack = context.spaces[space].pack;
    const std::optional<ListPath> list = ExpressionChecker(context, scope).checkListPath(*ast.over);
    info.source = Progress::Done;
    if (!list) {
        return false;
    }
    typed::Collect& collect = context.program.collects[index];
    if (list->root != collect.parent || list->space == collect.space) {
        context.report(
            DiagnosticKind::BadCollect,
            ast.over->span,
            {ast.name.text,
             list->space == collect.space
                 ? std::string("it cannot be collected from itself")
                 : "it is collected of `" + ast.parent.text + "`, so the path must begin there"});
        return false;
    }
    collect.over = list->over;
    collect.source = list->space;
    const SpaceId source = list->space;
    const BinderId binder = context.addBinder(ast.binder.text, source);
    context.program.collects[index].binder = binder;
    if (ast.onePerInstant) {
        addCovers(context, index);
    } else if (ast.onePer.empty()) {
        const LinkId origin = context.addLink(typed::Link::Kind::Origin, space, source);
        context.program.collects[index].origin = origin;
    } else {
        const LinkId members = context.addLink(typed::Link::Kind::Member, source, space);
        const BinderId self = context.addBinder(ast.name.text, space);
        context.program.collects[index].members = members;
        context.program.collects[index].self = self;
    }
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): a collected record is running once at most
bool ensureCollect(Context& context, std::uint32_t index) {
    CollectInfo& info = context.collects[index];
    if (info.rows == Progress::Done) {
        return true;
    }
    if (info.rows == Progress::Running) {
        context
            .report(DiagnosticKind::TypeUnknown,
                    info.ast->name.span,
                    {info.ast->name.text, "its rows depend on themselves"})
            .help("a row's fields are made from what it is collected from, not from one another");
        return false;
    }
    info.rows = Progress::Running;
    if (ensureCollectSource(context, index)) {
        CollectChecker(context, index).check();
    }
    context.collects[index].rows = Progress::Done;
    return true;
}

void checkCollects(Context& context) {
    for (std::uint32_t index = 0; index < context.collects.size(); ++index) {
        ensureCollect(context, index);
    }
}

}  // namespace proviso::check
