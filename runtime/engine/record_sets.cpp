#include "runtime/engine/record_sets.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace proviso::engine {

ColumnData RecordSets::keyColumn(bytecode::Register key) const {
    const bytecode::Instruction& one = program_.code[key];
    if (one.op != bytecode::Op::Input) {
        return foundKey_(key);
    }
    ColumnData column;
    const auto copy = [&](auto& to, const auto* from) {
        to.resize(records_.size());
        for (std::uint32_t record = 0; record < count(); ++record) {
            // NOLINTNEXTLINE(bugprone-signed-char-misuse): a number of one byte
            to[record] = from[records_[record]];
        }
    };
    store_.values(0, one.index).visit([&](const auto* cells) { copy(column.values, cells); });
    const Cells<State>& states = store_.states(0, one.index);
    if (!states.empty()) {
        copy(column.states, states.data());
    }
    return column;
}

const SharedSets& RecordSets::by(const std::vector<bytecode::Register>& keys) {
    SharedSets& sets = byKeys_[keys];
    if (sets != nullptr) {
        return sets;
    }
    if (keys.size() == 1 && program_.code[keys[0]].op == bytecode::Op::Input) {
        const std::uint32_t field = program_.code[keys[0]].index;
        if (auto found = store_.states(0, field).empty()
                             ? setsOfField(store_.values(0, field), records_)
                             : std::nullopt) {
            return sets = std::make_shared<const Sets>(std::move(*found));
        }
    }
    std::vector<ColumnData> columns;
    columns.reserve(keys.size());
    for (const bytecode::Register key : keys) {
        columns.push_back(keyColumn(key));
    }
    std::vector<const ColumnData*> pointers;
    pointers.reserve(columns.size());
    for (const ColumnData& column : columns) {
        pointers.push_back(&column);
    }
    sets = std::make_shared<const Sets>(setsOf(pointers, count()));
    return sets;
}

const Sets& RecordSets::of(const Stage& stage) {
    const Partition& partition = plan_.partitions[stage.partition];
    const SharedSets& whole = by(partition.keys);
    SharedSets& sets = ofPartition_[stage.partition];
    if (sets == nullptr) {
        const bool isSplit = !partition.ties.empty() && whole->count < count();
        sets = isSplit ? std::make_shared<const Sets>(
                             splitByTies(*whole, partition.ties, store_, records_))
                       : whole;
    }
    return *sets;
}

std::future<void> RecordSets::findEarly(const std::vector<std::size_t>& stages) {
    if (options_.threads <= 1 || stages.empty() ||
        plan_.stages[stages.front()].partition != bytecode::kNone) {
        return {};
    }
    return std::async(std::launch::async, [this, stages] {
        for (const std::size_t stage : stages) {
            if (dependOnFieldsAlone(plan_.stages[stage])) {
                of(plan_.stages[stage]);
            }
        }
    });
}

bool RecordSets::dependOnFieldsAlone(const Stage& stage) const {
    if (stage.partition == bytecode::kNone) {
        return false;
    }
    const std::vector<bytecode::Register>& keys = plan_.partitions[stage.partition].keys;
    return std::all_of(keys.begin(), keys.end(), [&](bytecode::Register key) {
        return program_.code[key].op == bytecode::Op::Input;
    });
}

std::vector<Block> RecordSets::blocksOf(const Stage& stage, std::span<const std::uint8_t> isPlain) {
    if (stage.partition == bytecode::kNone) {
        return blocksOfAll(count(), options_.blockRows);
    }
    const Sets& sets = of(stage);
    Block order;
    for (std::uint32_t set = 0; set < sets.count; ++set) {
        if (isPlain.empty() || isPlain[set] == 0) {
            order.push_back(set);
        }
    }
    // Compiled code computes what was asked for while it was watched, whoever is in the block.
    if (options_.decide.kernels == nullptr) {
        bringAlikeTogether(order, {stage, store_, records_, sets, options_.blockRows});
    }
    return blocksOfSets(sets, order, options_.blockRows);
}

std::vector<Block> RecordSets::plainBlocks(const Stage& stage,
                                           std::span<const std::uint8_t> isPlain) {
    if (std::find(isPlain.begin(), isPlain.end(), 0) == isPlain.end()) {
        return blocksOfAll(count(), options_.blockRows);
    }
    const Sets& sets = of(stage);
    Block plain;
    for (std::uint32_t record = 0; record < count(); ++record) {
        if (isPlain[sets.of[record]] != 0) {
            plain.push_back(record);
        }
    }
    return blocksOfRecords(plain, options_.blockRows);
}

std::vector<Block> RecordSets::setsIn(const Stage& stage, const Block& block) const {
    std::vector<Block> sets;
    std::map<std::uint32_t, std::size_t> known;
    for (const std::uint32_t record : block) {
        const std::uint32_t set = stage.partition == bytecode::kNone
                                      ? record
                                      : ofPartition_.at(stage.partition)->of[record];
        const auto [place, isNew] = known.try_emplace(set, sets.size());
        if (isNew) {
            sets.emplace_back();
        }
        sets[place->second].push_back(record);
    }
    return sets;
}

}  // namespace proviso::engine
