// Pack sets as files: what was built is what is loaded, and nothing else is.

#include "compiler/driver/compile.h"
#include "runtime/base/digest.h"
#include "runtime/bytecode/print.h"
#include "runtime/bytecode/verifier.h"
#include "runtime/decision/json.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/run.h"
#include "runtime/explain/explain.h"
#include "runtime/input/decoder.h"
#include "runtime/pack/layout.h"
#include "runtime/pack/manifest.h"
#include "runtime/pack/pack_set.h"
#include "runtime/pack/program_bytes.h"
#include "tests/catch.h"
#include "tests/docs/examples.h"
#include "tests/unit/runtime/bytecode_rich_program.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <random>
#include <sstream>

using namespace proviso;
using pack::Refusal;

namespace {

const pack::SigningKey& keyOf(std::size_t number) {
    static const std::vector<pack::SigningKey> kKeys = {
        pack::SigningKey::generate(), pack::SigningKey::generate(), pack::SigningKey::generate()};
    return kKeys[number];
}

pack::Trust trusting(const std::vector<std::size_t>& numbers) {
    pack::Trust trust;
    for (const std::size_t number : numbers) {
        trust.keys.push_back({"key", keyOf(number).publicKey(), std::nullopt});
    }
    return trust;
}

std::string parcels() {
    std::string text = docs::readText(PROVISO_ROOT "/examples/first_pack/parcels.prv");
    return text.substr(0, text.find("test \""));
}

std::vector<pack::SourceText> textsOf(const CompiledSet& set) {
    std::vector<pack::SourceText> texts;
    for (const bytecode::PackInfo& info : set.program->packs) {
        for (const ast::Pack& one : set.packs) {
            if (one.name.text == info.name) {
                pack::SourceText text{std::string(set.sources.path(one.source)),
                                      std::string(set.sources.text(one.source)),
                                      {}};
                for (const auto& [name, source] : set.tableFiles.of(one.source)) {
                    text.tables.push_back({name, std::string(set.sources.text(source))});
                }
                texts.push_back(text);
            }
        }
    }
    return texts;
}

std::string fileOf(const CompiledSet& set, const std::string& name, std::uint64_t revision) {
    REQUIRE(set.program);
    return *pack::writePackSet({name, revision, set.program, textsOf(set), kLanguageVersion});
}

std::string fileOf(const std::string& text, const std::string& name, std::uint64_t revision) {
    return fileOf(*compileTexts({{"parcels.prv", text}}, CompileGoal::Lowered), name, revision);
}

std::string signedBy(std::string bytes, const std::vector<std::size_t>& keys) {
    for (const std::size_t number : keys) {
        bytes = *pack::signPackSet(bytes, keyOf(number));
    }
    return bytes;
}

std::optional<Refusal> refusalOf(std::string_view bytes, const pack::Trust& trust) {
    const auto set = pack::loadPackSet(bytes, trust);
    return set ? std::nullopt : pack::refusalOf(set.error());
}

/// Files that differ in everything a small file can differ in.
std::vector<std::string> tenFiles() {
    std::vector<std::string> files;
    for (std::size_t number = 0; number < 10; ++number) {
        std::string text = parcels();
        const std::string from = "$100";
        text.replace(text.find(from), from.size(), "$" + std::to_string(101 + 1000 * number));
        std::vector<std::size_t> keys = {number % 3};
        if (number >= 5) {
            keys.push_back((number + 1) % 3);
        }
        files.push_back(
            signedBy(fileOf(text, "set-" + std::to_string(number), number * 1000), keys));
    }
    return files;
}

/// A file of a program that the compiler did not make, with everything around it as it should be.
std::string forged(bytecode::Program program) {
    pack::SourceText source{"a.prv", "any text", {}};
    program.packs = {{"a", "1", "", "law", sha256(source.text)}};
    program.digest = sha256("a " + program.packs[0].digest + "\n");
    for (bytecode::RuleInfo& rule : program.rules) {
        rule.pack = "a";
        rule.layer = "law";
        rule.place = "a.prv:1";
        for (bytecode::ExceptionInfo& exception : rule.exceptions) {
            exception.place = "a.prv:1";
        }
        for (bytecode::Effect& effect : rule.effects) {
            effect.place = "a.prv:1";
        }
    }
    return *pack::writePackSet(
        {"forged", 1, std::make_shared<const bytecode::Program>(std::move(program)), {source}, 1});
}

/// The same sections, one of them replaced, digest right and signed: by one who holds a key.
std::string replaced(std::string_view bytes, int section, std::string_view by) {
    const pack::Layout layout = *pack::readLayout(bytes);
    return signedBy(pack::writeLayout(section == 0 ? by : layout.manifest,
                                      section == 1 ? by : layout.bytecode,
                                      section == 2 ? by : layout.sources),
                    {0});
}

std::string decisionsOf(const std::shared_ptr<const bytecode::Program>& program,
                        const std::string& records) {
    Dictionary dictionary;
    for (const std::string& text : program->texts) {
        dictionary.intern(text);
    }
    const DecodedRecords decoded = decodeText(program->schema, dictionary, records);
    std::string out;
    const RunStamp stamp{"key", program->digest, std::nullopt};
    RunOptions options;
    options.threads = 1;
    decideRecords(program, decoded.store, options, [&](std::vector<RecordResult>&& results) {
        for (const RecordResult& result : results) {
            out += toJson(result, stamp) + '\n';
        }
        return true;
    });
    return out;
}

/// Asks for the reasons of every record and every rule.
void explainAll(const std::shared_ptr<const bytecode::Program>& program,
                const std::string& records) {
    Dictionary dictionary;
    for (const std::string& text : program->texts) {
        dictionary.intern(text);
    }
    const DecodedRecords decoded = decodeText(program->schema, dictionary, records);
    const Batch batch = decoded.store.select(recordsInOrder(*program, decoded.store));
    Evaluator evaluator(program);
    const std::vector<RecordResult> results = evaluator.decide(batch, {});
    for (std::uint32_t record = 0; record < results.size(); ++record) {
        ExplainOptions options;
        static_cast<void>(explanationPage(
            explain(evaluator.interpreter(), batch, record, results[record], options)));
        for (const bytecode::RuleInfo& rule : program->rules) {
            options.rule = rule.name;
            static_cast<void>(explanationJson(
                explain(evaluator.interpreter(), batch, record, results[record], options)));
        }
    }
}

}  // namespace

