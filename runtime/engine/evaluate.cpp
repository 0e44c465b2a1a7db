#include "runtime/engine/evaluate.h"

#include "runtime/engine/budget.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/stage.h"

#include <optional>
#include <utility>

namespace proviso {

/// Everything in one stage.
struct Evaluator::Together {
    engine::Plan plan;
    engine::Stage stage;
    std::vector<std::uint32_t> rows{};  ///< by space, of a record alone; kept for their memory
};

Evaluator::Evaluator(std::shared_ptr<const bytecode::Program> program)
    : program_(std::move(program)), interpreter_(std::make_unique<Interpreter>(program_)),
      together_(std::make_unique<Together>(
          Together{engine::planStages(*program_), engine::Plan::everything(*program_)})) {}

Evaluator::~Evaluator() = default;

const Interpreter& Evaluator::interpreter() const {
    return *interpreter_;
}

std::vector<RecordResult> Evaluator::decide(const Batch& batch, const DecideOptions& options) {
    const engine::Plan& plan = together_->plan;
    const engine::Stage& stage = together_->stage;
    const auto evaluate = [&](const engine::OverBudget& over) {
        return engine::evaluateStage(*interpreter_, plan, stage, {batch, {}, over, true}, options);
    };
    std::optional<engine::StageOutput> output = evaluate({});
    std::vector<RecordResult> results;
    if (!output) {
        output = engine::tooLargeOutput(*program_, stage, batch);
        for (std::uint32_t record = 0; record < output->parts.records; ++record) {
            results.push_back(own(output->parts.of(record).result));
        }
        return results;
    }
    const auto addResult = [&](std::uint32_t record, std::int64_t spent) {
        const engine::PartView part = output->parts.of(record);
        results.push_back(own(engine::mergeParts({&part, 1}, output->parts.arena)));
        results.back().budgetSpent = spent;
    };
    if (output->parts.records == 1) {
        std::vector<std::uint32_t>& rows = together_->rows;
        rows.assign(program_->spaces.size(), 0);
        for (std::size_t index = 0; index < stage.counted.size(); ++index) {
            rows[stage.counted[index]] = output->counts[index][0];
        }
        if (const auto spent = engine::spentAlone(plan.prices, rows, options.budget)) {
            addResult(0, *spent);
            return results;
        }
    }
    engine::Budget budget(plan, batch.spaces[0].rows);
    for (std::uint32_t index = 0; index < plan.classes.size(); ++index) {
        std::vector<const ColumnData*> keys;
        for (const bytecode::Register key : plan.classes[index].keys) {
            keys.push_back(&interpreter_->column(key));
        }
        budget.bringTogether(index, engine::setsOf(keys, batch.spaces[0].rows));
    }
    for (std::size_t index = 0; index < stage.counted.size(); ++index) {
        budget.count(stage.counted[index], output->counts[index]);
    }
    if (const engine::OverBudget over = budget.over(options.budget); !over.empty()) {
        // What a rule costs was counted on the rows of the first run, so that it does not depend on
        // which rules err.
        output = evaluate(over);
    }
    results.reserve(output->parts.records);
    for (std::uint32_t record = 0; record < output->parts.records; ++record) {
        addResult(record, budget.spentBeside(record));
    }
    return results;
}

}  // namespace proviso
