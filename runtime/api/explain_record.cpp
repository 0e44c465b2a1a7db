#include "runtime/api/explain_record.h"

#include "runtime/engine/run.h"
#include "runtime/explain/explain.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace proviso::api {

namespace {

/// The full name of the rule that is asked for by its name or the last part of it.
Result<std::string> ruleCalled(const bytecode::Program& program, const std::string& name) {
    std::vector<std::string> matches;
    for (const bytecode::RuleInfo& rule : program.rules) {
        if (rule.name == name) {
            return name;
        }
        if (rule.name.ends_with("." + name)) {
            matches.push_back(rule.name);
        }
    }
    if (matches.empty()) {
        return Error{ErrorCode::NotFound, "there is no rule `" + name + "`"};
    }
    if (matches.size() > 1) {
        return Error{ErrorCode::InvalidArgument,
                     "several rules are called `" + name + "`, such as `" + matches.front() + "`"};
    }
    return matches.front();
}

/// Everything together, so that what the decision rests on is there wherever it stands.
void evaluateTogether(SessionState& state) {
    ExplainableRecords& records = state.explainable;
    const RecordStore& store = state.decoded.store;
    records.own = store.select(recordsInOrder(*state.prepared->program, store));
    records.own.holes = store.batch().holes;
    records.results = state.prepared->evaluator.decide(records.own, state.decide);
    records.batch = &records.own;
}

std::string write(const Explanation& explanation, ExplanationForm form) {
    switch (form) {
    case ExplanationForm::Page:
        return explanationPage(explanation);
    case ExplanationForm::Lines:
        return explanationLines(explanation);
    case ExplanationForm::Json:
        return explanationJson(explanation);
    }
    return {};
}

}  // namespace

Result<std::string>
explainRecord(SessionState& state, std::string_view key, const ExplainRequest& request) {
    const auto& decisions = state.decisions;
    const auto found = std::lower_bound(
        decisions.begin(),
        decisions.end(),
        key,
        [](const DecisionData& data, std::string_view wanted) { return data.result.key < wanted; });
    if (found == decisions.end() || found->result.key != key) {
        return Error{ErrorCode::NotFound, "no such record was decided by the last call"};
    }
    ExplainOptions options;
    options.showPrivate = request.showPrivate;
    if (!request.rule.empty()) {
        Result<std::string> rule = ruleCalled(*state.prepared->program, request.rule);
        if (!rule) {
            return std::move(rule).error();
        }
        options.rule = std::move(*rule);
    }
    if (state.explainable.batch == nullptr) {
        evaluateTogether(state);
    }
    const ExplainableRecords& records = state.explainable;
    const auto row = static_cast<std::uint32_t>(found - decisions.begin());
    const RecordResult result =
        records.batch == &records.own ? records.results[row] : own(found->result);
    Explanation why = proviso::explain(
        state.prepared->evaluator.interpreter(), *records.batch, row, result, options);
    why.unsignedPacks = state.stamp.unsignedPacks;
    return write(why, request.form);
}

}  // namespace proviso::api
