// Folds over lists, compiled and interpreted: lists of all lengths, all states in all operands,
// several lists and levels of them, and what the interpreter has to decide.

#include "tests/jit/twins.h"

#include <algorithm>
#include <numeric>
#include <random>

using namespace proviso;
using namespace proviso::test;

namespace {

using Random = std::mt19937_64;
using Reasons = std::map<std::string, std::uint64_t>;

std::uint64_t below(Random& random, std::uint64_t limit) {
    return random() % limit;
}

/// How long lists are: mostly short, some longer than any vector, now and then very long.
std::vector<std::uint32_t> parentsFor(Random& random, std::uint32_t parents) {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t parent = 0; parent < parents; ++parent) {
        const std::uint64_t kind = below(random, 12);
        const std::uint64_t length = kind < 3    ? 0
                                     : kind < 9  ? below(random, 4)
                                     : kind < 11 ? below(random, 20)
                                                 : below(random, 70);
        rows.insert(rows.end(), length, parent);
    }
    return rows;
}

enum class Of : std::uint8_t {
    Amounts,
    YesNo,
    Kinds,  ///< whose unknown values have no bounds
};

/// Of amounts that are unknown there are bounds, so that such blocks are the interpreter's: what
/// compiled code says of the other states shows only without them.
enum class States : std::uint8_t {
    None,
    All,
    NoUnknown
};

/// In turn.
States statesOf(int time) {
    return time < 5        ? States::None
           : time % 4 == 1 ? States::All
           : time % 2 == 0 ? States::NoUnknown
                           : States::None;
}

/// Non-values may have any value beside them.
ColumnData column(Random& random, std::size_t rows, Of kind, States states) {
    ColumnData made;
    for (std::size_t row = 0; row < rows; ++row) {
        made.values.push_back(kind == Of::YesNo
                                  ? static_cast<std::int64_t>(below(random, 2))
                                  : static_cast<std::int64_t>(below(random, 41)) - 20);
        State state = below(random, 6) == 0 ? static_cast<State>(below(random, 4)) : State::Value;
        if (state == State::Unknown && states == States::NoUnknown) {
            state = State::NotApplicable;
        }
        made.states.push_back(state);
    }
    if (states == States::None) {
        made.states.clear();
    }
    return made;
}

constexpr Type kKind{TypeKind::Enumeration, 0, 0};

/// Orders with lines, and lines with parts, all of whose columns can be made anew.
struct Shop {
    Bed bed{9};
    std::uint32_t lines = 0;
    std::uint32_t parts = 0;
    std::vector<std::pair<std::uint32_t, Of>> columns;  ///< space, what; in the order of fields

    explicit Shop(std::uint32_t orders) : bed(orders) {
        lines = bed.list("line", 0, {});
        parts = bed.list("part", lines, {});
    }

    Register input(std::uint32_t space, Of kind) {
        columns.emplace_back(space, kind);
        return bed.signedInput(space,
                               kind == Of::YesNo   ? kYesNoType
                               : kind == Of::Kinds ? kKind
                                                   : kCount,
                               {});
    }

    void fill(Random& random, std::uint32_t orders, States states) {
        const auto setRows = [&](std::uint32_t space, std::vector<std::uint32_t> parents) {
            bed.batch.spaces[space].rows = static_cast<std::uint32_t>(parents.size());
            bed.batch.spaces[space].parent = std::move(parents);
        };
        bed.batch.spaces[0].rows = orders;
        setRows(lines, parentsFor(random, orders));
        setRows(parts, parentsFor(random, bed.batch.spaces[lines].rows));
        std::vector<std::size_t> field(3, 0);
        for (const auto& [space, kind] : columns) {
            bed.batch.spaces[space].columns[field[space]++] =
                column(random, bed.batch.spaces[space].rows, kind, states);
        }
        // The key that a complete bed has.
        for (std::size_t index = field[0]; index < bed.batch.spaces[0].columns.size(); ++index) {
            bed.batch.spaces[0].columns[index] = column(random, orders, Of::Amounts, States::None);
        }
    }
};

