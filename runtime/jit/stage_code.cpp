#include "runtime/jit/stage_code.h"

#include "runtime/engine/frame.h"

#include <algorithm>
#include <optional>

namespace proviso::jit {

using engine::Frame;
using engine::RegisterData;

const char* reasonName(Counts::Reason reason) {
    switch (reason) {
    case Counts::Overflow:
        return "overflow";
    case Counts::DivisionByZero:
        return "division by zero";
    case Counts::OutOfRange:
        return "out of range";
    case Counts::NotDated:
        return "nothing in force";
    case Counts::Conflict:
        return "conflict";
    case Counts::Bounds:
        return "bounds within";
    case Counts::NewStates:
        return "states not seen before";
    case Counts::NewBounds:
        return "bounds";
    case Counts::FewRows:
        return "few rows";
    }
    return "";
}

namespace {

Counts::Reason reasonOf(std::uint32_t unusual) {
    static constexpr std::array kReasons{Counts::Overflow,
                                         Counts::DivisionByZero,
                                         Counts::OutOfRange,
                                         Counts::NotDated,
                                         Counts::Conflict,
                                         Counts::Bounds};
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

bool anyError(const ColumnData& column) {
    return std::find(column.states.begin(), column.states.end(), State::Error) !=
           column.states.end();
}

/// Pointers and padding for one call, kept for their memory: one a thread.
class Call {
  public:
    /// Nothing: the region was computed.
    std::optional<Counts::Reason>
    run(Frame& frame, const Region& region, KernelFunction function, std::size_t leastRows) {
        rows_ = frame.rowCounts[region.space];
        if (rows_ < leastRows && rows_ != 0) {
            return Counts::FewRows;
        }
        if (rows_ != 0) {
            pads_ = rows_ < kLeastRows;
            padding_.clear();
            if (const auto reason = takeInputs(frame, region)) {
                return reason;
            }
        }
        takeOutputs(frame, region);
        if (rows_ != 0) {
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

  private:
    struct Padding {
        std::array<std::int64_t, kLeastRows> values{};
        std::array<std::uint32_t, kLeastRows> rows{};
        std::array<std::uint8_t, kLeastRows> states{};
    };

    /// Of a column or of a link: nothing is copied.
    template <class States>
    static const std::uint8_t* bytesOf(const States& states) {
        return reinterpret_cast<const std::uint8_t*>(states.data());
    }

    /// `rows` states of values.
    const std::uint8_t* noStates(std::size_t rows) {
        if (zeros_.size() < rows) {
            zeros_.resize(rows);
        }
        return zeros_.data();
    }

    std::optional<Counts::Reason> takeInputs(const Frame& frame, const Region& region) {
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
        std::size_t most = kLeastRows;
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
        const std::uint8_t* const none = noStates(std::max<std::size_t>(most, rows_));
        for (std::size_t index = 0; index < columns; ++index) {
            states_[index] = states_[index] == nullptr ? none : states_[index];
            if (pads_ && region.isForeign[index] == 0) {
                Padding& padding = padding_[index];
                values_[index] = pad(padding.values, values_[index]);
                states_[index] = pad(padding.states, states_[index]);
            }
        }
        for (std::size_t index = 0; index < links; ++index) {
            const RegisterData& link = frame.registers[region.links[index]];
            if (!link.states.empty() && !region.code.links[index].hasStates) {
                return Counts::NewStates;
            }
            PROVISO_CHECK(link.rows.size() == rows_, "a link has a row for each of its space");
            links_[index] = link.rows.data();
            linkStates_[index] = link.states.empty() ? none : bytesOf(link.states);
            if (pads_) {
                Padding& padding = padding_[columns + index];
                links_[index] = pad(padding.rows, links_[index]);
                linkStates_[index] = pad(padding.states, linkStates_[index]);
            }
        }
        return std::nullopt;
    }

    /// The rows there are and the last of them again and again.
    template <class Value>
    const Value* pad(std::array<Value, kLeastRows>& padding, const Value* rows) const {
        for (std::size_t row = 0; row < kLeastRows; ++row) {
            padding[row] = rows[std::min<std::size_t>(row, rows_ - 1)];
        }
        return padding.data();
    }

    void takeOutputs(Frame& frame, const Region& region) {
        outValues_.resize(region.outputs.size());
        outStates_.resize(region.outputs.size());
        const std::size_t before = region.columns.size() + region.links.size();
        for (std::size_t index = 0; index < region.outputs.size(); ++index) {
            ColumnData& own = frame.registers[region.outputs[index]].own;
            own.values.resize(rows_);
            own.states.resize(region.code.hasStates[index] != 0 ? rows_ : 0);
            own.lows.clear();
            own.highs.clear();
            outValues_[index] = own.values.data();
            outStates_[index] = reinterpret_cast<std::uint8_t*>(own.states.data());
            if (pads_ && rows_ != 0) {
                outValues_[index] = padding_[before + index].values.data();
                outStates_[index] = padding_[before + index].states.data();
            }
        }
    }

    std::uint32_t call(KernelFunction function) const {
        KernelCall call{};
        call.values = values_.data();
        call.states = states_.data();
        call.links = links_.data();
        call.linkStates = linkStates_.data();
        call.sizes = sizes_.data();
        call.outValues = outValues_.data();
        call.outStates = outStates_.data();
        call.rows = std::max<std::uint64_t>(rows_, kLeastRows);
        return function(&call);
    }

    /// As every column ends: no states where all are values.
    void finish(Frame& frame, const Region& region) const {
        const std::size_t before = region.columns.size() + region.links.size();
        for (std::size_t index = 0; index < region.outputs.size(); ++index) {
            ColumnData& own = frame.registers[region.outputs[index]].own;
            if (pads_) {
                const Padding& padding = padding_[before + index];
                std::copy_n(padding.values.begin(), rows_, own.values.begin());
                for (std::size_t row = 0; row < own.states.size(); ++row) {
                    own.states[row] = static_cast<State>(padding.states[row]);
                }
            }
            if (!anyState(own.states)) {
                own.states.clear();
            }
        }
    }

    std::size_t rows_ = 0;
    bool pads_ = false;
    std::vector<const std::int64_t*> values_;
    std::vector<const std::uint8_t*> states_;
    std::vector<std::uint64_t> sizes_;
    std::vector<const std::uint32_t*> links_;
    std::vector<const std::uint8_t*> linkStates_;
    std::vector<std::int64_t*> outValues_;
    std::vector<std::uint8_t*> outStates_;
    std::vector<std::uint8_t> zeros_;
    std::vector<Padding> padding_;
    std::int64_t nothing_ = 0;
};

void leaveOut(Frame& frame, const std::vector<Register>& registers) {
    for (const Register number : registers) {
        frame.pending.marks[number] = engine::Pending::LeftOut;
    }
}

Result<void> interpretRegion(Frame& frame, const Region& region) {
    for (const Register number : region.members) {
        if (Result<void> done = engine::runOne(frame, number); !done.has_value()) {
            return done;
        }
    }
    return {};
}

/// A region's time is told as equal parts of what it computes.
void tellTime(const Frame& frame,
              const Region& region,
              std::chrono::steady_clock::time_point begin) {
    const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::steady_clock::now() - begin);
    for (const Register number : region.members) {
        frame.times->add(number, time / static_cast<std::int64_t>(region.members.size()));
    }
}

}  // namespace

void look(const Frame& frame, const std::vector<Register>& registers, Seen& seen) {
    for (const Register number : registers) {
        const engine::Instruction& one = frame.program.code[number];
        std::uint8_t flags = 0;
        if (one.type.kind == TypeKind::None) {
            flags = frame.registers[number].states.empty() ? 0 : Seen::States;
        } else {
            const ColumnData& column = *frame.registers[number].column;
            if (!column.states.empty()) {
                flags |= Seen::States;
                const bool fails =
                    anyError(column) &&
                    std::none_of(one.operands.begin(), one.operands.end(), [&](Register operand) {
                        return anyError(*frame.registers[operand].column);
                    });
                flags = static_cast<std::uint8_t>(flags | (fails ? Seen::Errors : 0));
            }
            flags = static_cast<std::uint8_t>(flags | (column.bounded() ? Seen::Bounds : 0));
        }
        if (flags != 0) {
            seen.flags[number].fetch_or(flags, std::memory_order_relaxed);
        }
    }
}

Result<void>
runStage(Frame& frame, const StageCode& code, Seen& seen, std::size_t leastRows, Counts& counts) {
    static thread_local Call call;
    code.runs.fetch_add(1, std::memory_order_relaxed);
    leaveOut(frame, code.layout.leftOut);
    for (const Step& step : code.layout.steps) {
        if (step.region == bytecode::kNone) {
            if (Result<void> done = engine::runOne(frame, step.number); !done.has_value()) {
                return done;
            }
            continue;
        }
        const Region& region = code.layout.regions[step.region];
        const auto begin = frame.times != nullptr ? std::chrono::steady_clock::now()
                                                  : std::chrono::steady_clock::time_point{};
        const auto reason =
            call.run(frame, region, code.compiled->function(step.region), leastRows);
        if (!reason) {
            leaveOut(frame, region.leftOut);
            counts.compiled.fetch_add(1, std::memory_order_relaxed);
            if (frame.times != nullptr) {
                tellTime(frame, region, begin);
            }
            continue;
        }
        counts.interpreted[*reason].fetch_add(1, std::memory_order_relaxed);
        if (Result<void> done = interpretRegion(frame, region); !done.has_value()) {
            return done;
        }
        if (*reason != Counts::FewRows) {
            code.surprises.fetch_add(1, std::memory_order_relaxed);
            look(frame, region.members, seen);
            look(frame, region.columns, seen);
            look(frame, region.links, seen);
        }
    }
    return {};
}

}  // namespace proviso::jit
