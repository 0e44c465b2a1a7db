#pragma once

#include "runtime/bytecode/program.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// Where the time of a run goes, for those who write rules.
namespace proviso {

/// What each instruction of a program took. May be written from many threads.
class InstructionTimes {
  public:
    explicit InstructionTimes(std::size_t instructions) : nanoseconds_(instructions) {}

    void add(bytecode::Register number, std::chrono::nanoseconds time) {
        nanoseconds_[number].fetch_add(static_cast<std::uint64_t>(time.count()),
                                       std::memory_order_relaxed);
    }
    std::uint64_t nanoseconds(bytecode::Register number) const {
        return nanoseconds_[number].load(std::memory_order_relaxed);
    }
    std::size_t size() const noexcept { return nanoseconds_.size(); }

  private:
    std::vector<std::atomic<std::uint64_t>> nanoseconds_;
};

/// Adds the time of its life to an instruction; without times it does nothing.
class InstructionTimer {
  public:
    InstructionTimer(InstructionTimes* times, bytecode::Register number)
        : times_(times), number_(number) {
        if (times_ != nullptr) {
            begin_ = std::chrono::steady_clock::now();
        }
    }
    ~InstructionTimer() {
        if (times_ != nullptr) {
            times_->add(number_, std::chrono::steady_clock::now() - begin_);
        }
    }
    InstructionTimer(const InstructionTimer&) = delete;
    InstructionTimer& operator=(const InstructionTimer&) = delete;

  private:
    InstructionTimes* times_;
    bytecode::Register number_;
    std::chrono::steady_clock::time_point begin_;
};

/// What one rule, decision or output costs.
struct TimeSpent {
    std::string name;   ///< `parcels.customs_label`, `decision packing`, `output boxes`
    double own = 0;     ///< seconds in what nothing else reads: what a run would save without it
    double shared = 0;  ///< its part of what several read: equal parts for each
};

/// The costliest first; those that took no time are left out. The parts
/// add up to the time of all instructions that some rule, decision or output reads.
std::vector<TimeSpent> timeByRule(const bytecode::Program& program, const InstructionTimes& times);

/// The table for people: at most `most` rows, and what the rest comes to.
std::string printTimes(const std::vector<TimeSpent>& times, double wholeRun, std::size_t most);

}  // namespace proviso
