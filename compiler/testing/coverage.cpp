#include "compiler/testing/coverage.h"

#include "runtime/base/check.h"
#include "runtime/engine/frame.h"
#include "runtime/values/evaluation_error.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace proviso {

using bytecode::kNone;
using bytecode::Register;

namespace {

bool isYes(const ColumnData& column, std::size_t row) {
    return column.state(row) == State::Value && column.values[row] != 0;
}

bool anyYes(const ColumnData& column) {
    for (std::size_t row = 0; row < column.values.size(); ++row) {
        if (isYes(column, row)) {
            return true;
        }
    }
    return false;
}

/// Whether a rule is in force in a row and its condition, without exceptions, holds there.
bool wouldApply(const Interpreter& run, const bytecode::RuleInfo& rule, std::size_t row) {
    const auto holds = [&](Register number) {
        return number == kNone || isYes(run.column(number), row);
    };
    return holds(rule.inForce) &&
           (rule.clause == kNone || holds(run.program().clauses[rule.clause].value));
}

std::vector<bool> falseFor(std::size_t count) {
    return std::vector<bool>(count, false);
}

/// What is left of a name after its pack.
std::string afterPack(const std::string& name) {
    return name.substr(name.rfind('.') + 1);
}

std::string oneLine(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        const bool space = letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
        if (!space) {
            out += letter;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    return out;
}

}  // namespace

std::string_view coverageName(CoverageKind kind) {
    static constexpr std::array<std::string_view, kCoverageKinds> kNames{
        "rules", "exceptions", "clauses", "rows", "data", "values", "findings", "steps"};
    return kNames[static_cast<std::size_t>(kind)];
}

Coverage::Coverage(const CompiledSet& set)
    : set_(set), typed_(*set.typed), program_(*set.program), rules_(typed_.rules.size()),
      exceptions_(falseFor(typed_.exceptions.size())), findings_(falseFor(typed_.findings.size())),
      possible_(program_) {
    // Lowering keeps the order of all these.
    PROVISO_CHECK(program_.rules.size() == typed_.rules.size(), "rules are parallel");
    for (std::uint32_t index = 0; index < typed_.rules.size(); ++index) {
        const typed::Rule& rule = typed_.rules[index];
        effects_.push_back(falseFor(rule.effects.size()));
        findTests(index, rule.condition, program_.rules[index].clause);
        for (std::size_t place = 0; place < rule.exceptions.size(); ++place) {
            findTests(index,
                      typed_.exceptions[rule.exceptions[place]].condition,
                      program_.rules[index].exceptions[place].clause);
        }
    }
    for (const typed::Table& table : typed_.tables) {
        rows_.push_back(falseFor(table.rows.size()));
    }
    for (const typed::Parameter& parameter : typed_.parameters) {
        values_.push_back(falseFor(parameter.values.size()));
    }
    for (const bytecode::DecisionInfo& decision : program_.decisions) {
        steps_.emplace_back(
            decision.shown.type.kind == TypeKind::Step ? decision.shown.members.size() : 0);
    }
    findDated();
}

/// The leaves of a condition. Its clauses were made from its expressions, node by node.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
void Coverage::findTests(std::uint32_t rule, typed::ExprId condition, std::uint32_t clause) {
    using Kind = bytecode::Clause::Kind;
    if (condition == typed::kNone || clause == kNone) {
        return;
    }
    const typed::Expr& expr = typed_.exprs[condition];
    const bytecode::Clause& made = program_.clauses[clause];
    if (made.kind == Kind::All || made.kind == Kind::AnyOf || made.kind == Kind::Not) {
        for (std::size_t index = 0; index < made.children.size(); ++index) {
            findTests(rule, expr.operands[index], made.children[index]);
        }
        return;
    }
    Test test;
    test.rule = rule;
    test.value = made.value;
    test.text = made.text;
    test.span = expr.span;
    tests_.push_back(std::move(test));
}

void Coverage::findDated() {
    for (std::uint32_t index = 0; index < typed_.definitions.size(); ++index) {
        const typed::Definition& definition = typed_.definitions[index];
        const typed::Column& column = typed_.columns[definition.column];
        const typed::Space& owner = typed_.spaces[column.space];
        const auto at = static_cast<std::size_t>(
            std::find(owner.columns.begin(), owner.columns.end(), definition.column) -
            owner.columns.begin());
        for (const bytecode::SpaceInfo& space : program_.spaces) {
            if (space.name != owner.name || space.columns.size() != owner.columns.size() ||
                space.columns[at].name != column.name ||
                space.columns[at].value >= program_.code.size()) {
                continue;
            }
            const Register made = space.columns[at].value;
            const bytecode::Instruction& select = program_.code[made];
            if (select.op == bytecode::Op::DatedSelect &&
                select.operands.size() == definition.alternatives.size() + 1) {
                dated_.push_back({index, made, falseFor(definition.alternatives.size())});
                break;
            }
        }
    }
}

/// Whether the effect is one of the dated alternatives of what a rule says: the checker adds the
/// alternative's period to the rule's guard.
bool Coverage::isDated(const typed::Effect& effect) const {
    const typed::Expr& guard = typed_.exprs[effect.guard];
    if (guard.kind != typed::ExprKind::And) {
        return false;
    }
    const typed::Expr& last = typed_.exprs[guard.operands.back()];
    return last.kind == typed::ExprKind::InForceAt && last.span == guard.span;
}

// ---- noting

bool Coverage::note(const Interpreter& run, const std::vector<RecordResult>& results) {
    for (const RecordResult& result : results) {
        for (const ErrorResult& error : result.errors) {
            if (error.code == evaluationErrorCode(EvaluationError::TooManyRows)) {
                return false;  // the registers of a run that was given up hold nothing
            }
        }
    }
    noteRules(run);
    noteTests(run);
    noteLookups(run);
    noteSteps(run);
    for (const RecordResult& result : results) {
        for (const FindingResult& finding : result.findings) {
            for (std::size_t index = 0; index < findings_.size(); ++index) {
                if (typed_.findings[index].name == finding.code) {
                    findings_[index] = true;
                }
            }
        }
    }
    return true;
}

void Coverage::noteRules(const Interpreter& run) {
    for (std::size_t index = 0; index < program_.rules.size(); ++index) {
        const bytecode::RuleInfo& rule = program_.rules[index];
        for (std::size_t place = 0; place < rule.effects.size(); ++place) {
            if (!anyYes(run.column(rule.effects[place].guard))) {
                continue;
            }
            effects_[index][place] = true;
            if (rule.effects[place].exception == kNone) {
                rules_[index].yes = true;
            }
        }
        // Where a row may not exist a rule that holds is no more than possible: then no effect of
        // it has spoken.
        Seen seen;
        const ColumnData& applies = run.column(rule.applies);
        for (std::size_t row = 0; row < applies.values.size(); ++row) {
            seen.note(applies, row);
        }
        rules_[index].no = rules_[index].no || seen.no;
        rules_[index].open = rules_[index].open || seen.open;
        for (std::size_t place = 0; place < rule.exceptions.size(); ++place) {
            const ColumnData& column = run.column(rule.exceptions[place].applies);
            for (std::size_t row = 0; row < column.values.size(); ++row) {
                if (isYes(column, row) && wouldApply(run, rule, row)) {
                    exceptions_[typed_.rules[index].exceptions[place]] = true;
                }
            }
        }
    }
}

void Coverage::noteTests(const Interpreter& run) {
    for (Test& test : tests_) {
        const Register inForce = program_.rules[test.rule].inForce;
        const ColumnData& column = run.column(test.value);
        for (std::size_t row = 0; row < column.values.size(); ++row) {
            // Where the rule is not in force nothing rests on its condition.
            if (inForce != kNone && !isYes(run.column(inForce), row)) {
                continue;
            }
            test.seen.note(column, row);
        }
    }
}

void Coverage::noteLookups(const Interpreter& run) {
    const engine::Frame& frame = run.frame();
    std::vector<std::int64_t> arguments;
    for (const bytecode::Instruction& one : program_.code) {
        if (one.op == bytecode::Op::Parameter) {
            const ColumnData& dates = run.column(one.operands[0]);
            std::size_t segment = 0;
            for (std::size_t row = 0; row < dates.values.size(); ++row) {
                const std::uint32_t value =
                    dates.state(row) == State::Value
                        ? frame.dated.parameters[one.index].find(dates.values[row], segment)
                        : kNone;
                if (value != kNone) {
                    values_[one.index][value] = true;
                }
            }
        } else if (one.op == bytecode::Op::TableLookup) {
            const bytecode::Table& table = program_.tables[one.index];
            arguments.resize(table.given.size());
            const ColumnData& dates = run.column(one.operands[arguments.size()]);
            for (std::size_t row = 0; row < dates.values.size(); ++row) {
                State state = dates.state(row);
                for (std::size_t index = 0; index < arguments.size(); ++index) {
                    const ColumnData& argument = run.column(one.operands[index]);
                    state = propagate(state, argument.state(row));
                    arguments[index] = argument.values[row];
                }
                if (state != State::Value) {
                    continue;
                }
                const engine::TableMatch match =
                    engine::findTableRow(table,
                                         frame.lookups->tables[one.index],
                                         arguments,
                                         dates.values[row],
                                         frame.knownBy);
                if (match.row != nullptr) {
                    rows_[one.index][static_cast<std::size_t>(match.row - table.rows.data())] =
                        true;
                }
            }
        }
    }
    for (Dated& dated : dated_) {
        const bytecode::Instruction& select = program_.code[dated.select];
        const ColumnData& dates = run.column(select.operands[0]);
        std::size_t segment = 0;
        for (std::size_t row = 0; row < dates.values.size(); ++row) {
            const std::uint32_t alternative =
                dates.state(row) == State::Value
                    ? frame.dated.datedLists[select.index].find(dates.values[row], segment)
                    : kNone;
            if (alternative != kNone) {
                dated.seen[alternative] = true;
            }
        }
    }
}

void Coverage::noteSteps(const Interpreter& run) {
    for (std::size_t index = 0; index < steps_.size(); ++index) {
        for (std::size_t step = 0; step < steps_[index].size(); ++step) {
            const ColumnData& column = run.column(program_.decisions[index].shown.members[step]);
            for (std::size_t row = 0; row < column.values.size(); ++row) {
                steps_[index][step].note(column, row);
            }
        }
    }
}

void Coverage::Seen::note(const ColumnData& column, std::size_t row) {
    const State state = column.state(row);
    yes = yes || isYes(column, row);
    no = no || state == State::NotApplicable || (state == State::Value && column.values[row] == 0);
    open = open || state == State::Unknown;
}

// ---- reporting

void Coverage::judge(CoverageItem& item, const Seen& seen, Register value, Words words) const {
    const bool canBeYes = possible_.canBe(value, true);
    const bool canBeNo = possible_.canBe(value, false);
    item.oneSided = !(canBeYes || seen.yes) || !(canBeNo || seen.no);
    if (canBeYes && !seen.yes) {
        item.lacks = words.yes;
    } else if (canBeNo && !seen.no) {
        item.lacks = seen.yes || item.kind != CoverageKind::Rule ? words.no : "always left open";
    } else if (item.oneSided && !seen.open && item.kind != CoverageKind::Clause) {
        item.lacks = "never left open";
    }
}

std::string Coverage::packOf(const Span& span) const {
    for (const typed::Pack& pack : typed_.packs) {
        if (pack.source == span.source) {
            return pack.name;
        }
    }
    return {};
}

void Coverage::reportRules(CoverageReport& report) const {
    for (std::size_t index = 0; index < typed_.rules.size(); ++index) {
        const typed::Rule& rule = typed_.rules[index];
        const bytecode::RuleInfo& lowered = program_.rules[index];
        // A rule about every row on every date has nothing that could keep it from applying.
        const bool canBeNo =
            rule.condition != typed::kNone || lowered.inForce != kNone || !rule.exceptions.empty();
        Seen seen = rules_[index];
        seen.no = seen.no || !canBeNo;
        CoverageItem item{CoverageKind::Rule,
                          typed_.packs[rule.pack].name,
                          "rule " + afterPack(rule.name),
                          {},
                          false,
                          rule.span};
        judge(item, seen, lowered.applies, {"never applied", "applied everywhere"});
        report.push_back(std::move(item));
    }
    for (std::size_t index = 0; index < typed_.exceptions.size(); ++index) {
        const typed::Exception& exception = typed_.exceptions[index];
        report.push_back({CoverageKind::Exception,
                          typed_.packs[exception.pack].name,
                          "exception " + afterPack(exception.name),
                          exceptions_[index] ? "" : "never applied",
                          false,
                          exception.span});
    }
}

void Coverage::reportTests(CoverageReport& report) const {
    for (const Test& test : tests_) {
        CoverageItem item{
            CoverageKind::Clause, packOf(test.span), "test " + test.text, {}, false, test.span};
        judge(item, test.seen, test.value, {"never yes", "never no"});
        report.push_back(std::move(item));
    }
}

void Coverage::reportTables(CoverageReport& report) const {
    for (std::size_t index = 0; index < typed_.tables.size(); ++index) {
        const typed::Table& table = typed_.tables[index];
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            const Span& span = table.rows[row].span;
            report.push_back(
                {span.source == table.span.source ? CoverageKind::TableRow : CoverageKind::DataRow,
                 packOf(table.span),
                 "row of " + afterPack(table.name),
                 rows_[index][row] ? "" : "never answered",
                 false,
                 span});
        }
    }
}

