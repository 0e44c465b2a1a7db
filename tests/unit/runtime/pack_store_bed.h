#pragma once

#include "runtime/pack_store/store.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

/// What tests of pack stores share. The sets are texts of their own kind, `NAME REVISION and
/// anything`, since the store knows nothing of the real ones.
namespace proviso::pack_store::bed {

class Folder {
  public:
    explicit Folder(const std::filesystem::path& place = usual()) {
        std::string name = (place / "packstoreXXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    /// Where there is one, a folder in memory: what is tested is the order of the operations, and
    /// syncing thousands of times takes minutes on a busy disk.
    static std::filesystem::path usual() {
        const std::filesystem::path inMemory = "/dev/shm";
        return std::filesystem::is_directory(inMemory) ? inMemory
                                                       : std::filesystem::temp_directory_path();
    }
    std::string store() const { return path_ + "/store"; }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

inline Result<SetIdentity> check(std::string_view bytes) {
    const std::size_t name = bytes.find(' ');
    const std::size_t revision = name == std::string_view::npos ? name : bytes.find(' ', name + 1);
    if (revision == std::string_view::npos) {
        return Error{ErrorCode::Malformed, "E3001: the file is no pack set"};
    }
    const std::string number(bytes.substr(name + 1, revision - name - 1));
    return SetIdentity{std::string(bytes.substr(0, name)),
                       std::strtoull(number.c_str(), nullptr, 10),
                       "sha256:program of " + std::string(bytes.substr(0, revision))};
}

/// Some kilobytes, so that half of a write is a real half.
inline std::string setOf(const std::string& name, int revision) {
    return name + " " + std::to_string(revision) + " " +
           std::string(5000, static_cast<char>('a' + revision % 26));
}

inline Note note(const std::string& why = "new tariff") {
    return {"Ada", why, "2025-01-31T09:30:00Z"};
}

inline Result<PackStore> open(const std::string& folder,
                              Opening opening = Opening::CreateIfMissing) {
    return PackStore::open(folder, check, opening);
}

inline std::string textOf(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline void setText(const std::string& path, std::string_view text) {
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// What is wrong with a store that nothing should be wrong with; reads it as others do, then opens
/// it, then looks at every file. Empty: nothing.
inline std::string fault(const std::string& folder) {
    const Result<Contents> read = readContents(folder);
    if (!read) {
        return "read: " + read.error().message;
    }
    const Result<PackStore> store = open(folder, Opening::Existing);
    if (!store) {
        return "opened: " + store.error().message;
    }
    if (store->contents().records != read->records || store->contents().head != read->head) {
        return "opening changed what was read";
    }
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/sets")) {
        ++files;
        (void)entry;
    }
    if (files != read->sets.size()) {
        return "a file is left over or missing";
    }
    for (const InstalledSet& set : read->sets) {
        const std::string bytes = textOf(store->pathOf(set));
        const Result<SetIdentity> identity = check(bytes);
        if (!identity || *identity != set.identity || bytes.size() != set.size) {
            return "the file of " + spokenSet(set) + " is not whole";
        }
    }
    const Result<StoredSet> active = readActive(folder);
    if (read->active()
            ? !active || active->set != *read->active() || active->bytes != textOf(active->path)
            : active.has_value()) {
        return "the active set is not whole";
    }
    if (textOf(folder + "/journal").size() != read->head.journalBytes) {
        return "the journal holds more than it says";
    }
    return {};
}

}  // namespace proviso::pack_store::bed
