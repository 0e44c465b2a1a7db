#include "runtime/engine/entry_fields.h"
#include "runtime/engine/frame.h"

#include <algorithm>
#include <set>

namespace proviso::engine {

namespace {

/// The field of the entry record that a key is, or is seen as from a list; kNoIndex: a key that is
/// computed or stands in a list, of which a rejected record says nothing.
std::uint32_t fieldOf(const bytecode::Program& program, Register key) {
    const Instruction& one = program.code[spreadFrom(program, key)];
    return one.op == Op::Input && one.space == 0 ? one.index : kNoIndex;
}

/// What could be read of the keys of one rejected record.
struct Readable {
    bool known = false;
    std::int64_t value = 0;

    friend auto operator<=>(const Readable&, const Readable&) = default;
};

}  // namespace

std::vector<std::uint8_t> groupsWithHoles(const Frame& frame, Register groupBy) {
    const Instruction& instruction = frame.program.code[groupBy];
    const RegisterData& link = frame.registers[groupBy];
    const Batch::Space& holes = frame.batch->holes;
    std::vector<std::uint8_t> open(frame.rowCounts[instruction.index], 0);
    if (holes.rows == 0) {
        return open;
    }
    std::vector<std::pair<const ColumnData*, const ColumnData*>> keys;  // of the rows, of the holes
    for (const Register key : instruction.operands) {
        const std::uint32_t field = fieldOf(frame.program, key);
        if (field != kNoIndex) {
            keys.emplace_back(&frame.column(key), &holes.columns[field]);
        }
    }
    std::set<std::vector<Readable>> readable;
    for (std::uint32_t hole = 0; hole < holes.rows; ++hole) {
        std::vector<Readable> one;
        for (const auto& [rows, field] : keys) {
            const bool known = field->state(hole) == State::Value;
            one.push_back({known, known ? field->values[hole] : 0});
        }
        readable.insert(std::move(one));
    }
    std::vector<std::vector<Readable>> partly;
    for (const std::vector<Readable>& one : readable) {
        if (!std::all_of(one.begin(), one.end(), [](const Readable& key) { return key.known; })) {
            partly.push_back(one);
        }
    }
    std::vector<std::uint8_t> met(open.size(), 0);
    std::vector<Readable> group(keys.size());
    for (std::uint32_t row = 0; row < link.rows.size(); ++row) {
        const std::uint32_t to = link.rows[row];
        if (to == kNoIndex || met[to] != 0) {
            continue;
        }
        met[to] = 1;
        for (std::size_t key = 0; key < keys.size(); ++key) {
            group[key] = {true, keys[key].first->values[row]};
        }
        const bool found =
            readable.count(group) != 0 ||
            std::any_of(partly.begin(), partly.end(), [&](const std::vector<Readable>& one) {
                return std::equal(
                    one.begin(), one.end(), group.begin(), [](const auto& x, const auto& y) {
                        return !x.known || x.value == y.value;
                    });
            });
        open[to] = found ? 1 : 0;
    }
    return open;
}

void runHoles(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    ColumnData& out = frame.registers[number].own;
    out.states.clear();
    for (Register made = 0; made < number && frame.batch->holes.rows != 0; ++made) {
        const Instruction& one = frame.program.code[made];
        if (one.op == Op::GroupBy && one.index == instruction.space) {
            const std::vector<std::uint8_t> open = groupsWithHoles(frame, made);
            out.values.assign(open.begin(), open.end());
            return;
        }
    }
    out.values.assign(frame.rowsOf(instruction), 0);
}

}  // namespace proviso::engine
