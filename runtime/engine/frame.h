#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/engine/carried.h"
#include "runtime/engine/kernels.h"
#include "runtime/engine/lookups.h"
#include "runtime/engine/map_rows.h"
#include "runtime/engine/profile.h"
#include "runtime/engine/running.h"
#include "runtime/values/decimal.h"
#include "runtime/values/logic.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The state of one evaluation, shared by the files that implement the operations.
namespace proviso::engine {

using bytecode::Instruction;
using bytecode::Op;
using bytecode::Register;

/// The rows that lead to each row of a link's target.
struct Children {
    std::vector<std::uint32_t> offsets;
    std::vector<std::uint32_t> rows;
    bool known = false;

    std::span<const std::uint32_t> of(std::uint32_t row) const {
        return {rows.data() + offsets[row], rows.data() + offsets[row + 1]};
    }
};

/// What one instruction computed. What columns need comes first, in as few lines of the cache as it
/// fits into: single records read a few hundred registers of a row each.
struct alignas(64) RegisterData {
    // Of a column.
    const ColumnData* column = &own;  ///< `own`, or a column of the batch
    ColumnData own;
    std::vector<std::uint8_t> answers;  ///< of yes and no, instead of `own`: answers.h
    // Of a link. INVARIANT: `states` is empty exactly where every row leads somewhere.
    std::span<const std::uint32_t> rows;  ///< `ownRows`, or parents of the batch
    std::vector<std::uint32_t> ownRows;
    std::vector<State> states;  ///< why a row leads nowhere: the state of what is read there
    /// BuildPairs, BuildProduct, BuildWindow, BuildCovers: the second row; BuildRows: the branch;
    /// BuildInstants: 1 for the row of unknown time.
    std::vector<std::uint32_t> second;
    /// BuildRows, BuildWindow, BuildInstants, BuildCovers: Value, Unknown or Error.
    std::vector<State> exists;
    std::vector<std::int64_t> starts;  ///< BuildInstants
    std::vector<std::int64_t> finishes;
    mutable Children children;

    State state(std::size_t row) const { return states.empty() ? State::Value : states[row]; }
};

/// The space of the records or groups that the rows of a space hang under.
inline std::uint32_t rootOf(const bytecode::Program& program, std::uint32_t space) {
    while (space != 0 && program.spaces[space].kind != bytecode::SpaceInfo::Kind::Group) {
        space = program.spaces[space].parent;
    }
    return space;
}

/// Whether values of the type are ordered by their texts.
inline bool isTextLike(const Type& type) {
    return type.kind == TypeKind::Text || type.kind == TypeKind::Code;
}

/// The order of two values of a type: texts and codes by their bytes, everything else by number.
class ValueOrder {
  public:
    ValueOrder(const Batch& batch, const Type& type)
        : dictionary_(isTextLike(type) ? batch.dictionary : nullptr) {}

    bool isOfTexts() const { return dictionary_ != nullptr; }
    /// Below zero, zero or above zero.
    int compare(std::int64_t a, std::int64_t b) const {
        if (a == b) {
            return 0;
        }
        if (dictionary_ == nullptr) {
            return a < b ? -1 : 1;
        }
        const int order = text(a).compare(text(b));
        return order != 0 ? order : (a < b ? -1 : 1);
    }

  private:
    std::string_view text(std::int64_t id) const {
        return id >= 0 && static_cast<std::uint64_t>(id) < dictionary_->size()
                   ? dictionary_->text(static_cast<std::uint32_t>(id))
                   : std::string_view{};
    }

    const Dictionary* dictionary_;
};

/// A column that rows are put in order by.
struct OrderKey {
    const ColumnData* column = nullptr;
    ValueOrder order;
};

struct WindowMemory;
struct InstantMemory;

/// A row that takes part in an Apportion, and what it gets.
struct Share {
    std::uint32_t row = 0;
    std::int64_t units = 0;
    std::int64_t remainder = 0;
    std::int64_t rank = 0;
    bool ranked = true;
};

/// What a run may be asked for, in its order.
struct Asked {
    /// A column of the batch, or one of as many cells as one.
    struct OfBatch {
        Register number = bytecode::kNone;
        std::uint32_t space = 0;
        std::uint32_t field = 0;
    };
    std::vector<Register> links;      ///< make rows, or say how rows hang together
    std::vector<Register> columns;    ///< everything else
    std::vector<OfBatch> inputs;      ///< of the columns, those of the batch
    std::vector<OfBatch> constants;   ///< and those that always say the same in rows of the batch
    std::vector<std::uint8_t> marks;  ///< by register: the columns are left out (Pending::marks)
};
Asked askedOf(const bytecode::Program& program, const std::vector<Register>& registers);

/// A register that is being computed: what it needs comes first.
struct Wanted {
    Register number = bytecode::kNone;
    std::uint32_t next = 0;  ///< in Needs::operands
};

struct Frame {
    Frame(std::shared_ptr<const bytecode::Program> programShared,
          std::shared_ptr<const Lookups> lookupsShared);
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame();

