#include "runtime/base/check.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"
#include "runtime/jit/stage_layout.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace proviso::jit {

using bytecode::Instruction;
using bytecode::Op;

namespace {

// Beyond these a chain of comparisons is no faster than the interpreter's search.
constexpr std::size_t kMostSegments = 32;
constexpr std::size_t kMostPeriods = 8;
constexpr std::size_t kMostOperands = 1024;

KernelFoldOp foldOpOf(Op op) {
    switch (op) {
    case Op::FoldTotal:
        return KernelFoldOp::Total;
    case Op::FoldCount:
        return KernelFoldOp::Count;
    case Op::FoldAny:
        return KernelFoldOp::Any;
    case Op::FoldEvery:
        return KernelFoldOp::Every;
    case Op::FoldHighest:
        return KernelFoldOp::Highest;
    default:
        return KernelFoldOp::Lowest;
    }
}

bool isTruthType(const Type& type) {
    return type.kind == TypeKind::YesNo || type.kind == TypeKind::Attestation;
}

/// The codes of a set by the period in which they are listed.
using CodesByPeriod = std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::int64_t>>;

CodesByPeriod codesOf(const bytecode::CodeSet& set) {
    CodesByPeriod codes;
    for (const bytecode::CodeSet::Entry& entry : set.entries) {
        codes[{entry.from, entry.through}].push_back(entry.text);
    }
    for (auto& [period, texts] : codes) {
        std::sort(texts.begin(), texts.end());
        texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    }
    return codes;
}

const bytecode::Scale::Step& stepOf(const bytecode::Program& program, const Instruction& one) {
    return program.scales[one.index].steps[static_cast<std::size_t>(one.immediate)];
}

class Translation {
  public:
    Translation(const LayoutInput& input, Region& region, const std::vector<std::uint8_t>& isRead)
        : input_(input), program_(input.program), region_(region), isRead_(isRead) {
        for (const Register number : region.members) {
            isMember_[number] = true;
        }
    }

    void translate() {
        for (const Register number : region_.members) {
            if (isRead_[number] == 0) {
                continue;
            }
            if (program_.code[number].op == Op::Guard) {
                region_.same.emplace_back(number, behindGuards(program_, number));
                continue;
            }
            if (isFold(program_.code[number])) {
                fold(number);
                continue;
            }
            region_.outputs.push_back(number);
            region_.code.outputs.push_back(node(number));
        }
        findStates(region_.code);
    }

  private:
    std::uint32_t add(KernelNode one) {
        region_.code.nodes.push_back(std::move(one));
        return static_cast<std::uint32_t>(region_.code.nodes.size() - 1);
    }

    std::uint32_t constant(std::int64_t value, bool isTruth) {
        KernelNode one;
        one.op = KernelOp::Constant;
        one.isTruth = isTruth;
        one.immediate = value;
        return add(std::move(one));
    }

    std::uint32_t columnOf(Register number, bool isForeign) {
        for (std::size_t index = 0; index < region_.columns.size(); ++index) {
            if (region_.columns[index] == number && (region_.isForeign[index] != 0) == isForeign) {
                return static_cast<std::uint32_t>(index);
            }
        }
        region_.columns.push_back(number);
        region_.isForeign.push_back(isForeign ? 1 : 0);
        region_.code.columns.push_back(
            {input_.seen.has(number, Seen::States), isForeign ? std::uint8_t{8} : bytesOf(number)});
        return static_cast<std::uint32_t>(region_.columns.size() - 1);
    }

    /// Of a cell, mostly: what comes in other cells is made into these, if it fits.
    std::uint8_t bytesOf(Register number) const {
        const std::uint8_t seen = input_.seen.bytes[number].load(std::memory_order_relaxed);
        return seen == 0 ? std::uint8_t{8} : seen;
    }

    std::uint32_t linkOf(Register number) {
        const auto place = std::find(region_.links.begin(), region_.links.end(), number);
        if (place != region_.links.end()) {
            return static_cast<std::uint32_t>(place - region_.links.begin());
        }
        region_.links.push_back(number);
        region_.code.links.push_back({input_.seen.has(number, Seen::States)});
        return static_cast<std::uint32_t>(region_.links.size() - 1);
    }

