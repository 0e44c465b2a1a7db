#pragma once

#include "runtime/base/file_operations.h"
#include "runtime/base/result.h"
#include "runtime/log/files.h"
#include "runtime/log/record.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::log {

/// When records are synced to the disk.
enum class Durability : std::uint8_t {
    Always,  ///< before decisions are released
    Every,   ///< after some number of records
    Never,   ///< where a file ends and where the log is closed
};

struct WriterOptions {
    Durability durability = Durability::Always;
    std::uint64_t every = 1000;                          ///< records, for Durability::Every
    std::uint64_t fileBytes = std::uint64_t{64} << 20U;  ///< a file that has more is followed
    bool keepInputs = false;     ///< also the lines, not their digests alone
    bool keepDecisions = false;  ///< also what was decided
    std::string engine;          ///< version of the engine
};

/// Appends to a log. Records are added, then committed: a commit that succeeds has written them,
/// and synced them as the durability says, and what they are about may be released. One that fails
/// leaves the log as it was before, forgets the decisions that were added and keeps what later
/// decisions rest on (the run, pack sets, lines handed in) for the next commit. One thread at a
/// time; one writer a log, in all processes.
class Writer {
  public:
    /// Makes the folder and the log where there is none. Mends what an interrupted writer left and
    /// says so in `notes`. Errors: CannotWrite, CannotRead; Conflict (another writes to it);
    /// Malformed where records that were acknowledged are missing or changed: then nothing is
    /// written.
    static Result<std::unique_ptr<Writer>> open(const std::string& folder, WriterOptions options);

    /// What opening mended, a sentence each.
    const std::vector<std::string>& notes() const { return notes_; }

    void beginRun(std::optional<std::int64_t> knownAsOf, std::int64_t budget);
    void useSet(const std::string& packs, bool unsignedPacks);
    /// A line that was handed in.
    void addInput(std::string_view line, bool tooLong);
    /// A decision under everything handed in so far: the digest of the record's line, and its
    /// bytes.
    void addDecision(const std::string& input, std::string_view bytes);

    Result<void> commit();
    /// Ends the run: commits its end and syncs, whatever the durability.
    Result<void> end(std::uint64_t notLogged);

    const Head& last() const { return last_; }

  private:
    Writer(std::string folder, WriterOptions options, file::File head)
        : folder_(std::move(folder)), options_(std::move(options)), head_(std::move(head)) {}

    Result<void> recover();
    Result<void> continueAfter(const Scan& scan, const Head& acknowledged, std::uint64_t file);
    Result<void> startFile();
    Result<void> append(const std::string& bytes);
    Result<void> sync();
    Result<void> acknowledge();
    Record& queue(Kind kind);

    std::string folder_;
    WriterOptions options_;
    file::File head_;  ///< also holds the lock
    std::optional<file::File> file_;
    std::uint64_t fileNumber_ = 0;
    std::uint64_t size_ = 0;  ///< of the file, up to the last record that was committed
    bool isDirty_ = false;    ///< a failed write may have left bytes behind `size_`
    std::uint64_t unsynced_ = 0;
    Head last_;
    Head acknowledged_;  ///< what `head` says
    std::vector<std::string> notes_;

    std::vector<Record> queue_;
    std::size_t queuedBytes_ = 0;  ///< of texts in the last record of inputs
    std::string packs_;
    std::optional<std::int64_t> knownAsOf_;
    std::uint64_t lines_ = 0;
    std::string history_;
    std::uint64_t decisions_ = 0;
};

}  // namespace proviso::log
