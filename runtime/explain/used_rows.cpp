#include "runtime/explain/used_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace proviso {

namespace {

using bytecode::kNone;
using bytecode::Op;
using bytecode::Register;
using bytecode::Shown;

constexpr std::size_t kMostRows = 20;

/// Of a fold: the register that says which rows count, the one with what each adds, if any,
/// and what is said about a row that only counts.
struct FoldParts {
    Register counts = kNone;
    Register value = kNone;
    const char* certain = "counts";
    const char* possible = "may count";
    bool showsNo = false;  ///< the rows for which `counts` is no
};

std::optional<FoldParts> foldParts(const bytecode::Instruction& made) {
    FoldParts parts;
    switch (made.op) {
    case Op::FoldTotal:
    case Op::FoldDistinct:
    case Op::FoldHighest:
    case Op::FoldLowest:
        parts.value = made.operands[2];
        break;
    case Op::FoldCount:
        break;
    case Op::FoldAny:
        parts.certain = "is one";
        parts.possible = "may be one";
        break;
    case Op::FoldEvery:
        parts.certain = "is not so";
        parts.possible = "may not be so";
        parts.showsNo = true;
        break;
    default:
        return std::nullopt;
    }
    parts.counts = made.operands[1];
    return parts;
}

void addMore(ExplainedNode& node, std::size_t rows) {
    if (rows > kMostRows) {
        ExplainedNode more;
        more.kind = "row";
        more.text = fmt::format("and {} more", rows - kMostRows);
        node.children.push_back(std::move(more));
    }
}

}  // namespace

UsedRows::UsedRows(engine::Places& places,
                   engine::Shower& shower,
                   std::uint32_t record,
                   bool showPrivate)
    : places_(places), shower_(shower), run_(places.run()), program_(places.program()),
      record_(record), showPrivate_(showPrivate) {
    for (Register reg = 0; reg < program_.code.size(); ++reg) {
        if (program_.code[reg].op == Op::SecondOf) {
            seconds_[program_.code[reg].operands[0]] = reg;
        }
    }
}

bool UsedRows::yes(Register reg, std::uint32_t row) const {
    const ColumnData& column = run_.column(reg);
    return column.state(row) == State::Value && column.values[row] != 0;
}

std::pair<Register, std::uint32_t> UsedRows::originOf(Register reg, std::uint32_t row) const {
    while (true) {
        const bytecode::Instruction& made = program_.code[reg];
        if (made.op == Op::Spread) {
            row = run_.link(made.operands[1])[row];
        } else if (made.op == Op::Gather) {
            const ColumnData& rows = run_.column(made.operands[1]);
            const auto named = static_cast<std::uint64_t>(rows.values[row]);
            if (rows.state(row) != State::Value ||
                named >= run_.column(made.operands[0]).values.size()) {
                return {kNone, 0};
            }
            row = static_cast<std::uint32_t>(named);
        } else if (made.op == Op::Select &&
                   run_.column(made.operands[0]).state(row) == State::Value) {
            reg = made.operands[yes(made.operands[0], row) ? 1 : 2];
            continue;
        } else {
            return {reg, row};
        }
        if (row == kNoIndex) {
            return {kNone, 0};
        }
        reg = made.operands[0];
    }
}

void UsedRows::add(ExplainedNode& node, Register reg, std::uint32_t row) {
    const auto [origin, originRow] = originOf(reg, row);
    if (origin == kNone) {
        return;
    }
    const bytecode::Instruction& made = program_.code[origin];
    const std::optional<FoldParts> parts = foldParts(made);
    if (!parts) {
        return;
    }
    const Register children = childLink(made.operands[0]);
    const std::uint32_t space =
        children == kNone ? program_.code[made.operands[0]].space : program_.code[children].target;
    const ColumnData& counts = run_.column(parts->counts);
    std::size_t used = 0;
    for (const std::uint32_t child : run_.children(made.operands[0], originRow)) {
        const bool possible = counts.state(child) == State::Unknown;
        const bool certain =
            counts.state(child) == State::Value && (counts.values[child] != 0) != parts->showsNo;
        if ((!possible && !certain) || ++used > kMostRows) {
            continue;
        }
        ExplainedNode part = rowNode(space, places_.follow(children, child));
        part.state = possible ? State::Unknown : State::Value;
        part.value = possible ? parts->possible : parts->certain;
        if (possible) {
            part.missing = places_.missing(parts->counts, child, record_, &part.reasons);
        }
        if (parts->value != kNone) {
            addValue(part, parts->value, child, possible);
        }
        node.children.push_back(std::move(part));
    }
    addMore(node, used);
}

