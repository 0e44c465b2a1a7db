#include "runtime/base/wide.h"
#include "runtime/engine/answers.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/dated_choice.h"
#include "runtime/engine/day_span.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/packed.h"

#include <algorithm>
#include <array>
#include <span>

namespace proviso::engine {

using bytecode::Table;

namespace {

/// Answers that are put together without branches, so that many rows are taken a step.
std::int64_t yesIf(bool holds) {
    return holds ? 1 : 0;
}

PROVISO_WIDE void runInForce(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    const bytecode::InForcePeriod& period = frame.program.periods[instruction.index];
    const std::int64_t known = period.published <= frame.knownBy ? 1 : 0;
    mapYesNo(
        frame,
        number,
        [from = period.from, through = period.through, known](std::int64_t date) {
            return known & yesIf(from <= date) & yesIf(date <= through);
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

/// Whether all members of a set are in it on all days of a column.
bool isWholeOn(const CodeSetIndex& index, const Frame& frame, Register dates) {
    if (index.wholeFrom == INT64_MIN && index.wholeThrough == INT64_MAX) {
        return true;
    }
    const DaySpan days = daySpanOf(frame.column(dates));
    return index.wholeFrom <= days.first && days.last <= index.wholeThrough;
}

/// `isIn(code)` says 1 or 0, on every day.
template <class IsIn>
void mapCodes(Frame& frame, Register number, IsIn isIn) {
    const Instruction& instruction = frame.program.code[number];
    const Register dates = instruction.operands[1];
    if (isPlain(frame, dates)) {
        withCells(frame, instruction.operands[0], [&](const auto& codes) {
            mapYesNo(frame, number, isIn, codes);
        });
        return;
    }
    mapYesNo(
        frame,
        number,
        [isIn](std::int64_t code, std::int64_t) { return isIn(code); },
        frame.operand(instruction, 0),
        frame.column(dates));
}

PROVISO_WIDE void runInSet(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    const CodeSetIndex& index = frame.lookups->codeSets[instruction.index];
    // What all rows look at is read once, not for each of them.
    const std::uint64_t lowest = index.lowest;
    if (!isWholeOn(index, frame, instruction.operands[1])) {
        mapYesNo(
            frame,
            number,
            [&index](std::int64_t code, std::int64_t date) {
                return yesIf(index.contains(code, date));
            },
            frame.operand(instruction, 0),
            frame.operand(instruction, 1));
    } else if (index.bits) {
        const std::uint64_t bits = *index.bits;
        mapCodes(frame, number, [bits, lowest](std::int64_t code) {
            constexpr std::uint64_t kBits = 64;
            const std::uint64_t at = static_cast<std::uint64_t>(code) - lowest;
            return static_cast<std::int64_t>(bits >> (at % kBits)) & yesIf(at / kBits == 0);
        });
    } else {
        const std::span<const std::uint32_t> places = index.places;
        mapCodes(frame, number, [places, lowest](std::int64_t code) {
            return yesIf(CodeSetIndex::placeIn(places, lowest, code) != 0);
        });
    }
}

/// Which facts a step of a scale accepts in a period, added to what it accepts in others.
template <class Answer>
void accept(const bytecode::Scale::Accepts& accepts,
            Answer* __restrict answers,
            const std::int64_t* __restrict facts,
            const std::int64_t* __restrict dates,
            std::size_t rows) {
    constexpr std::uint64_t kFacts = 64;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto fact = static_cast<std::uint64_t>(facts[row]);
        const auto isAccepted = static_cast<std::int64_t>((accepts.facts >> (fact % kFacts)) & 1U);
        answers[row] |= static_cast<Answer>(isAccepted & yesIf(fact < kFacts) &
                                            yesIf(accepts.from <= dates[row]) &
                                            yesIf(dates[row] <= accepts.through));
    }
}

PROVISO_WIDE void runAccepts(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    const bytecode::Scale::Step& step = frame.program.scales[instruction.index]
                                            .steps[static_cast<std::size_t>(instruction.immediate)];
    const ColumnData& facts = frame.operand(instruction, 0);
    const ColumnData& dates = frame.operand(instruction, 1);
    const std::size_t rows = frame.rowsOf(instruction);
    const bool isPlain = facts.states.empty() && dates.states.empty();
    const auto acceptAll = [&](auto* answers) {
        for (const bytecode::Scale::Accepts& accepts : step.accepts) {
            accept(accepts, answers, facts.values.data(), dates.values.data(), rows);
        }
    };
    if (isPlain && mayBeAnswers(frame, rows)) {
        std::uint8_t* const answers = beginAnswers(frame, number, rows);
        std::fill_n(answers, rows, std::uint8_t{0});
        acceptAll(answers);
        return;
    }
    ColumnData& out = frame.registers[number].own;
    out.values.assign(rows, 0);
    acceptAll(out.values.data());
    if (isPlain) {
        out.states.clear();
    } else {
        finishRows(out, rows, facts, dates);
    }
}

}  // namespace

void runLookup(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    ColumnData& out = frame.registers[number].own;
    switch (instruction.op) {
    case Op::InForce:
        runInForce(frame, number);
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
        runInSet(frame, number);
        break;
    default:
        runAccepts(frame, number);
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
