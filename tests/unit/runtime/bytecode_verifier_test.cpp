#include "tests/unit/runtime/bytecode_rich_program.h"

#include <functional>
#include <set>

using namespace proviso;
using namespace proviso::test;
using bytecode::Instruction;
using bytecode::Program;
using bytecode::Table;

namespace {

std::string problem(const Program& program) {
    const Result<void> verified = bytecode::verify(program);
    return verified ? "" : verified.error().context + ": " + verified.error().message;
}

/// The first instruction with the operation.
Instruction& find(Program& program, Op op) {
    for (Instruction& instruction : program.code) {
        if (instruction.op == op) {
            return instruction;
        }
    }
    FAIL("the program has no such operation");
    return program.code[0];
}

Register numberOf(Program& program, Op op) {
    return static_cast<Register>(&find(program, op) - program.code.data());
}

/// A link that leads from each row of a space to itself.
Register toItself(Program& program, std::uint32_t space) {
    Instruction one = find(program, Op::Identity);
    one.space = space;
    one.target = space;
    program.code.push_back(one);
    return static_cast<Register>(program.code.size() - 1);
}

/// Clauses of which each stands twice below the one before it.
void doubleBelow(Program& program, std::uint32_t top, int levels) {
    for (int level = 0; level < levels; ++level) {
        const auto below = static_cast<std::uint32_t>(program.clauses.size());
        program.clauses[top].children = {below, below};
        program.clauses.push_back(program.clauses[7]);
        top = below;
    }
}

}  // namespace

TEST_CASE("a valid program with every operation verifies") {
    const Program program = richProgram();
    CHECK(problem(program).empty());
    std::set<Op> met;
    for (const Instruction& instruction : program.code) {
        met.insert(instruction.op);
    }
    for (const bytecode::OpInfo& info : bytecode::allOps()) {
        INFO(info.name);
        CHECK(met.count(info.op) == 1);
    }
}

