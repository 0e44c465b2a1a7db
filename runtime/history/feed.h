#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"
#include "runtime/history/store.h"
#include "runtime/input/decoder.h"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::history {

struct FeedReport {
    std::vector<Rejection> rejections;
    std::map<std::string, std::uint64_t> ignoredFields;
    std::uint64_t lines = 0;
    std::uint64_t added = 0;     ///< versions that were not there
    std::uint64_t known = 0;     ///< versions that were
    std::uint64_t rejected = 0;  ///< counts all; `rejections` may hold the first alone
};

/// Puts the lines of sources into a store, some thousands in one transaction: what `report` counts
/// is on the disk. Feeding the same once more changes nothing. Not thread-safe.
class Feeder {
  public:
    /// `mostRejections`: how many are kept one by one.
    Feeder(const bytecode::Program& program, Store& store, std::size_t mostRejections = SIZE_MAX);

    struct Line {
        std::uint64_t number = 0;
        std::string text;
        bool tooLong = false;
    };

    /// What was committed stays where this fails.
    Result<void> addStream(const std::string& source, std::istream& stream);
    Result<void> addFile(const std::string& path);
    /// Lines that follow one another, in one transaction.
    Result<void> addLines(const std::string& source, const std::vector<Line>& lines);

    const FeedReport& report() const { return report_; }
    /// Called after each transaction; may be empty.
    std::function<void(std::uint64_t lines)> progress;
    /// Told of each line before it is put into the store; may be empty.
    std::function<void(std::string_view line, bool tooLong)> onLine;

  private:
    void put(const std::string& source, const std::vector<Line>& lines);

    const bytecode::Program& program_;
    Store& store_;
    std::size_t mostRejections_;
    bool began_ = false;
    FeedReport report_;
};

}  // namespace proviso::history
