#pragma once

#include "runtime/bytecode/program.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace proviso::engine {

/// What a stage is asked for: registers, and what it tells, by number in the program.
struct Roots {
    std::vector<Register> registers;
    std::vector<std::uint32_t> rules;
    std::vector<std::uint32_t> decisions;
    std::vector<std::uint32_t> outputs;

    bool tellsNothing() const { return rules.empty() && decisions.empty() && outputs.empty(); }
    bool empty() const { return registers.empty() && tellsNothing(); }
    void take(const Roots& more) {
        const auto add = [](auto& to, const auto& from) {
            to.insert(to.end(), from.begin(), from.end());
            std::sort(to.begin(), to.end());
        };
        add(registers, more.registers);
        add(rules, more.rules);
        add(decisions, more.decisions);
        add(outputs, more.outputs);
    }
};

}  // namespace proviso::engine
