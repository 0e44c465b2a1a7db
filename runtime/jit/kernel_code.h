#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What is compiled: a loop over the rows of one space, as a list of nodes each of which computes a
/// value and a state for one row. All that compiled code knows is in here; it reads no program.
namespace proviso::jit {

inline constexpr std::uint32_t kNoNode = 0xffffffffU;

enum class KernelOp : std::uint8_t {
    Column,         ///< input column `index`
    Constant,       ///< `immediate`
    NotApplicable,  ///<
    Spread,         ///< input column `index` in the row that link `link` leads to
    Gather,         ///< input column `index` in the row that operand 0 names
    Add,            ///< with `isDate`: the result is a date and must lie in its range
    Subtract,       ///< likewise
    Multiply,
    Negate,
    FloorDivide,
    Modulo,
    RoundedQuotient,  ///< operand 0 * 10^`immediate` / operand 1, rounded by `mode`
    CompareRatio,     ///< by `mode`
    DatePart,         ///< `immediate` as the operation says
    PeriodStart,
    PeriodEnd,
    Compare,  ///< by `mode`
    And,
    Or,
    Not,
    Select,
    OrElse,
    IsKnown,
    IsApplicable,
    UnknownIf,
    Between,      ///< operand 0 lies in table[0]..table[1]; never, where the table is empty
    DatedValue,   ///< table: triples of a first day, 1 where there is a value, the value
    DatedSelect,  ///< operand 0 is a date; table: pairs of a first day and the operand that holds
                  ///< from then on, 0: none
    InSet,        ///< operands code and date; table: runs of from, through, how many codes, codes
    Accepts,      ///< operands fact and date; table: triples of from, through and a bit a fact
    /// The number of the entry that the operands ask for (TableForm). table, by operand: how many
    /// breaks, how many places, the step or the first value, then the breaks or the places.
    TableEntry,
    TableValue,  ///< what is written in entry operand 0 of a table of `immediate`: table: a value
                 ///< for each and, unless all are values, a state for each. Errors are unusual
    ExactlyOne,  ///< operands are pairs of guard and value
    Lowest,      ///< likewise. With `isBounded` an unknown result would have bounds
    Highest,
    BranchSelect,
};

struct KernelNode {
    KernelOp op{};
    std::uint8_t mode = 0;
    bool isTruth = false;  ///< the value is yes or no
    bool isDate = false;
    bool isBounded = false;
    std::uint32_t index = 0;
    std::uint32_t link = 0;
    std::int64_t immediate = 0;
    std::vector<std::uint32_t> operands;  ///< numbers of earlier nodes
    std::vector<std::int64_t> table;
};

enum class KernelFoldOp : std::uint8_t {
    Total,
    Count,
    Any,
    Every,
    Highest,
    Lowest,
};

/// What the rows that lead to one row of another space say together. They lie side by side.
struct KernelFold {
    KernelFoldOp op{};
    bool isBounded = false;         ///< an unknown result would have bounds
    bool hasMore = false;           ///< whether rows may be missing is asked for each result
    bool moreHasStates = false;     ///< that may be other than a value
    std::uint32_t list = 0;         ///< index into KernelCode::lists
    std::uint32_t mask = 0;         ///< node: which rows count; of Any and Every: what is asked
    std::uint32_t value = kNoNode;  ///< node; none of Count, Any and Every

