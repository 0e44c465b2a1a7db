#include "runtime/engine/frame.h"
#include "runtime/engine/running.h"
#include "tests/unit/runtime/engine_bed.h"

#include <array>
#include <functional>
#include <numeric>
#include <pthread.h>
#include <random>

using namespace proviso;
using namespace proviso::test;
using bytecode::WindowInfo;

namespace {

/// A column as it can be compared after another run.
struct Told {
    std::vector<std::int64_t> values;
    std::vector<State> states;
    std::vector<std::int64_t> lows;
    std::vector<std::int64_t> highs;

    bool operator==(const Told&) const = default;
};

Told tell(const ColumnData& column) {
    Told told;
    for (std::size_t row = 0; row < column.values.size(); ++row) {
        told.values.push_back(column.values[row]);
        told.states.push_back(column.state(row));
        told.lows.push_back(column.bounded() ? column.lows[row] : kNoLow);
        told.highs.push_back(column.bounded() ? column.highs[row] : kNoHigh);
    }
    return told;
}

/// Lines of customers' orders, each line asking for lines of its customer. Mostly in order; where
/// `trouble` allows, lines tie, say nothing, or come with dates that do not follow the order.
class RandomWindow {
  public:
    explicit RandomWindow(std::uint64_t seed) : random_(seed) {}

    std::int64_t below(std::uint64_t count) { return static_cast<std::int64_t>(random_() % count); }

    void make() {
        trouble_ = below(3) == 0 ? 5 : 40;
        const auto orders = static_cast<std::uint32_t>(1 + below(below(4) == 0 ? 14 : 6));
        for (std::uint32_t order = 0; order < orders; ++order) {
            parents_.insert(parents_.end(), static_cast<std::size_t>(below(4)), order);
        }
        bed = std::make_unique<Bed>(orders);
        line_ = bed->list("line", 0, parents_);
        up_ = bed->parent(line_);
        std::vector<Cell> keys;
        for (std::uint32_t order = 0; order < orders; ++order) {
            keys.emplace_back(below(2));
        }
        const Register key = bed->input(0, kCount, keys);
        const std::uint32_t group = bed->space("customer", bytecode::SpaceInfo::Kind::Group);
        const Register customers = bed->link(Op::GroupBy, 0, group, {key}, group);
        toCustomer_ = bed->link(Op::Compose, line_, group, {up_, customers});
        orderRanks_ = ranks(orders);
        makeWindow();
        makeFolds();
    }

    std::uint32_t nested = 0;  ///< how many times the conditions of folds stand in an `and`
    std::unique_ptr<Bed> bed;
    WindowInfo info;
    Register window = 0;
    std::uint32_t made = 0;
    std::vector<Register> folds;

  private:
    State state() {
        switch (below(static_cast<std::uint64_t>(trouble_) * 8)) {
        case 0:
        case 1:
            return State::Unknown;
        case 2:
            return State::NotApplicable;
        case 3:
            return below(3) == 0 ? State::Error : State::Unknown;
        default:
            return State::Value;
        }
    }

    Cell cell(std::int64_t value) {
        const State is = state();
        return is == State::Value ? Cell(value) : Cell(is);
    }

    /// Of each row another one, as positions or far apart; some tie.
    std::vector<Cell> ranks(std::uint32_t rows) {
        std::vector<std::int64_t> places(rows);
        std::iota(places.begin(), places.end(), 0);
        std::shuffle(places.begin(), places.end(), random_);
        const std::int64_t apart = below(4) == 0 ? 100'000 : 1;
        std::vector<Cell> cells;
        for (const std::int64_t place : places) {
            cells.push_back(below(static_cast<std::uint64_t>(trouble_) * 3) == 0
                                ? Cell(0)
                                : cell(place * apart));
        }
        return cells;
    }

    std::vector<Cell> some(std::int64_t most) {
        std::vector<Cell> cells;
        for (std::size_t row = 0; row < parents_.size(); ++row) {
            cells.push_back(cell(below(static_cast<std::uint64_t>(most))));
        }
        return cells;
    }

    /// Values that mostly rise with the order of the orders.
    std::vector<Cell> rising() {
        const std::int64_t slope = below(4);
        std::vector<Cell> cells;
        for (const std::uint32_t order : parents_) {
            const std::int64_t jitter = below(static_cast<std::uint64_t>(trouble_)) == 0 ? 7 : 0;
            cells.push_back(cell(orderRanks_[order].value % 1000 * slope + jitter));
        }
        return cells;
    }

