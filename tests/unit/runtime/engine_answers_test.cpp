// What a block asks is answered as bytes where all of it is known, and as columns elsewhere; a few
// rows are columns always. Here registers over many records, read in any order and either way, say
// what each record says alone.

#include "runtime/input/record_store.h"
#include "tests/unit/runtime/engine_bed.h"
#include "tests/unit/runtime/lent_packed.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

constexpr std::size_t kYesNos = 3;  ///< fields of each space that say yes or no
constexpr std::size_t kAmounts = 3;
/// What amounts are made of, so that packed they need one byte, two, four and eight.
constexpr std::array<std::int64_t, 4> kUnits{1, 200, -40'000, std::int64_t{1} << 40U};
constexpr std::array<std::int64_t, 4> kAmountsOfConstants{2, 200, -40'000, std::int64_t{1} << 33U};

/// Questions that hang on one another, over records and the lines of each.
class Questions {
  public:
    explicit Questions(std::uint64_t seed)
        : random_(seed), bed_(1), list_(bed_.list("line", 0, {0})) {
        toRecord_ = bed_.parent(list_);
        for (const std::uint32_t space : {0U, list_}) {
            for (std::size_t field = 0; field < kYesNos; ++field) {
                yesNos_[space].push_back(bed_.input(space, kYesNoType, {0}));
            }
            for (std::size_t field = 0; field < kAmounts; ++field) {
                amounts_[space].push_back(bed_.input(space, kMoney, {0}));
            }
            yesNos_[space].push_back(bed_.constant(space, kYesNoType, 1));
            for (const std::int64_t amount : kAmountsOfConstants) {
                amounts_[space].push_back(bed_.constant(space, kMoney, amount));
            }
        }
        for (std::size_t more = 0; more < 40; ++more) {
            add(random_() % 2 == 0 ? 0U : list_);
        }
        bed_.run();
    }

    Bed& bed() { return bed_; }
    std::uint32_t list() const { return list_; }
    std::size_t size() const { return bed_.program.code.size(); }
    Register toRecord() const { return toRecord_; }

  private:
    Register any(const std::vector<Register>& some) { return some[random_() % some.size()]; }

    void add(std::uint32_t space) {
        std::vector<Register>& yesNos = yesNos_[space];
        std::vector<Register>& amounts = amounts_[space];
        switch (random_() % 8) {
        case 0:
        case 1: {
            std::vector<Register> operands;
            for (std::size_t count = 1 + random_() % 4; count != 0; --count) {
                operands.push_back(any(yesNos));
            }
            yesNos.push_back(
                bed_.op(random_() % 2 == 0 ? Op::And : Op::Or, space, kYesNoType, operands));
            break;
        }
        case 2:
            yesNos.push_back(bed_.op(Op::Not, space, kYesNoType, {any(yesNos)}));
            break;
        case 3: {
            const auto mode = static_cast<std::uint8_t>(random_() % 6);
            yesNos.push_back(
                bed_.op(Op::Compare, space, kYesNoType, {any(amounts), any(amounts)}, {mode}));
            break;
        }
        case 4:
            yesNos.push_back(
                bed_.op(Op::Select, space, kYesNoType, {any(yesNos), any(yesNos), any(yesNos)}));
            break;
        case 5:
            amounts.push_back(
                bed_.op(Op::Select, space, kMoney, {any(yesNos), any(amounts), any(amounts)}));
            break;
        case 6:
            if (space == list_) {
                yesNos.push_back(
                    bed_.op(Op::Spread, list_, kYesNoType, {any(yesNos_[0]), toRecord_}));
            } else {
                yesNos.push_back(bed_.op(random_() % 2 == 0 ? Op::FoldAny : Op::FoldEvery,
                                         0,
                                         kYesNoType,
                                         {toRecord_, any(yesNos_[list_])}));
            }
            break;
        default:
            if (space == list_) {
                yesNos.push_back(bed_.op(Op::IsKnown, list_, kYesNoType, {any(yesNos)}));
            } else {
                amounts.push_back(bed_.op(Op::FoldTotal,
                                          0,
                                          kMoney,
                                          {toRecord_, any(yesNos_[list_]), any(amounts_[list_])}));
            }
        }
    }

    std::mt19937_64 random_;
    Bed bed_;
    std::uint32_t list_;
    Register toRecord_ = 0;
    std::array<std::vector<Register>, 2> yesNos_;   ///< by space
    std::array<std::vector<Register>, 2> amounts_;  ///< likewise
};

/// `open`: so many in a thousand are no values.
void fill(Batch::Space& space, std::uint32_t rows, unsigned open, std::mt19937_64& random) {
    space.rows = rows;
    for (std::size_t field = 0; field < kYesNos + kAmounts; ++field) {
        ColumnData& column = space.columns[field];
        column = {};
        const std::int64_t unit = kUnits[random() % kUnits.size()];
        for (std::uint32_t row = 0; row < rows; ++row) {
            const State state =
                random() % 1000 < open ? static_cast<State>(1 + random() % 3) : State::Value;
            const std::uint64_t drawn = random() % (field < kYesNos ? 2 : 4);
            column.states.push_back(state);
            const std::int64_t value =
                static_cast<std::int64_t>(drawn) * (field < kYesNos ? 1 : unit);
            column.values.push_back(state == State::Value ? value : 0);
        }
        if (std::count(column.states.begin(), column.states.end(), State::Value) ==
            static_cast<std::ptrdiff_t>(rows)) {
            column.states.clear();
        }
    }
}

Batch::Space rowsOf(const Batch::Space& all, std::uint32_t begin, std::uint32_t end) {
    Batch::Space some;
    some.rows = end - begin;
    some.columns.resize(all.columns.size());
    for (std::size_t field = 0; field < kYesNos + kAmounts; ++field) {
        for (std::uint32_t row = begin; row < end; ++row) {
            some.columns[field].values.push_back(all.columns[field].values[row]);
            some.columns[field].states.push_back(all.columns[field].state(row));
        }
        dropPlainStates(some.columns[field]);
    }
    return some;
}

}  // namespace

TEST_CASE("what many records are asked is answered as each of them answers alone") {
    std::size_t asBytes = 0;
    std::size_t asColumns = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        INFO("seed " << seed);
        std::mt19937_64 random(seed + 1'000);
        Questions many(seed);
        Questions alone(seed);
        for (const std::uint32_t records : {1U, 15U, 16U, 17U, 70U}) {
            INFO("records " << records);
            const unsigned open = random() % 3 == 0 ? 30 : 0;
            Batch& batch = many.bed().batch;
            std::vector<std::uint32_t> begins{0};
            std::vector<std::uint32_t> parents;
            for (std::uint32_t record = 0; record < records; ++record) {
                parents.insert(parents.end(), random() % 4, record);
                begins.push_back(static_cast<std::uint32_t>(parents.size()));
            }
            fill(batch.spaces[0], records, open, random);
            fill(batch.spaces[many.list()], begins.back(), random() % 3 == 0 ? 30 : 0, random);
            batch.spaces[many.list()].parent = parents;
            const Batch wide = batch;
            // As a store lends it: some columns in smaller cells.
            std::optional<LentPacked> lent;
            if (random() % 2 == 0) {
                lent.emplace(batch, [&](std::uint32_t space, std::uint32_t field) {
                    const bool isKey = space == 0 && field >= kYesNos + kAmounts;
                    return !isKey && random() % 4 != 0;
                });
            }
            many.bed().runAgain();

            // Before anything is a column only because somebody read it, whatever is asked first.
            std::vector<Register> order(many.size());
            std::iota(order.begin(), order.end(), 0U);
            std::shuffle(order.begin(), order.end(), random);
            std::vector<std::vector<std::uint8_t>> bytes(many.size());
            for (const Register number : order) {
                if (many.bed().program.code[number].type.kind == TypeKind::YesNo &&
                    random() % 2 == 0) {
                    const auto answers = many.bed().interpreter().answers(number);
                    bytes[number].assign(answers.begin(), answers.end());
                    asBytes += answers.empty() ? 0 : 1;
                    asColumns += answers.empty() ? 1 : 0;
                } else if (number != many.toRecord()) {
                    many.bed().interpreter().column(number);
                }
            }
            for (std::uint32_t record = 0; record < records; ++record) {
                Batch& one = alone.bed().batch;
                one.spaces[0] = rowsOf(wide.spaces[0], record, record + 1);
                one.spaces[alone.list()] =
                    rowsOf(wide.spaces[many.list()], begins[record], begins[record + 1]);
                one.spaces[alone.list()].parent.assign(begins[record + 1] - begins[record], 0);
                alone.bed().runAgain();
                for (Register number = 0; number < many.size(); ++number) {
                    if (number == many.toRecord()) {
                        continue;
                    }
                    const bool isOfRecords = many.bed().program.code[number].space == 0;
                    const ColumnData& all = many.bed().interpreter().column(number);
                    const ColumnData& own = alone.bed().interpreter().column(number);
                    for (std::uint32_t row = 0; row < own.values.size(); ++row) {
                        const std::uint32_t at = (isOfRecords ? record : begins[record]) + row;
                        CAPTURE(number, record, row);
                        REQUIRE(all.state(at) == own.state(row));
                        REQUIRE(all.values[at] == own.values[row]);
                        if (!bytes[number].empty()) {
                            REQUIRE(all.state(at) == State::Value);
                            REQUIRE(bytes[number][at] == all.values[at]);
                        }
                    }
                }
            }
            batch = wide;
        }
    }
    CHECK(asBytes > 1'000);
    CHECK(asColumns > 500);
}
