#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/sets.h"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Which records are evaluated in one block. It changes no answer.
namespace proviso::engine {

/// Records by their number in the order of keys, ascending.
using Block = std::vector<std::uint32_t>;

/// Records as they come, `rows` in a block.
std::vector<Block> blocksOfRecords(const Block& records, std::size_t rows);
/// The same of the first `records`.
std::vector<Block> blocksOfAll(std::uint32_t records, std::size_t rows);

/// Sets in this order, each in one block, in each block as many as fit into `rows`; a larger set is
/// a block of its own. What is in no set of `order` is left out.
std::vector<Block>
blocksOfSets(const Sets& sets, const std::vector<std::uint32_t>& order, std::size_t rows);

struct AlikeInput {
    const Stage& stage;
    const RecordStore& store;
    const std::vector<std::uint32_t>& rows;  ///< of the store, by number in the order of keys
    const Sets& sets;
    std::size_t blockRows;
};

/// Puts sets beside one another whose first records agree in what the stage tests most
/// (Stage::alike), within stretches of the order that fill some blocks.
void bringAlikeTogether(std::vector<std::uint32_t>& order, const AlikeInput& input);

}  // namespace proviso::engine
