#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/engine/evaluate.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// One record decided again with the few others that its decision rests on, so that its registers
/// can be read, and so that the few can be shown to somebody else.
namespace proviso {

/// Which records are brought together with which, by the keys of the program's partitions. Reads
/// the store once; it must stay. Reading from many threads is safe.
class Neighbours {
  public:
    Neighbours(const std::shared_ptr<const bytecode::Program>& program, const RecordStore& store);

    /// The records that share a set with `record`, with `steps` 2 those that share one with them,
    /// and so on; itself included. Numbers in the store, in the order of keys.
    std::vector<std::uint32_t> around(std::uint32_t record, unsigned steps) const;

    /// The number of the record with this key, if there is one.
    std::optional<std::uint32_t> find(std::string_view key) const;

  private:
    std::string_view keyOf(std::uint32_t record) const;

    const RecordStore* store_;
    std::uint32_t keyField_;
    std::vector<std::uint32_t> order_;               ///< records in the order of keys
    std::vector<std::uint32_t> place_;               ///< by record: where in `order_`
    std::vector<std::vector<std::uint32_t>> setOf_;  ///< by partition, by record
    std::vector<std::vector<std::vector<std::uint32_t>>> members_;  ///< by partition, by set
};

/// A record as it was decided among others; the evaluator's registers are of `batch`.
struct DecidedAround {
    unsigned steps = 0;                  ///< of Neighbours::around
    std::vector<std::uint32_t> records;  ///< in the store
    std::uint32_t row = 0;               ///< of the record, in `batch`
    std::unique_ptr<Batch> batch;
    std::unique_ptr<Evaluator> evaluator;
    RecordResult result;
};

/// Decides `record` with as few steps of neighbours as give the decision `expected` (toJson without
/// a stamp); where none do, or nothing is expected, with all that can be reached. `mostRecords`
/// bounds how many; nothing where more would be needed.
std::optional<DecidedAround> decideAround(const std::shared_ptr<const bytecode::Program>& program,
                                          const RecordStore& store,
                                          const Neighbours& neighbours,
                                          std::uint32_t record,
                                          const std::string* expected,
                                          const DecideOptions& options,
                                          std::size_t mostRecords);

}  // namespace proviso
