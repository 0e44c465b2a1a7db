#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

#include <algorithm>

namespace proviso::lowering {

using typed::ExprKind;

namespace {

Op plainOp(ExprKind kind) {
    switch (kind) {
    case ExprKind::Add:
        return Op::Add;
    case ExprKind::Subtract:
        return Op::Subtract;
    case ExprKind::Multiply:
        return Op::Multiply;
    case ExprKind::Rescale:
        return Op::Rescale;
    case ExprKind::IntegerDivide:
        return Op::IntegerDivide;
    case ExprKind::Modulo:
        return Op::Modulo;
    case ExprKind::Negate:
        return Op::Negate;
    case ExprKind::Round:
        return Op::Round;
    case ExprKind::RoundRatio:
        return Op::RoundRatio;
    case ExprKind::Compare:
        return Op::Compare;
    case ExprKind::CompareRatio:
        return Op::CompareRatio;
    case ExprKind::Not:
        return Op::Not;
    case ExprKind::Select:
        return Op::Select;
    case ExprKind::OrElse:
        return Op::OrElse;
    case ExprKind::IsKnown:
        return Op::IsKnown;
    case ExprKind::IsApplicable:
        return Op::IsApplicable;
    case ExprKind::InSet:
        return Op::InSet;
    case ExprKind::Accepts:
        return Op::Accepts;
    case ExprKind::DatePart:
        return Op::DatePart;
    case ExprKind::PeriodStart:
        return Op::PeriodStart;
    case ExprKind::PeriodEnd:
        return Op::PeriodEnd;
    case ExprKind::WordCount:
        return Op::WordCount;
    case ExprKind::Similarity:
        return Op::Similarity;
    case ExprKind::DrawNumber:
        return Op::DrawNumber;
    case ExprKind::ReadParameter:
        return Op::Parameter;
    case ExprKind::LookupTable:
        return Op::TableLookup;
    default:
        break;
    }
    PROVISO_CHECK(false, "the expression is not a plain operation");
    return Op::Add;
}

std::uint8_t modeOf(const typed::Expr& expr) {
    switch (expr.kind) {
    case ExprKind::Compare:
    case ExprKind::CompareRatio:
        return static_cast<std::uint8_t>(expr.comparison);
    case ExprKind::Round:
    case ExprKind::RoundRatio:
        return static_cast<std::uint8_t>(expr.rounding);
    default:
        return 0;
    }
}

}  // namespace

Frame Lowering::frameOf(TypedSpace typedSpace, BinderId binder) {
    Frame frame;
    frame.space = space(typedSpace);
    frame.rows.push_back({{binder, {}}, kNone});
    return frame;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit and by columns
Register Lowering::expression(Frame& frame, ExprId id) {
    const auto found = frame.done.find(id);
    if (found != frame.done.end()) {
        return found->second;
    }
    const Register made = lowerExpression(frame, typed_.exprs[id]);
    frame.done[id] = made;
    return made;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
Register Lowering::map(Frame& frame, const typed::Expr& expr, Op op) {
    Instruction instruction;
    instruction.op = op;
    instruction.mode = modeOf(expr);
    instruction.space = frame.space;
    instruction.type = expr.type;
    instruction.immediate = expr.value;
    switch (expr.kind) {
    case ExprKind::ReadParameter:
    case ExprKind::LookupTable:
    case ExprKind::InSet:
    case ExprKind::Accepts:
        instruction.index = expr.index;
        break;
    default:
        break;
    }
    for (const ExprId operand : expr.operands) {
        instruction.operands.push_back(expression(frame, operand));
    }
    return build_.emit(std::move(instruction));
}

// NOLINTNEXTLINE(misc-no-recursion): as above
Register Lowering::lowerExpression(Frame& frame, const typed::Expr& expr) {
    switch (expr.kind) {
    case ExprKind::Constant:
        return build_.constant(frame.space, expr.type, storedValue(expr.type, expr.value));
    case ExprKind::NotApplicable:
        return build_.notApplicable(frame.space, expr.type);
    case ExprKind::BinderRow:
    case ExprKind::UpRow: {
        const auto id = static_cast<ExprId>(&expr - typed_.exprs.data());
        const Location location = locate(frame, id);
        if (location.rows != kNone) {
            return location.rows;
        }
        PROVISO_CHECK(location.link != kNone, "a row is a value only when another row is named");
        return build_.column(
            Op::RowOfLink, frame.space, {TypeKind::Row, 0, location.space}, {location.link});
    }
    case ExprKind::ReadColumn:
        return at(locate(frame, expr.operands[0]), column(expr.index));
    case ExprKind::ReadMember:
        return at(locate(frame, expr.operands[0]),
                  decisionMember(typed_.columns[expr.index].decision,
                                 static_cast<std::uint32_t>(expr.value)));
    case ExprKind::And:
    case ExprKind::Or: {
        std::vector<Register> operands;
        for (const ExprId operand : expr.operands) {
            operands.push_back(expression(frame, operand));
        }
        return expr.kind == ExprKind::And ? build_.allOf(frame.space, std::move(operands))
                                          : build_.anyOf(frame.space, std::move(operands));
    }
    case ExprKind::InForceAt:
        return inForce(period(expr.periods[0]), expression(frame, expr.operands[0]));
    case ExprKind::Dated: {
        Instruction instruction;
        instruction.op = Op::DatedSelect;
        instruction.space = frame.space;
        instruction.type = expr.type;
        for (const ExprId operand : expr.operands) {
            instruction.operands.push_back(expression(frame, operand));
        }
        std::vector<bytecode::InForcePeriod> periods;
        for (const auto& alternative : expr.periods) {
            periods.push_back(period(alternative));
        }
        instruction.index = static_cast<std::uint32_t>(out_.datedLists.size());
        out_.datedLists.push_back(std::move(periods));
        return build_.emit(std::move(instruction));
    }
    case ExprKind::UnknownIf: {
        Instruction instruction;
        instruction.op = Op::UnknownIf;
        instruction.space = frame.space;
        instruction.type = kYesNo;
        instruction.index = build_.text(expr.text);
        instruction.operands = {expression(frame, expr.operands[0])};
        return build_.emit(std::move(instruction));
    }
    case ExprKind::Fold:
    case ExprKind::FoldRow:
        return fold(frame, expr);
    case ExprKind::Apportion:
        return apportion(frame, expr);
    default:
        return map(frame, expr, plainOp(expr.kind));
    }
}

Register Lowering::inForce(const bytecode::InForcePeriod& wanted, Register date) {
    const auto same = [&](const bytecode::InForcePeriod& known) {
        return known.from == wanted.from && known.through == wanted.through &&
               known.published == wanted.published;
    };
    const auto found = std::find_if(out_.periods.begin(), out_.periods.end(), same);
    Instruction instruction;
    instruction.op = Op::InForce;
    instruction.space = build_.spaceOf(date);
    instruction.type = kYesNo;
    instruction.index = static_cast<std::uint32_t>(found - out_.periods.begin());
    if (found == out_.periods.end()) {
        out_.periods.push_back(wanted);
    }
    instruction.operands = {date};
    return build_.emit(std::move(instruction));
}

std::optional<Location> Lowering::resolve(const Frame& frame, const RowName& name) {
    const Frame::Row* best = nullptr;
    for (const auto& row : frame.rows) {
        const auto& known = row.name.path;
        const bool isPrefix = row.name.binder == name.binder && known.size() <= name.path.size() &&
                              std::equal(known.begin(), known.end(), name.path.begin());
        if (isPrefix && (best == nullptr || known.size() > best->name.path.size())) {
            best = &row;
        }
    }
    if (best == nullptr) {
        return std::nullopt;
    }
    Location location{frame.space, best->link, kNone};
    if (best->link != kNone) {
        location.space = out_.code[best->link].target;
    }
    for (std::size_t i = best->name.path.size(); i < name.path.size(); ++i) {
        location.link = build_.compose(location.link, link(name.path[i]));
        location.space = out_.code[location.link].target;
    }
    return location;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
Location Lowering::locate(Frame& frame, ExprId row) {
    RowName name;
    const typed::Expr* expr = &typed_.exprs[row];
    ExprId root = row;
    while (expr->kind == ExprKind::UpRow) {
        name.path.insert(name.path.begin(), expr->index);
        root = expr->operands[0];
        expr = &typed_.exprs[root];
    }
    if (expr->kind == ExprKind::BinderRow) {
        name.binder = expr->index;
        const auto found = resolve(frame, name);
        PROVISO_CHECK(found.has_value(),
                      "every row that is named can be reached from where it is read");
        return *found;
    }
    Location location;
    location.rows = expression(frame, root);
    location.space = space(expr->type.ref);
    for (const LinkId up : name.path) {
        const Register target = link(up);
        const Register rows = build_.column(
            Op::RowOfLink, location.space, {TypeKind::Row, 0, out_.code[target].target}, {target});
        location.rows = build_.gather(rows, location.rows);
        location.space = out_.code[target].target;
    }
    return location;
}

Register Lowering::at(const Location& location, Register column) {
    PROVISO_CHECK(build_.spaceOf(column) == location.space,
                  "a column is read in its own row space");
    return location.rows != kNone ? build_.gather(column, location.rows)
                                  : build_.spread(column, location.link);
}

}  // namespace proviso::lowering
