#include "runtime/input/collected_rows.h"
#include "runtime/input/record_selector.h"
#include "runtime/input/record_store.h"
#include "tests/catch.h"
#include "tests/unit/runtime/engine_bed.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

/// Orders with lines, of which many have none and some have many, and tags of lines.
struct Orders {
    Orders() : bed(kOrders) {
        std::vector<std::uint32_t> lines;
        std::vector<std::uint32_t> tags;
        for (std::uint32_t order = 0; order < kOrders; ++order) {
            for (auto left = random() % 4 == 0 ? random() % 40 : random() % 4; left != 0; --left) {
                for (auto tag = random() % 5; tag != 0; --tag) {
                    tags.push_back(static_cast<std::uint32_t>(lines.size()));
                }
                lines.push_back(order);
            }
        }
        const auto lineCount = static_cast<std::uint32_t>(lines.size());
        const auto tagCount = static_cast<std::uint32_t>(tags.size());
        bed.list("line", 0, std::move(lines));
        bed.list("tag", 1, std::move(tags));
        for (const auto& [space, rows] :
             {std::pair{0U, kOrders}, std::pair{1U, lineCount}, std::pair{2U, tagCount}}) {
            std::vector<Cell> some;
            std::vector<Cell> all;
            for (std::uint32_t row = 0; row < rows; ++row) {
                some.push_back(random() % 9 == 0 ? Cell(State::Unknown) : Cell(row));
                all.emplace_back(row);
            }
            bed.input(space, kCount, std::move(some));
            bed.input(space, kCount, std::move(all));
        }
        bed.batch.dictionary = &bed.dictionary;
    }

    static constexpr std::uint32_t kOrders = 200;
    std::mt19937 random{7};
    Bed bed;
};

/// The same records, packed, in two parts so that the second counts on from the first.
RecordStore packed(const Orders& orders, const RecordStore& store) {
    const Schema& schema = orders.bed.program.schema;
    CollectedRows collected(schema, /*isPacked=*/true);
    for (const auto& [begin, end] : {std::pair{0U, 120U}, std::pair{120U, Orders::kOrders}}) {
        std::vector<std::uint32_t> records(end - begin);
        std::iota(records.begin(), records.end(), begin);
        Batch some = store.select(records);
        std::vector<std::vector<std::uint32_t>> firstRows(some.spaces.size());
        for (std::uint32_t space = 0; space < some.spaces.size(); ++space) {
            for (std::uint32_t record = begin; record <= end; ++record) {
                firstRows[space].push_back(record == end ? some.spaces[space].rows
                                                         : store.rowsOf(space, record).first -
                                                               store.rowsOf(space, begin).first);
            }
            for (ColumnData& column : some.spaces[space].columns) {
                if (column.states.empty()) {
                    column.states.assign(some.spaces[space].rows, State::Value);
                }
            }
        }
        collected.append(some, firstRows, {}, {});
    }
    RecordStore::Memory memory = collected.take();
    memory.batch.dictionary = store.batch().dictionary;
    memory.origins.resize(Orders::kOrders);
    return {schema, std::move(memory)};
}

/// Row by row, as it is written down nowhere else.
void checkSelected(const RecordStore& store,
                   const Batch& batch,
                   const std::vector<std::uint32_t>& records,
                   const ReadOfRecords* read) {
    const std::vector<std::uint32_t> above = {0, 0, 1};
    for (std::uint32_t space = 0; space < 3; ++space) {
        const Batch::Space& from = store.batch().spaces[space];
        const Batch::Space& to = batch.spaces[space];
        std::uint32_t row = 0;
        std::uint32_t parents = 0;
        const bool isRead = read == nullptr || read->rows[space] != 0;
        for (const std::uint32_t record : isRead ? records : std::vector<std::uint32_t>()) {
            const auto [first, end] = store.rowsOf(space, record);
            for (std::uint32_t each = first; each < end; ++each, ++row) {
                REQUIRE(row < to.rows);
                for (std::size_t field = 0; field < to.columns.size(); ++field) {
                    if (read == nullptr ||
                        std::count(read->fields[space].begin(), read->fields[space].end(), field)) {
                        const auto of = static_cast<std::uint32_t>(field);
                        REQUIRE(to.valuesOf(of)[row] == from.columns[field].values[each]);
                        REQUIRE(to.columns[field].state(row) == from.columns[field].state(each));
                    }
                }
                if (space != 0) {
                    REQUIRE(to.parent[row] ==
                            from.parent[each] - store.rowsOf(above[space], record).first + parents);
                }
            }
            const auto ofAbove = store.rowsOf(above[space], record);
            parents += ofAbove.second - ofAbove.first;
        }
        if (!to.begins.empty()) {
            REQUIRE(to.begins.size() == std::size_t{parents} + 1);
            CHECK(to.begins.back() == row);
            for (std::uint32_t list = 0; list < parents; ++list) {
                CHECK(std::count(to.parent.begin(), to.parent.end(), list) ==
                      std::ptrdiff_t{to.begins[list + 1]} - to.begins[list]);
            }
            CHECK(std::is_sorted(to.parent.begin(), to.parent.end()));
        }
        CHECK(row == to.rows);
        CHECK(to.parent.size() == (space == 0 ? 0 : row));
    }
}

}  // namespace

TEST_CASE("records are selected again and again in one memory, neighbours or not") {
    Orders orders;
    const RecordStore store(orders.bed.program.schema,
                            orders.bed.batch,
                            std::vector<RecordOrigin>(Orders::kOrders),
                            {});
    const RecordStore small = packed(orders, store);
    CHECK_THROWS(small.batch());
    ReadOfRecords some;
    some.rows = {1, 1, 0};
    some.fields = {{0, 1}, {0}, {}};
    for (const ReadOfRecords* read :
         {static_cast<const ReadOfRecords*>(nullptr), static_cast<const ReadOfRecords*>(&some)}) {
        RecordSelector selector(store, read);
        RecordSelector ofSmall(small, read);
        RecordSelector lending(small, read, /*lendsPacked=*/true);
        for (int turn = 0; turn < 60; ++turn) {
            std::vector<std::uint32_t> records(orders.random() % 80);
            if (turn % 3 == 0) {
                std::iota(records.begin(),
                          records.end(),
                          static_cast<std::uint32_t>(orders.random() % 120));
            } else {
                for (std::uint32_t& record : records) {
                    const auto drawn = static_cast<std::uint32_t>(orders.random());
                    record =
                        turn % 3 == 1 ? drawn % Orders::kOrders : Orders::kOrders - 1 - drawn % 3;
                }
            }
            checkSelected(store, selector.select(records), records, read);
            checkSelected(store, ofSmall.select(records), records, read);
            const Batch& lent = lending.select(records);
            checkSelected(store, lent, records, read);
            const bool isPacked = turn % 3 == 0 && !records.empty();
            CHECK((lent.spaces[0].isPacked(0) || !isPacked));
            CHECK(lent.spaces[1].begins.size() == records.size() + 1);
        }
    }
}
