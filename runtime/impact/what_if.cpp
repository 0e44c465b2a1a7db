#include "runtime/impact/what_if.h"

#include "runtime/bytecode/print.h"
#include "runtime/decision/text.h"
#include "runtime/engine/places.h"
#include "runtime/values/date.h"

#include <algorithm>
#include <set>

namespace proviso::impact {

namespace {

/// Of an enumeration with more (the states of a country) no member is tried: some of them would say
/// nothing, and all of them too much.
constexpr std::int64_t kMostMembers = 16;
constexpr std::size_t kDatesEachWay = 3;

/// What an explanation speaks of.
struct Mentioned {
    std::set<std::string> places;
    std::set<std::string> parameters;
    std::set<std::string> rules;  ///< that apply

    // NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
    void add(const ExplainedNode& node) {
        if (!node.place.empty()) {
            places.insert(node.place);
        }
        if (node.kind == "row") {
            places.insert(node.text);
        }
        if (node.kind == "parameter") {
            parameters.insert(node.text);
        }
        places.insert(node.missing.begin(), node.missing.end());
        for (const ExplainedNode& child : node.children) {
            add(child);
        }
    }

    explicit Mentioned(const Explanation& explanation) {
        for (const ExplainedRule& rule : explanation.rules) {
            if (rule.condition) {
                add(*rule.condition);
            }
            for (const ExplainedException& exception : rule.exceptions) {
                if (exception.condition) {
                    add(*exception.condition);
                }
            }
            places.insert(rule.missing.begin(), rule.missing.end());
            if (rule.outcome == ExplainedOutcome::Applies) {
                rules.insert(rule.name);
            }
        }
    }
};

/// First days of periods that packs name, ascending.
std::vector<std::int64_t> boundariesOf(const bytecode::Program& program) {
    std::set<std::int64_t> days;
    const auto add = [&](std::int64_t from, std::int64_t through) {
        if (from != INT64_MIN) {
            days.insert(from);
        }
        if (through != INT64_MAX) {
            days.insert(through + 1);
        }
    };
    for (const auto& period : program.periods) {
        add(period.from, period.through);
    }
    for (const auto& list : program.datedLists) {
        for (const auto& period : list) {
            add(period.from, period.through);
        }
    }
    for (const auto& parameter : program.parameters) {
        for (const auto& value : parameter.values) {
            add(value.period.from, value.period.through);
        }
    }
    for (const auto& scale : program.scales) {
        for (const auto& step : scale.steps) {
            for (const auto& accepts : step.accepts) {
                add(accepts.from, accepts.through);
            }
        }
    }
    return {days.begin(), days.end()};
}

class Search {
  public:
    Search(const std::shared_ptr<const bytecode::Program>& program,
           const Batch& batch,
           std::uint32_t row,
           const RecordResult& decided,
           const Explanation& explanation,
           const WhatIfOptions& options)
        : program_(program), batch_(batch), row_(row), decided_(decided), options_(options),
          mentioned_(explanation), boundaries_(boundariesOf(*program)) {}

    WhatIfs search() {
        fields();
        values();
        rules();
        return std::move(found_);
    }

  private:
    bool mayTry() {
        if (found_.tried >= options_.atMost) {
            found_.complete = false;
            return false;
        }
        ++found_.tried;
        return true;
    }

    /// Whether it changes anything.
    bool note(WhatIf::Kind kind,
              const std::string& what,
              const std::string& was,
              const std::string& instead,
              const RecordResult& result) {
        std::vector<std::string> changes = changesIn(differenceOf(&decided_, &result));
        if (changes.empty()) {
            return false;
        }
        if (!found_.found.empty() && kind == WhatIf::Kind::Field) {
            // Several values that come to the same are one line.
            WhatIf& last = found_.found.back();
            if (last.kind == kind && last.what == what && last.changes == changes) {
                last.instead += ", " + instead;
                return true;
            }
        }
        found_.found.push_back({kind, what, was, instead, std::move(changes)});
        return true;
    }

