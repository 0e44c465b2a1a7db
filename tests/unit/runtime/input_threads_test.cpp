// Sources that are read on several threads, chunk by chunk, beside the same read on one: not even
// the ids of texts may differ.

#include "runtime/input/chunk_pipeline.h"
#include "runtime/input/chunk_reader.h"
#include "runtime/input/decoder.h"
#include "runtime/input/line_reader.h"
#include "tests/catch.h"
#include "tests/unit/runtime/input_bed.h"

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

/// Lines as a LineReader tells them.
std::vector<std::string> linesOf(LineReader&& reader, std::uint64_t before = 0) {
    std::vector<std::string> lines;
    InputLine line;
    while (reader.next(line)) {
        lines.push_back(std::to_string(line.number + before) + (line.tooLong ? "!" : ":") +
                        std::string(line.text));
    }
    return lines;
}

/// A line of any kind: records, whole or not, blanks, and what is too long for the limit of 900.
std::string anyLine(Writer& writer, std::uint32_t number) {
    switch (writer.below(12)) {
    case 0:
        return "";
    case 1:
        return " \t";
    case 2:
        return std::string(800 + writer.below(300), 'x');
    case 3:
        return std::string(writer.below(5) * 900, 'y');
    case 4:
    case 5:
        return writer.damaged(writer.record(number));
    default:
        return writer.record(number);
    }
}

std::string anyInput(Writer& writer, std::uint32_t lines) {
    std::string input = writer.below(3) == 0 ? "\xEF\xBB\xBF" : "";
    for (std::uint32_t line = 0; line < lines; ++line) {
        input += anyLine(writer, writer.below(40));
        input += writer.below(10) == 0 ? "\r\n" : "\n";
        // Of no meaning but at the very beginning.
        input += writer.below(50) == 0 ? "\xEF\xBB\xBF" : "";
    }
    if (writer.below(2) == 0 && !input.empty()) {
        input.pop_back();
    }
    return input;
}

}  // namespace

TEST_CASE("chunks hold the lines of the source") {
    Writer writer(3);
    for (int round = 0; round < 300; ++round) {
        const std::string input = anyInput(writer, writer.below(30));
        constexpr std::size_t kLimit = 900;
        std::istringstream whole(input);
        std::vector<std::string> expected = linesOf(LineReader(whole, kLimit));
        for (const std::size_t size : {std::size_t{1},
                                       std::size_t{2},
                                       std::size_t{64},
                                       std::size_t{1000},
                                       std::size_t{5000}}) {
            std::istringstream stream(input);
            ChunkReader chunks(stream, kLimit, size);
            std::vector<std::string> lines;
            std::string chunk;
            while (chunks.next(chunk)) {
                CHECK(!chunk.empty());
                const std::vector<std::string> more =
                    linesOf(LineReader(chunk, kLimit, lines.empty()), lines.size());
                lines.insert(lines.end(), more.begin(), more.end());
            }
            CHECK(chunks.ended());
            CHECK_FALSE(chunks.failed());
            REQUIRE(lines.size() == expected.size());
            for (std::size_t line = 0; line < lines.size(); ++line) {
                INFO("chunks of " << size << " bytes");
                REQUIRE(lines[line] == expected[line]);
            }
        }
    }
}

