#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

#include <algorithm>
#include <set>

namespace proviso::lowering {

using typed::ExprKind;
using typed::FoldKind;

namespace {

constexpr Type kCount{TypeKind::Number, 0, 0};

/// The rows that an expression names and that are not its own inner rows.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
void collectFreeRows(const typed::Program& program,
                     ExprId id,
                     std::set<BinderId> bound,
                     std::set<RowName>& found,
                     std::set<ExprId>& seen) {
    if (id == typed::kNone || (bound.empty() && !seen.insert(id).second)) {
        return;
    }
    const typed::Expr& expr = program.exprs[id];
    if (expr.kind == ExprKind::BinderRow || expr.kind == ExprKind::UpRow) {
        RowName name;
        const typed::Expr* row = &expr;
        ExprId root = id;
        while (row->kind == ExprKind::UpRow) {
            name.path.insert(name.path.begin(), row->index);
            root = row->operands[0];
            row = &program.exprs[root];
        }
        if (row->kind == ExprKind::BinderRow) {
            name.binder = row->index;
            if (bound.count(name.binder) == 0) {
                found.insert(name);
            }
        } else {
            collectFreeRows(program, root, bound, found, seen);
        }
        return;
    }
    for (const ExprId operand : expr.operands) {
        collectFreeRows(program, operand, bound, found, seen);
    }
    if (expr.kind == ExprKind::Fold || expr.kind == ExprKind::FoldRow) {
        bound.insert(expr.binder);
        collectFreeRows(program, expr.where, bound, found, seen);
        collectFreeRows(program, expr.body, bound, found, seen);
    }
}

}  // namespace

const std::vector<RowName>& Lowering::freeRows(ExprId id) {
    const auto known = freeRows_.find(id);
    if (known != freeRows_.end()) {
        return known->second;
    }
    std::set<RowName> found;
    std::set<ExprId> seen;
    collectFreeRows(typed_, id, {}, found, seen);
    return freeRows_[id] = {found.begin(), found.end()};
}

/// Three ways, by where the folded list hangs: on the frame's own row; on a row further up, when
/// the fold reads nothing of the frame's own row; otherwise every child row is paired with every
/// row of the frame under it.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Register Lowering::fold(Frame& frame, const typed::Expr& expr) {
    const Location location = locate(frame, expr.operands[0]);
    const TypedSpace childSpace = typed_.links[expr.over.front()].from;
    const Register toList = linkAlong(expr.over);
    const Register childExists = existsOf(childSpace);

    if (location.link == kNone && location.rows == kNone) {
        Frame child = frameOf(childSpace, expr.binder);
        for (const auto& row : frame.rows) {
            child.rows.push_back({row.name, build_.compose(toList, row.link)});
        }
        return foldIn(child, toList, childSpace, childExists, expr);
    }

    // The folded row by its name, so that what hangs on it can be read from the child rows.
    Frame child = frameOf(childSpace, expr.binder);
    RowName owner;
    const typed::Expr* row = &typed_.exprs[expr.operands[0]];
    while (row->kind == ExprKind::UpRow) {
        owner.path.insert(owner.path.begin(), row->index);
        row = &typed_.exprs[row->operands[0]];
    }
    if (row->kind == ExprKind::BinderRow) {
        owner.binder = row->index;
        child.rows.push_back({owner, toList});
    }
    std::vector<RowName> names;
    for (const ExprId part : {expr.where, expr.body}) {
        if (part != typed::kNone) {
            const auto& more = freeRows(part);
            names.insert(names.end(), more.begin(), more.end());
        }
    }
    const bool independent = std::all_of(names.begin(), names.end(), [&](const RowName& name) {
        return resolve(child, name).has_value();
    });
    if (independent || location.rows != kNone) {
        PROVISO_CHECK(independent, "a fold over the list of a chosen row reads only that list");
        const Register folded = foldIn(child, toList, childSpace, childExists, expr);
        return at(location, folded);
    }

