#include "runtime/engine/origin.h"

#include "runtime/engine/cell_map.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/instants.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/latest.h"
#include "runtime/engine/window.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

namespace proviso {

namespace engine {

namespace {

/// Walks from a register's row to the operands that gave it its state, `wanted`.
class Walk : public Trail {
  public:
    explicit Walk(const Frame& frame) : frame_(frame) {}

    /// The interpreter has run again.
    void forget() {
        before_ += static_cast<std::uint32_t>(answers_.size());
        if (before_ > kMostBefore) {
            answered_.clear();
            before_ = 0;
        }
        answers_.clear();
        told_.clear();
        windows_.clear();
    }

    /// The number of the answer: what makes the value unknown.
    std::uint32_t missing(Register number, std::uint32_t row) {
        prepare(State::Unknown);
        visit(number, row);
        bool isForked = false;
        std::uint32_t answer = CellMap::kNothing;
        while (!pending_.empty() && answer == CellMap::kNothing) {
            const Place place = pending_.back();
            isForked = isForked || pending_.size() > 1 || !places_.empty();
            pending_.pop_back();
            if (!isForked) {
                // Mostly one thing leads to the next, and all that is met before there are two
                // ways, or a place on the way, has the same answer.
                answer = answerOf(place);
                if (answer != CellMap::kNothing) {
                    break;
                }
                chain_.push_back(place);
            } else if (!met_.add(place.number, place.row)) {
                continue;
            } else if (const std::uint32_t part = answerOf(place); part != CellMap::kNothing) {
                addAnswer(part);
                continue;
            }
            goOn(place);
        }
        if (answer == CellMap::kNothing) {
            sortUnique(places_);
            answer = static_cast<std::uint32_t>(answers_.size());
            const auto begin = static_cast<std::uint32_t>(told_.size());
            told_.insert(told_.end(), places_.begin(), places_.end());
            answers_.push_back({begin, static_cast<std::uint32_t>(told_.size()), answer});
        }
        for (const Place& place : chain_) {
            remember(place, answer);
        }
        return answer;
    }

    std::span<const Origin> places(std::uint32_t answer) const {
        return std::span(told_).subspan(answers_[answer].begin,
                                        answers_[answer].end - answers_[answer].begin);
    }

    const std::vector<EvaluationError>& errors(Register number, std::uint32_t row) {
        prepare(State::Error);
        visit(number, row);
        while (!pending_.empty()) {
            const Place place = pending_.back();
            pending_.pop_back();
            if (met_.add(place.number, place.row)) {
                goOn(place);
            }
        }
        sortUnique(errors_);
        return errors_;
    }

  private:
    struct Place {
        Register number = 0;
        std::uint32_t row = 0;
    };
    /// Where it stands in `told_`.
    struct Answer {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        std::size_t addedTo = 0;  ///< the last answer that it was part of
    };
    /// Windows are asked in turns.
    struct LastingWindow {
        LastingWindow(const Frame& frame, const Instruction& build)
            : window(frame, build, memory) {}

        WindowMemory memory;
        Window window;
    };

    template <class Item>
    static void sortUnique(std::vector<Item>& items) {
        std::sort(items.begin(), items.end());
        items.erase(std::unique(items.begin(), items.end()), items.end());
    }

    void prepare(State wanted) {
        wanted_ = wanted;
        places_.clear();
        errors_.clear();
        chain_.clear();
        met_.clear();
        // A window reads columns of this run, and remembers what it told, which is to be told
        // again.
        windows_.clear();
    }

    /// What was told of another cell belongs to this answer, too.
    void addAnswer(std::uint32_t number) {
        Answer& answer = answers_[number];
        if (std::exchange(answer.addedTo, answers_.size()) != answers_.size()) {
            places_.insert(places_.end(), told_.begin() + answer.begin, told_.begin() + answer.end);
        }
    }

    /// kNothing: nobody asked, or it is not remembered.
    std::uint32_t answerOf(const Place& place) const {
        if (place.number >= answered_.size() || place.row >= answered_[place.number].size()) {
            return CellMap::kNothing;
        }
        const std::uint32_t number = answered_[place.number][place.row];
        return number > before_ ? number - before_ - 1 : CellMap::kNothing;
    }

    void remember(const Place& place, std::uint32_t answer) {
        const std::uint32_t rows = frame_.rowCounts[instruction(place.number).space];
        if (rows > kMostRows) {
            return;
        }
        answered_.resize(frame_.program.code.size());
        std::vector<std::uint32_t>& numbers = answered_[place.number];
        if (numbers.size() <= place.row) {
            numbers.resize(rows, 0);
        }
        numbers[place.row] = before_ + answer + 1;
    }

