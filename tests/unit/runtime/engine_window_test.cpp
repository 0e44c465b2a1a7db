#include "runtime/values/logic.h"
#include "tests/unit/runtime/engine_bed.h"

#include <algorithm>
#include <map>
#include <random>
#include <span>

using namespace proviso;
using namespace proviso::test;
using bytecode::WindowInfo;

namespace {

/// Orders of customers, each order asking for its customer's orders. Ranks are a column, so that a
/// test can make them tie or unknown.
struct Orders {
    Bed bed;
    Register customers;
    Register same;
    Register rank = 0;

    Orders(std::vector<Cell> customer, std::vector<Cell> ranks)
        : bed(static_cast<std::uint32_t>(customer.size())), customers(groups(std::move(customer))),
          same(bed.link(Op::Identity, 0, 0, {})) {
        rank = bed.input(0, kCount, std::move(ranks));
    }

    Register groups(std::vector<Cell> customer) {
        const Register key = bed.input(0, kCount, std::move(customer));
        const std::uint32_t group = bed.space("customer", bytecode::SpaceInfo::Kind::Group);
        return bed.link(Op::GroupBy, 0, group, {key}, group);
    }

    Register window(WindowInfo info, std::vector<Register> operands) {
        const std::uint32_t made = bed.space("window");
        operands.insert(operands.begin(), {customers, customers});
        const Register link = bed.link(Op::BuildWindow, made, 0, operands, 0);
        bed.program.code[link].immediate = static_cast<std::int64_t>(bed.program.windows.size());
        bed.program.windows.push_back(std::move(info));
        second = bed.link(Op::SecondOf, made, 0, {link});
        exists = bed.op(Op::SecondExists, made, kYesNoType, {link});
        return link;
    }

    /// `0:1 0:2? 3:1!`
    std::string show(Register link) {
        std::string text;
        const auto& states = bed.interpreter().column(exists);
        for (std::uint32_t row = 0; row < bed.interpreter().link(link).size(); ++row) {
            text += text.empty() ? "" : " ";
            text += std::to_string(bed.interpreter().link(link)[row]) + ":" +
                    std::to_string(bed.interpreter().link(second)[row]);
            text += states.state(row) == State::Unknown ? "?"
                    : states.state(row) == State::Error ? "!"
                                                        : "";
        }
        return text;
    }

    Register second = 0;
    Register exists = 0;
};

WindowInfo ordered() {
    WindowInfo info;
    info.orders = {"order:sequence"};
    return info;
}

}  // namespace

TEST_CASE("a window without conditions has the rows of the same group") {
    Orders orders({1, 2, 1, kNA, kUnk}, {0, 0, 0, 0, 0});
    const Register link = orders.window({}, {});
    orders.bed.run();
    CHECK(orders.show(link) == "0:0 0:2 1:1 2:0 2:2");
}

TEST_CASE("masks, comparisons and dates choose rows") {
    Orders orders({1, 1, 1, 1}, {0, 1, 2, 3});
    Bed& bed = orders.bed;
    const Register mask = bed.input(0, kYesNoType, {1, kUnk, 0, kErr});
    WindowInfo masked;
    masked.hasMask = true;
    const Register byMask = orders.window(masked, {mask});
    bed.run();
    CHECK(orders.show(byMask) == "0:0 0:1? 0:3! 1:0 1:1? 1:3! 2:0 2:1? 2:3! 3:0 3:1? 3:3!");
    CHECK(bed.missing(orders.exists, 1) == "0:1:2");
    CHECK(bed.errors(orders.exists, 2).empty());

    Orders compared({1, 1, 1}, {0, 1, 2});
    const Register code = compared.bed.input(0, kCount, {5, 5, kUnk});
    WindowInfo equal;
    equal.compares = {0};
    const Register byCode = compared.window(equal, {code, code});
    compared.bed.run();
    CHECK(compared.show(byCode) == "0:0 0:1 0:2? 1:0 1:1 1:2? 2:0? 2:1? 2:2?");
    CHECK(compared.bed.missing(compared.exists, 2) == "0:2:2");

    Orders dated({1, 1, 1}, {0, 1, 2});
    const Register date = dated.bed.input(0, kDate, {100, 110, kUnk});
    const Register from = dated.bed.input(0, kDate, {100, 101, 90});
    const Register through = dated.bed.input(0, kDate, {100, 110, 99});
    WindowInfo dates;
    dates.dates = 1;
    const Register byDate = dated.window(dates, {date, from, through});
    dated.bed.run();
    CHECK(dated.show(byDate) == "0:0 0:2? 1:1 1:2? 2:2?");
}