TEST_CASE("the standard library survives the file") {
    const auto set = compilePaths({PROVISO_ROOT "/stdlib-rules"}, CompileGoal::Lowered);
    const std::string bytes = fileOf(*set, "standard", 7);
    CHECK(bytes == fileOf(*set, "standard", 7));
    const std::string whole = signedBy(bytes, {0});
    const auto loaded = pack::loadPackSet(whole, trusting({0}));
    REQUIRE(loaded);
    const bytecode::Program& program = *(*loaded)->program;
    CHECK(bytecode::printProgram(program) == bytecode::printProgram(*set->program));
    CHECK(*pack::encodeProgram(program) == *pack::encodeProgram(*set->program));
    CHECK((*loaded)->sources == textsOf(*set));
    CHECK((*loaded)->manifest.revision == 7);
    CHECK((*loaded)->digest == (*pack::loadPackSet(signedBy(whole, {1}), trusting({1})))->digest);
    CHECK_FALSE((*loaded)->isUnsigned);
    CHECK(*pack::writePackSet(
              {"standard", 7, (*loaded)->program, (*loaded)->sources, kLanguageVersion}) == bytes);

    const std::string visits = docs::readText(PROVISO_ROOT "/examples/clinic/visits.ndjson");
    const std::string decisions = decisionsOf((*loaded)->program, visits);
    CHECK(std::count(decisions.begin(), decisions.end(), '\n') > 100);
    CHECK(decisions == decisionsOf(set->program, visits));
}