    void goOn(const Place& place) {
        const std::size_t before = found_;
        follow(place.number, place.row);
        if (found_ == before) {
            begin(place.number, place.row);
        }
    }

    const Instruction& instruction(Register number) const { return frame_.program.code[number]; }

    State stateAt(Register number, std::uint32_t row) const {
        return instruction(number).type.kind == TypeKind::None ? frame_.registers[number].state(row)
                                                               : frame_.column(number).state(row);
    }

    /// Goes on there when that place has the state, too.
    void visit(Register number, std::uint32_t row) override {
        if (stateAt(number, row) != wanted_) {
            return;
        }
        ++found_;
        pending_.push_back({number, row});
    }

    bool isYes(Register number, std::uint32_t row) const {
        return frame_.column(number).state(row) == State::Value &&
               frame_.column(number).values[row] != 0;
    }

    /// It began at a place that no register stands for.
    void place(const std::string& text) override {
        ++found_;
        // Rows that tie are many, and all tell the same place.
        const bool isTold = !places_.empty() && places_.back().kind == Origin::Kind::Text &&
                            places_.back().text == text;
        if (!isTold) {
            addText(text);
        }
    }

    void error(EvaluationError code) override {
        ++found_;
        errors_.push_back(code);
    }

    void visitAll(const Instruction& one, std::uint32_t row) {
        for (const Register operand : one.operands) {
            visit(operand, row);
        }
    }

    void followFold(const Instruction& one, std::uint32_t row) {
        const std::size_t before = foldOperands(one);
        if (before < one.operands.size()) {
            visit(one.operands[before], row);
        }
        if (one.op == Op::FoldLatest) {
            LatestRows(frame_, one).explain(row, wanted_, *this);
            return;
        }
        for (const std::uint32_t child : frame_.childrenOf(one.operands[0]).of(row)) {
            visit(one.operands[1], child);
            if (before > 2 && isYes(one.operands[1], child)) {
                visit(one.operands[2], child);
            }
        }
    }

    /// To the ends of the source rows under `parent` that make an instant's row what it is.
    void followEnds(const Instruction& build, std::uint32_t row) {
        const ColumnData& from = frame_.operand(build, 1);
        const ColumnData& to = frame_.operand(build, 2);
        const Stretch stretch = stretchOf(from, to, row);
        const std::size_t before = found_;
        visit(build.operands[1], row);
        visit(build.operands[2], row);
        if (wanted_ == State::Error && stretch.kind == Stretch::Kind::Wrong && found_ == before) {
            ++found_;
            errors_.push_back(EvaluationError::BadInterval);
        }
    }

    void followInstant(Register made, std::uint32_t instant) {
        const RegisterData& instants = frame_.registers[made];
        const Instruction& build = instruction(made);
        const bool open = instants.second[instant] != 0;
        for (const std::uint32_t row :
             frame_.childrenOf(build.operands[0]).of(instants.rows[instant])) {
            const Stretch stretch =
                stretchOf(frame_.operand(build, 1), frame_.operand(build, 2), row);
            const bool concerns =
                stretch.kind == Stretch::Kind::Possible
                    ? open || stretch.covers(instants.starts[instant], instants.finishes[instant])
                    : open && stretch.kind == Stretch::Kind::Wrong;
            if (concerns) {
                followEnds(build, row);
            }
        }
    }

    void followSecond(Register made, std::uint32_t row) {
        const RegisterData& data = frame_.registers[made];
        const Instruction& build = instruction(made);
        if (build.op == Op::BuildInstants) {
            followInstant(made, row);
        } else if (build.op == Op::BuildCovers) {
            followEnds(instruction(build.operands[0]), data.second[row]);
        } else {
            std::unique_ptr<LastingWindow>& window = windows_[made];
            if (window == nullptr) {
                window = std::make_unique<LastingWindow>(frame_, build);
            }
            window->window.explain(data.rows[row], data.second[row], wanted_, *this);
        }
    }