/// What a row adds; of one that may not count, what it would.
void UsedRows::addValue(ExplainedNode& part, Register value, std::uint32_t row, bool possible) {
    Shown shown;
    shown.type = program_.code[value].type;
    shown.value = value;
    const State state = run_.column(value).state(row);
    if (state == State::Unknown) {
        part.state = State::Unknown;
        for (std::string& place : places_.missing(value, row, record_, &part.reasons)) {
            part.missing.push_back(std::move(place));
        }
        std::sort(part.missing.begin(), part.missing.end());
        part.missing.erase(std::unique(part.missing.begin(), part.missing.end()),
                           part.missing.end());
    }
    const auto [origin, originRow] = originOf(value, row);
    const bool isHidden = !showPrivate_ && state == State::Value && origin != kNone &&
                          program_.code[origin].op == Op::Input &&
                          program_.schema.spaces[program_.code[origin].space]
                              .fields[program_.code[origin].index]
                              .isPrivate;
    const std::string text = isHidden ? "not shown" : shower_.people(shown, row);
    part.value = possible ? fmt::format("{}, perhaps", text) : text;
}

/// Rows that stand for others, in windows and products: the link to these.
Register UsedRows::childLink(Register toParent) const {
    const bytecode::Instruction& made = program_.code[toParent];
    if (made.op == Op::ProductSecond) {
        return made.operands[0];
    }
    const auto second = seconds_.find(toParent);
    return made.op == Op::BuildWindow && second != seconds_.end() ? second->second : kNone;
}

/// A row by its place; a stretch of time also by its ends and by the rows that cover it.
// NOLINTNEXTLINE(misc-no-recursion): as deep as row spaces are built one from the other
ExplainedNode UsedRows::rowNode(std::uint32_t space, std::uint32_t row) {
    const bytecode::SpaceInfo& info = program_.spaces[space];
    ExplainedNode node;
    node.kind = "row";
    if (info.kind == bytecode::SpaceInfo::Kind::Covers) {
        return rowNode(program_.code[info.first].target, places_.follow(info.first, row));
    }
    node.text = places_.row(space, row, record_);
    // A group's rows stand in its last record, whose key tells them from those of other groups.
    const engine::Home home = places_.home(space, row);
    if (home.shared && !home.records.empty() &&
        std::find(home.records.begin(), home.records.end(), record_) == home.records.end()) {
        node.text.insert(0, places_.key(home.records.back()) + ":");
    }
    if (info.kind != bytecode::SpaceInfo::Kind::Instants) {
        return node;
    }
    const std::string from = instantEnd(space, Op::InstantStart, row);
    const std::string to = instantEnd(space, Op::InstantEnd, row);
    node.text += from.empty() || to.empty() ? " at a time that is not known"
                                            : fmt::format(" from {} to {}", from, to);
    for (std::uint32_t covers = 0; covers < program_.spaces.size(); ++covers) {
        const bytecode::SpaceInfo& members = program_.spaces[covers];
        if (members.kind != bytecode::SpaceInfo::Kind::Covers || members.parent != space) {
            continue;
        }
        addMembers(node, covers, row);
    }
    return node;
}

/// Where a stretch begins or ends; empty where that is not known.
std::string UsedRows::instantEnd(std::uint32_t space, Op op, std::uint32_t row) {
    for (Register reg = 0; reg < program_.code.size(); ++reg) {
        if (program_.code[reg].op == op && program_.code[reg].space == space &&
            run_.column(reg).state(row) == State::Value) {
            Shown shown;
            shown.type = program_.code[reg].type;
            shown.value = reg;
            return shower_.people(shown, row);
        }
    }
    return {};
}

// NOLINTNEXTLINE(misc-no-recursion): as above
void UsedRows::addMembers(ExplainedNode& node, std::uint32_t covers, std::uint32_t instant) {
    const bytecode::SpaceInfo& info = program_.spaces[covers];
    const auto all = run_.children(info.toParent, instant);
    for (std::size_t i = 0; i < all.size() && i < kMostRows; ++i) {
        ExplainedNode member = rowNode(covers, all[i]);
        const bool certain = info.exists == kNone || yes(info.exists, all[i]);
        member.value = certain ? "covers it" : "may cover it";
        node.children.push_back(std::move(member));
    }
    addMore(node, all.size());
}

}  // namespace proviso