    Register yesNo(std::int64_t most) {
        std::vector<Cell> cells = some(most);
        for (Cell& one : cells) {
            one.value = one.value != 0 ? 1 : 0;
        }
        return bed->input(line_, kYesNoType, cells);
    }

    void makeWindow() {
        info.orders = {"order:day"};
        if (below(2) == 0) {
            info.orders.emplace_back("order:line");  // else lines of one order have one place
        }
        info.hasMask = below(2) == 0;
        info.since = below(3) == 0;
        info.lastRows = below(3) == 0 ? 1 + below(4) : 0;
        if (below(2) == 0) {
            constexpr std::array<std::uint8_t, 6> kModes{0, 0, 2, 3, 4, 5};
            info.compares = {kModes[static_cast<std::size_t>(below(6))]};
        }
        if (below(3) != 0) {
            info.upTo = below(2) == 0 ? WindowInfo::UpTo::Inclusive : WindowInfo::UpTo::Exclusive;
            info.upToOrders = 1 + static_cast<std::uint32_t>(below(info.orders.size()));
        }
        info.dates = static_cast<std::uint32_t>(below(2));
        std::vector<Register> operands{toCustomer_, toCustomer_};
        if (info.hasMask) {
            operands.push_back(yesNo(4));
        }
        if (!info.compares.empty()) {
            const bool equal = info.compares[0] == 0;
            operands.push_back(bed->signedInput(line_, kCount, equal ? some(2) : rising()));
            operands.push_back(bed->signedInput(line_, kCount, some(equal ? 2 : 12)));
        }
        if (info.dates != 0) {
            operands.push_back(bed->input(line_, kDate, rising()));
            operands.push_back(bed->input(line_, kDate, some(6)));
            operands.push_back(bed->input(line_, kDate, some(20)));
        }
        const Register orderRank = bed->signedInput(0, kCount, orderRanks_);
        const Register lineRank =
            bed->signedInput(line_, kCount, ranks(static_cast<std::uint32_t>(parents_.size())));
        const std::array<std::pair<Register, Register>, 2> levels{
            std::pair{bed->op(Op::Spread, line_, kCount, {orderRank, up_}), up_},
            std::pair{lineRank, bed->link(Op::Identity, line_, line_, {})}};
        for (std::uint32_t level = 0; level < info.orders.size(); ++level) {
            operands.insert(operands.end(), {levels[level].first, levels[level].second});
            if (level < info.upToOrders) {
                operands.insert(operands.end(), {levels[level].first, levels[level].second});
            }
        }
        if (info.since) {
            operands.push_back(yesNo(2));
        }
        made = bed->space("window");
        window = bed->link(Op::BuildWindow, made, line_, operands, line_);
        bed->program.code[window].immediate = 0;
        bed->program.code[window].mode = below(4) == 0 ? 1 : 0;
        bed->program.windows = {info};
    }

    void makeFolds() {
        const Register exists = bed->op(Op::SecondExists, made, kYesNoType, {window});
        const Register seen = bed->link(Op::SecondOf, made, line_, {window});
        for (const Op op : {Op::FoldTotal,
                            Op::FoldCount,
                            Op::FoldDistinct,
                            Op::FoldHighest,
                            Op::FoldLowest,
                            Op::FoldAny}) {
            std::vector<Register> all{exists};
            if (below(2) == 0) {
                all.push_back(bed->op(Op::Spread, made, kYesNoType, {yesNo(3), seen}));
            }
            if (below(3) == 0) {
                all.push_back(bed->op(Op::Spread, made, kYesNoType, {yesNo(4), window}));
            }
            Register mask = all.size() == 1 ? exists : bed->op(Op::And, made, kYesNoType, all);
            for (std::uint32_t times = 0; times < nested; ++times) {
                mask = bed->op(Op::And, made, kYesNoType, {mask, mask});
            }
            std::vector<Register> operands{window, mask};
            const bool hasValue = op != Op::FoldCount && op != Op::FoldAny;
            if (hasValue) {
                const Register value = below(2) == 0 ? bed->input(line_, kCount, some(5))
                                                     : bed->signedInput(line_, kCount, some(50));
                operands.push_back(bed->op(Op::Spread, made, kCount, {value, seen}));
            }
            if (below(2) == 0) {
                std::vector<Cell> more;
                for (std::size_t row = 0; row < parents_.size(); ++row) {
                    more.push_back(below(5) == 0 ? Cell(State::Unknown) : Cell(0));
                }
                operands.push_back(bed->input(line_, kYesNoType, more));
            }
            folds.push_back(bed->op(op,
                                    line_,
                                    op == Op::FoldAny ? kYesNoType : kCount,
                                    operands,
                                    {0, kNoIndex, op == Op::FoldTotal ? below(2) : 0}));
        }
    }

