#include "compiler/analysis/facts.h"

#include "compiler/typed/comparison.h"

#include <algorithm>
#include <unordered_set>

namespace proviso::analysis {

using typed::CodeSet;
using typed::ColumnKind;
using typed::Comparison;
using typed::Expr;
using typed::ExprId;
using typed::ExprKind;
using typed::FoldKind;
using typed::InForce;
using typed::kNone;
using typed::LinkId;
using typed::Program;
using typed::Rule;

namespace {

/// Above this many alternatives nothing is concluded from an `or`.
constexpr std::size_t kMostAlternatives = 256;
/// Local definitions may be used again and again, so that a short text can stand for a condition
/// without end: beyond so many parts nothing more is concluded.
constexpr std::uint32_t kMostSteps = 20'000;
/// Up to this size a range is looked at value by value.
constexpr std::int64_t kMostValues = 4096;

std::int64_t number(std::uint32_t value) {
    return value;
}

Comparison opposite(Comparison comparison) {
    switch (comparison) {
    case Comparison::Equal:
        return Comparison::NotEqual;
    case Comparison::NotEqual:
        return Comparison::Equal;
    case Comparison::Less:
        return Comparison::GreaterOrEqual;
    case Comparison::LessOrEqual:
        return Comparison::Greater;
    case Comparison::Greater:
        return Comparison::LessOrEqual;
    case Comparison::GreaterOrEqual:
        return Comparison::Less;
    }
    return comparison;
}

/// The values that stand in a comparison to a constant.
Domain satisfying(Comparison comparison, std::int64_t constant) {
    Domain domain;
    switch (comparison) {
    case Comparison::Equal:
        domain.allowed = std::set<std::int64_t>{constant};
        break;
    case Comparison::NotEqual:
        domain.excluded.insert(constant);
        break;
    case Comparison::Less:
        domain.high = constant == INT64_MIN ? constant : constant - 1;
        break;
    case Comparison::LessOrEqual:
        domain.high = constant;
        break;
    case Comparison::Greater:
        domain.low = constant == INT64_MAX ? constant : constant + 1;
        break;
    case Comparison::GreaterOrEqual:
        domain.low = constant;
        break;
    }
    return domain;
}

Domain just(std::int64_t value) {
    return satisfying(Comparison::Equal, value);
}

Domain between(std::int64_t low, std::int64_t high) {
    Domain domain;
    domain.low = low;
    domain.high = high;
    return domain;
}

}  // namespace

// ---- Terms

Terms::Terms(const Program& program) : program_(program) {
    for (const Rule& rule : program.rules) {
        ruleBinders_.insert(rule.binder);
    }
}

std::int64_t Terms::textId(const std::string& text) {
    return texts_.emplace(text, static_cast<std::int64_t>(texts_.size())).first->second;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
Terms::Term Terms::of(ExprId id) {
    const auto known = terms_.find(id);
    if (known != terms_.end()) {
        return known->second;
    }
    const Expr& expr = program_.exprs[id];
    std::vector<std::int64_t> content{static_cast<std::int64_t>(expr.kind),
                                      static_cast<std::int64_t>(expr.type.kind),
                                      expr.type.scale,
                                      number(expr.type.ref)};
    const bool isText = expr.kind == ExprKind::Constant &&
                        (expr.type.kind == TypeKind::Text || expr.type.kind == TypeKind::Code);
    if (isText) {
        content.push_back(textId(program_.texts[static_cast<std::size_t>(expr.value)]));
    } else if (expr.kind == ExprKind::BinderRow && ruleBinders_.count(expr.index) != 0) {
        content.push_back(-1 - number(program_.binders[expr.index].space));
    } else {
        content.insert(content.end(),
                       {expr.value,
                        number(expr.index),
                        static_cast<std::int64_t>(expr.comparison),
                        static_cast<std::int64_t>(expr.rounding),
                        static_cast<std::int64_t>(expr.fold),
                        number(expr.binder)});
        content.push_back(expr.text.empty() ? -1 : textId(expr.text));
        for (const InForce& period : expr.periods) {
            content.insert(content.end(),
                           {period.period.from, period.period.through, period.published});
        }
        content.push_back(number(static_cast<std::uint32_t>(expr.over.size())));
        content.insert(content.end(), expr.over.begin(), expr.over.end());
        for (const ExprId inner : {expr.where, expr.body}) {
            content.push_back(inner == kNone ? -1 : number(of(inner)));
        }
        for (const typed::Window& window : expr.windows) {
            content.insert(
                content.end(),
                {static_cast<std::int64_t>(window.kind), window.exclusive ? 1 : 0, window.count});
            for (const ExprId inner : typed::partsOf(window)) {
                content.push_back(inner == kNone ? -1 : number(of(inner)));
            }
        }
        std::vector<std::int64_t> operands;
        operands.reserve(expr.operands.size());
        for (const ExprId operand : expr.operands) {
            operands.push_back(number(of(operand)));
        }
        if (expr.kind == ExprKind::And || expr.kind == ExprKind::Or) {
            std::sort(operands.begin(), operands.end());
        }
        content.insert(content.end(), operands.begin(), operands.end());
    }
    const Term term =
        byContent_.emplace(std::move(content), static_cast<Term>(byContent_.size())).first->second;
    terms_[id] = term;
    return term;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
std::optional<std::int64_t> Terms::constantOf(ExprId id) {
    const Expr& expr = program_.exprs[id];
    if (expr.kind == ExprKind::Constant) {
        if (expr.type.kind == TypeKind::Text || expr.type.kind == TypeKind::Code) {
            return textId(program_.texts[static_cast<std::size_t>(expr.value)]);
        }
        return expr.value;
    }
    if (expr.kind != ExprKind::Rescale && expr.kind != ExprKind::Negate) {
        return std::nullopt;
    }
    std::optional<std::int64_t> value = constantOf(expr.operands[0]);
    if (!value) {
        return std::nullopt;
    }
    std::int64_t result = *value;
    if (expr.kind == ExprKind::Negate) {
        return __builtin_sub_overflow(std::int64_t{0}, *value, &result) ? std::nullopt
                                                                        : std::optional(result);
    }
    for (std::int64_t decimals = 0; decimals < expr.value; ++decimals) {
        if (__builtin_mul_overflow(result, std::int64_t{10}, &result)) {
            return std::nullopt;
        }
    }
    return result;
}

// ---- Domain

bool Domain::contains(std::int64_t value) const {
    return value >= low && value <= high && (!allowed || allowed->count(value) != 0) &&
           excluded.count(value) == 0;
}

bool Domain::isEmpty() const {
    if (low > high) {
        return true;
    }
    if (allowed) {
        return std::none_of(
            allowed->begin(), allowed->end(), [&](std::int64_t value) { return contains(value); });
    }
    std::int64_t size = 0;
    if (__builtin_sub_overflow(high, low, &size) || size >= kMostValues) {
        return false;
    }
    for (std::int64_t value = low; value <= high; ++value) {
        if (excluded.count(value) == 0) {
            return false;
        }
    }
    return true;
}

void Domain::intersect(const Domain& other) {
    low = std::max(low, other.low);
    high = std::min(high, other.high);
    excluded.insert(other.excluded.begin(), other.excluded.end());
    if (allowed && other.allowed) {
        std::erase_if(*allowed,
                      [&](std::int64_t value) { return other.allowed->count(value) == 0; });
    } else if (other.allowed) {
        allowed = other.allowed;
    }
}

void Domain::unite(const Domain& other) {
    std::set<std::int64_t> never;
    for (const std::int64_t value : excluded) {
        if (!other.contains(value)) {
            never.insert(value);
        }
    }
    for (const std::int64_t value : other.excluded) {
        if (!contains(value)) {
            never.insert(value);
        }
    }
    excluded = std::move(never);
    low = std::min(low, other.low);
    high = std::max(high, other.high);
    if (allowed && other.allowed) {
        allowed->insert(other.allowed->begin(), other.allowed->end());
    } else {
        allowed.reset();
    }
}

// ---- Facts

Domain Facts::domainOf(ExprId id) const {
    const Program& program = terms_->program();
    const Expr& expr = program.exprs[id];
    switch (expr.type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return between(0, 1);
    case TypeKind::Enumeration:
        return between(
            0, static_cast<std::int64_t>(program.enumerations[expr.type.ref].members.size()) - 1);
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes: {
        const bool counted = expr.kind == ExprKind::Fold &&
                             (expr.fold == FoldKind::Count || expr.fold == FoldKind::Distinct);
        const bool given = expr.kind == ExprKind::ReadColumn &&
                           program.columns[expr.index].kind == ColumnKind::Stored &&
                           !program.columns[expr.index].isSigned;
        return counted || given ? between(0, INT64_MAX) : Domain{};
    }
    default:
        return Domain{};
    }
}

Domain Facts::valuesOf(ExprId expr) const {
    if (const std::optional<std::int64_t> value = terms_->constantOf(expr)) {
        return just(*value);
    }
    const auto known = known_.find({terms_->of(expr), kNone});
    return known == known_.end() ? domainOf(expr) : known->second;
}

bool Facts::narrow(const Key& key, const Domain& start, Domain domain, Span span) {
    const auto [place, added] = known_.emplace(key, start);
    Domain& now = place->second;
    const Domain before = now;
    now.intersect(domain);
    if (now.isEmpty()) {
        conflict_ = {span, added ? Span{} : before.span};
        return false;
    }
    const bool narrower = now.low != before.low || now.high != before.high ||
                          now.excluded.size() != before.excluded.size() ||
                          now.allowed != before.allowed;
    if (added || narrower) {
        now.span = span;
    }
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
bool Facts::assumeAll(const std::vector<ExprId>& conditions, bool yes) {
    // Alternatives come last: more of them can then be ruled out.
    std::vector<ExprId> later;
    const Program& program = terms_->program();
    for (const ExprId condition : conditions) {
        const ExprKind kind = program.exprs[condition].kind;
        const bool splits = kind == (yes ? ExprKind::Or : ExprKind::And) ||
                            kind == ExprKind::Select || kind == ExprKind::Not;
        if (splits) {
            later.push_back(condition);
        } else if (!assume(condition, yes)) {
            return false;
        }
    }
    for (const ExprId condition : later) {
        if (!assume(condition, yes)) {
            return false;
        }
    }
    return true;
}

/// One of several branches holds: what they have in common is known.
bool Facts::assumeOne(std::vector<Facts> branches, const std::vector<bool>& possible) {
    Facts* common = nullptr;
    for (std::size_t index = 0; index < branches.size(); ++index) {
        if (!possible[index]) {
            conflict_ = branches[index].conflict_;
            continue;
        }
        if (common == nullptr) {
            common = &branches[index];
            continue;
        }
        for (auto known = common->known_.begin(); known != common->known_.end();) {
            const auto other = branches[index].known_.find(known->first);
            if (other == branches[index].known_.end()) {
                known = common->known_.erase(known);
            } else {
                known->second.unite(other->second);
                ++known;
            }
        }
    }
    if (common == nullptr) {
        return false;
    }
    known_ = std::move(common->known_);
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
bool Facts::assumeAny(const std::vector<ExprId>& conditions, bool yes) {
    if (conditions.size() > kMostAlternatives) {
        return true;
    }
    std::vector<Facts> branches;
    std::vector<bool> possible;
    for (const ExprId condition : conditions) {
        branches.push_back(*this);
        possible.push_back(branches.back().assume(condition, yes));
    }
    return assumeOne(std::move(branches), possible);
}

bool Facts::compare(const Expr& expr, bool yes) {
    const Comparison comparison = yes ? expr.comparison : opposite(expr.comparison);
    const ExprId left = expr.operands[0];
    const ExprId right = expr.operands[1];
    const std::optional<std::int64_t> leftValue = terms_->constantOf(left);
    const std::optional<std::int64_t> rightValue = terms_->constantOf(right);
    if (leftValue && rightValue) {
        conflict_ = {expr.span, {}};
        return satisfying(comparison, *rightValue).contains(*leftValue);
    }
    if (rightValue) {
        return narrow({terms_->of(left), kNone},
                      domainOf(left),
                      satisfying(comparison, *rightValue),
                      expr.span);
    }
    if (leftValue) {
        return narrow({terms_->of(right), kNone},
                      domainOf(right),
                      satisfying(mirrored(comparison), *leftValue),
                      expr.span);
    }
    const Terms::Term a = terms_->of(left);
    const Terms::Term b = terms_->of(right);
    if (a == b) {
        conflict_ = {expr.span, {}};
        return satisfying(comparison, 0).contains(0);
    }
    return a < b ? narrow({a, b}, between(-1, 1), satisfying(comparison, 0), expr.span)
                 : narrow({b, a}, between(-1, 1), satisfying(mirrored(comparison), 0), expr.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
bool Facts::assume(ExprId condition, bool yes) {
    const Terms::Deeper deeper(*terms_);
    if (deeper.steps() > kMostSteps) {
        return true;
    }
    const Program& program = terms_->program();
    const Expr& expr = program.exprs[condition];
    switch (expr.kind) {
    case ExprKind::Constant:
        conflict_ = {expr.span, {}};
        return (expr.value != 0) == yes;
    case ExprKind::NotApplicable:
        conflict_ = {expr.span, {}};
        return false;
    case ExprKind::Not:
        return assume(expr.operands[0], !yes);
    case ExprKind::And:
        return yes ? assumeAll(conjuncts(program, condition), true)
                   : assumeAny(expr.operands, false);
    case ExprKind::Or:
        return yes ? assumeAny(expr.operands, true) : assumeAll(expr.operands, false);
    case ExprKind::UnknownIf:
        // Its yes is an unknown.
        conflict_ = {expr.span, {}};
        return !yes && assume(expr.operands[0], false);
    case ExprKind::Select: {
        // The second arm is also taken where the test is not applicable, so nothing is known of the
        // test there.
        Facts taken = *this;
        Facts otherwise = *this;
        const bool first =
            taken.assume(expr.operands[0], true) && taken.assume(expr.operands[1], yes);
        const bool second = otherwise.assume(expr.operands[2], yes);
        return assumeOne({std::move(taken), std::move(otherwise)}, {first, second});
    }
    case ExprKind::Compare:
        return compare(expr, yes);
    case ExprKind::InForceAt: {
        const InForce& inForce = expr.periods[0];
        const Key key{terms_->of(expr.operands[0]), kNone};
        if (yes) {
            return narrow(key, {}, between(inForce.period.from, inForce.period.through), expr.span);
        }
        // Outside a period with one open end is on its other side, unless the text was not known
        // then.
        if (inForce.published == INT64_MIN && inForce.period.from == INT64_MIN) {
            return inForce.period.through != INT64_MAX &&
                   narrow(key, {}, between(inForce.period.through + 1, INT64_MAX), expr.span);
        }
        if (inForce.published == INT64_MIN && inForce.period.through == INT64_MAX) {
            return narrow(key, {}, between(INT64_MIN, inForce.period.from - 1), expr.span);
        }
        return true;
    }
    case ExprKind::InSet: {
        const CodeSet& set = program.codeSets[expr.index];
        Domain domain;
        if (yes && !set.open) {
            domain.allowed.emplace();
        }
        for (const CodeSet::Entry& entry : set.entries) {
            const bool always = entry.period.from == INT64_MIN && entry.period.through == INT64_MAX;
            if (yes && !set.open) {
                domain.allowed->insert(terms_->textId(entry.code));
            } else if (!yes && always) {
                domain.excluded.insert(terms_->textId(entry.code));
            }
        }
        return narrow({terms_->of(expr.operands[0]), kNone}, {}, domain, expr.span);
    }
    default:
        break;
    }
    return narrow({terms_->of(condition), kNone}, between(0, 1), just(yes ? 1 : 0), expr.span);
}

std::vector<ExprId> conjuncts(const Program& program, ExprId condition) {
    std::vector<ExprId> result;
    std::unordered_set<ExprId> seen;
    std::vector<ExprId> waiting{condition};
    while (!waiting.empty()) {
        const ExprId id = waiting.back();
        waiting.pop_back();
        if (id == kNone || !seen.insert(id).second) {
            continue;
        }
        const Expr& expr = program.exprs[id];
        if (expr.kind == ExprKind::And) {
            waiting.insert(waiting.end(), expr.operands.rbegin(), expr.operands.rend());
        } else {
            result.push_back(id);
        }
    }
    return result;
}

}  // namespace proviso::analysis