struct Level {
    bool optimize = false;
    std::string processor{};
};

std::vector<Level> levels() {
    std::vector<Level> all{{false}, {true}};
#if defined(__x86_64__)
    all.push_back({false, "x86-64"});
    if (__builtin_cpu_supports("avx2") != 0) {
        all.push_back({false, "x86-64-v3"});
    }
#endif
    return all;
}

jit::JitOptions optionsFor(const Level& level, bool expectStates) {
    jit::JitOptions options = eagerly();
    options.expectStates = expectStates;
    options.optimize = level.optimize;
    options.processor = level.processor;
    return options;
}

/// Every fold of `mask` and `value` to the space of `more`, with and without `more`.
std::vector<Register>
foldsOf(Bed& bed, std::uint32_t to, Register link, Register mask, Register value, Register more) {
    std::vector<Register> all;
    for (const bool open : {false, true}) {
        const auto fold = [&](Op op, Type type, std::vector<Register> operands) {
            if (open) {
                operands.push_back(more);
            }
            all.push_back(bed.op(op, to, type, std::move(operands)));
        };
        fold(Op::FoldTotal, kCount, {link, mask, value});
        fold(Op::FoldCount, kCount, {link, mask});
        fold(Op::FoldAny, kYesNoType, {link, mask});
        fold(Op::FoldEvery, kYesNoType, {link, mask});
        fold(Op::FoldHighest, kCount, {link, mask, value});
        fold(Op::FoldLowest, kCount, {link, mask, value});
    }
    return all;
}

/// Ninety records, some to a day, each with an amount and whether it counts.
struct Days {
    explicit Days(int perDay) {
        std::vector<Cell> keys;
        for (int row = 0; row < 90; ++row) {
            keys.emplace_back(row / perDay);
        }
        const Register key = bed.signedInput(0, kCount, keys);
        amount = bed.signedInput(0, kCount, std::vector<Cell>(90, 2));
        counts = bed.signedInput(0, kYesNoType, std::vector<Cell>(90, 1));
        group = bed.space("day", bytecode::SpaceInfo::Kind::Group);
        toDay = bed.link(Op::GroupBy, 0, group, {key}, group);
    }

    Bed bed{90};
    Register amount = 0;
    Register counts = 0;
    std::uint32_t group = 0;
    Register toDay = 0;
};

}  // namespace

TEST_CASE("Compiled folds say what the interpreter says") {
    for (const bool expectStates : {false, true}) {
        for (const Level& level : levels()) {
            CAPTURE(expectStates, level.optimize, level.processor);
            Random random(11);
            Shop shop(23);
            Bed& bed = shop.bed;
            const Register counts = shop.input(shop.lines, Of::YesNo);
            const Register amount = shop.input(shop.lines, Of::Amounts);
            const Register open = shop.input(0, Of::YesNo);
            const Register kind = shop.input(shop.lines, Of::Kinds);
            bed.program.schema.enumerations.emplace_back();
            const Register toOrder = bed.parent(shop.lines);
            bed.op(Op::FoldHighest, 0, kKind, {toOrder, counts, kind});
            bed.op(Op::FoldLowest, 0, kKind, {toOrder, counts, kind, open});
            const std::vector<Register> folds = foldsOf(bed, 0, toOrder, counts, amount, open);
            // What is computed of a fold, below it and of both.
            const Register twice = bed.op(Op::Add, 0, kCount, {folds[0], folds[0]});
            const Register share = bed.op(Op::Spread, shop.lines, kCount, {twice, toOrder});
            const Register isMuch =
                bed.op(Op::Compare, shop.lines, kYesNoType, {amount, share}, {4, kNoIndex, 0});
            bed.op(Op::FoldCount, 0, kCount, {toOrder, isMuch});
            bed.op(Op::FoldTotal, 0, kCount, {toOrder, isMuch, share});
            shop.fill(random, 23, States::None);
            Twins twins(bed, optionsFor(level, expectStates));
            for (int time = 0; time < 40; ++time) {
                const auto orders = static_cast<std::uint32_t>(time % 4 == 3 ? below(random, 12)
                                                                             : below(random, 60));
                shop.fill(random, orders, statesOf(time));
                twins.run();
            }
            CHECK(twins.jit().report().compiledRuns > 20);
        }
    }
}

