#include "compiler/analysis/sign.h"
#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

#include <algorithm>

namespace proviso::lowering {

using typed::ExprKind;
using typed::FoldKind;

namespace {

bool isWindowed(const typed::Expr& expr) {
    return std::any_of(expr.windows.begin(), expr.windows.end(), [](const typed::Window& window) {
        return window.kind != typed::Window::Kind::Whole;
    });
}

}  // namespace

/// The rows that a fold reads besides its child rows.
std::vector<RowName> Lowering::namesInside(const typed::Expr& expr) {
    std::vector<RowName> names;
    const auto add = [&](ExprId part) {
        if (part != typed::kNone) {
            const auto& more = freeRows(part);
            names.insert(names.end(), more.begin(), more.end());
        }
    };
    add(expr.where);
    add(expr.body);
    for (const typed::Window& window : expr.windows) {
        add(window.date);
        add(window.from);
        add(window.through);
        add(window.row);
        add(window.condition);
    }
    std::erase_if(names, [&](const RowName& name) { return name.binder == expr.binder; });
    return names;
}

/// Three ways, by where the folded list hangs: on the frame's own row; on a row further up or
/// chosen, when the fold reads nothing of the frame's own row; otherwise the child rows are paired
/// with the rows of the frame under them.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Register Lowering::fold(Frame& frame, const typed::Expr& expr) {
    const Location location = locate(frame, expr.operands[0]);
    if (location.link == kNone && location.rows == kNone) {
        return foldOwn(frame, expr);
    }

    // The folded row by its name, so that what hangs on it can be read from the child rows.
    Frame owner;
    owner.space = location.space;
    RowName name;
    const typed::Expr* row = &typed_.exprs[expr.operands[0]];
    while (row->kind == ExprKind::UpRow) {
        name.path.insert(name.path.begin(), row->index);
        row = &typed_.exprs[row->operands[0]];
    }
    if (row->kind == ExprKind::BinderRow) {
        name.binder = row->index;
        owner.rows.push_back({name, kNone});
    }
    const std::vector<RowName> names = namesInside(expr);
    const bool independent = std::all_of(names.begin(), names.end(), [&](const RowName& read) {
        return resolve(owner, read).has_value();
    });
    if (independent) {
        return at(location, foldOwn(owner, expr));
    }

    const TypedSpace childSpace = typed_.links[expr.over.front()].from;
    Frame child = frameOf(childSpace, expr.binder);
    for (const auto& above : owner.rows) {
        child.rows.push_back({above.name, linkAlong(expr.over)});
    }
    Register up = location.link;
    if (up == kNone) {
        up = build_.link(Op::LinkOfRow, frame.space, location.space, {location.rows});
    }
    const Register folded = foldAsked(frame, child, up, expr);
    if (location.rows == kNone && !mayLeadNowhere(name.path)) {
        return folded;
    }
    // A row that belongs to none has no list at all, which is something else than an empty one.
    const Type type = build_.typeOf(folded);
    const Register there = build_.spread(build_.constant(location.space, kYesNo, 1), up);
    return build_.column(
        Op::Select, frame.space, type, {there, folded, build_.notApplicable(frame.space, type)});
}

/// Folds a list of the frame's own rows.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Register Lowering::foldOwn(Frame& frame, const typed::Expr& expr) {
    const TypedSpace childSpace = typed_.links[expr.over.front()].from;
    const Register toList = linkAlong(expr.over);
    Frame child = frameOf(childSpace, expr.binder);
    for (const auto& row : frame.rows) {
        child.rows.push_back({row.name, build_.compose(toList, row.link)});
    }
    if (isWindowed(expr)) {
        return foldWindow(frame, child, kNone, expr);
    }
    FoldRows rows;
    rows.toParent = toList;
    if (const Register exists = existsOf(childSpace); exists != kNone) {
        rows.counted.push_back(exists);
    }
    if (expr.where != typed::kNone) {
        rows.counted.push_back(expression(child, expr.where));
    }
    if (expr.body != typed::kNone) {
        rows.body = expression(child, expr.body);
    }
    rows.more = moreRows(frame, kNone, expr);
    return foldRows(std::move(rows), expr);
}

