#include "runtime/base/check.h"
#include "runtime/bytecode/print.h"
#include "runtime/decision/json.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/origin.h"
#include "runtime/explain/explain.h"
#include "tests/unit/runtime/bytecode_rich_program.h"
#include "tests/unit/runtime/program_mutator.h"

#include <algorithm>
#include <random>
#include <span>

using namespace proviso;
using namespace proviso::test;
using bytecode::Instruction;
using bytecode::Program;

namespace {

/// Changes one thing somewhere in a program.
class Mutator {
  public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    std::uint32_t below(std::size_t count) {
        return count == 0 ? 0 : static_cast<std::uint32_t>(random_() % count);
    }

    void mutate(Program& program) {
        // Most of what can go wrong is in the instructions.
        switch (below(10)) {
        case 0:
            mutatePools(program);
            break;
        case 1:
            mutateSchema(program);
            break;
        case 2:
        case 3:
        case 4:
            mutateSymbols(program);
            break;
        default:
            mutateInstruction(program);
            break;
        }
    }

    std::int64_t number() {
        static constexpr std::int64_t kNumbers[] = {
            0, 1, 2, 3, -1, 9, 18, 19, 15, 100, INT64_MAX, INT64_MIN, 63, 64, 10000};
        return kNumbers[below(std::size(kNumbers))];
    }

    std::uint32_t index(std::size_t count) {
        switch (below(8)) {
        case 0:
            return kNoIndex;
        case 1:
            return static_cast<std::uint32_t>(count);
        case 2:
            return static_cast<std::uint32_t>(random_());
        default:
            return below(count);
        }
    }

    void mutateExplained(Program& program) { mutateSymbols(program); }

  private:
    Type type() {
        return {static_cast<TypeKind>(below(16)), static_cast<std::uint8_t>(below(20)), index(3)};
    }

    void mutateInstruction(Program& program) {
        Instruction& one = program.code[below(program.code.size())];
        switch (below(9)) {
        case 0: {
            const auto& ops = bytecode::allOps();
            one.op = below(8) == 0 ? static_cast<Op>(below(256)) : ops[below(ops.size())].op;
            break;
        }
        case 1:
            one.mode = static_cast<std::uint8_t>(below(8));
            break;
        case 2:
            one.type = below(2) == 0 ? type() : program.code[below(program.code.size())].type;
            break;
        case 3:
            one.space = index(program.spaces.size());
            break;
        case 4:
            one.target = index(program.spaces.size());
            break;
        case 5:
            one.index = index(program.spaces.size());
            break;
        case 6:
            one.immediate = number();
            break;
        case 7:
            if (!one.operands.empty()) {
                one.operands[below(one.operands.size())] = index(program.code.size());
            }
            break;
        default:
            if (below(2) == 0 && !one.operands.empty()) {
                one.operands.pop_back();
            } else {
                one.operands.push_back(index(program.code.size()));
            }
            break;
        }
    }

    void mutateWindows(Program& program) {
        bytecode::WindowInfo& window = program.windows[below(program.windows.size())];
        switch (below(9)) {
        case 0:
            window.hasMask = !window.hasMask;
            break;
        case 1:
            window.compares.resize(below(4), static_cast<std::uint8_t>(below(7)));
            break;
        case 2:
            window.dates = index(3);
            break;
        case 3:
            window.orders.resize(below(4), "order:more");
            break;
        case 4:
            window.upTo = static_cast<bytecode::WindowInfo::UpTo>(below(4));
            break;
        case 5:
            window.upToOrders = index(3);
            break;
        case 6:
            window.since = !window.since;
            break;
        case 7:
            window.lastRows = number();
            break;
        default:
            program.windows.resize(below(4));
            program.windows.resize(1 + below(3));
            break;
        }
    }

    void mutatePools(Program& program) {
        switch (below(16)) {
        case 11:
            program.classes.resize(below(3));
            break;
        case 12:
        case 13:
        case 14:
            mutateWindows(program);
            break;
        case 0:
            program.parameters[0].type = type();
            break;
        case 1:
            program.parameters[0].values[0].value = number();
            break;
        case 2:
            program.parameters[0].values[below(2)].period = {number(), number(), number()};
            break;
        case 3:
            program.codeSets[0].entries[0].text = index(3);
            break;
        case 4:
            program.scales[0].steps[0].accepts[0].facts = random_();
            break;
        case 5:
            program.scales[0].enumeration = index(1);
            break;
        case 6:
            program.tables[0].rows[3].cells[below(2)].test =
                static_cast<bytecode::Table::Cell::Test>(below(7));
            break;
        case 7:
            program.tables[0].rows[4].cells[below(2)].values.assign(below(3), number());
            break;
        case 8:
            program.tables[0].given[below(2)] = type();
            break;
        case 9:
            program.tables[0].rows[1].results.resize(below(3));
            break;
        case 10:
            program.datedLists[0][0] = {number(), number(), number()};
            break;
        default:
            program.texts.resize(below(4));
            break;
        }
    }

