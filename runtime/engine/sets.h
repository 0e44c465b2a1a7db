#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/input/packed_cells.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace proviso::engine {

/// The set of each record: records with equal keys, numbered as first met. A record with a key that
/// is no value is a set of its own; without keys there is one set.
struct Sets {
    std::vector<std::uint32_t> of;      ///< by record
    std::vector<std::uint32_t> firsts;  ///< by set: its first record
    std::vector<std::uint32_t> sizes;   ///< by set: how many records
    std::uint32_t count = 0;

    /// A record that begins a set; the set's number.
    std::uint32_t begin(std::uint32_t record) {
        firsts.push_back(record);
        sizes.push_back(1);
        return of[record] = count++;
    }
    void join(std::uint32_t record, std::uint32_t set) {
        of[record] = set;
        ++sizes[set];
    }
};
using SharedSets = std::shared_ptr<const Sets>;

Sets setsOf(const std::vector<const ColumnData*>& keys, std::uint32_t records);

/// The same of one key that every record has, if its values are small: numbers of texts and of
/// members. `records` are their numbers among the `values`.
std::optional<Sets> setsOfField(const StoredValues& values, std::span<const std::uint32_t> records);

}  // namespace proviso::engine