TEST_CASE("Folds of folds, over two links and more lists than one, are compiled") {
    for (const bool expectStates : {false, true}) {
        CAPTURE(expectStates);
        Random random(5);
        Shop shop(40);
        Bed& bed = shop.bed;
        const Register partCounts = shop.input(shop.parts, Of::YesNo);
        const Register weight = shop.input(shop.parts, Of::Amounts);
        const Register partsOpen = shop.input(shop.lines, Of::YesNo);
        const Register open = shop.input(0, Of::YesNo);
        const Register toLine = bed.parent(shop.parts);
        const Register toOrder = bed.parent(shop.lines);
        const Register across = bed.link(Op::Compose, shop.parts, 0, {toLine, toOrder});
        const std::vector<Register> ofLine =
            foldsOf(bed, shop.lines, toLine, partCounts, weight, partsOpen);
        foldsOf(bed, 0, across, partCounts, weight, open);
        foldsOf(bed, 0, toOrder, ofLine[2], ofLine[0], open);
        foldsOf(bed, 0, toOrder, ofLine[9], ofLine[10], open);
        shop.fill(random, 40, States::None);
        Twins twins(bed, optionsFor({}, expectStates));
        for (int time = 0; time < 30; ++time) {
            shop.fill(random, static_cast<std::uint32_t>(below(random, 50)), statesOf(time));
            twins.run();
        }
        CHECK(twins.jit().report().compiledRuns >= 10);
        CHECK(twins.reasons().count("rows of a list apart") == 0);
    }
}

TEST_CASE("More conditions than one word has bits for are compiled") {
    for (const bool expectStates : {false, true}) {
        Random random(5);
        Shop shop(40);
        Bed& bed = shop.bed;
        const Register amount = shop.input(shop.lines, Of::Amounts);
        const Register toOrder = bed.parent(shop.lines);
        for (std::int64_t limit = -20; limit < 20; ++limit) {
            const Register is = bed.op(Op::Compare,
                                       shop.lines,
                                       kYesNoType,
                                       {amount, bed.constant(shop.lines, kCount, limit)},
                                       {4, kNoIndex, 0});
            bed.op(Op::FoldAny, 0, kYesNoType, {toOrder, is});
            bed.op(Op::FoldEvery, 0, kYesNoType, {toOrder, is});
            if (!expectStates) {
                // Of unknown amounts it would have bounds.
                bed.op(Op::FoldHighest, 0, kCount, {toOrder, is, amount});
            }
        }
        shop.fill(random, 40, States::None);
        Twins twins(bed, optionsFor({}, expectStates));
        for (int time = 0; time < 10; ++time) {
            shop.fill(random, 40, expectStates ? statesOf(time + 3) : States::None);
            twins.run();
        }
        CHECK(twins.jit().report().compiledRuns >= 9);
    }
}

TEST_CASE("Folds to rows of the very space that they fold are not read in the same loop") {
    Random random(21);
    Days days(3);
    auto& [bed, amount, counts, group, member] = days;
    const Register first = bed.link(Op::FirstRow, group, 0, {member});
    const Register toFirst = bed.link(Op::Compose, 0, 0, {member, first});
    const Register total = bed.op(Op::FoldTotal, 0, kCount, {toFirst, counts, amount});
    const Register more = bed.op(Op::Add, 0, kCount, {total, amount});
    const Register isMuch =
        bed.op(Op::Compare, 0, kYesNoType, {more, bed.constant(0, kCount, 9)}, {4, kNoIndex, 0});
    const Register any = bed.op(Op::FoldAny, 0, kYesNoType, {toFirst, isMuch, counts});
    bed.op(Op::FoldCount, 0, kCount, {toFirst, any});
    bed.op(Op::FoldTotal, 0, kCount, {toFirst, any, total});
    Twins twins(bed);
    for (int time = 0; time < 8; ++time) {
        bed.batch.spaces[0].columns[1] = column(random, 90, Of::Amounts, States::None);
        bed.batch.spaces[0].columns[2] = column(random, 90, Of::YesNo, States::None);
        twins.run();
    }
    CHECK(twins.jit().report().compiledRuns > 7);
    CHECK(twins.reasons().empty());
}