    void mutateSchema(Program& program) {
        Schema& schema = program.schema;
        SchemaSpace& space = schema.spaces[below(schema.spaces.size())];
        switch (below(6)) {
        case 0:
            space.fields[below(space.fields.size())].type = type();
            break;
        case 1:
            space.parent = index(2);
            break;
        case 2:
            space.fields.pop_back();
            break;
        case 3:
            schema.enumerations[0].members.resize(below(70));
            break;
        case 4:
            schema.codes[0].members.resize(below(3));
            break;
        default:
            schema.keyField = index(space.fields.size());
            break;
        }
    }

    /// What results and explanations are read by, and how rows hang together.
    void mutateSymbols(Program& program) {
        FieldMutator fields(random_, program);
        switch (below(9)) {
        case 0:
            fields.change(program.spaces);
            break;
        case 1:
        case 2:
            fields.change(program.rules);
            break;
        case 3:
            fields.change(program.decisions);
            break;
        case 4:
            fields.change(program.outputs);
            break;
        case 5:
            fields.change(program.findings);
            break;
        case 6:
            fields.change(program.spaces[below(program.spaces.size())]);
            break;
        default:
            fields.change(program.clauses);
            break;
        }
    }

    std::mt19937_64 random_;
};

/// Records of the program's own schema.
struct Records {
    Batch batch;
    Dictionary dictionary;

    Records(const Program& program, Mutator& random) {
        for (const std::string& text : program.texts) {
            dictionary.intern(text);
        }
        dictionary.intern("only in the input");
        batch.dictionary = &dictionary;
        for (const SchemaSpace& described : program.schema.spaces) {
            Batch::Space space;
            const std::uint32_t parents =
                described.parent == kNoIndex ? 0 : batch.spaces[described.parent].rows;
            space.rows = described.parent == kNoIndex ? 4 : parents * 3;
            for (std::uint32_t row = 0; row < space.rows && described.parent != kNoIndex; ++row) {
                space.parent.push_back(row / 3);
            }
            for (const SchemaField& field : described.fields) {
                space.columns.push_back(column(program, field.type, space.rows, random));
                if (field.required) {
                    // The decoder rejects records without it.
                    ColumnData& made = space.columns.back();
                    made.states.clear();
                    if (field.type.kind == TypeKind::Date) {
                        made.values.assign(space.rows, 100);
                    }
                }
            }
            batch.spaces.push_back(std::move(space));
        }
        if (random.below(3) == 0) {
            batch.holes.rows = random.below(4);
            for (const SchemaField& field : program.schema.spaces[0].fields) {
                batch.holes.columns.push_back(
                    column(program, field.type, batch.holes.rows, random));
            }
        }
    }

