#include "tests/embedding/tool_folder.h"

#include <fstream>
#include <iterator>

using namespace proviso;
using namespace proviso::test;

namespace {

/// A folder with keys and pack-set files that the command made.
struct Folder : ToolFolder {
    Folder() {
        run("keygen '" + file("a") + "'");
        run("keygen '" + file("b") + "'");
        const std::string pack = PROVISO_ROOT "/tests/embedding/lanes.prv";
        run("build '" + pack + "' --name lanes --revision 3 -o '" + file("plain") + "'");
        run("build '" + pack + "' --name lanes --revision 3 --sign '" + file("a.key") + "' -o '" +
            file("signed") + "'");
    }
};

std::string bytesOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a signed set is published by a strict engine") {
    const Folder folder;
    const auto packs = loadPackSetFile(folder.file("signed"), {.keys = folder.file("a.pub")});
    REQUIRE(packs);
    CHECK((*packs)->isSigned());
    Engine engine;
    REQUIRE(engine.publish(*packs));
    auto session = Session::open(engine);
    const auto decision = session->decideOne(parcel("A", 150));
    REQUIRE(decision);
    CHECK(!decision->isUnsigned());
    CHECK(decision->json().find("unsigned") == std::string_view::npos);
    CHECK(decision->findingCount() == 2);
    CHECK(session->explain("A", {.rule = "dear"}));
}

TEST_CASE("what is not signed by a known key is not loaded") {
    const Folder folder;
    CHECK(!loadPackSetFile(folder.file("signed")));
    CHECK(!loadPackSetFile(folder.file("signed"), {.keys = folder.file("b.pub")}));
    CHECK(!loadPackSetFile(folder.file("signed"), {.keys = folder.file("no.pub")}));
    CHECK(!loadPackSetFile(folder.file("plain"), {.keys = folder.file("a.pub")}));
    CHECK(!loadPackSetFile(folder.file("none"), {.allowUnsigned = true}));
    CHECK(!loadPackSetFile(folder.file("signed"),
                           {.keys = folder.file("a.pub"), .atLeastRevision = 4}));

    const auto plain = loadPackSetFile(folder.file("plain"), {.allowUnsigned = true});
    REQUIRE(plain);
    CHECK(!(*plain)->isSigned());
    CHECK(!Engine().publish(*plain));
    CHECK(Engine({.allowUnsigned = true}).publish(*plain));
}

TEST_CASE("damaged sets are refused and leave the former one deciding") {
    const Folder folder;
    const std::string bytes = bytesOf(folder.file("signed"));
    const LoadOptions options{.keys = folder.file("a.pub")};
    REQUIRE(loadPackSet(bytes, options));
    for (std::size_t place = 0; place < bytes.size(); place += 1 + bytes.size() / 300) {
        std::string damaged = bytes;
        damaged[place] = static_cast<char>(damaged[place] ^ 0x10);
        const auto refused = loadPackSet(damaged, options);
        REQUIRE(!refused);
        CHECK(!refused.error().message.empty());
        CHECK(!loadPackSet(bytes.substr(0, place), options));
    }
    CHECK(!loadPackSet({}, options));
}
