#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

#include <algorithm>

namespace proviso::lowering {

// NOLINTNEXTLINE(misc-no-recursion): keys are computed from one record alone
void Lowering::buildGroup(TypedSpace id) {
    const typed::Grouping& grouping = typed_.groupings[typed_.spaces[id].grouping];
    std::vector<Register> keys;
    for (std::size_t key = 0; key < grouping.keys.size(); ++key) {
        keys.push_back(
            build_.spread(column(grouping.keys[key]), linkAlong(grouping.keyPaths[key])));
    }
    const std::uint32_t record = space(grouping.record);
    const std::uint32_t index = newSpace(id, bytecode::SpaceInfo::Kind::Group);
    Instruction instruction;
    instruction.op = Op::GroupBy;
    instruction.space = record;
    instruction.target = index;
    instruction.index = index;
    instruction.operands = std::move(keys);
    const Register membership = build_.emit(std::move(instruction));
    links_[grouping.membership] = membership;
    out_.spaces[index].membership = membership;
    out_.spaces[index].complete = grouping.complete;
}

/// The rows of a finer group all belong to one coarser group: that of the first.
Register Lowering::nestedLink(const typed::Link& link) {
    const typed::Grouping& fine = typed_.groupings[typed_.spaces[link.from].grouping];
    const typed::Grouping& coarse = typed_.groupings[typed_.spaces[link.to].grouping];
    const Register first = build_.link(
        Op::FirstRow, space(link.from), space(fine.record), {this->link(fine.membership)});
    return build_.compose(first, this->link(coarse.membership));
}

/// A key is the same in all rows of a group: it is read from the first.
// NOLINTNEXTLINE(misc-no-recursion): keys are computed from one record alone
Register Lowering::groupKey(const typed::Grouping& grouping, std::size_t key) {
    const Register first = build_.link(
        Op::FirstRow, space(grouping.space), space(grouping.record), {link(grouping.membership)});
    return build_.spread(column(grouping.keys[key]),
                         build_.compose(first, linkAlong(grouping.keyPaths[key])));
}

// NOLINTNEXTLINE(misc-no-recursion): as above
Register Lowering::groupColumn(ColumnId id) {
    const typed::Space& group = typed_.spaces[typed_.columns[id].space];
    const typed::Grouping& grouping = typed_.groupings[group.grouping];
    const auto key = static_cast<std::size_t>(
        std::find(group.columns.begin(), group.columns.end(), id) - group.columns.begin());
    PROVISO_CHECK(key < grouping.keys.size(), "a group's stored columns are its keys");
    return groupKey(grouping, key);
}

/// Whether a row may have none that the links lead to: where a key may be no value, or where not
/// every row is collected.
bool Lowering::mayLeadNowhere(const std::vector<LinkId>& links) const {
    return std::any_of(links.begin(), links.end(), [&](LinkId id) {
        const typed::Link& link = typed_.links[id];
        if (link.kind == typed::Link::Kind::Member) {
            return true;
        }
        if (link.kind != typed::Link::Kind::Group ||
            typed_.spaces[link.from].kind == typed::SpaceKind::Group) {
            return false;
        }
        const auto& keys = typed_.groupings[typed_.spaces[link.to].grouping].keys;
        return std::any_of(keys.begin(), keys.end(), [&](ColumnId key) {
            const typed::Column& column = typed_.columns[key];
            return column.kind != typed::ColumnKind::Stored || column.canBeUnknown;
        });
    });
}

/// Groupings that nest in one another, directly or through others, are one class.
void Lowering::findClasses() {
    const auto& groupings = typed_.groupings;
    std::vector<std::uint32_t> root(groupings.size());
    for (std::uint32_t id = 0; id < root.size(); ++id) {
        root[id] = id;
    }
    // Few groupings: no need for anything faster.
    for (std::uint32_t id = 0; id < groupings.size(); ++id) {
        for (const LinkId up : groupings[id].nestedIn) {
            const std::uint32_t other = typed_.spaces[typed_.links[up].to].grouping;
            const auto [low, high] = std::minmax(root[id], root[other]);
            std::replace(root.begin(), root.end(), std::uint32_t{high}, std::uint32_t{low});
        }
    }
    classes_.assign(groupings.size(), kNone);
    std::vector<std::uint32_t> coarsest;
    for (std::uint32_t id = 0; id < groupings.size(); ++id) {
        if (root[id] == id) {
            classes_[id] = static_cast<std::uint32_t>(coarsest.size());
            coarsest.push_back(id);
            continue;
        }
        classes_[id] = classes_[root[id]];
        std::uint32_t& known = coarsest[classes_[id]];
        if (groupings[id].keys.size() < groupings[known].keys.size()) {
            known = id;
        }
    }
    for (const std::uint32_t id : coarsest) {
        out_.classes.push_back({typed_.spaces[groupings[id].space].name, {}});
    }
}

/// The class of a group and of what hangs below one.
// NOLINTNEXTLINE(misc-no-recursion): as deep as lists are nested
std::uint32_t Lowering::classOf(TypedSpace id) const {
    const typed::Space& space = typed_.spaces[id];
    switch (space.kind) {
    case typed::SpaceKind::Group:
        return classes_[space.grouping];
    case typed::SpaceKind::Collected:
    case typed::SpaceKind::Pairs:
    case typed::SpaceKind::Covers:
        return space.parent == typed::kNone ? kNone : classOf(space.parent);
    case typed::SpaceKind::Record:
    case typed::SpaceKind::List:
        break;
    }
    return kNone;
}

/// What all rows of a class have in common brings their records together.
void Lowering::lowerClasses() {
    for (std::uint32_t id = 0; id < typed_.groupings.size(); ++id) {
        const auto first = std::find(classes_.begin(), classes_.end(), classes_[id]);
        if (first - classes_.begin() != static_cast<std::ptrdiff_t>(id)) {
            continue;
        }
        for (const ColumnId key : typed_.groupings[id].together) {
            PROVISO_CHECK(typed_.columns[key].space == typed_.entry,
                          "what brings records together is a column of theirs");
            out_.classes[classes_[id]].keys.push_back(column(key));
        }
    }
}

}  // namespace proviso::lowering
