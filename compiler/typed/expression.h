#pragma once

#include "compiler/diagnostics/source.h"
#include "compiler/typed/basics.h"
#include "runtime/values/type.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

/// What is computed: expressions, the windows of folds, and apportionments.
namespace proviso::typed {

/// Each kind's operands and payload stand in its comment. `row` operands have type Row.
enum class ExprKind : std::uint8_t {
    // rows
    BinderRow,  ///< payload binder
    UpRow,      ///< operand row; payload link: the row that link leads to. Absent key: unknown
    FoldRow,    ///< as Fold with FoldKind Only, First, FirstDescending, Latest, Earliest; gives a
                ///< row or not applicable
    // leaves
    Constant,       ///< payload value (by type; Text and Code: index into Program::texts)
    ReadColumn,     ///< operand row; payload column (not a decision of type Set or Step)
    ReadMember,     ///< operand row; payload column (a Set or Step decision), value: member: entry
                    ///< index of the base set, or step
    ReadParameter,  ///< operand date; payload parameter. No row in force: error
    LookupTable,    ///< operands arguments..., date; payload table, value: index of the output
    NotApplicable,  ///< the constant state
    // maps
    Add,
    Subtract,
    Multiply,  ///< operands of one scale (Add, Subtract); checked
    Rescale,   ///< operand; payload value: how many decimals are appended (exact, checked)
    IntegerDivide,
    Modulo,  ///< floor; both operands of one scale
    Negate,
    Round,       ///< operand; payload value: decimals dropped; rounding
    RoundRatio,  ///< operands a, b; payload value: a is multiplied by 10^value before dividing (may
                 ///< be negative); rounding
    Compare,     ///< operands of one scale; payload comparison
    CompareRatio,  ///< operands a, b, c, d (b, d > 0 expected, 0: error); a/b against c/d
    And,
    Or,  ///< n-ary
    Not,
    Select,   ///< operands test, then, otherwise: test yes: then; no or not applicable: otherwise;
              ///< else its state
    OrElse,   ///< operands a, b: b where a is not applicable
    IsKnown,  ///< value, not applicable: yes; unknown: no; error: error
    IsApplicable,  ///< value: yes; not applicable: no; else its state
    InSet,         ///< operands code, date; payload codeSet
    Accepts,       ///< operands fact, date; payload scale, value: step
    InForceAt,     ///< operand date; payload inForce: yes or no
    Dated,  ///< operands date, alternatives...; payload periods: the alternative in force; none:
            ///< error
    UnknownIf,  ///< operand test; yes becomes unknown with the place in `text`; no stays no; other
                ///< states stay
    DatePart,   ///< operand date; payload value: 0 year, 1 month 1-12, 2 day of month, 3 weekday 1
                ///< Monday
    PeriodStart,  ///< operand date; payload value: first day of the 0 week (Monday), 1 month, 2
                  ///< quarter, 3 year that holds it
    PeriodEnd,    ///< likewise the last day
    WordCount,    ///< operand text
    Similarity,   ///< operands text, text
    DrawNumber,   ///< operands seed, key, both texts
    // folds: operand row; payload over (links from child space up to the row's space, innermost
    // first), binder, where (kNone: all), value
    Fold,
    Apportion,  ///< see Apportionment; operand row: of the records apportioned; payload apportion
};

enum class FoldKind : std::uint8_t {
    Total,
    Count,
    Distinct,
    Highest,
    Lowest,
    Any,
    Every,
    Only,
    First,
    FirstDescending,
    Latest,  ///< in the order of the grouping (see Window); the last of several that tie is
             ///< unknown
    Earliest
};
enum class Comparison : std::uint8_t {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual
};
enum class RoundingMode : std::uint8_t {
    HalfUp,
    HalfEven,
    Up,
    Down
};

/// One window of a fold. A row counts where `where` and all windows hold. What `where` leaves out
/// is not seen by Since and LastRows; these come last, Since before LastRows.
///
/// The order of the rows is that of the groupings on the way: rows are compared from the fold's
/// parent row downwards; at each link of `over`, from the outermost in, different rows compare by
/// the columns of that grouping's order (a link between groupings: those of them that are keys of
/// the finer one; another link: by position or declared rank in the list), the same row by the next
/// link. Different rows with equal columns tie: which comes first is unknown, missing
/// `order:COLUMN` of the last column of that grouping's order.
struct Window {
    enum class Kind : std::uint8_t {
        Dates,     ///< operands `date` of the child row, `from`, `through` of the asking row
        UpTo,      ///< `row` of the asking row: a row of the child space or of a space between it
                   ///< and the fold's parent; rows before it, and unless `exclusive` itself and
                   ///< what is below it
        Since,     ///< `condition` of the child row: rows after the latest for which it holds
        LastRows,  ///< the last `count` of them
        Whole      ///< `condition` of the asking row: where yes, an incomplete grouping counts as
                   ///< complete
    } kind = Kind::Dates;
    ExprId date = kNone;
    ExprId from = kNone;
    ExprId through = kNone;
    ExprId row = kNone;
    bool exclusive = false;
    ExprId condition = kNone;
    std::int64_t count = 0;
    Span span;
};

/// The expressions of a window, kNone where it has none there. The first is of the child row, and
/// so is the last of a Since; the others are of the asking row.
inline std::array<ExprId, 5> partsOf(const Window& window) {
    return {window.date, window.from, window.through, window.row, window.condition};
}

struct Expr {
    ExprKind kind = ExprKind::Constant;
    Type type;
    Span span;
    std::vector<ExprId> operands;
    std::int64_t value = 0;
    std::uint32_t index = kNone;  ///< binder, link, column, parameter, table, code set, scale or
                                  ///< apportionment, by kind
    Comparison comparison = Comparison::Equal;
    RoundingMode rounding = RoundingMode::HalfUp;
    FoldKind fold = FoldKind::Total;
    std::vector<LinkId> over;  ///< Fold, FoldRow
    BinderId binder = kNone;   ///< Fold, FoldRow: the child row inside where and value
    ExprId where = kNone;
    ExprId body = kNone;  ///< Fold: value (Total, Distinct, Highest, Lowest, Any and Every: test);
                          ///< FoldRow First: order
    std::vector<Window> windows;   ///< Fold, FoldRow
    std::vector<InForce> periods;  ///< InForceAt (one), Dated (one an alternative)
    std::string text;              ///< UnknownIf: place
};

/// Largest remainder: each row of the list gets floor(by / each); what is left of `total` goes, one
/// each, to the rows with the largest remainders, ties in the order of `ties`. More left than rows,
/// or less than nothing: an error.
struct Apportionment {
    SpaceId parent = kNone;  ///< of the pool
    SpaceId list = kNone;
    std::vector<LinkId> over;       ///< links from list up to parent
    BinderId parentBinder = kNone;  ///< the parent's row in `total`
    BinderId binder = kNone;        ///< the list's row in `where`, `by`, `each`
    ExprId total = kNone;
    ExprId where = kNone;
    ExprId by = kNone;
    ExprId each = kNone;
    ColumnId ties = kNone;
    Span span;
};

}  // namespace proviso::typed
