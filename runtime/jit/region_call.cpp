#include "runtime/jit/region_call.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <cfenv>

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

/// As every column ends: no states where all are values.
void settleStates(ColumnData& own) {
    if (!anyState(own.states)) {
        own.states.clear();
    }
}

/// Room for the results of a register.
ColumnData& makeRoom(Frame& frame, Register number, std::size_t rows, bool hasStates) {
    ColumnData& own = frame.registers[number].own;
    own.values.resize(rows);
    own.states.resize(hasStates ? rows : 0);
    own.lows.clear();
    own.highs.clear();
    return own;
}

template <class Padding>
void takeFrom(const Padding& padding, ColumnData& own) {
    std::copy_n(padding.values.begin(), own.values.size(), own.values.begin());
    for (std::size_t row = 0; row < own.states.size(); ++row) {
        own.states[row] = static_cast<State>(padding.states[row]);
    }
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
        frame.registers[guard].column = &frame.column(behind);
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
        begins_[index] = stretches.begins.data();
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
    for (std::size_t index = 0; index < columns; ++index) {
        const ColumnData& column = frame.column(region.columns[index]);
        if (column.bounded()) {
            return Counts::NewBounds;
        }
        if (!column.states.empty() && !region.code.columns[index].hasStates) {
            return Counts::NewStates;
        }
        const bool isForeign = region.isForeign[index] != 0;
        PROVISO_CHECK(isForeign || column.values.size() == rows_,
                      "a column has a row for each of its space");
        values_[index] = column.values.data();
        states_[index] = column.states.empty() ? nullptr : bytesOf(column.states);
        sizes_[index] = column.values.size();
        most = std::max<std::size_t>(most, column.values.size());
        if (isForeign && column.values.empty()) {
            values_[index] = &nothing_;  // Is read, and then of no account.
        }
    }
    const std::uint8_t* const none = noStates(most);
    for (std::size_t index = 0; index < columns; ++index) {
        states_[index] = states_[index] == nullptr ? none : states_[index];
        if (pads_ && region.isForeign[index] == 0) {
            Padding& padding = padding_[index];
            values_[index] = pad(padding.values, values_[index], rows_);
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
        ColumnData& own =
            makeRoom(frame, region.outputs[index], rows_, region.code.hasStates[index] != 0);
        outValues_[index] = own.values.data();
        outStates_[index] = reinterpret_cast<std::uint8_t*>(own.states.data());
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
        ColumnData& own = makeRoom(frame, region.folds[index], targets, fold.hasStates);
        foldValues_[index] = own.values.data();
        foldStates_[index] = reinterpret_cast<std::uint8_t*>(own.states.data());
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
        ColumnData& own = frame.registers[region.outputs[index]].own;
        if (pads_) {
            takeFrom(padding_[before + index], own);
        }
        settleStates(own);
    }
    for (std::size_t index = 0; index < region.folds.size(); ++index) {
        ColumnData& own = frame.registers[region.folds[index]].own;
        if (targets_[region.code.folds[index].list] < kLeastRows) {
            takeFrom(foldPadding_[index].out, own);
        }
        settleStates(own);
    }
}

}  // namespace proviso::jit
