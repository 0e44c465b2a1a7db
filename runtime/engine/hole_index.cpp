#include "runtime/engine/hole_index.h"

#include "runtime/engine/entry_fields.h"

#include <algorithm>
#include <set>
#include <utility>

namespace proviso::engine {

using bytecode::Op;
using bytecode::Register;

HoleIndex::HoleIndex(const bytecode::Program& program,
                     const Plan& plan,
                     const Batch::Space& holes) {
    for (const SchemaField& field : program.schema.spaces[0].fields) {
        isText_.push_back(field.type.kind == TypeKind::Text || field.type.kind == TypeKind::Code);
    }
    if (holes.rows == 0) {
        return;
    }
    const std::vector<std::uint32_t> fields = entryFieldsOf(program, groupingKeys(program));
    holes_.columns.resize(holes.columns.size());
    std::set<std::vector<std::int64_t>> known;
    for (std::uint32_t row = 0; row < holes.rows; ++row) {
        std::vector<std::int64_t> key;
        for (const std::uint32_t field : fields) {
            const bool isKnown = holes.columns[field].state(row) == State::Value;
            key.push_back(isKnown ? 1 : 0);
            key.push_back(isKnown ? holes.columns[field].values[row] : 0);
        }
        if (!known.insert(std::move(key)).second) {
            continue;
        }
        ++holes_.rows;
        for (std::uint32_t field = 0; field < holes_.columns.size(); ++field) {
            const bool isKnown = std::binary_search(fields.begin(), fields.end(), field) &&
                                 holes.columns[field].state(row) == State::Value;
            holes_.columns[field].values.push_back(isKnown ? holes.columns[field].values[row] : 0);
            holes_.columns[field].states.push_back(isKnown ? State::Value : State::Unknown);
        }
    }
    for (const Partition& partition : plan.partitions) {
        Keyed& keyed = partitions_.emplace_back();
        for (const Register key : partition.keys) {
            if (program.code[key].op == Op::Input) {
                keyed.field = program.code[key].index;
                break;
            }
        }
        for (std::uint32_t row = 0; row < holes_.rows; ++row) {
            if (keyed.field != kNoIndex && holes_.columns[keyed.field].state(row) == State::Value) {
                keyed.byValue[holes_.columns[keyed.field].values[row]].push_back(row);
            } else {
                keyed.anywhere.push_back(row);
            }
        }
    }
}

Batch::Space HoleIndex::concerning(const Batch::Space& records,
                                   std::uint32_t partition,
                                   const Dictionary* ofHoles,
                                   Dictionary* ofRecords) const {
    Batch::Space found;
    if (holes_.rows == 0 || partition == bytecode::kNone) {
        return found;
    }
    const Keyed& keyed = partitions_[partition];
    std::vector<std::uint32_t> rows = keyed.anywhere;
    if (keyed.field != kNoIndex) {
        const StoredValues keys = records.valuesOf(keyed.field);
        const auto values = keys.visit(
            [&](const auto* cells) { return std::set<std::int64_t>(cells, cells + keys.size()); });
        for (const auto& [ofHole, holes] : keyed.byValue) {
            const std::int64_t value =
                ofHoles != nullptr && isText_[keyed.field]
                    ? ofRecords->intern(ofHoles->text(static_cast<std::uint32_t>(ofHole)))
                    : ofHole;
            if (values.count(value) != 0) {
                rows.insert(rows.end(), holes.begin(), holes.end());
            }
        }
        std::sort(rows.begin(), rows.end());
    }
    if (rows.empty()) {
        return found;
    }
    found.rows = static_cast<std::uint32_t>(rows.size());
    for (std::size_t field = 0; field < holes_.columns.size(); ++field) {
        const ColumnData& column = holes_.columns[field];
        ColumnData& taken = found.columns.emplace_back();
        for (const std::uint32_t row : rows) {
            const bool isOther =
                ofHoles != nullptr && isText_[field] && column.states[row] == State::Value;
            taken.values.push_back(isOther ? ofRecords->intern(ofHoles->text(
                                                 static_cast<std::uint32_t>(column.values[row])))
                                           : column.values[row]);
            taken.states.push_back(column.states[row]);
        }
    }
    return found;
}

}  // namespace proviso::engine
