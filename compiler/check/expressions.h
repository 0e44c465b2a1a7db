#pragma once

#include "compiler/check/types.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace proviso::check {

/// What checking an expression gives. An erroneous one has been reported and silences all that is
/// built on it.
struct Value {
    enum class Shape : std::uint8_t {
        Error,
        Plain,     ///< `id` is the expression
        Ratio,     ///< `id` divided by `denominator`; `type` is that of the quotient
        List,      ///< rows of `space` below the row `id`, through the links `over`
        Decision,  ///< a Set or Step decision as a whole: `column` of the row `id`
        Nested,    ///< the beginning of a dotted name: `prefix` in the row `id`
    };
    Shape shape = Shape::Error;
    Type type;
    ExprId id = kNone;
    ExprId denominator = kNone;
    ColumnId column = kNone;
    SpaceId space = kNone;
    std::vector<LinkId> over;
    std::string prefix;
    Span span;

    [[nodiscard]] bool isError() const { return shape == Shape::Error; }
};

/// What names mean in one rule, definition or collected row.
struct Scope {
    struct Row {
        std::string name;
        ExprId row = kNone;
        Span span;
    };
    struct Local {
        std::string name;
        Value value;
        Span span;
    };

    PackId pack = kNone;
    /// The row that the text is about, whose containing rows are known by their records' names;
    /// kNone: none.
    ExprId current = kNone;
    std::vector<Row> rows;  ///< by name, innermost last
    std::vector<Local> locals;
    /// Where dated things are looked up; made on first use from the current row.
    ExprId date = kNone;
    bool dateFailed = false;
    /// Counts the uses of the date, so that `x on D` can tell whether D did anything.
    std::size_t dateUses = 0;
    bool dateIsGoverning = true;
    /// Inside a `where` that `since` and `last rows` look through: what does not depend on the date
    /// of the row that asks must not read it.
    bool lookedThrough = false;
    std::uint32_t reader = kNone;  ///< index into Context::readers
    /// The record whose definition is being checked: only there `apportion` may stand.
    SpaceId definitionOf = kNone;
};

/// A list of rows as a path names it, without saying of which row.
struct ListPath {
    SpaceId root = kNone;
    std::vector<LinkId> over;  ///< from the rows up to `root`, innermost first
    SpaceId space = kNone;
};

/// Where an expression stands, for what is allowed only there.
enum class Place : std::uint8_t {
    Inner,
    WholeDefinition
};

/// Checks expressions in one scope and adds them to the program. Works within one pack's text at a
/// time; depth is bounded by the parser.
class ExpressionChecker {
  public:
    ExpressionChecker(Context& context, Scope& scope) : context_(context), scope_(scope) {}

    /// Any expression. `expected` decides what bare words and codes mean; it need not hold of the
    /// result.
    Value check(const ast::Expression& expression,
                const Type* expected = nullptr,
                Place place = Place::Inner);

    /// An expression of exactly this type, decimals aligned; kNone after a report.
    ExprId checkAs(const ast::Expression& expression, Type type, Place place = Place::Inner);

    /// A yes or no.
    ExprId condition(const ast::Expression& expression);

    /// A value whose type is read off the expression; an Error after a report. No rows, lists,
    /// decisions or quotients.
    Value checkValue(const ast::Expression& expression,
                     const Type* expected = nullptr,
                     Place place = Place::Inner);

    /// The row a path leads to; kNone after a report.
    ExprId checkRow(const ast::Expression& expression);

    /// The list that a path such as `customer_day.items` names from its record's name on; reports
    /// and gives nothing.
    std::optional<ListPath> checkListPath(const ast::Expression& expression);

    /// A constant member of the code set; gives the entry's index, kNone after a report.
    std::uint32_t checkSetMember(const ast::Expression& expression, std::uint32_t codeSet);
    /// A constant step of the scale.
    std::uint32_t checkStep(const ast::Expression& expression, std::uint32_t scale);