    // ---- fields

    void fields() {
        Evaluator evaluator(program_);
        // The places of rows are read from registers; those of the batch as it is.
        Evaluator asItIs(program_);
        (void)asItIs.decide(batch_, options_.decide);
        engine::Places places(asItIs.interpreter(), batch_);
        for (std::uint32_t space = 0; space < program_->schema.spaces.size(); ++space) {
            for (std::uint32_t row = 0; row < batch_.spaces[space].rows; ++row) {
                if (recordOf(space, row) != row_) {
                    continue;
                }
                const std::string above = space == 0 ? "" : places.row(space, row, row_);
                fieldsOf(evaluator, space, row, above);
            }
        }
    }

    std::uint32_t recordOf(std::uint32_t space, std::uint32_t row) const {
        while (space != 0) {
            row = batch_.spaces[space].parent[row];
            space = program_->schema.spaces[space].parent;
        }
        return row;
    }

    void fieldsOf(Evaluator& evaluator,
                  std::uint32_t space,
                  std::uint32_t row,
                  const std::string& above) {
        const Schema& schema = program_->schema;
        const SchemaSpace& info = schema.spaces[space];
        for (std::uint32_t field = 0; field < info.fields.size(); ++field) {
            const SchemaField& one = info.fields[field];
            const bool settles =
                space == 0 &&
                (field == schema.keyField || field == schema.voidedBy ||
                 std::find(schema.correctedBy.begin(), schema.correctedBy.end(), field) !=
                     schema.correctedBy.end());
            if (settles || (one.isPrivate && !options_.withPrivate)) {
                continue;
            }
            const std::string place = info.scalar     ? above
                                      : above.empty() ? one.name
                                                      : above + "." + one.name;
            // The dates that choose the law are read by every rule and stand in no clause.
            const bool isDay = space == 0 && one.type.kind == TypeKind::Date && one.required;
            if (isDay || mentioned_.places.contains(place) ||
                (!above.empty() && mentioned_.places.contains(above))) {
                tryField(evaluator, space, row, field, place);
            }
        }
    }

    void tryField(Evaluator& evaluator,
                  std::uint32_t space,
                  std::uint32_t row,
                  std::uint32_t field,
                  const std::string& place) {
        const Type type = program_->schema.spaces[space].fields[field].type;
        const ColumnData& column = batch_.spaces[space].columns[field];
        const bool known = column.state(row) == State::Value;
        const std::string was =
            known ? shown(type, column.values[row])
                  : std::string(column.state(row) == State::Unknown ? "not on record" : "none");
        const auto attempt = [&](std::int64_t value) {
            if (!mayTry()) {
                return false;
            }
            Batch other = batch_;
            ColumnData& changed = other.spaces[space].columns[field];
            changed.values[row] = value;
            if (!changed.states.empty()) {
                changed.states[row] = State::Value;
            }
            const std::vector<RecordResult> results = evaluator.decide(other, options_.decide);
            return note(WhatIf::Kind::Field, place, was, shown(type, value), results[row_]);
        };
        const std::int64_t value = known ? column.values[row] : 0;
        switch (type.kind) {
        case TypeKind::YesNo:
        case TypeKind::Attestation:
            for (const std::int64_t answer : {std::int64_t{1}, std::int64_t{0}}) {
                if (!known || value != answer) {
                    attempt(answer);
                }
            }
            return;
        case TypeKind::Enumeration: {
            const auto members =
                static_cast<std::int64_t>(program_->schema.enumerations[type.ref].members.size());
            if (members > kMostMembers) {
                return;
            }
            for (std::int64_t member = 0; member < members; ++member) {
                if (!known || value != member) {
                    attempt(member);
                }
            }
            return;
        }
        case TypeKind::Number:
        case TypeKind::Money:
        case TypeKind::Minutes:
        case TypeKind::Days:
            if (known) {
                numbers(value, attempt);
            }
            return;
        case TypeKind::Date:
            if (known) {
                dates(value, attempt);
            }
            return;
        default:
            return;
        }
    }

