#include "compiler/lowering/context.h"
#include "compiler/lowering/window_parts.h"
#include "compiler/typed/comparison.h"
#include "runtime/base/check.h"

#include <algorithm>

namespace proviso::lowering {

using typed::Comparison;
using typed::ExprKind;

namespace {

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
void addConjuncts(const typed::Program& program, ExprId id, std::vector<ExprId>& conjuncts) {
    const typed::Expr& expr = program.exprs[id];
    if (expr.kind != ExprKind::And) {
        conjuncts.push_back(id);
        return;
    }
    for (const ExprId operand : expr.operands) {
        addConjuncts(program, operand, conjuncts);
    }
}

bool isSame(const bytecode::WindowInfo& a, const bytecode::WindowInfo& b) {
    return a.hasMask == b.hasMask && a.compares == b.compares && a.dates == b.dates &&
           a.orders == b.orders && a.upTo == b.upTo && a.upToOrders == b.upToOrders &&
           a.since == b.since && a.lastRows == b.lastRows;
}

}  // namespace

std::uint32_t Lowering::windowNumber(const bytecode::WindowInfo& window) {
    const auto known = std::find_if(out_.windows.begin(),
                                    out_.windows.end(),
                                    [&](const auto& other) { return isSame(window, other); });
    const auto number = static_cast<std::uint32_t>(known - out_.windows.begin());
    if (known == out_.windows.end()) {
        out_.windows.push_back(window);
    }
    return number;
}

/// Whether everything that an expression reads can be reached from the frame.
bool Lowering::isResolved(const Frame& frame, ExprId id) {
    const std::vector<RowName>& names = freeRows(id);
    return std::all_of(names.begin(), names.end(), [&](const RowName& name) {
        return resolve(frame, name).has_value();
    });
}

/// What a `where` says, apart by what it reads: the child row, a comparison of the child row with
/// the row that asks, or both otherwise.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
void Lowering::splitWhere(Frame& frame, Frame& child, const typed::Expr& expr, WindowParts& parts) {
    if (expr.where == typed::kNone) {
        return;
    }
    std::vector<ExprId> conjuncts;
    addConjuncts(typed_, expr.where, conjuncts);
    const auto compare = [&](Comparison comparison, Register ofChild, Register ofAsking) {
        parts.info.compares.push_back(static_cast<std::uint8_t>(comparison));
        parts.compared.push_back(ofChild);
        parts.compared.push_back(ofAsking);
    };
    for (const ExprId id : conjuncts) {
        const typed::Expr& conjunct = typed_.exprs[id];
        if (isResolved(child, id)) {
            parts.mask.push_back(expression(child, id));
        } else if (isResolved(frame, id)) {
            compare(
                Comparison::Equal, build_.constant(child.space, kYesNo, 1), expression(frame, id));
        } else if (conjunct.kind == ExprKind::Compare && isResolved(child, conjunct.operands[0]) &&
                   isResolved(frame, conjunct.operands[1])) {
            compare(conjunct.comparison,
                    expression(child, conjunct.operands[0]),
                    expression(frame, conjunct.operands[1]));
        } else if (conjunct.kind == ExprKind::Compare && isResolved(child, conjunct.operands[1]) &&
                   isResolved(frame, conjunct.operands[0])) {
            compare(mirrored(conjunct.comparison),
                    expression(child, conjunct.operands[1]),
                    expression(frame, conjunct.operands[0]));
        } else {
            parts.rest.push_back(id);
        }
    }
}

/// The rank of a row among those that the link leads to the same row with.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by kMaxDepth of columns
Register Lowering::levelRank(LinkId id) {
    const typed::Link& link = typed_.links[id];
    const std::uint32_t from = space(link.from);
    const Register toParent = this->link(id);
    const typed::Space& parent = typed_.spaces[link.to];
    if (parent.kind != typed::SpaceKind::Group || link.kind != typed::Link::Kind::Group) {
        return typed_.spaces[link.from].toParent == id
                   ? rankOf(link.from)
                   : build_.column(Op::Rank, from, kCount, {toParent});
    }
    const typed::Grouping& grouping = typed_.groupings[parent.grouping];
    std::vector<Register> operands{toParent};
    for (std::size_t i = 0; i < grouping.order.size(); ++i) {
        if (link.from == grouping.record) {
            operands.push_back(
                build_.spread(column(grouping.order[i]), linkAlong(grouping.orderPaths[i])));
            continue;
        }
        // A finer group is ordered by those columns that are the same in all its rows.
        const typed::Grouping& finer = typed_.groupings[typed_.spaces[link.from].grouping];
        for (std::size_t key = 0; key < finer.keys.size(); ++key) {
            if (finer.keys[key] == grouping.order[i] &&
                finer.keyPaths[key] == grouping.orderPaths[i]) {
                operands.push_back(groupKey(finer, key));
            }
        }
    }
    return build_.column(Op::DenseRank, from, kCount, std::move(operands));
}

/// The levels by which the rows of a list are ordered, outermost first.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by kMaxDepth of columns
std::vector<Lowering::Level> Lowering::levels(const std::vector<LinkId>& over) {
    std::vector<Level> all;
    for (std::size_t i = over.size(); i-- > 0;) {
        const typed::Link& link = typed_.links[over[i]];
        Level level;
        level.space = link.from;
        level.rank = levelRank(over[i]);
        level.fromChild = linkAlong({over.begin(), over.begin() + static_cast<std::ptrdiff_t>(i)});
        if (link.kind == typed::Link::Kind::Group) {
            const auto& order = typed_.groupings[typed_.spaces[link.to].grouping].order;
            if (!order.empty()) {
                level.tie = "order:" + typed_.columns[order.back()].name;
            }
        }
        all.push_back(std::move(level));
    }
    return all;
}

/// Where the row that a window runs up to stands on the levels down to its own.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
void Lowering::addUpTo(Frame& frame,
                       const typed::Expr& expr,
                       const typed::Window& window,
                       const std::vector<Level>& levels,
                       WindowParts& parts) {
    parts.info.upTo = window.exclusive ? bytecode::WindowInfo::UpTo::Exclusive
                                       : bytecode::WindowInfo::UpTo::Inclusive;
    const Location last = locate(frame, window.row);
    Register toLast = last.link;
    if (last.rows != kNone) {
        toLast = build_.link(Op::LinkOfRow, frame.space, last.space, {last.rows});
    }
    const auto own = std::find_if(expr.over.begin(), expr.over.end(), [&](LinkId id) {
        return space(typed_.links[id].from) == last.space;
    });
    PROVISO_CHECK(own != expr.over.end(), "`up to` names a row on the way to the list's owner");
    const auto first = static_cast<std::size_t>(own - expr.over.begin());
    for (std::size_t level = 0; level < expr.over.size() - first; ++level) {
        const std::size_t end = expr.over.size() - 1 - level;
        const Register toLevel =
            build_.compose(toLast,
                           linkAlong({expr.over.begin() + static_cast<std::ptrdiff_t>(first),
                                      expr.over.begin() + static_cast<std::ptrdiff_t>(end)}));
        parts.upTo.push_back(build_.spread(levels[level].rank, toLevel));
        parts.upTo.push_back(
            toLevel == kNone ? build_.link(Op::Identity, frame.space, frame.space, {}) : toLevel);
    }
    parts.info.upToOrders = static_cast<std::uint32_t>(expr.over.size() - first);
}

/// Pairs each row of the frame with the child rows in its window, and folds these. `up` leads from
/// the frame's rows to the list's owner; kNone: they are the owners.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Register Lowering::foldWindow(Frame& frame, Frame& child, Register up, const typed::Expr& expr) {
    using Kind = typed::Window::Kind;
    const TypedSpace childSpace = typed_.links[expr.over.front()].from;
    WindowParts parts;
    if (const Register exists = existsOf(childSpace); exists != kNone) {
        parts.mask.push_back(exists);
    }
    splitWhere(frame, child, expr, parts);
    std::vector<Register> dates;
    Register marker = kNone;
    const typed::Window* upTo = nullptr;
    for (const typed::Window& window : expr.windows) {
        switch (window.kind) {
        case Kind::Dates:
            ++parts.info.dates;
            dates.push_back(expression(child, window.date));
            dates.push_back(expression(frame, window.from));
            dates.push_back(expression(frame, window.through));
            break;
        case Kind::UpTo:
            upTo = &window;
            break;
        case Kind::Since:
            parts.info.since = true;
            marker = expression(child, window.condition);
            break;
        case Kind::LastRows:
            parts.info.lastRows = window.count;
            break;
        case Kind::Whole:
            break;
        }
    }
    const bool looksBack = parts.info.since || parts.info.lastRows > 0;
    PROVISO_CHECK(!looksBack || parts.rest.empty(),
                  "`since` and `last rows` see what `where` leaves of each list by itself");
    std::vector<Level> order;
    if (upTo != nullptr || looksBack) {
        order = levels(expr.over);
        for (const Level& level : order) {
            parts.info.orders.push_back(level.tie);
        }
    }
    if (upTo != nullptr) {
        addUpTo(frame, expr, *upTo, order, parts);
    }