TEST_CASE("every operation and symbol survives the file") {
    const bytecode::Program program = test::richProgram();
    const std::string bytes = *pack::encodeProgram(program);
    const auto decoded = pack::decodeProgram(bytes);
    REQUIRE(decoded);
    CHECK(*pack::encodeProgram(**decoded) == bytes);
    CHECK(bytecode::printProgram(**decoded) == bytecode::printProgram(program));
    // Cut anywhere it is refused, without reading on.
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::string cut = bytes.substr(0, size);
        REQUIRE_FALSE(pack::decodeProgram(cut));
    }
    CHECK_FALSE(pack::decodeProgram(bytes + '\0'));
}

TEST_CASE("every changed bit and every truncation of ten files is refused") {
    const pack::Trust trust = trusting({0, 1, 2});
    pack::Trust development = trust;
    development.allowUnsigned = true;
    std::uint64_t changes = 0;
    for (std::string bytes : tenFiles()) {
        REQUIRE(pack::loadPackSet(bytes, trust));
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const char before = bytes[at];
            for (unsigned bit = 0; bit < 8; ++bit) {
                bytes[at] = static_cast<char>(static_cast<unsigned char>(before) ^ (1U << bit));
                const auto set = pack::loadPackSet(bytes, development);
                if (set || !pack::refusalOf(set.error())) {
                    FAIL("bit " << bit << " of byte " << at << " may be changed");
                }
                ++changes;
            }
            bytes[at] = before;
            // The bytes alone, so that reading beyond them is seen by the sanitizers.
            const std::vector<char> cut(bytes.begin(),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(at));
            if (pack::loadPackSet({cut.data(), cut.size()}, development)) {
                FAIL("it loads with " << at << " bytes");
            }
        }
        CHECK(refusalOf(bytes + '\0', development) == Refusal::Damaged);
    }
    CHECK(changes > 100'000);
}

// Hidden: `./dev soak bytes` runs it. Of what is between header and digest the suite tries the
// changes of one bit, which the digest meets as it meets all others.
TEST_CASE("every other value of every byte of ten files is refused", "[.][soak]") {
    pack::Trust development = trusting({0, 1, 2});
    development.allowUnsigned = true;
    std::uint64_t changes = 0;
    std::uint64_t truncations = 0;
    for (std::string bytes : tenFiles()) {
        REQUIRE(pack::loadPackSet(bytes, development));
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const char before = bytes[at];
            for (int value = 0; value < 256; ++value) {
                bytes[at] = static_cast<char>(value);
                if (bytes[at] == before) {
                    continue;
                }
                const auto set = pack::loadPackSet(bytes, development);
                if (set || !pack::refusalOf(set.error()) || set.error().message.empty()) {
                    FAIL("byte " << at << " may be " << value);
                }
                ++changes;
            }
            bytes[at] = before;
            const std::vector<char> cut(bytes.begin(),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(at));
            const auto set = pack::loadPackSet({cut.data(), cut.size()}, development);
            if (set || !pack::refusalOf(set.error())) {
                FAIL("it loads with " << at << " bytes");
            }
            ++truncations;
        }
        std::cout << bytes.size() << " bytes: " << changes << " changes and " << truncations
                  << " truncations refused by now" << std::endl;
    }
}

TEST_CASE("a byte may not take any other value in the header, the digest and the signatures") {
    const pack::Trust trust = trusting({0});
    std::string bytes = signedBy(fileOf(parcels(), "small", 1), {0});
    const std::size_t tail = bytes.size() - (32 + 4 + 96);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (at >= 76 && at < tail) {
            continue;
        }
        const char before = bytes[at];
        for (int value = 0; value < 256; ++value) {
            bytes[at] = static_cast<char>(value);
            if (bytes[at] != before && pack::loadPackSet(bytes, trust)) {
                FAIL("byte " << at << " may be " << value);
            }
        }
        bytes[at] = before;
    }
    CHECK(pack::loadPackSet(bytes, trust));
}

