#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proviso::engine {

/// A number for some cells: a register or space, and a row. Asks for memory only as it grows, and
/// is cleared at no cost.
class CellMap {
  public:
    static constexpr std::uint32_t kNothing = 0xffffffffU;

    /// The number of a cell, to be read or set; kNothing where it is new.
    std::uint32_t& of(std::uint32_t column, std::uint32_t row) {
        if (2 * (used_ + 1) > slots_.size()) {
            grow();
        }
        Slot& slot = find(std::uint64_t{column} << 32U | row);
        if (slot.round != round_) {
            slot.round = round_;
            slot.number = kNothing;
            ++used_;
        }
        return slot.number;
    }

    void clear() {
        used_ = 0;
        if (++round_ == 0) {
            slots_.clear();
            round_ = 1;
        }
    }

  private:
    struct Slot {
        std::uint64_t cell = 0;
        std::uint32_t number = kNothing;
        std::uint32_t round = 0;  ///< in which it was set
    };

    /// The cell's slot, or the free one where it belongs.
    Slot& find(std::uint64_t cell) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t place = static_cast<std::size_t>((cell * 0x9e3779b97f4a7c15U) >> 32U) & mask;
        while (slots_[place].round == round_ && slots_[place].cell != cell) {
            place = (place + 1) & mask;
        }
        slots_[place].cell = cell;
        return slots_[place];
    }

    void grow() {
        constexpr std::size_t kFirst = 64;
        std::vector<Slot> before(slots_.empty() ? kFirst : 2 * slots_.size());
        before.swap(slots_);
        for (const Slot& slot : before) {
            if (slot.round == round_) {
                find(slot.cell) = slot;
            }
        }
    }

    std::vector<Slot> slots_;  ///< a power of two of them
    std::size_t used_ = 0;
    std::uint32_t round_ = 1;
};

}  // namespace proviso::engine
