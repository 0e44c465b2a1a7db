#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

#include <algorithm>

namespace proviso::lowering {

namespace {

/// The lowering asks for a column's inputs by calling itself; analysis bounds how long such chains
/// are.
constexpr std::uint32_t kMaxDepth = 4000;

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by kMaxDepth
Register Lowering::column(ColumnId id) {
    const auto found = columns_.find(id);
    if (found != columns_.end()) {
        return found->second;
    }
    PROVISO_CHECK(++depth_ < kMaxDepth,
                  "columns read one another in a cycle or in too long a chain");
    const Register made = lowerColumn(id);
    --depth_;
    return columns_[id] = made;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by kMaxDepth
Register Lowering::lowerColumn(ColumnId id) {
    const typed::Column& column = typed_.columns[id];
    switch (column.kind) {
    case typed::ColumnKind::Stored: {
        if (typed_.spaces[column.space].kind == typed::SpaceKind::Group) {
            return groupColumn(id);
        }
        Instruction instruction;
        instruction.op = Op::Input;
        instruction.space = space(column.space);
        instruction.index = column.field;
        instruction.type = column.type;
        return build_.emit(std::move(instruction));
    }
    case typed::ColumnKind::Computed:
        return definitionColumn(typed_.definitions[column.definition]);
    case typed::ColumnKind::Collected:
        return collectedColumn(id);
    case typed::ColumnKind::Decided:
        return decisionValue(column.decision);
    case typed::ColumnKind::Instant: {
        const typed::Collect& collect = typed_.collects[typed_.spaces[column.space].collect];
        const std::uint32_t at = space(column.space);
        return build_.column(id == collect.start ? Op::InstantStart : Op::InstantEnd,
                             at,
                             column.type,
                             {link(typed_.spaces[column.space].toParent)});
    }
    }
    PROVISO_CHECK(false, "all kinds of columns are lowered");
    return kNone;
}

Register Lowering::definitionColumn(const typed::Definition& definition) {
    const TypedSpace owner = typed_.columns[definition.column].space;
    Frame frame = frameOf(owner, definition.binder);
    const auto& alternatives = definition.alternatives;
    if (alternatives.size() == 1 && alternatives[0].inForce.period.from == INT64_MIN &&
        alternatives[0].inForce.period.through == INT64_MAX &&
        alternatives[0].inForce.published == INT64_MIN) {
        return expression(frame, alternatives[0].value);
    }
    std::vector<Register> operands{dateOf(owner)};
    std::vector<bytecode::InForcePeriod> periods;
    for (const auto& alternative : alternatives) {
        operands.push_back(expression(frame, alternative.value));
        periods.push_back(period(alternative.inForce));
    }
    Instruction instruction;
    instruction.op = Op::DatedSelect;
    instruction.space = frame.space;
    instruction.type = build_.typeOf(operands.back());
    instruction.index = static_cast<std::uint32_t>(out_.datedLists.size());
    instruction.operands = std::move(operands);
    out_.datedLists.push_back(std::move(periods));
    return build_.emit(std::move(instruction));
}

Register Lowering::collectedColumn(ColumnId id) {
    const typed::Column& column = typed_.columns[id];
    const typed::Collect& collect = typed_.collects[typed_.spaces[column.space].collect];
    const auto field =
        std::find(collect.fields.begin(), collect.fields.end(), id) - collect.fields.begin();
    PROVISO_CHECK(static_cast<std::size_t>(field) < collect.fields.size(),
                  "a collected column is a field of its rows");
    Frame frame;
    frame.space = space(column.space);
    if (collect.from != typed::kNone) {
        frame.rows.push_back({{collect.self, {}}, kNone});
        return expression(frame, collect.rows[0].fields[static_cast<std::size_t>(field)]);
    }
    if (!collect.onePer.empty()) {
        frame.rows.push_back({{collect.self, {}}, kNone});
        frame.rows.push_back(
            {{collect.binder, {}},
             build_.link(
                 Op::FirstRow, frame.space, space(collect.source), {link(collect.members)})});
        return expression(frame, collect.rows[0].fields[static_cast<std::size_t>(field)]);
    }
    const Register origin = link(collect.origin);
    frame.rows.push_back({{collect.binder, {}}, origin});
    if (collect.self != typed::kNone) {
        frame.rows.push_back({{collect.self, {}}, kNone});
    }
    if (collect.rows.size() == 1) {
        return expression(frame, collect.rows[0].fields[static_cast<std::size_t>(field)]);
    }
    std::vector<Register> operands{
        build_.column(Op::BranchOf, frame.space, {TypeKind::Number, 0, 0}, {origin})};
    for (const auto& row : collect.rows) {
        operands.push_back(expression(frame, row.fields[static_cast<std::size_t>(field)]));
    }
    const Type type = build_.typeOf(operands.back());
    return build_.column(Op::BranchSelect, frame.space, type, std::move(operands));
}

bytecode::Shown Lowering::shownColumn(ColumnId id) {
    Frame frame;
    frame.space = space(typed_.columns[id].space);
    return shownAt(frame, Location{frame.space, kNone, kNone}, id);
}

/// A column as people see it, read from where `location` stands.
bytecode::Shown Lowering::shownAt(Frame& frame, const Location& location, ColumnId id) {
    static_cast<void>(frame);
    const typed::Column& from = typed_.columns[id];
    bytecode::Shown shown;
    shown.name = from.name;
    shown.type = from.type;
    if (from.kind == typed::ColumnKind::Decided) {
        shown.decision = from.decision;
    }
    if (from.type.kind != TypeKind::Set && from.type.kind != TypeKind::Step) {
        shown.value = at(location, column(id));
        return shown;
    }
    const std::uint32_t count = memberCount(typed_.decisions[from.decision]);
    for (std::uint32_t member = 0; member < count; ++member) {
        shown.members.push_back(at(location, decisionMember(from.decision, member)));
    }
    if (from.type.kind == TypeKind::Step) {
        shown.date = at(location, dateOf(from.space));
    }
    return shown;
}

}  // namespace proviso::lowering
