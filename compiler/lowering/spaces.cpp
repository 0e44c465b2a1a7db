#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

#include <algorithm>
#include <set>

namespace proviso::lowering {

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

void Lowering::buildGroup(TypedSpace id) {
    const typed::Grouping& grouping = typed_.groupings[typed_.spaces[id].grouping];
    std::vector<Register> keys;
    for (const ColumnId key : grouping.keys) {
        keys.push_back(column(key));
    }
    const auto index = static_cast<std::uint32_t>(out_.spaces.size());
    spaces_[id] = index;
    bytecode::SpaceInfo info;
    info.kind = bytecode::SpaceInfo::Kind::Group;
    info.name = typed_.spaces[id].name;
    out_.spaces.push_back(info);
    Instruction instruction;
    instruction.op = Op::GroupBy;
    instruction.space = space(grouping.record);
    instruction.target = index;
    instruction.index = index;
    instruction.operands = std::move(keys);
    const Register membership = build_.emit(std::move(instruction));
    links_[grouping.membership] = membership;
    out_.spaces[index].membership = membership;
}

void Lowering::buildCollected(TypedSpace id) {
    const typed::Collect& collect = typed_.collects[typed_.spaces[id].collect];
    const Register toParent = linkAlong(collect.over);
    Frame frame = frameOf(collect.source, collect.binder);
    const Register sourceExists = existsOf(collect.source);

    const auto newSpace = [&](bytecode::SpaceInfo::Kind kind) {
        const auto index = static_cast<std::uint32_t>(out_.spaces.size());
        spaces_[id] = index;
        bytecode::SpaceInfo info;
        info.kind = kind;
        info.name = typed_.spaces[id].name;
        info.listName = typed_.spaces[id].listName;
        out_.spaces.push_back(std::move(info));
        return index;
    };

    if (!collect.onePer.empty()) {
        std::vector<Register> operands{toParent};
        for (const ExprId key : collect.onePer) {
            operands.push_back(expression(frame, key));
        }
        const std::uint32_t index = newSpace(bytecode::SpaceInfo::Kind::Keyed);
        Instruction instruction;
        instruction.op = Op::BuildKeyed;
        instruction.space = frame.space;
        instruction.target = index;
        instruction.index = index;
        instruction.operands = std::move(operands);
        const Register members = build_.emit(std::move(instruction));
        links_[collect.members] = members;
        const Register first = build_.link(Op::FirstRow, index, frame.space, {members});
        links_[typed_.spaces[id].toParent] = build_.compose(first, toParent);
        exists_[id] = sourceExists == kNone
                          ? kNone
                          : build_.column(Op::FoldAny, index, kYesNo, {members, sourceExists});
        return;
    }

    std::vector<Register> whens;
    for (const auto& row : collect.rows) {
        std::vector<Register> conditions;
        if (sourceExists != kNone) {
            conditions.push_back(sourceExists);
        }
        if (row.when != typed::kNone) {
            conditions.push_back(expression(frame, row.when));
        }
        whens.push_back(build_.allOf(frame.space, std::move(conditions)));
    }
    const std::uint32_t index = newSpace(bytecode::SpaceInfo::Kind::Rows);
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

void Lowering::buildPairs(TypedSpace id) {
    const typed::Space& pairs = typed_.spaces[id];
    const Register toParent = linkAlong(pairs.pairsOver);
    const auto index = static_cast<std::uint32_t>(out_.spaces.size());
    spaces_[id] = index;
    bytecode::SpaceInfo info;
    info.kind = bytecode::SpaceInfo::Kind::Pairs;
    info.name = pairs.name;
    out_.spaces.push_back(std::move(info));
    const std::uint32_t source = space(pairs.pairsOf);
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

Register Lowering::dateOf(TypedSpace id) {
    const typed::Space& dated = typed_.spaces[id];
    PROVISO_CHECK(dated.governingDate != typed::kNone,
                  "a row that reads dated texts has a governing date");
    return build_.spread(column(dated.governingDate), linkAlong(dated.governingPath));
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
        Register rank = kNone;
        if (from.kind == typed::SpaceKind::Collected) {
            std::vector<Register> operands{toParent};
            for (const ColumnId order : typed_.collects[from.collect].order) {
                operands.push_back(column(order));
            }
            rank = build_.column(Op::Rank, index, {TypeKind::Number, 0, 0}, std::move(operands));
        }
        const Register exists = existsOf(id);
        bytecode::SpaceInfo& info = out_.spaces[index];
        info.columns = std::move(columns);
        info.toParent = toParent;
        info.exists = exists;
        info.rank = rank;
        if (from.parent != typed::kNone) {
            info.parent = spaces_.at(from.parent);
        }
        if (from.kind == typed::SpaceKind::Pairs) {
            info.first = link(from.first);
            info.second = link(from.second);
        }
    }
}

/// Records whose groups overlap must be evaluated together: the keys that all groupings share bring
/// them together.
void Lowering::lowerPartition() {
    if (typed_.groupings.empty()) {
        return;
    }
    std::set<std::uint32_t> shared;
    bool first = true;
    for (const auto& grouping : typed_.groupings) {
        std::set<std::uint32_t> keys;
        for (const ColumnId key : grouping.keys) {
            keys.insert(typed_.columns[key].field);
        }
        if (first) {
            shared = std::move(keys);
        } else {
            std::set<std::uint32_t> both;
            std::set_intersection(shared.begin(),
                                  shared.end(),
                                  keys.begin(),
                                  keys.end(),
                                  std::inserter(both, both.begin()));
            shared = std::move(both);
        }
        first = false;
    }
    out_.partition.assign(shared.begin(), shared.end());
    out_.wholeFile = shared.empty();
}

}  // namespace proviso::lowering
