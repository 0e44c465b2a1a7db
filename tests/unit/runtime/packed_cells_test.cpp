#include "runtime/input/collected_rows.h"
#include "runtime/input/packed_cells.h"
#include "tests/catch.h"
#include "tests/unit/runtime/input_bed.h"

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

std::vector<std::int64_t> valuesOf(const PackedCells& cells) {
    std::vector<std::int64_t> values;
    for (std::size_t row = 0; row < cells.size(); ++row) {
        values.push_back(cells.view()[row]);
    }
    return values;
}

std::size_t bytesOf(const PackedCells& cells) {
    return cells.view().visit([](const auto* first) { return sizeof *first; });
}

}  // namespace

TEST_CASE("cells are as large as their values need, to the last value that fits") {
    struct Limit {
        std::int64_t value;
        std::size_t bytes;
    };
    const auto around = [](std::int64_t most, std::size_t bytes) {
        return std::vector<Limit>{
            {most, bytes}, {most + 1, bytes * 2}, {-most - 1, bytes}, {-most - 2, bytes * 2}};
    };
    std::vector<Limit> limits{{0, 1},
                              {-1, 1},
                              {std::numeric_limits<std::int64_t>::max(), 8},
                              {std::numeric_limits<std::int64_t>::min(), 8}};
    for (const std::vector<Limit>& more :
         {around(INT8_MAX, 1), around(INT16_MAX, 2), around(INT32_MAX, 4)}) {
        limits.insert(limits.end(), more.begin(), more.end());
    }
    for (const Limit& limit : limits) {
        INFO(limit.value);
        // Alone, behind others, and before others: what was there stays what it was.
        PackedCells alone;
        alone.append(std::vector<std::int64_t>{limit.value});
        CHECK(bytesOf(alone) == limit.bytes);
        CHECK(valuesOf(alone) == std::vector<std::int64_t>{limit.value});
        PackedCells cells;
        cells.append(std::vector<std::int64_t>{1, -2, 3});
        CHECK(bytesOf(cells) == 1);
        cells.append(std::vector<std::int64_t>{4, limit.value, 5});
        CHECK(bytesOf(cells) == limit.bytes);
        cells.append(std::vector<std::int64_t>{});
        cells.append(std::vector<std::int64_t>{-6});
        CHECK(bytesOf(cells) == limit.bytes);
        const std::vector<std::int64_t> all{1, -2, 3, 4, limit.value, 5, -6};
        CHECK(valuesOf(cells) == all);
        cells.widen();
        CHECK(valuesOf(cells) == all);
        CHECK(cells.takeWide() == all);
        CHECK(cells.size() == 0);
    }
}

TEST_CASE("whatever is appended can be read, and kept in part") {
    std::mt19937_64 random(11);
    for (int round = 0; round < 300; ++round) {
        PackedCells cells;
        std::vector<std::int64_t> expected;
        for (auto appends = random() % 6; appends != 0; --appends) {
            std::vector<std::int64_t> some(random() % 70);
            const auto bits = random() % 64;
            for (std::int64_t& value : some) {
                value = static_cast<std::int64_t>(random()) >> bits;
            }
            if (random() % 3 == 0) {
                cells.reserve(random() % 500);
            }
            cells.append(some);
            expected.insert(expected.end(), some.begin(), some.end());
        }
        REQUIRE(valuesOf(cells) == expected);
        std::vector<RowRun> runs;
        std::vector<std::int64_t> kept;
        for (std::uint32_t row = 0; row < expected.size();) {
            const auto end = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(expected.size(), row + random() % 9));
            if (random() % 2 == 0) {
                runs.emplace_back(row, end);
                kept.insert(kept.end(), expected.begin() + row, expected.begin() + end);
            }
            row = end + random() % 2;
        }
        cells.keep(runs);
        REQUIRE(valuesOf(cells) == kept);
    }
}

TEST_CASE("packed records are read as the others, however many are collected at once") {
    Schema schema = everyType();
    schema.correctedBy = {4};
    ReadOfRecords read;
    for (const SchemaSpace& space : schema.spaces) {
        read.rows.push_back(1);
        read.fields.emplace_back();
        for (std::uint32_t field = 0; field < space.fields.size(); ++field) {
            read.fields.back().push_back(field);
        }
    }
    Writer writer(512);
    for (const std::uint32_t count : {1U, 511U, 512U, 513U, 1024U, 1500U}) {
        for (const bool isDamaged : {false, true}) {
            std::string input;
            for (std::uint32_t record = 0; record < count; ++record) {
                // Some records come twice, the same or another, so that some do not count.
                const std::string whole = writer.record(isDamaged ? writer.below(count) : record);
                input += (isDamaged && writer.below(6) == 0 ? writer.damaged(whole) : whole) + "\n";
                input += isDamaged && writer.below(9) == 0 ? whole + "\n" : "";
            }
            DecodeOptions options;
            const std::string wide = sayAll(schema, input, options, &read, true);
            options.read = read;
            REQUIRE(sayAll(schema, input, options, &read, true) == wide);
            options.threads = 2;
            options.chunkBytes = 20'000;
            REQUIRE(sayAll(schema, input, options, &read, true) == wide);
        }
    }
}