    void followApportion(const Instruction& one, std::uint32_t row) {
        const RegisterData& link = frame_.registers[one.operands[0]];
        const std::uint32_t parent = link.rows[row];
        if (parent == kNoIndex) {
            return;
        }
        visit(one.operands[1], parent);
        visit(one.operands[6], parent);
        for (const std::uint32_t member : frame_.childrenOf(one.operands[0]).of(parent)) {
            visit(one.operands[2], member);
            if (isYes(one.operands[2], member)) {
                visit(one.operands[3], member);
                visit(one.operands[4], member);
            }
        }
    }

    /// To column `column` in the row that `link` leads to from `row`, or to why it leads nowhere.
    void followLink(Register link, std::uint32_t row, Register column) {
        const std::uint32_t target = frame_.registers[link].rows[row];
        if (target == kNoIndex) {
            visit(link, row);
        } else {
            visit(column, target);
        }
    }

    void follow(Register number, std::uint32_t row) {
        if (frame_.givenBy[number] != nullptr) {
            return;
        }
        const Instruction& one = instruction(number);
        const std::vector<Register>& operands = one.operands;
        switch (one.op) {
        case Op::Select: {
            const State test = stateAt(operands[0], row);
            if (test == State::Unknown || test == State::Error) {
                visit(operands[0], row);
            } else {
                visit(operands[isYes(operands[0], row) ? 1 : 2], row);
            }
            break;
        }
        case Op::OrElse:
            visit(operands[stateAt(operands[0], row) == State::NotApplicable ? 1 : 0], row);
            break;
        case Op::DatedSelect: {
            if (stateAt(operands[0], row) != State::Value) {
                visit(operands[0], row);
                break;
            }
            std::size_t segment = 0;
            const std::uint32_t alternative = frame_.dated.datedLists[one.index].find(
                frame_.column(operands[0]).values[row], segment);
            if (alternative != kNoIndex) {
                visit(operands[std::size_t{alternative} + 1], row);
            }
            break;
        }
        case Op::ExactlyOne:
        case Op::Lowest:
        case Op::Highest:
            for (std::size_t index = 0; index < operands.size(); index += 2) {
                visit(operands[index], row);
                if (isYes(operands[index], row)) {
                    visit(operands[index + 1], row);
                }
            }
            break;
        case Op::BranchSelect: {
            const ColumnData& branch = frame_.column(operands[0]);
            if (branch.state(row) != State::Value) {
                visit(operands[0], row);
                break;
            }
            const auto which = static_cast<std::uint64_t>(branch.values[row]);
            if (which + 1 < operands.size()) {
                visit(operands[which + 1], row);
            }
            break;
        }
        case Op::Spread:
            followLink(operands[1], row, operands[0]);
            break;
        case Op::Gather: {
            const ColumnData& named = frame_.column(operands[1]);
            const auto target = static_cast<std::uint64_t>(named.values[row]);
            if (named.state(row) != State::Value) {
                visit(operands[1], row);
            } else if (target < frame_.column(operands[0]).values.size()) {
                visit(operands[0], static_cast<std::uint32_t>(target));
            }
            break;
        }
        case Op::Compose:
            followLink(operands[0], row, operands[1]);
            break;
        case Op::RowExists:
            visit(instruction(operands[0]).operands[frame_.registers[operands[0]].second[row]],
                  frame_.registers[operands[0]].rows[row]);
            break;
        case Op::Rank:
            visit(operands[0], row);
            break;
        case Op::SecondExists:
            followSecond(operands[0], row);
            break;
        case Op::InstantStart:
        case Op::InstantEnd:
            followInstant(operands[0], row);
            break;
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
            followFold(one, row);
            break;
        case Op::Apportion:
            followApportion(one, row);
            break;
        case Op::FirstRow:
        case Op::BranchOf:
        case Op::PairSecond:
        case Op::ProductSecond:
        case Op::BuildRows:
        case Op::BuildPairs:
        case Op::BuildProduct:
        case Op::BuildWindow:
        case Op::BuildInstants:
        case Op::BuildCovers:
        case Op::SecondOf:
        case Op::Identity:
        case Op::ApportionOutcomes:
            // These have values only, or lead nowhere for a reason that is not in an operand's row.
            break;
        default:
            visitAll(one, row);
            break;
        }
    }

    /// No operand has the state, so it began here.
    void begin(Register number, std::uint32_t row) {
        if (frame_.givenBy[number] != nullptr) {
            beginCarried(*frame_.givenBy[number], row);
            return;
        }
        if (wanted_ == State::Unknown) {
            beginUnknown(number, row);
            return;
        }
        const EvaluationError error = beginError(number, row);
        if (error != EvaluationError::None) {
            errors_.push_back(error);
        }
    }

