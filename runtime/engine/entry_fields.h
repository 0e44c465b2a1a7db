#pragma once

#include "runtime/bytecode/program.h"

#include <cstdint>
#include <vector>

namespace proviso::engine {

/// What all groupings of a program group by.
std::vector<bytecode::Register> groupingKeys(const bytecode::Program& program);

/// What a column that lists see of what is above them is there.
bytecode::Register spreadFrom(const bytecode::Program& program, bytecode::Register column);

/// Fields of the entry record that registers are made of; ascending, each once.
std::vector<std::uint32_t> entryFieldsOf(const bytecode::Program& program,
                                         std::vector<bytecode::Register> registers);

}  // namespace proviso::engine
