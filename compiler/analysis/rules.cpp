#include "compiler/analysis/rules.h"

#include "compiler/analysis/facts.h"
#include "compiler/analysis/words.h"

#include <algorithm>

namespace proviso::analysis {

using typed::ColumnId;
using typed::Combination;
using typed::Effect;
using typed::Exception;
using typed::ExprId;
using typed::ExprKind;
using typed::kNone;
using typed::Program;
using typed::Rule;

namespace {

/// Two rules out of so many that steer one decision are compared; beyond, only neighbours in name
/// would be, which says little.
constexpr std::size_t kMostComparisons = 200'000;

class RuleCheck {
  public:
    RuleCheck(const Program& program, DiagnosticSink& sink)
        : program_(program), sink_(sink), terms_(program) {}

    void run() {
        for (const Rule& rule : program_.rules) {
            checkRule(rule);
        }
        for (std::uint32_t decision = 0; decision < program_.decisions.size(); ++decision) {
            if (program_.decisions[decision].combination == Combination::ExactlyOne) {
                checkDecision(decision);
            }
        }
    }

  private:
    struct Contribution {
        const Rule* rule = nullptr;
        const Effect* effect = nullptr;
        std::int64_t value = 0;
        std::vector<ExprId> conditions;  ///< without the dates
        std::vector<Terms::Term> terms;  ///< of the conditions, ascending
    };

    bool assumeAll(Facts& facts, const std::vector<ExprId>& conditions) {
        return std::all_of(conditions.begin(), conditions.end(), [&](ExprId condition) {
            return facts.assume(condition);
        });
    }

    void label(DiagnosticBuilder& builder, const Conflict& conflict, Span primary) {
        if (conflict.first.source.isValid() && conflict.first != primary) {
            builder.label(conflict.first,
                          conflict.second.source.isValid() ? "this" : "this cannot hold");
        }
        if (conflict.second.source.isValid()) {
            builder.label(conflict.second, "and this cannot both hold");
        }
    }

    void checkRule(const Rule& rule) {
        Facts condition(terms_);
        if (rule.condition != kNone && !condition.assume(rule.condition)) {
            auto builder = sink_.report(DiagnosticKind::RuleNeverApplies,
                                        rule.span,
                                        {rule.name, "its condition contradicts itself"});
            label(builder, condition.conflict(), rule.span);
            return;
        }
        // Without the exceptions: what is left after the condition's own parts are the dates.
        Facts before(terms_);
        std::vector<ExprId> denials;
        for (const ExprId part : conjuncts(program_, rule.applies)) {
            if (program_.exprs[part].kind == ExprKind::Not &&
                isException(rule, program_.exprs[part].operands[0])) {
                denials.push_back(part);
                continue;
            }
            if (!before.assume(part)) {
                auto builder =
                    sink_.report(DiagnosticKind::RuleNeverApplies,
                                 rule.span,
                                 {rule.name, "its dates and its condition exclude each other"});
                label(builder, before.conflict(), rule.span);
                return;
            }
        }
        for (const std::uint32_t exception : rule.exceptions) {
            Facts both = before;
            const Exception& checked = program_.exceptions[exception];
            if (checked.applies != kNone && !both.assume(checked.applies)) {
                auto builder = sink_.report(
                    DiagnosticKind::ExceptionNeverApplies, checked.span, {checked.name, rule.name});
                builder.label(rule.span, "the rule");
                label(builder, both.conflict(), checked.span);
            }
        }
        for (const ExprId denial : denials) {
            Facts left = before;
            if (!left.assume(denial)) {
                const Exception* exception = exceptionOf(rule, program_.exprs[denial].operands[0]);
                sink_
                    .report(DiagnosticKind::ExceptionAlwaysApplies,
                            exception->span,
                            {exception->name, rule.name})
                    .label(rule.span, "the rule can never speak for itself");
                return;
            }
        }
        Facts left = before;
        if (!assumeAll(left, denials)) {
            auto builder = sink_.report(DiagnosticKind::RuleNeverApplies,
                                        rule.span,
                                        {rule.name, "its exceptions together leave no case"});
            for (const std::uint32_t exception : rule.exceptions) {
                builder.label(program_.exceptions[exception].span, "an exception");
            }
            return;
        }
        checkEffects(rule);
    }

