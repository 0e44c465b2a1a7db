#include "runtime/base/digest.h"
#include "runtime/values/texts.h"
#include "tests/unit/runtime/engine_bed.h"

#include <string>

using namespace proviso;
using namespace proviso::test;

namespace {

std::int64_t alike(std::string_view a, std::string_view b) {
    TextComparison comparison;
    const Checked one = comparison.similarity({1, a}, {2, b});
    REQUIRE(one.ok());
    const Checked other = comparison.similarity({2, b}, {1, a});
    CHECK(one == other);
    return one.value;
}

}  // namespace

TEST_CASE("words are runs of letters and digits") {
    CHECK(wordCount("") == 0);
    CHECK(wordCount(" \t\r\n.,;:-_()\"'/") == 0);
    CHECK(wordCount("Patient tolerated  well.") == 3);
    CHECK(wordCount("3x10, 90\u00B0/120\u00B0") == 3);
    CHECK(wordCount("3\u00D710") == 2);
    CHECK(wordCount("a\u00F7b") == 2);
    CHECK(wordCount("can't") == 2);
    CHECK(wordCount("\u00E9t\u00E9 \u0441\u043B\u043E\u0432\u043E \U0001F600") == 3);
    CHECK(wordCount("a\u2014b\u2019c\u00A0d\u3000e\uFEFFf\u1680g\u206Fh") == 8);
    // The characters next to those that separate are letters.
    CHECK(wordCount("a\u00BFb") == 2);
    CHECK(wordCount("a\u00C0b") == 1);
    CHECK(wordCount("a\u1FFFb") == 1);
    CHECK(wordCount("a\u2070b") == 1);
    CHECK(wordCount("a\u3040b") == 1);
    CHECK(wordCount("a\u2FFFb") == 1);
    CHECK(wordCount("a\u1681b") == 1);
    // Cut short in the middle of a character, which no record can be: nothing is read beyond.
    CHECK(wordCount("a\xE2") == 1);
    CHECK(wordCount("a\xE2\x80") == 1);
}

TEST_CASE("similarity: twice the shared runs of three words by all runs, rounded down") {
    CHECK(alike("one two three four", "one two three four") == 10'000);
    CHECK(alike("one two three four", "ONE  two, three; four.") == 10'000);
    CHECK(alike("one two three four", "four three two one") == 0);
    // Runs: 123 234 345 and 123 234 346.
    CHECK(alike("1 2 3 4 5", "1 2 3 4 6") == 6'666);
    CHECK(alike("1 2 3 4", "1 2 3") == 6'666);
    CHECK(alike("1 2 3 4 5", "1 2 3") == 5'000);
}

TEST_CASE("runs count as often as both texts have them") {
    // 111 four times and once: 2 * 1 / 5.
    CHECK(alike("1 1 1 1 1 1", "1 1 1") == 4'000);
    CHECK(alike("1 1 1 1 1 1", "1 1 1 1") == 6'666);
}

TEST_CASE("texts of fewer than three words are one run") {
    CHECK(alike("a b", "A B") == 10'000);
    CHECK(alike("a", "a") == 10'000);
    CHECK(alike("a", "a b") == 0);
    CHECK(alike("a b", "a b c") == 0);
    CHECK(alike("", "") == 0);
    CHECK(alike("...", "a") == 0);
    CHECK(alike("a b c", "") == 0);
}

TEST_CASE("only A to Z lose their case, and accents are not composed") {
    CHECK(alike("\u00C9T\u00C9", "\u00E9t\u00E9") == 0);
    CHECK(alike("\u00E9", "e\u0301") == 0);
    CHECK(alike("\u00C9T\u00C9", "\u00C9t\u00C9") == 10'000);
}

TEST_CASE("a text that is too long is over budget, one that is not is compared") {
    TextComparison comparison;
    std::string text(kLongestCompared, 'a');
    CHECK(comparison.similarity({1, text}, {1, text}).value == 10'000);
    text += 'a';
    CHECK(comparison.similarity({2, text}, {3, "a"}).error == EvaluationError::Budget);
    CHECK(comparison.similarity({3, "a"}, {2, text}).error == EvaluationError::Budget);
}

TEST_CASE("the numbers drawn are those of sha256sum") {
    Sha256 digest;
    // printf '%s\n%s' 'audit of 2026' V-1 | sha256sum
    CHECK(drawNumber(digest, "audit of 2026", "V-1") == 0x603bf1e387ef8e9);
    CHECK(drawNumber(digest, "audit of 2026", "V-2") != drawNumber(digest, "audit of 2026", "V-1"));
    CHECK(drawNumber(digest, "audit of 2027", "V-1") != drawNumber(digest, "audit of 2026", "V-1"));
    CHECK(drawNumber(digest, "", "") == 0x01ba4719c80b6fe);
    for (int key = 0; key < 1000; ++key) {
        const std::int64_t number = drawNumber(digest, "s", std::to_string(key));
        CHECK((number >= 0 && number < (std::int64_t{1} << 60)));
    }
}

TEST_CASE("texts of rows: states pass on, and a text that is too long says so") {
    Bed bed(4);
    const std::string tooLong(kLongestCompared + 1, 'x');
    const auto id = [&](std::string_view text) {
        return static_cast<std::int64_t>(bed.dictionary.intern(text));
    };
    const std::int64_t note = id("walked ten feet with help");
    const Register a = bed.input(0, kText, {note, kUnk, note, note});
    const Register b =
        bed.input(0, kText, {id("Walked ten feet, with help!"), note, id(tooLong), kNA});
    const Register words = bed.op(Op::WordCount, 0, kCount, {a});
    const Register both =
        bed.op(Op::Similarity, 0, {TypeKind::Number, kSimilarityScale, 0}, {a, b});
    const Register drawn = bed.op(Op::DrawNumber, 0, kCount, {a, a});
    bed.run();
    CHECK(bed.show(words) == "5 ? 5 5");
    CHECK(bed.show(both) == "10000 ? ! -");
    CHECK(bed.errors(both, 2) == "E1006");
    CHECK(bed.show(drawn).find('?') != std::string::npos);
}
