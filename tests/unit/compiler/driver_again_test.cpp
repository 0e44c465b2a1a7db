#include "compiler/driver/compile.h"
#include "compiler/testing/run_tests.h"
#include "runtime/bytecode/print.h"
#include "tests/catch.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace fs = std::filesystem;
using namespace proviso;

namespace {

void replaceIn(const fs::path& path, const std::string& from, const std::string& to) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    std::string changed = text.str();
    const std::size_t place = changed.find(from);
    REQUIRE(place != std::string::npos);
    std::ofstream(path) << changed.replace(place, from.size(), to);
}

}  // namespace

TEST_CASE("packs of which few changed compile to what they compile to from the start") {
    std::string pattern = (fs::temp_directory_path() / "proviso-again-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    const fs::path folder = pattern;
    fs::copy(fs::path(PROVISO_ROOT) / "stdlib-rules", folder, fs::copy_options::recursive);
    const std::vector<std::string> paths = {folder.string()};
    const fs::path pack = folder / "medicare/part_b_supervision.prv";
    auto set = compilePaths(paths, CompileGoal::Lowered);
    REQUIRE(set->program);
    const std::string digest = set->program->digest;

    const auto again = [&] {
        set = compilePathsAgain(paths, CompileGoal::Lowered, std::move(set));
        const auto fresh = compilePaths(paths, CompileGoal::Lowered);
        CHECK(set->sink.errorCount() == fresh->sink.errorCount());
        REQUIRE((set->program != nullptr) == (fresh->program != nullptr));
        if (set->program) {
            CHECK(set->program->digest == fresh->program->digest);
            CHECK(bytecode::printProgram(*set->program) == bytecode::printProgram(*fresh->program));
        }
    };
    again();
    CHECK(set->program->digest == digest);
    replaceIn(pack, "from 2025-01-01    : general", "from 2025-01-02    : general");
    replaceIn(pack, "through 2024-12-31 : direct", "through 2025-01-01 : direct");
    again();
    CHECK(set->program->digest != digest);
    // A mistake, mended: what was broken is read again, everything else is not.
    replaceIn(pack, "rule pta_supervision", "rool pta_supervision");
    again();
    CHECK_FALSE(set->program);
    again();
    CHECK_FALSE(set->program);
    replaceIn(pack, "rool pta_supervision", "rule pta_supervision");
    again();
    // A file more moves all others.
    std::ofstream(folder / "aaa.prv") << "pack aaa\n  layer federal\n  version \"1\"\n"
                                         "  title \"One more\"\nend\n";
    again();
    fs::remove(folder / "aaa.prv");
    again();

    // Tests come out the same, in the same order, in one thread and in several.
    REQUIRE(set->program);
    TestOptions options;
    options.coverage = false;
    const TestReport one = runTests(*set, options);
    options.threads = 4;
    const TestReport several = runTests(*set, options);
    REQUIRE(one.tests.size() == several.tests.size());
    CHECK(one.failedCount() > 0);
    for (std::size_t index = 0; index < one.tests.size(); ++index) {
        CHECK(one.tests[index].title == several.tests[index].title);
        REQUIRE(one.tests[index].failures.size() == several.tests[index].failures.size());
        for (std::size_t each = 0; each < one.tests[index].failures.size(); ++each) {
            CHECK(one.tests[index].failures[each].found ==
                  several.tests[index].failures[each].found);
        }
    }
    std::error_code error;
    fs::remove_all(folder, error);
}
