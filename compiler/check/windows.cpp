#include "compiler/check/constants.h"
#include "compiler/check/expressions.h"

#include <algorithm>
#include <array>

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;
using typed::Window;

namespace {

constexpr std::int64_t kMostDays = 366'000;  // a thousand years
constexpr std::int64_t kMostRows = 1'000'000;

std::string_view wordsOf(ast::Window::Kind kind) {
    switch (kind) {
    case ast::Window::Kind::During:
        return "during";
    case ast::Window::Kind::Since:
        return "since latest";
    case ast::Window::Kind::UpTo:
        return "up to";
    case ast::Window::Kind::LastDays:
        return "last days";
    case ast::Window::Kind::LastRows:
        return "last rows";
    case ast::Window::Kind::Between:
        return "between";
    case ast::Window::Kind::Whole:
        return "whole when";
    }
    return "window";
}

bool isOfDates(ast::Window::Kind kind) {
    return kind == ast::Window::Kind::During || kind == ast::Window::Kind::LastDays ||
           kind == ast::Window::Kind::Between;
}

/// Which rows an expression names.
struct Reads {
    bool child = false;   ///< the row that a fold binds, or a row above it
    bool asking = false;  ///< any other
};

Reads readsOf(const typed::Program& program, ExprId id, typed::BinderId child) {
    Reads reads;
    std::vector<typed::BinderId> inner;
    walk(program, id, [&](ExprId next) {
        const Expr& one = program.exprs[next];
        if (one.kind == ExprKind::Fold || one.kind == ExprKind::FoldRow) {
            inner.push_back(one.binder);
        }
        return true;
    });
    walk(program, id, [&](ExprId next) {
        const Expr& one = program.exprs[next];
        if (one.kind == ExprKind::BinderRow) {
            if (one.index == child) {
                reads.child = true;
            } else if (std::find(inner.begin(), inner.end(), one.index) == inner.end()) {
                reads.asking = true;
            }
        }
        return true;
    });
    return reads;
}

/// `a and b and c` as its parts.
std::vector<ExprId> conjuncts(const typed::Program& program, ExprId where) {
    std::vector<ExprId> result;
    std::vector<ExprId> open{where};
    while (!open.empty()) {
        const ExprId next = open.back();
        open.pop_back();
        if (next == kNone) {
            continue;
        }
        const Expr& one = program.exprs[next];
        if (one.kind == ExprKind::And) {
            open.insert(open.end(), one.operands.rbegin(), one.operands.rend());
        } else {
            result.push_back(next);
        }
    }
    return result;
}

/// The day in `calendar_year of D`, and the unit's name.
struct NamedPeriod {
    ast::Name unit;
    std::optional<ast::Expression> path;   ///< where D is a path
    const ast::Expression* day = nullptr;  ///< where it is not
};

std::optional<NamedPeriod> namedPeriod(const ast::Expression& expression) {
    NamedPeriod result;
    if (const auto* path = std::get_if<ast::Path>(&expression.node);
        path != nullptr && path->names.size() > 1) {
        result.unit = path->names.back();
        ast::Path day = *path;
        day.names.pop_back();
        ast::Expression inner;
        inner.span = expression.span;
        inner.node = std::move(day);
        result.path = std::move(inner);
        return result;
    }
    if (const auto* member = std::get_if<ast::MemberOf>(&expression.node)) {
        result.unit = member->member;
        result.day = member->row.get();
        return result;
    }
    return std::nullopt;
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
bool ExpressionChecker::duringWindow(const ast::Window& ast, Window& window) {
    constexpr std::array<std::string_view, 5> kUnits{
        "calendar_week", "calendar_month", "calendar_quarter", "calendar_year", "calendar_day"};
    const std::optional<NamedPeriod> period = namedPeriod(*ast.value);
    const auto unit =
        period ? std::find(kUnits.begin(), kUnits.end(), period->unit.text) : kUnits.end();
    if (unit == kUnits.end()) {
        context_
            .report(DiagnosticKind::BadWindow,
                    ast.value->span,
                    {"during", "this is no calendar period"})
            .help("write `calendar_year of`, `calendar_quarter of`, `calendar_month of`, "
                  "`calendar_week of` or `calendar_day of` a date");
        return false;
    }
    const ExprId day = checkAs(period->path ? *period->path : *period->day, kDate);
    if (day == kNone) {
        return false;
    }
    if (*unit == "calendar_day") {
        window.from = day;
        window.through = day;
        return true;
    }
    const auto index = static_cast<std::int64_t>(unit - kUnits.begin());
    window.from = periodEdge(ExprKind::PeriodStart, index, day, ast.value->span);
    window.through = periodEdge(ExprKind::PeriodEnd, index, day, ast.value->span);
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
bool ExpressionChecker::datesWindow(const ast::Window& ast, Window& window) {
    window.kind = Window::Kind::Dates;
    if (ast.kind == ast::Window::Kind::During) {
        return duringWindow(ast, window);
    }
    if (ast.kind == ast::Window::Kind::Between) {
        window.from = checkAs(*ast.value, kDate);
        window.through = checkAs(*ast.through, kDate);
        return window.from != kNone && window.through != kNone;
    }
    if (ast.count < 1 || ast.count > kMostDays) {
        context_.report(
            DiagnosticKind::BadWindow,
            ast.span,
            {"last days", "there must be between 1 and " + std::to_string(kMostDays) + " of them"});
        return false;
    }
    window.through = checkAs(*ast.value, kDate);
    if (window.through == kNone) {
        return false;
    }
    // The day it ends is one of them.
    Expr from;
    from.kind = ExprKind::Subtract;
    from.type = kDate;
    from.operands = {window.through, context_.constant(kDays, ast.count - 1, ast.span)};
    from.span = ast.span;
    window.from = context_.add(std::move(from));
    return true;
}

bool ExpressionChecker::upToWindow(const ast::Window& ast, const Value& list, Window& window) {
    window.kind = Window::Kind::UpTo;
    window.exclusive = ast.exclusive;
    const std::optional<Value> row = root(ast.row);
    if (!row) {
        context_.report(DiagnosticKind::UnknownName, ast.row.span, {ast.row.text})
            .help("`up to` names a row that is known here, such as the rule's own");
        return false;
    }
    if (row->isError()) {
        return false;
    }
    if (row->shape != Value::Shape::Plain || row->type.kind != TypeKind::Row) {
        context_.report(
            DiagnosticKind::BadWindow, ast.row.span, {"up to", "`" + ast.row.text + "` is no row"});
        return false;
    }
    const auto isOnTheWay = [&](SpaceId space) {
        return std::any_of(list.over.begin(), list.over.end(), [&](LinkId link) {
            return context_.program.links[link].from == space;
        });
    };
    const SpaceId from = context_.rowSpace(row->id);
    const auto path = context_.pathUp(scope_.pack, from, isOnTheWay);
    if (!path) {
        context_
            .report(DiagnosticKind::BadWindow,
                    ast.row.span,
                    {"up to",
                     "`" + ast.row.text + "` is a row of `" + context_.program.spaces[from].name +
                         "`, which neither is nor lies in a row of this list"})
            .label(list.span, "rows of `" + context_.program.spaces[list.space].name + "`")
            .help("name a row of the list, or one that lies in it");
        return false;
    }
    window.row = row->id;
    for (const LinkId link : *path) {
        window.row = context_.upRow(window.row, link, ast.row.span);
    }
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
bool ExpressionChecker::wholeWindow(const ast::Window& ast, const Value& list, Window& window) {
    window.kind = Window::Kind::Whole;
    const bool lacksRows = std::any_of(list.over.begin(), list.over.end(), [&](LinkId link) {
        const typed::Space& to = context_.program.spaces[context_.program.links[link].to];
        return to.kind == typed::SpaceKind::Group &&
               !context_.program.groupings[to.grouping].complete;
    });
    if (!lacksRows) {
        context_
            .report(DiagnosticKind::BadWindow,
                    ast.span,
                    {"whole when", "no grouping on the way to these rows is incomplete"})
            .label(list.span, "these rows")
            .help("leave it out");
        return false;
    }
    window.condition = condition(*ast.value);
    return window.condition != kNone;
}

bool ExpressionChecker::checkOrdered(const Expr& fold, SpaceId deepest, Span span) {
    for (auto link = fold.over.rbegin(); link != fold.over.rend(); ++link) {
        const typed::Link& one = context_.program.links[*link];
        if (one.kind == typed::Link::Kind::Group) {
            const typed::Space& group = context_.program.spaces[one.to];
            const typed::Grouping& grouping = context_.program.groupings[group.grouping];
            const typed::Space& inner = context_.program.spaces[one.from];
            // Groups inside a group have its order as far as their keys say.
            const bool ordered =
                inner.kind != typed::SpaceKind::Group
                    ? !grouping.order.empty()
                    : std::any_of(
                          grouping.order.begin(), grouping.order.end(), [&](ColumnId column) {
                              const auto& keys = context_.program.groupings[inner.grouping].keys;
                              return std::find(keys.begin(), keys.end(), column) != keys.end();
                          });
            if (!ordered) {
                auto builder =
                    context_.report(DiagnosticKind::NoOrder, span, {inner.name, group.name});
                builder.label(group.span, "declared here");
                if (grouping.order.empty()) {
                    builder.help("add `ordered by` and what tells earlier rows from later ones");
                } else {
                    builder.help("none of what orders it is a key of `" + inner.name + "`");
                }
                return false;
            }
        }
        if (one.from == deepest) {
            break;
        }
    }
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
bool ExpressionChecker::askingWindows(const ast::Aggregate& node, const Value& list, Expr& fold) {
    bool failed = false;
    for (std::size_t index = 0; index < node.windows.size(); ++index) {
        const ast::Window& ast = node.windows[index];
        const auto earlier =
            std::find_if(node.windows.begin(),
                         node.windows.begin() + static_cast<std::ptrdiff_t>(index),
                         [&](const ast::Window& other) { return other.kind == ast.kind; });
        const bool repeated = earlier != node.windows.begin() + static_cast<std::ptrdiff_t>(index);
        if (repeated && !isOfDates(ast.kind)) {
            context_
                .report(DiagnosticKind::BadWindow, ast.span, {wordsOf(ast.kind), "it stands twice"})
                .label(earlier->span, "first here");
            failed = true;
            continue;
        }
        Window window;
        window.span = ast.span;
        bool good = true;
        switch (ast.kind) {
        case ast::Window::Kind::During:
        case ast::Window::Kind::LastDays:
        case ast::Window::Kind::Between:
            good = datesWindow(ast, window);
            break;
        case ast::Window::Kind::UpTo:
            good = upToWindow(ast, list, window) &&
                   checkOrdered(fold, context_.rowSpace(window.row), ast.span);
            break;
        case ast::Window::Kind::Since:
            window.kind = Window::Kind::Since;
            good = checkOrdered(fold, list.space, ast.span);
            break;
        case ast::Window::Kind::LastRows:
            window.kind = Window::Kind::LastRows;
            window.count = ast.count;
            if (ast.count < 1 || ast.count > kMostRows) {
                context_.report(
                    DiagnosticKind::BadWindow,
                    ast.span,
                    {"last rows",
                     "there must be between 1 and " + std::to_string(kMostRows) + " of them"});
                good = false;
            }
            good = good && checkOrdered(fold, list.space, ast.span);
            break;
        case ast::Window::Kind::Whole:
            good = wholeWindow(ast, list, window);
            break;
        }
        failed = failed || !good;
        fold.windows.push_back(window);
    }
    const bool ranked =
        node.kind == ast::AggregateKind::Latest || node.kind == ast::AggregateKind::Earliest;
    return (!ranked || checkOrdered(fold, list.space, node.over->span)) && !failed;
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
bool ExpressionChecker::childWindows(const ast::Aggregate& node, ExprId child, Expr& fold) {
    bool failed = false;
    for (std::size_t index = 0; index < fold.windows.size(); ++index) {
        Window& window = fold.windows[index];
        const ast::Window& ast = node.windows[index];
        if (window.kind == Window::Kind::Dates) {
            window.date = context_.governingDate(child, ast.span);
            if (window.date == kNone) {
                const std::string& rows = context_.program.spaces[context_.rowSpace(child)].name;
                context_
                    .report(DiagnosticKind::BadWindow,
                            ast.span,
                            {wordsOf(ast.kind), "no date stands for a row of `" + rows + "`"})
                    .help("its grouping needs the date among its keys; or compare a date of the "
                          "row in `where`");
                failed = true;
            }
        } else if (window.kind == Window::Kind::Since) {
            const bool before = scope_.lookedThrough;
            scope_.lookedThrough = true;
            window.condition = condition(*ast.value);
            scope_.lookedThrough = before;
            if (window.condition == kNone) {
                failed = true;
            } else if (readsOf(context_.program, window.condition, fold.binder).asking) {
                context_
                    .report(DiagnosticKind::BadWindow,
                            ast.value->span,
                            {"since latest", "its condition reads more than the row itself"})
                    .help("ask about `" + node.binder.text +
                          "` alone; a `define` of it can hold what is needed");
                failed = true;
            }
        }
    }
    return checkCorrelation(node, fold) && !failed;
}

bool ExpressionChecker::checkCorrelation(const ast::Aggregate& node, const Expr& fold) {
    const auto sees =
        std::find_if(fold.windows.begin(), fold.windows.end(), [](const Window& window) {
            return window.kind == Window::Kind::Since || window.kind == Window::Kind::LastRows;
        });
    if (sees == fold.windows.end()) {
        return true;
    }
    for (const ExprId part : conjuncts(context_.program, fold.where)) {
        const Expr& one = context_.expr(part);
        if (!readsOf(context_.program, part, fold.binder).asking) {
            continue;
        }
        if (one.kind == ExprKind::Compare) {
            const Reads left = readsOf(context_.program, one.operands[0], fold.binder);
            const Reads right = readsOf(context_.program, one.operands[1], fold.binder);
            if (!(left.child && left.asking) && !(right.child && right.asking)) {
                continue;
            }
        }
        context_
            .report(DiagnosticKind::BadWindow,
                    one.span,
                    {sees->kind == Window::Kind::Since ? "since latest" : "last rows",
                     "this compares its rows with what asks in a way it cannot look through"})
            .label(sees->span, "the window looks at what `where` leaves")
            .help("compare one value of `" + node.binder.text +
                  "` with one of the row that asks, or move the test into a `define` of `" +
                  context_.program.spaces[context_.program.binders[fold.binder].space].name + "`");
        return false;
    }
    return true;
}

}  // namespace proviso::check
