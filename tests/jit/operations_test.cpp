// Every operation that is compiled, over values at their edges and all states, against the
// interpreter: what any of them says, and that errors are left to the interpreter.

#include "runtime/values/date.h"
#include "tests/jit/twins.h"

#include <algorithm>
#include <functional>
#include <random>

using namespace proviso;
using namespace proviso::test;

namespace {

constexpr std::uint32_t kRows = 61;

using Random = std::mt19937_64;

std::int64_t pick(Random& random, const std::vector<std::int64_t>& from) {
    return from[random() % from.size()];
}

/// What a column may hold.
using Maker = std::function<std::int64_t(Random&)>;

Maker small() {
    return [](Random& random) { return static_cast<std::int64_t>(random() % 41) - 20; };
}

Maker edges() {
    return [](Random& random) {
        return pick(random,
                    {0,
                     1,
                     -1,
                     2,
                     -2,
                     7,
                     100,
                     -100,
                     INT64_MAX,
                     INT64_MIN,
                     INT64_MIN + 1,
                     INT64_MAX / 2,
                     INT64_MAX / 10,
                     INT64_MAX / 10 + 1,
                     INT64_C(4611686018427387904),
                     INT64_C(3037000500),
                     INT64_C(-3037000500),
                     static_cast<std::int64_t>(random())});
    };
}

Maker days() {
    return [](Random& random) {
        const std::int64_t length = kLastDate.days - kFirstDate.days + 1;
        return random() % 5 == 0
                   ? pick(random, {kFirstDate.days, kLastDate.days, 0, -1, 18321, 10956})
                   : kFirstDate.days +
                         static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(length));
    };
}

Maker yesNo() {
    return [](Random& random) { return static_cast<std::int64_t>(random() % 2); };
}

/// Non-values in a batch may have any value beside them.
std::vector<Cell> cells(Random& random, const Maker& make, bool withStates) {
    std::vector<Cell> all;
    for (std::uint32_t row = 0; row < kRows; ++row) {
        Cell cell(make(random));
        if (withStates && random() % 3 == 0) {
            cell.state = static_cast<State>(random() % 4);
        }
        all.push_back(cell);
    }
    return all;
}

void fill(Batch& batch, std::uint32_t space, std::size_t field, const std::vector<Cell>& cells) {
    ColumnData& column = batch.spaces[space].columns[field];
    column = {};
    for (const Cell& cell : cells) {
        column.values.push_back(cell.value);
        column.states.push_back(cell.state);
    }
    if (std::all_of(column.states.begin(), column.states.end(), [](State state) {
            return state == State::Value;
        })) {
        column.states.clear();
    }
}

struct Field {
    Type type;
    Maker watched;  ///< while the stage is watched: nothing that is an error
    Maker run;
};

struct Level {
    bool optimize = false;
    std::string processor{};
};

/// As it is, optimised, and for processors with shorter vectors.
std::vector<Level> levels() {
    std::vector<Level> all{{false}, {true}};
#if defined(__x86_64__)
    all.push_back({false, "x86-64"});
    if (__builtin_cpu_supports("avx2") != 0) {
        all.push_back({true, "x86-64-v3"});
    }
#endif
    return all;
}

/// Builds operations over input columns of the entry record and runs them over several batches.
void check(const std::vector<Field>& fields,
           const std::function<void(Bed&, const std::vector<Register>&)>& build) {
    for (const bool expectStates : {false, true}) {
        for (const Level& level : levels()) {
            Random random(7);
            Bed bed(kRows);
            std::vector<Register> inputs;
            for (const Field& field : fields) {
                inputs.push_back(bed.signedInput(
                    0, field.type, cells(random, field.watched, /*withStates=*/false)));
            }
            build(bed, inputs);
            jit::JitOptions options = eagerly();
            options.expectStates = expectStates;
            options.optimize = level.optimize;
            options.processor = level.processor;
            Twins twins(bed, options);
            twins.run();
            for (int time = 0; time < 12; ++time) {
                const bool isHarmless = time % 3 == 0;
                for (std::size_t field = 0; field < fields.size(); ++field) {
                    const Maker& make = isHarmless ? fields[field].watched : fields[field].run;
                    fill(bed.batch, 0, field, cells(random, make, /*withStates=*/time % 2 == 1));
                }
                twins.run();
            }
            CHECK(twins.jit().report().compiledRuns > 0);
        }
    }
}

Maker nonzero() {
    return [](Random& random) { return static_cast<std::int64_t>(random() % 20) + 1; };
}

}  // namespace

