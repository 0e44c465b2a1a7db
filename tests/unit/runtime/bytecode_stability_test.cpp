#include "runtime/bytecode/op_info.h"
#include "tests/catch.h"

#include <fstream>
#include <sstream>
#include <string>

using namespace proviso::bytecode;

TEST_CASE("the numbers of the operations never change") {
    // A new operation is added here with a new number; a line that stands here stays.
    // clang-format off
    const std::vector<std::pair<int, std::string>> pinned = {
        {1, "Input"}, {2, "InputParent"}, {3, "Constant"}, {4, "NotApplicable"}, {5, "Choice"},
        {6, "GroupHoles"},
        {10, "Add"}, {11, "Subtract"}, {12, "Multiply"}, {13, "Negate"}, {14, "Rescale"},
        {15, "IntegerDivide"}, {16, "Modulo"}, {17, "Round"}, {18, "RoundRatio"}, {19, "DatePart"},
        {20, "PeriodStart"}, {21, "PeriodEnd"}, {22, "WordCount"}, {23, "Similarity"}, {24, "DrawNumber"},
        {30, "Compare"}, {31, "CompareRatio"}, {32, "And"}, {33, "Or"}, {34, "Not"},
        {35, "Select"}, {36, "OrElse"}, {37, "IsKnown"}, {38, "IsApplicable"}, {39, "UnknownIf"},
        {50, "InForce"}, {51, "DatedSelect"}, {52, "Parameter"}, {53, "TableLookup"}, {54, "InSet"},
        {55, "Accepts"}, {60, "ExactlyOne"}, {61, "Lowest"}, {62, "Highest"}, {63, "BranchSelect"}, {64, "Guard"},
        {70, "Spread"}, {71, "Gather"}, {72, "Compose"}, {73, "FirstRow"}, {74, "RowOfLink"},
        {80, "FoldTotal"}, {81, "FoldCount"}, {82, "FoldDistinct"}, {83, "FoldHighest"},
        {84, "FoldLowest"}, {85, "FoldAny"}, {86, "FoldEvery"}, {87, "FoldOnly"}, {88, "FoldFirst"},
        {89, "FoldLatest"},
        {100, "GroupBy"}, {101, "BuildKeyed"}, {102, "BuildRows"}, {103, "BranchOf"},
        {104, "RowExists"}, {105, "BuildPairs"}, {106, "PairSecond"}, {107, "Rank"},
        {108, "BuildProduct"}, {109, "ProductSecond"}, {110, "BuildWindow"},
        {111, "BuildInstants"}, {112, "InstantStart"}, {113, "InstantEnd"}, {114, "BuildCovers"},
        {115, "SecondOf"}, {116, "SecondExists"}, {117, "DenseRank"}, {118, "Identity"},
        {119, "LinkOfRow"}, {120, "Apportion"},
        {121, "ApportionOutcomes"},
    };
    // clang-format on
    REQUIRE(allOps().size() == pinned.size());
    for (const auto& [number, name] : pinned) {
        CHECK(opName(static_cast<Op>(number)) == name);
    }
}

TEST_CASE("the format's version is raised on purpose") {
    CHECK(kFormatVersion == 2);
}

TEST_CASE("operand descriptions are understood") {
    const OpInfo& gather = *findOp(Op::Gather);
    REQUIRE(gather.operands.size() == 2);
    CHECK(gather.operands[0].space == 'T');
    CHECK(gather.operands[1].target == 'T');
    const OpInfo& lookup = *findOp(Op::TableLookup);
    REQUIRE(lookup.operands.size() == 2);
    CHECK(lookup.operands[0].repeats);
    CHECK(lookup.operands[1].role == "date");
    CHECK(findOp(Op::ExactlyOne)->pairsRepeat);
    CHECK(findOp(Op::BranchOf)->operands[0].madeBy == "BuildRows");
    CHECK(findOp(Op::BuildRows)->operands[0].role == "when");
    const OpInfo& exists = *findOp(Op::SecondExists);
    REQUIRE(exists.operands.size() == 1);
    CHECK(isMadeBy(exists.operands[0], Op::BuildWindow));
    CHECK(isMadeBy(exists.operands[0], Op::BuildInstants));
    CHECK(isMadeBy(exists.operands[0], Op::BuildCovers));
    CHECK(!isMadeBy(exists.operands[0], Op::BuildRows));
    CHECK(findOp(Op::BuildWindow)->ownRest);
    CHECK(findOp(Op::BuildWindow)->operands.size() == 2);
    CHECK(findOp(Op::FoldLatest)->ownRest);
    CHECK(takesMore(Op::FoldTotal));
    CHECK(takesMore(Op::FoldLatest));
    CHECK(!takesMore(Op::ApportionOutcomes));
    for (const OpInfo& info : allOps()) {
        INFO(info.name);
        CHECK(info.operands.empty() == info.operandText.empty());
        for (const OperandInfo& operand : info.operands) {
            CHECK(std::string("STUPCDAI").find(operand.space) != std::string::npos);
            CHECK((!operand.link ||
                   std::string("STUPCAI").find(operand.target) != std::string::npos));
        }
    }
}

TEST_CASE("docs/bytecode.md lists the operations as they are") {
    std::ifstream file(PROVISO_ROOT "/docs/bytecode.md");
    REQUIRE(file.good());
    std::stringstream content;
    content << file.rdbuf();
    const std::string text = content.str();
    std::size_t rows = 0;
    for (std::size_t at = text.find("\n| "); at != std::string::npos;
         at = text.find("\n| ", at + 1)) {
        rows += text[at + 3] >= '0' && text[at + 3] <= '9' ? 1 : 0;
    }
    CHECK(rows == allOps().size());
    for (const OpInfo& info : allOps()) {
        const std::string operands =
            info.operandText.empty() ? "" : " `" + std::string(info.operandText) + "`";
        const std::string row = "\n| " + std::to_string(static_cast<int>(info.op)) + " | " +
                                std::string(info.name) + " | " + std::to_string(info.weight) +
                                " |" + operands + " | " + std::string(info.meaning) + " |\n";
        INFO("expected in docs/bytecode.md:" << row);
        CHECK(text.find(row) != std::string::npos);
    }
}
