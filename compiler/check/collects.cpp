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
        if (!checkKeys(scope)) {
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

    /// With keys, a row stands for many source rows: of one of them only the keys may be used.
    bool checkSourceUse(ExprId id, Span span) {
        const std::vector<ExprId>& keys = context_.program.collects[index_].onePer;
        if (keys.empty() || id == kNone) {
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
            context_.report(DiagnosticKind::SourceRowUnclear, span, {ast_.binder.text})
                .help("use one of the keys after `one per`, or ask about `" + ast_.name.text +
                      ".members`");
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
    for (const LinkId link : list->over) {
        const typed::Link& one = context.program.links[link];
        if (one.kind == typed::Link::Kind::Group &&
            !context.program.groupings[context.program.spaces[one.to].grouping].complete) {
            context
                .report(DiagnosticKind::IncompleteGrouping,
                        ast.over->span,
                        {context.program.spaces[one.to].name})
                .label(context.program.spaces[one.to].span, "declared `incomplete` here");
            return false;
        }
    }
    collect.over = list->over;
    collect.source = list->space;
    const SpaceId source = list->space;
    const BinderId binder = context.addBinder(ast.binder.text, source);
    context.program.collects[index].binder = binder;
    if (ast.onePerInstant) {
        context.report(
            DiagnosticKind::NotInThisVersion, ast.onePer.front()->span, {"`one per instant`"});
        context.program.collects[index].source = kNone;
        return false;
    }
    if (ast.onePer.empty()) {
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
