#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"

#include <algorithm>
#include <array>
#include <span>

namespace proviso::engine {

using bytecode::Table;

namespace {

void runInForce(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const bytecode::InForcePeriod& period = frame.program.periods[instruction.index];
    const bool known = period.published <= frame.knownBy;
    mapRows(
        out,
        frame.rowsOf(instruction),
        [from = period.from, through = period.through, known](std::int64_t& result,
                                                              std::int64_t date) {
            result = known && from <= date && date <= through ? 1 : 0;
            return false;
        },
        frame.operand(instruction, 0));
}

void runDatedSelect(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const DateIndex& index = frame.dated.datedLists[instruction.index];
    const ColumnData& dates = frame.operand(instruction, 0);
    const std::size_t rows = frame.rowsOf(instruction);
    out.values.resize(rows);
    out.states.resize(rows);
    std::size_t segment = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        State state = dates.state(row);
        out.values[row] = 0;
        if (state == State::Value) {
            const std::uint32_t alternative = index.find(dates.values[row], segment);
            if (alternative == kNoIndex) {
                state = State::Error;
            } else {
                const ColumnData& chosen = frame.operand(instruction, std::size_t{alternative} + 1);
                state = chosen.state(row);
                out.values[row] = chosen.values[row];
            }
        }
        out.states[row] = state;
    }
    settle(out);
    for (std::size_t row = 0; row < rows; ++row) {
        if (out.state(row) != State::Unknown || dates.state(row) != State::Value) {
            continue;
        }
        const std::uint32_t alternative = index.find(dates.values[row], segment);
        takeBounds(out, row, frame.operand(instruction, std::size_t{alternative} + 1), row);
    }
}

void runParameter(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const DateIndex& index = frame.dated.parameters[instruction.index];
    const bytecode::Parameter& parameter = frame.program.parameters[instruction.index];
    std::size_t segment = 0;
    mapRows(
        out,
        frame.rowsOf(instruction),
        [&](std::int64_t& result, std::int64_t date) {
            const std::uint32_t value = index.find(date, segment);
            if (value == kNoIndex) {
                result = 0;
                return true;
            }
            result = parameter.values[value].value;
            return false;
        },
        frame.operand(instruction, 0));
}

void runTableLookup(Frame& frame, const Instruction& instruction, ColumnData& out) {
    const Table& table = frame.program.tables[instruction.index];
    const TableIndex& index = frame.lookups->tables[instruction.index];
    TableMemo& memo = frame.memoOf(instruction.index);
    const auto output = static_cast<std::size_t>(instruction.immediate);
    const std::size_t rows = frame.rowsOf(instruction);
    std::vector<const ColumnData*>& columns = frame.columns;
    columns.clear();
    for (std::size_t operand = 0; operand <= table.given.size(); ++operand) {
        columns.push_back(&frame.operand(instruction, operand));
    }
    const bool plain = std::all_of(columns.begin(), columns.end(), [](const ColumnData* column) {
        return column->states.empty();
    });
    const ColumnData& dates = *columns.back();
    columns.pop_back();
    std::vector<std::int64_t>& keys = frame.numbers;
    keys.resize(columns.size());
    out.values.resize(rows);
    out.states.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        State state = plain ? State::Value : dates.state(row);
        for (std::size_t argument = 0; argument < keys.size(); ++argument) {
            keys[argument] = columns[argument]->values[row];
            if (!plain) {
                state = propagate(state, columns[argument]->state(row));
            }
        }
        out.values[row] = 0;
        if (state == State::Value) {
            const TableMatch match =
                memo.find(table, index, keys, dates.values[row], frame.knownBy);
            if (match.row == nullptr) {
                state = State::Error;
            } else if (match.row->results[output].unknown) {
                state = State::Unknown;
            } else {
                out.values[row] = match.row->results[output].value;
            }
        }
        out.states[row] = state;
    }
    settle(out);
}

void runInSet(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const CodeSetIndex& index = frame.lookups->codeSets[instruction.index];
    mapRows(
        out,
        frame.rowsOf(instruction),
        [&](std::int64_t& result, std::int64_t code, std::int64_t date) {
            result = index.contains(code, date) ? 1 : 0;
            return false;
        },
        frame.operand(instruction, 0),
        frame.operand(instruction, 1));
}

void runAccepts(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const bytecode::Scale::Step& step = frame.program.scales[instruction.index]
                                            .steps[static_cast<std::size_t>(instruction.immediate)];
    mapRows(
        out,
        frame.rowsOf(instruction),
        [&](std::int64_t& result, std::int64_t fact, std::int64_t date) {
            constexpr std::int64_t kFacts = 64;
            result = 0;
            for (const bytecode::Scale::Accepts& accepts : step.accepts) {
                if (accepts.from <= date && date <= accepts.through && fact >= 0 && fact < kFacts &&
                    ((accepts.facts >> static_cast<unsigned>(fact)) & 1U) != 0) {
                    result = 1;
                }
            }
            return false;
        },
        frame.operand(instruction, 0),
        frame.operand(instruction, 1));
}

}  // namespace

void runLookup(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    ColumnData& out = frame.registers[number].own;
    switch (instruction.op) {
    case Op::InForce:
        runInForce(frame, instruction, out);
        break;
    case Op::DatedSelect:
        runDatedSelect(frame, instruction, out);
        break;
    case Op::Parameter:
        runParameter(frame, instruction, out);
        break;
    case Op::TableLookup:
        runTableLookup(frame, instruction, out);
        break;
    case Op::InSet:
        runInSet(frame, instruction, out);
        break;
    default:
        runAccepts(frame, instruction, out);
        break;
    }
}

/// The row of the table that answered, for a row whose operands are values.
static TableMatch matchAt(const Frame& frame, Register number, std::uint32_t row) {
    const Instruction& instruction = frame.program.code[number];
    const Table& table = frame.program.tables[instruction.index];
    constexpr std::size_t kFew = 16;
    std::array<std::int64_t, kFew> few{};
    std::vector<std::int64_t> many(table.given.size() > kFew ? table.given.size() : 0);
    const std::span<std::int64_t> keys =
        many.empty() ? std::span(few).first(table.given.size()) : std::span(many);
    for (std::size_t argument = 0; argument < keys.size(); ++argument) {
        keys[argument] = frame.operand(instruction, argument).values[row];
    }
    return findTableRow(table,
                        frame.lookups->tables[instruction.index],
                        keys,
                        frame.operand(instruction, keys.size()).values[row],
                        frame.knownBy);
}

EvaluationError tableError(const Frame& frame, Register number, std::uint32_t row) {
    return matchAt(frame, number, row).error;
}

std::string_view tableReason(const Frame& frame, Register number, std::uint32_t row) {
    const TableMatch match = matchAt(frame, number, row);
    const auto output = static_cast<std::size_t>(frame.program.code[number].immediate);
    return match.row == nullptr ? std::string_view() : match.row->results[output].why;
}

}  // namespace proviso::engine