TEST_CASE("a comparison that bounds decide leaves no doubt") {
    Orders orders({1, 1}, {0, 1});
    const Register amount = orders.bed.input(0, kCount, {kUnk, 3});
    const Register limit = orders.bed.signedInput(0, kCount, {-1, 2});
    WindowInfo above;
    above.compares = {4};
    const Register link = orders.window(above, {amount, limit});
    orders.bed.run();
    CHECK(orders.show(link) == "0:0 0:1 1:0? 1:1");
}

TEST_CASE("up to a row, with it and without it") {
    for (const bool exclusive : {false, true}) {
        Orders orders({1, 1, 1, 1}, {2, 0, 1, kUnk});
        WindowInfo info = ordered();
        info.upTo = exclusive ? WindowInfo::UpTo::Exclusive : WindowInfo::UpTo::Inclusive;
        info.upToOrders = 1;
        const Register link =
            orders.window(info, {orders.rank, orders.same, orders.rank, orders.same});
        orders.bed.run();
        CHECK(orders.show(link) ==
              (exclusive ? "0:1 0:2 0:3? 1:3? 2:1 2:3? 3:0? 3:1? 3:2?"
                         : "0:0 0:1 0:2 0:3? 1:1 1:3? 2:1 2:2 2:3? 3:0? 3:1? 3:2? 3:3"));
        CHECK(orders.bed.missing(orders.exists, exclusive ? 2 : 3) == "0:3:1");
    }
}

TEST_CASE("rows that tie come before each other perhaps") {
    Orders orders({1, 1, 1}, {0, 1, 1});
    WindowInfo info = ordered();
    info.upTo = WindowInfo::UpTo::Exclusive;
    info.upToOrders = 1;
    const Register link = orders.window(info, {orders.rank, orders.same, orders.rank, orders.same});
    orders.bed.run();
    CHECK(orders.show(link) == "1:0 1:2? 2:0 2:1?");
    CHECK(orders.bed.missing(orders.exists, 1) == "order:sequence");
}

TEST_CASE("up to a row of a level above takes or leaves all that lies below it") {
    Bed bed(3);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 1, 2});
    const Register up = bed.parent(line);
    const Register key = bed.constant(0, kCount, 1);
    const std::uint32_t group = bed.space("customer", bytecode::SpaceInfo::Kind::Group);
    const Register customers = bed.link(Op::GroupBy, 0, group, {key}, group);
    const Register toCustomer = bed.link(Op::Compose, line, group, {up, customers});
    const Register orderRank = bed.input(0, kCount, {1, 0, 2});
    const Register same = bed.link(Op::Identity, 0, 0, {});
    const Register lineOrderRank = bed.op(Op::Spread, line, kCount, {orderRank, up});
    for (const bool exclusive : {false, true}) {
        WindowInfo info = ordered();
        info.upTo = exclusive ? WindowInfo::UpTo::Exclusive : WindowInfo::UpTo::Inclusive;
        info.upToOrders = 1;
        const std::uint32_t made = bed.space("window");
        const Register link = bed.link(Op::BuildWindow,
                                       made,
                                       0,
                                       {customers, toCustomer, lineOrderRank, up, orderRank, same},
                                       0);
        bed.program.code[link].immediate = static_cast<std::int64_t>(bed.program.windows.size());
        bed.program.windows.push_back(info);
        const Register second = bed.link(Op::SecondOf, made, line, {link});
        bed.run();
        CHECK(bed.showLink(link) == (exclusive ? "0 2 2 2" : "0 0 0 1 2 2 2 2"));
        CHECK(bed.showLink(second) == (exclusive ? "2 0 1 2" : "0 1 2 2 0 1 2 3"));
    }
}

