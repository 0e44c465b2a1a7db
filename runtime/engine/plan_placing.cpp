#include "runtime/engine/plan_placing.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <numeric>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;
using bytecode::SpaceInfo;
using bytecode::spaceMadeBy;

Placing::Placing(const Program& program, const ResultReads& results, Plan& plan)
    : program_(program), plan_(plan) {
    findBuilders();
    plan_.classes = program_.classes;
    findClasses();
    joinClasses(results);
    makePartitions();
    placeRegisters();
}

void Placing::findBuilders() {
    plan_.builder.assign(program_.spaces.size(), kNone);
    for (Register number = 0; number < program_.code.size(); ++number) {
        if (isBuild(program_.code[number])) {
            plan_.builder[spaceMadeBy(program_.code[number])] = number;
        }
    }
}

/// As the bytecode says; helper spaces take the class of what they are built from.
void Placing::findClasses() {
    std::vector<std::uint32_t>& classes = plan_.spaceClass;
    for (const SpaceInfo& space : program_.spaces) {
        classes.push_back(space.partitionClass);
    }
    for (const Instruction& one : program_.code) {
        if (!isBuild(one) || classes[spaceMadeBy(one)] != kNone) {
            continue;
        }
        const std::uint32_t made = spaceMadeBy(one);
        const auto take = [&](std::uint32_t space) {
            if (space != kNone && classes[made] == kNone) {
                classes[made] = classes[space];
            }
        };
        if (one.op != Op::GroupBy && one.op != Op::BuildKeyed && one.index != kNone) {
            take(one.index);
        }
        for (const Register operand : one.operands) {
            take(program_.code[operand].space);
            take(program_.code[operand].target);
        }
        PROVISO_CHECK(one.op != Op::GroupBy || classes[made] != kNone,
                      "a grouping belongs to a partition class");
    }
}

std::uint32_t Placing::joined(std::uint32_t of) const {
    while (joinedWith_[of] != of) {
        of = joinedWith_[of];
    }
    return of;
}

std::uint32_t Placing::classOfSpace(std::uint32_t space) const {
    return space == kNone || plan_.spaceClass[space] == kNone ? kNone
                                                              : joined(plan_.spaceClass[space]);
}

/// Two things that one place reads must be brought together by one class.
std::uint32_t Placing::join(std::uint32_t a, std::uint32_t b) {
    if (a == kNone || b == kNone || a == b) {
        return a == kNone ? b : a;
    }
    const std::uint32_t low = std::min(a, b);
    joinedWith_[std::max(a, b)] = low;
    return low;
}

/// The class of groups that the register's rows hang on, or lead to.
std::uint32_t Placing::classOf(Register number) {
    const Instruction& one = program_.code[number];
    std::uint32_t found = join(classOfSpace(one.space), classOfSpace(one.target));
    if (one.type.kind == TypeKind::Row) {
        found = join(found, classOfSpace(one.type.ref));
    }
    if (isBuild(one)) {
        found = join(found, classOfSpace(spaceMadeBy(one)));
    }
    return found;
}

/// Rows and links are not carried from stage to stage: what reads one that was found by looking
/// at groups looks at these groups itself. Their class.
std::uint32_t Placing::tieOf(Register number) const {
    return number == kNone || tied_[number] == kNone ? kNone : joined(tied_[number]);
}

std::uint32_t Placing::classRead(Register number) {
    const Instruction& one = program_.code[number];
    std::uint32_t found = classOf(number);
    for (const Register operand : one.operands) {
        found = join(join(found, classOf(operand)), tieOf(operand));
    }
    for (const std::uint32_t space : {one.space, one.target}) {
        const Register builder = space == kNone ? kNone : plan_.builder[space];
        if (builder != kNone && builder < number) {
            found = join(found, tieOf(builder));
        }
    }
    return found;
}

std::uint32_t Placing::classOfAll(const std::vector<Register>& registers) {
    std::uint32_t found = kNone;
    for (const Register each : registers) {
        found = join(join(found, classOf(each)), tieOf(each));
    }
    return found;
}

void Placing::joinClasses(const ResultReads& results) {
    joinedWith_.resize(plan_.classes.size());
    std::iota(joinedWith_.begin(), joinedWith_.end(), 0U);
    tied_.assign(program_.code.size(), kNone);
    for (Register number = 0; number < program_.code.size(); ++number) {
        const std::uint32_t read = classRead(number);
        const TypeKind kind = program_.code[number].type.kind;
        if (kind == TypeKind::None || kind == TypeKind::Row) {
            tied_[number] = read;
        }
    }
    for (std::uint32_t rule = 0; rule < program_.rules.size(); ++rule) {
        classOfAll(results.ofRule(rule));
    }
    for (std::uint32_t index = 0; index < program_.decisions.size(); ++index) {
        classOfAll(results.ofDecision(index));
    }
    for (std::uint32_t output = 0; output < program_.outputs.size(); ++output) {
        classOfAll(results.ofOutput(output));
    }
}

void Placing::makePartitions() {
    partitionOf_.assign(plan_.classes.size(), kNone);
    for (std::uint32_t each = 0; each < plan_.classes.size(); ++each) {
        const bytecode::PartitionClass& from = plan_.classes[each];
        const std::uint32_t whole = joined(each);
        if (partitionOf_[whole] == kNone) {
            partitionOf_[whole] = static_cast<std::uint32_t>(plan_.partitions.size());
            plan_.partitions.push_back({from.name, from.keys, {each}, {}});
            continue;
        }
        Partition& partition = plan_.partitions[partitionOf_[whole]];
        partitionOf_[each] = partitionOf_[whole];
        partition.name += "+" + from.name;
        partition.classes.push_back(each);
        // Only keys that both have bring together what either needs.
        std::erase_if(partition.keys, [&](Register key) {
            return std::find(from.keys.begin(), from.keys.end(), key) == from.keys.end();
        });
    }
}

/// The first stage of the partition that is not before `least`.
Ordinal Placing::firstOf(std::uint32_t partition, Ordinal least) const {
    if (least == 0) {
        return ordinal(1, partition);
    }
    return ordinal(levelOf(least) + (partitionOf(least) <= partition ? 0 : 1), partition);
}

void Placing::placeRegisters() {
    stageOf_.assign(program_.code.size(), 0);
    ownPartition_.assign(program_.code.size(), kNone);
    for (Register number = 0; number < program_.code.size(); ++number) {
        const Instruction& one = program_.code[number];
        Ordinal stage = 0;
        for (const Register operand : one.operands) {
            stage = std::max(stage, stageOf_[operand]);
        }
        for (const std::uint32_t space : {one.space, one.target}) {
            if (space != kNone && plan_.builder[space] < number) {
                stage = std::max(stage, stageOf_[plan_.builder[space]]);
            }
        }
        const std::uint32_t own = classOf(number);
        const std::uint32_t read = classRead(number);
        ownPartition_[number] = own == kNone ? kNone : partitionOf_[own];
        stageOf_[number] = read == kNone ? stage : firstOf(partitionOf_[read], stage);
    }
}

Ordinal Placing::stageOfAll(const std::vector<Register>& registers) {
    Ordinal stage = 0;
    for (const Register each : registers) {
        stage = std::max(stage, stageOf_[each]);
    }
    const std::uint32_t read = classOfAll(registers);
    return read == kNone ? stage : firstOf(partitionOf_[read], stage);
}

}  // namespace proviso::engine