TEST_CASE("the verifier refuses broken programs") {
    // clang-format off
    const std::vector<std::pair<const char*, std::function<void(Program&)>>> broken = {
        {"an unknown operation", [](Program& p) { p.code[3].op = static_cast<Op>(200); }},
        {"an operand that is itself", [](Program& p) { find(p, Op::Add).operands[0] = numberOf(p, Op::Add); }},
        {"a later operand", [](Program& p) { find(p, Op::Add).operands[1] = numberOf(p, Op::Add) + 1; }},
        {"an operand that is not there", [](Program& p) { find(p, Op::Not).operands[0] = 100000; }},
        {"too few operands", [](Program& p) { find(p, Op::Select).operands.pop_back(); }},
        {"too many operands", [](Program& p) { find(p, Op::Not).operands.push_back(0); }},
        {"no operand of And", [](Program& p) { find(p, Op::And).operands.clear(); }},
        {"half a pair", [](Program& p) { find(p, Op::Lowest).operands.pop_back(); }},
        {"a column where a link belongs", [](Program& p) { find(p, Op::Spread).operands[1] = 0; }},
        {"a link where a column belongs", [](Program& p) { find(p, Op::Spread).operands[0] = numberOf(p, Op::InputParent); }},
        {"a column of another space", [](Program& p) { find(p, Op::InSet).operands[1] = 1; }},
        {"a link from another space", [](Program& p) { find(p, Op::FoldTotal).operands[0] = numberOf(p, Op::GroupBy); }},
        {"a space that is not there", [](Program& p) { find(p, Op::Add).space = 99; }},
        {"a space not made yet", [](Program& p) { find(p, Op::Constant).space = 2; }},
        {"a space made twice", [](Program& p) { find(p, Op::BuildKeyed).index = 2; find(p, Op::BuildKeyed).target = 2; }},
        {"an input space made", [](Program& p) { find(p, Op::GroupBy).index = 0; find(p, Op::GroupBy).target = 0; }},
        {"a link with a wrong target", [](Program& p) { find(p, Op::Compose).target = 0; }},
        {"a link with a type", [](Program& p) { find(p, Op::Compose).type = kCount; }},
        {"a column without a type", [](Program& p) { find(p, Op::Add).type = {}; }},
        {"a field that is not there", [](Program& p) { find(p, Op::Input).index = 50; }},
        {"a field of another type", [](Program& p) { find(p, Op::Input).type = kCount; }},
        {"not the parent", [](Program& p) { find(p, Op::InputParent).index = 1; }},
        {"sums of different scales", [](Program& p) { find(p, Op::Add).type.scale = 2; }},
        {"sums of answers", [](Program& p) { find(p, Op::Add).operands[0] = 3; }},
        {"a product with too few decimals", [](Program& p) { find(p, Op::Multiply).type.scale = 0; }},
        {"a power out of range", [](Program& p) { find(p, Op::Rescale).immediate = 19; }},
        {"a negative power", [](Program& p) { find(p, Op::Rescale).immediate = -1; }},
        {"a rounding that there is not", [](Program& p) { find(p, Op::Round).mode = 4; }},
        {"a comparison that there is not", [](Program& p) { find(p, Op::Compare).mode = 6; }},
        {"an order of texts", [](Program& p) { find(p, Op::Compare).operands = {0, 0}; }},
        {"a comparison of unlike values", [](Program& p) { find(p, Op::Compare).operands[0] = 0; }},
        {"ratios of different scales", [](Program& p) { find(p, Op::CompareRatio).operands[0] = 2; }},
        {"words of a date", [](Program& p) { find(p, Op::WordCount).operands[0] = 1; }},
        {"a date like a text", [](Program& p) { find(p, Op::Similarity).operands[1] = 1; }},
        {"a similarity without its decimals", [](Program& p) { find(p, Op::Similarity).type.scale = 2; }},
        {"a number drawn that is no number", [](Program& p) { find(p, Op::DrawNumber).type = kText; }},
        {"a part that dates do not have", [](Program& p) { find(p, Op::DatePart).immediate = 4; }},
        {"a mask that is no answer", [](Program& p) { find(p, Op::FoldCount).operands[1] = 7; }},
        {"a date that is none", [](Program& p) { find(p, Op::InForce).operands[0] = 2; }},
        {"an arm of another type", [](Program& p) { find(p, Op::Select).operands[1] = 2; }},
        {"a period that is not there", [](Program& p) { find(p, Op::InForce).index = 1; }},
        {"a list of periods of another length", [](Program& p) { p.datedLists[0].pop_back(); }},
        {"a parameter that is not there", [](Program& p) { find(p, Op::Parameter).index = 9; }},
        {"a table that is not there", [](Program& p) { find(p, Op::TableLookup).index = 9; }},
        {"an output that the table has not", [](Program& p) { find(p, Op::TableLookup).immediate = 1; }},
        {"an argument of another type", [](Program& p) { p.tables[0].given[1] = kMoney; }},
        {"a code set that is not there", [](Program& p) { find(p, Op::InSet).index = 9; }},
        {"a step that is not there", [](Program& p) { find(p, Op::Accepts).immediate = 2; }},
        {"a place that is not there", [](Program& p) { find(p, Op::UnknownIf).index = 99; }},
        {"rows of another space named", [](Program& p) { find(p, Op::FoldOnly).type.ref = 0; }},
        {"a row as a constant", [](Program& p) { find(p, Op::Constant).type = {TypeKind::Row, 0, 0}; }},
        {"a branch of what makes no branches", [](Program& p) { find(p, Op::BranchOf).operands[0] = numberOf(p, Op::PairSecond) - 1; }},
        {"a constant text that is not there", [](Program& p) { find(p, Op::Constant).type = kText; find(p, Op::Constant).immediate = 99; }},
        {"a date out of range", [](Program& p) { find(p, Op::Constant).type = kDate; find(p, Op::Constant).immediate = INT64_MAX; }},
        {"pieces of another source", [](Program& p) { find(p, Op::BuildRows).index = 0; find(p, Op::BuildRows).target = 0; }},
        {"no entry record", [](Program& p) { p.schema.spaces.clear(); }},
        {"a list above its parent", [](Program& p) { p.schema.spaces[1].parent = 1; }},
        {"a stored row", [](Program& p) { p.schema.spaces[0].fields[2].type = {TypeKind::Row, 0, 0}; }},
        {"a key that is no text", [](Program& p) { p.schema.keyField = 1; }},
        {"an absence that means nothing", [](Program& p) { p.schema.spaces[0].fields[4].absentMeans = 3; }},
        {"fewer spaces than the schema", [](Program& p) { p.spaces.resize(1); }},
        {"a made space among the input", [](Program& p) { p.spaces[0].kind = bytecode::SpaceInfo::Kind::Rows; }},
        {"a row of a table without a cell", [](Program& p) { p.tables[0].rows[2].cells.pop_back(); }},
        {"a test without a value", [](Program& p) { p.tables[0].rows[2].cells[1].values.clear(); }},
        {"an order of codes", [](Program& p) { p.tables[0].rows[2].cells[0].test = Table::Cell::Test::AtMost; }},
        {"a code's text that is not there", [](Program& p) { p.codeSets[0].entries[0].text = 50; }},
        {"a scale without facts", [](Program& p) { p.scales[0].enumeration = 5; }},
        {"a column shown in another space", [](Program& p) { p.spaces[0].columns[0].value = numberOf(p, Op::Apportion); }},
        {"a column shown with another type", [](Program& p) { p.spaces[0].columns[0].type = kMoney; }},
        {"a row space above itself", [](Program& p) { p.spaces[3].parent = 3; }},
        {"a parent that no link leads to", [](Program& p) { p.spaces[3].toParent = kNoIndex; }},
        {"a guard of no rule", [](Program& p) { find(p, Op::Guard).index = 9; }},
        {"existence in another space", [](Program& p) { p.spaces[0].exists = numberOf(p, Op::RowExists); }},
        {"a rule that applies elsewhere", [](Program& p) { p.rules[0].space = 1; }},
        {"a rule on rows that hang under nothing", [](Program& p) { p.rules[0].space = 6; }},
        {"a weight of no space", [](Program& p) { p.rules[0].weights[0].first = 77; }},
        {"an exception that is not there", [](Program& p) { p.rules[0].effects[0].exception = 1; }},
        {"a decision that is not there", [](Program& p) { p.rules[0].effects[0].decision = 9; }},
        {"a contribution without a value", [](Program& p) { p.rules[0].effects[0].value = kNoIndex; }},
        {"a member that is not there", [](Program& p) { p.rules[0].effects[1].member = 2; }},
        {"a contribution to another row", [](Program& p) { p.rules[0].effects[1].row = kNoIndex; }},
        {"a finding with fewer slots", [](Program& p) { p.rules[0].effects[2].slots.clear(); }},
        {"a remedy with a slot too many", [](Program& p) { p.findings[0].slots.clear(); p.rules[0].effects[2].slots.clear(); }},
        {"a decision with members too few", [](Program& p) { p.decisions[1].shown.members.pop_back(); }},
        {"a contribution of no rule", [](Program& p) { p.decisions[0].contributions[0].rule = 4; }},
        {"a list that does not lead to its owner", [](Program& p) { p.outputs[1].link = numberOf(p, Op::BuildRows); }},
        {"an output of two values", [](Program& p) { p.outputs[0].columns.push_back(p.outputs[0].columns[0]); }},
        {"outcomes of another space", [](Program& p) { p.outcomesSpace = 0; }},
        {"a clause that is not there", [](Program& p) { p.rules[0].clause = 8; }},
        {"a clause below itself", [](Program& p) { p.clauses[0].children = {1}; }},
        {"rejected records of what is no grouping", [](Program& p) { find(p, Op::GroupHoles).space = 0; }},
        {"a period that dates do not have", [](Program& p) { find(p, Op::PeriodStart).immediate = 4; }},
        {"a period's end that is no date", [](Program& p) { find(p, Op::PeriodEnd).type = kCount; }},
        {"missing rows that are no answer", [](Program& p) { find(p, Op::FoldTotal).operands.push_back(find(p, Op::FoldTotal).operands[2]); }},
        {"missing rows of another space", [](Program& p) { find(p, Op::FoldCount).operands.push_back(find(p, Op::FoldCount).operands[1]); }},
        {"missing rows twice", [](Program& p) { auto& o = find(p, Op::FoldHighest).operands; const Register any = numberOf(p, Op::FoldAny); o.push_back(any); o.push_back(any); }},
        {"addends that are neither", [](Program& p) { find(p, Op::FoldTotal).immediate = 2; }},
        {"a last row without an order", [](Program& p) { find(p, Op::FoldLatest).operands.resize(2); }},
        {"a last row with half an order", [](Program& p) { auto& o = find(p, Op::FoldLatest).operands; o.erase(o.begin() + 5); }},
        {"a last row with a place too few", [](Program& p) { p.windows[1].orders.pop_back(); }},
        {"a last row of another space", [](Program& p) { find(p, Op::FoldLatest).type.ref = 0; }},
        {"a last row by a rank of another space", [](Program& p) { find(p, Op::FoldLatest).operands[2] = 5; }},
        {"a window that is not there", [](Program& p) { find(p, Op::BuildWindow).immediate = 3; }},
        {"a window of no known mode", [](Program& p) { find(p, Op::BuildWindow).mode = 2; }},
        {"a window below zero", [](Program& p) { find(p, Op::BuildWindow).immediate = -1; }},
        {"a window asked by other rows", [](Program& p) { find(p, Op::BuildWindow).index = 0; find(p, Op::BuildWindow).target = 0; }},
        {"a window with an operand too few", [](Program& p) { find(p, Op::BuildWindow).operands.pop_back(); }},
        {"a window with an operand too many", [](Program& p) { find(p, Op::BuildWindow).operands.push_back(0); }},
        {"a window that asks more than it is given", [](Program& p) { p.windows[0].dates = 2; }},
        {"a window with dates beyond counting", [](Program& p) { p.windows[0].dates = 0xffffffffU; }},
        {"a window with a mask of another space", [](Program& p) { find(p, Op::BuildWindow).operands[2] = 3; }},
        {"a window that orders codes", [](Program& p) { p.windows[0].compares[0] = 2; }},
        {"a window that compares as none can", [](Program& p) { p.windows[0].compares[1] = 6; }},
        {"a window up to more levels than there are", [](Program& p) { p.windows[0].upToOrders = 3; }},
        {"a window up to nothing", [](Program& p) { p.windows[0].upTo = bytecode::WindowInfo::UpTo::None; }},
        {"a window up to what there is not", [](Program& p) { p.windows[0].upTo = static_cast<bytecode::WindowInfo::UpTo>(3); }},
        {"a window up to another level", [](Program& p) { auto& o = find(p, Op::BuildWindow).operands; o[13] = o[15]; }},
        {"a window of fewer rows than none", [](Program& p) { p.windows[1].lastRows = -1; }},
        {"the second row of what has none", [](Program& p) { find(p, Op::SecondOf).operands[0] = numberOf(p, Op::BuildInstants); }},
        {"a second row elsewhere", [](Program& p) { find(p, Op::SecondOf).target = 0; }},
        {"instants of other rows", [](Program& p) { find(p, Op::BuildInstants).index = 0; }},
        {"instants of unlike ends", [](Program& p) { find(p, Op::BuildInstants).operands[1] = numberOf(p, Op::TableLookup); }},
        {"an instant of another type", [](Program& p) { find(p, Op::InstantStart).type = kMoney; }},
        {"an instant of what has none", [](Program& p) { find(p, Op::InstantEnd).operands[0] = numberOf(p, Op::BuildCovers); }},
        {"covers of other instants", [](Program& p) { find(p, Op::BuildCovers).index = 0; find(p, Op::BuildCovers).target = 0; }},
        {"existence of what is certain", [](Program& p) { find(p, Op::SecondExists).operands[0] = numberOf(p, Op::BuildPairs); }},
        {"a row that leads to another space", [](Program& p) { find(p, Op::LinkOfRow).target = 0; }},
        {"each row to another space", [](Program& p) { find(p, Op::Identity).target = 0; }},
        {"rows together by a key elsewhere", [](Program& p) { p.classes[0].keys[0] = numberOf(p, Op::TableLookup); }},
        {"rows together by nothing", [](Program& p) { p.spaces[2].partitionClass = 1; }},
        {"a grouping of rows that were made", [](Program& p) { p.spaces[3].membership = numberOf(p, Op::BuildKeyed); p.code[numberOf(p, Op::BuildKeyed)].target = 2; }},
        {"a clause about no parameter", [](Program& p) { p.clauses[0].detail = 3; }},
        {"a clause with neither a value nor members", [](Program& p) { p.clauses[7].value = kNoIndex; }},
        {"a rule's clause without a value", [](Program& p) { p.clauses[1].value = kNoIndex; }},
        {"a rule's clause that is a set", [](Program& p) { p.rules[1].clause = 5; }},
        {"an exception's clause that is no answer", [](Program& p) { p.rules[0].exceptions[0].clause = 7; }},
        {"an exception's clause about other rows", [](Program& p) { p.rules[0].exceptions[0].clause = 12; }},
        {"a clause's value of another type", [](Program& p) { p.clauses[7].type = {TypeKind::Enumeration, 0, 0}; }},
        {"a clause's value as one of more decimals", [](Program& p) { p.clauses[7].type.scale = 9; }},
        {"a clause's value that is a step of no scale", [](Program& p) { p.clauses[7].type = {TypeKind::Step, 0, 7}; }},
        {"a clause's value in other rows", [](Program& p) { p.clauses[7].value = numberOf(p, Op::TableLookup); }},
        {"a definition in rows that its link does not lead to", [](Program& p) { p.clauses[4].link = kNoIndex; }},
        {"a definition by a link from other rows", [](Program& p) { p.clauses[4].link = numberOf(p, Op::Compose); }},
        {"a definition by a link elsewhere", [](Program& p) { p.clauses[4].link = p.clauses[8].link; }},
        {"a definition's body in other rows", [](Program& p) { p.clauses[3].value = 5; }},
        {"a definition that is a decision of members", [](Program& p) { p.clauses[3].children = {5}; p.clauses[3].kind = bytecode::Clause::Kind::Definition; }},
        {"a definition's body by a link", [](Program& p) { p.clauses[9].link = toItself(p, 1); }},
        {"a total that is a decision of members", [](Program& p) { p.clauses[5].kind = bytecode::Clause::Kind::Total; }},
        {"a clause about rows of two row spaces", [](Program& p) { p.clauses[1].children.push_back(2); }},
        {"a decision's clause with a member too few", [](Program& p) { p.clauses[6].members.pop_back(); }},
        {"a decision's clause with no member", [](Program& p) { p.clauses[5].members.clear(); }},
        {"a decision's clause in other rows", [](Program& p) { p.clauses[6].members = p.clauses[5].members; }},
        {"a decision's clause without a date", [](Program& p) { p.clauses[6].value = kNoIndex; }},
        {"a decision's clause dated by an amount", [](Program& p) { p.clauses[6].value = 2; }},
        {"members of what is no decision", [](Program& p) { p.clauses[6].type = kMoney; }},
        {"a strictest decision without a date", [](Program& p) { p.decisions[2].shown.date = kNoIndex; }},
        {"a strictest decision dated by an amount", [](Program& p) { p.decisions[2].shown.date = 2; }},
        {"the strictest of amounts", [](Program& p) { p.decisions[0].combination = bytecode::Combination::Strictest; }},
        {"the lowest of sets", [](Program& p) { p.decisions[1].combination = bytecode::Combination::Lowest; }},
        {"the lowest of steps", [](Program& p) { p.decisions[2].combination = bytecode::Combination::Lowest; }},
        {"a lowest without a contribution's value", [](Program& p) { p.decisions[0].combination = bytecode::Combination::Lowest; p.decisions[0].contributions[0].value = kNoIndex; }},
        {"a contribution of another type", [](Program& p) { p.rules[0].effects[0].value = 1; }},
        {"a text at stake", [](Program& p) { p.rules[0].effects[2].atStake = 0; }},
        {"a list without a link", [](Program& p) { p.outputs[1].space = p.outputs[1].rows; p.outputs[1].link = kNoIndex; }},
        {"an output of rows that hang under nothing", [](Program& p) { p.outputs[0].space = 6; p.outputs[0].columns = p.spaces[6].columns; }},
        {"a group without members", [](Program& p) { p.spaces[2].membership = kNoIndex; }},
        {"a group of what leads there", [](Program& p) { p.spaces[2].membership = numberOf(p, Op::Compose); }},
        {"a group that nothing brings together", [](Program& p) { p.spaces[2].partitionClass = kNoIndex; }},
        {"a pair of one row", [](Program& p) { p.spaces[5].second = kNoIndex; }},
        {"a pair of nothing", [](Program& p) { p.spaces[5].first = kNoIndex; }},
        {"a pair of unlike rows", [](Program& p) { p.spaces[5].second = toItself(p, 5); }},
        {"a pair of itself", [](Program& p) { p.spaces[5].first = p.spaces[5].second = toItself(p, 5); }},
        {"what covers nothing", [](Program& p) { p.spaces.back().first = kNoIndex; }},
        {"what covers itself", [](Program& p) { p.spaces.back().first = toItself(p, static_cast<std::uint32_t>(p.spaces.size() - 1)); }},
        {"what covers a stretch of time", [](Program& p) { p.spaces.back().first = p.spaces.back().toParent; }},
        {"records without a key", [](Program& p) { p.schema.keyField = kNoIndex; }},
        {"records that may have no key", [](Program& p) { p.schema.spaces[0].fields[0].required = false; }},
        {"two fields in one place", [](Program& p) { p.schema.spaces[0].fields[1].path = p.schema.spaces[0].fields[0].path; }},
        {"a field inside a field", [](Program& p) { p.schema.spaces[0].fields[1].path = {p.schema.spaces[0].fields[0].path[0], "in"}; }},
        {"a list where a field is", [](Program& p) { p.schema.spaces[1].path = p.schema.spaces[0].fields[3].path; }},
        {"a field without a place", [](Program& p) { p.schema.spaces[1].fields[0].path.clear(); }},
        {"a list without a place", [](Program& p) { p.schema.spaces[1].path.clear(); }},
        {"a scale without steps", [](Program& p) { p.scales[0].steps.clear(); }},
    };
    // clang-format on
    for (const auto& [name, breakIt] : broken) {
        Program program = richProgram();
        breakIt(program);
        INFO(name);
        CHECK(!problem(program).empty());
    }
}

