#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

namespace proviso::lowering {

// NOLINTBEGIN(misc-no-recursion): a space is made of others that are declared and of columns, whose
// depth kMaxDepth bounds
std::uint32_t Lowering::space(TypedSpace id) {
    const auto found = spaces_.find(id);
    if (found != spaces_.end()) {
        return found->second;
    }
    switch (typed_.spaces[id].kind) {
    case typed::SpaceKind::Group:
        buildGroup(id);
        break;
    case typed::SpaceKind::Collected:
        buildCollected(id);
        break;
    case typed::SpaceKind::Pairs:
        buildPairs(id);
        break;
    case typed::SpaceKind::Covers:
        space(typed_.spaces[id].parent);
        break;
    case typed::SpaceKind::Record:
    case typed::SpaceKind::List:
        PROVISO_CHECK(false, "input spaces are made with the schema");
    }
    return spaces_.at(id);
}

Register Lowering::link(LinkId id) {
    const auto found = links_.find(id);
    if (found != links_.end()) {
        return found->second;
    }
    const typed::Link& link = typed_.links[id];
    if (link.kind == typed::Link::Kind::Parent &&
        typed_.spaces[link.from].kind == typed::SpaceKind::List) {
        Instruction instruction;
        instruction.op = Op::InputParent;
        instruction.space = space(link.from);
        instruction.index = space(link.to);
        instruction.target = instruction.index;
        return links_[id] = build_.emit(std::move(instruction));
    }
    // Making the spaces at both ends also makes the links between them.
    space(link.from);
    space(link.to);
    if (link.kind == typed::Link::Kind::Group &&
        typed_.spaces[link.from].kind == typed::SpaceKind::Group) {
        return links_[id] = nestedLink(link);
    }
    PROVISO_CHECK(links_.count(id) == 1, "every link belongs to a space that makes it");
    return links_.at(id);
}

Register Lowering::linkAlong(const std::vector<LinkId>& links) {
    Register all = kNone;
    for (const LinkId next : links) {
        all = build_.compose(all, link(next));
    }
    return all;
}

std::uint32_t Lowering::newSpace(TypedSpace id, bytecode::SpaceInfo::Kind kind) {
    const auto index = static_cast<std::uint32_t>(out_.spaces.size());
    spaces_[id] = index;
    bytecode::SpaceInfo info;
    info.kind = kind;
    info.name = typed_.spaces[id].name;
    info.listName = typed_.spaces[id].listName;
    info.partitionClass = classOf(id);
    out_.spaces.push_back(std::move(info));
    return index;
}

void Lowering::buildCollected(TypedSpace id) {
    const typed::Collect& collect = typed_.collects[typed_.spaces[id].collect];
    const Register toParent = linkAlong(collect.over);
    Frame frame = frameOf(collect.source, collect.binder);
    if (collect.from != typed::kNone) {
        buildInstants(id, frame, toParent);
        return;
    }
    if (!collect.onePer.empty()) {
        buildKeyed(id, frame, toParent);
        return;
    }
    const Register sourceExists = existsOf(collect.source);
    Register there = kNone;
    if (mayLeadNowhere(collect.over)) {
        // A row that belongs to no group is not among the rows of any.
        const Register yes = build_.constant(out_.code[toParent].target, kYesNo, 1);
        const Register leads = build_.spread(yes, toParent);
        const Register no = build_.constant(frame.space, kYesNo, 0);
        there = build_.allOf(frame.space,
                             {build_.column(Op::IsKnown, frame.space, kYesNo, {leads}),
                              build_.column(Op::OrElse, frame.space, kYesNo, {leads, no})});
    }
    std::vector<Register> whens;
    for (const auto& row : collect.rows) {
        std::vector<Register> conditions;
        if (there != kNone) {
            conditions.push_back(there);
        }
        if (sourceExists != kNone) {
            conditions.push_back(sourceExists);
        }
        if (row.when != typed::kNone) {
            conditions.push_back(expression(frame, row.when));
        }
        whens.push_back(build_.allOf(frame.space, std::move(conditions)));
    }
    const std::uint32_t index = newSpace(id, bytecode::SpaceInfo::Kind::Rows);
    Instruction instruction;
    instruction.op = Op::BuildRows;
    instruction.space = index;
    instruction.target = frame.space;
    instruction.index = frame.space;
    instruction.operands = std::move(whens);
    const Register origin = build_.emit(std::move(instruction));
    links_[collect.origin] = origin;
    links_[typed_.spaces[id].toParent] = build_.compose(origin, toParent);
    exists_[id] = build_.column(Op::RowExists, index, kYesNo, {origin});
}

/// One row for each combination of keys.
void Lowering::buildKeyed(TypedSpace id, Frame& source, Register toParent) {
    const typed::Collect& collect = typed_.collects[typed_.spaces[id].collect];
    const Register sourceExists = existsOf(collect.source);
    std::vector<Register> operands{toParent};
    for (const ExprId key : collect.onePer) {
        operands.push_back(expression(source, key));
    }
    const std::uint32_t index = newSpace(id, bytecode::SpaceInfo::Kind::Keyed);
    Instruction instruction;
    instruction.op = Op::BuildKeyed;
    instruction.space = source.space;
    instruction.target = index;
    instruction.index = index;
    instruction.operands = std::move(operands);
    const Register members = build_.emit(std::move(instruction));
    links_[collect.members] = members;
    const Register first = build_.link(Op::FirstRow, index, source.space, {members});
    links_[typed_.spaces[id].toParent] = build_.compose(first, toParent);
    exists_[id] = sourceExists == kNone
                      ? kNone
                      : build_.column(Op::FoldAny, index, kYesNo, {members, sourceExists});
}

/// One row for each stretch of time in which the same rows cover, with the rows that cover it.
void Lowering::buildInstants(TypedSpace id, Frame& source, Register toParent) {
    const typed::Collect& collect = typed_.collects[typed_.spaces[id].collect];
    const Register sourceExists = existsOf(collect.source);
    Instruction instruction;
    instruction.op = Op::BuildInstants;
    instruction.target = out_.code[toParent].target;
    instruction.index = source.space;
    instruction.operands = {
        toParent, expression(source, collect.from), expression(source, collect.to)};
    const std::uint32_t index = newSpace(id, bytecode::SpaceInfo::Kind::Instants);
    instruction.space = index;
    const Register instants = build_.emit(std::move(instruction));
    links_[typed_.spaces[id].toParent] = instants;

    Instruction members;
    members.op = Op::BuildCovers;
    members.space = newSpace(collect.covers, bytecode::SpaceInfo::Kind::Covers);
    members.target = index;
    members.index = index;
    members.operands = {instants};
    const std::uint32_t coversSpace = members.space;
    const Register covers = build_.emit(std::move(members));
    const typed::Space& covering = typed_.spaces[collect.covers];
    links_[covering.toParent] = covers;
    const Register second = build_.link(Op::SecondOf, coversSpace, source.space, {covers});
    links_[covering.first] = second;
    const Register certain = build_.column(Op::SecondExists, coversSpace, kYesNo, {covers});
    if (sourceExists == kNone) {
        exists_[collect.covers] = certain;
        exists_[id] = build_.column(Op::SecondExists, index, kYesNo, {instants});
        return;
    }
    const Register both = build_.allOf(coversSpace, {certain, build_.spread(sourceExists, second)});
    exists_[collect.covers] = both;
    exists_[id] = build_.column(Op::FoldAny, index, kYesNo, {covers, both});
}

void Lowering::buildPairs(TypedSpace id) {
    const typed::Space& pairs = typed_.spaces[id];
    const Register toParent = linkAlong(pairs.pairsOver);
    const std::uint32_t source = space(pairs.pairsOf);
    const std::uint32_t index = newSpace(id, bytecode::SpaceInfo::Kind::Pairs);
    Instruction instruction;
    instruction.op = Op::BuildPairs;
    instruction.space = index;
    instruction.target = source;
    instruction.index = source;
    instruction.operands = {toParent};
    const Register first = build_.emit(std::move(instruction));
    const Register second = build_.link(Op::PairSecond, index, source, {first});
    links_[pairs.first] = first;
    links_[pairs.second] = second;
    if (pairs.toParent != typed::kNone) {
        links_[pairs.toParent] = build_.compose(first, toParent);
    }
    const Register sourceExists = existsOf(pairs.pairsOf);
    exists_[id] = sourceExists == kNone ? kNone
                                        : build_.allOf(index,
                                                       {build_.spread(sourceExists, first),
                                                        build_.spread(sourceExists, second)});
}

/// Whether a row is certain to be there; kNone where every row is.
Register Lowering::existsOf(TypedSpace id) {
    space(id);
    const auto found = exists_.find(id);
    return found == exists_.end() ? kNone : found->second;
}
// NOLINTEND(misc-no-recursion)

Register Lowering::dateOf(TypedSpace id) {
    const typed::Space& dated = typed_.spaces[id];
    PROVISO_CHECK(dated.governingDate != typed::kNone,
                  "a row that reads dated texts has a governing date");
    return build_.spread(column(dated.governingDate), linkAlong(dated.governingPath));
}

/// The position of a row in its list: as declared, otherwise as it came.
Register Lowering::rankOf(TypedSpace id) {
    const typed::Space& ranked = typed_.spaces[id];
    const std::uint32_t index = space(id);
    std::vector<Register> operands{link(ranked.toParent)};
    if (ranked.kind == typed::SpaceKind::Collected) {
        for (const ColumnId order : typed_.collects[ranked.collect].order) {
            operands.push_back(column(order));
        }
    }
    return build_.column(Op::Rank, index, {TypeKind::Number, 0, 0}, std::move(operands));
}

void Lowering::lowerSpaceInfo() {
    for (TypedSpace id = 0; id < typed_.spaces.size(); ++id) {
        const typed::Space& from = typed_.spaces[id];
        const std::uint32_t index = space(id);
        std::vector<bytecode::Shown> columns;
        for (const ColumnId member : from.columns) {
            columns.push_back(shownColumn(member));
        }
        Register toParent = from.toParent == typed::kNone ? kNone : link(from.toParent);
        const Register rank = from.kind == typed::SpaceKind::Collected ? rankOf(id) : kNone;
        const Register exists = existsOf(id);
        bytecode::SpaceInfo& info = out_.spaces[index];
        info.columns = std::move(columns);
        info.toParent = toParent;
        info.exists = exists;
        info.rank = rank;
        if (from.parent != typed::kNone) {
            info.parent = spaces_.at(from.parent);
        }
        if (from.first != typed::kNone) {
            info.first = link(from.first);
        }
        if (from.second != typed::kNone) {
            info.second = link(from.second);
        }
    }
}

}  // namespace proviso::lowering
