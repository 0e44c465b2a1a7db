#include "compiler/difference/difference.h"
#include "tests/catch.h"

#include <algorithm>

namespace proviso {

namespace {

OutlineItem item(std::vector<OutlinePart> parts) {
    return {"p", "rule", "r", "p.prv:1", std::move(parts)};
}

/// The sentences about one item whose parts changed.
std::vector<std::string> sentences(std::vector<OutlinePart> before,
                                   std::vector<OutlinePart> after) {
    const auto changes = differencesOf({item(std::move(before))}, {item(std::move(after))});
    std::vector<std::string> all;
    for (const ItemChange& change : changes) {
        for (const PartChange& part : change.parts) {
            all.push_back(sentenceOf(part));
        }
    }
    return all;
}

using Sentences = std::vector<std::string>;

OutlinePart value(const std::string& key, const std::string& text) {
    return {"value", key, text, text};
}

}  // namespace

TEST_CASE("texts are folded outside quotes and lose their comments") {
    CHECK(foldedText("a  is\n   b -- because\n and c") == "a is b and c");
    CHECK(foldedText("\"a  -- b\"  x") == "\"a  -- b\" x");
    CHECK(foldedText("\"a \\\" -- \" -- gone") == "\"a \\\" -- \"");
    CHECK(foldedText("--") == "");
    CHECK(foldedText("a - b") == "a - b");
    CHECK(foldedText("") == "");
}

TEST_CASE("a value that moved to other dates is one change, not two values exchanged") {
    CHECK(sentences({value("through 2024", "direct"), value("from 2025", "general")},
                    {value("through 2025", "direct"), value("from 2026", "general")}) ==
          Sentences{"value direct through 2025, was through 2024",
                    "value general from 2026, was from 2025"});
}

TEST_CASE("what stands under one key changed its value") {
    CHECK(sentences({value("from 2025", "$1"), value("from 2026", "$2")},
                    {value("from 2025", "$1"), value("from 2026", "$3")}) ==
          Sentences{"value from 2026: $3, was $2"});
}

TEST_CASE("values that occur several times are not taken for one that moved") {
    CHECK(sentences({value("a", "no"), value("b", "no")}, {value("c", "no"), value("d", "no")}) ==
          Sentences{"removed: value a no",
                    "removed: value b no",
                    "added: value c no",
                    "added: value d no"});
}

TEST_CASE("equal parts say nothing, also when they come in another order or twice") {
    CHECK(sentences({value("a", "1"), value("b", "2"), value("b", "2")},
                    {value("b", "2"), value("a", "1"), value("b", "2")})
              .empty());
    CHECK(sentences({value("a", "1"), value("a", "1")}, {value("a", "1")}) ==
          Sentences{"removed: value a 1"});
}

TEST_CASE("a text that differs in form alone is the same") {
    CHECK(sentences({{"when", "", "a > b", "(> a b)"}}, {{"when", "", "a exceeds b", "(> a b)"}})
              .empty());
    CHECK(sentences({{"when", "", "a > b", "(> a b)"}}, {{"when", "", "a >= b", "(>= a b)"}}) ==
          Sentences{"when a >= b, was a > b"});
}

TEST_CASE("a pack that one side alone has is one change") {
    const std::vector<OutlineItem> with{{"p", "pack", "", "p.prv:1", {}},
                                        {"p", "rule", "r", "p.prv:2", {}}};
    const auto gone = differencesOf(with, {});
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].kind == ChangeKind::Removed);
    CHECK(differencesText(gone) == "pack p removed  (p.prv:1)\n");
    CHECK(differencesText(differencesOf({}, with)) == "pack p added  (p.prv:1)\n");
    CHECK(differencesText(differencesOf(with, with)).empty());
    CHECK(differencesJson(differencesOf(with, with)) == "[]");
}

TEST_CASE("texts of packs cannot steer a terminal") {
    const auto changes = differencesOf({item({value("a", "x")})}, {item({value("a", "\x1b[31m")})});
    CHECK(differencesText(changes).find('\x1b') == std::string::npos);
}

}  // namespace proviso
