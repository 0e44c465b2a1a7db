#include "tools/proviso/program_cache.h"

#include "compiler/driver/load.h"
#include "runtime/base/digest.h"
#include "runtime/bytecode/verifier.h"
#include "runtime/pack/coding.h"
#include "runtime/pack/program_bytes.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <link.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace proviso::tool {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBegins = "proviso program 1\n";
constexpr std::string_view kEnding = ".program";
constexpr std::size_t kDigestBytes = 71;  // of sha256()
constexpr std::size_t kMostBytes = std::size_t{256} << 20U;
constexpr std::size_t kMostEntries = 64;

/// The name that the linker gave an object by what is in it; empty where it gave none.
std::string buildOf(const dl_phdr_info& object) {
    const auto padded = [](std::size_t size) { return (size + 3) & ~std::size_t{3}; };
    for (int index = 0; index < object.dlpi_phnum; ++index) {
        const ElfW(Phdr)& part = object.dlpi_phdr[index];
        if (part.p_type != PT_NOTE) {
            continue;
        }
        const auto* at = reinterpret_cast<const char*>(object.dlpi_addr + part.p_vaddr);
        const char* const end = at + part.p_memsz;
        while (static_cast<std::size_t>(end - at) >= sizeof(ElfW(Nhdr))) {
            ElfW(Nhdr) note;
            std::memcpy(&note, at, sizeof note);
            const char* const name = at + sizeof note;
            const std::size_t size = padded(note.n_namesz) + padded(note.n_descsz);
            if (static_cast<std::size_t>(end - name) < size) {
                break;
            }
            const char* const content = name + padded(note.n_namesz);
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
                std::memcmp(name, "GNU", 4) == 0) {
                return {content, note.n_descsz};
            }
            at = content + padded(note.n_descsz);
        }
    }
    return {};
}

/// Everything but the packs that says what a program would be: this compiler and the libraries it
/// is linked with. Empty where the compiler itself has no name.
std::string buildOfThisProgram() {
    std::vector<std::string> builds;
    ::dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* result) {
            static_cast<std::vector<std::string>*>(result)->push_back(buildOf(*object));
            return 0;
        },
        &builds);
    if (builds.empty() || builds.front().empty()) {
        return {};  // the program itself comes first
    }
    Sha256 digest;
    for (const std::string& build : builds) {
        digest.addFramed(build);
    }
    return digest.finish();
}