    /// None, one step less and more, half and double: not every number there is.
    template <typename Attempt>
    static void numbers(std::int64_t value, Attempt attempt) {
        std::set<std::int64_t> tried{value};
        for (const std::int64_t other : {std::int64_t{0}, value - 1, value + 1, value / 2}) {
            if (other >= 0 && tried.insert(other).second) {
                attempt(other);
            }
        }
        if (value > 0 && value < INT64_MAX / 2) {
            attempt(value * 2);
        }
    }

    /// The nearest day on the other side of a boundary that makes a difference, each way.
    template <typename Attempt>
    void dates(std::int64_t value, Attempt attempt) const {
        const auto next = std::upper_bound(boundaries_.begin(), boundaries_.end(), value);
        std::size_t steps = 0;
        for (auto day = next; day != boundaries_.end() && steps < kDatesEachWay; ++day, ++steps) {
            if (isInRange(Date{*day}) && attempt(*day)) {
                break;
            }
        }
        steps = 0;
        for (auto day = next; day != boundaries_.begin() && steps < kDatesEachWay; ++steps) {
            --day;
            if (isInRange(Date{*day - 1}) && attempt(*day - 1)) {
                break;
            }
        }
    }

    std::string shown(const Type& type, std::int64_t value) const {
        switch (type.kind) {
        case TypeKind::Money:
            return formatMoney(value, type.scale);
        case TypeKind::Minutes:
            return formatDecimal(value, type.scale) + (value == 1 ? " minute" : " minutes");
        case TypeKind::Days:
            return formatDecimal(value, type.scale) + (value == 1 ? " day" : " days");
        default:
            return bytecode::printValue(*program_, type, value);
        }
    }

    // ---- parameters

    void values() {
        for (std::size_t index = 0; index < program_->parameters.size(); ++index) {
            const bytecode::Parameter& parameter = program_->parameters[index];
            const std::string brief = parameter.name.substr(parameter.name.rfind('.') + 1);
            if (!mentioned_.parameters.contains(parameter.name) &&
                !mentioned_.parameters.contains(brief)) {
                continue;
            }
            std::set<std::int64_t> others;
            for (const auto& value : parameter.values) {
                others.insert(value.value);
            }
            for (const std::int64_t other : others) {
                if (others.size() > 1 && mayTry()) {
                    tryValue(index, other);
                }
            }
        }
    }

    void tryValue(std::size_t index, std::int64_t value) {
        auto changed = std::make_shared<bytecode::Program>(*program_);
        bytecode::Parameter& parameter = changed->parameters[index];
        std::string from;
        for (auto& one : parameter.values) {
            if (one.value == value && one.period.from != INT64_MIN) {
                from = ", its value from " + formatDate(Date{one.period.from});
            }
            one.value = value;
        }
        Evaluator evaluator(changed);
        const std::vector<RecordResult> results = evaluator.decide(batch_, options_.decide);
        note(WhatIf::Kind::Value,
             parameter.name,
             "its value on the day",
             shown(parameter.type, value) + from,
             results[row_]);
    }

    // ---- rules

    void rules() {
        for (std::size_t index = 0; index < program_->rules.size(); ++index) {
            const bytecode::RuleInfo& rule = program_->rules[index];
            if (!mentioned_.rules.contains(rule.name) || !mayTry()) {
                continue;
            }
            auto changed = std::make_shared<bytecode::Program>(*program_);
            for (const bytecode::Effect& effect : rule.effects) {
                // The guard says no in every row: the rule is silent.
                bytecode::Instruction& guard = changed->code[effect.guard];
                guard.op = bytecode::Op::Constant;
                guard.immediate = 0;
                guard.index = bytecode::kNone;
                guard.operands.clear();
            }
            Evaluator evaluator(changed);
            const std::vector<RecordResult> results = evaluator.decide(batch_, options_.decide);
            note(WhatIf::Kind::Rule, rule.name, "applies", "without the rule", results[row_]);
        }
    }