TEST_CASE("who signed decides what is loaded") {
    const std::string bare = fileOf(parcels(), "parcels", 5);
    const std::string bytes = signedBy(bare, {0});

    CHECK(refusalOf("", {}) == Refusal::NotAPackSet);
    CHECK(refusalOf(parcels(), {}) == Refusal::NotAPackSet);
    CHECK(refusalOf(bare, trusting({0})) == Refusal::Unsigned);
    CHECK(refusalOf(bytes, {}) == Refusal::UnknownKey);
    CHECK(refusalOf(bytes, trusting({1})) == Refusal::UnknownKey);
    pack::Trust development;
    development.allowUnsigned = true;
    CHECK(refusalOf(bytes, development) == Refusal::UnknownKey);
    const auto loose = pack::loadPackSet(bare, development);
    REQUIRE(loose);
    CHECK((*loose)->isUnsigned);
    CHECK((*loose)->signers.empty());

    SECTION("a signature of another file") {
        const pack::Layout own = *pack::readLayout(bytes);
        const std::string other = signedBy(fileOf(parcels(), "parcels", 6), {0});
        const pack::Layout foreign = *pack::readLayout(other);
        CHECK(refusalOf(pack::withSignatures(own, foreign.signatures), trusting({0})) ==
              Refusal::BadSignature);
        CHECK(refusalOf(pack::withSignatures(own, {own.signatures[0], foreign.signatures[0]}),
                        trusting({0})) == Refusal::BadSignature);
        CHECK(refusalOf(pack::withSignatures(own, {own.signatures[0], own.signatures[0]}),
                        trusting({0})) == Refusal::Damaged);
    }
    SECTION("a bad signature beside a good one, also of a key nobody knows") {
        pack::Layout layout = *pack::readLayout(bytes);
        auto entries = layout.signatures;
        entries.push_back({keyOf(1).publicKey(), entries[0].signature});
        CHECK(refusalOf(pack::withSignatures(layout, entries), trusting({0})) ==
              Refusal::BadSignature);
    }
    SECTION("revisions") {
        pack::Trust trust = trusting({0});
        trust.atLeastRevision = 5;
        CHECK(pack::loadPackSet(bytes, trust));
        trust.atLeastRevision = 6;
        CHECK(refusalOf(bytes, trust) == Refusal::OlderRevision);
    }
    SECTION("layers") {
        pack::Trust trust = trusting({0});
        trust.keys[0].layers = {"house"};
        CHECK(pack::loadPackSet(bytes, trust));
        trust.keys[0].layers = {"carrier", ""};
        CHECK(refusalOf(bytes, trust) == Refusal::ForgedLayer);
        // Whoever may sign the layer puts the name under it too.
        trust.keys.push_back({"house", keyOf(1).publicKey(), {{"house"}}});
        CHECK(refusalOf(bytes, trust) == Refusal::ForgedLayer);
        CHECK(pack::loadPackSet(signedBy(bytes, {1}), trust));
        // A key that is named twice may not do more for it.
        trust = trusting({0, 0});
        trust.keys[1].layers = {"carrier"};
        CHECK(refusalOf(bytes, trust) == Refusal::ForgedLayer);
    }
}