    void checkEffects(const Rule& rule) {
        for (const Effect& effect : rule.effects) {
            Facts facts(terms_);
            if (effect.guard == kNone || facts.assume(effect.guard)) {
                continue;
            }
            // An exception that never applies was reported as such.
            if (effect.exception != kNone) {
                Facts alone(terms_);
                const Exception& exception = program_.exceptions[effect.exception];
                if ((exception.applies != kNone && !alone.assume(exception.applies)) ||
                    (rule.condition != kNone && !alone.assume(rule.condition))) {
                    continue;
                }
            }
            auto builder =
                sink_.report(DiagnosticKind::EffectNeverSpeaks, effect.span, {rule.name});
            label(builder, facts.conflict(), effect.span);
        }
    }

    [[nodiscard]] const Exception* exceptionOf(const Rule& rule, ExprId applies) {
        for (const std::uint32_t exception : rule.exceptions) {
            if (program_.exceptions[exception].applies == applies) {
                return &program_.exceptions[exception];
            }
        }
        return nullptr;
    }

    [[nodiscard]] bool isException(const Rule& rule, ExprId applies) {
        return exceptionOf(rule, applies) != nullptr;
    }

    [[nodiscard]] bool isDate(ExprId condition) const {
        return program_.exprs[condition].kind == ExprKind::InForceAt;
    }

    void checkDecision(std::uint32_t decision) {
        std::vector<Contribution> all;
        for (const Rule& rule : program_.rules) {
            for (const Effect& effect : rule.effects) {
                if (effect.kind != Effect::Kind::Contribute || effect.decision != decision ||
                    effect.value == kNone || effect.guard == kNone) {
                    continue;
                }
                const std::optional<std::int64_t> value = terms_.constantOf(effect.value);
                if (!value) {
                    continue;
                }
                Contribution one{&rule, &effect, *value, {}, {}};
                for (const ExprId part : conjuncts(program_, effect.guard)) {
                    if (!isDate(part)) {
                        one.conditions.push_back(part);
                        one.terms.push_back(terms_.of(part));
                    }
                }
                std::sort(one.terms.begin(), one.terms.end());
                one.terms.erase(std::unique(one.terms.begin(), one.terms.end()), one.terms.end());
                all.push_back(std::move(one));
            }
        }
        std::size_t comparisons = 0;
        for (std::size_t second = 1; second < all.size(); ++second) {
            for (std::size_t first = 0; first < second; ++first) {
                if (++comparisons > kMostComparisons) {
                    return;
                }
                if (contradict(all[first], all[second])) {
                    report(decision, all[first], all[second]);
                    break;
                }
            }
        }
    }

    /// Whether wherever `a` holds `b` holds too.
    bool implies(const Contribution& a, const Contribution& b) {
        if (std::includes(a.terms.begin(), a.terms.end(), b.terms.begin(), b.terms.end())) {
            return true;
        }
        Facts facts(terms_);
        if (!assumeAll(facts, a.conditions)) {
            return false;
        }
        return std::all_of(b.conditions.begin(), b.conditions.end(), [&](ExprId condition) {
            Facts without = facts;
            // No new thing may be spoken of: it could be unknown.
            const std::size_t known = without.known().size();
            Facts with = facts;
            return !without.assume(condition, false) && with.assume(condition) &&
                   with.known().size() == known;
        });
    }

    bool contradict(const Contribution& a, const Contribution& b) {
        if (a.value == b.value || terms_.of(a.effect->row) != terms_.of(b.effect->row) ||
            !(implies(a, b) || implies(b, a))) {
            return false;
        }
        Facts both(terms_);
        return both.assume(a.effect->guard) && both.assume(b.effect->guard);
    }

    void report(std::uint32_t decision, const Contribution& a, const Contribution& b) {
        const ColumnId column = program_.decisions[decision].column;
        const Type& type = program_.columns[column].type;
        const auto words = [&](const Contribution& one) {
            return "here it is " +
                   valueInWords(program_, type, program_.exprs[one.effect->value].value);
        };
        sink_
            .report(DiagnosticKind::RulesContradict,
                    b.effect->span,
                    {a.rule->name, b.rule->name, columnInWords(program_, column)})
            .primary(words(b))
            .label(a.effect->span, words(a))
            .help("let their conditions or dates exclude each other, or make one an exception to "
                  "the other");
    }

    const Program& program_;
    DiagnosticSink& sink_;
    Terms terms_;
};

}  // namespace

void checkRules(const Program& program, DiagnosticSink& sink) {
    RuleCheck(program, sink).run();
}

}  // namespace proviso::analysis
