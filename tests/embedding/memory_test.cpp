#include "tests/embedding/packs.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

thread_local std::uint64_t asked = 0;

}  // namespace

// Sanitizers have an allocator of their own, which must not be replaced: there nothing is counted.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void* operator new(std::size_t size) {
    ++asked;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

#endif

TEST_CASE("a session that has seen as much asks for no memory") {
    auto session = Session::open(engineWith(compiled(lanesText())));
    REQUIRE(session);
    std::vector<std::string> records;
    for (const int dollars : {1, 99, 100, 101, 5000}) {
        records.push_back(parcel("A-" + std::to_string(dollars), dollars));
    }
    std::size_t told = 0;
    std::size_t found = 0;
    const auto decideAll = [&] {
        for (const std::string& record : records) {
            const auto decision = session->decideOne(record);
            if (!decision) {
                return;
            }
            found += decision->findingCount();
            for (std::size_t index = 0; index < decision->findingCount(); ++index) {
                told += decision->finding(index).because.size();
            }
            told += decision->json().size();
        }
    };
    decideAll();
    decideAll();
    const std::size_t before = found;
    REQUIRE(before > records.size());
    const std::uint64_t soFar = asked;
    decideAll();
    CHECK(asked - soFar == 0);
    CHECK(found == before + before / 2);
    CHECK(told > 0);
}

TEST_CASE("single visits of the standard library ask for next to no memory") {
    CompileOptions untested;
    untested.runTests = false;
    const auto packs = compilePackSet(PROVISO_ROOT "/stdlib-rules", untested);
    REQUIRE(packs);
    auto session = Session::open(engineWith(*packs));
    REQUIRE(session);
    std::ifstream file(PROVISO_ROOT "/examples/clinic/visits.ndjson");
    std::vector<std::string> records;
    for (std::string line; records.size() < 150 && std::getline(file, line);) {
        records.push_back(line);
    }
    REQUIRE(records.size() == 150);
    std::size_t told = 0;
    const auto decideAll = [&] {
        for (const std::string& record : records) {
            if (const auto decision = session->decideOne(record)) {
                told += decision->findingCount() + decision->undeterminedCount();
            }
        }
    };
    for (int round = 0; round < 3; ++round) {
        decideAll();
    }
    const std::size_t before = told;
    REQUIRE(before > records.size());
    const std::uint64_t soFar = asked;
    decideAll();
    CHECK(told == before + before / 3);
    // Windows whose answers are explained, and other right answers.
    CHECK(asked - soFar <= 2 * records.size());
}