TEST_CASE("a key holder cannot make the parts of a file disagree") {
    const std::string bytes = signedBy(fileOf(parcels(), "parcels", 5), {0});
    const pack::Trust trust = trusting({0});
    const pack::Layout layout = *pack::readLayout(bytes);
    const std::string manifest(layout.manifest);
    const auto change = [](std::string text, const std::string& from, const std::string& to) {
        const std::size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        return text.replace(at, from.size(), to);
    };
    const auto withManifest = [&](const std::string& from, const std::string& to) {
        return refusalOf(replaced(bytes, 0, change(manifest, from, to)), trust);
    };
    CHECK(refusalOf(replaced(bytes, 0, manifest), trust) == std::nullopt);
    CHECK(withManifest("\"layer\": \"house\"", "\"layer\": \"\"") == Refusal::RefusedBytecode);
    CHECK(withManifest("\"version\": \"1\"", "\"version\": \"2\"") == Refusal::RefusedBytecode);
    CHECK(withManifest("\"revision\": 5", "\"revision\": -5") == Refusal::Damaged);
    CHECK(withManifest("\"revision\": 5", "\"revision\": 5, \"revision\": 9") == Refusal::Damaged);
    CHECK(withManifest("\"revision\": 5", "\"revision\": 5, \"more\": 1") == Refusal::Damaged);
    CHECK(withManifest("\"bytecode\": 2", "\"bytecode\": 1") == Refusal::OtherFormat);
    CHECK(withManifest("\"bytecode\": 2", "\"bytecode\": 3") == Refusal::OtherFormat);
    CHECK(withManifest("\"bytecode\": 2", "\"bytecode\": 2, \"wings\": 1") == Refusal::OtherFormat);
    CHECK(refusalOf(replaced(bytes, 0, ""), trust) == Refusal::Damaged);
    CHECK(refusalOf(replaced(bytes, 0, std::string(100'000, '[')), trust) == Refusal::Damaged);
    CHECK(refusalOf(replaced(bytes, 1, ""), trust) == Refusal::RefusedBytecode);
    CHECK(refusalOf(replaced(bytes, 2, ""), trust) == Refusal::RefusedBytecode);
    // The text that people read is the text that was compiled.
    CHECK(refusalOf(replaced(bytes, 2, change(std::string(layout.sources), "$100", "$900")),
                    trust) == Refusal::RefusedBytecode);
    // A list of four thousand million, in a file of four bytes.
    CHECK(refusalOf(replaced(bytes, 2, "\xff\xff\xff\xff"), trust) == Refusal::RefusedBytecode);
    CHECK(refusalOf(replaced(bytes, 1, "\xff\xff\xff\xff"), trust) == Refusal::RefusedBytecode);

    bytecode::Program program = **pack::decodeProgram(layout.bytecode);
    program.rules[0].layer = "law";
    CHECK(refusalOf(replaced(bytes, 1, *pack::encodeProgram(program)), trust) ==
          Refusal::RefusedBytecode);
    program = **pack::decodeProgram(layout.bytecode);
    program.code.back().operands.assign(1, 0xfffffff0U);
    CHECK(refusalOf(replaced(bytes, 1, *pack::encodeProgram(program)), trust) ==
          Refusal::RefusedBytecode);
}

TEST_CASE("other formats are told apart from damage") {
    std::string bytes = signedBy(fileOf(parcels(), "parcels", 5), {0});
    for (const char format : {'\0', '\1', '\3', '\x7f'}) {
        bytes[8] = format;
        CHECK(refusalOf(bytes, trusting({0})) == Refusal::OtherFormat);
    }
}

TEST_CASE("hostile bytecode, validly signed, is refused or does no harm") {
    const auto set = compileTexts({{"parcels.prv", parcels()}}, CompileGoal::Lowered);
    const std::string records = docs::readText(PROVISO_ROOT "/examples/first_pack/parcels.ndjson");
    const pack::Trust trust = trusting({0});
    std::mt19937_64 random(20261128);
    int accepted = 0;
    int refused = 0;
    const bytecode::Program rich = test::richProgram();
    for (const std::string& whole :
         {*pack::encodeProgram(*set->program), *pack::encodeProgram(rich)}) {
        for (int time = 0; time < 4000; ++time) {
            std::string bytes = whole;
            const std::size_t changes = 1 + random() % 3;
            for (std::size_t change = 0; change < changes; ++change) {
                const std::size_t at = random() % bytes.size();
                bytes[at] = static_cast<char>(random() % 4 == 0 ? random() % 256 : random() % 16);
            }
            auto program = pack::decodeProgram(bytes);
            if (!program) {
                ++refused;
                continue;
            }
            if (!bytecode::verify(**program)) {
                CHECK(refusalOf(signedBy(forged(**program), {0}), trust) ==
                      Refusal::RefusedBytecode);
                ++refused;
                continue;
            }
            const auto loaded = pack::loadPackSet(signedBy(forged(**program), {0}), trust);
            REQUIRE(loaded);
            ++accepted;
            static_cast<void>(bytecode::printProgram(*(*loaded)->program));
            static_cast<void>(decisionsOf((*loaded)->program, records));
            explainAll((*loaded)->program, records);
        }
    }
    CHECK(accepted > 300);
    CHECK(refused > 300);
}

TEST_CASE("explanations that would have no end are refused with the file") {
    bytecode::Program program = test::richProgram();
    std::uint32_t top = program.rules[0].clause;
    for (int level = 0; level < 24; ++level) {
        const auto below = static_cast<std::uint32_t>(program.clauses.size());
        program.clauses[top].children = {below, below};
        program.clauses.push_back(program.clauses[0]);
        top = below;
    }
    const auto set = pack::loadPackSet(signedBy(forged(program), {0}), trusting({0}));
    REQUIRE_FALSE(set);
    CHECK(pack::refusalOf(set.error()) == Refusal::RefusedBytecode);
    INFO(set.error().message);
    CHECK(set.error().message.find("shared") != std::string::npos);
}

TEST_CASE("definitions that all read the two before them have explanations that end") {
    std::string text = parcels();
    std::string definitions = "define step_0 of parcel : money\n  as parcel.value\nend\n\n"
                              "define step_1 of parcel : money\n  as parcel.value\nend\n\n";
    for (int step = 2; step <= 30; ++step) {
        const auto name = [&](int back) { return "step_" + std::to_string(step - back); };
        definitions += "define " + name(0) + " of parcel : money\n  as " + name(1) +
                       " of parcel + " + name(2) + " of parcel\nend\n\n";
    }
    text.insert(text.find("rule customs_label"), definitions);
    const std::string from = "parcel.value exceeds customs_threshold";
    text.replace(text.find(from), from.size(), "step_30 of parcel exceeds customs_threshold");
    const auto set = compileTexts({{"parcels.prv", text}}, CompileGoal::Lowered);
    REQUIRE_FALSE(set->sink.hasErrors());
    REQUIRE(set->program);
    REQUIRE(pack::loadPackSet(signedBy(fileOf(*set, "steps", 1), {0}), trusting({0})));
    const std::string records = docs::readText(PROVISO_ROOT "/examples/first_pack/parcels.ndjson");
    CHECK(std::count(records.begin(), records.end(), '\n') > 2);
    explainAll(set->program, records);
}

TEST_CASE("keys are read strictly") {
    const pack::TrustedKey key{"billing", keyOf(0).publicKey(), {{"payor", ""}}};
    const std::string text = pack::publicKeyText(key);
    const auto read = pack::parsePublicKey(text, "file");
    REQUIRE(read);
    CHECK(read->name == "billing");
    CHECK(read->key == key.key);
    CHECK(read->layers == key.layers);
    const std::string bare = text.substr(0, text.find('{'));
    CHECK((*pack::parsePublicKey(bare, "file")).name == "file");
    CHECK_FALSE((*pack::parsePublicKey(bare, "file")).layers);
    for (const char* line : {"{",
                             "[]",
                             "{\"layers\": \"payor\"}",
                             "{\"layers\": [1]}",
                             "{\"Layers\": [\"payor\"]}",
                             "{} {}",
                             "payor"}) {
        const auto wrong = pack::parsePublicKey(bare + line, "file");
        INFO(line);
        REQUIRE_FALSE(wrong);
        CHECK(pack::refusalOf(wrong.error()) == Refusal::BadKey);
    }
    CHECK_FALSE(pack::parsePublicKey("", "file"));
    CHECK_FALSE(pack::parsePublicKey(keyOf(0).privatePem(), "file"));
}

TEST_CASE("rules stand where the texts in the file have them") {
    const auto set = compileTexts({{"folder/a:b.prv", parcels()}}, CompileGoal::Lowered);
    const auto texts = textsOf(*set);
    const auto loaded = pack::loadPackSet(signedBy(fileOf(*set, "parcels", 1), {0}), trusting({0}));
    REQUIRE(loaded);
    for (const bytecode::RuleInfo& rule : (*loaded)->program->rules) {
        const std::size_t colon = rule.place.rfind(':');
        CHECK(rule.place.substr(0, colon) == (*loaded)->sources.front().path);
        std::istringstream lines((*loaded)->sources.front().text);
        std::string line;
        for (int number = std::stoi(rule.place.substr(colon + 1)); number > 0; --number) {
            std::getline(lines, line);
        }
        CHECK(line.starts_with("rule " + rule.name.substr(rule.name.rfind('.') + 1)));
    }
    for (const char* const place : {"",
                                    ":1",
                                    "other.prv:1",
                                    "folder/a:b.prv",
                                    "folder/a:b.prv:",
                                    "folder/a:b.prv:0",
                                    "folder/a:b.prv:9999",
                                    "folder/a:b.prv:-1",
                                    "folder/a:b.prv:1x",
                                    "folder/a:b.prv:99999999999999999999"}) {
        INFO(place);
        for (int which = 0; which < 2; ++which) {
            bytecode::Program program = *set->program;
            (which == 0 ? program.rules[0].place : program.rules[0].effects[0].place) = place;
            CHECK_FALSE(pack::writePackSet(
                {"parcels", 1, std::make_shared<const bytecode::Program>(program), texts, 1}));
            const auto refused = pack::loadPackSet(
                replaced(fileOf(*set, "parcels", 1), 1, *pack::encodeProgram(program)),
                trusting({0}));
            REQUIRE_FALSE(refused);
            CHECK(pack::refusalOf(refused.error()) == Refusal::RefusedBytecode);
        }
    }
}

TEST_CASE("a file says in which version of the language its texts are") {
    const auto set = compileTexts({{"parcels.prv", parcels()}}, CompileGoal::Lowered);
    CHECK_FALSE(pack::writePackSet({"parcels", 1, set->program, textsOf(*set)}));
    const std::string bytes = fileOf(*set, "parcels", 1);
    const auto loaded = pack::loadPackSet(signedBy(bytes, {0}), trusting({0}));
    REQUIRE(loaded);
    CHECK((*loaded)->manifest.language == kLanguageVersion);
    const std::string manifest(pack::readLayout(bytes)->manifest);
    const std::string says = "\"language\": " + std::to_string(kLanguageVersion);
    REQUIRE(manifest.find(says) != std::string::npos);
    const auto with = [&](const std::string& instead) {
        std::string other = manifest;
        return replaced(bytes, 0, other.replace(other.find(says), says.size(), instead));
    };
    // A later language decides all the same: the bytecode is what is run.
    const auto later = pack::loadPackSet(with("\"language\": 77"), trusting({0}));
    REQUIRE(later);
    CHECK((*later)->manifest.language == 77);
    for (const char* const wrong :
         {"\"language\": 0", "\"language\": \"1\"", "\"language\": 4294967297", "\"tongue\": 1"}) {
        INFO(wrong);
        CHECK(refusalOf(with(wrong), trusting({0})) == Refusal::Damaged);
    }
}
