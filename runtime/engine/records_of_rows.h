#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/plan.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace proviso::engine {

/// The record that each row of a space belongs to; a group's rows, its first member.
class RecordsOfRows {
  public:
    RecordsOfRows(const Interpreter& run, const Plan& plan)
        : run_(run), plan_(plan), known_(plan.spaceClass.size()),
          isKnown_(plan.spaceClass.size(), 0) {}

    /// The interpreter has run over this batch.
    void look(const Batch& batch) {
        batch_ = &batch;
        isKnown_.assign(isKnown_.size(), 0);
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as spaces are built from one another
    const std::vector<std::uint32_t>& of(std::uint32_t space) {
        std::vector<std::uint32_t>& records = known_[space];
        if (isKnown_[space] != 0) {
            return records;
        }
        isKnown_[space] = 1;
        if (space < batch_->spaces.size()) {
            const Batch::Space& rows = batch_->spaces[space];
            records.resize(rows.rows);
            if (space == 0) {
                std::iota(records.begin(), records.end(), 0U);
                return records;
            }
            const std::vector<std::uint32_t>& above =
                of(run_.program().schema.spaces[space].parent);
            for (std::uint32_t row = 0; row < rows.rows; ++row) {
                records[row] = above[rows.parent[row]];
            }
            return records;
        }
        const bytecode::Register builder = plan_.builder[space];
        const bytecode::Instruction& one = run_.program().code[builder];
        const auto link = run_.link(builder);
        records.assign(run_.rows(space), bytecode::kNone);
        if (one.space == space) {
            const std::vector<std::uint32_t>& above = of(one.target);
            for (std::uint32_t row = 0; row < records.size(); ++row) {
                records[row] = link[row] == bytecode::kNone ? bytecode::kNone : above[link[row]];
            }
            return records;
        }
        // Made of the combinations of keys of the rows of another space.
        const std::vector<std::uint32_t>& from = of(one.space);
        for (std::uint32_t row = 0; row < link.size(); ++row) {
            if (link[row] != bytecode::kNone) {
                records[link[row]] = std::min(records[link[row]], from[row]);
            }
        }
        return records;
    }

  private:
    const Interpreter& run_;
    const Plan& plan_;
    const Batch* batch_ = nullptr;
    std::vector<std::vector<std::uint32_t>> known_;  ///< by space
    std::vector<std::uint8_t> isKnown_;
};

}  // namespace proviso::engine
