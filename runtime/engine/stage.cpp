#include "runtime/engine/stage.h"

#include "runtime/base/check.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/places.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace proviso::engine {

namespace {

using bytecode::kNone;

constexpr std::int64_t kMostChoices = 16;

/// The record that each row of a space belongs to; a group's rows, its first member.
class RecordsOfRows {
  public:
    RecordsOfRows(const Interpreter& run, const Plan& plan, const Batch& batch)
        : run_(run), plan_(plan), batch_(batch), known_(plan.spaceClass.size()),
          isKnown_(plan.spaceClass.size(), 0) {}

    // NOLINTNEXTLINE(misc-no-recursion): as deep as spaces are built from one another
    const std::vector<std::uint32_t>& of(std::uint32_t space) {
        std::vector<std::uint32_t>& records = known_[space];
        if (isKnown_[space] != 0) {
            return records;
        }
        isKnown_[space] = 1;
        if (space < batch_.spaces.size()) {
            const Batch::Space& rows = batch_.spaces[space];
            records.resize(rows.rows);
            if (space == 0) {
                std::iota(records.begin(), records.end(), 0U);
                return records;
            }
            const std::vector<std::uint32_t>& above =
                of(run_.program().schema.spaces[space].parent);
            for (std::uint32_t row = 0; row < rows.rows; ++row) {
                records[row] = above[rows.parent[row]];
            }
            return records;
        }
        const bytecode::Register builder = plan_.builder[space];
        const bytecode::Instruction& one = run_.program().code[builder];
        const auto link = run_.link(builder);
        records.assign(run_.rows(space), kNone);
        if (one.space == space) {
            const std::vector<std::uint32_t>& above = of(one.target);
            for (std::uint32_t row = 0; row < records.size(); ++row) {
                records[row] = link[row] == kNone ? kNone : above[link[row]];
            }
            return records;
        }
        // Made of the combinations of keys of the rows of another space.
        const std::vector<std::uint32_t>& from = of(one.space);
        for (std::uint32_t row = 0; row < link.size(); ++row) {
            if (link[row] != kNone) {
                records[link[row]] = std::min(records[link[row]], from[row]);
            }
        }
        return records;
    }

  private:
    const Interpreter& run_;
    const Plan& plan_;
    const Batch& batch_;
    std::vector<std::vector<std::uint32_t>> known_;  ///< by space
    std::vector<std::uint8_t> isKnown_;
};

/// One column with the reasons of what is no value.
CarriedColumn carry(const Interpreter& run, const Places& places, bytecode::Register number) {
    CarriedColumn column;
    column.cells = run.column(number);
    std::set<std::shared_ptr<const Reason>, bool (*)(const ReasonPointer&, const ReasonPointer&)>
        known([](const ReasonPointer& a, const ReasonPointer& b) { return *a < *b; });
    for (std::uint32_t row = 0; row < column.cells.states.size(); ++row) {
        const State state = column.cells.states[row];
        if (state != State::Unknown && state != State::Error) {
            continue;
        }
        auto reason = std::make_shared<Reason>();
        if (state == State::Unknown) {
            reason->places = places.missingAnywhere(number, row);
        } else {
            reason->errors = errorCodes(run, number, row);
        }
        column.reasons.emplace(row, *known.insert(std::move(reason)).first);
    }
    return column;
}

/// Rows of the roots of rules (rootOf) from records.
OverBudget overByRoot(const Interpreter& run, const Places& places, const OverBudget& over) {
    const bytecode::Program& program = run.program();
    OverBudget marked(over.size());
    for (std::size_t rule = 0; rule < over.size(); ++rule) {
        const std::uint32_t root = rootOf(program, program.rules[rule].space);
        if (over[rule].empty() || root == 0) {
            marked[rule] = over[rule];
            continue;
        }
        marked[rule].resize(run.rows(root), 0);
        for (std::uint32_t row = 0; row < marked[rule].size(); ++row) {
            const std::vector<std::uint32_t> members = places.home(root, row).records;
            marked[rule][row] =
                std::any_of(members.begin(),
                            members.end(),
                            [&](std::uint32_t member) { return over[rule][member] != 0; })
                    ? 1
                    : 0;
        }
    }
    return marked;
}

void addChoices(Interpreter& interpreter,
                const Batch& batch,
                const Stage& stage,
                std::vector<PartialResult>& parts) {
    const bytecode::Program& program = interpreter.program();
    const bool asked =
        std::any_of(stage.outputs.begin(), stage.outputs.end(), [&](std::uint32_t output) {
            const bytecode::OutputInfo& info = program.outputs[output];
            return info.choices && info.rows != kNone && info.space == program.outcomesSpace;
        });
    if (!asked || program.outcomes == kNone) {
        return;
    }
    const ColumnData& counts = interpreter.column(program.outcomes);
    std::vector<std::int64_t> outcomes;
    std::int64_t most = 1;
    for (std::size_t row = 0; row < counts.values.size(); ++row) {
        const std::int64_t count =
            counts.state(row) == State::Value
                ? std::clamp<std::int64_t>(counts.values[row], 1, kMostChoices)
                : 1;
        outcomes.push_back(count);
        most = std::max(most, count);
    }
    for (std::int64_t choice = 1; choice < most; ++choice) {
        const Result<void> again = interpreter.rerun(choice, &stage.choices);
        PROVISO_CHECK(again.has_value(), "another choice over the same batch can be run");
        collectChoice(parts, interpreter, batch, stage, outcomes, choice);
    }
    if (most > 1) {
        const Result<void> back = interpreter.rerun(0, &stage.choices);
        PROVISO_CHECK(back.has_value(), "the first choice can be run again");
    }
}

}  // namespace