TEST_CASE("Compiled arithmetic says what the interpreter says") {
    const Field any{kCount, small(), edges()};
    const Field divisor{kCount, nonzero(), edges()};
    check({any, any}, [](Bed& bed, const std::vector<Register>& in) {
        bed.op(Op::Add, 0, kCount, in);
        bed.op(Op::Subtract, 0, kCount, in);
        bed.op(Op::Multiply, 0, kCount, in);
        bed.op(Op::Negate, 0, kCount, {in[0]});
        bed.op(Op::Rescale, 0, kMoney, {in[0]}, {0, kNoIndex, 2});
        bed.op(Op::Multiply, 0, kCount, {in[0], bed.constant(0, kCount, 1000)});
        bed.op(Op::Multiply, 0, kCount, {bed.constant(0, kCount, -3), in[1]});
    });
    check({any, divisor}, [](Bed& bed, const std::vector<Register>& in) {
        bed.op(Op::IntegerDivide, 0, kCount, in);
        bed.op(Op::Modulo, 0, kCount, in);
        bed.op(Op::IntegerDivide, 0, kCount, {in[0], bed.constant(0, kCount, 15)});
        bed.op(Op::Modulo, 0, kCount, {in[0], bed.constant(0, kCount, -7)});
        bed.op(Op::IntegerDivide, 0, kCount, {in[0], bed.constant(0, kCount, -1)});
    });
    constexpr Type kTenths{TypeKind::Number, 1, 0};
    constexpr Type kHundredths{TypeKind::Number, 2, 0};
    const Field hundredths{kHundredths, small(), edges()};
    for (std::uint8_t mode = 0; mode < 4; ++mode) {
        check({hundredths, divisor}, [mode](Bed& bed, const std::vector<Register>& in) {
            bed.op(Op::Round, 0, kTenths, {in[0]}, {mode, kNoIndex, 1});
            bed.op(Op::Round, 0, kCount, {in[0]}, {mode, kNoIndex, 2});
            bed.op(Op::RoundRatio, 0, kHundredths, in, {mode, kNoIndex, 0});
            bed.op(Op::RoundRatio, 0, Type{TypeKind::Number, 5, 0}, in, {mode, kNoIndex, 3});
            bed.op(Op::RoundRatio, 0, kCount, in, {mode, kNoIndex, -2});
        });
    }
    for (std::uint8_t mode = 0; mode < 6; ++mode) {
        check({any, divisor, any, divisor}, [mode](Bed& bed, const std::vector<Register>& in) {
            bed.op(Op::CompareRatio, 0, kYesNoType, in, {mode, kNoIndex, 0});
            bed.op(Op::Compare, 0, kYesNoType, {in[0], in[2]}, {mode, kNoIndex, 0});
        });
    }
}

TEST_CASE("Compiled division is exact as far as it goes") {
    constexpr std::int64_t kLimit = std::int64_t{1} << 51;
    Random random(11);
    const auto below = [&](std::int64_t limit) {
        // As many small as large ones, and many beside powers of two.
        const std::uint64_t bits = random() % 52;
        const std::int64_t size = std::int64_t{1} << bits;
        const auto near = static_cast<std::int64_t>(random() % 5) - 2;
        const auto far = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(size));
        return std::clamp(random() % 2 == 0 ? size + near : far, std::int64_t{1}, limit);
    };
    for (const std::int64_t fixed : {std::int64_t{1},
                                     std::int64_t{3},
                                     std::int64_t{-7},
                                     std::int64_t{10},
                                     std::int64_t{1000003},
                                     kLimit - 1,
                                     1 - kLimit}) {
        const std::uint32_t rows = 4096;
        std::vector<Cell> numerators;
        std::vector<Cell> divisors;
        for (std::uint32_t row = 0; row < rows; ++row) {
            // Beside a multiple, and beside the middle between two.
            const std::int64_t by =
                row % 2 == 0 ? std::min(std::abs(fixed), kLimit - 1) : below(kLimit - 1);
            const std::int64_t times = below(std::max((kLimit - 2) / by, std::int64_t{1}));
            const auto beside = static_cast<std::int64_t>(random() % 3) - 1;
            const std::int64_t middle = random() % 2 == 0 ? by / 2 : 0;
            const std::int64_t made =
                std::clamp(by * times - middle + beside, std::int64_t{0}, kLimit - 1);
            numerators.emplace_back(random() % 2 == 0 ? made : -made);
            divisors.emplace_back(random() % 2 == 0 ? by : -by);
        }
        Bed bed(rows);
        const Register a = bed.signedInput(0, kCount, numerators);
        const Register b = bed.signedInput(0, kCount, divisors);
        const Register c = bed.constant(0, kCount, fixed);
        for (const Register by : {b, c}) {
            bed.op(Op::IntegerDivide, 0, kCount, {a, by});
            bed.op(Op::Modulo, 0, kCount, {a, by});
            for (std::uint8_t mode = 0; mode < 4; ++mode) {
                bed.op(Op::RoundRatio, 0, kCount, {a, by}, {mode, kNoIndex, 0});
            }
        }
        Twins twins(bed, eagerly());
        twins.run();
        twins.run();
        CHECK(twins.jit().report().compiledRuns > 0);
        CHECK(twins.reasons().empty());
        bed.batch.spaces[0].columns[0].values[rows / 2] = kLimit;
        twins.run();
        CHECK(twins.reasons() == std::map<std::string, std::uint64_t>{{"overflow", 1}});
    }
}