    /// Asks for what a member reads, and so on, but never beyond the region: its members are at
    /// most JitOptions::mostMembers, and form no cycle, since Layout takes one only after what it
    /// reads.
    // NOLINTNEXTLINE(misc-no-recursion): as deep as one region
    std::uint32_t node(Register number) {
        if (const auto known = nodes_.find(number); known != nodes_.end()) {
            return known->second;
        }
        const Instruction& one = program_.code[number];
        std::uint32_t made = kNoNode;
        if (isMember_.count(number) != 0) {
            made = one.op == Op::Guard ? node(one.operands[0]) : computed(one);
        } else if (one.op == Op::Constant) {
            made = constant(one.immediate, isTruthType(one.type));
        } else {
            KernelNode read;
            read.op = KernelOp::Column;
            read.isTruth = isTruthType(one.type);
            if (one.op == Op::NotApplicable) {
                read.op = KernelOp::NotApplicable;
            } else {
                read.index = columnOf(number, /*isForeign=*/false);
            }
            made = add(std::move(read));
        }
        nodes_.emplace(number, made);
        return made;
    }

    std::uint32_t listOf(Register link) {
        const std::uint32_t index = linkOf(link);
        std::vector<KernelCode::List>& lists = region_.code.lists;
        const auto place =
            std::find_if(lists.begin(), lists.end(), [&](const KernelCode::List& list) {
                return list.link == index;
            });
        if (place != lists.end()) {
            return static_cast<std::uint32_t>(place - lists.begin());
        }
        lists.push_back({index});
        return static_cast<std::uint32_t>(lists.size() - 1);
    }