void Coverage::reportValues(CoverageReport& report) const {
    for (std::size_t index = 0; index < typed_.parameters.size(); ++index) {
        const typed::Parameter& parameter = typed_.parameters[index];
        for (std::size_t value = 0; value < parameter.values.size(); ++value) {
            report.push_back({CoverageKind::Value,
                              packOf(parameter.span),
                              "value of " + afterPack(parameter.name),
                              values_[index][value] ? "" : "never read",
                              false,
                              parameter.values[value].span});
        }
    }
    for (const Dated& dated : dated_) {
        const typed::Definition& definition = typed_.definitions[dated.definition];
        for (std::size_t value = 0; value < dated.seen.size(); ++value) {
            report.push_back({CoverageKind::Value,
                              typed_.packs[definition.pack].name,
                              "alternative of " + typed_.columns[definition.column].name,
                              dated.seen[value] ? "" : "never in force",
                              false,
                              definition.alternatives[value].span});
        }
    }
    for (std::size_t index = 0; index < typed_.rules.size(); ++index) {
        const typed::Rule& rule = typed_.rules[index];
        for (std::size_t place = 0; place < rule.effects.size(); ++place) {
            const typed::Effect& effect = rule.effects[place];
            if (isDated(effect)) {
                const Span& span = typed_.exprs[effect.guard].span;
                report.push_back({CoverageKind::Value,
                                  packOf(span),
                                  "alternative of " + afterPack(rule.name),
                                  effects_[index][place] ? "" : "never in force",
                                  false,
                                  span});
            }
        }
    }
}

