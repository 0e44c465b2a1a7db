#pragma once

#include "runtime/decision/json.h"
#include "runtime/decision/result.h"
#include "runtime/engine/run.h"
#include "runtime/history/feed.h"
#include "tools/proviso/console.h"
#include "tools/proviso/pack_files.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace proviso::tool {

/// What `proviso run` was told about a candidate that decides beside the active packs.
struct ShadowOptions {
    std::vector<std::string> packs;  ///< empty: none
    std::string sample;
    std::string output;
};

/// The share of records that is compared: `10%`, `2.5%`; nothing for what is no share of 0 to 100.
std::optional<double> parseSample(const std::string& text);

/// Whether a record is in the sample: by the digest of its key, so that it is the same ones each
/// time.
bool inSample(std::string_view key, double percent);

/// Decisions of the active packs and of a candidate about the same records, told apart. One thread
/// at a time.
class Comparison {
  public:
    explicit Comparison(double percent) : percent_(percent) {}

    /// Complains and returns false where the file for disagreements cannot be written.
    bool open(Console& console, const std::string& path);

    bool wants(std::string_view key) const { return inSample(key, percent_); }
    void compare(const RecordResult& active,
                 const RunStamp& activeStamp,
                 const RecordResult& candidate,
                 const RunStamp& candidateStamp);
    /// The candidate does not decide a record that the active packs decide.
    void missing(const RecordResult& active, const RunStamp& stamp);

    /// What came of it, some lines for people.
    std::string text() const;

  private:
    void write(const std::string& key, const std::string& active, const std::string& candidate);

    double percent_;
    std::ofstream file_;
    std::string path_;
    std::uint64_t compared_ = 0;
    std::uint64_t different_ = 0;
    std::uint64_t missing_ = 0;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>
        findings_;  ///< by code: gained, lost
};

/// Decides records in memory once more with the candidate, after the active answers are out, and
/// compares. Nothing that goes wrong here is more than a message.
class BatchShadow {
  public:
    /// Nothing after a complaint.
    static std::unique_ptr<BatchShadow> open(Console& console, const ShadowOptions& options);

    void addLine(std::size_t source, std::string_view line, bool tooLong);
    void addActive(const std::vector<RecordResult>& results);
    void run(Console& console,
             const std::vector<std::string>& packs,
             const TrustOptions& trust,
             const RunStamp& activeStamp,
             RunOptions options);

  private:
    explicit BatchShadow(double percent) : comparison_(percent) {}

    Comparison comparison_;
    struct Line {
        std::size_t source = 0;
        std::string text;
        bool tooLong = false;
    };
    std::vector<Line> lines_;
    std::vector<RecordResult> active_;
};

/// Decides beside a running session, in a thread of its own that the session never waits for until
/// its end. Candidates that fail or fall behind are given up; that is told at the end.
class LiveShadow {
  public:
    /// Compiles or loads the candidate; nothing after a complaint.
    static std::unique_ptr<LiveShadow> open(Console& console,
                                            const ShadowOptions& options,
                                            const TrustOptions& trust,
                                            const RunOptions& run);
    ~LiveShadow();
    LiveShadow(const LiveShadow&) = delete;
    LiveShadow& operator=(const LiveShadow&) = delete;

    /// One step of the session: what was handed in, and what was told about it. Does not wait.
    void step(const std::string& source,
              const std::vector<history::Feeder::Line>& lines,
              std::vector<RecordResult> active,
              const RunStamp& stamp);
    /// The active packs changed: what they said of records before is no longer what they say.
    void activeChanged();

    /// Gives the candidate some time to catch up, and says what came of it.
    std::string finish();

  private:
    struct Step {
        bool activeChanged = false;
        std::string source;
        std::vector<history::Feeder::Line> lines;
        std::vector<RecordResult> active;
        RunStamp stamp;
    };
    LiveShadow(double percent, const UsedPacks& packs, RunOptions run)
        : comparison_(percent), program_(packs.program), isUnsigned_(packs.isUnsigned),
          run_(std::move(run)) {}
    void push(Step step);
    void work();
    void follow();

    Comparison comparison_;
    std::shared_ptr<const bytecode::Program> program_;
    bool isUnsigned_;
    RunOptions run_;

    std::mutex mutex_;  ///< over what follows
    std::condition_variable changed_;
    std::deque<Step> steps_;
    bool ends_ = false;
    bool gaveUp_ = false;
    std::string why_;
    std::uint64_t notCompared_ = 0;  ///< steps
    std::thread thread_;
};

}  // namespace proviso::tool
