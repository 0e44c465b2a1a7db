#pragma once

#include "runtime/bytecode/schema.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace proviso {

/// Which of several records with one key count.
struct SettledCorrections {
    std::vector<std::uint32_t> kept;  ///< in input order
    std::vector<std::pair<std::uint32_t, std::uint32_t>>
        conflicts;  ///< a record, and what it contradicts
    std::uint64_t superseded = 0;
    std::uint64_t identical = 0;
    std::uint64_t voided = 0;
    std::vector<std::uint32_t> order;  ///< memory alone
};

/// The highest by Schema::correctedBy counts, a version that is not stated being the lowest. Equal
/// versions that say the same are one record; ones that differ are all conflicts. A void record
/// that counts removes the record. The answer does not depend on the order of the records.
/// `digests`: RecordRows::takeDigests, of what the store does not hold.
void settleCorrections(const Schema& schema,
                       const RecordStore& store,
                       const std::vector<std::uint64_t>& digests,
                       SettledCorrections& result);

}  // namespace proviso