    std::shared_ptr<const bytecode::Program> sharedProgram;
    std::shared_ptr<const Lookups> lookups;
    const bytecode::Program& program;

    const Batch* batch = nullptr;
    bool isReadable = false;           ///< the last run came to its end
    std::int64_t knownBy = INT64_MAX;  ///< what was published later is not known
    std::int64_t choice = 0;
    InstructionTimes* times = nullptr;
    std::uint32_t maximumRows = 0;
    DatedLookups dated;
    bool datedKnown = false;
    std::vector<TableMemo> memos;  ///< by table; of `knownBy`

    std::vector<std::uint32_t> rowCounts;  ///< by space
    /// By rule: rows of its root (rootOf) that asked for more than the budget in the run before;
    /// empty where none did.
    std::vector<std::vector<std::uint8_t>> overBudget;
    std::vector<RegisterData> registers;

    std::vector<Register> active;               ///< what runs, in this order
    Asked asked;                                ///< of `active`
    std::vector<Register> carriedIn;            ///< not computed, but given with the batch
    std::vector<const CarriedColumn*> givenBy;  ///< by register, nullptr where it is computed

    Pending pending;             ///< what was left out
    bool keepsAnswers = true;    ///< answers.h
    std::vector<Wanted> wanted;  ///< what is being caught up

    const std::vector<RunningWindow>* running = nullptr;
    std::vector<RunningSpans> spans;  ///< parallel to `running`
    std::vector<Register> inRunning;  ///< what `runningOf` says something of
    /// By register: the running window that it is, folds, or has its rows of; kNoIndex where none.
    std::vector<std::uint32_t> runningOf;

    // Used by one operation at a time, kept for their memory.
    std::vector<std::uint8_t> bytes;
    std::vector<State> worst;
    std::vector<Int128> wide;
    std::vector<std::uint32_t> words;
    std::vector<std::uint32_t> moreWords;
    std::vector<std::int64_t> numbers;
    std::vector<std::int64_t> moreNumbers;
    std::vector<const ColumnData*> columns;
    std::vector<OrderKey> orderKeys;
    std::vector<Share> shares;
    std::vector<std::pair<std::uint32_t, std::int64_t>> pairs;
    std::unique_ptr<WindowMemory> windowMemory;
    std::unique_ptr<InstantMemory> instantMemory;
    // Of the last rerun.
    std::vector<Register> again;
    std::vector<std::uint8_t> isAgain;  ///< by register
    Asked askedAgain;                   ///< of `again`

