// Compiled code that is kept: found again, and never trusted where anything about it is odd.

#include "tests/jit/twins.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

using namespace proviso;
using namespace proviso::test;

namespace {

namespace fs = std::filesystem;

class Folder {
  public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "proviso_jit_XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    /// Not there yet.
    fs::path cache() const { return path_ / "cache" / "jit"; }

  private:
    fs::path path_;
};

/// Runs `in * factor` with this cache; returns whether the code came from it.
bool runWith(const fs::path& cache, std::int64_t factor) {
    Bed bed(20);
    bed.program.digest = "sha256:0123456789abcdef0123456789abcdef";
    const Register in = bed.signedInput(0, kCount, std::vector<Cell>(20, 5));
    bed.op(Op::Multiply, 0, kCount, {in, bed.constant(0, kCount, factor)});
    jit::JitOptions options = eagerly();
    options.cacheFolder = cache.string();
    Twins twins(bed, options);
    twins.run();
    twins.run();
    CHECK(twins.jit().report().compiledRuns > 0);
    REQUIRE(twins.jit().report().stages == 1);
    return twins.jit().report().cachedStages == 1;
}

std::vector<fs::path> entriesOf(const fs::path& cache) {
    std::vector<fs::path> entries;
    for (const fs::directory_entry& entry : fs::directory_iterator(cache)) {
        entries.push_back(entry.path());
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

std::string bytesOf(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

TEST_CASE("Compiled code is found again") {
    const Folder folder;
    CHECK_FALSE(runWith(folder.cache(), 3));
    CHECK(runWith(folder.cache(), 3));
    // Other code is another entry of the same pack set.
    CHECK_FALSE(runWith(folder.cache(), 4));
    CHECK(runWith(folder.cache(), 3));
    const std::vector<fs::path> entries = entriesOf(folder.cache());
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].filename().string().rfind("0123456789abcdef-", 0) == 0);
    struct stat status{};
    REQUIRE(::stat(folder.cache().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("A damaged entry is ignored and replaced") {
    const Folder folder;
    runWith(folder.cache(), 3);
    const fs::path entry = entriesOf(folder.cache()).at(0);
    const std::string good = bytesOf(entry);
    // In the magic, the key, the digest, the code; cut short; nothing left; something added.
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{30}, std::size_t{60}, good.size() - 1}) {
        CAPTURE(at);
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        write(entry, bad);
        CHECK_FALSE(runWith(folder.cache(), 3));
        CHECK(bytesOf(entry) == good);
        CHECK(runWith(folder.cache(), 3));
    }
    for (const std::string& bad : {good.substr(0, good.size() / 2), std::string(), good + "x"}) {
        write(entry, bad);
        CHECK_FALSE(runWith(folder.cache(), 3));
        CHECK(runWith(folder.cache(), 3));
    }
}

TEST_CASE("Code of something else is ignored under another's name") {
    const Folder folder;
    runWith(folder.cache(), 3);
    const fs::path first = entriesOf(folder.cache()).at(0);
    const std::string foreign = bytesOf(first);
    fs::remove(first);
    runWith(folder.cache(), 4);
    write(entriesOf(folder.cache()).at(0), foreign);
    CHECK_FALSE(runWith(folder.cache(), 4));
}

TEST_CASE("What others may write is not trusted") {
    const Folder folder;
    runWith(folder.cache(), 3);
    const fs::path entry = entriesOf(folder.cache()).at(0);
    REQUIRE(::chmod(entry.c_str(), 0666) == 0);
    CHECK_FALSE(runWith(folder.cache(), 3));
    CHECK(runWith(folder.cache(), 3));

    const fs::path elsewhere = folder.cache().parent_path() / "elsewhere.o";
    fs::rename(entry, elsewhere);
    fs::create_symlink(elsewhere, entry);
    CHECK_FALSE(runWith(folder.cache(), 3));

    REQUIRE(::chmod(folder.cache().c_str(), 0777) == 0);
    CHECK_FALSE(runWith(folder.cache(), 3));
}

TEST_CASE("A cache that cannot be is no obstacle") {
    CHECK_FALSE(runWith("/proc/nowhere/jit", 3));
}
