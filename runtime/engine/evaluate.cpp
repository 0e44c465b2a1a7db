#include "runtime/engine/evaluate.h"

#include "runtime/engine/budget.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/stage.h"

#include <optional>
#include <utility>

namespace proviso {

/// Everything in one stage.
struct Evaluator::Together {
    Together(const bytecode::Program& program, Interpreter& interpreter)
        : plan(engine::planStages(program)), stage(engine::Plan::everything(program)),
          evaluator(interpreter, plan, stage) {}

    const engine::Plan plan;
    const engine::Stage stage;
    engine::StageEvaluator evaluator;
    std::vector<RecordView> results;
    std::vector<std::uint32_t> rows;  ///< by space, of a record alone
};

Evaluator::Evaluator(std::shared_ptr<const bytecode::Program> program)
    : program_(std::move(program)), interpreter_(std::make_unique<Interpreter>(program_)),
      together_(std::make_unique<Together>(*program_, *interpreter_)) {}

Evaluator::~Evaluator() = default;

const Interpreter& Evaluator::interpreter() const {
    return *interpreter_;
}

std::vector<RecordResult> Evaluator::decide(const Batch& batch, const DecideOptions& options) {
    const std::span<const RecordView> views = view(batch, options);
    std::vector<RecordResult> results;
    results.reserve(views.size());
    for (const RecordView& one : views) {
        results.push_back(own(one));
    }
    return results;
}

std::span<const RecordView> Evaluator::view(const Batch& batch, const DecideOptions& options) {
    const engine::Plan& plan = together_->plan;
    const engine::Stage& stage = together_->stage;
    engine::StageOutput& output = together_->evaluator.output();
    std::vector<RecordView>& results = together_->results;
    results.clear();
    const auto sayTooLarge = [&] {
        engine::collectTooLarge(*program_, batch, output.parts);
        for (std::uint32_t record = 0; record < output.parts.records; ++record) {
            results.push_back(output.parts.of(record).result);
        }
        return std::span<const RecordView>(results);
    };
    if (!together_->evaluator.evaluate({batch, {}, {}, true}, options)) {
        return sayTooLarge();
    }
    const auto addResult = [&](std::uint32_t record, std::int64_t spent) {
        const engine::PartView part = output.parts.of(record);
        results.push_back(engine::mergeParts({&part, 1}, output.parts.arena));
        results.back().budgetSpent = spent;
    };
    if (output.parts.records == 1) {
        std::vector<std::uint32_t>& rows = together_->rows;
        rows.assign(program_->spaces.size(), 0);
        for (std::size_t index = 0; index < stage.counted.size(); ++index) {
            rows[stage.counted[index]] = output.counts[index][0];
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
        budget.bringTogether(
            index,
            std::make_shared<const engine::Sets>(engine::setsOf(keys, batch.spaces[0].rows)));
    }
    for (std::size_t index = 0; index < stage.counted.size(); ++index) {
        budget.count(stage.counted[index], output.counts[index]);
    }
    if (const engine::OverBudget over = budget.over(options.budget); !over.empty()) {
        // What a rule costs was counted on the rows of the first run, so that it does not depend on
        // which rules err.
        if (!together_->evaluator.evaluate({batch, {}, over, true}, options)) {
            return sayTooLarge();
        }
    }
    std::vector<std::int64_t> spent(output.parts.records);
    budget.spentBeside(0, spent);
    for (std::uint32_t record = 0; record < output.parts.records; ++record) {
        addResult(record, spent[record]);
    }
    return results;
}

}  // namespace proviso
