#include "runtime/jit/region_call.h"

#include "runtime/base/check.h"
#include "runtime/engine/answers.h"
#include "runtime/engine/packed.h"

#include <algorithm>
#include <cfenv>
#include <cstring>
#include <span>
#include <type_traits>

namespace proviso::jit {

using engine::Frame;
using engine::RegisterData;

namespace {

Counts::Reason reasonOf(std::uint32_t unusual) {
    static constexpr std::array kReasons{Counts::Overflow,
                                         Counts::DivisionByZero,
                                         Counts::OutOfRange,
                                         Counts::NotDated,
                                         Counts::Conflict,
                                         Counts::Bounds,
                                         Counts::NoEntry};
    for (std::size_t bit = 0; bit < kReasons.size(); ++bit) {
        if ((unusual >> bit & 1U) != 0) {
            return kReasons[bit];
        }
    }
    return Counts::Bounds;
}

bool anyState(const Cells<State>& states) {
    std::uint8_t any = 0;
    for (const State state : states) {
        any = static_cast<std::uint8_t>(any | static_cast<std::uint8_t>(state));
    }
    return any != 0;
}

/// Of a column or of a link: nothing is copied.
template <class States>
const std::uint8_t* bytesOf(const States& states) {
    return reinterpret_cast<const std::uint8_t*>(states.data());
}

/// The rows there are, and the last of them again and again.
template <class Value>
const Value* pad(std::array<Value, kLeastRows>& padding, const Value* from, std::size_t rows) {
    padding.fill(rows != 0 ? from[rows - 1] : Value{});
    for (std::size_t row = 0; row + 1 < rows; ++row) {
        padding[row] = from[row];
    }
    return padding.data();
}

/// The same of values in cells of so many bytes.
const void* padCells(std::array<std::int64_t, kLeastRows>& padding,
                     const void* from,
                     std::size_t rows,
                     std::size_t bytes) {
    auto* const to = reinterpret_cast<std::uint8_t*>(padding.data());
    const auto* const cells = static_cast<const std::uint8_t*>(from);
    for (std::size_t row = 0; row < kLeastRows; ++row) {
        std::memcpy(to + row * bytes, cells + std::min(row, rows - 1) * bytes, bytes);
    }
    return padding.data();
}

/// As every column ends: no states where all are values.
void settleStates(ColumnData& own) {
    if (!anyState(own.states)) {
        own.states.clear();
    }
}

/// Room for the results of a register: `values` and `states` are where they go.
void makeRoom(RegisterData& data,
              std::size_t rows,
              bool hasStates,
              bool areAnswers,
              void*& values,
              std::uint8_t*& states) {
    ColumnData& own = data.own;
    own.states.resize(hasStates ? rows : 0);
    own.lows.clear();
    own.highs.clear();
    states = reinterpret_cast<std::uint8_t*>(own.states.data());
    if (areAnswers) {
        data.answers.resize(rows);
        values = data.answers.data();
    }
    // No answers are a column without rows.
    if (!areAnswers || rows == 0) {
        own.values.resize(rows);
        values = own.values.data();
    }
}

/// Ends what compiled code wrote. `padding`: where, if there were too few rows; else nullptr.
template <class Padding>
void endResult(Frame& frame, Register number, bool areAnswers, const Padding* padding) {
    RegisterData& data = frame.registers[number];
    data.column = &data.own;
    if (areAnswers && !data.answers.empty()) {
        if (padding != nullptr) {
            std::memcpy(data.answers.data(), padding->values.data(), data.answers.size());
        }
        frame.pending.marks[number] = engine::Pending::Answers;
        return;
    }
    ColumnData& own = data.own;
    if (padding != nullptr) {
        std::copy_n(padding->values.begin(), own.values.size(), own.values.begin());
        for (std::size_t row = 0; row < own.states.size(); ++row) {
            own.states[row] = static_cast<State>(padding->states[row]);
        }
    }
    settleStates(own);
}

}  // namespace

void RegionCall::begin(const Frame& frame) {
    stretches_.begin(frame.registers.size());
}

std::optional<Counts::Reason> RegionCall::run(Frame& frame,
                                              const Region& region,
                                              KernelFunction function,
                                              std::size_t leastRows) {
    rows_ = frame.rowCounts[region.space];
    // Folds say something of no rows, too.
    const bool isNothing = rows_ == 0 && region.folds.empty();
    if (rows_ < std::max<std::size_t>(leastRows, 1) && !isNothing) {
        return Counts::FewRows;
    }
    // What is divided is divided by way of floating point numbers; a host may round them otherwise.
    if (std::fegetround() != FE_TONEAREST) {
        return Counts::Rounding;
    }
    if (rows_ != 0) {
        pads_ = rows_ < kLeastRows;
        for (const auto take :
             {&RegionCall::takeLists, &RegionCall::takeInputs, &RegionCall::takeMore}) {
            if (const auto reason = (this->*take)(frame, region)) {
                return reason;
            }
        }
    }
    takeOutputs(frame, region);
    if (rows_ != 0) {
        takeArrays(region.code);
        const std::uint32_t unusual = call(function);
        if (unusual != 0) {
            return reasonOf(unusual);
        }
        finish(frame, region);
    }
    for (const auto& [guard, behind] : region.same) {
        const std::span<const std::uint8_t> answers = engine::answersOf(frame, behind);
        if (answers.empty()) {
            frame.registers[guard].column = &frame.column(behind);
        } else {
            std::copy(
                answers.begin(), answers.end(), engine::beginAnswers(frame, guard, answers.size()));
        }
    }
    return std::nullopt;
}

/// `rows` states of values.
const std::uint8_t* RegionCall::noStates(std::size_t rows) {
    if (zeros_.size() < rows) {
        zeros_.resize(rows);
    }
    return zeros_.data();
}

/// Where the rows begin that are folded to one.
std::optional<Counts::Reason> RegionCall::takeLists(const Frame& frame, const Region& region) {
    const std::size_t lists = region.code.lists.size();
    begins_.resize(lists);
    targets_.resize(lists);
    results_.resize(lists);
    longest_.resize(lists);
    for (std::size_t index = 0; index < lists; ++index) {
        const Register link = region.links[region.code.lists[index].link];
        const Stretches& stretches = stretches_.of(frame, link);
        if (stretches.areApart) {
            return Counts::Apart;
        }
        if (stretches.longest > kMostAddends) {
            return Counts::Overflow;
        }
        begins_[index] = stretches.begins;
        longest_[index] = stretches.longest;
        targets_[index] = frame.targetRows(link);
        results_[index] = std::max<std::uint64_t>(targets_[index], kLeastRows);
    }
    return std::nullopt;
}

std::optional<Counts::Reason> RegionCall::takeInputs(const Frame& frame, const Region& region) {
    const std::size_t columns = region.columns.size();
    const std::size_t links = region.links.size();
    values_.resize(columns);
    states_.resize(columns);
    sizes_.resize(columns);
    links_.resize(links);
    linkStates_.resize(links);
    if (pads_) {
        padding_.resize(columns + links + region.outputs.size());
    }
    std::size_t most = std::max<std::size_t>(rows_, kLeastRows);
    for (const std::uint64_t results : results_) {
        most = std::max<std::size_t>(most, results);
    }
    made_.resize(std::max(made_.size(), columns));
    for (std::size_t index = 0; index < columns; ++index) {
        if (const auto reason = takeColumn(frame, region, index)) {
            return reason;
        }
        most = std::max<std::size_t>(most, sizes_[index]);
    }
    const std::uint8_t* const none = noStates(most);
    for (std::size_t index = 0; index < columns; ++index) {
        states_[index] = states_[index] == nullptr ? none : states_[index];
        if (pads_ && region.isForeign[index] == 0) {
            Padding& padding = padding_[index];
            values_[index] =
                padCells(padding.values, values_[index], rows_, region.code.columns[index].bytes);
            if (region.code.columns[index].hasStates) {
                states_[index] = pad(padding.states, states_[index], rows_);
            }
        }
    }
    for (std::size_t index = 0; index < links; ++index) {
        const RegisterData& link = frame.registers[region.links[index]];
        const bool hasStates = region.code.links[index].hasStates;
        if (!link.states.empty() && !hasStates) {
            return Counts::NewStates;
        }
        PROVISO_CHECK(link.rows.size() == rows_, "a link has a row for each of its space");
        links_[index] = link.rows.data();
        linkStates_[index] = link.states.empty() ? none : bytesOf(link.states);
        if (pads_) {
            Padding& padding = padding_[columns + index];
            links_[index] = pad(padding.rows, links_[index], rows_);
            if (hasStates) {
                linkStates_[index] = pad(padding.states, linkStates_[index], rows_);
            }
        }
    }
    return std::nullopt;
}

/// One column, in the cells that the code was compiled for.
std::optional<Counts::Reason>
RegionCall::takeColumn(const Frame& frame, const Region& region, std::size_t index) {
    const Register number = region.columns[index];
    const std::size_t bytes = region.code.columns[index].bytes;
    const bool isForeign = region.isForeign[index] != 0;
    frame.compute(number);
    const StoredValues values = engine::valuesOf(frame, number);
    states_[index] = nullptr;
    if (values.bytesOfCell() == sizeof(std::int64_t)) {
        const ColumnData& column = frame.column(number);
        if (column.bounded()) {
            return Counts::NewBounds;
        }
        if (!column.states.empty()) {
            if (!region.code.columns[index].hasStates) {
                return Counts::NewStates;
            }
            states_[index] = bytesOf(column.states);
        }
    }
    PROVISO_CHECK(isForeign || values.size() == rows_, "a column has a row for each of its space");
    sizes_[index] = values.size();
    values_[index] = values.data();
    if (isForeign && values.empty()) {
        values_[index] = &nothing_;  // Is read, and then of no account.
    } else if (bytes == sizeof(std::int64_t)) {
        values_[index] = frame.column(number).values.data();
    } else if (values.bytesOfCell() != bytes) {
        values_[index] = madeOf(values, index, bytes);
        if (values_[index] == nullptr) {
            return Counts::NewSizes;
        }
    }
    return std::nullopt;
}

/// The same values in other cells; nullptr where some value does not fit.
const void* RegionCall::madeOf(const StoredValues& from, std::size_t index, std::size_t bytes) {
    std::vector<std::uint8_t>& made = made_[index];
    made.resize(from.size() * bytes);
    const auto make = [&](auto* to) {
        return from.visit([&](const auto* cells) {
            using Cell = std::remove_pointer_t<decltype(to)>;
            std::int64_t others = 0;
            for (std::size_t row = 0; row < from.size(); ++row) {
                // NOLINTNEXTLINE(bugprone-signed-char-misuse): a number of one byte
                const auto cell = static_cast<Cell>(cells[row]);
                others |= std::int64_t{cell} ^ std::int64_t{cells[row]};
                to[row] = cell;
            }
            return others == 0;
        });
    };
    const bool fits = bytes == 1   ? make(reinterpret_cast<std::int8_t*>(made.data()))
                      : bytes == 2 ? make(reinterpret_cast<std::int16_t*>(made.data()))
                                   : make(reinterpret_cast<std::int32_t*>(made.data()));
    return fits ? made.data() : nullptr;
}

/// Whether rows may be missing from what is folded.
std::optional<Counts::Reason> RegionCall::takeMore(const Frame& frame, const Region& region) {
    const std::size_t folds = region.folds.size();
    moreValues_.assign(folds, nullptr);
    moreStates_.assign(folds, nullptr);
    foldPadding_.resize(folds);
    for (std::size_t index = 0; index < folds; ++index) {
        const KernelFold& fold = region.code.folds[index];
        if (!fold.hasMore) {
            continue;
        }
        const ColumnData& more = *engine::foldMore(frame, frame.program.code[region.folds[index]]);
        if (!more.states.empty() && !fold.moreHasStates) {
            return Counts::NewStates;
        }
        const std::size_t targets = targets_[fold.list];
        PROVISO_CHECK(more.values.size() == targets, "a column has a row for each of its space");
        moreValues_[index] = more.values.data();
        moreStates_[index] = more.states.empty() ? zeros_.data() : bytesOf(more.states);
        if (targets < kLeastRows) {
            Padding& padding = foldPadding_[index].more;
            moreValues_[index] = pad(padding.values, moreValues_[index], targets);
            moreStates_[index] = pad(padding.states, moreStates_[index], targets);
        }
    }
    return std::nullopt;
}

void RegionCall::takeOutputs(Frame& frame, const Region& region) {
    outValues_.resize(region.outputs.size());
    outStates_.resize(region.outputs.size());
    const std::size_t before = region.columns.size() + region.links.size();
    for (std::size_t index = 0; index < region.outputs.size(); ++index) {
        makeRoom(frame.registers[region.outputs[index]],
                 rows_,
                 region.code.hasStates[index] != 0,
                 region.code.areAnswers[index] != 0,
                 outValues_[index],
                 outStates_[index]);
        if (pads_ && rows_ != 0) {
            outValues_[index] = padding_[before + index].values.data();
            outStates_[index] = padding_[before + index].states.data();
        }
    }
    foldValues_.resize(region.folds.size());
    foldStates_.resize(region.folds.size());
    for (std::size_t index = 0; index < region.folds.size(); ++index) {
        const KernelFold& fold = region.code.folds[index];
        const std::size_t targets = targets_[fold.list];
        makeRoom(frame.registers[region.folds[index]],
                 targets,
                 fold.hasStates,
                 fold.areAnswers,
                 foldValues_[index],
                 foldStates_[index]);
        if (targets < kLeastRows) {
            foldValues_[index] = foldPadding_[index].out.values.data();
            foldStates_[index] = foldPadding_[index].out.states.data();
        }
    }
}

void RegionCall::takeArrays(const KernelCode& code) {
    // Whatever is read at once may begin at any row; whole lines of the cache are written. The one
    // before is for the zero.
    constexpr std::size_t kLine = 8;
    const std::size_t room =
        (std::max<std::size_t>(rows_, kLeastRows) + kLeastRows + 2 * kLine - 1) / kLine * kLine;
    const std::size_t arrays = code.numbers + code.words.size();
    const std::size_t all = arrays * room + kLine;
    if (memory_.size() < all) {
        memory_.resize(all);
    }
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    std::int64_t* next = memory_.data() + (kLine - address / sizeof(std::int64_t) % kLine) % kLine;
    arrays_.clear();
    for (std::size_t index = 0; index < arrays; ++index) {
        next[kLine - 1] = 0;
        arrays_.push_back(next + kLine);
        next += room;
    }
}

std::uint32_t RegionCall::call(KernelFunction function) const {
    KernelCall call{};
    call.values = values_.data();
    call.states = states_.data();
    call.links = links_.data();
    call.linkStates = linkStates_.data();
    call.sizes = sizes_.data();
    call.outValues = outValues_.data();
    call.outStates = outStates_.data();
    call.rows = std::max<std::uint64_t>(rows_, kLeastRows);
    call.begins = begins_.data();
    call.results = results_.data();
    call.longest = longest_.data();
    call.moreValues = moreValues_.data();
    call.moreStates = moreStates_.data();
    call.foldValues = foldValues_.data();
    call.foldStates = foldStates_.data();
    call.arrays = arrays_.data();
    return function(&call);
}

void RegionCall::finish(Frame& frame, const Region& region) const {
    const std::size_t before = region.columns.size() + region.links.size();
    for (std::size_t index = 0; index < region.outputs.size(); ++index) {
        endResult(frame,
                  region.outputs[index],
                  region.code.areAnswers[index] != 0,
                  pads_ ? &padding_[before + index] : nullptr);
    }
    for (std::size_t index = 0; index < region.folds.size(); ++index) {
        const KernelFold& fold = region.code.folds[index];
        endResult(frame,
                  region.folds[index],
                  fold.areAnswers,
                  targets_[fold.list] < kLeastRows ? &foldPadding_[index].out : nullptr);
    }
}

}  // namespace proviso::jit
