#pragma once

#include "runtime/engine/bounds.h"
#include "runtime/engine/row_order.h"

#include <cstdint>
#include <vector>

namespace proviso::engine {

/// The row that comes last or first by ranks, one parent after the other. Rows count where the mask
/// is yes or unknown. Different rows of equal rank, or with a rank that is not applicable, tie.
class LatestRows {
  public:
    LatestRows(const Frame& frame, const Instruction& instruction);

    /// The state of a parent, of which rows are missing as `more` says, and for a value the row.
    State state(std::uint32_t parent, State more, std::uint32_t& row);

    /// Why a parent has the state `wanted`, apart from rows that are missing.
    void explain(std::uint32_t parent, State wanted, Trail& trail);

  private:
    Compared compare(std::uint32_t a, std::uint32_t b) const {
        return compareRanks(levels_, a, levels_, b, levels_.size());
    }
    bool isAhead(std::uint32_t a, std::uint32_t b) const {
        const Compared compared = compare(a, b);
        return earliest_ ? compared.before().yes : compared.after().yes;
    }
    void gather(std::uint32_t parent);
    bool anyWrong() const;
    std::uint32_t winner() const;

    const Frame& frame_;
    const Instruction& instruction_;
    const ColumnData& mask_;
    bool earliest_;
    std::vector<Level> levels_;
    std::vector<std::uint32_t> candidates_;
    bool maskIsWrong_ = false;
};

}  // namespace proviso::engine
