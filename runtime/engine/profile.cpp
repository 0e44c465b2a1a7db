#include "runtime/engine/profile.h"

#include "runtime/engine/plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso {

namespace {

using bytecode::kNone;
using bytecode::Program;
using bytecode::Register;

void addShown(std::vector<Register>& out, const bytecode::Shown& shown) {
    out.push_back(shown.value);
    out.push_back(shown.date);
    out.insert(out.end(), shown.members.begin(), shown.members.end());
}

void addTemplate(std::vector<Register>& out, const std::optional<bytecode::Template>& text) {
    for (const bytecode::TextPart& part : text ? *text : bytecode::Template{}) {
        if (part.shown) {
            addShown(out, *part.shown);
        }
    }
}

std::vector<Register> readBy(const bytecode::RuleInfo& rule) {
    std::vector<Register> out;
    for (const bytecode::Effect& effect : rule.effects) {
        out.insert(out.end(), {effect.guard, effect.row, effect.value, effect.atStake});
        for (const bytecode::Shown& slot : effect.slots) {
            addShown(out, slot);
        }
        addTemplate(out, effect.because);
    }
    for (const bytecode::ExceptionInfo& exception : rule.exceptions) {
        addTemplate(out, exception.because);
    }
    return out;
}

std::vector<Register> readBy(const bytecode::DecisionInfo& decision) {
    std::vector<Register> out;
    addShown(out, decision.shown);
    for (const auto& contribution : decision.contributions) {
        out.insert(out.end(), {contribution.guard, contribution.value});
    }
    return out;
}

std::vector<Register> readBy(const bytecode::OutputInfo& output) {
    std::vector<Register> out = {output.link};
    for (const bytecode::Shown& column : output.columns) {
        addShown(out, column);
    }
    return out;
}

/// Everything the registers rest on, themselves included.
std::vector<Register> restOf(const Program& program,
                             const std::vector<Register>& builders,
                             std::vector<Register> pending) {
    std::vector<std::uint8_t> met(program.code.size(), 0);
    std::vector<Register> all;
    std::erase(pending, kNone);
    while (!pending.empty()) {
        const Register each = pending.back();
        pending.pop_back();
        if (met[each] != 0) {
            continue;
        }
        met[each] = 1;
        all.push_back(each);
        const bytecode::Instruction& one = program.code[each];
        pending.insert(pending.end(), one.operands.begin(), one.operands.end());
        if (builders[one.space] != kNone) {
            pending.push_back(builders[one.space]);
        }
    }
    return all;
}

}  // namespace

std::vector<TimeSpent> timeByRule(const Program& program, const InstructionTimes& times) {
    const std::vector<Register> builders = engine::planStages(program).builder;
    std::vector<TimeSpent> spent;
    std::vector<std::vector<Register>> read;
    std::vector<std::uint32_t> readers(program.code.size(), 0);
    const auto add = [&](std::string name, const std::vector<Register>& roots) {
        spent.push_back({std::move(name)});
        read.push_back(restOf(program, builders, roots));
        for (const Register each : read.back()) {
            ++readers[each];
        }
    };
    for (const bytecode::RuleInfo& rule : program.rules) {
        add(rule.name, readBy(rule));
    }
    for (const bytecode::DecisionInfo& decision : program.decisions) {
        add("decision " + decision.name, readBy(decision));
    }
    for (const bytecode::OutputInfo& output : program.outputs) {
        add("output " + output.name, readBy(output));
    }
    for (std::size_t index = 0; index < spent.size(); ++index) {
        for (const Register each : read[index]) {
            const double seconds = static_cast<double>(times.nanoseconds(each)) * 1e-9;
            (readers[each] == 1 ? spent[index].own : spent[index].shared) +=
                seconds / readers[each];
        }
    }
    std::erase_if(spent, [](const TimeSpent& one) { return one.own + one.shared <= 0; });
    std::sort(spent.begin(), spent.end(), [](const TimeSpent& a, const TimeSpent& b) {
        const double ofA = a.own + a.shared;
        const double ofB = b.own + b.shared;
        return ofA != ofB ? ofA > ofB : a.name < b.name;
    });
    return spent;
}

std::string printTimes(const std::vector<TimeSpent>& times, double wholeRun, std::size_t most) {
    const auto row =
        [](double all, double own, double shared, double ofAll, std::string_view name) {
            return fmt::format("{:>9.1f} {:>6.1f} {:>9.1f} {:>9.1f}  {}\n",
                               1000 * all,
                               ofAll > 0 ? 100 * all / ofAll : 0.0,
                               1000 * own,
                               1000 * shared,
                               name);
        };
    double all = 0;
    for (const TimeSpent& one : times) {
        all += one.own + one.shared;
    }
    std::string text = fmt::format(
        "time by rule, in milliseconds on one core (what several read is divided among them)\n"
        "{:>9} {:>6} {:>9} {:>9}\n",
        "all",
        "%",
        "its own",
        "shared");
    TimeSpent rest;
    for (std::size_t index = 0; index < times.size(); ++index) {
        const TimeSpent& one = times[index];
        if (index < most) {
            text += row(one.own + one.shared, one.own, one.shared, all, one.name);
        } else {
            rest.own += one.own;
            rest.shared += one.shared;
        }
    }
    if (times.size() > most) {
        text += row(rest.own + rest.shared,
                    rest.own,
                    rest.shared,
                    all,
                    fmt::format("{} others", times.size() - most));
    }
    text += fmt::format("rules {:.1f} ms of {:.1f} ms; the rest brings records together and tells "
                        "what was found\n",
                        1000 * all,
                        1000 * wholeRun);
    return text;
}

}  // namespace proviso
