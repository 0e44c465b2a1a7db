#pragma once

#include "runtime/bytecode/cells.h"
#include "runtime/bytecode/stored_values.h"
#include "runtime/values/state.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

/// Interned texts: equal texts have equal ids, given in the order in which they come. The program's
/// own texts come first, so that constants are known ids. Not thread-safe while interning; reading
/// from many threads is.
class Dictionary {
  public:
    Dictionary();
    /// Started with a program's texts (Program::texts), as its records want it.
    explicit Dictionary(const std::vector<std::string>& texts);
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;

    std::uint32_t intern(std::string_view text) { return intern(text, hash(text)); }
    /// `hash` is of the text.
    std::uint32_t intern(std::string_view text, std::uint32_t hash);
    std::uint32_t hash(std::string_view text) const;
    /// Lives as long as the dictionary.
    std::string_view text(std::uint32_t id) const {
        return entries_[id / kEntriesOfBlock][id % kEntriesOfBlock].text();
    }
    std::size_t size() const { return size_; }

    /// Ask for the memory that `intern` of a text with this hash will look at: first where it would
    /// stand, then the text that stands there.
    void expect(std::uint32_t hash) const {
        __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
    }
    void expectSame(std::uint32_t hash) const {
        const Slot& slot = slots_[hash & (slots_.size() - 1)];
        if (slot.hash == hash && slot.id != kNoText) {
            __builtin_prefetch(&entries_[slot.id / kEntriesOfBlock][slot.id % kEntriesOfBlock]);
        }
    }

  private:
    /// A text. Short ones lie here, so that comparing one costs no second place in memory.
    struct Entry {
        static constexpr std::size_t kShort = 12;
        std::uint32_t size = 0;
        char bytes[kShort] = {};  ///< or, of a longer one, where it is

        std::string_view text() const {
            if (size <= kShort) {
                return {bytes, size};
            }
            const char* from = nullptr;
            std::memcpy(static_cast<void*>(&from), bytes, sizeof from);
            return {from, size};
        }
    };
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t id = kNoText;
    };
    static constexpr std::uint32_t kNoText = 0xffffffffU;
    static constexpr std::uint32_t kEntriesOfBlock = 4096;

    Entry keep(std::string_view text);
    void grow();

    std::uint64_t seed_;
    std::size_t size_ = 0;
    std::vector<std::unique_ptr<Entry[]>> entries_;  ///< in blocks: addresses stay
    std::vector<Slot, LargeBlocks<Slot>>
        slots_;  ///< a power of two of them, at most three quarters taken
    std::vector<std::unique_ptr<char[]>> chunks_;
    char* free_ = nullptr;  ///< in the last chunk
    std::size_t freeBytes_ = 0;
};

/// An unknown that has bounds is a value, once known, and lies between them, both ends included; no
/// bound on a side is the extreme int64. An unknown without any may also turn out not applicable.
inline constexpr std::int64_t kNoLow = INT64_MIN;
inline constexpr std::int64_t kNoHigh = INT64_MAX;

/// One column of one row space. `states` is empty where every row has a value. `lows` and `highs`
/// are empty where no unknown row has a bound; otherwise they hold the bounds of unknown rows, the
/// value itself twice for values, and the extremes for the rest.
struct ColumnData {
    Cells<std::int64_t> values;
    Cells<State> states;
    std::vector<std::int64_t> lows;
    std::vector<std::int64_t> highs;

    bool bounded() const { return !lows.empty(); }
    std::int64_t low(std::size_t row) const {
        return state(row) == State::Value ? values[row] : (lows.empty() ? kNoLow : lows[row]);
    }
    std::int64_t high(std::size_t row) const {
        return state(row) == State::Value ? values[row] : (highs.empty() ? kNoHigh : highs[row]);
    }

    State state(std::size_t row) const { return states.empty() ? State::Value : states[row]; }
};

/// Decoded records as columns, one set a schema space. Rows of a list are contiguous by parent, in
/// input order.
struct Batch {
    struct Space {
        std::uint32_t rows = 0;
        std::vector<std::uint32_t> parent;  ///< row of the parent space; empty for the entry record
        /// By row of the parent space, and one more: where its rows begin. Empty: nobody wrote it
        /// down.
        std::vector<std::uint32_t> begins;
        std::vector<ColumnData> columns;  ///< parallel to SchemaSpace::fields
        /// By field: where a store lends values in cells of fewer than eight bytes, these, and the
        /// column has none, but states. Empty where nothing is lent so.
        std::vector<StoredValues> packed;

        bool isPacked(std::uint32_t field) const {
            return field < packed.size() && !packed[field].empty();
        }
        std::size_t valueCount(std::uint32_t field) const {
            return isPacked(field) ? packed[field].size() : columns[field].values.size();
        }
        StoredValues valuesOf(std::uint32_t field) const {
            const Cells<std::int64_t>& wide = columns[field].values;
            return isPacked(field) ? packed[field] : StoredValues(wide.data(), wide.size());
        }
    };
    std::vector<Space> spaces;  ///< parallel to Schema::spaces
    /// Entry rows of records that were rejected, with the fields that could be read; the other
    /// fields are unknown. They take no part, but sums over groups they may belong to are open.
    Space holes;
    Dictionary* dictionary = nullptr;
};

/// The index of a row in its list, from 0. Few ask, so that it is not kept.
inline std::uint32_t positionInList(const Batch::Space& rows, std::uint32_t row) {
    const auto isInList = [&](std::size_t before) {
        return before <= row && rows.parent[row - before] == rows.parent[row];
    };
    // The rows of a list lie together: the last one that is in it is looked for ever farther away,
    // then ever more closely.
    std::size_t in = 0;
    std::size_t step = 1;
    for (; isInList(in + step); step *= 2) {
        in += step;
    }
    for (; step != 0; step /= 2) {
        in += isInList(in + step) ? step : 0;
    }
    return static_cast<std::uint32_t>(in);
}

/// What of records somebody reads, by space of the schema. INVARIANT: with a list, the lists it
/// lies in.
struct ReadOfRecords {
    std::vector<std::vector<std::uint32_t>> fields;  ///< ascending
    std::vector<std::uint8_t> rows;                  ///< 1: how many rows there are, and where
};

}  // namespace proviso
