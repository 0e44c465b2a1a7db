#include "compiler/lowering/context.h"

namespace proviso::lowering {

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