TEST_CASE("Rows that lead nowhere count for none") {
    Random random(9);
    Days days(4);
    auto& [bed, amount, counts, group, link] = days;
    const Register open = bed.op(Op::FoldAny, group, kYesNoType, {link, counts});
    foldsOf(bed, group, link, counts, amount, open);
    for (const bool expectStates : {false, true}) {
        Twins twins(bed, optionsFor({}, expectStates));
        for (int time = 0; time < 12; ++time) {
            for (std::size_t field = 0; field < 3; ++field) {
                ColumnData& made = bed.batch.spaces[0].columns[field];
                const States states = time % 2 == 0 ? States::None
                                      : field == 0  ? States::All
                                                    : States::NoUnknown;
                made = column(random, 90, field == 2 ? Of::YesNo : Of::Amounts, states);
                for (std::int64_t row = 0; field == 0 && row < 90; ++row) {
                    made.values[static_cast<std::size_t>(row)] = row / (1 + time % 7);
                }
            }
            twins.run();
        }
        CHECK(twins.jit().report().compiledRuns > 5);
        CHECK(twins.reasons().count("rows of a list apart") == 0);
    }
}

TEST_CASE("Where all rows lead nowhere there are no answers, whatever there were before") {
    Days days(4);
    auto& [bed, amount, counts, group, link] = days;
    const Register any = bed.op(Op::FoldAny, group, kYesNoType, {link, counts});
    bed.op(Op::Not, group, kYesNoType, {any});
    Twins twins(bed);
    ColumnData& keys = bed.batch.spaces[0].columns[0];
    keys.states.assign(keys.values.size(), State::Value);
    keys.states[0] = kNA;
    const ColumnData some = keys;
    for (int time = 0; time < 4; ++time) {
        keys = some;
        twins.run();
        keys.states.assign(keys.values.size(), kNA);
        keys.values.assign(keys.values.size(), 0);
        twins.run();
        CHECK(twins.compiled().answers(any).empty());
        CHECK(twins.compiled().column(any).values.empty());
    }
    CHECK(twins.jit().report().compiledRuns > 5);
    CHECK(twins.reasons().empty());
}

namespace {

/// Compiles a total over harmless amounts, then over these of the second of three orders; says why
/// that was interpreted.
Reasons reasonsFor(std::vector<std::int64_t> amounts) {
    Bed bed(3);
    std::vector<std::uint32_t> parents(amounts.size() + 2, 1);
    parents.front() = 0;
    parents.back() = 2;
    const std::uint32_t lines = bed.list("line", 0, parents);
    const Register amount = bed.signedInput(lines, kCount, std::vector<Cell>(parents.size(), 1));
    const Register all = bed.constant(lines, kYesNoType, 1);
    const Register link = bed.parent(lines);
    const Register total = bed.op(Op::FoldTotal, 0, kCount, {link, all, amount});
    bed.op(Op::Compare, 0, kYesNoType, {total, bed.constant(0, kCount, 7)}, {4, kNoIndex, 0});
    Twins twins(bed);
    twins.run();
    twins.run();
    Reasons before = twins.reasons();
    std::copy(
        amounts.begin(), amounts.end(), bed.batch.spaces[lines].columns[0].values.begin() + 1);
    twins.run();
    Reasons after = twins.reasons();
    for (const auto& [reason, count] : before) {
        after[reason] -= count;
    }
    return after;
}

}  // namespace

