#pragma once

#include "runtime/engine/carried.h"
#include "runtime/engine/ordered_windows.h"
#include "runtime/engine/sets.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace proviso::engine {

/// What windows over an order came to, by record in the order of keys.
struct OrderedResults {
    std::vector<bytecode::Register> folds;
    std::vector<CarriedColumn> columns;  ///< parallel; void for records of sets that are not plain
    std::vector<std::uint32_t> piece;    ///< as of CarriedPieces: all are one piece
    std::vector<std::uint32_t> row;
    /// By set: all that any window reads is known of its records, and no two of them tie. What is
    /// not has to be found out by bringing the set together.
    std::vector<std::uint8_t> isPlain;
};

struct OrderedPassInput {
    const bytecode::Program& program;
    const RecordStore& store;
    std::span<const std::uint32_t> records;  ///< in the order of keys: their numbers in the store
    const Sets& sets;                        ///< of records with equal keys
    unsigned threads = 1;
    /// What was found before of a register that is no field.
    std::function<CarriedPieces(bytecode::Register)> carriedOf;
};

/// Takes windows one after the other, each in one pass over all records and one over all sets.
OrderedResults takeInOrder(const OrderedPassInput& input,
                           const std::vector<OrderedWindow>& windows);

}  // namespace proviso::engine
