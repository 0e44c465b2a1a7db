#include "runtime/engine/interpreter.h"

#include "runtime/base/check.h"
#include "runtime/engine/answers.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/instants.h"
#include "runtime/engine/link_rows.h"
#include "runtime/engine/packed.h"
#include "runtime/engine/window.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace proviso {

namespace engine {

Frame::Frame(std::shared_ptr<const bytecode::Program> programShared,
             std::shared_ptr<const Lookups> lookupsShared)
    : sharedProgram(std::move(programShared)), lookups(std::move(lookupsShared)),
      program(*sharedProgram), rowCounts(program.spaces.size()), registers(program.code.size()),
      givenBy(program.code.size(), nullptr), windowMemory(std::make_unique<WindowMemory>()),
      instantMemory(std::make_unique<InstantMemory>()) {}

Frame::~Frame() = default;

const Children& Frame::childrenOf(Register link) const {
    const RegisterData& data = registers[link];
    Children& children = data.children;
    if (children.known) {
        return children;
    }
    // Counting sort by target, which keeps the rows of one target in order.
    children.offsets.assign(std::size_t{targetRows(link)} + 2, 0);
    for (const std::uint32_t target : data.rows) {
        if (target != kNoIndex) {
            ++children.offsets[std::size_t{target} + 2];
        }
    }
    for (std::size_t index = 2; index < children.offsets.size(); ++index) {
        children.offsets[index] += children.offsets[index - 1];
    }
    children.rows.resize(children.offsets.back());
    for (std::uint32_t row = 0; row < data.rows.size(); ++row) {
        if (data.rows[row] != kNoIndex) {
            children.rows[children.offsets[std::size_t{data.rows[row]} + 1]++] = row;
        }
    }
    children.offsets.pop_back();
    children.known = true;
    return children;
}

/// An amount that cannot be below zero has a bound even where it is not known.
static void runInput(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    RegisterData& data = frame.registers[number];
    const SchemaField& field =
        frame.program.schema.spaces[instruction.space].fields[instruction.index];
    const Batch::Space& space = frame.batch->spaces[instruction.space];
    const ColumnData& stored = space.columns[instruction.index];
    if (stored.states.empty()) {
        takeInput(frame, number, space, instruction.index);
        return;
    }
    const bool neverBelow = carriesBounds(field.type) && field.type.kind != TypeKind::Date &&
                            !field.isSigned && !stored.bounded();
    const bool getsBounds =
        neverBelow && std::find(stored.states.begin(), stored.states.end(), State::Unknown) !=
                          stored.states.end();
    const bool isPacked = space.isPacked(instruction.index);
    if (!isPacked && !getsBounds) {
        data.column = &stored;
        return;
    }
    if (isPacked) {
        widen(space.packed[instruction.index], data.own);
    } else {
        data.own.values = stored.values;
    }
    data.own.states = stored.states;
    data.column = &data.own;
    if (!getsBounds) {
        return;
    }
    Bounds bounds;
    bounds.setLow(0);
    for (std::size_t row = 0; row < stored.states.size(); ++row) {
        if (stored.states[row] == State::Unknown) {
            setBounds(data.own, row, bounds);
        }
    }
}

static void runSource(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    RegisterData& data = frame.registers[number];
    const std::size_t rows = frame.rowsOf(instruction);
    switch (instruction.op) {
    case Op::Input:
        runInput(frame, number);
        break;
    case Op::InputParent:
        data.rows = frame.batch->spaces[instruction.space].parent;
        break;
    case Op::Constant:
        // What a former run left is the same constant.
        data.own.values.resize(rows, instruction.immediate);
        break;
    case Op::NotApplicable:
        data.own.values.resize(rows, 0);
        data.own.states.resize(rows, State::NotApplicable);
        break;
    default:
        data.own.values.assign(rows, frame.choice);
        break;
    }
}

static inline bool dispatch(Frame& frame, Register number) {
    switch (frame.program.code[number].op) {
    case Op::Input:
    case Op::InputParent:
    case Op::Constant:
    case Op::NotApplicable:
    case Op::Choice:
        runSource(frame, number);
        return true;
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::Negate:
    case Op::Rescale:
    case Op::IntegerDivide:
    case Op::Modulo:
    case Op::Round:
    case Op::RoundRatio:
    case Op::DatePart:
    case Op::PeriodStart:
    case Op::PeriodEnd:
    case Op::WordCount:
    case Op::Similarity:
    case Op::DrawNumber:
    case Op::CompareRatio:
        runArithmetic(frame, number);
        return true;
    case Op::Compare:
    case Op::And:
    case Op::Or:
    case Op::Not:
    case Op::Select:
    case Op::OrElse:
    case Op::IsKnown:
    case Op::IsApplicable:
    case Op::UnknownIf:
    case Op::BranchSelect:
    case Op::Guard:
        runLogic(frame, number);
        return true;
    case Op::ExactlyOne:
    case Op::Lowest:
    case Op::Highest:
        runContributions(frame, number);
        return true;
    case Op::InForce:
    case Op::DatedSelect:
    case Op::Parameter:
    case Op::TableLookup:
    case Op::InSet:
    case Op::Accepts:
        runLookup(frame, number);
        return true;
    case Op::Spread:
    case Op::Gather:
    case Op::Compose:
    case Op::FirstRow:
    case Op::RowOfLink:
    case Op::BranchOf:
    case Op::RowExists:
    case Op::PairSecond:
    case Op::ProductSecond:
    case Op::SecondOf:
    case Op::SecondExists:
    case Op::InstantStart:
    case Op::InstantEnd:
    case Op::Identity:
    case Op::LinkOfRow:
        runCrossing(frame, number);
        return true;
    case Op::Rank:
        runRank(frame, number);
        return true;
    case Op::DenseRank:
        runDenseRank(frame, number);
        return true;
    case Op::GroupHoles:
        runHoles(frame, number);
        return true;
    case Op::FoldTotal:
    case Op::FoldCount:
    case Op::FoldDistinct:
    case Op::FoldHighest:
    case Op::FoldLowest:
    case Op::FoldAny:
    case Op::FoldEvery:
    case Op::FoldOnly:
    case Op::FoldFirst:
    case Op::FoldLatest:
        if (!runRunningFold(frame, number)) {
            runFold(frame, number);
        }
        return true;
    case Op::GroupBy:
    case Op::BuildKeyed:
    case Op::BuildRows:
    case Op::BuildPairs:
    case Op::BuildProduct:
    case Op::BuildWindow:
    case Op::BuildInstants:
    case Op::BuildCovers:
        return runBuild(frame, number);
    case Op::Apportion:
        runApportion(frame, number);
        return true;
    case Op::ApportionOutcomes:
        runApportionOutcomes(frame, number);
        return true;
    }
    return true;
}

/// Bounds are those of this run: what a former one left never stays beside what this one computes.
static inline bool runUntimed(Frame& frame, Register number) {
    RegisterData& data = frame.registers[number];
    if (frame.program.code[number].type.kind == TypeKind::None) {
        data.children.known = false;
        return dispatch(frame, number);
    }
    if (data.own.bounded()) [[unlikely]] {
        data.own.lows.clear();
        data.own.highs.clear();
    }
    const bool fits = dispatch(frame, number);
    if (data.own.bounded()) [[unlikely]] {
        settleBounds(data.own);
    }
    return fits;
}

bool runInstruction(Frame& frame, Register number) {
    if (frame.times != nullptr) [[unlikely]] {
        const InstructionTimer timer(frame.times, number);
        return runUntimed(frame, number);
    }
    return runUntimed(frame, number);
}

Error tooManyRows(const Frame& frame, Register number) {
    return {ErrorCode::LimitExceeded,
            "a collection grew beyond the limit of rows",
            frame.program.spaces[bytecode::spaceMadeBy(frame.program.code[number])].name};
}

Result<void> runOne(Frame& frame, Register number) {
    if (!runInstruction(frame, number)) {
        return tooManyRows(frame, number);
    }
    return {};
}

/// `values`: how many there are.
static bool isColumn(const ColumnData& column, std::size_t values, std::size_t rows) {
    return values == rows && (column.states.empty() || column.states.size() == rows) &&
           (column.lows.empty() || column.lows.size() == rows) &&
           column.lows.size() == column.highs.size();
}

/// Rejected records are rows of the entry record, or there are none and no columns either.
static bool holesFit(const Batch::Space& holes, const SchemaSpace& described) {
    if (holes.rows == 0 && holes.columns.empty()) {
        return true;
    }
    return holes.columns.size() == described.fields.size() &&
           std::all_of(holes.columns.begin(), holes.columns.end(), [&](const ColumnData& column) {
               return isColumn(column, column.values.size(), holes.rows);
           });
}

/// Columns that nothing reads may be left out.
static bool hasWhatIsRead(const Batch& batch, const std::vector<Asked::OfBatch>& inputs) {
    return std::all_of(inputs.begin(), inputs.end(), [&](const Asked::OfBatch& one) {
        const Batch::Space& space = batch.spaces[one.space];
        return space.valueCount(one.field) == space.rows;
    });
}

/// Compiled code trusts them.
static bool
areBegins(const std::vector<std::uint32_t>& begins, std::size_t rows, std::uint32_t parents) {
    return begins.size() == parents + std::size_t{1} && begins.front() == 0 &&
           begins.back() == rows && areAscending(begins);
}

static bool fits(const Batch& batch, const Schema& schema) {
    if (batch.spaces.size() != schema.spaces.size() || batch.dictionary == nullptr) {
        return false;
    }
    for (std::size_t index = 0; index < batch.spaces.size(); ++index) {
        const Batch::Space& space = batch.spaces[index];
        const SchemaSpace& described = schema.spaces[index];
        const std::size_t rows = space.rows;
        if (space.columns.size() != described.fields.size()) {
            return false;
        }
        for (std::uint32_t field = 0; field < space.columns.size(); ++field) {
            const std::size_t values = space.valueCount(field);
            if (!isColumn(space.columns[field], values, values == 0 ? 0 : rows)) {
                return false;
            }
        }
        if (described.parent == kNoIndex) {
            continue;
        }
        const std::uint32_t parents = batch.spaces[described.parent].rows;
        if (space.parent.size() != rows || !areBelow(space.parent, parents)) {
            return false;
        }
        if (!space.begins.empty() && !areBegins(space.begins, rows, parents)) {
            return false;
        }
    }
    return holesFit(batch.holes, schema.spaces[0]);
}

static void takeCarried(Frame& frame, const InterpreterOptions& options) {
    PROVISO_CHECK(options.carriedIn.size() == options.carried.size(),
                  "carried columns are parallel");
    for (const Register number : frame.carriedIn) {
        frame.givenBy[number] = nullptr;
        frame.registers[number].column = &frame.registers[number].own;
    }
    frame.carriedIn.assign(options.carriedIn.begin(), options.carriedIn.end());
    for (std::size_t index = 0; index < options.carried.size(); ++index) {
        const Register number = options.carriedIn[index];
        frame.givenBy[number] = &options.carried[index];
        frame.registers[number].column = &options.carried[index].cells;
    }
}

static void takeRunning(Frame& frame, const std::vector<RunningWindow>* running) {
    if (running != nullptr && running->empty()) {
        running = nullptr;
    }
    for (const Register number : frame.inRunning) {
        frame.runningOf[number] = kNoIndex;
    }
    frame.inRunning.clear();
    frame.running = running;
    if (running == nullptr) {
        return;
    }
    frame.runningOf.resize(frame.program.code.size(), kNoIndex);
    if (frame.spans.size() < running->size()) {
        frame.spans.resize(running->size());
    }
    for (std::uint32_t index = 0; index < running->size(); ++index) {
        forEachPart((*running)[index], [&](Register number) {
            frame.runningOf[number] = index;
            frame.inRunning.push_back(number);
        });
    }
}

/// The rows that were built are those that the former stage built.
static void checkCarried(const Frame& frame) {
    for (const Register number : frame.carriedIn) {
        PROVISO_CHECK(frame.column(number).values.size() ==
                          frame.rowCounts[frame.program.code[number].space],
                      "a carried column has a cell for each row");
    }
}

}  // namespace engine