    Instruction instruction;
    instruction.op = Op::BuildWindow;
    instruction.target = frame.space;
    instruction.index = frame.space;
    instruction.operands = {up == kNone ? build_.link(Op::Identity, frame.space, frame.space, {})
                                        : up,
                            linkAlong(expr.over)};
    const auto add = [&](const std::vector<Register>& operands) {
        instruction.operands.insert(instruction.operands.end(), operands.begin(), operands.end());
    };
    if (!parts.mask.empty()) {
        parts.info.hasMask = true;
        add({build_.allOf(child.space, parts.mask)});
    }
    add(parts.compared);
    add(dates);
    for (std::size_t level = 0; level < order.size(); ++level) {
        const Register toLevel = order[level].fromChild;
        add({build_.spread(order[level].rank, toLevel),
             toLevel == kNone ? build_.link(Op::Identity, child.space, child.space, {}) : toLevel});
        if (level < parts.info.upToOrders) {
            add({parts.upTo[2 * level], parts.upTo[2 * level + 1]});
        }
    }
    if (marker != kNone) {
        add({marker});
    }
    instruction.immediate = windowNumber(parts.info);
    instruction.mode = parts.rest.empty() ? 0 : 1;
    instruction.space = helperSpace(instruction, expr);
    const std::uint32_t window = instruction.space;