/// Folds a list that hangs on another row, found along `up`, for each row of the frame.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Register Lowering::foldAsked(Frame& frame, Frame& child, Register up, const typed::Expr& expr) {
    return isWindowed(expr) ? foldWindow(frame, child, up, expr) : foldProduct(frame, up, expr);
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Register Lowering::foldProduct(Frame& frame, Register up, const typed::Expr& expr) {
    const TypedSpace childSpace = typed_.links[expr.over.front()].from;
    const Register childExists = existsOf(childSpace);
    Instruction instruction;
    instruction.op = Op::BuildProduct;
    instruction.target = space(childSpace);
    instruction.index = frame.space;
    instruction.operands = {linkAlong(expr.over), up};
    instruction.space = helperSpace(instruction, expr);
    const std::uint32_t product = instruction.space;
    FoldRows rows;
    rows.toChild = build_.emit(std::move(instruction));
    rows.toParent = build_.link(Op::ProductSecond, product, frame.space, {rows.toChild});
    Frame both;
    both.space = product;
    both.rows.push_back({{expr.binder, {}}, rows.toChild});
    for (const auto& outer : frame.rows) {
        both.rows.push_back({outer.name, build_.compose(rows.toParent, outer.link)});
    }
    if (childExists != kNone) {
        rows.counted.push_back(build_.spread(childExists, rows.toChild));
    }
    if (expr.where != typed::kNone) {
        rows.counted.push_back(expression(both, expr.where));
    }
    if (expr.body != typed::kNone) {
        rows.body = expression(both, expr.body);
    }
    rows.more = moreRows(frame, up, expr);
    return foldRows(std::move(rows), expr);
}

/// The space that a build instruction makes for pairs of rows. The same pairs may serve several
/// folds: the number of their space must not make them look new.
std::uint32_t Lowering::helperSpace(const Instruction& made, const typed::Expr& expr) {
    for (const Instruction& known : out_.code) {
        if (known.op == made.op && known.mode == made.mode && known.index == made.index &&
            known.immediate == made.immediate && known.operands == made.operands) {
            return known.space;
        }
    }
    const TypedSpace childSpace = typed_.links[expr.over.front()].from;
    const TypedSpace parentSpace = typed_.links[expr.over.back()].to;
    bytecode::SpaceInfo info;
    info.kind = bytecode::SpaceInfo::Kind::Helper;
    info.name = typed_.spaces[childSpace].name + "_by_" + out_.spaces[made.index].name;
    info.partitionClass = classOf(parentSpace);
    if (info.partitionClass == kNone) {
        info.partitionClass = classOf(childSpace);
    }
    if (info.partitionClass == kNone) {
        info.partitionClass = out_.spaces[made.index].partitionClass;
    }
    out_.spaces.push_back(std::move(info));
    return static_cast<std::uint32_t>(out_.spaces.size() - 1);
}

/// Whether a list that passes groups may lack rows: because records were rejected, or because a
/// grouping is declared incomplete. In the frame's space, whose rows find the list's owner along
/// `up`; kNone where nothing can be lacking.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Register Lowering::moreRows(Frame& frame, Register up, const typed::Expr& expr) {
    std::vector<TypedSpace> groups;
    for (const LinkId id : expr.over) {
        const TypedSpace to = typed_.links[id].to;
        if (typed_.spaces[to].kind == typed::SpaceKind::Group) {
            groups.push_back(to);
        }
    }
    // A row collected under a group may lack members for want of the group's rows.
    TypedSpace outermost = typed_.links[expr.over.back()].to;
    while (outermost != typed::kNone && typed_.spaces[outermost].kind != typed::SpaceKind::Group) {
        const LinkId toParent = typed_.spaces[outermost].toParent;
        outermost = typed_.spaces[outermost].parent;
        if (outermost != typed::kNone) {
            up = build_.compose(up, link(toParent));
        }
    }
    if (outermost == typed::kNone) {
        return kNone;
    }
    if (groups.empty() || groups.back() != outermost) {
        groups.push_back(outermost);
    }
    const auto unknownIf = [&](Register test, const std::string& place) {
        Instruction instruction;
        instruction.op = Op::UnknownIf;
        instruction.space = build_.spaceOf(test);
        instruction.type = kYesNo;
        instruction.index = build_.text(place);
        instruction.operands = {test};
        return build_.emit(std::move(instruction));
    };
    const Register holes = build_.column(Op::GroupHoles, space(outermost), kYesNo, {});
    std::vector<Register> reasons{
        build_.spread(unknownIf(holes, "rejected:" + typed_.spaces[outermost].name), up)};
    for (const TypedSpace group : groups) {
        if (typed_.groupings[typed_.spaces[group].grouping].complete) {
            continue;
        }
        Register open = build_.constant(frame.space, kYesNo, 1);
        for (const typed::Window& window : expr.windows) {
            if (window.kind == typed::Window::Kind::Whole) {
                open = build_.column(Op::Select,
                                     frame.space,
                                     kYesNo,
                                     {expression(frame, window.condition),
                                      build_.constant(frame.space, kYesNo, 0),
                                      open});
            }
        }
        reasons.push_back(unknownIf(open, "incomplete:" + typed_.spaces[group].name));
    }
    return build_.anyOf(frame.space, std::move(reasons));
}