TEST_CASE("Compiled dates say what the interpreter says") {
    const Type kDays{TypeKind::Days, 0, 0};
    const Field date{kDate, days(), days()};
    const Field wild{kDate, days(), [](Random& random) {
                         return random() % 8 == 0 ? edges()(random) : days()(random);
                     }};
    check({date, wild, {kDays, small(), small()}}, [&](Bed& bed, const std::vector<Register>& in) {
        for (std::int64_t part = 0; part < 4; ++part) {
            for (const Register each : {in[0], in[1]}) {
                bed.op(Op::DatePart, 0, kCount, {each}, {0, kNoIndex, part});
                bed.op(Op::PeriodStart, 0, kDate, {each}, {0, kNoIndex, part});
                bed.op(Op::PeriodEnd, 0, kDate, {each}, {0, kNoIndex, part});
            }
        }
        bed.op(Op::Add, 0, kDate, {in[1], in[2]});
        bed.op(Op::Subtract, 0, kDate, {in[0], in[2]});
    });
}

TEST_CASE("Compiled logic says what the interpreter says, in all states") {
    const Field yes{kYesNoType, yesNo(), yesNo()};
    const Field amount{kCount, small(), small()};
    const Field branch{
        kCount, [](Random& random) { return static_cast<std::int64_t>(random() % 2); }, small()};
    check({yes, yes, yes, amount, amount, branch}, [](Bed& bed, const std::vector<Register>& in) {
        bed.op(Op::And, 0, kYesNoType, {in[0], in[1], in[2]});
        bed.op(Op::Or, 0, kYesNoType, {in[0], in[1], in[2]});
        bed.op(Op::And, 0, kYesNoType, {in[0]});
        const Register no = bed.op(Op::Not, 0, kYesNoType, {in[0]});
        const Register chosen = bed.op(Op::Select, 0, kCount, {in[0], in[3], in[4]});
        bed.op(Op::Select, 0, kYesNoType, {in[1], no, in[2]});
        bed.op(Op::OrElse, 0, kCount, {in[3], in[4]});
        bed.op(Op::IsKnown, 0, kYesNoType, {in[3]});
        bed.op(Op::IsApplicable, 0, kYesNoType, {in[3]});
        const Register open = bed.op(Op::UnknownIf, 0, kYesNoType, {in[0]}, {0, bed.text("x"), 0});
        const Register none = bed.op(Op::NotApplicable, 0, kCount, {});
        const Register some = bed.op(Op::Select, 0, kCount, {in[1], none, in[3]});
        bed.op(Op::OrElse, 0, kCount, {some, in[4]});
        bed.op(Op::And, 0, kYesNoType, {open, in[1]});
        bed.op(Op::Or, 0, kYesNoType, {open, bed.op(Op::Compare, 0, kYesNoType, {some, chosen})});
        bed.op(Op::BranchSelect, 0, kCount, {in[5], in[3], in[4]});
    });
    check({yes, amount, yes, amount}, [](Bed& bed, const std::vector<Register>& in) {
        for (const Op op : {Op::Lowest, Op::Highest}) {
            bed.op(op, 0, kCount, in);
        }
    });
    check({yes,
           {kCount, [](Random&) { return 4; }, small()},
           yes,
           {kCount, [](Random&) { return 4; }, small()}},
          [](Bed& bed, const std::vector<Register>& in) {
              bed.op(Op::ExactlyOne, 0, kCount, in, {0, bed.text("place"), 0});
          });
}