    std::mt19937_64 random_;
    std::int64_t trouble_ = 0;
    std::vector<std::uint32_t> parents_;
    std::vector<Cell> orderRanks_;
    std::uint32_t line_ = 0;
    Register up_ = 0;
    Register toCustomer_ = 0;
};

/// On a thread with this much of a stack.
void runOnStack(std::size_t bytes, std::function<void()> work) {
    pthread_attr_t attributes;
    REQUIRE(pthread_attr_init(&attributes) == 0);
    REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
    pthread_t thread{};
    const auto enter = [](void* given) -> void* {
        (*static_cast<std::function<void()>*>(given))();
        return nullptr;
    };
    REQUIRE(pthread_create(&thread, &attributes, enter, &work) == 0);
    REQUIRE(pthread_join(thread, nullptr) == 0);
    pthread_attr_destroy(&attributes);
}

struct Running {
    std::vector<Register> order;
    std::vector<engine::RunningWindow> windows;

    explicit Running(const bytecode::Program& program) : order(program.code.size()) {
        std::iota(order.begin(), order.end(), 0U);
        windows = engine::findRunning(program, order, {}, {});
    }
};

}  // namespace

TEST_CASE("folds over stretches say what folds over pairs say") {
    std::uint64_t stretches = 0;
    std::uint64_t pairs = 0;
    std::uint64_t ofSince = 0;
    std::uint64_t ofLast = 0;
    std::uint64_t ofOrder = 0;
    std::uint64_t open = 0;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
        INFO("seed " << seed);
        RandomWindow one(seed);
        one.make();
        one.bed->run();
        std::vector<Told> byPairs;
        for (const Register fold : one.folds) {
            byPairs.push_back(tell(one.bed->interpreter().column(fold)));
        }

        const Running running(one.bed->program);
        REQUIRE(running.windows.size() == 1);
        REQUIRE(running.windows[0].folds.size() == one.folds.size());
        Interpreter::Options options;
        options.active = &running.order;
        options.running = &running.windows;
        one.bed->run(options);
        for (std::size_t fold = 0; fold < one.folds.size(); ++fold) {
            INFO("fold " << fold);
            REQUIRE(tell(one.bed->interpreter().column(one.folds[fold])) == byPairs[fold]);
        }
        const std::vector<std::uint8_t>& isSpan = one.bed->interpreter().frame().spans[0].isSpan;
        const auto found = static_cast<std::uint64_t>(std::count(isSpan.begin(), isSpan.end(), 1));
        stretches += found;
        pairs += isSpan.size() - found;
        ofSince += one.info.since ? found : 0;
        ofLast += one.info.lastRows > 0 ? found : 0;
        ofOrder += !one.info.compares.empty() && one.info.compares[0] != 0 ? found : 0;
        open += static_cast<std::uint64_t>(
            std::count(byPairs[0].states.begin(), byPairs[0].states.end(), State::Unknown));
    }
    CHECK(stretches > 3000);
    CHECK(pairs > 3000);
    CHECK(ofSince > 500);
    CHECK(ofLast > 500);
    CHECK(ofOrder > 500);
    CHECK(open > 500);
}

TEST_CASE("a window that nobody asks for is not made") {
    RandomWindow one(1);
    do {
        one = RandomWindow(static_cast<std::uint64_t>(one.below(1'000'000)));
        one.make();
        one.bed->run();
    } while (one.bed->interpreter().rows(one.made) == 0);
    const Running running(one.bed->program);
    Interpreter::Options options;
    options.active = &running.order;
    options.running = &running.windows;
    one.bed->run(options);
    const engine::Frame& frame = one.bed->interpreter().frame();
    CHECK(frame.pending.concerns(one.window));
    CHECK(frame.registers[one.window].rows.empty());

    SECTION("until a fold is asked for") {
        one.bed->interpreter().column(one.folds[1]);
        CHECK_FALSE(frame.pending.concerns(one.window));
    }
    SECTION("or its rows are looked at") {
        one.bed->interpreter().link(one.window);
        CHECK_FALSE(frame.pending.concerns(one.window));
    }
}