Interpreter::Interpreter(std::shared_ptr<const bytecode::Program> program) {
    PROVISO_CHECK(program != nullptr, "an interpreter needs a program");
    auto lookups = std::make_shared<const engine::Lookups>(*program);
    frame_ = std::make_unique<engine::Frame>(std::move(program), std::move(lookups));
}

Interpreter::Interpreter(std::unique_ptr<engine::Frame> frame) : frame_(std::move(frame)) {}

Interpreter::Interpreter(Interpreter&&) noexcept = default;
Interpreter& Interpreter::operator=(Interpreter&&) noexcept = default;
Interpreter::~Interpreter() = default;

Interpreter Interpreter::sibling() const {
    return Interpreter(std::make_unique<engine::Frame>(frame_->sharedProgram, frame_->lookups));
}

Result<void> Interpreter::run(const Batch& batch, const Options& options) {
    engine::Frame& frame = *frame_;
    frame.isReadable = false;
    if (options.active == nullptr) {
        std::vector<bytecode::Register> all(frame.program.code.size());
        std::iota(all.begin(), all.end(), 0U);
        frame.setActive(all);
    } else {
        frame.setActive(*options.active);
    }
    if (!engine::fits(batch, frame.program.schema) ||
        !engine::hasWhatIsRead(batch, frame.asked.inputs)) {
        return Error{ErrorCode::InvalidArgument, "the batch does not fit the program's schema", ""};
    }
    const std::int64_t knownBy = options.asOf.value_or(INT64_MAX);
    if (!frame.datedKnown || frame.knownBy != knownBy) {
        frame.dated.build(frame.program, knownBy);
        frame.datedKnown = true;
        frame.memos.clear();
    }
    frame.batch = &batch;
    frame.knownBy = knownBy;
    frame.choice = options.choice;
    frame.times = options.times;
    frame.maximumRows = options.maximumRows;
    for (std::size_t space = 0; space < frame.rowCounts.size(); ++space) {
        frame.rowCounts[space] = space < batch.spaces.size() ? batch.spaces[space].rows : 0;
    }
    engine::takeCarried(frame, options);
    engine::takeRunning(frame, options.running);
    std::optional<Result<void>> compiled;
    if (options.kernels != nullptr) {
        frame.pending.marks.assign(frame.program.code.size(), engine::Pending::None);
        compiled = options.kernels->run(frame, frame.active);
    }
    if (!compiled) {
        engine::leaveOut(frame, frame.asked);
        compiled = engine::runLinks(frame, frame.asked.links);
    }
    Result<void> done = std::move(*compiled);
    if (done.has_value()) {
        engine::checkCarried(frame);
        frame.isReadable = true;
    }
    return done;
}

