#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace proviso::file {

/// Files that a user's processes keep for one another in a folder of the user's. Nothing is read
/// that anybody else could have written: who can plant a file there decides what it says. Whatever
/// fails is as if nothing were there. Safe to use from many processes and threads.
class PrivateFolder {
  public:
    /// Its parents and it are made when something is written; empty: nothing is ever there.
    explicit PrivateFolder(std::string path);

    /// `proviso/<name>` below $XDG_CACHE_HOME, or below ~/.cache; empty where there is neither.
    static std::string ofCache(std::string_view name);

    /// The whole of a file of at most `most` bytes.
    std::optional<std::string> read(const std::string& name, std::size_t most) const;

    /// Nobody sees half of it. It may be lost with the power: its reader must be able to tell.
    bool write(const std::string& name, std::string_view bytes) const;

    /// The oldest of the files with this in their names go where there are more than `most`; what a
    /// process left behind that was killed counts, too.
    void keepNewest(std::string_view part, std::size_t most) const;

  private:
    bool isPrivate() const;

    std::string path_;
};

}  // namespace proviso::file