    /// A value made to fit a type: decimals are appended, anything else is reported.
    ExprId coerce(const Value& value, Type type);
    /// Rows of plain values are read, everything that is not one value is reported.
    Value asValue(Value value);

    /// The date at which dated things are looked up; kNone after a report.
    ExprId date(Span span);

    /// Appends decimals; constants are computed at once.
    ExprId rescale(ExprId id, int scale, Span span);

  private:
    // literals and names
    Value literal(const ast::Expression& expression,
                  const ast::DecimalLiteral& node,
                  const Type* expected);
    Value literal(const ast::Expression& expression, const ast::MoneyLiteral& node);
    Value literal(const ast::Expression& expression, const ast::PercentLiteral& node);
    Value
    literal(const ast::Expression& expression, const ast::TextLiteral& node, const Type* expected);
    Value
    literal(const ast::Expression& expression, const ast::CodeLiteral& node, const Type* expected);
    Value code(std::string_view text, std::uint32_t set, Span span);
    std::optional<Value> expectedMember(const ast::Name& name, const Type& expected);
    Value unknownMember(const ast::Name& name, const Type& expected);
    Value path(const ast::Path& path, const Type* expected, Span span);
    std::optional<Value> root(const ast::Name& name);
    Value declared(const ast::Path& path, std::size_t& used, const Type* expected, Span span);
    bool isBound(const ast::Name& name);
    /// Whether only the other operand's type can tell what this means.
    bool needsExpected(const ast::Expression& expression);

    // members
    Value member(const Value& value, const ast::Name& name);
    Value memberOfRow(ExprId row, const std::string& prefix, const ast::Name& name);
    Value memberOfList(const Value& list, const ast::Name& name);
    std::optional<Value> upFrom(ExprId row, const ast::Name& name);
    std::optional<Value> listIn(ExprId row,
                                const std::vector<LinkId>& over,
                                SpaceId space,
                                std::string_view name,
                                Span span);
    std::optional<Value> listInGroup(ExprId row,
                                     const std::vector<LinkId>& over,
                                     SpaceId space,
                                     std::string_view name,
                                     Span span);
    Value read(ExprId row, ColumnId column, Span span);
    Value unknownField(SpaceId space, const std::string& full, const ast::Name& name);
    Value memberOf(const ast::Expression& expression, const ast::MemberOf& node);

    // calls
    Value function(const ast::Name& name,
                   const std::vector<const ast::Expression*>& arguments,
                   Span span);
    std::optional<Value> dateFunction(const ast::Name& name, const Value& argument);
    Value chooseBetween(const ast::Name& name,
                        const std::vector<const ast::Expression*>& arguments,
                        Span span);
    Value absolute(const Value& value, Span span);
    /// Nothing where no function of texts has the name.
    std::optional<Value> textFunction(const ast::Name& name,
                                      const std::vector<const ast::Expression*>& arguments,
                                      Span span);
    Value lookup(const ast::Expression& expression, const ast::Lookup& node);
    Value onDate(const ast::Expression& expression, const ast::OnDate& node, const Type* expected);

    // operators
    Value arithmetic(const ast::Expression& expression,
                     const ast::Arithmetic& node,
                     const Type* expected);
    Value sum(const ast::Arithmetic& node, Value left, Value right, Span span);
    Value product(const ast::Arithmetic& node, const Value& left, const Value& right, Span span);
    Value multiply(const Value& left, const Value& right, Span span);
    Value quotient(const ast::Arithmetic& node, const Value& left, const Value& right, Span span);
    Value
    wholeQuotient(const ast::Arithmetic& node, const Value& left, const Value& right, Span span);
    Value badOperands(const ast::Arithmetic& node,
                      const Value& left,
                      const Value& right,
                      std::string_view sign);
    Value negate(const ast::Expression& expression, const ast::Negate& node, const Type* expected);
    Value percentOf(const ast::Expression& expression, const ast::PercentOf& node);
    Value rounded(const ast::Expression& expression, const ast::Rounded& node);
    Value orElse(const ast::Expression& expression, const ast::OrElse& node, const Type* expected);
    /// Both operands, each helping the other to be understood.
    std::pair<Value, Value> checkPair(const ast::Expression& left,
                                      const ast::Expression& right,
                                      const Type* expected = nullptr);
    /// Both with the larger number of decimals.
    void align(Value& left, Value& right);