void Interpreter::limit(std::vector<std::vector<std::uint8_t>> overBudget) {
    frame_->overBudget = std::move(overBudget);
}

Result<void> Interpreter::rerun(std::int64_t choice,
                                const std::vector<bytecode::Register>* needed) {
    PROVISO_CHECK(frame_->batch != nullptr, "rerun before run");
    engine::Frame& frame = *frame_;
    const std::vector<bool>& dependent = frame.lookups->dependsOnChoice;
    std::vector<bytecode::Register>& again = frame.words;
    again.clear();
    for (const bytecode::Register number : needed != nullptr ? *needed : frame.active) {
        if (dependent[number]) {
            again.push_back(number);
        }
    }
    if (frame.again != again || frame.isAgain.empty()) {
        frame.again = again;
        frame.askedAgain = engine::askedOf(frame.program, frame.again);
        frame.isAgain.assign(dependent.size(), 0);
        for (const bytecode::Register number : frame.again) {
            frame.isAgain[number] = 1;
        }
    }
    // What was left out and is not run again says what it said.
    for (const bytecode::Register number : frame.active) {
        if (dependent[number] && frame.isAgain[number] == 0 && frame.pending.concerns(number)) {
            frame.catchUp(number);
        }
    }
    frame.choice = choice;
    const engine::Asked& asked = frame.askedAgain;
    frame.pending.marks.resize(dependent.size(), engine::Pending::None);
    for (const bytecode::Register number : asked.columns) {
        frame.pending.marks[number] = engine::Pending::LeftOut;
    }
    engine::noteRowsFirst(frame);
    Result<void> done = engine::runLinks(frame, asked.links);
    frame_->isReadable = frame_->isReadable && done.has_value();
    return done;
}

bool Interpreter::isReadable() const {
    return frame_->isReadable;
}

const ColumnData& Interpreter::column(bytecode::Register number) const {
    return frame_->column(number);
}

std::span<const std::uint8_t> Interpreter::answers(bytecode::Register number) const {
    frame_->compute(number);
    return engine::answersOf(*frame_, number);
}

std::span<const std::uint32_t> Interpreter::link(bytecode::Register number) const {
    return frame_->link(number).rows;
}

State Interpreter::linkState(bytecode::Register number, std::uint32_t row) const {
    return frame_->link(number).state(row);
}

std::span<const std::uint32_t> Interpreter::children(bytecode::Register number,
                                                     std::uint32_t row) const {
    frame_->link(number);
    return frame_->childrenOf(number).of(row);
}

std::uint32_t Interpreter::rows(std::uint32_t space) const {
    return frame_->rowCounts[space];
}

const bytecode::Program& Interpreter::program() const {
    return frame_->program;
}

}  // namespace proviso