TEST_CASE("since the latest row that is marked") {
    Orders orders({1, 1, 1, 1}, {0, 1, 2, 3});
    const Register marker = orders.bed.input(0, kYesNoType, {1, kUnk, kNA, 0});
    WindowInfo info = ordered();
    info.since = true;
    const Register link = orders.window(info, {orders.rank, orders.same, marker});
    orders.bed.run();
    // What comes after the certain marker: the row that may be one perhaps.
    CHECK(orders.show(link) == "0:1? 0:2 0:3 1:1? 1:2 1:3 2:1? 2:2 2:3 3:1? 3:2 3:3");
    CHECK(orders.bed.missing(orders.exists, 0) == "0:1:2");
}

TEST_CASE("a marker that ties with a row ends it perhaps") {
    Orders orders({1, 1, 1}, {0, 1, 1});
    const Register marker = orders.bed.input(0, kYesNoType, {0, 1, 0});
    WindowInfo info = ordered();
    info.since = true;
    const Register link = orders.window(info, {orders.rank, orders.same, marker});
    orders.bed.run();
    CHECK(orders.show(link) == "0:2? 1:2? 2:2?");
    CHECK(orders.bed.missing(orders.exists, 0) == "order:sequence");
}

TEST_CASE("the last rows, some of which may not be there") {
    Orders orders({1, 1, 1, 1, 1}, {0, 1, 2, 3, 4});
    const Register mask = orders.bed.input(0, kYesNoType, {1, 1, kUnk, 1, kUnk});
    WindowInfo info = ordered();
    info.hasMask = true;
    info.lastRows = 2;
    const Register link = orders.window(info, {mask, orders.rank, orders.same});
    orders.bed.run();
    CHECK(orders.show(link).substr(0, 19) == "0:1? 0:2? 0:3 0:4? ");
    CHECK(orders.bed.missing(orders.exists, 0) == "0:2:2 0:4:2");
    CHECK(orders.bed.missing(orders.exists, 3) == "0:4:2");
}

TEST_CASE("of rows that tie at the cut each is there perhaps") {
    Orders orders({1, 1, 1}, {0, 0, 1});
    WindowInfo info = ordered();
    info.lastRows = 2;
    const Register link = orders.window(info, {orders.rank, orders.same});
    orders.bed.run();
    CHECK(orders.show(link) == "0:0? 0:1? 0:2 1:0? 1:1? 1:2 2:0? 2:1? 2:2");
    CHECK(orders.bed.missing(orders.exists, 0) == "order:sequence");
}

TEST_CASE("a window over too large a group is an error of its own") {
    SECTION("2,048 by 2,048 rows are looked through") {
        Orders orders(std::vector<Cell>(2048, 1), std::vector<Cell>(2048, 0));
        const Register link = orders.window({}, {});
        orders.bed.run();
        CHECK(orders.bed.interpreter().link(link).size() == 2048U * 2048U);
        CHECK(orders.bed.interpreter().column(orders.exists).states.empty());
    }
    SECTION("one more is not, and another group of the same input is") {
        std::vector<Cell> group(2049, 1);
        group.push_back(2);
        Orders orders(group, std::vector<Cell>(2050, 0));
        const Register link = orders.window({}, {});
        orders.bed.run();
        CHECK(orders.bed.interpreter().link(link).size() == 2050);
        CHECK(orders.bed.interpreter().column(orders.exists).state(0) == State::Error);
        CHECK(orders.bed.interpreter().column(orders.exists).state(2048) == State::Error);
        CHECK(orders.bed.interpreter().column(orders.exists).state(2049) == State::Value);
        CHECK(errorCodes(orders.bed.interpreter(), orders.exists, 7) ==
              std::vector<EvaluationError>{EvaluationError::Budget});
    }
}

