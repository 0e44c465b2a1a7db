#include "runtime/explain/explain.h"

#include "runtime/engine/frame.h"
#include "runtime/engine/places.h"
#include "runtime/engine/shower.h"
#include "runtime/explain/used_rows.h"
#include "runtime/values/date.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso {

namespace {

using bytecode::Clause;
using bytecode::Effect;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Register;
using bytecode::Shown;
using engine::Places;
using engine::Shower;

constexpr int kMostDepth = 24;

std::string periodText(std::int64_t from, std::int64_t through) {
    std::string text;
    if (from != INT64_MIN) {
        text = "from " + formatDate(Date{from});
    }
    if (through != INT64_MAX) {
        text += (text.empty() ? "through " : " through ") + formatDate(Date{through});
    }
    return text.empty() ? "always" : text;
}

std::string shortName(const std::string& name) {
    const auto dot = name.rfind('.');
    return dot == std::string::npos ? name : name.substr(dot + 1);
}

class Explainer {
  public:
    Explainer(const Interpreter& run,
              const Batch& batch,
              std::uint32_t record,
              const ExplainOptions& options)
        : run_(run), program_(run.program()), places_(run, batch), shower_(places_),
          rows_(places_, shower_, record, options.showPrivate), record_(record), options_(options) {
    }

    std::vector<ExplainedRule> rules() {
        std::vector<ExplainedRule> all;
        for (const auto& rule : program_.rules) {
            const bool asked = options_.rule.has_value();
            if (asked && rule.name != *options_.rule && shortName(rule.name) != *options_.rule) {
                continue;
            }
            for (std::uint32_t row = 0; row < run_.rows(rule.space); ++row) {
                const auto home = places_.home(rule.space, row).records;
                if (std::find(home.begin(), home.end(), record_) == home.end()) {
                    continue;
                }
                const ExplainedOutcome outcome = outcomeOf(rule, row);
                if (asked || (outcome != ExplainedOutcome::DoesNotApply &&
                              outcome != ExplainedOutcome::NotInForce)) {
                    all.push_back(ruleOn(rule, row, outcome));
                }
            }
        }
        std::stable_sort(
            all.begin(), all.end(), [](const ExplainedRule& a, const ExplainedRule& b) {
                return std::tie(a.name, a.on) < std::tie(b.name, b.on);
            });
        return all;
    }

  private:
    bool yes(Register reg, std::uint32_t row) const {
        const ColumnData& column = run_.column(reg);
        return column.state(row) == State::Value && column.values[row] != 0;
    }

    static ExplainedOutcome outcomeOfState(State state, bool isYes) {
        switch (state) {
        case State::Unknown:
            return ExplainedOutcome::CannotBeDetermined;
        case State::Error:
            return ExplainedOutcome::Fails;
        default:
            return isYes ? ExplainedOutcome::Applies : ExplainedOutcome::DoesNotApply;
        }
    }

    ExplainedOutcome outcomeOf(const bytecode::RuleInfo& rule, std::uint32_t row) const {
        ExplainedOutcome outcome = ExplainedOutcome::DoesNotApply;
        for (const Effect& effect : rule.effects) {
            const State state = run_.column(effect.guard).state(row);
            if (state == State::Error) {
                return ExplainedOutcome::Fails;
            }
            if (state == State::Unknown) {
                outcome = ExplainedOutcome::CannotBeDetermined;
            } else if (outcome != ExplainedOutcome::CannotBeDetermined && yes(effect.guard, row)) {
                outcome = ExplainedOutcome::Applies;
            }
        }
        if (outcome != ExplainedOutcome::DoesNotApply) {
            return outcome;
        }
        if (rule.inForce != kNone && run_.column(rule.inForce).state(row) == State::Value &&
            !yes(rule.inForce, row)) {
            return ExplainedOutcome::NotInForce;
        }
        for (const auto& exception : rule.exceptions) {
            if (yes(exception.applies, row) &&
                (rule.clause == kNone || conditionHolds(rule.clause, row))) {
                return ExplainedOutcome::Excepted;
            }
        }
        const ColumnData& applies = run_.column(rule.applies);
        return outcomeOfState(applies.state(row), false);
    }