    std::shared_ptr<const bytecode::Program> program_;
    const Batch& batch_;
    std::uint32_t row_;
    const RecordResult& decided_;
    const WhatIfOptions& options_;
    Mentioned mentioned_;
    std::vector<std::int64_t> boundaries_;
    WhatIfs found_;
};

}  // namespace

WhatIfs whatIfs(const std::shared_ptr<const bytecode::Program>& program,
                const Batch& batch,
                std::uint32_t row,
                const RecordResult& decided,
                const Explanation& explanation,
                const WhatIfOptions& options) {
    return Search(program, batch, row, decided, explanation, options).search();
}

std::vector<std::string> changesIn(const RecordDifference& difference) {
    std::vector<std::string> changes;
    for (const FindingDifference& finding : difference.findings) {
        const FindingResult& known = finding.known();
        std::string text = "finding " + known.code + " on " + known.on;
        text += finding.side == Side::Gained ? " would be made"
                : finding.side == Side::Lost ? " would not be made"
                                             : " would say something else";
        if (finding.side != Side::Lost && !known.because.empty()) {
            text += ": " + known.because;
        }
        changes.push_back(std::move(text));
    }
    for (const ValueDifference& decision : difference.decisions) {
        const std::string name =
            spokenName(decision.name) + (decision.on.empty() ? "" : " of " + decision.on);
        changes.push_back(decision.sameValue()
                              ? name + " would be " + decision.after + " all the same, by " +
                                    (decision.boundAfter.empty() ? "no rule" : decision.boundAfter)
                              : name + " would be " + decision.after + ", not " + decision.before);
    }
    for (const ValueDifference& output : difference.outputs) {
        // Most outputs of one value are decisions, which were said.
        const bool said = std::any_of(
            difference.decisions.begin(), difference.decisions.end(), [&](const auto& decision) {
                return decision.name == output.name && decision.after == output.after;
            });
        if (!said) {
            changes.push_back(spokenName(output.name) + " would be " + output.after + ", not " +
                              output.before);
        }
    }
    for (const RowDifference& row : difference.rows) {
        std::string text = spokenName(row.list) + ": ";
        text += row.side == Side::Gained ? "a row more, "
                : row.side == Side::Lost ? "a row less, "
                                         : row.row + " with ";
        bool first = true;
        for (const RowDifference::Field& field : row.fields) {
            text += first ? "" : ", ";
            first = false;
            text += spokenName(field.name) + " ";
            text += row.side == Side::Lost     ? field.before
                    : row.side == Side::Gained ? field.after
                                               : field.after + " (not " + field.before + ")";
        }
        changes.push_back(std::move(text));
    }
    for (const TroubleDifference& entry : difference.undetermined) {
        changes.push_back(entry.rule + " on " + entry.on +
                          (entry.side == Side::Lost     ? " could be determined"
                           : entry.side == Side::Gained ? " could not be determined"
                                                        : " would lack other things"));
    }
    for (const TroubleDifference& entry : difference.errors) {
        changes.push_back(entry.rule + " on " + entry.on +
                          (entry.side == Side::Lost ? " would not fail" : " would fail"));
    }
    for (const std::string& what : difference.otherwise) {
        changes.push_back("also: " + what);
    }
    return changes;
}

const char* kindName(WhatIf::Kind kind) {
    switch (kind) {
    case WhatIf::Kind::Field:
        return "field";
    case WhatIf::Kind::Value:
        return "value";
    case WhatIf::Kind::Rule:
        return "rule";
    }
    return "";
}

}  // namespace proviso::impact
