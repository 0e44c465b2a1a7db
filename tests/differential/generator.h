#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Packs and records from a seed, typed so that nearly every pack set is accepted by the checker.
namespace proviso::differential {

/// One declaration of a pack.
struct GeneratedItem {
    std::string text;
    bool movable =
        false;  ///< its place among the others means nothing: rules, exceptions, findings
};

struct GeneratedPack {
    std::string name;
    std::string header;
    std::vector<GeneratedItem> items;

    std::string text() const;
};

/// Everything that one comparison needs.
struct GeneratedCase {
    std::vector<GeneratedPack> packs;
    std::vector<std::string> records;  ///< one JSON object each
    std::optional<std::int64_t> knownAsOf;
    std::int64_t budget = 1'000'000;
};

/// Cases of one pack set, each with records of its own. Equal seeds give equal cases with one
/// compiler; in which order it evaluates the arguments of a call is its own choice.
std::vector<GeneratedCase> generate(std::uint64_t seed, std::size_t count);

/// The same, with the packs, their movable items and the records in another order.
GeneratedCase shuffled(const GeneratedCase& from, std::uint64_t seed);

}  // namespace proviso::differential