    // What follows is filled by findStates.
    bool rowsHaveStates = false;      ///< mask or value may be other than values
    bool hasStates = false;           ///< the result may
    bool areAnswers = false;          ///< the results are written as bytes, each 0 or 1
    std::uint32_t numbers = kNoNode;  ///< array of what is added up or compared; none of Any, Every
    std::uint32_t word = kNoNode;     ///< array of counted bits; none where nothing needs it
    std::uint32_t bit = 0;            ///< the first of this fold's (emit_folds.cpp)
};

inline bool isLogic(const KernelFold& fold) {
    return fold.op == KernelFoldOp::Any || fold.op == KernelFoldOp::Every;
}

inline bool isExtreme(const KernelFold& fold) {
    return fold.op == KernelFoldOp::Highest || fold.op == KernelFoldOp::Lowest;
}

/// Bits of rows are counted: where in a word each bit is, so many others are for its count.
inline constexpr std::uint32_t kBitsOfCount = 12;

/// How many bits of a row a fold needs.
inline std::uint32_t bitsOf(const KernelFold& fold) {
    if (isLogic(fold)) {
        return fold.rowsHaveStates ? 4 : 1;
    }
    return isExtreme(fold) ? 3 : fold.rowsHaveStates ? 2 : 0;
}

/// One loop over the rows of a space, and one over each space that they are folded to. Columns and
/// links that the nodes read come with the call (KernelCall), in this order.
struct KernelCode {
    struct Column {
        bool hasStates = false;  ///< otherwise each row is a value
        /// Of a cell: 1, 2, 4 or 8. What is read through a link or by row number has 8.
        std::uint8_t bytes = 8;
    };
    struct Link {
        bool hasStates = false;  ///< otherwise each row leads somewhere
    };
    /// Rows that lead to the same row by a link: row p's are begins[p] to begins[p + 1].
    struct List {
        std::uint32_t link = 0;  ///< rows that lead nowhere count for none
    };
    std::vector<Column> columns;
    std::vector<Link> links;
    std::vector<List> lists;
    std::vector<KernelNode> nodes;
    std::vector<std::uint32_t> outputs;  ///< nodes
    std::vector<KernelFold> folds;

    // What follows is filled by findStates.
    std::vector<std::uint8_t> hasStates;   ///< by output: whether it may be other than a value
    std::vector<std::uint8_t> areAnswers;  ///< by output: written as bytes, each 0 or 1
    std::uint32_t numbers = 0;             ///< how many arrays of numbers the folds use
    std::vector<std::uint32_t> words;      ///< by array of bits: the list whose rows' bits it holds
};

/// What may come out of the nodes and folds, given what goes in, and where folds keep what they
/// need of each row.
void findStates(KernelCode& code);

/// The same bytes for the same code, and no others: what a cache goes by.
std::string bytesOf(const KernelCode& code);

/// What compiled code is called with. No output overlaps anything else; `rows` is at least
/// kLeastRows. Columns that are read through a link or by row number have at least one row.
struct KernelCall {
    const void* const* values;              ///< by column
    const std::uint8_t* const* states;      ///< by column; read where it has states
    const std::uint32_t* const* links;      ///< by link
    const std::uint8_t* const* linkStates;  ///< by link; likewise
    const std::uint64_t* sizes;             ///< by column: its rows
    void* const* outValues;                 ///< by output; 0 where the state is no value
    std::uint8_t* const* outStates;         ///< by output; written where it has states
    std::uint64_t rows;
    const std::uint32_t* const* begins;     ///< by list: one more than it has results
    const std::uint64_t* results;           ///< by list: at least kLeastRows
    const std::uint64_t* longest;           ///< by list: rows of its longest stretch
    const std::int64_t* const* moreValues;  ///< by fold; read where it has `more`
    const std::uint8_t* const* moreStates;  ///< likewise, where that has states
    void* const* foldValues;                ///< by fold, as outputs
    std::uint8_t* const* foldStates;
    /// Memory: arrays of numbers, then of bits, of rows. Each is kLeastRows longer than that;
    /// before each is one number more, a zero.
    std::int64_t* const* arrays;
};
inline constexpr std::uint64_t kLeastRows = 8;

/// Sums cannot overflow where each addend lies within the one limit and there are no more of them
/// than the other. The interpreter decides about what lies beyond.
inline constexpr std::int64_t kLargestAddend = std::int64_t{1} << 48;
inline constexpr std::uint32_t kMostAddends = (1U << kBitsOfCount) - 1;

/// Why a block cannot be computed by compiled code: something in it must be told in full. Then what
/// was written is void and the interpreter computes the block.
enum class Unusual : std::uint32_t {
    None = 0,
    Overflow = 1U << 0U,  ///< or near it: the interpreter decides
    DivisionByZero = 1U << 1U,
    OutOfRange = 1U << 2U,  ///< of dates, row numbers, branches
    NotDated = 1U << 3U,    ///< nothing in force on the date
    Conflict = 1U << 4U,
    Bounds = 1U << 5U,   ///< an unknown of which something is known
    NoEntry = 1U << 6U,  ///< a table says nothing, or different things
};

/// Returns what was unusual, as bits.
using KernelFunction = std::uint32_t (*)(const KernelCall*);

}  // namespace proviso::jit