TEST_CASE("a window that may have too many rows is made at once, and says so") {
    RandomWindow one(1);
    do {
        one = RandomWindow(static_cast<std::uint64_t>(one.below(1'000'000)));
        one.make();
        one.bed->run();
    } while (one.bed->interpreter().rows(one.made) < 2);
    const Running running(one.bed->program);
    Interpreter::Options options;
    options.active = &running.order;
    options.maximumRows = 1;
    const Result<void> plainly = one.bed->interpreter().run(one.bed->batch, options);
    REQUIRE_FALSE(plainly.has_value());
    options.running = &running.windows;
    const Result<void> ran = one.bed->interpreter().run(one.bed->batch, options);
    // Stretches make no rows, so that there may be few enough.
    if (ran.has_value()) {
        CHECK(one.bed->interpreter().rows(one.made) <= 1);
        CHECK_FALSE(one.bed->interpreter().frame().pending.concerns(one.window));
    } else {
        CHECK(ran.error().code == ErrorCode::LimitExceeded);
    }
}

TEST_CASE("conditions may be nested however deep and say the same twice") {
    // As no compiler writes them, but the verifier lets them pass.
    RandomWindow plain(1);
    plain.make();
    RandomWindow deep(1);
    deep.nested = 100'000;
    deep.make();
    const std::vector<engine::RunningWindow> expected = Running(plain.bed->program).windows;
    const std::vector<engine::RunningWindow> found = Running(deep.bed->program).windows;
    REQUIRE(expected.size() == 1);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].folds.size() == expected[0].folds.size());
    for (std::size_t fold = 0; fold < found[0].folds.size(); ++fold) {
        CHECK(found[0].folds[fold].keep.size() == expected[0].folds[fold].keep.size());
        CHECK(found[0].folds[fold].allow.size() == expected[0].folds[fold].allow.size());
    }
}

TEST_CASE("windows may stand on one another however high") {
    // Each asks whether an earlier line, or the line itself, passed the one before.
    Bed bed(1);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0});
    const Register up = bed.parent(line);
    const Register key = bed.input(0, kCount, {1});
    const std::uint32_t group = bed.space("customer", bytecode::SpaceInfo::Kind::Group);
    const Register customers = bed.link(Op::GroupBy, 0, group, {key}, group);
    const Register toCustomer = bed.link(Op::Compose, line, group, {up, customers});
    const Register rank = bed.signedInput(line, kCount, {0, 1, 2});
    const Register self = bed.link(Op::Identity, line, line, {});
    WindowInfo info;
    info.orders = {"order:line"};
    info.upTo = WindowInfo::UpTo::Inclusive;
    info.upToOrders = 1;
    bed.program.windows = {info};
    constexpr std::size_t kWindows = 3'000;
    const Register first = bed.input(line, kYesNoType, {0, 1, 0});
    Register passed = first;
    for (std::size_t number = 0; number < kWindows; ++number) {
        const std::uint32_t made = bed.space("window" + std::to_string(number));
        const Register window = bed.link(
            Op::BuildWindow, made, line, {toCustomer, toCustomer, rank, self, rank, self}, line);
        bed.program.code[window].immediate = 0;
        const Register exists = bed.op(Op::SecondExists, made, kYesNoType, {window});
        const Register seen = bed.link(Op::SecondOf, made, line, {window});
        const Register says = bed.op(Op::Spread, made, kYesNoType, {passed, seen});
        const Register mask = bed.op(Op::And, made, kYesNoType, {exists, says});
        passed = bed.op(Op::FoldAny, line, kYesNoType, {window, mask});
    }
    const Running running(bed.program);
    REQUIRE(running.windows.size() == kWindows);
    Interpreter::Options options;
    options.active = &running.order;
    options.running = &running.windows;
    bed.run(options);
    REQUIRE(bed.interpreter().frame().pending.concerns(passed));

    runOnStack(std::size_t{256} << 10, [&] { bed.interpreter().column(passed); });
    CHECK_FALSE(bed.interpreter().frame().pending.concerns(first));
    CHECK(tell(bed.interpreter().column(passed)).values == std::vector<std::int64_t>{0, 1, 1});
}