    FoldRows rows;
    rows.toParent = build_.emit(std::move(instruction));
    rows.toChild = build_.link(Op::SecondOf, window, child.space, {rows.toParent});
    rows.counted.push_back(build_.column(Op::SecondExists, window, kYesNo, {rows.toParent}));
    rows.more = moreRows(frame, up, expr);
    // A row that is not there could be a later marker, or push others out of the last rows.
    if (rows.more != kNone && looksBack) {
        rows.counted.push_back(build_.spread(build_.negation(rows.more), rows.toParent));
    }
    Frame both;
    both.space = window;
    both.rows.push_back({{expr.binder, {}}, rows.toChild});
    for (const auto& outer : frame.rows) {
        both.rows.push_back({outer.name, build_.compose(rows.toParent, outer.link)});
    }
    for (const ExprId rest : parts.rest) {
        rows.counted.push_back(expression(both, rest));
    }
    if (!parts.rest.empty()) {
        // What is not applicable as a whole is no row, as in the window itself.
        const Register inside = build_.allOf(window, std::move(rows.counted));
        rows.counted = {build_.column(
            Op::OrElse, window, kYesNo, {inside, build_.constant(window, kYesNo, 0)})};
    }
    if (expr.body != typed::kNone) {
        rows.body = isResolved(child, expr.body)
                        ? build_.spread(expression(child, expr.body), rows.toChild)
                        : expression(both, expr.body);
    }
    return foldRows(std::move(rows), expr);
}

}  // namespace proviso::lowering