    void fold(Register number) {
        const Instruction& one = program_.code[number];
        const std::size_t before = engine::foldOperands(one);
        KernelFold made;
        made.op = foldOpOf(one.op);
        made.isBounded =
            one.op != Op::FoldAny && one.op != Op::FoldEvery && engine::carriesBounds(one.type);
        made.list = listOf(one.operands[0]);
        made.mask = node(one.operands[1]);
        made.value = before > 2 ? node(one.operands[2]) : kNoNode;
        made.hasMore = one.operands.size() > before;
        made.moreHasStates = made.hasMore && input_.seen.has(one.operands[before], Seen::States);
        region_.folds.push_back(number);
        region_.code.folds.push_back(made);
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as one region
    std::uint32_t computed(const Instruction& one) {
        KernelNode made;
        made.mode = one.mode;
        made.immediate = one.immediate;
        made.isTruth = isTruthType(one.type);
        std::size_t first = 0;
        if (one.op == Op::Spread || one.op == Op::Gather) {
            made.index = columnOf(one.operands[0], /*isForeign=*/true);
            first = 1;
        }
        if (one.op == Op::Spread) {
            made.op = KernelOp::Spread;
            made.link = linkOf(one.operands[1]);
            return add(std::move(made));
        }
        if (one.op == Op::TableLookup) {
            return tableValue(one);
        }
        for (std::size_t index = first; index < one.operands.size(); ++index) {
            made.operands.push_back(node(one.operands[index]));
        }
        describe(one, made);
        return add(std::move(made));
    }

    /// Lookups of one table with the same arguments differ only in what they read of the entry.
    // NOLINTNEXTLINE(misc-no-recursion): as deep as one region
    std::uint32_t tableValue(const Instruction& one) {
        const TableForm& form = *input_.tables.of(one.index);
        std::vector<Register> key = one.operands;
        key.push_back(one.index);
        auto place = entries_.find(key);
        if (place == entries_.end()) {
            KernelNode entry;
            entry.op = KernelOp::TableEntry;
            for (std::size_t index = 0; index < form.columns.size(); ++index) {
                const TableForm::Column& column = form.columns[index];
                entry.operands.push_back(node(one.operands[index]));
                const bool hasPlaces = !column.places.empty();
                const auto& numbers = hasPlaces ? column.places : column.breaks;
                entry.table.insert(entry.table.end(),
                                   {static_cast<std::int64_t>(column.breaks.size()),
                                    static_cast<std::int64_t>(column.places.size()),
                                    hasPlaces ? column.first : column.step});
                entry.table.insert(entry.table.end(), numbers.begin(), numbers.end());
            }
            place = entries_.emplace(std::move(key), add(std::move(entry))).first;
        }
        KernelNode made;
        made.op = KernelOp::TableValue;
        made.isTruth = isTruthType(one.type);
        made.operands = {place->second};
        made.immediate = static_cast<std::int64_t>(form.rows.size());
        std::vector<std::int64_t> states;
        for (const bytecode::Table::Row* row : form.rows) {
            const bytecode::Table::Result* const result =
                row != nullptr ? &row->results[static_cast<std::size_t>(one.immediate)] : nullptr;
            const State state = result == nullptr ? State::Error
                                : result->unknown ? State::Unknown
                                                  : State::Value;
            made.table.push_back(state == State::Value ? result->value : 0);
            states.push_back(static_cast<std::int64_t>(state));
        }
        if (std::any_of(
                states.begin(), states.end(), [](std::int64_t state) { return state != 0; })) {
            made.table.insert(made.table.end(), states.begin(), states.end());
        }
        return add(std::move(made));
    }

    void describe(const Instruction& one, KernelNode& made) {
        made.isDate = one.type.kind == TypeKind::Date;
        switch (one.op) {
        case Op::Gather:
            made.op = KernelOp::Gather;
            break;
        case Op::Add:
            made.op = KernelOp::Add;
            break;
        case Op::Subtract:
            made.op = KernelOp::Subtract;
            break;
        case Op::Multiply:
            made.op = KernelOp::Multiply;
            break;
        case Op::Negate:
            made.op = KernelOp::Negate;
            break;
        case Op::Rescale:
            made.op = KernelOp::Multiply;
            made.operands.push_back(
                constant(powerOfTen(static_cast<int>(one.immediate)), /*isTruth=*/false));
            break;
        case Op::IntegerDivide:
            made.op = KernelOp::FloorDivide;
            break;
        case Op::Modulo:
            made.op = KernelOp::Modulo;
            break;
        case Op::Round:
            made.op = KernelOp::RoundedQuotient;
            made.immediate = 0;
            made.operands.push_back(
                constant(powerOfTen(static_cast<int>(one.immediate)), /*isTruth=*/false));
            break;
        case Op::RoundRatio:
            made.op = KernelOp::RoundedQuotient;
            break;
        case Op::CompareRatio:
            made.op = KernelOp::CompareRatio;
            break;
        case Op::DatePart:
            made.op = KernelOp::DatePart;
            break;
        case Op::PeriodStart:
            made.op = KernelOp::PeriodStart;
            break;
        case Op::PeriodEnd:
            made.op = KernelOp::PeriodEnd;
            break;
        default:
            describeLogic(one, made);
            break;
        }
    }

    void describeLogic(const Instruction& one, KernelNode& made) {
        switch (one.op) {
        case Op::Compare:
            made.op = KernelOp::Compare;
            break;
        case Op::And:
            made.op = KernelOp::And;
            break;
        case Op::Or:
            made.op = KernelOp::Or;
            break;
        case Op::Not:
            made.op = KernelOp::Not;
            break;
        case Op::Select:
            made.op = KernelOp::Select;
            break;
        case Op::OrElse:
            made.op = KernelOp::OrElse;
            break;
        case Op::IsKnown:
            made.op = KernelOp::IsKnown;
            break;
        case Op::IsApplicable:
            made.op = KernelOp::IsApplicable;
            break;
        case Op::UnknownIf:
            made.op = KernelOp::UnknownIf;
            break;
        case Op::ExactlyOne:
            made.op = KernelOp::ExactlyOne;
            break;
        case Op::Lowest:
            made.op = KernelOp::Lowest;
            made.isBounded = engine::carriesBounds(one.type);
            break;
        case Op::Highest:
            made.op = KernelOp::Highest;
            made.isBounded = engine::carriesBounds(one.type);
            break;
        case Op::BranchSelect:
            made.op = KernelOp::BranchSelect;
            break;
        default:
            describeLookup(one, made);
            break;
        }
    }

    void describeLookup(const Instruction& one, KernelNode& made) {
        switch (one.op) {
        case Op::InForce: {
            const bytecode::InForcePeriod& period = program_.periods[one.index];
            made.op = KernelOp::Between;
            if (period.published <= input_.knownBy) {
                made.table = {period.from, period.through};
            }
            break;
        }
        case Op::Parameter: {
            made.op = KernelOp::DatedValue;
            const bytecode::Parameter& parameter = program_.parameters[one.index];
            for (const auto& segment : input_.dated.parameters[one.index].segments()) {
                const bool any = segment.choice != kNoIndex;
                made.table.insert(
                    made.table.end(),
                    {segment.from, any ? 1 : 0, any ? parameter.values[segment.choice].value : 0});
            }
            break;
        }
        case Op::DatedSelect:
            made.op = KernelOp::DatedSelect;
            for (const auto& segment : input_.dated.datedLists[one.index].segments()) {
                made.table.push_back(segment.from);
                made.table.push_back(segment.choice == kNoIndex ? 0
                                                                : std::int64_t{segment.choice} + 1);
            }
            break;
        case Op::InSet:
            made.op = KernelOp::InSet;
            for (const auto& [period, texts] : codesOf(program_.codeSets[one.index])) {
                made.table.insert(
                    made.table.end(),
                    {period.first, period.second, static_cast<std::int64_t>(texts.size())});
                made.table.insert(made.table.end(), texts.begin(), texts.end());
            }
            break;
        case Op::Accepts:
            made.op = KernelOp::Accepts;
            for (const bytecode::Scale::Accepts& accepts : stepOf(program_, one).accepts) {
                made.table.insert(
                    made.table.end(),
                    {accepts.from, accepts.through, static_cast<std::int64_t>(accepts.facts)});
            }
            break;
        default:
            PROVISO_CHECK(false, "only compilable operations are translated");
        }
    }

    const LayoutInput& input_;
    const bytecode::Program& program_;
    Region& region_;
    const std::vector<std::uint8_t>& isRead_;
    std::unordered_map<Register, bool> isMember_;
    std::unordered_map<Register, std::uint32_t> nodes_;
    std::map<std::vector<Register>, std::uint32_t> entries_;  ///< by operands and table
};

}  // namespace

bool isFold(const Instruction& one) {
    switch (one.op) {
    case Op::FoldTotal:
    case Op::FoldCount:
    case Op::FoldAny:
    case Op::FoldEvery:
    case Op::FoldHighest:
    case Op::FoldLowest:
        return true;
    default:
        return false;
    }
}

bool isCompilable(const LayoutInput& input, Register number) {
    const bytecode::Program& program = input.program;
    const Instruction& one = program.code[number];
    if (one.operands.size() > kMostOperands) {
        return false;
    }
    switch (one.op) {
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::Negate:
    case Op::Rescale:
    case Op::IntegerDivide:
    case Op::Modulo:
    case Op::Round:
    case Op::RoundRatio:
    case Op::CompareRatio:
    case Op::DatePart:
    case Op::PeriodStart:
    case Op::PeriodEnd:
    case Op::Compare:
    case Op::And:
    case Op::Or:
    case Op::Not:
    case Op::Select:
    case Op::OrElse:
    case Op::IsKnown:
    case Op::IsApplicable:
    case Op::UnknownIf:
    case Op::BranchSelect:
    case Op::Guard:
    case Op::ExactlyOne:
    case Op::Lowest:
    case Op::Highest:
    case Op::InForce:
    case Op::Spread:
    case Op::Gather:
    case Op::FoldTotal:
    case Op::FoldCount:
    case Op::FoldAny:
    case Op::FoldEvery:
    case Op::FoldHighest:
    case Op::FoldLowest:
        return true;
    case Op::Parameter:
        return input.dated.parameters[one.index].segments().size() <= kMostSegments;
    case Op::DatedSelect:
        return input.dated.datedLists[one.index].segments().size() <= kMostSegments;
    case Op::InSet:
        return codesOf(program.codeSets[one.index]).size() <= kMostPeriods;
    case Op::Accepts:
        return stepOf(program, one).accepts.size() <= kMostPeriods;
    case Op::TableLookup:
        return input.tables.of(one.index) != nullptr;
    default:
        return false;
    }
}

void translate(const LayoutInput& input, Region& region, const std::vector<std::uint8_t>& isRead) {
    Translation(input, region, isRead).translate();
}

}  // namespace proviso::jit