TEST_CASE("a window that would hold too many rows ends the run") {
    Orders orders(std::vector<Cell>(20, 1), std::vector<Cell>(20, 0));
    orders.window({}, {});
    Interpreter::Options options;
    options.maximumRows = 400;
    orders.bed.run(options);
    options.maximumRows = 399;
    const Result<void> ran = orders.bed.interpreter().run(orders.bed.batch, options);
    REQUIRE(!ran);
    CHECK(ran.error().code == ErrorCode::LimitExceeded);
    CHECK(ran.error().context == "window");
}

namespace {

/// The formula of the contract, written down once more without any care for time.
class Oracle {
  public:
    const WindowInfo* info = nullptr;
    std::vector<Logical> mask;
    std::vector<Logical> marker;
    std::vector<Cell> c;
    std::vector<Cell> a;
    std::vector<Cell> dates;
    std::vector<Cell> froms;
    std::vector<Cell> throughs;
    std::vector<std::vector<Cell>> ranks;           ///< by level, by row
    std::vector<std::vector<std::uint32_t>> level;  ///< by level, by row
    std::vector<std::uint32_t> parent;

    Logical after(std::uint32_t x, std::uint32_t y, std::size_t levels) const {
        for (std::size_t at = 0; at < levels; ++at) {
            if (level[at][x] == level[at][y]) {
                continue;
            }
            const Cell& first = ranks[at][x];
            const Cell& second = ranks[at][y];
            const State state = propagate(first.state, second.state);
            if (state != State::Value) {
                return {state, false};
            }
            return first.value == second.value ? kUnknown
                                               : Logical{State::Value, first.value > second.value};
        }
        return kNo;
    }

    bool sameRows(std::uint32_t x, std::uint32_t y, std::size_t levels) const {
        for (std::size_t at = 0; at < levels; ++at) {
            if (level[at][x] != level[at][y]) {
                return false;
            }
        }
        return true;
    }

    static Logical notAfter(const Cell& first, const Cell& second) {
        const State state = propagate(first.state, second.state);
        return {state, state == State::Value && first.value <= second.value};
    }

    Logical base(std::uint32_t asking, std::uint32_t row) const {
        Logical in = info->hasMask ? mask[row] : kYes;
        if (!info->compares.empty()) {
            const State state = propagate(c[row].state, a[asking].state);
            in = logicalAnd(in, {state, state == State::Value && c[row].value == a[asking].value});
        }
        if (info->dates != 0) {
            in = logicalAnd(in, notAfter(froms[asking], dates[row]));
            in = logicalAnd(in, notAfter(dates[row], throughs[asking]));
        }
        if (info->upTo != WindowInfo::UpTo::None) {
            in = logicalAnd(in,
                            sameRows(row, asking, info->upToOrders)
                                ? Logical{State::Value, info->upTo == WindowInfo::UpTo::Inclusive}
                                : after(asking, row, info->upToOrders));
        }
        return in;
    }

    static bool holds(Logical one) { return one.yes || one.state > State::NotApplicable; }

    Logical since(std::uint32_t asking, std::uint32_t row) const {
        Logical in = base(asking, row);
        if (!info->since) {
            return in;
        }
        Logical ended = kNo;
        for (std::uint32_t m = 0; m < parent.size(); ++m) {
            if (parent[m] != parent[row]) {
                continue;
            }
            const Logical term = logicalAnd(logicalAnd(base(asking, m), marker[m]),
                                            m == row ? kYes : after(m, row, info->orders.size()));
            ended = logicalOr(ended, holds(term) ? term : kNo);
        }
        return logicalAnd(in, logicalNot(ended));
    }

    Logical member(std::uint32_t asking, std::uint32_t row) const {
        const Logical in = since(asking, row);
        if (info->lastRows == 0) {
            return in;
        }
        std::int64_t yes = 0;
        std::int64_t possible = 0;
        bool wrong = false;
        for (std::uint32_t other = 0; other < parent.size(); ++other) {
            if (parent[other] != parent[row] || other == row) {
                continue;
            }
            const Logical term =
                logicalAnd(since(asking, other), after(other, row, info->orders.size()));
            yes += term.yes ? 1 : 0;
            possible += holds(term) ? 1 : 0;
            wrong = wrong || term.state == State::Error;
        }
        const Logical fewer = yes >= info->lastRows       ? kNo
                              : possible < info->lastRows ? kYes
                              : wrong                     ? kError
                                                          : kUnknown;
        return logicalAnd(in, fewer);
    }
};

}  // namespace