    void beginCarried(const CarriedColumn& column, std::uint32_t row) {
        const auto reason = column.reasons.find(row);
        if (reason == column.reasons.end()) {
            return;
        }
        for (const CarriedPlace& place : reason->second->places) {
            places_.push_back({.kind = Origin::Kind::Carried,
                               .text = place.text,
                               .record = place.record,
                               .why = place.why});
        }
        errors_.insert(errors_.end(), reason->second->errors.begin(), reason->second->errors.end());
    }

    void beginUnknown(Register number, std::uint32_t row) {
        const Instruction& one = instruction(number);
        switch (one.op) {
        case Op::Input:
            places_.push_back({Origin::Kind::Field, one.space, row, one.index});
            break;
        case Op::UnknownIf:
        case Op::ExactlyOne:
            if (one.index < frame_.program.texts.size()) {
                addText(frame_.program.texts[one.index]);
            }
            break;
        case Op::FoldLatest:
            // Ranks that run in a circle: nobody means such a program.
            addText(frame_.program.windows[one.index].orders.back());
            break;
        case Op::TableLookup:
            places_.push_back({.kind = Origin::Kind::Table,
                               .text = frame_.program.tables[one.index].name,
                               .why = tableReason(frame_, number, row)});
            break;
        default:
            break;
        }
    }

    void addText(std::string_view text) {
        places_.push_back({.kind = Origin::Kind::Text, .text = text});
    }

    EvaluationError beginError(Register number, std::uint32_t row) const {
        switch (instruction(number).op) {
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
            return arithmeticError(frame_, number, row);
        case Op::DatedSelect:
        case Op::Parameter:
            return EvaluationError::NoParameterRow;
        case Op::TableLookup:
            return tableError(frame_, number, row);
        case Op::Guard:
            return EvaluationError::Budget;
        case Op::ExactlyOne:
            return EvaluationError::Conflict;
        case Op::BranchSelect:
        case Op::Gather:
        case Op::LinkOfRow:
            return EvaluationError::NoCase;
        case Op::FoldTotal:
            return EvaluationError::Overflow;
        case Op::FoldOnly:
            return EvaluationError::NotOne;
        case Op::Apportion:
            return apportionError(frame_, number, row);
        default:
            return EvaluationError::None;
        }
    }

    static constexpr std::uint32_t kMostRows = 1U << 14U;  ///< of a space that is remembered
    static constexpr std::uint32_t kMostBefore = 1U << 31U;

    const Frame& frame_;
    State wanted_ = State::Unknown;
    std::vector<Place> pending_;
    std::vector<Place> chain_;  ///< what was met before there were two ways
    CellSet met_;               ///< what was met afterwards
    std::vector<Origin> places_;
    std::vector<EvaluationError> errors_;
    /// By register and row, so that neighbouring rows, which are mostly asked about one after the
    /// other, stand side by side: 1 more than the answer's number, counted since the beginning. Of
    /// former runs are those up to `before_`.
    std::vector<std::vector<std::uint32_t>> answered_;
    std::uint32_t before_ = 0;
    std::vector<Answer> answers_;
    std::vector<Origin> told_;
    std::unordered_map<Register, std::unique_ptr<LastingWindow>> windows_;
    std::size_t found_ = 0;
};

}  // namespace

}  // namespace engine

class Origins::Walk : public engine::Walk {
  public:
    using engine::Walk::Walk;
};

Origins::Origins(const Interpreter& interpreter)
    : walk_(std::make_unique<Walk>(interpreter.frame())) {}

Origins::~Origins() = default;

void Origins::forget() {
    walk_->forget();
}

std::uint32_t Origins::missing(bytecode::Register number, std::uint32_t row) {
    return walk_->missing(number, row);
}

std::span<const Origin> Origins::places(std::uint32_t missing) const {
    return walk_->places(missing);
}

const std::vector<EvaluationError>& Origins::errors(bytecode::Register number, std::uint32_t row) {
    return walk_->errors(number, row);
}

std::vector<Origin>
missingPlaces(const Interpreter& interpreter, bytecode::Register number, std::uint32_t row) {
    Origins origins(interpreter);
    const std::span<const Origin> places = origins.places(origins.missing(number, row));
    return {places.begin(), places.end()};
}

std::vector<EvaluationError>
errorCodes(const Interpreter& interpreter, bytecode::Register number, std::uint32_t row) {
    return Origins(interpreter).errors(number, row);
}

}  // namespace proviso
