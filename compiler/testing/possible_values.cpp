#include "compiler/testing/possible_values.h"

#include <algorithm>

namespace proviso {

using bytecode::Op;
using bytecode::Register;

namespace {

/// More are as good as anything.
constexpr std::size_t kMost = 64;

}  // namespace

PossibleValues::PossibleValues(const bytecode::Program& program) : program_(program) {
    values_.reserve(program.code.size());
    // Instructions read earlier ones only.
    for (const bytecode::Instruction& one : program.code) {
        Values values = valuesOf(one);
        if (values && values->size() > kMost) {
            values.reset();
        }
        values_.push_back(std::move(values));
    }
}

bool PossibleValues::canBe(Register number, bool yes) const {
    const Values& values = values_[number];
    return !values || (yes ? values->count(1) != 0 : values->count(0) != 0);
}

PossibleValues::Values PossibleValues::unionOf(const std::vector<Register>& operands,
                                               std::size_t first) const {
    std::set<std::int64_t> all;
    for (std::size_t index = first; index < operands.size(); ++index) {
        const Values& values = values_[operands[index]];
        if (!values) {
            return std::nullopt;
        }
        all.insert(values->begin(), values->end());
    }
    return all;
}

/// Whether values are equal is told; their order may not be that of their numbers.
PossibleValues::Values PossibleValues::compared(const bytecode::Instruction& one) const {
    const Values& left = values_[one.operands[0]];
    const Values& right = values_[one.operands[1]];
    if (!left || !right || one.mode > 1) {
        return std::nullopt;
    }
    const std::int64_t equal = one.mode == 0 ? 1 : 0;
    std::set<std::int64_t> answers;
    for (const std::int64_t a : *left) {
        for (const std::int64_t b : *right) {
            answers.insert(a == b ? equal : 1 - equal);
        }
    }
    return answers;
}

PossibleValues::Values PossibleValues::valuesOf(const bytecode::Instruction& one) const {
    const auto& operands = one.operands;
    const auto can = [&](Register operand, bool yes) { return canBe(operand, yes); };
    switch (one.op) {
    case Op::Constant:
        return std::set<std::int64_t>{one.immediate};
    case Op::NotApplicable:
        return std::set<std::int64_t>{};
    case Op::TableLookup: {
        std::set<std::int64_t> values;
        for (const bytecode::Table::Row& row : program_.tables[one.index].rows) {
            const auto& result = row.results[static_cast<std::size_t>(one.immediate)];
            if (!result.unknown) {
                values.insert(result.value);
            }
        }
        return values;
    }
    case Op::Compare:
        return compared(one);
    case Op::And:
        if (!std::all_of(
                operands.begin(), operands.end(), [&](Register each) { return can(each, true); })) {
            return std::set<std::int64_t>{0};
        }
        return std::nullopt;
    case Op::FoldAny:
        if (!can(operands[1], true)) {
            return std::set<std::int64_t>{0};
        }
        return std::nullopt;
    case Op::UnknownIf:
        return std::set<std::int64_t>{0};
    case Op::Or:
        if (std::none_of(
                operands.begin(), operands.end(), [&](Register each) { return can(each, true); })) {
            return std::set<std::int64_t>{0};
        }
        return std::nullopt;
    case Op::Not: {
        std::set<std::int64_t> values;
        if (can(operands[0], false)) {
            values.insert(1);
        }
        if (can(operands[0], true)) {
            values.insert(0);
        }
        return values;
    }
    case Op::Select: {
        std::vector<Register> chosen{operands[2]};
        if (can(operands[0], true)) {
            chosen.push_back(operands[1]);
        }
        return unionOf(chosen, 0);
    }
    case Op::OrElse:
        return unionOf(operands, 0);
    case Op::DatedSelect:
    case Op::BranchSelect:
        return unionOf(operands, 1);
    case Op::Spread:
    case Op::Gather:
    case Op::Guard:
        return values_[operands[0]];
    default:
        return std::nullopt;
    }
}

}  // namespace proviso
