#include "runtime/engine/carry_lists.h"

#include <algorithm>
#include <set>
#include <utility>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;

namespace {

/// What a stage gathers of lists: a space and a field of it, or kNone for its rows.
using ColumnSet = std::set<std::pair<std::uint32_t, std::uint32_t>>;

/// Registers, by number, that others need.
class Needed {
  public:
    Needed(const Program& program, const std::vector<Register>& builder)
        : program_(program), builder_(builder), met_(program.code.size(), 0) {}

    /// Marks what is needed for it, itself included, but not what is needed for what is `given`.
    void add(Register number, const std::vector<std::uint8_t>* given = nullptr) {
        visit(number);
        while (!pending_.empty()) {
            const Register each = pending_.back();
            pending_.pop_back();
            if (given != nullptr && (*given)[each] != 0) {
                continue;
            }
            visit(builder_[program_.code[each].space]);
            visitReads(program_, builder_, each, [&](Register read) { visit(read); });
        }
    }

    bool contains(Register number) const { return met_[number] != 0; }

  private:
    void visit(Register number) {
        if (number != kNone && met_[number] == 0) {
            met_[number] = 1;
            pending_.push_back(number);
        }
    }

    const Program& program_;
    const std::vector<Register>& builder_;
    std::vector<std::uint8_t> met_;
    std::vector<Register> pending_;
};

void addColumns(ColumnSet& columns, const Program& program, Register number) {
    const std::vector<SchemaSpace>& spaces = program.schema.spaces;
    const Instruction& one = program.code[number];
    const std::uint32_t made = bytecode::spaceMadeBy(one) != kNone ? one.index : kNone;
    for (std::uint32_t space : {one.space, one.target, made}) {
        for (; space < spaces.size() && space != 0; space = spaces[space].parent) {
            columns.emplace(space, kNone);
        }
    }
    if (one.op == Op::Input && one.space != 0) {
        columns.emplace(one.space, one.index);
    }
}

}  // namespace

std::vector<std::uint8_t> madeOfLists(const Program& program,
                                      const Batch& records,
                                      const std::vector<Register>& builder,
                                      const std::vector<std::uint32_t>& stageOf,
                                      const std::vector<Register>& namings) {
    Needed names(program, builder);
    for (const Register naming : namings) {
        names.add(naming);
    }
    std::vector<std::uint8_t> ofLists(program.code.size(), 0);
    std::vector<std::uint8_t> barred(program.code.size(), 0);  // reads a choice or what is open
    std::vector<std::uint8_t> candidates(program.code.size(), 0);
    for (Register number = 0; number < program.code.size(); ++number) {
        const Instruction& one = program.code[number];
        ofLists[number] = one.space != 0 ? 1 : 0;
        const bool isOpen =
            one.op == Op::Input && !records.spaces[one.space].columns[one.index].states.empty();
        barred[number] = isOpen || one.op == Op::Choice ? 1 : 0;
        visitReads(program, builder, number, [&](Register read) {
            if (read != kNone) {
                ofLists[number] |= ofLists[read];
                barred[number] |= barred[read];
            }
        });
        const bool isValue = one.type.kind != TypeKind::None && one.type.kind != TypeKind::Row;
        candidates[number] = stageOf[number] == 0 && one.space == 0 && isValue &&
                                     ofLists[number] != 0 && barred[number] == 0 &&
                                     one.op != Op::Guard && !names.contains(number)
                                 ? 1
                                 : 0;
    }
    return candidates;
}

std::vector<Register> chooseCarried(const Program& program,
                                    const std::vector<Register>& builder,
                                    const Stage& stage,
                                    const std::vector<Register>& needed,
                                    const std::vector<std::uint8_t>& candidates) {
    // What the stage is given anyhow is not computed either.
    std::vector<std::uint8_t> given = candidates;
    for (const Register number : stage.carriedIn) {
        given[number] = 1;
    }
    Needed left(program, builder);
    for (const Register number : needed) {
        left.add(number, &given);
    }
    ColumnSet before;
    ColumnSet after;
    std::vector<Register> met;
    for (const Register number : stage.active) {
        addColumns(before, program, number);
        if (!left.contains(number)) {
            continue;
        }
        if (candidates[number] != 0) {
            met.push_back(number);
        } else {
            addColumns(after, program, number);
        }
    }
    std::vector<Register> chosen;
    for (const Register number : met) {
        Needed own(program, builder);
        own.add(number);
        ColumnSet columns;
        for (const Register each : stage.active) {
            if (own.contains(each)) {
                addColumns(columns, program, each);
            }
        }
        if (!std::includes(after.begin(), after.end(), columns.begin(), columns.end())) {
            chosen.push_back(number);
        }
    }
    if (chosen.size() > before.size() - after.size()) {
        chosen.clear();
    }
    return chosen;
}

}  // namespace proviso::engine