    // tests
    Value comparison(const ast::Expression& expression, const ast::Comparison& node);
    Value compareValues(ast::ComparisonOperator op, Value left, Value right, Span span);
    Value
    compareRatios(ast::ComparisonOperator op, const Value& left, const Value& right, Span span);
    Value notComparable(const Value& left, const Value& right, Span span);
    Value isOneOf(const ast::Expression& expression, const ast::IsOneOf& node);
    Value isIn(const ast::Expression& expression, const ast::IsIn& node);
    Value isState(const ast::Expression& expression,
                  const ast::Expression& operand,
                  bool negated,
                  bool known);
    Value satisfies(const ast::Expression& expression, const ast::Satisfies& node);
    /// Whether it is known of each step if it is demanded.
    Value demandsAreKnown(const Value& decision, bool negated, Span span);
    Value contains(const ast::Expression& expression, const ast::Contains& node);
    Value listContains(const Value& list, const ast::Expression& member, Span span);
    Value setContains(const Value& set, const ast::Expression& member, Span span);
    Value stepTest(const Value& decision, std::uint32_t step, bool exact, Span span);
    ExprId readMember(const Value& decision, std::uint32_t member, Span span);
    ExprId accepts(ExprId fact, std::uint32_t scale, std::uint32_t step, Span span);
    Value logic(const ast::Expression& expression, const ast::Logic& node);
    Value yesNo(ExprId id, bool negated, Span span);

    // case
    Value caseOf(const ast::Expression& expression,
                 const ast::Case& node,
                 const Type* expected,
                 Place place);
    ExprId
    armTest(const Value& subject, const ast::Expression& test, std::vector<std::int64_t>& answered);
    bool checkExhaustive(const ast::Expression& expression,
                         const ast::Case& node,
                         const Value& subject,
                         const std::vector<std::int64_t>& answered);

    // folds
    Value aggregate(const ast::Expression& expression, const ast::Aggregate& node);
    Value foldOf(const ast::Aggregate& node, const Value& list, Span span);
    std::optional<Value> checkOver(const ast::Expression& over);

    // windows of folds
    /// The windows that say nothing of the child row, before it is bound; false after a report.
    bool askingWindows(const ast::Aggregate& node, const Value& list, typed::Expr& fold);
    /// The rest, with the child row bound as `child`.
    bool childWindows(const ast::Aggregate& node, ExprId child, typed::Expr& fold);
    bool datesWindow(const ast::Window& ast, typed::Window& window);
    bool duringWindow(const ast::Window& ast, typed::Window& window);
    bool upToWindow(const ast::Window& ast, const Value& list, typed::Window& window);
    bool wholeWindow(const ast::Window& ast, const Value& list, typed::Window& window);
    /// Whether the rows of the list have an order, down to those of `deepest`.
    bool checkOrdered(const typed::Expr& fold, SpaceId deepest, Span span);
    /// Whether `since` and `last rows` can see what `where` leaves.
    bool checkCorrelation(const ast::Aggregate& node, const typed::Expr& fold);
    ExprId periodEdge(typed::ExprKind kind, std::int64_t unit, ExprId date, Span span);
    bool pushRow(const ast::Name& name, ExprId row);
    Value apportion(const ast::Expression& expression, const ast::Apportion& node, Place place);

    Value plain(ExprId id, Span span) const;
    Value error() const { return {}; }
    Value typeMismatch(const Value& found, Type expected, Span span);
    [[nodiscard]] std::string words(const Value& value) const;

    Context& context_;
    Scope& scope_;
};

/// The scope of a text about one row, known by its record's name.
[[nodiscard]] Scope scopeOf(Context& context, PackId pack, BinderId binder, Span span);

}  // namespace proviso::check