TEST_CASE("a line that never ends takes no more memory than shows that it is too long") {
    // A source of a hundred megabytes without the memory for them.
    struct Endless : std::streambuf {
        std::string piece = std::string(1U << 16U, 'x');
        int left = 1600;
        int underflow() override {
            if (left-- == 0) {
                return traits_type::eof();
            }
            setg(piece.data(), piece.data(), piece.data() + piece.size());
            return traits_type::to_int_type(piece[0]);
        }
    } endless;
    std::istream stream(&endless);
    ChunkReader chunks(stream, 1000, 4000);
    std::string chunk;
    CHECK(chunks.next(chunk));
    CHECK(chunk.size() > 1000);
    CHECK(chunk.size() < 200'000);
    CHECK_FALSE(chunks.next(chunk));
}

TEST_CASE("what is read does not depend on the threads") {
    Schema schema = everyType();
    schema.correctedBy = {4};
    Writer writer(5);
    for (int round = 0; round < 120; ++round) {
        const std::string input = anyInput(writer, 40);
        DecodeOptions one;
        one.maximumRecordBytes = 900;
        one.settle = writer.below(2) == 0;
        if (writer.below(3) == 0) {
            one.knownAsOf = Date{5};  // the count corrects, which is no date: all is known
        }
        const std::string expected = sayAll(schema, input, one, nullptr, true);
        for (const unsigned threads : {2U, 3U}) {
            DecodeOptions several = one;
            several.threads = threads;
            several.chunkBytes = 1 + writer.below(3000);
            REQUIRE(sayAll(schema, input, several, nullptr, true) == expected);
        }
    }
}

TEST_CASE("what nobody reads is settled alike on several threads") {
    const Schema schema = everyType();
    const ReadOfRecords read{{{0, 2, 7}, {0}, {}, {0}}, {1, 1, 0, 1}};
    Writer writer(6);
    for (int round = 0; round < 60; ++round) {
        const std::string input = anyInput(writer, 60);
        DecodeOptions one;
        one.maximumRecordBytes = 900;
        const std::string all = sayAll(schema, input, one, &read);
        one.read = read;
        REQUIRE(sayAll(schema, input, one, &read) == all);
        const std::string expected = sayAll(schema, input, one, &read, true);
        one.threads = 2;
        one.chunkBytes = 1 + writer.below(2000);
        REQUIRE(sayAll(schema, input, one, &read, true) == expected);
    }
}

TEST_CASE("records that are not known yet are left out alike on several threads") {
    Schema schema = everyType();
    schema.correctedBy = {1};
    Writer writer(8);
    const std::string input = anyInput(writer, 300);
    DecodeOptions one;
    one.knownAsOf = parseDate("2040-01-01");
    DecodeOptions several = one;
    several.threads = 2;
    several.chunkBytes = 1500;
    CHECK(sayAll(schema, input, several) == sayAll(schema, input, one));
}

TEST_CASE("names that no schema knows are counted alike on several threads") {
    const Schema schema = everyType();
    std::string input;
    for (int record = 0; record < 400; ++record) {
        // More names than are listed, some of which come again later, and one that looks like none.
        input += R"({"order_id":"K)" + std::to_string(record) +
                 R"(","placed_on":"2025-03-01","items":[],"new_)" +
                 std::to_string(record * 7 % 150) + R"(":1,"other_)" + std::to_string(record % 30) +
                 R"(":{},"9":)" + std::to_string(record) + "}\n";
    }
    DecodeOptions several;
    several.threads = 2;
    for (const std::size_t bytes : {std::size_t{100}, std::size_t{2000}, std::size_t{30'000}}) {
        several.chunkBytes = bytes;
        CHECK(sayAll(schema, input, several) == sayAll(schema, input, {}));
    }
}

TEST_CASE("several sources are read one after the other on several threads, too") {
    const Schema schema = everyType();
    Writer writer(9);
    const std::string inputs[] = {
        anyInput(writer, 50), "", anyInput(writer, 3), anyInput(writer, 80)};
    const auto say = [&](unsigned threads) {
        Dictionary dictionary;
        DecodeOptions options;
        options.threads = threads;
        options.chunkBytes = 900;
        Decoder decoder(schema, dictionary, options);
        for (const std::string& input : inputs) {
            std::istringstream stream(input);
            CHECK(decoder.addStream("source " + std::to_string(input.size()), stream));
        }
        const DecodedRecords records = decoder.finish();
        std::string all;
        for (std::uint32_t record = 0; record < records.store.recordCount(); ++record) {
            const RecordOrigin& origin = records.store.origin(record);
            all +=
                records.store.sources()[origin.source] + ":" + std::to_string(origin.line) + "\n";
        }
        for (const Rejection& rejection : records.rejections) {
            all += formatRejection(rejection) + "\n";
        }
        return all;
    };
    CHECK(say(2) == say(1));
}

TEST_CASE("what is thrown on a thread that reads is thrown where all is taken") {
    for (const int bad : {0, 3, 49}) {
        ChunkPipeline<int, int> pipeline(3);
        int given = 0;
        int taken = 0;
        const auto run = [&] {
            pipeline.run(
                [&](int& chunk) {
                    chunk = given++;
                    return chunk < 50;
                },
                [&](unsigned /*thread*/) {
                    return [&](int chunk) {
                        if (chunk == bad) {
                            throw std::runtime_error("no memory");
                        }
                        return chunk;
                    };
                },
                [&](int chunk) { CHECK(chunk == taken++); });
        };
        CHECK_THROWS_AS(run(), std::runtime_error);
        CHECK(taken <= bad);  // what came before may not have been taken yet
    }
}
