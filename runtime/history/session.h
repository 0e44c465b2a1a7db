#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"
#include "runtime/engine/run.h"
#include "runtime/history/decide.h"
#include "runtime/history/feed.h"
#include "runtime/history/store.h"

#include <memory>
#include <string>
#include <vector>

namespace proviso::history {

/// Records that come a few at a time and are decided with everything handed in so far, under one
/// pack set after another. One thread at a time.
class Session {
  public:
    /// Keeps what is handed in in the store at `path`; in memory where it is empty.
    static Result<std::unique_ptr<Session>> open(std::shared_ptr<const bytecode::Program> program,
                                                 RunOptions options,
                                                 const std::string& path);

    /// Puts lines that follow one another into the store.
    Result<FeedReport> feed(const std::string& source, const std::vector<Feeder::Line>& lines);

    /// Decides what the lines since the last call touch, and hands over the decisions that they
    /// changed, in the order of keys; everything with `all`. Where the sink stops it, what it was
    /// handed counts as not handed over, and the next call hands it over again; the answer is
    /// false.
    Result<bool> decide(bool all, const BlockSink& sink);

    /// From here on another pack set decides. Everything handed in so far is decided under it, so
    /// that later lines change only what they touch; none of that is handed over. Where it fails
    /// the former set stays: DigestMismatch where a store on the disk holds records of another
    /// form.
    Result<void> use(std::shared_ptr<const bytecode::Program> program);

    const std::shared_ptr<const bytecode::Program>& program() const { return program_; }
    Store& store() { return *store_; }
    /// Keys that the last `decide` found gone.
    const std::vector<std::string>& gone() const { return gone_; }

  private:
    Session(std::shared_ptr<const bytecode::Program> program, RunOptions options, bool inMemory)
        : program_(std::move(program)), options_(std::move(options)), inMemory_(inMemory) {}

    std::shared_ptr<const bytecode::Program> program_;
    RunOptions options_;
    bool inMemory_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Decider> decider_;  ///< goes before the store
    std::vector<std::string> gone_;
};

/// The line of the record that counts for a key, as it was handed in; empty where there is none.
std::string lineOfKey(Store& store, std::string_view key, std::optional<std::int64_t> asOf);

}  // namespace proviso::history