    /// The running window that a register is part of; nullptr where there is none.
    const RunningWindow* runningWindow(Register number) const {
        return running == nullptr || runningOf[number] == kNoIndex ? nullptr
                                                                   : &(*running)[runningOf[number]];
    }
    void setActive(const std::vector<Register>& toRun) {
        if (active != toRun) {
            active = toRun;
            asked = askedOf(program, active);
        }
    }
    TableMemo& memoOf(std::uint32_t table) {
        if (memos.empty()) {
            memos.resize(program.tables.size());
        }
        return memos[table];
    }
    std::size_t rowsOf(const Instruction& instruction) const {
        return rowCounts[instruction.space];
    }
    const ColumnData& column(Register number) const {
        if (pending.concerns(number)) [[unlikely]] {
            catchUp(number);
        }
        return *registers[number].column;
    }
    const RegisterData& link(Register number) const {
        if (pending.concerns(number)) [[unlikely]] {
            catchUp(number);
        }
        return registers[number];
    }
    /// Computes what was left out, with all that it needs. The operations' memory above is used:
    /// no operation may be under way.
    void catchUp(Register number) const;
    /// The same, of which answers may stay bytes (answers.h).
    void compute(Register number) const;
    /// Computes what of a register's operands was left out. No operation may be under way.
    void computeOperands(Register number);
    const ColumnData& operand(const Instruction& instruction, std::size_t index) const {
        return column(instruction.operands[index]);
    }
    const RegisterData& linkOperand(const Instruction& instruction, std::size_t index) const {
        return registers[instruction.operands[index]];
    }
    const Children& childrenOf(Register link) const;
    std::uint32_t targetRows(Register link) const { return rowCounts[program.code[link].target]; }
};

/// Runs one instruction, whose operands are computed. False: a row space would grow beyond the
/// limit.
bool runInstruction(Frame& frame, Register number);
/// The error that this is.
Error tooManyRows(const Frame& frame, Register number);
Result<void> runOne(Frame& frame, Register number);

/// Leaves the columns out, but for those that are there before a run.
void leaveOut(Frame& frame, const Asked& asked);
/// Of columns that are left out: those for which a window may have to be made first.
void noteRowsFirst(Frame& frame);
/// Makes rows, in order; columns and running windows stay left out until somebody reads them
/// (demand.cpp). Error: LimitExceeded.
Result<void> runLinks(Frame& frame, const std::vector<Register>& links);

// ---- one function an operation or family; each fills registers[number] ------------------------

// arithmetic.cpp
void runArithmetic(Frame& frame, Register number);
/// One row of an arithmetic operation whose operands are values: for results and, later, for the
/// reason of an error.
EvaluationError arithmeticError(const Frame& frame, Register number, std::uint32_t row);
// logic.cpp
void runLogic(Frame& frame, Register number);
// contributions.cpp
void runContributions(Frame& frame, Register number);
// lookup.cpp
void runLookup(Frame& frame, Register number);
EvaluationError tableError(const Frame& frame, Register number, std::uint32_t row);
/// What the table says of a result that it leaves open.
std::string_view tableReason(const Frame& frame, Register number, std::uint32_t row);
// crossing.cpp
void runCrossing(Frame& frame, Register number);
void runRank(Frame& frame, Register number);
void runDenseRank(Frame& frame, Register number);
// holes.cpp
void runHoles(Frame& frame, Register number);
/// For each group that a GroupBy made: 1 where a rejected record of the batch may belong to it.
std::vector<std::uint8_t> groupsWithHoles(const Frame& frame, Register groupBy);
// folds.cpp
void runFold(Frame& frame, Register number);
// fold_bounds.cpp: gives the unknown rows of a finished fold their bounds
void boundFold(Frame& frame, const Instruction& instruction, ColumnData& out);
// latest.cpp
void foldLatest(Frame& frame, const Instruction& instruction, ColumnData& out);
// running.cpp: what of a window is a stretch; nullptr where it is no running window
const RunningSpans* findSpans(Frame& frame, Register window);
// running_folds.cpp
/// A fold over a running window; false where it is none. Needs no pairs where all are stretches.
bool runRunningFold(Frame& frame, Register number);
// build.cpp: false where a row space would grow beyond the limit
bool runBuild(Frame& frame, Register number);
// apportion.cpp
void runApportion(Frame& frame, Register number);
void runApportionOutcomes(Frame& frame, Register number);
EvaluationError apportionError(const Frame& frame, Register number, std::uint32_t row);

/// The operands of a fold before the optional last one, which says that rows may be missing.
inline std::size_t foldOperands(const Instruction& instruction) {
    switch (instruction.op) {
    case Op::FoldCount:
    case Op::FoldOnly:
    case Op::FoldAny:
    case Op::FoldEvery:
        return 2;
    case Op::FoldLatest:
        // A link, a mask and pairs.
        return instruction.operands.size() - instruction.operands.size() % 2;
    default:
        return 3;
    }
}

/// Whether the columns, of which not all may be applicable, say yes in a row.
inline bool allYes(const Frame& frame, const std::vector<Register>& columns, std::uint32_t row) {
    return std::all_of(columns.begin(), columns.end(), [&](Register each) {
        const ColumnData& column = frame.column(each);
        return column.values[row] != 0 && column.state(row) == State::Value;
    });
}

/// Whether rows may be missing from a fold: a column of the fold's rows; null where none can be.
inline const ColumnData* foldMore(const Frame& frame, const Instruction& instruction) {
    const std::size_t before = foldOperands(instruction);
    return instruction.operands.size() > before ? &frame.operand(instruction, before) : nullptr;
}

}  // namespace proviso::engine