    const auto product = static_cast<std::uint32_t>(out_.spaces.size());
    Instruction instruction;
    instruction.op = Op::BuildProduct;
    instruction.space = product;
    instruction.target = space(childSpace);
    instruction.index = frame.space;
    instruction.operands = {toList, location.link};
    // The same product may serve several folds: the number of its space must not make it look new.
    for (std::uint32_t known = 0; known < out_.code.size(); ++known) {
        if (out_.code[known].op == Op::BuildProduct &&
            out_.code[known].operands == instruction.operands) {
            instruction.space = out_.code[known].space;
        }
    }
    if (instruction.space == product) {
        bytecode::SpaceInfo info;
        info.kind = bytecode::SpaceInfo::Kind::Helper;
        info.name = typed_.spaces[childSpace].name + "_by_" + out_.spaces[frame.space].name;
        out_.spaces.push_back(std::move(info));
    }
    const std::uint32_t productSpace = instruction.space;
    const Register toChild = build_.emit(std::move(instruction));
    const Register toFrame = build_.link(Op::ProductSecond, productSpace, frame.space, {toChild});
    Frame both;
    both.space = productSpace;
    both.rows.push_back({{expr.binder, {}}, toChild});
    for (const auto& outer : frame.rows) {
        both.rows.push_back({outer.name, build_.compose(toFrame, outer.link)});
    }
    const Register exists = childExists == kNone ? kNone : build_.spread(childExists, toChild);
    Register folded = foldIn(both, toFrame, childSpace, exists, expr);
    if (expr.kind == ExprKind::FoldRow) {
        const Register childRows = build_.column(
            Op::RowOfLink, productSpace, {TypeKind::Row, 0, space(childSpace)}, {toChild});
        folded = build_.gather(childRows, folded);
    }
    const bool mayLeadNowhere = std::any_of(owner.path.begin(), owner.path.end(), [&](LinkId link) {
        return typed_.links[link].kind == typed::Link::Kind::Member;
    });
    if (!mayLeadNowhere) {
        return folded;
    }
    // A row that is collected into none has no list at all, which is something else than an empty
    // one.
    const Type type = build_.typeOf(folded);
    const Register there = build_.spread(build_.constant(location.space, kYesNo, 1), location.link);
    return build_.column(
        Op::Select, frame.space, type, {there, folded, build_.notApplicable(frame.space, type)});
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Register Lowering::foldIn(Frame& child,
                          Register toParent,
                          TypedSpace childSpace,
                          Register childExists,
                          const typed::Expr& expr) {
    std::vector<Register> counted;
    if (childExists != kNone) {
        counted.push_back(childExists);
    }
    if (expr.where != typed::kNone) {
        counted.push_back(expression(child, expr.where));
    }
    const std::uint32_t parentSpace = out_.code[toParent].target;
    const Register body = expr.body == typed::kNone ? kNone : expression(child, expr.body);

    if (expr.fold == FoldKind::Any || expr.fold == FoldKind::Every) {
        if (expr.fold == FoldKind::Any) {
            if (body != kNone) {
                counted.push_back(body);
            }
            return build_.column(Op::FoldAny,
                                 parentSpace,
                                 kYesNo,
                                 {toParent, build_.allOf(child.space, std::move(counted))});
        }
        const Register left =
            counted.empty()
                ? body
                : build_.anyOf(
                      child.space,
                      {build_.negation(build_.allOf(child.space, std::move(counted))), body});
        return build_.column(Op::FoldEvery, parentSpace, kYesNo, {toParent, left});
    }

    const Register mask = build_.allOf(child.space, std::move(counted));
    const auto make = [&](Op op, Type type, std::vector<Register> operands, std::uint8_t mode = 0) {
        Instruction instruction;
        instruction.op = op;
        instruction.mode = mode;
        instruction.space = parentSpace;
        instruction.type = type;
        instruction.operands = std::move(operands);
        return build_.emit(std::move(instruction));
    };
    const Type rows{TypeKind::Row, 0, child.space};
    switch (expr.fold) {
    case FoldKind::Total:
        return make(Op::FoldTotal, expr.type, {toParent, mask, body});
    case FoldKind::Count:
        return make(Op::FoldCount, kCount, {toParent, mask});
    case FoldKind::Distinct:
        return make(Op::FoldDistinct, kCount, {toParent, mask, body});
    case FoldKind::Highest:
        return make(Op::FoldHighest, expr.type, {toParent, mask, body});
    case FoldKind::Lowest:
        return make(Op::FoldLowest, expr.type, {toParent, mask, body});
    case FoldKind::Only:
        return make(Op::FoldOnly, rows, {toParent, mask});
    case FoldKind::First:
        return make(Op::FoldFirst, rows, {toParent, mask, body});
    case FoldKind::FirstDescending:
        return make(Op::FoldFirst, rows, {toParent, mask, body}, 1);
    case FoldKind::Latest:
        return make(
            Op::FoldFirst, rows, {toParent, mask, body == kNone ? dateOf(childSpace) : body}, 1);
    case FoldKind::Any:
    case FoldKind::Every:
        break;
    }
    PROVISO_CHECK(false, "all folds are lowered");
    return kNone;
}

/// Apportionments of one parent share one choice: each takes its part of the number and hands on
/// the rest, in declared order.
// NOLINTNEXTLINE(misc-no-recursion): a pool asks for the one declared before it
const Lowering::Pool& Lowering::pool(std::uint32_t id) {
    const auto known = pools_.find(id);
    if (known != pools_.end()) {
        return known->second;
    }
    const typed::Apportionment& from = typed_.apportionments[id];
    const std::uint32_t parent = space(from.parent);
    const std::uint32_t list = space(from.list);
    const Register toParent = linkAlong(from.over);

    Register choice = build_.column(Op::Choice, parent, kCount, {});
    for (std::uint32_t earlier = 0; earlier < id; ++earlier) {
        if (typed_.apportionments[earlier].parent == from.parent) {
            choice =
                build_.column(Op::IntegerDivide, parent, kCount, {choice, pool(earlier).outcomes});
        }
    }
    Frame above = frameOf(from.parent, from.parentBinder);
    Frame rows = frameOf(from.list, from.binder);
    rows.rows.push_back({{from.parentBinder, {}}, toParent});
    std::vector<Register> counted;
    if (const Register exists = existsOf(from.list); exists != kNone) {
        counted.push_back(exists);
    }
    if (from.where != typed::kNone) {
        counted.push_back(expression(rows, from.where));
    }
    const Register rank = build_.column(Op::Rank, list, kCount, {toParent, column(from.ties)});
    const std::vector<Register> operands{toParent,
                                         expression(above, from.total),
                                         build_.allOf(list, std::move(counted)),
                                         expression(rows, from.by),
                                         expression(rows, from.each),
                                         rank,
                                         choice};
    Pool made;
    made.units = build_.column(Op::Apportion, list, kCount, operands);
    made.outcomes = build_.column(Op::ApportionOutcomes, parent, kCount, operands);
    return pools_[id] = made;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
Register Lowering::apportion(Frame& frame, const typed::Expr& expr) {
    return at(locate(frame, expr.operands[0]), pool(expr.index).units);
}

/// How many outcomes are equally right for one row of `parent`; kNone where nothing is apportioned.
Register Lowering::outcomesOf(TypedSpace parent) {
    Register all = kNone;
    for (std::uint32_t id = 0; id < typed_.apportionments.size(); ++id) {
        if (typed_.apportionments[id].parent != parent) {
            continue;
        }
        const Register one = pool(id).outcomes;
        all = all == kNone ? one : build_.column(Op::Multiply, space(parent), kCount, {all, one});
    }
    return all;
}

}  // namespace proviso::lowering