    bool conditionHolds(std::uint32_t clause, std::uint32_t row) const {
        return yes(program_.clauses[clause].value, row);
    }

    ExplainedRule
    ruleOn(const bytecode::RuleInfo& rule, std::uint32_t row, ExplainedOutcome outcome) {
        ExplainedRule explained;
        explained.name = rule.name;
        explained.label = rule.label;
        explained.layer = rule.layer;
        explained.place = rule.place;
        explained.on = places_.row(rule.space, row, record_);
        explained.inForce = periodText(rule.period.from, rule.period.through);
        explained.sources = rule.sources;
        explained.outcome = outcome;
        if (rule.clause != kNone) {
            explained.condition = clauseOn(rule.clause, row, 0);
        }
        for (const auto& exception : rule.exceptions) {
            ExplainedException one;
            one.name = exception.name;
            one.label = exception.label;
            one.sources = exception.sources;
            const bool applies = yes(exception.applies, row);
            one.outcome = outcomeOfState(run_.column(exception.applies).state(row), applies);
            if (exception.because.has_value() && applies) {
                one.because = shower_.render(*exception.because, row, nullptr);
            }
            if (exception.clause != kNone) {
                one.condition = clauseOn(exception.clause, row, 0);
            }
            explained.exceptions.push_back(std::move(one));
        }
        for (const Effect& effect : rule.effects) {
            explained.effects.push_back(effectOn(rule, effect, row));
            addTrouble(explained, effect, row);
        }
        std::sort(explained.missing.begin(), explained.missing.end());
        explained.missing.erase(std::unique(explained.missing.begin(), explained.missing.end()),
                                explained.missing.end());
        return explained;
    }

    void addTrouble(ExplainedRule& explained, const Effect& effect, std::uint32_t row) {
        const State state = run_.column(effect.guard).state(row);
        if (state == State::Unknown) {
            for (std::string& place :
                 places_.missing(effect.guard, row, record_, &explained.reasons)) {
                explained.missing.push_back(std::move(place));
            }
        } else if (state == State::Error) {
            for (const EvaluationError error : errorCodes(run_, effect.guard, row)) {
                const std::string text =
                    fmt::format("{} {}", evaluationErrorCode(error), evaluationErrorMessage(error));
                if (std::find(explained.errors.begin(), explained.errors.end(), text) ==
                    explained.errors.end()) {
                    explained.errors.push_back(text);
                }
            }
        }
    }