Register Lowering::foldRows(FoldRows rows, const typed::Expr& expr) {
    const std::uint32_t rowSpace = out_.code[rows.toParent].space;
    Instruction made;
    made.space = out_.code[rows.toParent].target;
    made.type = kCount;
    made.operands = {rows.toParent};
    const auto finish = [&](Op op) {
        made.op = op;
        if (rows.more != kNone) {
            made.operands.push_back(rows.more);
        }
        return build_.emit(std::move(made));
    };

    if (expr.fold == FoldKind::Any) {
        if (rows.body != kNone) {
            rows.counted.push_back(rows.body);
        }
        made.type = kYesNo;
        made.operands.push_back(build_.allOf(rowSpace, std::move(rows.counted)));
        return finish(Op::FoldAny);
    }
    if (expr.fold == FoldKind::Every) {
        Register holds = rows.body;
        if (!rows.counted.empty()) {
            const Register outside =
                build_.negation(build_.allOf(rowSpace, std::move(rows.counted)));
            holds = build_.anyOf(rowSpace, {outside, holds});
        }
        made.type = kYesNo;
        made.operands.push_back(holds);
        return finish(Op::FoldEvery);
    }

    made.operands.push_back(build_.allOf(rowSpace, std::move(rows.counted)));
    const auto ofValues = [&](Op op, const Type& type) {
        made.type = type;
        made.operands.push_back(rows.body);
        return finish(op);
    };
    // A chosen row of those that only stand for child rows is read as the child row.
    const auto ofRows = [&](Op op) {
        made.type = {TypeKind::Row, 0, rowSpace};
        const Register chosen = finish(op);
        if (rows.toChild == kNone) {
            return chosen;
        }
        const Type type{TypeKind::Row, 0, out_.code[rows.toChild].target};
        return build_.gather(build_.column(Op::RowOfLink, rowSpace, type, {rows.toChild}), chosen);
    };
    switch (expr.fold) {
    case FoldKind::Total:
        made.immediate = neverNegative(typed_, expr.body) ? 1 : 0;
        return ofValues(Op::FoldTotal, expr.type);
    case FoldKind::Count:
        return finish(Op::FoldCount);
    case FoldKind::Distinct:
        return ofValues(Op::FoldDistinct, kCount);
    case FoldKind::Highest:
        return ofValues(Op::FoldHighest, expr.type);
    case FoldKind::Lowest:
        return ofValues(Op::FoldLowest, expr.type);
    case FoldKind::Only:
        return ofRows(Op::FoldOnly);
    case FoldKind::First:
    case FoldKind::FirstDescending:
        made.mode = expr.fold == FoldKind::First ? 0 : 1;
        made.operands.push_back(rows.body);
        return ofRows(Op::FoldFirst);
    case FoldKind::Latest:
    case FoldKind::Earliest: {
        made.mode = expr.fold == FoldKind::Latest ? 0 : 1;
        bytecode::WindowInfo order;
        for (const Level& level : levels(expr.over)) {
            order.orders.push_back(level.tie);
            const Register toLevel = build_.compose(rows.toChild, level.fromChild);
            made.operands.push_back(build_.spread(level.rank, toLevel));
            made.operands.push_back(
                toLevel == kNone ? build_.link(Op::Identity, rowSpace, rowSpace, {}) : toLevel);
        }
        made.index = windowNumber(order);
        return ofRows(Op::FoldLatest);
    }
    case FoldKind::Any:
    case FoldKind::Every:
        break;
    }
    PROVISO_CHECK(false, "all folds are lowered");
    return kNone;
}

}  // namespace proviso::lowering