std::optional<StageOutput> evaluateStage(Interpreter& interpreter,
                                         const Plan& plan,
                                         const Stage& stage,
                                         const StageInput& input,
                                         const DecideOptions& options,
                                         bool withResults) {
    InterpreterOptions run;
    run.asOf = options.asOf;
    run.times = options.times;
    run.kernels = options.kernels;
    run.active = &stage.active;
    run.running = &stage.running;
    run.carriedIn = stage.carriedIn;
    run.carried = input.carried;
    if (options.maximumRows != 0) {
        run.maximumRows = options.maximumRows;
    }
    interpreter.limit({});
    const Places places(interpreter, input.batch);
    if (!input.over.empty()) {
        // Groups are the same rows whatever rules say: a run of them alone tells who is in them.
        InterpreterOptions groups = run;
        groups.active = &stage.groupings;
        groups.running = nullptr;
        groups.carriedIn = {};
        groups.carried = {};
        groups.kernels = nullptr;
        const Result<void> grouped = interpreter.run(input.batch, groups);
        PROVISO_CHECK(grouped.has_value(), "records can be grouped");
        interpreter.limit(overByRoot(interpreter, places, input.over));
    }
    const Result<void> done = interpreter.run(input.batch, run);
    if (!done.has_value() && done.error().code == ErrorCode::LimitExceeded) {
        return std::nullopt;
    }
    PROVISO_CHECK(done.has_value(), "a batch that was decoded by the program's schema can be run");

    StageOutput output;
    if (withResults) {
        output.parts = collectStage(interpreter, input.batch, stage);
    }
    const std::uint32_t records = input.batch.spaces[0].rows;
    RecordsOfRows recordsOfRows(interpreter, plan, input.batch);
    for (const bytecode::Register number : stage.carriedOut) {
        CarriedColumn column = carry(interpreter, places, number);
        const std::uint32_t space = interpreter.program().code[number].space;
        if (space != 0) {
            column.first.assign(std::size_t{records} + 1, 0);
            std::uint32_t before = 0;
            for (const std::uint32_t record : recordsOfRows.of(space)) {
                // INVARIANT: rows are built in the order of what they are built from.
                PROVISO_CHECK(record != kNone && record >= before,
                              "rows lie in their records' order");
                before = record;
                ++column.first[std::size_t{record} + 1];
            }
            for (std::uint32_t record = 0; record < records; ++record) {
                column.first[record + 1] += column.first[record];
            }
        }
        output.carried.push_back(std::move(column));
    }
    for (const std::uint32_t space : stage.counted) {
        std::vector<std::uint32_t>& counts = output.counts.emplace_back(records, 0U);
        for (const std::uint32_t record : recordsOfRows.of(space)) {
            if (record != kNone) {
                ++counts[record];
            }
        }
    }
    if (withResults && options.withChoices) {
        addChoices(interpreter, input.batch, stage, output.parts);
    }
    return output;
}

StageOutput
tooLargeOutput(const bytecode::Program& program, const Stage& stage, const Batch& batch) {
    StageOutput output;
    const auto reason = std::make_shared<const Reason>(
        Reason{{}, std::vector<EvaluationError>{EvaluationError::TooManyRows}});
    const std::uint32_t records = batch.spaces[0].rows;
    const ColumnData& keys = batch.spaces[0].columns[program.schema.keyField];
    for (std::uint32_t record = 0; record < records; ++record) {
        output.parts.push_back(tooLarge(
            program,
            std::string(batch.dictionary->text(static_cast<std::uint32_t>(keys.values[record])))));
    }
    for (const bytecode::Register number : stage.carriedOut) {
        CarriedColumn& column = output.carried.emplace_back();
        if (program.code[number].space != 0) {
            // Of what was never built there are no rows.
            column.first.assign(std::size_t{records} + 1, 0);
            continue;
        }
        column.cells.values.assign(records, 0);
        column.cells.states.assign(records, State::Error);
        for (std::uint32_t record = 0; record < records; ++record) {
            column.reasons.emplace(record, reason);
        }
    }
    output.counts.assign(stage.counted.size(), std::vector<std::uint32_t>(records, 0));
    return output;
}

}  // namespace proviso::engine
