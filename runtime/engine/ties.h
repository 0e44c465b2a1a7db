#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/sets.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <span>
#include <vector>

/// Keys of records bring more together than need be where groups have keys in lists too: all orders
/// of a day, where each group is one worker's of that day. Of such a set, only records that are in
/// one group, or that a chain of others links, are needed together. A few huge sets are many small
/// ones then, which blocks, caches and threads can take.
namespace proviso::engine {

/// What puts rows of records of one set into one group: that these fields of theirs are equal. A
/// row with a field that is no value is in no group.
struct Tie {
    std::uint32_t space = 0;                 ///< of the schema: whose rows
    std::vector<std::uint32_t> fields;       ///< of the rows; not empty
    std::vector<std::uint32_t> entryFields;  ///< of the record
};

/// The ties of all groups made by `groupings` (GroupBy instructions), whose sets share the values
/// of `keys`. None: it is not known, or keys alone put records into one group; sets stay whole.
std::vector<Tie> tiesOf(const bytecode::Program& program,
                        const std::vector<bytecode::Register>& groupings,
                        const std::vector<bytecode::Register>& keys);

/// Sets split into what the ties link, numbered as first met. `records`: of the store, those that
/// the sets number.
Sets splitByTies(const Sets& sets,
                 const std::vector<Tie>& ties,
                 const RecordStore& store,
                 std::span<const std::uint32_t> records);

}  // namespace proviso::engine