TEST_CASE("explanations that repeat without end are refused") {
    Program program = richProgram();
    doubleBelow(program, 1, 12);
    CHECK(problem(program).empty());
    program = richProgram();
    doubleBelow(program, 1, 14);
    CHECK(problem(program).find("shared") != std::string::npos);
    program = richProgram();
    doubleBelow(program, 1, 4000);
    CHECK(problem(program).find("shared") != std::string::npos);
    // What nothing shows may be as large as it likes.
    program = richProgram();
    const auto unread = static_cast<std::uint32_t>(program.clauses.size());
    program.clauses.push_back(program.clauses[7]);
    doubleBelow(program, unread, 100);
    CHECK(problem(program).empty());
    // Many clauses are no fault, each of them written once.
    program = richProgram();
    for (int count = 0; count < 50'000; ++count) {
        program.clauses[1].children.push_back(static_cast<std::uint32_t>(program.clauses.size()));
        program.clauses.push_back(program.clauses[7]);
    }
    CHECK(problem(program).empty());
}

TEST_CASE("what is followed from one to the next comes to an end") {
    for (const std::size_t levels : {100, 300}) {
        INFO(levels);
        Bed bed(1);
        std::uint32_t space = 0;
        for (std::size_t level = 0; level < levels; ++level) {
            space = bed.list("list", space, {0});
        }
        bed.complete();
        CHECK(problem(bed.program).empty() == (levels == 100));
    }
    for (const std::size_t spaces : {500, 2000}) {
        INFO(spaces);
        Bed bed(1);
        std::uint32_t space = 0;
        for (std::size_t count = 0; count < spaces; ++count) {
            const Register all = bed.constant(space, kYesNoType, 1);
            const std::uint32_t next = bed.space("rows", bytecode::SpaceInfo::Kind::Rows);
            bed.link(Op::BuildRows, next, space, {all}, space);
            space = next;
        }
        bed.complete();
        CHECK(problem(bed.program).empty() == (spaces == 500));
    }
}

TEST_CASE("the verifier says where") {
    Program program = richProgram();
    const Register sum = numberOf(program, Op::Add);
    program.code[sum].operands[0] = sum;
    CHECK(problem(program) ==
          "%" + std::to_string(sum) + " Add: an operand is not an earlier register");
}