bool isOurs(const struct stat& status) {
    return status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// Ours, and nobody else may write there: who can plant a program decides what it says.
bool isPrivate(const std::string& folder) {
    struct stat status{};
    return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && isOurs(status);
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

/// The whole of an entry that nobody else can have written.
std::optional<std::string> readEntry(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status{};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        !isOurs(status) || status.st_size < 0 ||
        static_cast<std::size_t>(status.st_size) > kMostBytes) {
        return std::nullopt;
    }
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = ::read(file.number(), bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return std::nullopt;
        }
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

std::string folderOfUser() {
    const char* const cache = std::getenv("XDG_CACHE_HOME");
    const char* const home = std::getenv("HOME");
    fs::path folder;
    if (cache != nullptr && *cache == '/') {
        folder = cache;
    } else if (home != nullptr && *home == '/') {
        folder = fs::path(home) / ".cache";
    } else {
        return {};
    }
    return (folder / "proviso" / "programs").string();
}

/// "sha256:" and the digits.
std::string
keyOf(const Sources& sources, const std::vector<SourceId>& packs, const std::string& build) {
    Sha256 digest;
    digest.addFramed(kBegins);
    digest.addFramed(build);
    for (const SourceId pack : packs) {
        digest.addFramed(sources.path(pack));
        digest.addFramed(sources.text(pack));
    }
    return digest.finish();
}

std::string pathOf(const std::string& folder, const std::string& key) {
    return folder + "/" + key.substr(key.find(':') + 1) + std::string(kEnding);
}

/// A table's path, and the digest of what it held.
using Tables = std::vector<std::pair<std::string, std::string>>;

bool areAsTheyWere(const Tables& tables) {
    return std::all_of(tables.begin(), tables.end(), [](const auto& table) {
        std::string text;
        return readFile(table.first, LoadLimits{}.tableBytes, text).empty() &&
               sha256(text) == table.second;
    });
}

/// The oldest go when there are many; what a process left behind that was killed counts, too.
void makeRoom(const std::string& folder) {
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, fs::path>> entries;
    for (fs::directory_iterator place(folder, error), end; !error && place != end;
         place.increment(error)) {
        std::error_code gone;
        const fs::file_time_type time = place->last_write_time(gone);
        if (!gone && place->path().filename().string().find(kEnding) != std::string::npos) {
            entries.emplace_back(time, place->path());
        }
    }
    if (entries.size() <= kMostEntries) {
        return;
    }
    std::sort(entries.begin(), entries.end());
    for (std::size_t index = 0; index < entries.size() - kMostEntries; ++index) {
        fs::remove(entries[index].second, error);
    }
}

/// Nobody sees half of it; what cannot be written whole is not there. It need not outlast a loss of
/// power, since its digest tells.
bool writeAside(const std::string& path, std::string_view bytes) {
    std::string aside = path + ".new-XXXXXX";
    const Descriptor file(::mkostemp(aside.data(), O_CLOEXEC));
    if (file.number() < 0) {
        return false;
    }
    while (!bytes.empty()) {
        const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    if (!bytes.empty() || ::rename(aside.c_str(), path.c_str()) != 0) {
        ::unlink(aside.c_str());
        return false;
    }
    return true;
}

}  // namespace

ProgramCache::ProgramCache() : build_(buildOfThisProgram()), folder_(folderOfUser()) {}

std::shared_ptr<const bytecode::Program>
ProgramCache::find(const std::vector<std::string>& paths) const {
    if (build_.empty() || folder_.empty() || !isPrivate(folder_)) {
        return nullptr;
    }
    Sources sources;
    DiagnosticSink sink;
    const std::vector<SourceId> packs = loadPackTexts(paths, sources, sink);
    if (packs.empty() || sink.hasErrors()) {
        return nullptr;
    }
    const std::string key = keyOf(sources, packs, build_);
    const std::optional<std::string> bytes = readEntry(pathOf(folder_, key));
    if (!bytes || !bytes->starts_with(kBegins) || bytes->size() < kBegins.size() + kDigestBytes) {
        return nullptr;
    }
    const std::string_view rest = std::string_view(*bytes).substr(kBegins.size());
    const std::string_view content = rest.substr(kDigestBytes);
    if (sha256(content) != rest.substr(0, kDigestBytes)) {
        return nullptr;
    }
    pack::ByteReader reader(content);
    std::string ofKey;
    Tables tables;
    reader(ofKey, tables);
    if (reader.failed() || ofKey != key || !areAsTheyWere(tables)) {
        return nullptr;
    }
    Result<std::shared_ptr<bytecode::Program>> program =
        pack::decodeProgram(reader.raw(reader.remaining()));
    if (!program || !bytecode::verify(**program)) {
        return nullptr;
    }
    return *std::move(program);
}

void ProgramCache::keep(const CompiledSet& set) const {
    if (build_.empty() || folder_.empty() || !set.program) {
        return;
    }
    std::error_code error;
    fs::create_directories(fs::path(folder_).parent_path(), error);
    ::mkdir(folder_.c_str(), S_IRWXU);
    const Result<std::string> program = pack::encodeProgram(*set.program);
    if (!isPrivate(folder_) || !program) {
        return;
    }
    Tables tables;
    for (std::uint32_t source = 0; source < set.sources.count(); ++source) {
        const SourceId id{source};
        if (std::count(set.packTexts.begin(), set.packTexts.end(), id) == 0) {
            tables.emplace_back(set.sources.path(id), sha256(set.sources.text(id)));
        }
    }
    const std::string key = keyOf(set.sources, set.packTexts, build_);
    std::string content;
    pack::ByteWriter writer(content);
    writer(key, tables);
    writer.raw(*program);
    const std::string bytes = std::string(kBegins) + sha256(content) + content;
    if (!writer.isWhole() || bytes.size() > kMostBytes) {
        return;
    }
    if (writeAside(pathOf(folder_, key), bytes)) {
        makeRoom(folder_);
    }
}

}  // namespace proviso::tool
