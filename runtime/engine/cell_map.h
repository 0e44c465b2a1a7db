#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace proviso::engine {

/// A number for some keys. Asks for memory only as it grows, and is cleared at no cost. `Hash`
/// spreads keys over the low bits of a word.
template <class Key, class Hash>
class NumberMap {
  public:
    static constexpr std::uint32_t kNothing = 0xffffffffU;

    struct Entry {
        Key key{};
        std::uint32_t number = kNothing;  ///< to be read or set; kNothing where the key is new
        std::uint32_t round = 0;          ///< in which it was set
    };

    /// Good until the next is asked for.
    Entry& at(const Key& key) {
        if (2 * (used_ + 1) > slots_.size()) {
            grow();
        }
        Entry& entry = slots_[place(key)];
        if (entry.round != round_) {
            entry.key = key;
            entry.round = round_;
            entry.number = kNothing;
            ++used_;
        }
        return entry;
    }

    /// The key's number; kNothing where it was never asked for.
    std::uint32_t numberOf(const Key& key) const {
        if (used_ == 0) {
            return kNothing;
        }
        const Entry& entry = slots_[place(key)];
        return entry.round == round_ ? entry.number : kNothing;
    }

    void clear() {
        used_ = 0;
        if (++round_ == 0) {
            slots_.clear();
            round_ = 1;
        }
    }

  private:
    /// The key's slot, or the free one where it belongs.
    std::size_t place(const Key& key) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t place = static_cast<std::size_t>(Hash{}(key)) & mask;
        while (slots_[place].round == round_ && slots_[place].key != key) {
            place = (place + 1) & mask;
        }
        return place;
    }

    void grow() {
        constexpr std::size_t kFirst = 64;
        std::vector<Entry> before(slots_.empty() ? kFirst : 2 * slots_.size());
        before.swap(slots_);
        for (const Entry& entry : before) {
            if (entry.round == round_) {
                slots_[place(entry.key)] = entry;
            }
        }
    }

    std::vector<Entry> slots_;  ///< a power of two of them
    std::size_t used_ = 0;
    std::uint32_t round_ = 1;
};

struct CellHash {
    std::uint64_t operator()(std::uint64_t cell) const {
        return (cell * 0x9e3779b97f4a7c15U) >> 32U;
    }
};

/// A number for some cells: a register or space, and a row.
class CellMap {
  public:
    static constexpr std::uint32_t kNothing = NumberMap<std::uint64_t, CellHash>::kNothing;

    /// The number of a cell, to be read or set; kNothing where it is new.
    std::uint32_t& of(std::uint32_t column, std::uint32_t row) {
        return cells_.at(std::uint64_t{column} << 32U | row).number;
    }
    void clear() { cells_.clear(); }

  private:
    NumberMap<std::uint64_t, CellHash> cells_;
};

/// Some cells, mostly few: those stand side by side. A map that once held many would have every
/// question go to another place in memory.
class CellSet {
  public:
    /// Whether it was not there before.
    bool add(std::uint32_t column, std::uint32_t row) {
        const std::uint64_t cell = std::uint64_t{column} << 32U | row;
        if (few_.size() < kFew) {
            if (std::find(few_.begin(), few_.end(), cell) != few_.end()) {
                return false;
            }
            few_.push_back(cell);
            if (few_.size() == kFew) {
                for (const std::uint64_t each : few_) {
                    many_.at(each).number = 0;
                }
            }
            return true;
        }
        return std::exchange(many_.at(cell).number, 0) != 0;
    }

    void clear() {
        if (few_.size() == kFew) {
            many_.clear();
        }
        few_.clear();
    }

  private:
    static constexpr std::size_t kFew = 32;

    std::vector<std::uint64_t> few_;
    NumberMap<std::uint64_t, CellHash> many_;  ///< all of them, where they are not few
};

}  // namespace proviso::engine
