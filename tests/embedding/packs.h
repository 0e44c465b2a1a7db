#pragma once

#include "tests/catch.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <proviso/compile.hpp>
#include <proviso/proviso.hpp>
#include <string>

/// Sets and records for tests of the public interface, which include nothing else of ours.
namespace proviso::test {

inline std::string replaceAll(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t place = text.find(from); place != std::string::npos;
         place = text.find(from, place + to.size())) {
        text.replace(place, from.size(), to);
    }
    return text;
}

/// lanes.prv with other amounts for both parameters: `dollars` and a thousand more. Its answers
/// differ on every record, and name both amounts in each finding.
inline std::string lanesText(int dollars = 100) {
    std::ifstream file(PROVISO_ROOT "/tests/embedding/lanes.prv");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(!text.empty());
    text = text.substr(0, text.find("\ntest "));
    text = replaceAll(text, "$1100", "$" + std::to_string(dollars + 1000));
    text = replaceAll(text, "$100\n", "$" + std::to_string(dollars) + "\n");
    return replaceAll(text, "\"100\"", "\"" + std::to_string(dollars) + "\"");
}

inline std::shared_ptr<const PackSet> compiled(const std::string& text) {
    const PackText pack{"lanes.prv", text};
    auto made = compilePackTexts({&pack, 1});
    if (!made) {
        FAIL(made.error().message);
    }
    return *made;
}

inline Engine engineWith(const std::shared_ptr<const PackSet>& packs) {
    Engine engine({.allowUnsigned = true});
    REQUIRE(engine.publish(packs));
    return engine;
}

inline std::string parcel(const std::string& key, int dollars, const std::string& more = "") {
    return R"({"parcel_id": ")" + key +
           R"(", "lane": "N", "shipped_on": "2025-03-01", "value": ")" + std::to_string(dollars) +
           R"(.00", "weight": 12)" + more + "}";
}

}  // namespace proviso::test
