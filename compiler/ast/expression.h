#pragma once

#include "compiler/diagnostics/source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Expressions, names and dates as written.
namespace proviso::ast {

struct Name {
    std::string text;
    Span span;
};

/// `shipping.express` style names; `text` is the parts joined by dots.
struct QualifiedName {
    std::string text;
    Span span;
};

/// A string literal without its quotes and escapes.
struct Text {
    std::string text;
    Span span;
};

struct DateLiteral {
    std::int64_t days = 0;  ///< since 1970-01-01
    Span span;
};

/// Both ends inclusive; an absent end is open. `always` has neither.
struct Period {
    std::optional<std::int64_t> from;
    std::optional<std::int64_t> through;
    bool always = false;  ///< written as `always`, or not written at all
    Span span;
};

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

/// A message with `{expression}` parts.
struct Template {
    Span span;
    struct Part {
        std::string text;  ///< used when expression is null
        ExpressionPtr expression;
    };
    std::vector<Part> parts;
};

// ---- literals
struct MoneyLiteral {
    std::int64_t mantissa = 0;
    int scale = 2;
};
struct DecimalLiteral {  ///< also plain integers (scale 0)
    std::int64_t mantissa = 0;
    int scale = 0;
    std::string written;  ///< the digits as written: `02` may be a code
};
struct PercentLiteral {  ///< `12.5%` is mantissa 125, scale 1
    std::int64_t mantissa = 0;
    int scale = 0;
};
struct MinutesLiteral {
    std::int64_t minutes = 0;
};
struct DaysLiteral {
    std::int64_t days = 0;
};
struct DateValue {
    std::int64_t days = 0;
};
struct TextLiteral {
    std::string text;
};
struct CodeLiteral {  ///< `0101T`
    std::string text;
};
struct YesNoLiteral {
    bool value = false;
};

// ---- names
/// `line.customer_day.order_date`: a root name and members. `b of a` arrives as `a.b` with
/// `computed` true.
struct Path {
    std::vector<Name> names;  ///< at least one
};
/// `b of a` where `a` is any primary.
struct MemberOf {
    Name member;
    ExpressionPtr row;
};
/// `table.column for (a, b)`
struct Lookup {
    Path path;
    std::vector<ExpressionPtr> arguments;
};
/// `lesser of (a, b)` arrives as a call.
struct Call {
    Name function;
    std::vector<ExpressionPtr> arguments;
};
/// `x on D`
struct OnDate {
    ExpressionPtr value;
    ExpressionPtr date;
};

// ---- operators
enum class ArithmeticOperator : std::uint8_t {
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Modulo
};
struct Arithmetic {
    ArithmeticOperator op{};
    ExpressionPtr left;
    ExpressionPtr right;
    Span operatorSpan;
};
struct Negate {
    ExpressionPtr operand;
};
/// `10% of x`
struct PercentOf {
    PercentLiteral percent;
    ExpressionPtr operand;
};
struct Rounded {
    ExpressionPtr operand;
    int scale = 0;  ///< decimals of the result; cents: 2, whole: 0
    bool cents = false;
    Name mode;
};
/// `x else y`: y where x is not applicable
struct OrElse {
    ExpressionPtr value;
    ExpressionPtr otherwise;
};

enum class ComparisonOperator : std::uint8_t {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual
};
struct Comparison {
    ComparisonOperator op{};
    bool inWords = false;  ///< `exceeds`, `is at least`, ... rather than a sign
    ExpressionPtr left;
    ExpressionPtr right;
    Span operatorSpan;
};
struct IsOneOf {
    bool negated = false;
    ExpressionPtr value;
    std::vector<ExpressionPtr> choices;
};
struct IsIn {  ///< `is in timed`
    bool negated = false;
    ExpressionPtr value;
    QualifiedName set;
};
struct IsKnown {
    bool negated = false;
    ExpressionPtr value;
};
struct IsApplicable {
    bool negated = false;
    ExpressionPtr value;
};
struct Satisfies {
    bool negated = false;
    ExpressionPtr fact;
    ExpressionPtr demand;
};
struct Contains {
    bool negated = false;
    ExpressionPtr set;
    ExpressionPtr member;
};
struct Not {
    ExpressionPtr operand;
};
/// `and`, `or`, `all of`, `any of`: n-ary, so that depth stays bounded.
struct Logic {
    bool conjunction = true;
    bool block = false;  ///< written as `all of ... end`
    std::vector<ExpressionPtr> operands;
};

struct Case {
    ExpressionPtr subject;  ///< may be null
    struct Arm {
        std::vector<ExpressionPtr> tests;
        ExpressionPtr value;
    };
    std::vector<Arm> arms;
    ExpressionPtr otherwise;  ///< may be null
};

// ---- aggregates
enum class AggregateKind : std::uint8_t {
    Total,
    Count,
    CountDistinct,
    Highest,
    Lowest,
    Any,
    Every,
    Only,
    First,
    Latest,
    Earliest
};
struct Window {
    Span span;
    enum class Kind : std::uint8_t {
        During,
        Since,
        UpTo,
        LastDays,
        LastRows,
        Between,
        Whole
    } kind = Kind::During;
    ExpressionPtr value;    ///< During: a period such as `calendar_year of d`; LastDays: the day it
                            ///< ends; Between: from; Since and Whole: the condition
    ExpressionPtr through;  ///< Between
    Name row;               ///< UpTo
    bool exclusive = false;  ///< UpTo
    std::int64_t count = 0;  ///< LastDays, LastRows
};
struct Aggregate {
    AggregateKind kind{};
    ExpressionPtr value;  ///< Total, CountDistinct, Highest, Lowest, First (its order)
    bool descending = false;
    ExpressionPtr over;  ///< a path
    Name binder;
    ExpressionPtr where;          ///< may be null
    ExpressionPtr has;            ///< Every
    std::vector<Window> windows;  ///< in written order
};
struct Apportion {
    ExpressionPtr total;
    ExpressionPtr over;
    Name binder;
    ExpressionPtr where;  ///< may be null
    ExpressionPtr by;
    ExpressionPtr each;
    Name tiesBy;
};

struct Expression {
    Span span;
    bool parenthesised = false;
    std::variant<MoneyLiteral,
                 DecimalLiteral,
                 PercentLiteral,
                 MinutesLiteral,
                 DaysLiteral,
                 DateValue,
                 TextLiteral,
                 CodeLiteral,
                 YesNoLiteral,
                 Path,
                 MemberOf,
                 Lookup,
                 Call,
                 OnDate,
                 Arithmetic,
                 Negate,
                 PercentOf,
                 Rounded,
                 OrElse,
                 Comparison,
                 IsOneOf,
                 IsIn,
                 IsKnown,
                 IsApplicable,
                 Satisfies,
                 Contains,
                 Not,
                 Logic,
                 Case,
                 Aggregate,
                 Apportion>
        node;
};

}  // namespace proviso::ast
