#include "runtime/engine/entry_fields.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/plan_reads.h"
#include "runtime/engine/run.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace proviso {

/// Fields of the entry record that say who is in which group: besides the stages, whoever brings
/// records together reads them, and whoever looks for groups that a rejected record may be in.
static std::vector<std::uint32_t> fieldsOfGroups(const bytecode::Program& program,
                                                 const engine::Plan& plan) {
    std::vector<bytecode::Register> keys = engine::groupingKeys(program);
    for (const bytecode::PartitionClass& each : plan.classes) {
        keys.insert(keys.end(), each.keys.begin(), each.keys.end());
    }
    return engine::entryFieldsOf(program, std::move(keys));
}

ReadOfRecords recordsRead(const bytecode::Program& program) {
    const std::size_t spaces = program.schema.spaces.size();
    const engine::Plan plan = engine::planStages(program);
    ReadOfRecords read;
    read.fields.resize(spaces);
    read.rows.resize(spaces);
    read.fields[0] = fieldsOfGroups(program, plan);
    for (const engine::Stage& stage : plan.stages) {
        for (std::size_t space = 0; space < spaces; ++space) {
            read.rows[space] |= stage.read.rows[space];
            const std::vector<std::uint32_t>& fields = stage.read.fields[space];
            read.fields[space].insert(read.fields[space].end(), fields.begin(), fields.end());
        }
        // What rules cost is counted where the records lie (Budget::countList).
        for (const std::uint32_t space : stage.counted) {
            engine::noteRows(program.schema, read, space);
        }
    }
    for (std::vector<std::uint32_t>& fields : read.fields) {
        std::sort(fields.begin(), fields.end());
        fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    }
    return read;
}

}  // namespace proviso
