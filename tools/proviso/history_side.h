#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/run.h"
#include "runtime/history/store.h"
#include "runtime/impact/impact.h"
#include "tools/proviso/console.h"
#include "tools/proviso/records.h"
#include "tools/proviso/temporary_folder.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proviso::tool {

struct HistoryOptions {
    std::vector<std::string> records;
    std::optional<std::int64_t> asOf;
    unsigned threads = 1;
    std::int64_t memory = 0;  ///< bytes that records may take; more go through a file
};

/// A field that records are told apart by, or whose amounts are summed.
struct FactField {
    std::uint32_t space = 0;
    std::uint32_t field = 0;
};

/// Records under one pack set: read, in memory or through a file, and decided.
class HistorySide {
  public:
    HistorySide(Console& console,
                std::shared_ptr<const bytecode::Program> program,
                const HistoryOptions& options);

    /// `label` stands before what is said: `the old set`. Complains and returns false where the
    /// records cannot be read.
    bool read(const std::string& label);

    /// In the order of keys. False, after a complaint, where it does not come to its end.
    bool decide(const std::string& label, const BlockSink& sink);

    /// Of records that were decided, after `read`; parallel to `keys`.
    std::vector<impact::RecordFacts> facts(const std::vector<std::string>& keys,
                                           const std::vector<FactField>& by,
                                           const std::vector<FactField>& sums);

    /// The records, where memory holds them.
    const RecordStore* store() const { return records_ ? &records_->decoded.store : nullptr; }
    const std::shared_ptr<const bytecode::Program>& program() const { return program_; }

    std::uint64_t rejectedCount() const { return rejectedCount_; }
    /// By key, as far as they have one: why. Not more than the first hundred thousand.
    const std::map<std::string, std::string>& rejectedKeys() const { return rejectedKeys_; }
    /// How many for each reason.
    const std::map<std::string, std::uint64_t>& rejectionReasons() const { return reasons_; }

  private:
    bool readInMemory();
    bool readOverDisk();
    void note(const std::vector<Rejection>& rejections);
    impact::RecordFacts factsOf(const RecordStore& store,
                                std::uint32_t record,
                                const std::vector<FactField>& by,
                                const std::vector<FactField>& sums) const;

    Console& console_;
    std::shared_ptr<const bytecode::Program> program_;
    const HistoryOptions& options_;
    std::optional<ReadRecords> records_;
    std::vector<std::uint32_t> order_;  ///< of records_, by key
    TemporaryFolder folder_;
    std::unique_ptr<history::Store> disk_;
    std::uint64_t rejectedCount_ = 0;
    std::map<std::string, std::string> rejectedKeys_;
    std::map<std::string, std::uint64_t> reasons_;
};

/// Bytes of the files; what a pipe holds is not known.
std::int64_t sizeOfFiles(const std::vector<std::string>& paths);

/// `512M`, `2G`, `1073741824`; half of the machine's memory for an empty text; nothing for anything
/// else.
std::optional<std::int64_t> parseMemorySize(const std::string& text);

/// What a byte of input takes at most while it is decided in memory: columns, what stages hand on,
/// and decisions that wait for their turn.
inline constexpr std::int64_t kMemoryOfInputByte = 8;

}  // namespace proviso::tool