    ColumnData
    column(const Program& program, const Type& type, std::uint32_t rows, Mutator& random) {
        ColumnData made;
        const bool plain = random.below(2) == 0;
        for (std::uint32_t row = 0; row < rows; ++row) {
            std::int64_t value = random.number();
            bool known = plain || random.below(4) != 0;
            switch (type.kind) {
            case TypeKind::YesNo:
            case TypeKind::Attestation:
                value = random.below(2);
                break;
            case TypeKind::Date:
                value = random.below(20000);
                break;
            case TypeKind::Text:
            case TypeKind::Code:
                value = random.below(dictionary.size());
                break;
            case TypeKind::Enumeration: {
                const std::size_t members = program.schema.enumerations[type.ref].members.size();
                known = known && members > 0;
                value = random.below(members);
                break;
            }
            case TypeKind::Step:
                value = 0;
                break;
            default:
                break;
            }
            made.values.push_back(known ? value : 0);
            made.states.push_back(known ? State::Value : State::Unknown);
        }
        if (std::all_of(made.states.begin(), made.states.end(), [](State state) {
                return state == State::Value;
            })) {
            made.states.clear();
        }
        return made;
    }
};

/// Bounds stand beside what is unknown, and nowhere else.
void checkBounds(const ColumnData& column, bool stored) {
    REQUIRE(column.lows.size() == column.highs.size());
    if (!column.bounded()) {
        return;
    }
    REQUIRE(column.lows.size() == column.values.size());
    bool any = stored;
    for (std::size_t row = 0; row < column.values.size(); ++row) {
        const State state = column.state(row);
        const bool bounded = column.lows[row] != kNoLow || column.highs[row] != kNoHigh;
        any = any || (state == State::Unknown && bounded);
        if (state == State::Value) {
            REQUIRE(column.low(row) == column.values[row]);
            REQUIRE(column.high(row) == column.values[row]);
        } else if (state != State::Unknown) {
            REQUIRE(!bounded);
        }
    }
    REQUIRE(any);
}

/// Runs and reads everything that can be read.
void exercise(const Program& program, Mutator& random) {
    Records records(program, random);
    Interpreter interpreter(std::make_shared<const Program>(program));
    InterpreterOptions options;
    options.maximumRows = 2000;
    if (!interpreter.run(records.batch, options) || !interpreter.rerun(random.below(20))) {
        return;
    }
    if (random.below(4) == 0) {
        // As if every rule had asked too much.
        interpreter.limit(std::vector<std::vector<std::uint8_t>>(
            program.rules.size(), std::vector<std::uint8_t>(100, 1)));
        if (!interpreter.run(records.batch, options)) {
            return;
        }
    }
    Origins together(interpreter);
    for (Register number = 0; number < program.code.size(); ++number) {
        const Instruction& one = program.code[number];
        const std::uint32_t rows = interpreter.rows(one.space);
        if (one.type.kind == TypeKind::None) {
            REQUIRE(interpreter.link(number).size() == rows);
        } else {
            const ColumnData& column = interpreter.column(number);
            REQUIRE(column.values.size() == rows);
            REQUIRE((column.states.empty() || column.states.size() == rows));
            checkBounds(column, one.op == Op::Input);
        }
        for (std::uint32_t row = 0; row < std::min(rows, 3U); ++row) {
            const std::vector<Origin> places = missingPlaces(interpreter, number, row);
            const std::span<const Origin> again = together.places(together.missing(number, row));
            CHECK(std::equal(places.begin(), places.end(), again.begin(), again.end()));
            const bool hasPlaces = !places.empty();
            const bool hasErrors = !errorCodes(interpreter, number, row).empty();
            if (one.type.kind == TypeKind::None) {
                // A link's row may lead nowhere because of the state of a key.
                continue;
            }
            const State state = interpreter.column(number).state(row);
            INFO(bytecode::opName(one.op));
            CHECK(hasPlaces == (state == State::Unknown));
            CHECK(hasErrors == (state == State::Error));
        }
    }
}

/// Decides, and asks for the reasons of every record and rule in every form. Whether there were
/// any.
bool explainAll(const Program& program, Mutator& random) {
    Records records(program, random);
    Evaluator evaluator(std::make_shared<const Program>(program));
    DecideOptions options;
    options.maximumRows = random.below(10) == 0 ? 3 : 2000;
    options.budget = random.below(10) == 0 ? 5 : options.budget;
    bool any = false;
    const std::vector<RecordResult> results = evaluator.decide(records.batch, options);
    REQUIRE(results.size() == records.batch.spaces[0].rows);
    for (std::uint32_t record = 0; record < results.size(); ++record) {
        static_cast<void>(toJson(results[record], RunStamp{}));
        for (std::size_t rule = 0; rule <= program.rules.size(); ++rule) {
            ExplainOptions asked;
            asked.showPrivate = rule == 0;
            if (rule != 0) {
                asked.rule = program.rules[rule - 1].name;
            }
            const Explanation why =
                explain(evaluator.interpreter(), records.batch, record, results[record], asked);
            any = any || !why.rules.empty();
            static_cast<void>(explanationPage(why));
            static_cast<void>(explanationLines(why));
            static_cast<void>(explanationJson(why));
        }
    }
    return any;
}

/// What a host sees of a program that its engine cannot plan: an error, caught at the fence.
bool explainFenced(const Program& program, Mutator& random, int& fenced) {
    try {
        return explainAll(program, random);
    } catch (const InternalError& error) {
        ++fenced;
        INFO(error.what());
        return false;
    }
}

}  // namespace

TEST_CASE("the rich program runs") {
    Mutator random(1);
    int explained = 0;
    for (int time = 0; time < 50; ++time) {
        exercise(richProgram(), random);
        explained += explainAll(richProgram(), random) ? 1 : 0;
    }
    // Some runs stop at the limit of rows, and then there is nothing to explain.
    CHECK(explained > 25);
}

TEST_CASE("a program changed at random is refused or runs") {
    const Program whole = richProgram();
    Mutator random(20250303);
    int accepted = 0;
    int fenced = 0;
    for (int time = 0; time < 20000; ++time) {
        Program program = whole;
        const std::uint32_t changes = 1 + random.below(3);
        for (std::uint32_t change = 0; change < changes; ++change) {
            random.mutate(program);
        }
        if (time % 50 == 0) {
            static_cast<void>(bytecode::printProgram(program));
        }
        if (bytecode::verify(program)) {
            ++accepted;
            exercise(program, random);
            explainFenced(program, random, fenced);
        }
    }
    // Both happens, or the test tests nothing.
    CHECK(accepted > 500);
    CHECK(accepted < 15000);
    CHECK(fenced < accepted / 100);
}

TEST_CASE("a program whose symbols were changed at random is refused or explains") {
    const Program whole = richProgram();
    Mutator random(20261128);
    int accepted = 0;
    int explained = 0;
    int fenced = 0;
    for (int time = 0; time < 20000; ++time) {
        Program program = whole;
        const std::uint32_t changes = 1 + random.below(3);
        for (std::uint32_t change = 0; change < changes; ++change) {
            random.mutateExplained(program);
        }
        if (bytecode::verify(program)) {
            ++accepted;
            explained += explainFenced(program, random, fenced) ? 1 : 0;
        }
    }
    CHECK(accepted > 2000);
    CHECK(accepted < 18000);
    CHECK(explained > accepted / 2);
    CHECK(fenced < accepted / 100);
}
