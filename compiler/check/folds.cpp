#include "compiler/check/expressions.h"
#include "compiler/diagnostics/suggest.h"

#include <algorithm>

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;
using typed::FoldKind;

namespace {

std::string_view wordOf(ast::AggregateKind kind) {
    switch (kind) {
    case ast::AggregateKind::Total:
        return "total";
    case ast::AggregateKind::Count:
        return "count";
    case ast::AggregateKind::CountDistinct:
        return "count of distinct";
    case ast::AggregateKind::Highest:
        return "highest";
    case ast::AggregateKind::Lowest:
        return "lowest";
    case ast::AggregateKind::Any:
        return "any";
    case ast::AggregateKind::Every:
        return "every";
    case ast::AggregateKind::Only:
        return "only";
    case ast::AggregateKind::First:
        return "first by";
    case ast::AggregateKind::Latest:
        return "latest";
    case ast::AggregateKind::Earliest:
        return "earliest";
    }
    return "aggregate";
}

bool looksThrough(const Expr& fold) {
    return std::any_of(fold.windows.begin(), fold.windows.end(), [](const typed::Window& window) {
        return window.kind == typed::Window::Kind::Since ||
               window.kind == typed::Window::Kind::LastRows;
    });
}

}  // namespace

bool ExpressionChecker::pushRow(const ast::Name& name, ExprId row) {
    const bool taken = isBound(name);
    if (taken) {
        context_.report(DiagnosticKind::DuplicateName, name.span, {name.text})
            .help("it already means something here; take another name");
    }
    scope_.rows.push_back({name.text, taken ? kNone : row, name.span});
    return !taken;
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
std::optional<Value> ExpressionChecker::checkOver(const ast::Expression& over) {
    Value list = check(over);
    if (list.isError()) {
        return std::nullopt;
    }
    if (list.shape != Value::Shape::List) {
        context_.report(DiagnosticKind::NotAList, over.span, {context_.sources.text(over.span)})
            .help("name a list of a row, such as `row.items`");
        return std::nullopt;
    }
    return list;
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::aggregate(const ast::Expression& expression, const ast::Aggregate& node) {
    const auto list = checkOver(*node.over);
    return list ? foldOf(node, *list, expression.span) : error();
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::foldOf(const ast::Aggregate& node, const Value& list, Span span) {
    Expr fold;
    fold.kind = ExprKind::Fold;
    fold.operands = {list.id};
    fold.over = list.over;
    fold.binder = context_.addBinder(node.binder.text, list.space);
    fold.span = span;
    bool failed = !askingWindows(node, list, fold);
    ExprId child = context_.binderRow(fold.binder, node.binder.span);
    if (context_.program.spaces[list.space].kind == typed::SpaceKind::Covers) {
        // The members of an instant are the rows that cover it.
        child = context_.upRow(child, context_.program.spaces[list.space].first, node.binder.span);
    }
    failed = !pushRow(node.binder, child) || failed;
    if (node.where != nullptr) {
        const bool before = scope_.lookedThrough;
        scope_.lookedThrough = before || looksThrough(fold);
        fold.where = condition(*node.where);
        scope_.lookedThrough = before;
        failed = failed || fold.where == kNone;
    }
    Value value;
    ExprId has = kNone;
    if (node.value != nullptr) {
        value = checkValue(*node.value);
        failed = failed || value.isError();
    }
    if (node.has != nullptr) {
        has = condition(*node.has);
        failed = failed || has == kNone;
    }
    const bool isRow =
        node.kind == ast::AggregateKind::Only || node.kind == ast::AggregateKind::First ||
        node.kind == ast::AggregateKind::Latest || node.kind == ast::AggregateKind::Earliest;
    if (!failed && node.value != nullptr) {
        const TypeKind kind = value.type.kind;
        const bool fits = node.kind == ast::AggregateKind::Total           ? isQuantity(kind)
                          : node.kind == ast::AggregateKind::CountDistinct ? true
                                                                           : isOrdered(kind);
        if (!fits) {
            context_.report(
                DiagnosticKind::NotAggregable, node.value->span, {wordOf(node.kind), words(value)});
            failed = true;
        }
        fold.body = value.id;
        fold.type = value.type;
    }
    failed = failed || !childWindows(node, child, fold);
    scope_.rows.pop_back();
    if (failed) {
        return error();
    }
    switch (node.kind) {
    case ast::AggregateKind::Total:
        fold.fold = FoldKind::Total;
        break;
    case ast::AggregateKind::Count:
        fold.fold = FoldKind::Count;
        fold.type = kCount;
        break;
    case ast::AggregateKind::CountDistinct:
        fold.fold = FoldKind::Distinct;
        fold.type = kCount;
        break;
    case ast::AggregateKind::Highest:
        fold.fold = FoldKind::Highest;
        break;
    case ast::AggregateKind::Lowest:
        fold.fold = FoldKind::Lowest;
        break;
    case ast::AggregateKind::Any:
        fold.fold = FoldKind::Any;
        fold.type = kYesNo;
        if (fold.where == kNone || !fold.windows.empty()) {
            // What `where` leaves out is not seen by windows, so there it stays a mask.
            fold.body = context_.constant(kYesNo, 1, span);
        } else {
            std::swap(fold.body, fold.where);
        }
        break;
    case ast::AggregateKind::Every:
        fold.fold = FoldKind::Every;
        fold.type = kYesNo;
        fold.body = has;
        break;
    case ast::AggregateKind::Only:
        fold.fold = FoldKind::Only;
        break;
    case ast::AggregateKind::First:
        fold.fold = node.descending ? FoldKind::FirstDescending : FoldKind::First;
        break;
    case ast::AggregateKind::Latest:
        fold.fold = FoldKind::Latest;
        break;
    case ast::AggregateKind::Earliest:
        fold.fold = FoldKind::Earliest;
        break;
    }
    if (isRow) {
        fold.kind = ExprKind::FoldRow;
        fold.type = {TypeKind::Row, 0, list.space};
        const typed::Space& rows = context_.program.spaces[list.space];
        if (rows.kind == typed::SpaceKind::Covers) {
            const LinkId covering = rows.first;
            return plain(context_.upRow(context_.add(std::move(fold)), covering, span), span);
        }
    }
    return plain(context_.add(std::move(fold)), span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::apportion(const ast::Expression& expression,
                                   const ast::Apportion& node,
                                   Place place) {
    const Span span = expression.span;
    const auto refuse = [&](Span where, std::string_view why, std::string_view help = {}) {
        context_.report(DiagnosticKind::BadApportion, where, {why}).help(help);
        return error();
    };
    if (place != Place::WholeDefinition || scope_.definitionOf == kNone) {
        return refuse(span,
                      "it stands only as the value of a `define`, or of an arm of its `case`",
                      "give it a `define` of its own");
    }
    const auto list = checkOver(*node.over);
    if (!list) {
        return error();
    }
    if (list->space != scope_.definitionOf) {
        return refuse(node.over->span,
                      "it shares out among rows of `" + context_.program.spaces[list->space].name +
                          "`, and this defines one of `" +
                          context_.program.spaces[scope_.definitionOf].name + "`");
    }
    const SpaceId parent = context_.rowSpace(list->id);
    if (parent == scope_.definitionOf) {
        return refuse(node.over->span, "the list must be of a row that contains this one");
    }
    typed::Apportionment result;
    result.parent = parent;
    result.list = list->space;
    result.over = list->over;
    result.parentBinder = context_.addBinder(context_.program.spaces[parent].name, parent);
    result.binder = context_.addBinder(node.binder.text, list->space);
    result.span = span;

    Scope inner = scopeOf(context_, scope_.pack, result.parentBinder, span);
    inner.reader = scope_.reader;
    ExpressionChecker checker(context_, inner);
    result.total = checker.checkAs(*node.total, kCount);
    bool failed = result.total == kNone;
    failed = !checker.pushRow(node.binder, context_.binderRow(result.binder, node.binder.span)) ||
             failed;
    if (node.where != nullptr) {
        result.where = checker.condition(*node.where);
        failed = failed || result.where == kNone;
    }
    auto [by, each] = checker.checkPair(*node.by, *node.each);
    by = checker.asValue(by);
    each = checker.asValue(each);
    if (failed || by.isError() || each.isError()) {
        return error();
    }
    if (!isQuantity(by.type.kind) || !sameKind(by.type, each.type)) {
        return notComparable(by, each, span);
    }
    checker.align(by, each);
    result.by = by.id;
    result.each = each.id;
    const std::vector<ColumnId> ties =
        context_.columnsNamed(scope_.pack, list->space, node.tiesBy.text);
    if (ties.size() != 1) {
        return unknownField(list->space, node.tiesBy.text, node.tiesBy);
    }
    result.ties = ties.front();
    context_.program.apportionments.push_back(std::move(result));
    Expr one;
    one.kind = ExprKind::Apportion;
    one.type = kCount;
    one.operands = {scope_.current};
    one.index = static_cast<std::uint32_t>(context_.program.apportionments.size() - 1);
    one.span = span;
    return plain(context_.add(std::move(one)), span);
}

}  // namespace proviso::check
