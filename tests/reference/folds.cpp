// Folds over rows, with what can be said of those that are unknown.

#include "compiler/analysis/sign.h"
#include "tests/reference/machine.h"

#include <algorithm>
#include <tuple>

namespace proviso::reference {

using namespace typed;

namespace {

using Bound = std::optional<std::int64_t>;

bool hasBounds(TypeKind kind) {
    return kind == TypeKind::Number || kind == TypeKind::Money || kind == TypeKind::Minutes ||
           kind == TypeKind::Days || kind == TypeKind::Date;
}

bool counts(const Counted& row) {
    return row.value.state != State::NotApplicable;
}

/// The least that a row adds to a sum; nothing where there is no telling. A row that may not be
/// there adds nothing at least.
Bound leastOf(const Counted& row, bool neverNegative) {
    Bound low = row.value.lowest();
    if (neverNegative && !row.value.isValue() &&
        (row.mask.isUnknown() || !row.value.willBeValue())) {
        low = std::max<std::int64_t>(low.value_or(0), 0);
    }
    return low && row.mask.isUnknown() ? std::min<std::int64_t>(*low, 0) : low;
}

/// The most.
Bound mostOf(const Counted& row) {
    const Bound high = row.value.highest();
    return high && row.mask.isUnknown() ? std::max<std::int64_t>(*high, 0) : high;
}

void boundTotal(Value& result, const std::vector<Counted>& rows, bool mayMiss, bool neverNegative) {
    std::optional<Int128> low = 0;
    std::optional<Int128> high = 0;
    if (mayMiss) {
        high = std::nullopt;
        low = neverNegative ? low : std::nullopt;
    }
    for (const Counted& row : rows) {
        if (!counts(row)) {
            continue;
        }
        const Bound least = leastOf(row, neverNegative);
        const Bound most = mostOf(row);
        low = low && least ? std::optional<Int128>(*low + *least) : std::nullopt;
        high = high && most ? std::optional<Int128>(*high + *most) : std::nullopt;
    }
    result.bound(narrowed(low), narrowed(high));
}

void boundCount(Value& result, const std::vector<Counted>& rows, bool mayMiss) {
    std::int64_t certain = 0;
    for (const Counted& row : rows) {
        certain += row.mask.isYes() ? 1 : 0;
    }
    result.low = certain;
    if (!mayMiss) {
        result.high = static_cast<std::int64_t>(rows.size());
    }
}

void boundDistinct(Value& result, const std::vector<Counted>& rows, bool mayMiss) {
    std::set<std::int64_t> certain;
    std::set<std::int64_t> possible;
    std::int64_t any = 0;
    for (const Counted& row : rows) {
        if (row.value.isValue()) {
            possible.insert(row.value.value);
            if (row.mask.isYes()) {
                certain.insert(row.value.value);
            }
        } else if (counts(row)) {
            ++any;
        }
    }
    result.low = static_cast<std::int64_t>(certain.size());
    if (!mayMiss) {
        result.high = static_cast<std::int64_t>(possible.size()) + any;
    }
}

void boundHighest(Value& result, const std::vector<Counted>& rows, bool mayMiss) {
    Bound low;
    Bound high;
    bool anyValue = false;
    bool open = mayMiss;
    for (const Counted& row : rows) {
        if (!counts(row)) {
            continue;
        }
        if (row.mask.isYes() && row.value.willBeValue()) {
            anyValue = true;
            if (row.value.lowest()) {
                low = std::max(low.value_or(*row.value.lowest()), *row.value.lowest());
            }
        }
        open = open || !row.value.highest();
        if (row.value.highest()) {
            high = std::max(high.value_or(*row.value.highest()), *row.value.highest());
        }
    }
    if (anyValue) {
        result.bound(low, open ? std::nullopt : high);
    }
}

void boundLowest(Value& result, const std::vector<Counted>& rows, bool mayMiss) {
    Bound low;
    Bound high;
    bool anyValue = false;
    bool open = mayMiss;
    for (const Counted& row : rows) {
        if (!counts(row)) {
            continue;
        }
        if (row.mask.isYes() && row.value.willBeValue()) {
            anyValue = true;
            if (row.value.highest()) {
                high = std::min(high.value_or(*row.value.highest()), *row.value.highest());
            }
        }
        open = open || !row.value.lowest();
        if (row.value.lowest()) {
            low = std::min(low.value_or(*row.value.lowest()), *row.value.lowest());
        }
    }
    if (anyValue) {
        result.bound(open ? std::nullopt : low, high);
    }
}

}  // namespace

Value folded(FoldKind kind,
             const Type& type,
             const std::vector<Counted>& rows,
             const Value& more,
             bool neverNegative) {
    std::vector<Value> seen{more};  // whatever is no answer
    std::vector<Counted> taking;    // the rows that are in it, and those that may be
    std::vector<std::int64_t> values;
    for (const Counted& row : rows) {
        if (row.mask.isOpen()) {
            seen.push_back(row.mask);
        }
        if (row.mask.isYes() && row.value.isOpen()) {
            seen.push_back(row.value);
        }
        if (row.mask.isYes() || row.mask.isUnknown()) {
            taking.push_back(row);
        }
        if (row.mask.isYes() && row.value.isValue()) {
            values.push_back(row.value.value);
        }
    }
    Value state = propagated(seen);
    if (state.isError()) {
        return state;
    }
    if (state.isUnknown()) {
        const bool mayMiss = more.isUnknown();
        if (kind == FoldKind::Total) {
            boundTotal(state, taking, mayMiss, neverNegative);
        } else if (kind == FoldKind::Count) {
            boundCount(state, taking, mayMiss);
        } else if (kind == FoldKind::Distinct) {
            boundDistinct(state, taking, mayMiss);
        } else if (hasBounds(type.kind) && kind == FoldKind::Highest) {
            boundHighest(state, taking, mayMiss);
        } else if (hasBounds(type.kind) && kind == FoldKind::Lowest) {
            boundLowest(state, taking, mayMiss);
        }
        return state;
    }
    switch (kind) {
    case FoldKind::Total: {
        Total total;
        for (const std::int64_t value : values) {
            total.add(value);
        }
        const Checked sum = total.checked();
        return sum.ok() ? Value::of(sum.value) : Value::error(sum.error);
    }
    case FoldKind::Count:
        return Value::of(static_cast<std::int64_t>(taking.size()));
    case FoldKind::Distinct:
        return Value::of(
            static_cast<std::int64_t>(std::set<std::int64_t>(values.begin(), values.end()).size()));
    case FoldKind::Highest:
        return values.empty() ? Value::notApplicable()
                              : Value::of(*std::max_element(values.begin(), values.end()));
    default:
        return values.empty() ? Value::notApplicable()
                              : Value::of(*std::min_element(values.begin(), values.end()));
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the expression, which Limits::maxNesting bounds.
Value Machine::fold(const Expr& expr, const Environment& environment) {
    const Value parent = evaluate(expr.operands[0], environment);
    if (!parent.isValue()) {
        return parent;
    }
    const Value missing = more(expr, environment, static_cast<std::uint32_t>(parent.value));
    const std::vector<Child> all = children(expr, environment, parent, missing);
    if (expr.fold == FoldKind::Any || expr.fold == FoldKind::Every) {
        const bool isAny = expr.fold == FoldKind::Any;
        std::vector<Value> terms{isAny ? missing : negation(missing)};
        for (const Child& child : all) {
            const Value body =
                expr.body == kNone ? Value::yesNo(true) : evaluate(expr.body, child.environment);
            terms.push_back(isAny ? conjunction({child.mask, body})
                                  : disjunction({negation(child.mask), body}));
        }
        return isAny ? disjunction(terms) : conjunction(terms);
    }
    std::vector<Counted> rows;
    for (const Child& child : all) {
        const bool asked = expr.body != kNone && (child.mask.isYes() || child.mask.isUnknown());
        rows.push_back(
            {child.mask, asked ? evaluate(expr.body, child.environment) : Value::yesNo(true)});
    }
    return folded(expr.fold,
                  expr.type,
                  rows,
                  missing,
                  expr.fold == FoldKind::Total && neverNegative(program_, expr.body));
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the expression, which Limits::maxNesting bounds.
Value Machine::foldRow(const Expr& expr, const Environment& environment) {
    const Value parent = evaluate(expr.operands[0], environment);
    if (!parent.isValue()) {
        return parent;
    }
    const Value missing = more(expr, environment, static_cast<std::uint32_t>(parent.value));
    const std::vector<Child> all = children(expr, environment, parent, missing);
    if (expr.fold == FoldKind::Latest || expr.fold == FoldKind::Earliest) {
        return latest(expr, all, missing);
    }
    std::vector<Value> seen{missing};
    struct Candidate {
        std::uint32_t row = 0;
        std::int64_t order = 0;
        std::string text;  // what texts and codes are ordered by
    };
    std::vector<Candidate> candidates;
    for (const Child& child : all) {
        if (!child.mask.isYes()) {
            if (child.mask.isOpen()) {
                seen.push_back(child.mask);
            }
            continue;
        }
        Candidate candidate{child.row, 0, {}};
        if (expr.fold != FoldKind::Only) {
            const Value order = evaluate(expr.body, child.environment);
            if (!order.isValue()) {
                if (order.isOpen()) {
                    seen.push_back(order);
                }
                continue;
            }
            const TypeKind kind = program_.exprs[expr.body].type.kind;
            if (kind == TypeKind::Text || kind == TypeKind::Code) {
                candidate.text = text(order.value);
            } else {
                candidate.order = order.value;
            }
        }
        candidates.push_back(candidate);
    }
    const Value state = propagated(seen);
    if (!state.isValue()) {
        return state;
    }
    if (candidates.empty()) {
        return Value::notApplicable();
    }
    const auto lower = [](const Candidate& a, const Candidate& b) {
        return std::tie(a.order, a.text) < std::tie(b.order, b.text);
    };
    switch (expr.fold) {
    case FoldKind::Only:
        return candidates.size() == 1 ? Value::of(candidates[0].row)
                                      : Value::error(EvaluationError::NotOne);
    case FoldKind::First:
        return Value::of(std::min_element(candidates.begin(), candidates.end(), lower)->row);
    default:
        return Value::of(std::max_element(candidates.begin(), candidates.end(), lower)->row);
    }
}

Value Machine::latest(const Expr& expr, const std::vector<Child>& all, const Value& more) {
    std::vector<const Child*> candidates;
    std::vector<Value> open{more};
    for (const Child& child : all) {
        if (child.mask.isOpen()) {
            open.push_back(child.mask);
        }
        if (child.mask.isYes() || child.mask.isUnknown()) {
            candidates.push_back(&child);
        }
    }
    const Child* last = nullptr;
    for (const Child* one : candidates) {
        bool isLast = one->mask.isYes();
        for (const Child* other : candidates) {
            if (other == one) {
                continue;
            }
            const bool isLatest = expr.fold == FoldKind::Latest;
            const Value comes = afterOrTied(
                expr.over, (isLatest ? one : other)->row, (isLatest ? other : one)->row);
            isLast = isLast && comes.isYes();
            if (comes.isOpen()) {
                open.push_back(comes);
            }
        }
        if (isLast) {
            last = one;
        }
    }
    const Value state = propagated(open);
    if (state.isError() || more.isUnknown()) {
        return state;
    }
    if (last != nullptr) {
        return Value::of(last->row);
    }
    return candidates.empty() ? Value::notApplicable() : state;
}

}  // namespace proviso::reference
