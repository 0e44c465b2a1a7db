#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/engine/carried.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/origin.h"

#include <cstdint>
#include <string>
#include <vector>

namespace proviso::engine {

/// The entry records that a row concerns: the one it stands in, or all members of its group.
struct Home {
    std::vector<std::uint32_t> records;  ///< ascending; none where the row's links lead nowhere
    bool shared = false;                 ///< a group's
    std::uint32_t group = 0;             ///< row of the group
};

/// Says in words where rows and fields are, after an interpreter has run. Not thread-safe.
class Places {
  public:
    Places(const Interpreter& run, const Batch& batch)
        : run_(run), program_(run.program()), batch_(batch) {}

    std::string key(std::uint32_t record) const;
    Home home(std::uint32_t space, std::uint32_t row) const;

    /// `order`, `items[1]`, `customer_day`, `invoice_lines[0]`; rows of another record than the one
    /// printed begin with its key. The space's name alone where `row` is kNone.
    std::string row(std::uint32_t space, std::uint32_t row, std::uint32_t printedRecord) const;

    /// The places that make the value unknown, for whatever record they are told; sorted, each
    /// once.
    std::vector<CarriedPlace> missingAnywhere(bytecode::Register reg, std::uint32_t row) const;

    /// The same as texts for one record; with what packs say of them, if `reasons` is given.
    std::vector<std::string> missing(bytecode::Register reg,
                                     std::uint32_t row,
                                     std::uint32_t printedRecord,
                                     PlaceReasons* reasons = nullptr);

    const Interpreter& run() const { return run_; }
    const bytecode::Program& program() const { return program_; }
    const Batch& batch() const { return batch_; }

    /// The row that `link` leads to, kNone where it leads nowhere; `link` kNone is the row itself.
    std::uint32_t follow(bytecode::Register link, std::uint32_t row) const;

  private:
    bool isInput(std::uint32_t space) const { return space < program_.schema.spaces.size(); }
    std::uint32_t entryRow(std::uint32_t space, std::uint32_t row) const;
    std::string path(std::uint32_t space, std::uint32_t row) const;

    const Interpreter& run_;
    const bytecode::Program& program_;
    const Batch& batch_;
};

}  // namespace proviso::engine
