#pragma once

#include "runtime/bytecode/program.h"

#include <string>

namespace proviso::bytecode {

/// The program for people: row spaces, what is looked up, one line an instruction, rules, decisions
/// and outputs. Works on programs that do not verify, too. The form may change from version to
/// version.
std::string printProgram(const Program& program);

/// "money(2)", "enumeration color", "row line".
std::string printType(const Program& program, const Type& type);

/// A value by its type: "12.50", "2025-01-31", "yes", "red", "\"A1\"".
std::string printValue(const Program& program, const Type& type, std::int64_t value);

}  // namespace proviso::bytecode
