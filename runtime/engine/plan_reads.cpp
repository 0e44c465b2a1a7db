#include "runtime/engine/plan_reads.h"

#include "runtime/engine/entry_fields.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;

namespace {

/// By how many fields records of a block are alike, and how many tests make a field worth it.
constexpr std::size_t kMostFields = 4;
constexpr std::uint32_t kFewestTests = 4;

}  // namespace

std::set<Register> Plan::readAfter(std::size_t stage) const {
    std::set<Register> read;
    for (std::size_t later = stage + 1; later < stages.size(); ++later) {
        read.insert(stages[later].carriedIn.begin(), stages[later].carriedIn.end());
    }
    for (const bytecode::PartitionClass& each : classes) {
        read.insert(each.keys.begin(), each.keys.end());
    }
    return read;
}

void noteRows(const Schema& schema, ReadOfRecords& read, std::uint32_t space) {
    for (; space < schema.spaces.size(); space = schema.spaces[space].parent) {
        read.rows[space] = 1;
    }
}

void noteRead(const Program& program, const std::vector<Partition>& partitions, Stage& stage) {
    const std::vector<SchemaSpace>& spaces = program.schema.spaces;
    std::vector<std::set<std::uint32_t>> fields(spaces.size());
    stage.read.rows.assign(spaces.size(), 0);
    const auto noteRowsOf = [&](std::uint32_t space) {
        noteRows(program.schema, stage.read, space);
    };
    const auto note = [&](Register number) {
        const Instruction& one = program.code[number];
        if (one.op == Op::Input) {
            fields[one.space].insert(one.index);
        }
        noteRowsOf(one.space);
        noteRowsOf(one.target);
        if (bytecode::spaceMadeBy(one) != kNone) {
            noteRowsOf(one.index);
        }
    };
    noteRowsOf(0);
    std::for_each(stage.active.begin(), stage.active.end(), note);
    std::for_each(stage.carriedIn.begin(), stage.carriedIn.end(), note);
    // Who is told, and which rejected records may belong to them.
    fields[0].insert(program.schema.keyField);
    if (stage.partition != kNone) {
        const std::vector<Register>& keys = partitions[stage.partition].keys;
        std::for_each(keys.begin(), keys.end(), note);
    }
    for (const std::set<std::uint32_t>& ofSpace : fields) {
        stage.read.fields.emplace_back(ofSpace.begin(), ofSpace.end());
    }
}

void noteAlike(const Program& program, Stage& stage) {
    std::map<std::uint32_t, std::uint32_t> tests;  // by field
    for (const Register number : stage.active) {
        const Instruction& one = program.code[number];
        if (one.op != Op::Compare) {
            continue;
        }
        Register tested = one.operands[0];
        Register with = one.operands[1];
        if (program.code[tested].op == Op::Constant) {
            std::swap(tested, with);
        }
        const Instruction& source = program.code[spreadFrom(program, tested)];
        const bool isName =
            source.type.kind == TypeKind::Enumeration || source.type.kind == TypeKind::Code;
        if (isName && source.op == Op::Input && source.space == 0 &&
            program.code[with].op == Op::Constant) {
            ++tests[source.index];
        }
    }
    std::erase_if(tests, [](const auto& one) { return one.second < kFewestTests; });
    for (const auto& [field, count] : tests) {
        stage.alike.push_back(field);
    }
    std::stable_sort(stage.alike.begin(), stage.alike.end(), [&](std::uint32_t a, std::uint32_t b) {
        return tests[a] > tests[b];
    });
    stage.alike.resize(std::min(stage.alike.size(), kMostFields));
}

}  // namespace proviso::engine
