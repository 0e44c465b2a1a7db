#include "runtime/bytecode/print.h"
#include "tests/unit/runtime/bytecode_rich_program.h"

using namespace proviso;
using namespace proviso::test;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a program prints one line an instruction, with names where they are known") {
    const bytecode::Program program = richProgram();
    const std::string text = bytecode::printProgram(program);
    INFO(text);
    for (Register number = 0; number < program.code.size(); ++number) {
        CHECK(has(text, "\n  %" + std::to_string(number) + " "));
    }
    CHECK(has(text, " order.key = Input f0 : text\n"));
    CHECK(has(text, " item.units = Apportion %"));
    CHECK(has(text, " = Parameter rate %1 : money(2)\n"));
    CHECK(has(text, " = GroupBy %1 %4 : link order -> day\n"));
    CHECK(has(text, "order = Constant 2 : number\n"));
    CHECK(has(text, "Accepts watch.loose"));
    CHECK(has(text, "rate : money(2)\n    1970-01-01.. : 12.50\n"));
    CHECK(has(text, "| \"PEAR\" | at least 3 => | unknown \"open\" | always\n"));
    CHECK(has(text, "north.rule for each order when %"));
    CHECK(has(text, "contribute to north.marks PEAR on %"));
}

TEST_CASE("values print by their type") {
    const bytecode::Program program = richProgram();
    CHECK(bytecode::printValue(program, kMoney, -5) == "-0.05");
    CHECK(bytecode::printValue(program, kYesNoType, 1) == "yes");
    CHECK(bytecode::printValue(program, {TypeKind::Enumeration, 0, 0}, 1) == "far");
    CHECK(bytecode::printValue(program, {TypeKind::Enumeration, 0, 0}, 7) == "7");
    CHECK(bytecode::printValue(program, kText, 0) == "\"APPLE\"");
    CHECK(bytecode::printValue(program, kDate, 0) == "1970-01-01");
    CHECK(bytecode::printType(program, {TypeKind::Row, 0, 1}) == "row line");
}
