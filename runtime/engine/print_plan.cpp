#include "runtime/bytecode/op_info.h"
#include "runtime/engine/plan.h"

#include <algorithm>
#include <map>

namespace proviso::engine {

namespace {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;

/// What people call registers.
class Names {
  public:
    explicit Names(const Program& program) : program_(program) {
        for (const bytecode::SpaceInfo& space : program.spaces) {
            for (const bytecode::Shown& column : space.columns) {
                add(column, space.name + "." + column.name);
            }
        }
        for (const bytecode::DecisionInfo& decision : program.decisions) {
            add(decision.shown, decision.name);
        }
        for (const bytecode::RuleInfo& rule : program.rules) {
            for (const bytecode::Effect& effect : rule.effects) {
                add(effect.guard, "whether " + rule.name + " speaks");
                add(effect.value, "what " + rule.name + " says");
            }
        }
    }

    std::string of(Register number) const {
        const auto known = names_.find(number);
        if (known != names_.end()) {
            return known->second;
        }
        const Instruction& one = program_.code[number];
        if (one.op == Op::Input) {
            const SchemaSpace& space = program_.schema.spaces[one.space];
            return space.name + "." + space.fields[one.index].name;
        }
        return "%" + std::to_string(number) + " " + std::string(bytecode::opName(one.op)) + " of " +
               program_.spaces[one.space].name;
    }

  private:
    void add(const bytecode::Shown& shown, const std::string& name) {
        add(shown.value, name);
        for (const Register member : shown.members) {
            add(member, name + ", a member");
        }
    }
    void add(Register number, const std::string& name) {
        if (number != kNone) {
            names_.emplace(number, name);
        }
    }

    const Program& program_;
    std::map<Register, std::string> names_;
};

void addLine(std::string& out, std::string_view label, const std::vector<std::string>& words) {
    if (words.empty()) {
        return;
    }
    out +=
        "    " + std::string(label) + std::string(label.size() < 12 ? 12 - label.size() : 1, ' ');
    std::string line;
    bool first = true;
    for (const std::string& word : words) {
        if (!first && line.size() + word.size() > 90) {
            out += line + ",\n" + std::string(16, ' ');
            line.clear();
            first = true;
        }
        line += (first ? "" : ", ") + word;
        first = false;
    }
    out += line + "\n";
}

std::string windowText(const bytecode::WindowInfo& window) {
    std::string text;
    const auto add = [&](const std::string& words) { text += (text.empty() ? "" : ", ") + words; };
    if (window.dates == 1) {
        add("between two days");
    } else if (window.dates > 1) {
        add("within " + std::to_string(window.dates) + " periods");
    }
    if (window.upTo != bytecode::WindowInfo::UpTo::None) {
        add(window.upTo == bytecode::WindowInfo::UpTo::Inclusive ? "up to its own row"
                                                                 : "up to before its own row");
    }
    if (window.since) {
        add("since the latest marked row");
    }
    if (window.lastRows != 0) {
        add("the last " + std::to_string(window.lastRows) + " rows");
    }
    if (!window.compares.empty()) {
        add(std::to_string(window.compares.size()) +
            (window.compares.size() == 1 ? " comparison" : " comparisons"));
    }
    return text.empty() ? "no window" : text;
}

/// The fold that each window is for is not said: several may share one.
void addWindows(std::string& out, const Program& program, const Stage& stage) {
    std::vector<std::string> words;
    for (const Register number : stage.active) {
        const Instruction& one = program.code[number];
        if (one.op != Op::BuildWindow) {
            continue;
        }
        const Instruction& rows = program.code[one.operands[1]];
        words.push_back("for each " + program.spaces[one.index].name + " the rows of " +
                        program.spaces[rows.space].name + " under one " +
                        program.spaces[rows.target].name + ": " +
                        windowText(program.windows[static_cast<std::size_t>(one.immediate)]));
    }
    for (const std::string& line : words) {
        addLine(out, "window", {line});
    }
}

/// Sums and other folds that reach over records.
void addFolds(std::string& out, const Program& program, const Plan& plan, const Stage& stage) {
    std::map<std::string, std::size_t> folds;
    for (const Register number : stage.active) {
        const Instruction& one = program.code[number];
        const bytecode::OpInfo* info = bytecode::findOp(one.op);
        if (info == nullptr || info->family != bytecode::Family::Fold || one.operands.empty() ||
            plan.spaceClass[one.space] == kNone) {
            continue;
        }
        const Instruction& link = program.code[one.operands[0]];
        ++folds[program.spaces[link.space].name + " over " + program.spaces[one.space].name];
    }
    std::vector<std::string> words;
    for (const auto& [name, count] : folds) {
        words.push_back(name + (count == 1 ? "" : " (" + std::to_string(count) + ")"));
    }
    addLine(out, "sums", words);
}

/// ", sharing worker.name"
std::string tiesOf(const Program& program, const Partition& partition) {
    std::string out;
    for (const Tie& tie : partition.ties) {
        std::string fields;
        const auto add = [&](std::uint32_t space, const std::vector<std::uint32_t>& of) {
            for (const std::uint32_t field : of) {
                fields += (fields.empty() ? "" : " and ") + program.spaces[space].name + "." +
                          program.schema.spaces[space].fields[field].name;
            }
        };
        add(tie.space, tie.fields);
        add(0, tie.entryFields);
        out += (out.empty() ? ", sharing " : " or ") + fields;
    }
    return out;
}

std::vector<std::string> namesOf(const Names& names, const std::vector<Register>& registers) {
    std::vector<std::string> words;
    for (const Register each : registers) {
        words.push_back(names.of(each));
    }
    std::sort(words.begin(), words.end());
    return words;
}

}  // namespace

std::string printPlan(const Program& program, const Plan& plan) {
    const Names names(program);
    const std::string record = program.spaces.empty() ? "record" : program.spaces[0].name;
    std::string out;
    std::size_t number = 0;
    for (const Stage& stage : plan.stages) {
        out += "stage " + std::to_string(++number) + ": ";
        if (stage.partition == kNone) {
            out += "each " + record + " by itself\n";
        } else {
            const Partition& partition = plan.partitions[stage.partition];
            out += partition.name + ", ";
            std::string keys;
            for (const Register key : partition.keys) {
                keys += (keys.empty() ? "" : ", ") + names.of(key);
            }
            out += keys.empty() ? "all of the input together" : "together by " + keys;
            out += tiesOf(program, partition) + "\n";
        }
        std::vector<std::string> words;
        for (const std::uint32_t space : stage.groups) {
            words.push_back(program.spaces[space].name);
        }
        addLine(out, "groups", words);
        addLine(out, "carried in", namesOf(names, stage.carriedIn));
        addWindows(out, program, stage);
        addFolds(out, program, plan, stage);
        words.clear();
        for (const std::uint32_t rule : stage.rules) {
            words.push_back(program.rules[rule].name);
        }
        addLine(out, "rules", words);
        words.clear();
        for (const std::uint32_t decision : stage.decisions) {
            words.push_back(program.decisions[decision].name);
        }
        addLine(out, "decisions", words);
        words.clear();
        for (const std::uint32_t output : stage.outputs) {
            words.push_back(program.outputs[output].name);
        }
        addLine(out, "outputs", words);
        addLine(out, "carried on", namesOf(names, stage.carriedOut));
        out += "    " + std::to_string(stage.active.size()) + " of " +
               std::to_string(program.code.size()) + " instructions\n";
    }
    return out;
}

}  // namespace proviso::engine
