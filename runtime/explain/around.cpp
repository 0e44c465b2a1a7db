#include "runtime/explain/around.h"

#include "runtime/base/check.h"
#include "runtime/decision/json.h"
#include "runtime/engine/budget.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/run.h"

#include <algorithm>

namespace proviso {

namespace {

/// What must be computed so that the keys can be read, ascending.
std::vector<bytecode::Register> neededFor(const bytecode::Program& program,
                                          const std::vector<bytecode::Register>& keys) {
    std::vector<std::uint8_t> needed(program.code.size(), 0);
    for (const bytecode::Register key : keys) {
        needed[key] = 1;
    }
    std::vector<bytecode::Register> active;
    for (std::size_t number = program.code.size(); number-- > 0;) {
        if (needed[number] != 0) {
            active.push_back(static_cast<bytecode::Register>(number));
            for (const bytecode::Register operand : program.code[number].operands) {
                if (operand != bytecode::kNone) {
                    needed[operand] = 1;
                }
            }
        }
    }
    std::reverse(active.begin(), active.end());
    return active;
}

}  // namespace

Neighbours::Neighbours(const std::shared_ptr<const bytecode::Program>& program,
                       const RecordStore& store)
    : store_(&store), keyField_(program->schema.keyField), order_(recordsInOrder(*program, store)),
      place_(order_.size()) {
    for (std::uint32_t place = 0; place < order_.size(); ++place) {
        place_[order_[place]] = place;
    }
    const engine::Plan plan = engine::planStages(*program);
    std::vector<bytecode::Register> keys;
    for (const engine::Partition& partition : plan.partitions) {
        keys.insert(keys.end(), partition.keys.begin(), partition.keys.end());
    }
    Interpreter interpreter(program);
    const std::vector<bytecode::Register> active = neededFor(*program, keys);
    if (!keys.empty() && !order_.empty()) {
        InterpreterOptions options;
        options.active = &active;
        const Result<void> ran = interpreter.run(store.batch(), options);
        PROVISO_CHECK(ran.has_value(), "keys make no rows");
    }
    for (const engine::Partition& partition : plan.partitions) {
        std::vector<const ColumnData*> columns;
        for (const bytecode::Register key : partition.keys) {
            columns.push_back(order_.empty() ? nullptr : &interpreter.column(key));
        }
        engine::Sets sets;
        if (!order_.empty()) {
            sets = engine::setsOf(columns, static_cast<std::uint32_t>(order_.size()));
        }
        std::vector<std::vector<std::uint32_t>>& members = members_.emplace_back(sets.count);
        for (std::uint32_t record = 0; record < sets.of.size(); ++record) {
            members[sets.of[record]].push_back(record);
        }
        setOf_.push_back(std::move(sets.of));
    }
}

std::vector<std::uint32_t> Neighbours::around(std::uint32_t record, unsigned steps) const {
    std::vector<std::uint8_t> met(order_.size(), 0);
    std::vector<std::uint32_t> all{record};
    met[record] = 1;
    std::size_t begin = 0;
    for (unsigned step = 0; step < steps && begin < all.size(); ++step) {
        const std::size_t end = all.size();
        for (; begin < end; ++begin) {
            for (std::size_t partition = 0; partition < setOf_.size(); ++partition) {
                for (const std::uint32_t other :
                     members_[partition][setOf_[partition][all[begin]]]) {
                    if (met[other] == 0) {
                        met[other] = 1;
                        all.push_back(other);
                    }
                }
            }
        }
    }
    std::sort(all.begin(), all.end(), [this](std::uint32_t a, std::uint32_t b) {
        return place_[a] < place_[b];
    });
    return all;
}

std::string_view Neighbours::keyOf(std::uint32_t record) const {
    const Batch& batch = store_->batch();
    return batch.dictionary->text(
        static_cast<std::uint32_t>(batch.spaces[0].columns[keyField_].values[record]));
}

std::optional<std::uint32_t> Neighbours::find(std::string_view key) const {
    const auto found = std::lower_bound(
        order_.begin(), order_.end(), key, [this](std::uint32_t record, std::string_view wanted) {
            return keyOf(record) < wanted;
        });
    return found != order_.end() && keyOf(*found) == key ? std::optional(*found) : std::nullopt;
}

std::optional<DecidedAround> decideAround(const std::shared_ptr<const bytecode::Program>& program,
                                          const RecordStore& store,
                                          const Neighbours& neighbours,
                                          std::uint32_t record,
                                          const std::string* expected,
                                          const DecideOptions& options,
                                          std::size_t mostRecords) {
    std::optional<DecidedAround> found;
    for (unsigned steps = 1;; ++steps) {
        std::vector<std::uint32_t> records = neighbours.around(record, steps);
        if (found && records.size() == found->records.size()) {
            return found;
        }
        if (records.size() > mostRecords) {
            return std::nullopt;
        }
        DecidedAround around;
        around.steps = steps;
        around.batch = std::make_unique<Batch>(store.select(records));
        around.batch->holes = store.batch().holes;
        around.evaluator = std::make_unique<Evaluator>(program);
        std::vector<RecordResult> results = around.evaluator->decide(*around.batch, options);
        around.row = static_cast<std::uint32_t>(std::find(records.begin(), records.end(), record) -
                                                records.begin());
        around.result = std::move(results[around.row]);
        around.records = std::move(records);
        found = std::move(around);
        if (expected != nullptr && toJson(found->result, RunStamp{}) == *expected) {
            return found;
        }
    }
}

}  // namespace proviso
