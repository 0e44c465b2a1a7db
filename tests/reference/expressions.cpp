// What each kind of expression means.

#include "runtime/values/date.h"
#include "runtime/values/decimal.h"
#include "tests/reference/machine.h"
#include "tests/reference/texts.h"

#include <algorithm>
#include <tuple>

namespace proviso::reference {

using namespace typed;

namespace {

Value fromChecked(Checked checked) {
    return checked.ok() ? Value::of(checked.value) : Value::error(checked.error);
}

/// Dates have a range of their own.
Value ofType(const Type& type, Checked checked) {
    if (type.kind == TypeKind::Date && !(checked.ok() && isInRange(Date{checked.value}))) {
        return Value::error(EvaluationError::RangeOfDate);
    }
    return fromChecked(checked);
}

Rounding roundingOf(RoundingMode mode) {
    switch (mode) {
    case RoundingMode::HalfUp:
        return Rounding::HalfUp;
    case RoundingMode::HalfEven:
        return Rounding::HalfEven;
    case RoundingMode::Up:
        return Rounding::Up;
    case RoundingMode::Down:
        return Rounding::Down;
    }
    return Rounding::HalfUp;
}

bool holds(Comparison comparison, std::strong_ordering order) {
    switch (comparison) {
    case Comparison::Equal:
        return order == 0;
    case Comparison::NotEqual:
        return order != 0;
    case Comparison::Less:
        return order < 0;
    case Comparison::LessOrEqual:
        return order <= 0;
    case Comparison::Greater:
        return order > 0;
    case Comparison::GreaterOrEqual:
        return order >= 0;
    }
    return false;
}

Value datePart(std::int64_t part, std::int64_t days) {
    const Date date{days};
    switch (part) {
    case 0:
        return Value::of(yearOf(date));
    case 1:
        return Value::of(monthOf(date));
    case 2:
        return Value::of(dayOfMonth(date));
    default:
        return Value::of(weekdayOf(date) + 1);
    }
}

Date periodStart(std::int64_t period, Date date) {
    switch (period) {
    case 0:
        return firstOfWeek(date);
    case 1:
        return firstOfMonth(date);
    case 2:
        return dateOf({yearOf(date), (monthOf(date) - 1) / 3 * 3 + 1, 1});
    default:
        return firstOfYear(date);
    }
}

Date periodEnd(std::int64_t period, Date date) {
    switch (period) {
    case 0:
        return lastOfWeek(date);
    case 1:
        return lastOfMonth(date);
    case 2:
        return lastOfMonth(dateOf({yearOf(date), (monthOf(date) - 1) / 3 * 3 + 3, 1}));
    default:
        return lastOfYear(date);
    }
}

using Bound = std::optional<std::int64_t>;

/// What `unknown`, the result of an operation over unknowns, is known to lie between.
Value bounded(const Expr& expr, const std::vector<Value>& operands, Value unknown) {
    const bool willBeValue =
        std::all_of(operands.begin(), operands.end(), [](const Value& operand) {
            return operand.willBeValue();
        });
    if (!willBeValue) {
        return unknown;
    }
    const auto fit = [&](std::optional<Int128> wide) {
        const Bound bound = narrowed(wide);
        return bound && expr.type.kind == TypeKind::Date && !isInRange(Date{*bound}) ? Bound()
                                                                                     : bound;
    };
    const auto wide = [](const Bound& bound) {
        return bound ? std::optional<Int128>(*bound) : std::nullopt;
    };
    const auto sum = [&](std::optional<Int128> a, std::optional<Int128> b, int sign) {
        return a && b ? fit(*a + sign * *b) : Bound();
    };
    const auto low = wide(operands[0].lowest());
    const auto high = wide(operands[0].highest());
    switch (expr.kind) {
    case ExprKind::Add:
        unknown.bound(sum(low, wide(operands[1].lowest()), 1),
                      sum(high, wide(operands[1].highest()), 1));
        break;
    case ExprKind::Subtract:
        unknown.bound(sum(low, wide(operands[1].highest()), -1),
                      sum(high, wide(operands[1].lowest()), -1));
        break;
    case ExprKind::Negate:
        unknown.bound(sum(0, high, -1), sum(0, low, -1));
        break;
    case ExprKind::Rescale: {
        const Int128 factor = powerOfTen(static_cast<int>(expr.value));
        unknown.bound(low ? fit(*low * factor) : Bound(), high ? fit(*high * factor) : Bound());
        break;
    }
    default:
        break;
    }
    return unknown;
}

/// The answer of a comparison where it is the same for everything that the sides may turn out as.
std::optional<bool> settledByBounds(Comparison comparison, const Value& a, const Value& b) {
    if (!a.willBeValue() || !b.willBeValue()) {
        return std::nullopt;
    }
    const std::int64_t lowA = a.lowest().value_or(INT64_MIN);
    const std::int64_t highA = a.highest().value_or(INT64_MAX);
    const std::int64_t lowB = b.lowest().value_or(INT64_MIN);
    const std::int64_t highB = b.highest().value_or(INT64_MAX);
    const auto when = [](bool always, bool never) {
        return always ? std::optional<bool>(true)
                      : (never ? std::optional<bool>(false) : std::nullopt);
    };
    const bool apart = highA < lowB || highB < lowA;
    const bool same = lowA == highA && lowB == highB && lowA == lowB;
    switch (comparison) {
    case Comparison::Equal:
        return when(same, apart);
    case Comparison::NotEqual:
        return when(apart, same);
    case Comparison::Less:
        return when(highA < lowB, lowA >= highB);
    case Comparison::LessOrEqual:
        return when(highA <= lowB, lowA > highB);
    case Comparison::Greater:
        return when(lowA > highB, highA <= lowB);
    case Comparison::GreaterOrEqual:
        return when(lowA >= highB, highA < lowB);
    }
    return std::nullopt;
}

Value isKnown(const Value& value) {
    return value.state == State::Error ? value : Value::yesNo(value.state != State::Unknown);
}

Value isApplicable(const Value& value) {
    if (value.state == State::Value || value.state == State::NotApplicable) {
        return Value::yesNo(value.isValue());
    }
    // What has bounds will be a value, whichever it is.
    return value.willBeValue() ? Value::yesNo(true) : value;
}

}  // namespace

bool Machine::inForce(const InForce& period, std::int64_t date) const {
    const bool known = !options_.knownAsOf || period.published <= *options_.knownAsOf;
    return known && period.period.from <= date && date <= period.period.through;
}

Value Machine::dated(const std::vector<InForce>& periods,
                     const Value& date,
                     std::size_t& chosen) const {
    if (!date.isValue()) {
        return propagated({date});
    }
    std::optional<std::size_t> best;
    for (std::size_t index = 0; index < periods.size(); ++index) {
        if (inForce(periods[index], date.value) &&
            (!best || periods[index].published > periods[*best].published)) {
            best = index;
        }
    }
    if (!best) {
        return Value::error(EvaluationError::NoParameterRow);
    }
    chosen = *best;
    return Value::of(0);
}

Value Machine::arithmetic(const Expr& expr, const std::vector<Value>& operands) const {
    const Value state = propagated(operands);
    if (state.isUnknown()) {
        return bounded(expr, operands, state);
    }
    if (!state.isValue()) {
        return state;
    }
    const std::int64_t a = operands[0].value;
    const std::int64_t b = operands.size() > 1 ? operands[1].value : 0;
    switch (expr.kind) {
    case ExprKind::Add:
        return ofType(expr.type, addChecked(a, b));
    case ExprKind::Subtract:
        return ofType(expr.type, subChecked(a, b));
    case ExprKind::Multiply:
        return fromChecked(mulChecked(a, b));
    case ExprKind::Rescale:
        return fromChecked(rescaleUp(a, static_cast<int>(expr.value)));
    case ExprKind::IntegerDivide:
        return fromChecked(floorDiv(a, b));
    case ExprKind::Modulo:
        return fromChecked(floorMod(a, b));
    case ExprKind::Negate:
        return fromChecked(negateChecked(a));
    case ExprKind::Round:
        return fromChecked(rescaleDown(a, static_cast<int>(expr.value), roundingOf(expr.rounding)));
    case ExprKind::RoundRatio: {
        const int digits = static_cast<int>(expr.value);
        const Int128 numerator = static_cast<Int128>(a) * (digits > 0 ? powerOfTen(digits) : 1);
        const Int128 denominator = static_cast<Int128>(b) * (digits < 0 ? powerOfTen(-digits) : 1);
        return fromChecked(roundedQuotient(numerator, denominator, roundingOf(expr.rounding)));
    }
    case ExprKind::PeriodStart:
        return ofType(expr.type, {periodStart(expr.value, Date{a}).days});
    case ExprKind::PeriodEnd:
        return ofType(expr.type, {periodEnd(expr.value, Date{a}).days});
    default:
        return datePart(expr.value, a);
    }
}

Value Machine::compare(const Expr& expr, const std::vector<Value>& operands) const {
    const Value state = propagated(operands);
    if (state.isUnknown() && expr.kind == ExprKind::Compare) {
        const std::optional<bool> settled =
            settledByBounds(expr.comparison, operands[0], operands[1]);
        return settled ? Value::yesNo(*settled) : state;
    }
    if (!state.isValue()) {
        return state;
    }
    if (expr.kind == ExprKind::Compare) {
        return Value::yesNo(holds(expr.comparison, operands[0].value <=> operands[1].value));
    }
    const ComparedRatios compared =
        compareRatios(operands[0].value, operands[1].value, operands[2].value, operands[3].value);
    if (compared.error != EvaluationError::None) {
        return Value::error(compared.error);
    }
    return Value::yesNo(holds(expr.comparison, compared.order));
}

Value Machine::lookup(const Expr& expr, const std::vector<Value>& operands) const {
    const Value state = propagated(operands);
    if (!state.isValue()) {
        return state;
    }
    const Table& table = program_.tables[expr.index];
    const std::int64_t date = operands.back().value;
    const auto output = static_cast<std::size_t>(expr.value);
    const auto matches = [&](const Table::Row& row) {
        for (std::size_t index = 0; index < table.given.size(); ++index) {
            const Table::Cell& cell = row.cells[index];
            const std::int64_t value = operands[index].value;
            const auto limit = [&] { return constant(table.given[index].type, cell.values[0]); };
            bool hit = true;
            switch (cell.test) {
            case Table::Cell::Test::Any:
                break;
            case Table::Cell::Test::OneOf:
                hit = std::any_of(
                    cell.values.begin(), cell.values.end(), [&](std::int64_t candidate) {
                        return constant(table.given[index].type, candidate) == value;
                    });
                break;
            case Table::Cell::Test::AtLeast:
                hit = value >= limit();
                break;
            case Table::Cell::Test::AtMost:
                hit = value <= limit();
                break;
            case Table::Cell::Test::Exceeds:
                hit = value > limit();
                break;
            case Table::Cell::Test::Below:
                hit = value < limit();
                break;
            }
            if (!hit) {
                return false;
            }
        }
        return inForce(row.inForce, date);
    };
    const auto sameResults = [](const Table::Row& a, const Table::Row& b) {
        return std::equal(a.results.begin(),
                          a.results.end(),
                          b.results.begin(),
                          [](const Table::Result& one, const Table::Result& other) {
                              return one.unknown == other.unknown &&
                                     (one.unknown || one.value == other.value);
                          });
    };
    std::vector<const Table::Row*> hits;
    for (const Table::Row& row : table.rows) {
        if (!matches(row) || (table.firstHit && !hits.empty())) {
            continue;
        }
        // Of rows that were published at different times the latest known one holds.
        if (!hits.empty() && row.inForce.published > hits[0]->inForce.published) {
            hits.clear();
        }
        if (hits.empty() || row.inForce.published == hits[0]->inForce.published) {
            hits.push_back(&row);
        }
    }
    if (hits.empty()) {
        return Value::error(EvaluationError::NoTableRow);
    }
    for (const Table::Row* other : hits) {
        if (!sameResults(*other, *hits[0])) {
            return Value::error(EvaluationError::Conflict);
        }
    }
    const Table::Result& result = hits[0]->results[output];
    if (result.unknown) {
        return Value::unknown({kNoRow, "table:" + table.name});
    }
    return Value::of(constant(table.gives[output].type, result.value));
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the expression, which Limits::maxNesting bounds.
const std::set<BinderId>& Machine::bindersOf(ExprId id) {
    const auto known = binders_.find(id);
    if (known != binders_.end()) {
        return known->second;
    }
    const Expr& expr = program_.exprs[id];
    std::set<BinderId> named;
    const auto add = [&](ExprId part) {
        if (part != kNone) {
            const std::set<BinderId>& inner = bindersOf(part);
            named.insert(inner.begin(), inner.end());
        }
    };
    if (expr.kind == ExprKind::BinderRow) {
        named.insert(expr.index);
    }
    for (const ExprId operand : expr.operands) {
        add(operand);
    }
    add(expr.where);
    add(expr.body);
    for (const Window& window : expr.windows) {
        for (const ExprId part : partsOf(window)) {
            add(part);
        }
    }
    if (expr.kind == ExprKind::Fold || expr.kind == ExprKind::FoldRow) {
        named.erase(expr.binder);
    }
    return binders_[id] = named;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the expression, which Limits::maxNesting bounds.
Value Machine::remembered(ExprId id, const Environment& environment) {
    std::pair<ExprId, std::vector<std::uint32_t>> key{id, {}};
    for (const BinderId binder : bindersOf(id)) {
        key.second.push_back(environment.at(binder));
    }
    const auto known = folds_.find(key);
    if (known != folds_.end()) {
        return known->second;
    }
    const Expr& expr = program_.exprs[id];
    const Value value =
        expr.kind == ExprKind::Fold ? fold(expr, environment) : foldRow(expr, environment);
    return folds_[key] = value;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the expression, which Limits::maxNesting bounds.
Value Machine::evaluate(ExprId id, const Environment& environment) {
    const Expr& expr = program_.exprs[id];
    const auto operand = [&](std::size_t index) {
        return evaluate(expr.operands[index], environment);
    };
    const auto operands = [&] {
        std::vector<Value> values;
        for (const ExprId operandId : expr.operands) {
            values.push_back(evaluate(operandId, environment));
        }
        return values;
    };
    switch (expr.kind) {
    case ExprKind::BinderRow:
        return Value::of(environment.at(expr.index));
    case ExprKind::UpRow: {
        const Value row = operand(0);
        if (!row.isValue()) {
            return row;
        }
        return lead(expr.index, static_cast<std::uint32_t>(row.value));
    }
    case ExprKind::Fold:
    case ExprKind::FoldRow:
        return remembered(id, environment);
    case ExprKind::Constant:
        return Value::of(constant(expr.type, expr.value));
    case ExprKind::ReadColumn:
    case ExprKind::ReadMember: {
        const Value row = operand(0);
        if (!row.isValue()) {
            return row;
        }
        const bool isMember = expr.kind == ExprKind::ReadMember;
        return read(expr.index,
                    static_cast<std::uint32_t>(row.value),
                    isMember ? static_cast<std::uint32_t>(expr.value) : kNone);
    }
    case ExprKind::ReadParameter: {
        const Parameter& parameter = program_.parameters[expr.index];
        std::vector<InForce> periods;
        for (const Parameter::Value& value : parameter.values) {
            periods.push_back(value.inForce);
        }
        std::size_t chosen = 0;
        const Value state = dated(periods, operand(0), chosen);
        return state.isValue() ? Value::of(constant(parameter.type, parameter.values[chosen].value))
                               : state;
    }
    case ExprKind::LookupTable:
        return lookup(expr, operands());
    case ExprKind::NotApplicable:
        return Value::notApplicable();
    case ExprKind::Add:
    case ExprKind::Subtract:
    case ExprKind::Multiply:
    case ExprKind::Rescale:
    case ExprKind::IntegerDivide:
    case ExprKind::Modulo:
    case ExprKind::Negate:
    case ExprKind::Round:
    case ExprKind::RoundRatio:
    case ExprKind::DatePart:
    case ExprKind::PeriodStart:
    case ExprKind::PeriodEnd:
        return arithmetic(expr, operands());
    case ExprKind::WordCount:
    case ExprKind::Similarity:
    case ExprKind::DrawNumber: {
        const std::vector<Value> values = operands();
        const Value state = propagated(values);
        if (!state.isValue()) {
            return state;
        }
        std::vector<std::string> texts;
        for (const Value& value : values) {
            texts.push_back(text(value.value));
        }
        return ofTexts(expr.kind, texts);
    }
    case ExprKind::Compare:
    case ExprKind::CompareRatio:
        return compare(expr, operands());
    case ExprKind::And:
        return conjunction(operands());
    case ExprKind::Or:
        return disjunction(operands());
    case ExprKind::Not:
        return negation(operand(0));
    case ExprKind::Select: {
        const Value test = operand(0);
        if (test.state == State::Unknown || test.state == State::Error) {
            return test;
        }
        return operand(test.isYes() ? 1 : 2);
    }
    case ExprKind::OrElse: {
        const Value value = operand(0);
        return value.state == State::NotApplicable ? operand(1) : value;
    }
    case ExprKind::IsKnown:
        return isKnown(operand(0));
    case ExprKind::IsApplicable:
        return isApplicable(operand(0));
    case ExprKind::InSet: {
        const std::vector<Value> both = operands();
        const Value state = propagated(both);
        if (!state.isValue()) {
            return state;
        }
        for (const CodeSet::Entry& entry : program_.codeSets[expr.index].entries) {
            if (entry.code == text(both[0].value) && entry.period.from <= both[1].value &&
                both[1].value <= entry.period.through) {
                return Value::yesNo(true);
            }
        }
        return Value::yesNo(false);
    }
    case ExprKind::Accepts: {
        const std::vector<Value> both = operands();
        const Value state = propagated(both);
        if (!state.isValue()) {
            return state;
        }
        const Scale::Step& step =
            program_.scales[expr.index].steps[static_cast<std::size_t>(expr.value)];
        for (const Scale::Accepts& accepts : step.accepts) {
            const bool listed =
                std::count(accepts.facts.begin(), accepts.facts.end(), both[0].value) > 0;
            if (listed && accepts.period.from <= both[1].value &&
                both[1].value <= accepts.period.through) {
                return Value::yesNo(true);
            }
        }
        return Value::yesNo(false);
    }
    case ExprKind::InForceAt: {
        const Value date = operand(0);
        return date.isValue() ? Value::yesNo(inForce(expr.periods[0], date.value))
                              : propagated({date});
    }
    case ExprKind::Dated: {
        std::size_t chosen = 0;
        const Value state = dated(expr.periods, operand(0), chosen);
        return state.isValue() ? operand(chosen + 1) : state;
    }
    case ExprKind::UnknownIf: {
        const Value test = operand(0);
        return test.isYes() ? Value::unknown({kNoRow, expr.text}) : test;
    }
    case ExprKind::Apportion: {
        const Value row = operand(0);
        if (!row.isValue()) {
            return row;
        }
        const Apportionment& apportionment = program_.apportionments[expr.index];
        const auto listRow = static_cast<std::uint32_t>(row.value);
        const Value parent = leadAll(apportionment.over, listRow);
        return parent.isValue()
                   ? pool(expr.index, static_cast<std::uint32_t>(parent.value)).shares.at(listRow)
                   : parent;
    }
    }
    return Value::notApplicable();
}

}  // namespace proviso::reference