TEST_CASE("Compiled lookups say what the interpreter says") {
    const Maker near = [](Random& random) { return static_cast<std::int64_t>(random() % 400); };
    const Maker within = [](Random& random) {
        return 100 + static_cast<std::int64_t>(random() % 200);
    };
    const Maker code = [](Random& random) { return static_cast<std::int64_t>(random() % 150); };
    const Field date{kDate, within, near};
    check(
        {date,
         {Type{TypeKind::Code, 0, 0}, code, edges()},
         {Type{TypeKind::Enumeration, 0, 0}, small(), edges()},
         {kCount, small(), small()}},
        [](Bed& bed, const std::vector<Register>& in) {
            bed.program.schema.codes.emplace_back();
            bed.program.schema.enumerations.emplace_back();
            bed.program.periods = {{120, 250, INT64_MIN}, {INT64_MIN, 140, 10}};
            bed.op(Op::InForce, 0, kYesNoType, {in[0]}, {0, 0, 0});
            bed.op(Op::InForce, 0, kYesNoType, {in[0]}, {0, 1, 0});
            bytecode::Parameter parameter;
            parameter.type = kCount;
            parameter.values = {
                {{100, 160, 0}, 5, {}}, {{161, 299, 0}, -9, {}}, {{200, 220, 50}, 77, {}}};
            bed.program.parameters.push_back(parameter);
            bed.op(Op::Parameter, 0, kCount, {in[0]}, {0, 0, 0});
            bed.program.datedLists.push_back({{100, 150, 0}, {151, 299, 0}});
            bed.op(
                Op::DatedSelect, 0, kCount, {in[0], in[3], bed.constant(0, kCount, 3)}, {0, 0, 0});
            bytecode::CodeSet few;
            bytecode::CodeSet many;
            few.base = many.base = 0;
            for (std::uint32_t text = 0; text < 140; ++text) {
                bed.text("t" + std::to_string(text));
                if (text % 3 == 0) {
                    many.entries.push_back({text, INT64_MIN, INT64_MAX});
                }
                if (text % 40 == 1) {
                    few.entries.push_back({text, 130, text % 80 == 1 ? INT64_MAX : 230});
                }
            }
            bed.program.codeSets = {few, many};
            bed.op(Op::InSet, 0, kYesNoType, {in[1], in[0]}, {0, 0, 0});
            bed.op(Op::InSet, 0, kYesNoType, {in[1], in[0]}, {0, 1, 0});
            bytecode::Scale scale;
            scale.enumeration = 0;
            scale.steps.emplace_back();
            scale.steps[0].accepts = {{INT64_MIN, 180, 0b1011}, {181, INT64_MAX, 0b0100}};
            bed.program.scales.push_back(scale);
            bed.op(Op::Accepts, 0, kYesNoType, {in[2], in[0]}, {0, 0, 0});
        });
}

TEST_CASE("Compiled code reads other rows as the interpreter does") {
    Random random(3);
    for (const bool expectStates : {false, true}) {
        Bed bed(4);
        const Register amount = bed.signedInput(0, kCount, {5, 6, 7, 8});
        std::vector<std::uint32_t> parents;
        for (std::uint32_t row = 0; row < kRows; ++row) {
            parents.push_back(row * 4 / kRows);
        }
        const std::uint32_t items = bed.list("item", 0, parents);
        const Register own =
            bed.signedInput(items, kCount, cells(random, small(), /*withStates=*/false));
        const Register up = bed.parent(items);
        const Register first = bed.link(Op::FirstRow, 0, items, {up});
        const Register spread = bed.op(Op::Spread, items, kCount, {amount, up});
        bed.op(Op::Add, items, kCount, {spread, own});
        const Register back = bed.op(Op::Spread, 0, kCount, {own, first});
        bed.op(Op::Add, 0, kCount, {back, amount});
        const Register row = bed.op(Op::RowOfLink, 0, Type{TypeKind::Row, 0, items}, {first});
        const Register gathered = bed.op(Op::Gather, 0, kCount, {own, row});
        bed.op(Op::Compare, 0, kYesNoType, {gathered, amount}, {2, kNoIndex, 0});
        jit::JitOptions options = eagerly();
        options.expectStates = expectStates;
        Twins twins(bed, options);
        twins.run();
        twins.run();
        // Records without items: links that lead nowhere.
        for (std::uint32_t& parent : bed.batch.spaces[items].parent) {
            parent = parent == 1 ? 2 : parent;
        }
        fill(bed.batch, items, 0, cells(random, small(), /*withStates=*/true));
        twins.run();
        // No items at all.
        bed.batch.spaces[items].rows = 0;
        bed.batch.spaces[items].parent.clear();
        bed.batch.spaces[items].columns[0] = {};
        twins.run();
        CHECK(twins.jit().report().compiledRuns > 0);
    }
}
