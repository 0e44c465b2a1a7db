#include "runtime/jit/stage_code.h"

#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/packed.h"
#include "runtime/jit/region_call.h"
#include "runtime/jit/stretches.h"

#include <algorithm>

namespace proviso::jit {

using engine::Frame;
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
    case Counts::NoEntry:
        return "no entry of a table";
    case Counts::NewStates:
        return "states not seen before";
    case Counts::NewSizes:
        return "larger values than seen before";
    case Counts::NewBounds:
        return "bounds";
    case Counts::FewRows:
        return "few rows";
    case Counts::Apart:
        return "rows of a list apart";
    case Counts::Rounding:
        return "rounding of the host";
    }
    return "";
}

namespace {

bool anyError(const ColumnData& column) {
    return std::find(column.states.begin(), column.states.end(), State::Error) !=
           column.states.end();
}

/// Whether there is an unknown of which compiled code would have to say what is known of it.
bool isOpen(const engine::Instruction& one, const ColumnData& column) {
    return (isFold(one) || one.op == engine::Op::Lowest || one.op == engine::Op::Highest) &&
           engine::carriesBounds(one.type) &&
           std::find(column.states.begin(), column.states.end(), State::Unknown) !=
               column.states.end();
}

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

void noteSize(const Frame& frame, Register number, Seen& seen) {
    if (frame.program.code[number].type.kind != TypeKind::None) {
        seen.raiseBytes(number,
                        static_cast<std::uint8_t>(engine::valuesOf(frame, number).bytesOfCell()));
    }
}

void look(const Frame& frame, const std::vector<Register>& registers, Seen& seen) {
    for (const Register number : registers) {
        const engine::Instruction& one = frame.program.code[number];
        std::uint8_t flags = 0;
        if (one.type.kind == TypeKind::None) {
            const engine::RegisterData& link = frame.registers[number];
            flags = static_cast<std::uint8_t>((link.states.empty() ? 0 : Seen::States) |
                                              (liesApart(link) ? Seen::Apart : 0));
        } else {
            const ColumnData& column = frame.column(number);
            if (!column.states.empty()) {
                flags |= Seen::States;
                const bool fails =
                    anyError(column) &&
                    std::none_of(one.operands.begin(), one.operands.end(), [&](Register operand) {
                        return anyError(frame.column(operand));
                    });
                flags = static_cast<std::uint8_t>(flags | (fails ? Seen::Errors : 0) |
                                                  (isOpen(one, column) ? Seen::Open : 0));
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
    static thread_local RegionCall call;
    call.begin(frame);
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
        const bool isSurprise = *reason != Counts::FewRows && *reason != Counts::Rounding;
        for (std::size_t index = 0; isSurprise && index < region.columns.size(); ++index) {
            noteSize(frame, region.columns[index], seen);
        }
        if (Result<void> done = interpretRegion(frame, region); !done.has_value()) {
            return done;
        }
        if (isSurprise) {
            code.surprises.fetch_add(1, std::memory_order_relaxed);
            look(frame, region.members, seen);
            look(frame, region.columns, seen);
            look(frame, region.links, seen);
        }
    }
    return {};
}

}  // namespace proviso::jit
