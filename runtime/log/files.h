#pragma once

#include "runtime/base/result.h"
#include "runtime/log/record.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How a log lies in its folder: `decisions-00000001.log` and so on, and `head`, which says how far
/// records were acknowledged.
namespace proviso::log {

/// The last record that was acknowledged as written and synced, with the chain's value.
struct Head {
    std::uint64_t number = 0;
    std::string chain;
};

std::string fileName(std::uint64_t file);
std::string pathOf(const std::string& folder, std::uint64_t file);
std::string headPath(const std::string& folder);

/// All of `head` is written at once, in place.
std::string writeHead(const Head& head);
std::optional<Head> readHead(std::string_view text);

/// The numbers of the files there are, ascending. CannotRead where the folder cannot be read.
Result<std::vector<std::uint64_t>> listFiles(const std::string& folder);

/// The head, a number of 0 where none was written yet; Malformed where it cannot be understood.
Result<Head> loadHead(const std::string& folder);

/// How far one file goes well.
struct Scan {
    std::uint64_t records = 0;
    std::uint64_t last = 0;       ///< number of the last good record; 0: none
    std::string chain;            ///< after it
    std::string after;            ///< what the file's first record says stands before it
    std::uint64_t goodBytes = 0;  ///< up to the end of the last good record
    std::uint64_t allBytes = 0;
    std::string problem;  ///< of the line after the last good record; empty: the file is good
    std::uint64_t problemLine = 0;
    bool torn = false;  ///< the problem is a last line that does not end
};

/// Reads a file from its first record on as far as each record follows the former one. `former`:
/// the record before the file; nothing: whatever the file says. Each good record goes to `take`,
/// which may be empty.
Result<Scan> scanFile(const std::string& folder,
                      std::uint64_t file,
                      const std::optional<Head>& former,
                      const std::function<void(const Record&)>& take);

}  // namespace proviso::log
