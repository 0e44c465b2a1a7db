#pragma once

#include "runtime/history/feed.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace proviso::tool {

/// Cuts what comes from a pipe, or is appended to a file, into lines, without waiting for more than
/// is there. A line that has not ended yet is kept until it does, or until the source ends.
class LineSource {
  public:
    explicit LineSource(std::size_t maximumBytes) : maximumBytes_(maximumBytes) {}
    ~LineSource();
    LineSource(const LineSource&) = delete;
    LineSource& operator=(const LineSource&) = delete;

    /// `-` is stdin. The answer is empty, or why not.
    std::string open(const std::string& path);

    /// Whether the source is a file, which never ends but grows.
    bool grows() const { return grows_; }
    int descriptor() const { return descriptor_; }

    enum class Progress {
        Read,     ///< something came; there may be more
        Nothing,  ///< nothing more is there by now
        Ended,
        Failed
    };
    /// Reads once and adds the lines that are complete.
    Progress read(std::vector<history::Feeder::Line>& lines);
    /// Why reading failed.
    const std::string& problem() const { return problem_; }

  private:
    void cut(std::vector<history::Feeder::Line>& lines);
    void take(std::vector<history::Feeder::Line>& lines, std::string_view text);

    std::size_t maximumBytes_;
    int descriptor_ = -1;
    bool owned_ = false;
    bool grows_ = false;
    bool atStart_ = true;
    bool tooLong_ = false;  ///< the line that has not ended yet is
    std::uint64_t number_ = 0;
    std::uint64_t offset_ = 0;
    std::string buffer_;
    std::string problem_;
};

}  // namespace proviso::tool
