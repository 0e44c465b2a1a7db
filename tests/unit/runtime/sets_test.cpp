#include "runtime/engine/run.h"
#include "runtime/engine/sets.h"
#include "tests/catch.h"
#include "tests/unit/runtime/engine_bed.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

using Keys = std::vector<const ColumnData*>;

std::vector<std::uint32_t> expectedSets(const Keys& keys, std::uint32_t records) {
    std::vector<std::uint32_t> of;
    std::map<std::vector<std::int64_t>, std::uint32_t> known;
    std::uint32_t count = 0;
    for (std::uint32_t record = 0; record < records; ++record) {
        std::vector<std::int64_t> key;
        bool isKnown = true;
        for (const ColumnData* each : keys) {
            isKnown = isKnown && each->state(record) == State::Value;
            key.push_back(each->values[record]);
        }
        if (!isKnown) {
            of.push_back(count++);
            continue;
        }
        const auto [place, isNew] = known.try_emplace(key, count);
        count += isNew ? 1 : 0;
        of.push_back(place->second);
    }
    return of;
}

/// Values between two bounds, of which some are none.
ColumnData
column(std::mt19937& random, std::uint32_t records, std::int64_t low, std::int64_t high) {
    ColumnData column;
    std::uniform_int_distribution<std::int64_t> values(low, high);
    for (std::uint32_t record = 0; record < records; ++record) {
        const bool isKnown = random() % 7 != 0;
        column.states.push_back(isKnown ? State::Value : State::Unknown);
        column.values.push_back(isKnown ? values(random) : 0);
    }
    if (random() % 3 == 0) {
        column.states.clear();
    }
    return column;
}

}  // namespace

TEST_CASE("records with equal keys are a set, and one with an unknown key is by itself") {
    std::mt19937 random(3);
    const std::vector<std::pair<std::int64_t, std::int64_t>> bounds = {
        {0, 5}, {0, 200}, {-3, 3}, {INT64_MIN, INT64_MAX}, {1'000'000'000, 1'000'000'009}};
    for (const std::uint32_t records : {0U, 1U, 2U, 63U, 1000U}) {
        for (const auto& [low, high] : bounds) {
            const ColumnData one = column(random, records, low, high);
            const ColumnData other = column(random, records, 0, 3);
            for (const Keys& keys : {Keys{&one}, Keys{&one, &other}, Keys{&other, &one, &other}}) {
                const engine::Sets sets = engine::setsOf(keys, records);
                CHECK(sets.of == expectedSets(keys, records));
                const auto last = std::max_element(sets.of.begin(), sets.of.end());
                CHECK(sets.count == (records == 0 ? 0 : *last + 1));
                CHECK(sets.firsts.size() == sets.count);
                CHECK(sets.sizes.size() == sets.count);
                for (std::uint32_t set = 0; set < sets.count; ++set) {
                    const auto first = std::find(sets.of.begin(), sets.of.end(), set);
                    CHECK(sets.firsts[set] == first - sets.of.begin());
                    CHECK(sets.sizes[set] == std::count(first, sets.of.end(), set));
                }
            }
        }
        CHECK(engine::setsOf({}, records).of == std::vector<std::uint32_t>(records, 0));
        CHECK(engine::setsOf({}, records).count == (records == 0 ? 0 : 1));
    }
}

/// Records that say nothing but their keys; of a bed with as many rows.
static RecordStore storeOf(Bed& bed, const std::vector<std::string>& keys) {
    std::vector<Cell> cells;
    for (const std::string& key : keys) {
        cells.emplace_back(static_cast<std::int64_t>(bed.dictionary.intern(key)));
    }
    bed.program.schema.keyField = 0;
    bed.input(0, kText, std::move(cells));
    bed.batch.dictionary = &bed.dictionary;
    return {bed.program.schema, bed.batch, std::vector<RecordOrigin>(keys.size()), {}};
}

TEST_CASE("records are in the order of their keys' bytes, whatever those begin with") {
    std::mt19937 random(5);
    for (const std::string& begin : {std::string(), std::string("order-"), std::string(20, 'x')}) {
        for (const std::uint32_t records : {1U, 2U, 300U}) {
            std::vector<std::string> keys;
            for (std::uint32_t record = 0; record < records; ++record) {
                std::string key = begin;
                for (auto length = random() % 12; length != 0; --length) {
                    // Few bytes, the extreme ones among them, so that much is alike.
                    key += "\x00\x01\x7F\x80\xFF"[random() % 5];
                }
                keys.push_back(key);
            }
            for (const bool inOrder : {false, true}) {
                if (inOrder) {
                    std::sort(keys.begin(), keys.end());
                }
                Bed bed(records);
                const RecordStore store = storeOf(bed, keys);
                std::vector<std::uint32_t> expected(records);
                std::iota(expected.begin(), expected.end(), 0U);
                std::stable_sort(
                    expected.begin(), expected.end(), [&](std::uint32_t a, std::uint32_t b) {
                        return keys[a] < keys[b];
                    });
                CHECK(recordsInOrder(bed.program, store) == expected);
            }
        }
    }
}

TEST_CASE("several threads put records in the order that one finds, wherever one is out of place") {
    constexpr std::uint32_t kRecords = 150'001;
    // Of three threads, the last record of one and the first of the next among them.
    for (const std::uint32_t place : {0U, 1U, 50'000U, 50'001U, 75'000U, 100'000U, 100'001U}) {
        INFO("place " << place);
        Bed bed(kRecords);
        std::vector<std::string> keys;
        for (std::uint32_t record = 0; record < kRecords; ++record) {
            keys.push_back("V" + std::to_string(1'000'000 + record));
        }
        if (place != 0) {
            std::swap(keys[place - 1], keys[place]);
        }
        const RecordStore store = storeOf(bed, keys);
        std::vector<std::uint32_t> expected(kRecords);
        std::iota(expected.begin(), expected.end(), 0U);
        if (place != 0) {
            std::swap(expected[place - 1], expected[place]);
        }
        for (const unsigned threads : {1U, 2U, 3U}) {
            CHECK(recordsInOrder(bed.program, store, threads) == expected);
        }
    }
}
