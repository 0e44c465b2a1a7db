#include "tests/embedding/packs.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

using Json = nlohmann::ordered_json;

/// The record again and again, each time without one of its fields, at any depth.
void withoutEach(const Json& whole, const Json::json_pointer& at, std::vector<std::string>& out) {
    const Json& here = whole[at];
    if (here.is_object()) {
        for (const auto& [name, value] : here.items()) {
            Json less = whole;
            less[at].erase(name);
            out.push_back(less.dump());
            withoutEach(whole, at / name, out);
        }
    } else if (here.is_array() && !here.empty()) {
        Json less = whole;
        less[at] = Json::array();
        out.push_back(less.dump());
        withoutEach(whole, at / 0, out);
    }
}

}  // namespace

TEST_CASE("a decision of the standard rules can be explained whatever the visit lacks") {
    CompileOptions untested;
    untested.runTests = false;
    const auto packs = compilePackSet(PROVISO_ROOT "/stdlib-rules", untested);
    REQUIRE(packs);
    auto session = Session::open(engineWith(*packs));
    REQUIRE(session);
    std::ifstream visits(PROVISO_ROOT "/examples/clinic/visits.ndjson");
    std::string line;
    std::size_t explained = 0;
    for (std::size_t number = 0; std::getline(visits, line); ++number) {
        if (number % 60 != 0) {
            continue;
        }
        std::vector<std::string> records;
        const Json whole = Json::parse(line);
        withoutEach(whole, Json::json_pointer(), records);
        for (const std::string& record : records) {
            INFO(record);
            const auto decision = session->decideOne(record);
            if (!decision) {
                continue;  // Without its key, or what every visit must have.
            }
            const auto why = session->explain(whole["visit_id"].get<std::string>());
            REQUIRE(why);
            CHECK(!why->empty());
            ++explained;
        }
    }
    CHECK(explained > 100);
}