TEST_CASE("windows agree with their formula, whatever ties or is unknown") {
    std::mt19937_64 random(20260101);
    const auto below = [&](std::uint64_t count) {
        return static_cast<std::int64_t>(random() % count);
    };
    int unknowns = 0;
    for (int time = 0; time < 3000; ++time) {
        // Plain data takes the short way, other data the long one.
        const std::uint64_t trouble = below(3) == 0 ? 6 : 1000000;
        const bool ties = below(2) == 0;
        const auto state = [&] {
            switch (below(trouble)) {
            case 0:
                return State::Unknown;
            case 1:
                return below(3) == 0 ? State::Error : State::Unknown;
            case 2:
                return below(3) == 0 ? State::NotApplicable : State::Value;
            default:
                return State::Value;
            }
        };
        const auto cells = [&](std::uint32_t rows, std::int64_t most) {
            std::vector<Cell> made;
            for (std::uint32_t row = 0; row < rows; ++row) {
                const State is = state();
                made.push_back(is == State::Value ? Cell(below(static_cast<std::uint64_t>(most)))
                                                  : Cell(is));
            }
            return made;
        };
        const std::uint32_t orders = 1 + static_cast<std::uint32_t>(below(time % 5 == 0 ? 12 : 5));
        std::vector<std::uint32_t> parents;
        for (std::uint32_t order = 0; order < orders; ++order) {
            parents.insert(parents.end(), static_cast<std::size_t>(below(4)), order);
        }
        const auto lines = static_cast<std::uint32_t>(parents.size());
        Bed bed(orders);
        const std::uint32_t line = bed.list("line", 0, parents);
        const Register up = bed.parent(line);
        std::vector<Cell> keys;
        for (std::uint32_t order = 0; order < orders; ++order) {
            keys.emplace_back(below(2));
        }
        const Register key = bed.input(0, kCount, keys);
        const std::uint32_t group = bed.space("customer", bytecode::SpaceInfo::Kind::Group);
        const Register customers = bed.link(Op::GroupBy, 0, group, {key}, group);
        const Register toCustomer = bed.link(Op::Compose, line, group, {up, customers});
        const Register same = bed.link(Op::Identity, line, line, {});

        std::vector<Cell> orderRanks = cells(orders, ties ? 3 : 100000);
        std::vector<Cell> lineRanks = cells(lines, ties ? 3 : 100000);
        const std::vector<Cell> masks = cells(lines, 2);
        const std::vector<Cell> markers = cells(lines, 3);
        const std::vector<Cell> first = cells(lines, 2);
        const std::vector<Cell> second = cells(lines, 2);
        const auto logical = [](const std::vector<Cell>& from) {
            std::vector<Logical> made;
            for (const Cell& cell : from) {
                made.push_back({cell.state, cell.state == State::Value && cell.value == 1});
            }
            return made;
        };
        std::vector<Cell> marks;
        for (const Cell& cell : markers) {
            marks.push_back(cell.state == State::Value ? Cell(cell.value == 1 ? 1 : 0) : cell);
        }
        const Register orderRank = bed.signedInput(0, kCount, orderRanks);
        const Register lineOrderRank = bed.op(Op::Spread, line, kCount, {orderRank, up});
        const Register lineRank = bed.signedInput(line, kCount, lineRanks);

        WindowInfo info;
        info.orders = {"order:day", "order:line"};
        info.hasMask = below(2) == 0;
        info.since = below(2) == 0;
        info.lastRows = below(4);
        if (below(2) == 0) {
            info.compares = {0};
        }
        if (below(2) == 0) {
            info.upTo = below(2) == 0 ? WindowInfo::UpTo::Inclusive : WindowInfo::UpTo::Exclusive;
            info.upToOrders = 1 + static_cast<std::uint32_t>(below(2));
        }
        info.dates = static_cast<std::uint32_t>(below(2));
        const std::vector<Cell> dates = cells(lines, 6);
        const std::vector<Cell> froms = cells(lines, 4);
        const std::vector<Cell> throughs = cells(lines, 8);
        std::vector<Register> operands{toCustomer, toCustomer};
        if (info.hasMask) {
            operands.push_back(bed.input(line, kYesNoType, masks));
        }
        if (!info.compares.empty()) {
            operands.push_back(bed.signedInput(line, kCount, first));
            operands.push_back(bed.signedInput(line, kCount, second));
        }
        if (info.dates != 0) {
            operands.push_back(bed.input(line, kDate, dates));
            operands.push_back(bed.input(line, kDate, froms));
            operands.push_back(bed.input(line, kDate, throughs));
        }
        const std::vector<std::pair<Register, Register>> levels{{lineOrderRank, up},
                                                                {lineRank, same}};
        for (std::uint32_t level = 0; level < 2; ++level) {
            operands.insert(operands.end(), {levels[level].first, levels[level].second});
            if (level < info.upToOrders) {
                operands.insert(operands.end(), {levels[level].first, levels[level].second});
            }
        }
        if (info.since) {
            operands.push_back(bed.input(line, kYesNoType, marks));
        }
        const std::uint32_t made = bed.space("window");
        const Register link = bed.link(Op::BuildWindow, made, line, operands, line);
        bed.program.code[link].immediate = 0;
        const bool keepsAll = below(4) == 0;
        bed.program.code[link].mode = keepsAll ? 1 : 0;
        bed.program.windows = {info};
        const Register exists = bed.op(Op::SecondExists, made, kYesNoType, {link});
        const Register seen = bed.link(Op::SecondOf, made, line, {link});
        bed.run();

        Oracle oracle;
        oracle.info = &bed.program.windows[0];
        oracle.mask = logical(masks);
        oracle.marker = logical(markers);
        oracle.c = first;
        oracle.a = second;
        oracle.dates = dates;
        oracle.froms = froms;
        oracle.throughs = throughs;
        oracle.ranks.resize(2);
        oracle.level.resize(2);
        for (std::uint32_t row = 0; row < lines; ++row) {
            oracle.ranks[0].push_back(orderRanks[parents[row]]);
            oracle.ranks[1].push_back(lineRanks[row]);
            oracle.level[0].push_back(parents[row]);
            oracle.level[1].push_back(row);
            oracle.parent.push_back(static_cast<std::uint32_t>(keys[parents[row]].value));
        }
        std::vector<std::tuple<std::uint32_t, std::uint32_t, State>> expected;
        for (std::uint32_t asking = 0; asking < lines; ++asking) {
            for (std::uint32_t row = 0; row < lines; ++row) {
                if (oracle.parent[asking] != oracle.parent[row]) {
                    continue;
                }
                const Logical in = oracle.member(asking, row);
                if (keepsAll ? in != kNo : Oracle::holds(in)) {
                    expected.emplace_back(asking, row, in.state);
                }
            }
        }
        std::vector<std::tuple<std::uint32_t, std::uint32_t, State>> found;
        // What was found for one row must not be told of another that it only leads to.
        Origins together(bed.interpreter());
        for (std::uint32_t row = 0; row < bed.interpreter().rows(made); ++row) {
            const State is = bed.interpreter().column(exists).state(row);
            found.emplace_back(
                bed.interpreter().link(link)[row], bed.interpreter().link(seen)[row], is);
            unknowns += is == State::Unknown ? 1 : 0;
            const std::vector<Origin> places = missingPlaces(bed.interpreter(), exists, row);
            REQUIRE(!places.empty() == (is == State::Unknown));
            const std::span<const Origin> again = together.places(together.missing(exists, row));
            REQUIRE(std::equal(places.begin(), places.end(), again.begin(), again.end()));
        }
        INFO("time " << time);
        REQUIRE(found == expected);
    }
    CHECK(unknowns > 500);
}