TEST_CASE("Sums near their limit are the interpreter's") {
    constexpr std::int64_t kLarge = jit::kLargestAddend;
    CHECK(reasonsFor({kLarge, -kLarge, kLarge}).empty());
    CHECK(reasonsFor({kLarge + 1, 1, 1}) == Reasons{{"overflow", 1}});
    CHECK(reasonsFor({-kLarge - 1, 1, 1}) == Reasons{{"overflow", 1}});
    CHECK(reasonsFor({INT64_MAX, 1, 1}).at("overflow") == 1);
    CHECK(reasonsFor({INT64_MIN, -1, -1}).at("overflow") == 1);
    // Exact all the same: the sum fits though a part of it does not.
    CHECK(reasonsFor({INT64_MAX, 1, -1}) == Reasons{{"overflow", 1}});
}

TEST_CASE("As many addends as cannot overflow are added, of more the interpreter decides") {
    std::vector<std::int64_t> many(jit::kMostAddends, jit::kLargestAddend);
    CHECK(reasonsFor(many).empty());
    many.push_back(1);
    CHECK(reasonsFor(many).at("overflow") != 0);
}

TEST_CASE("Rows that do not lie side by side are folded by the interpreter") {
    Bed bed(6);
    const Register key = bed.signedInput(0, kCount, {1, 1, 2, 2, 3, 3});
    const Register yes = bed.signedInput(0, kYesNoType, {1, 0, 1, 0, 0, 0});
    const std::uint32_t group = bed.space("day", bytecode::SpaceInfo::Kind::Group);
    const Register link = bed.link(Op::GroupBy, 0, group, {key}, group);
    const Register any = bed.op(Op::FoldAny, group, kYesNoType, {link, yes});
    bed.op(Op::Not, group, kYesNoType, {any});
    Twins twins(bed);
    twins.run();
    twins.run();
    CHECK(twins.reasons().empty());
    const std::uint64_t compiled = twins.jit().report().compiledRuns;
    CHECK(compiled > 0);
    bed.batch.spaces[0].columns[0].values.assign(6, 1);
    bed.batch.spaces[0].columns[0].values[2] = 7;
    twins.run();
    CHECK(twins.reasons() == Reasons{{"rows of a list apart", 1}});
    // Where that goes on, the fold is no longer compiled.
    for (int time = 0; time < 100; ++time) {
        twins.run();
    }
    CHECK(twins.jit().report().stages == 2);
    CHECK(twins.reasons().at("rows of a list apart") < 70);
}

TEST_CASE("A fold of unknown amounts has bounds, which are the interpreter's") {
    Bed bed(3);
    const std::uint32_t lines = bed.list("line", 0, {0, 1, 1, 2});
    const Register amount = bed.signedInput(lines, kCount, {1, 2, 3, 4});
    const Register all = bed.constant(lines, kYesNoType, 1);
    bed.op(Op::FoldTotal, 0, kCount, {bed.parent(lines), all, amount}, {0, kNoIndex, 1});
    Twins twins(bed, optionsFor({}, /*expectStates=*/true));
    twins.run();
    twins.run();
    CHECK(twins.reasons().empty());
    bed.batch.spaces[lines].columns[0].states = {
        State::Value, State::Value, State::Unknown, State::Value};
    twins.run();
    CHECK(twins.reasons() == Reasons{{"bounds within", 1}});
}

TEST_CASE("Folds over lists without any row, and of no rows, are what they are of none") {
    Bed bed(12);
    const std::uint32_t lines = bed.list("line", 0, std::vector<std::uint32_t>(20, 5));
    const Register amount = bed.signedInput(lines, kCount, std::vector<Cell>(20, 3));
    const Register yes = bed.signedInput(lines, kYesNoType, std::vector<Cell>(20, 1));
    const Register open = bed.signedInput(0, kYesNoType, std::vector<Cell>(12, 0));
    foldsOf(bed, 0, bed.parent(lines), yes, amount, open);
    Twins twins(bed);
    twins.run();
    twins.run();
    bed.batch.spaces[lines].rows = 0;
    bed.batch.spaces[lines].parent.clear();
    bed.batch.spaces[lines].columns.assign(2, {});
    twins.run();
    bed.batch.spaces[0].rows = 0;
    bed.batch.spaces[0].columns.assign(bed.batch.spaces[0].columns.size(), {});
    twins.run();
    CHECK(twins.jit().report().compiledRuns > 0);
}
