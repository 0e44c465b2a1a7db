#include "runtime/engine/stage.h"

#include "runtime/base/check.h"
#include "runtime/engine/choices.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/link_rows.h"
#include "runtime/engine/places.h"
#include "runtime/engine/records_of_rows.h"

#include <algorithm>
#include <set>
#include <utility>

namespace proviso::engine {

namespace {

using bytecode::kNone;

/// One column, mostly with the reasons of what is no value.
CarriedColumn
carry(const Interpreter& run, Places& places, bytecode::Register number, bool withReasons) {
    CarriedColumn column;
    column.cells = run.column(number);
    if (!withReasons) {
        return column;
    }
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
            reason->errors = places.errors(number, row);
        }
        column.reasons.emplace(row, *known.insert(std::move(reason)).first);
    }
    return column;
}

/// Rows of the roots of rules (rootOf) from records.
OverBudget overByRoot(const Interpreter& run, Places& places, const OverBudget& over) {
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

}  // namespace

struct StageEvaluator::Memory {
    Memory(Interpreter& interpreterOf, const Plan& plan, const Stage& stageOf)
        : interpreter(interpreterOf), stage(stageOf),
          collector(interpreterOf, stageOf, output.parts), recordsOfRows(interpreterOf, plan) {}

    void carry(const Batch& batch);
    void count(const Batch& batch, bool withLists);

    Interpreter& interpreter;
    const Stage& stage;
    StageOutput output;
    Collector collector;
    RecordsOfRows recordsOfRows;
};

StageEvaluator::StageEvaluator(Interpreter& interpreter, const Plan& plan, const Stage& stage)
    : memory_(std::make_unique<Memory>(interpreter, plan, stage)) {}

StageEvaluator::~StageEvaluator() = default;

StageOutput& StageEvaluator::output() {
    return memory_->output;
}

bool StageEvaluator::evaluate(const StageInput& input,
                              const DecideOptions& options,
                              bool withResults) {
    Interpreter& interpreter = memory_->interpreter;
    const Stage& stage = memory_->stage;
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
        Places places(interpreter, input.batch);
        interpreter.limit(overByRoot(interpreter, places, input.over));
    }
    const Result<void> done = interpreter.run(input.batch, run);
    if (!done.has_value() && done.error().code == ErrorCode::LimitExceeded) {
        return false;
    }
    PROVISO_CHECK(done.has_value(), "a batch that was decoded by the program's schema can be run");

    if (withResults) {
        memory_->collector.collect(input.batch);
    }
    memory_->recordsOfRows.look(input.batch);
    memory_->carry(input.batch);
    memory_->count(input.batch, input.countsLists);
    if (withResults && options.withChoices) {
        addChoices(interpreter, memory_->recordsOfRows, stage, input, run, memory_->collector);
    }
    return true;
}

void StageEvaluator::Memory::carry(const Batch& batch) {
    output.carried.clear();
    if (stage.carriedOut.empty()) {
        return;
    }
    const std::uint32_t records = batch.spaces[0].rows;
    Places places(interpreter, batch);
    for (const bytecode::Register number : stage.carriedOut) {
        const bool withReasons =
            !std::binary_search(stage.forOrder.begin(), stage.forOrder.end(), number);
        CarriedColumn column = engine::carry(interpreter, places, number, withReasons);
        const std::uint32_t space = interpreter.program().code[number].space;
        if (space != 0) {
            const std::vector<std::uint32_t>& recordOf = recordsOfRows.of(space);
            column.first.assign(std::size_t{records} + 1, 0);
            std::uint32_t* const ends = column.first.data() + 1;
            // INVARIANT: rows are built in the order of what they are built from.
            PROVISO_CHECK(recordOf.empty() || (areAscending(recordOf) && recordOf.back() < records),
                          "rows lie in their records' order");
            for (std::uint32_t row = 0; row < recordOf.size(); ++row) {
                ends[recordOf[row]] = row + 1;
            }
            for (std::uint32_t record = 1; record < records; ++record) {
                ends[record] = std::max(ends[record], ends[record - 1]);
            }
        }
        output.carried.push_back(std::move(column));
    }
}

void StageEvaluator::Memory::count(const Batch& batch, bool withLists) {
    const std::uint32_t records = batch.spaces[0].rows;
    output.counts.resize(stage.counted.size());
    for (std::size_t index = 0; index < stage.counted.size(); ++index) {
        std::vector<std::uint32_t>& counts = output.counts[index];
        const bool isList = stage.counted[index] < batch.spaces.size();
        if (isList && !withLists) {
            counts.clear();
            continue;
        }
        if (isList && records == 1) {
            counts.assign(1, batch.spaces[stage.counted[index]].rows);
            continue;
        }
        counts.assign(records, 0U);
        for (const std::uint32_t record : recordsOfRows.of(stage.counted[index])) {
            if (record != kNone) {
                ++counts[record];
            }
        }
    }
}

std::optional<StageOutput> evaluateStage(Interpreter& interpreter,
                                         const Plan& plan,
                                         const Stage& stage,
                                         const StageInput& input,
                                         const DecideOptions& options,
                                         bool withResults) {
    StageEvaluator evaluator(interpreter, plan, stage);
    if (!evaluator.evaluate(input, options, withResults)) {
        return std::nullopt;
    }
    return std::move(evaluator.output());
}

StageOutput
tooLargeOutput(const bytecode::Program& program, const Stage& stage, const Batch& batch) {
    StageOutput output;
    const auto reason = std::make_shared<const Reason>(
        Reason{{}, std::vector<EvaluationError>{EvaluationError::TooManyRows}});
    const std::uint32_t records = batch.spaces[0].rows;
    collectTooLarge(program, batch, output.parts);
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
