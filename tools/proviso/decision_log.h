#pragma once

#include "runtime/decision/json.h"
#include "runtime/decision/result.h"
#include "runtime/log/writer.h"
#include "tools/proviso/console.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::tool {

/// What `proviso run` was told about its decision log.
struct LogOptions {
    std::string folder;  ///< empty: no log
    std::string sync;
    std::string failure;
    std::string fileSize;
    bool inputs = false;
    bool decisions = false;
};

/// The decision log of one run: decisions go into it before they are shown. What happens when it
/// cannot be written is a setting: the decisions are held, which ends the run, or counted.
class DecisionLog {
  public:
    /// Says what it mended; complains and returns nothing where the log cannot be used.
    static std::unique_ptr<DecisionLog> open(Console& console, const LogOptions& options);

    void beginRun(std::optional<std::int64_t> knownAsOf, std::int64_t budget);
    void useSet(const RunStamp& stamp) { writer_->useSet(stamp.packs, stamp.unsignedPacks); }
    /// A line that was handed in, before anything is decided with it.
    void addInput(std::string_view line, bool tooLong) { writer_->addInput(line, tooLong); }

    /// Says of which line a record is, by its key: the digest.
    using InputOf = std::function<std::string(const std::string& key)>;

    /// Logs decisions, as `run --format ndjson` writes them. False where they must be held, after a
    /// complaint.
    bool release(const std::vector<RecordResult>& results,
                 const RunStamp& stamp,
                 const InputOf& inputOf);

    /// Ends the run; says how many decisions were shown without being logged. False where the end
    /// could not be written and nothing may go unlogged.
    bool finish();

    std::uint64_t notLogged() const { return notLogged_; }

  private:
    DecisionLog(Console& console, bool counts, std::unique_ptr<log::Writer> writer)
        : console_(console), counts_(counts), writer_(std::move(writer)) {}
    void complain(const Error& error);

    Console& console_;
    bool counts_;
    std::unique_ptr<log::Writer> writer_;
    std::uint64_t notLogged_ = 0;
    bool complained_ = false;
};

/// `512M`, `2G`, `1073741824`; nothing for anything else.
std::optional<std::int64_t> parseSize(const std::string& text);

}  // namespace proviso::tool