void Coverage::reportFindings(CoverageReport& report) const {
    for (std::size_t index = 0; index < typed_.findings.size(); ++index) {
        const typed::Finding& finding = typed_.findings[index];
        report.push_back({CoverageKind::Finding,
                          typed_.packs[finding.pack].name,
                          "finding " + finding.name,
                          findings_[index] ? "" : "never reported",
                          false,
                          finding.span});
    }
}

void Coverage::reportSteps(CoverageReport& report) const {
    for (std::uint32_t index = 0; index < typed_.decisions.size(); ++index) {
        if (steps_[index].empty()) {
            continue;
        }
        std::set<std::uint32_t> demanded;
        for (const typed::Rule& rule : typed_.rules) {
            for (const typed::Effect& effect : rule.effects) {
                if (effect.kind == typed::Effect::Kind::Contribute && effect.decision == index) {
                    demanded.insert(effect.member);
                }
            }
        }
        const typed::Decision& decision = typed_.decisions[index];
        const typed::Scale& scale = typed_.scales[typed_.columns[decision.column].type.ref];
        for (const std::uint32_t step : demanded) {
            CoverageItem item{CoverageKind::Step,
                              typed_.packs[decision.pack].name,
                              "step " + scale.steps[step].name + " of " + afterPack(decision.name),
                              {},
                              false,
                              decision.span};
            Seen seen = steps_[index][step];
            seen.no = true;
            judge(
                item, seen, program_.decisions[index].shown.members[step], {"never demanded", ""});
            report.push_back(std::move(item));
        }
    }
}

CoverageReport Coverage::report() const {
    CoverageReport report;
    reportRules(report);
    reportTests(report);
    reportTables(report);
    reportValues(report);
    reportFindings(report);
    reportSteps(report);
    for (CoverageItem& item : report) {
        item.name = oneLine(item.name);
    }
    const auto order = [&](const CoverageItem& item) {
        return std::make_tuple(std::string_view(item.pack),
                               set_.sources.path(item.span.source),
                               item.span.begin,
                               item.kind,
                               std::string_view(item.name));
    };
    std::stable_sort(report.begin(), report.end(), [&](const auto& a, const auto& b) {
        return order(a) < order(b);
    });
    return report;
}

}  // namespace proviso
