#include "tests/unit/runtime/engine_bed.h"

using namespace proviso;
using namespace proviso::test;

namespace {

ColumnData cells(const std::vector<Cell>& given) {
    ColumnData column;
    for (const Cell& cell : given) {
        column.values.push_back(cell.value);
        column.states.push_back(cell.state);
    }
    return column;
}

struct Orders {
    Bed bed{4};
    Register customer = bed.input(0, kCount, {1, 1, 2, 3});
    Register day = bed.input(0, kDate, {100, 101, 100, 100});
    Register doubled = bed.op(Op::Add, 0, kCount, {customer, customer});
    std::uint32_t line = bed.list("line", 0, {0, 1, 2});
    Register up = bed.parent(line);
    Register code = bed.input(line, kCount, {7, 8, 7});

    Register holes(std::uint32_t from, std::vector<Register> keys) {
        const std::uint32_t group = bed.space("group", bytecode::SpaceInfo::Kind::Group);
        bed.link(Op::GroupBy, from, group, std::move(keys), group);
        return bed.op(Op::GroupHoles, group, kYesNoType, {});
    }

    void reject(const std::vector<Cell>& customers, const std::vector<Cell>& days) {
        bed.batch.holes.rows = static_cast<std::uint32_t>(customers.size());
        bed.batch.holes.columns = {cells(customers), cells(days)};
    }
};

}  // namespace

TEST_CASE("a rejected record may belong to groups whose keys do not differ") {
    Orders orders;
    const Register byCustomer = orders.holes(0, {orders.customer});
    const Register byBoth = orders.holes(0, {orders.customer, orders.day});
    const Register byComputed = orders.holes(0, {orders.doubled});
    const Register all = orders.holes(0, {});
    const Register seen =
        orders.bed.op(Op::Spread, orders.line, kCount, {orders.customer, orders.up});
    const Register ofLines = orders.holes(orders.line, {seen, orders.code});
    const auto show = [&](Register number) { return orders.bed.show(number); };
    orders.bed.run();
    CHECK(show(byCustomer) == "0 0 0");
    CHECK(show(all) == "0");

    orders.reject({2}, {kUnk});
    orders.bed.runAgain();
    CHECK(show(byCustomer) == "0 1 0");
    CHECK(show(byBoth) == "0 0 1 0");
    CHECK(show(byComputed) == "1 1 1");
    CHECK(show(all) == "1");
    CHECK(show(ofLines) == "0 0 1");

    orders.reject({1, kUnk}, {101, 100});
    orders.bed.runAgain();
    CHECK(show(byCustomer) == "1 1 1");
    CHECK(show(byBoth) == "1 1 1 1");

    orders.reject({kUnk}, {101});
    orders.bed.runAgain();
    CHECK(show(byBoth) == "0 1 0 0");

    orders.bed.batch.holes = {};
    orders.bed.runAgain();
    CHECK(show(byBoth) == "0 0 0 0");
}

TEST_CASE("rejected records that do not fit the entry record are refused") {
    Orders orders;
    orders.holes(0, {orders.customer});
    orders.bed.run();
    orders.reject({1}, {100});
    orders.bed.batch.holes.columns.pop_back();
    CHECK(!orders.bed.interpreter().run(orders.bed.batch, {}));
    orders.reject({1}, {100});
    orders.bed.batch.holes.columns[1].values.push_back(5);
    CHECK(!orders.bed.interpreter().run(orders.bed.batch, {}));
    orders.reject({1}, {100});
    orders.bed.batch.holes.columns[1].lows.push_back(5);
    CHECK(!orders.bed.interpreter().run(orders.bed.batch, {}));
}
