#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"
#include "runtime/log/record.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proviso::history {
class Session;
}

namespace proviso::tool {

/// A logged decision that did not come out the same.
struct Difference {
    std::uint64_t record = 0;  ///< its number in the log
    std::string input;         ///< digest of the record's line
    std::string why;
};

struct ReplayReport {
    std::uint64_t same = 0;  ///< decisions whose bytes came out as logged
    std::vector<Difference> differences;
    std::map<std::string, std::uint64_t> unknownPacks;  ///< decisions by a pack set that was not
                                                        ///< given, by its digest
    std::uint64_t withoutInput = 0;  ///< decisions that rest on lines that were not given
    std::uint64_t missingLines = 0;  ///< such lines
    std::map<std::string, std::uint64_t> otherEngines;  ///< decisions by another version
};

/// Decides again what a log says was decided: everything that was handed in, in its steps, under
/// the pack sets that were in force. Records are taken in the order of the log. One thread at a
/// time.
class Replayer {
  public:
    Replayer(std::string engine, unsigned threads);
    ~Replayer();

    void addPacks(std::shared_ptr<const bytecode::Program> program);
    /// A line that may be what a digest in the log is of.
    void addLine(std::string_view line, bool tooLong);

    /// An error is one of the engine or the store, not of the log.
    Result<void> take(const log::Record& record);
    Result<ReplayReport> finish();

  private:
    struct Pending {
        std::uint64_t number = 0;
        std::string input;
        std::string decision;
    };
    void begin(const log::Record& run);
    void handIn(const log::Record& record);
    Result<void> use(const std::string& packs, bool unsignedPacks);
    Result<void> feed();
    Result<void> settle();

    std::string engine_;
    unsigned threads_;
    std::map<std::string, std::shared_ptr<const bytecode::Program>> packs_;  ///< by digest
    std::unordered_map<std::string, std::string> lines_;                     ///< by digest

    std::optional<std::int64_t> knownAsOf_;
    std::int64_t budget_ = 0;
    std::vector<std::string> handedIn_;                     ///< digests, in this run
    std::vector<std::string> step_;                         ///< those since the last decisions
    std::unordered_map<std::string, std::uint64_t> known_;  ///< digests of `handedIn_`
    std::uint64_t missingInRun_ = 0;
    std::string current_;         ///< digest of the pack set in force
    bool unsignedPacks_ = false;  ///< that its decisions say
    std::unique_ptr<history::Session> session_;
    std::vector<Pending> pending_;
    ReplayReport report_;
};

}  // namespace proviso::tool