    ExplainedEffect
    effectOn(const bytecode::RuleInfo& rule, const Effect& effect, std::uint32_t row) {
        ExplainedEffect said;
        const std::uint32_t target = places_.follow(effect.row, row);
        const bool isThere = target != bytecode::kNone;
        const std::uint32_t space =
            effect.row == kNone || !isThere ? rule.space : program_.code[effect.row].target;
        // Where a key is missing there is no group to name: then it is said of the rule's own row.
        said.on = places_.row(space, isThere ? target : row, record_);
        said.spoke = yes(effect.guard, row);
        if (effect.exception != kNone) {
            said.by = rule.exceptions[effect.exception].name;
        }
        if (effect.because.has_value() && said.spoke) {
            said.because = shower_.render(*effect.because, row, nullptr);
        }
        if (effect.kind == Effect::Kind::Report) {
            const auto& finding = program_.findings[effect.finding];
            said.said = fmt::format("report {} ({})", finding.name, finding.title);
            return said;
        }
        const bytecode::DecisionInfo& decision = program_.decisions[effect.decision];
        std::string value;
        if (decision.shown.type.kind == TypeKind::Step) {
            value = program_.scales[decision.shown.type.ref].steps[effect.member].name;
        } else if (decision.shown.type.kind == TypeKind::Set) {
            value = program_.schema.codes[decision.shown.type.ref].members[effect.member];
        } else {
            Shown shown;
            shown.type = decision.shown.type;
            shown.value = effect.value;
            value = shower_.people(shown, row);
        }
        switch (decision.combination) {
        case bytecode::Combination::Strictest:
        case bytecode::Combination::Highest:
            said.said = fmt::format("require {} of at least {}", decision.shortName, value);
            break;
        case bytecode::Combination::Lowest:
            said.said = fmt::format("require {} of at most {}", decision.shortName, value);
            break;
        case bytecode::Combination::Union:
            said.said = fmt::format("add {} to {}", value, decision.shortName);
            break;
        case bytecode::Combination::ExactlyOne:
            said.said = fmt::format("set {} to {}", decision.shortName, value);
            break;
        }
        said.binds = said.spoke && isThere;
        if (said.binds && decision.combination == bytecode::Combination::Strictest) {
            const auto minimal = shower_.minimalDemands(decision.shown, target);
            said.binds = std::find(minimal.begin(), minimal.end(), effect.member) != minimal.end();
        }
        return said;
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by kMostDepth
    ExplainedNode clauseOn(std::uint32_t index, std::uint32_t row, int depth) {
        const Clause& clause = program_.clauses[index];
        ExplainedNode node;
        node.text = clause.text;
        node.kind = kindName(clause.kind);
        describe(node, clause, row);
        if (depth >= kMostDepth) {
            return node;
        }
        const std::uint32_t below = places_.follow(clause.link, row);
        // A row that belongs to no group, because a key is missing, has nothing below it to tell.
        const bool isThere = below != bytecode::kNone;
        if (clause.kind == Clause::Kind::Definition) {
            // The definition's own text, and what it reads, one step further in.
            for (const std::uint32_t child : clause.children) {
                const Clause& definition = program_.clauses[child];
                node.text = definition.text.empty() ? node.text : definition.text;
                if (!isThere) {
                    continue;
                }
                for (const std::uint32_t read : definition.children) {
                    node.children.push_back(clauseOn(read, below, depth + 1));
                }
                rows_.add(node, definition.value, below);
            }
            return node;
        }
        if (isThere) {
            for (const std::uint32_t child : clause.children) {
                node.children.push_back(clauseOn(child, below, depth + 1));
            }
        }
        if (clause.kind == Clause::Kind::Total) {
            rows_.add(node, clause.value, row);
        }
        return node;
    }

    static const char* kindName(Clause::Kind kind) {
        switch (kind) {
        case Clause::Kind::Test:
            return "test";
        case Clause::Kind::All:
            return "all";
        case Clause::Kind::AnyOf:
            return "any";
        case Clause::Kind::Not:
            return "not";
        case Clause::Kind::Field:
            return "field";
        case Clause::Kind::Parameter:
            return "parameter";
        case Clause::Kind::Table:
            return "table";
        case Clause::Kind::Definition:
            return "definition";
        case Clause::Kind::Decision:
            return "decision";
        case Clause::Kind::Total:
            return "total";
        case Clause::Kind::Value:
        case Clause::Kind::InForce:
        case Clause::Kind::Set:
            break;
        }
        return "value";
    }

    /// The value, its state, and where it comes from.
    void describe(ExplainedNode& node, const Clause& clause, std::uint32_t row) {
        if (clause.type.kind == TypeKind::Set || !clause.members.empty()) {
            Shown shown;
            shown.type = clause.type;
            shown.members = clause.members;
            shown.date = clause.value;
            const ShownValue whole = own(shower_.value(shown, row, record_));
            node.value = shower_.people(shown, row);
            node.state = whole.state;
            node.missing = whole.missing;
            node.reasons = whole.reasons;
            return;
        }
        const ColumnData& column = run_.column(clause.value);
        node.state = column.state(row);
        Shown shown;
        shown.type = clause.type;
        shown.value = clause.value;
        node.value = clause.type.kind == TypeKind::Row ? std::string() : shower_.people(shown, row);
        if (node.state == State::Unknown) {
            node.missing = places_.missing(clause.value, row, record_, &node.reasons);
        }
        const auto [origin, originRow] = rows_.originOf(clause.value, row);
        if (origin == kNone) {
            return;
        }
        const bytecode::Instruction& made = program_.code[origin];
        if (made.op == Op::Input) {
            const SchemaSpace& space = program_.schema.spaces[made.space];
            const SchemaField& field = space.fields[made.index];
            const std::string above = places_.row(made.space, originRow, record_);
            node.place = made.space == 0 ? field.name
                         : space.scalar  ? above
                                         : above + "." + field.name;
            if (made.space == 0 && originRow != record_) {
                node.place.insert(0, places_.key(originRow) + ":");
            }
            if (field.isPrivate && !options_.showPrivate && node.state == State::Value) {
                node.value = "not shown";
            }
        } else if (made.op == Op::Parameter) {
            describeParameter(node, made, originRow);
        } else if (made.op == Op::TableLookup) {
            describeTable(node, made, originRow);
        }
    }

    void
    describeParameter(ExplainedNode& node, const bytecode::Instruction& made, std::uint32_t row) {
        const bytecode::Parameter& parameter = program_.parameters[made.index];
        node.sources = parameter.sources;
        const ColumnData& dates = run_.column(made.operands[0]);
        if (dates.state(row) != State::Value) {
            return;
        }
        const bytecode::DatedValue* found = nullptr;
        for (const auto& value : parameter.values) {
            const bool holds = value.period.from <= dates.values[row] &&
                               dates.values[row] <= value.period.through &&
                               value.period.published <= run_.frame().knownBy;
            if (holds && (found == nullptr || value.period.published > found->period.published)) {
                found = &value;
            }
        }
        if (found != nullptr) {
            node.inForce = periodText(found->period.from, found->period.through);
            node.sources.insert(node.sources.end(), found->sources.begin(), found->sources.end());
        }
    }

    void describeTable(ExplainedNode& node, const bytecode::Instruction& made, std::uint32_t row) {
        const bytecode::Table& table = program_.tables[made.index];
        node.sources = table.sources;
        std::vector<std::int64_t> arguments;
        for (const Register operand : made.operands) {
            const ColumnData& column = run_.column(operand);
            if (column.state(row) != State::Value) {
                return;
            }
            arguments.push_back(column.values[row]);
        }
        const std::int64_t date = arguments.back();
        arguments.pop_back();
        const auto match = engine::findTableRow(
            table, run_.frame().lookups->tables[made.index], arguments, date, run_.frame().knownBy);
        if (match.row != nullptr) {
            node.inForce = periodText(match.row->period.from, match.row->period.through);
            if (!match.row->source.empty()) {
                node.sources.push_back(match.row->source);
            }
        }
    }

    const Interpreter& run_;
    const bytecode::Program& program_;
    Places places_;
    Shower shower_;
    UsedRows rows_;
    std::uint32_t record_;
    const ExplainOptions& options_;
};

}  // namespace

Explanation explain(const Interpreter& run,
                    const Batch& batch,
                    std::uint32_t record,
                    const RecordResult& result,
                    const ExplainOptions& options) {
    Explanation explanation;
    explanation.key = result.key;
    explanation.decided = result.decided;
    if (run.isReadable()) {
        explanation.rules = Explainer(run, batch, record, options).rules();
    }
    return explanation;
}

std::string_view outcomeName(ExplainedOutcome outcome) {
    switch (outcome) {
    case ExplainedOutcome::Applies:
        return "applies";
    case ExplainedOutcome::DoesNotApply:
        return "does not apply";
    case ExplainedOutcome::NotInForce:
        return "is not in force";
    case ExplainedOutcome::Excepted:
        return "is excepted";
    case ExplainedOutcome::CannotBeDetermined:
        return "cannot be determined";
    case ExplainedOutcome::Fails:
        return "fails";
    }
    return "";
}

}  // namespace proviso
