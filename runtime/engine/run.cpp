#include "runtime/engine/run.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

namespace proviso {

namespace {

using Block = std::vector<std::uint32_t>;

/// The values by which records belong together. An absent field is one more value, so that records
/// without it never share a group with others.
using GroupKey = std::vector<std::pair<State, std::int64_t>>;

GroupKey
groupKeyOf(const bytecode::Program& program, const Batch::Space& records, std::uint32_t record) {
    GroupKey key;
    key.reserve(program.partition.size());
    for (const std::uint32_t field : program.partition) {
        const ColumnData& column = records.columns[field];
        const State state = column.state(record);
        key.emplace_back(state, state == State::Value ? column.values[record] : 0);
    }
    return key;
}

/// Record numbers in the order of their keys' bytes.
Block recordsByKey(const bytecode::Program& program, const RecordStore& store) {
    const Batch& batch = store.batch();
    Block records(store.recordCount());
    std::iota(records.begin(), records.end(), 0U);
    if (program.schema.keyField == kNoIndex || records.empty()) {
        return records;
    }
    const ColumnData& keys = batch.spaces[0].columns[program.schema.keyField];
    std::sort(records.begin(), records.end(), [&](std::uint32_t a, std::uint32_t b) {
        const std::string_view textOfA =
            batch.dictionary->text(static_cast<std::uint32_t>(keys.values[a]));
        const std::string_view textOfB =
            batch.dictionary->text(static_cast<std::uint32_t>(keys.values[b]));
        return textOfA != textOfB ? textOfA < textOfB : a < b;
    });
    return records;
}

/// Decides blocks on several threads and hands the results over in order. At most a few blocks a
/// thread wait, so that a slow reader bounds the memory.
class ParallelRun {
  public:
    ParallelRun(std::shared_ptr<const bytecode::Program> program,
                const RecordStore& store,
                const RunOptions& options,
                const std::vector<Block>& blocks)
        : program_(std::move(program)), store_(store), options_(options), blocks_(blocks),
          results_(blocks.size()) {}

    bool run(const BlockSink& sink) {
        std::vector<std::thread> workers;
        workers.reserve(options_.threads);
        for (unsigned index = 0; index < options_.threads; ++index) {
            workers.emplace_back([this] { work(); });
        }
        bool complete = true;
        std::exception_ptr failure;
        try {
            complete = handOver(sink);
        } catch (...) {
            failure = std::current_exception();
        }
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
        for (std::thread& worker : workers) {
            worker.join();
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
        return complete;
    }

  private:
    bool handOver(const BlockSink& sink) {
        for (std::size_t block = 0; block < blocks_.size(); ++block) {
            std::vector<RecordResult> results;
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [&] { return results_[block].has_value() || failure_; });
                std::optional<std::vector<RecordResult>>& ready = results_[block];
                if (!ready.has_value()) {
                    std::rethrow_exception(failure_);
                }
                results = std::move(*ready);
                ready.reset();
                handedOver_ = block + 1;
            }
            changed_.notify_all();
            if (!sink(std::move(results))) {
                return false;
            }
        }
        return true;
    }

    void work() {
        try {
            Evaluator evaluator(program_);
            while (const std::optional<std::size_t> block = claim()) {
                std::vector<RecordResult> results =
                    evaluator.decide(store_.select(blocks_[*block]), options_.decide);
                {
                    const std::lock_guard lock(mutex_);
                    results_[*block] = std::move(results);
                }
                changed_.notify_all();
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
            stopped_ = true;
            changed_.notify_all();
        }
    }

    std::optional<std::size_t> claim() {
        static constexpr std::size_t kWaitingPerThread = 4;
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] {
            return stopped_ || next_ == blocks_.size() ||
                   next_ < handedOver_ + kWaitingPerThread * options_.threads;
        });
        if (stopped_ || next_ == blocks_.size()) {
            return std::nullopt;
        }
        return next_++;
    }

    std::shared_ptr<const bytecode::Program> program_;
    const RecordStore& store_;
    const RunOptions& options_;
    const std::vector<Block>& blocks_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::optional<std::vector<RecordResult>>> results_;
    std::size_t next_ = 0;
    std::size_t handedOver_ = 0;
    bool stopped_ = false;
    std::exception_ptr failure_;
};

}  // namespace

std::vector<std::vector<std::uint32_t>>
planBlocks(const bytecode::Program& program, const RecordStore& store, std::size_t blockRows) {
    PROVISO_CHECK(blockRows > 0, "a block holds at least one record");
    const Block records = recordsByKey(program, store);
    std::vector<Block> groups;
    if (program.wholeFile) {
        groups.push_back(records);
    } else if (program.partition.empty()) {
        for (const std::uint32_t record : records) {
            groups.push_back({record});
        }
    } else {
        std::map<GroupKey, std::size_t> groupOf;
        for (const std::uint32_t record : records) {
            const auto [place, isNew] = groupOf.try_emplace(
                groupKeyOf(program, store.batch().spaces[0], record), groups.size());
            if (isNew) {
                groups.emplace_back();
            }
            groups[place->second].push_back(record);
        }
    }
    // Ranks let a block be put into the order of keys without comparing texts again.
    std::vector<std::uint32_t> rank(records.size());
    for (std::uint32_t place = 0; place < records.size(); ++place) {
        rank[records[place]] = place;
    }
    std::vector<Block> blocks;
    for (const Block& group : groups) {
        if (group.empty()) {
            continue;
        }
        if (blocks.empty() || blocks.back().size() + group.size() > blockRows) {
            blocks.emplace_back();
        }
        blocks.back().insert(blocks.back().end(), group.begin(), group.end());
    }
    for (Block& block : blocks) {
        std::sort(block.begin(), block.end(), [&](std::uint32_t a, std::uint32_t b) {
            return rank[a] < rank[b];
        });
    }
    return blocks;
}

std::vector<std::uint32_t> recordsBesideRejected(const bytecode::Program& program,
                                                 const DecodedRecords& decoded) {
    std::vector<std::uint32_t> beside;
    if (program.partition.empty() && !program.wholeFile) {
        return beside;
    }
    std::set<GroupKey> lacking;
    bool any = false;
    for (const Rejection& rejection : decoded.rejections) {
        if (!rejection.leavesHole) {
            continue;
        }
        if (program.wholeFile || rejection.hole == kNoHole) {
            any = true;
            break;
        }
        GroupKey key = groupKeyOf(program, decoded.holes, rejection.hole);
        any = any || std::any_of(key.begin(), key.end(), [](const auto& part) {
                  return part.first != State::Value;
              });
        lacking.insert(std::move(key));
    }
    for (std::uint32_t record = 0; record < decoded.store.recordCount(); ++record) {
        if (any ||
            lacking.count(groupKeyOf(program, decoded.store.batch().spaces[0], record)) != 0) {
            beside.push_back(record);
        }
    }
    return beside;
}

bool decideRecords(const std::shared_ptr<const bytecode::Program>& program,
                   const RecordStore& store,
                   const RunOptions& options,
                   const BlockSink& sink) {
    const std::vector<Block> blocks = planBlocks(*program, store, options.blockRows);
    if (options.threads > 1 && blocks.size() > 1) {
        return ParallelRun(program, store, options, blocks).run(sink);
    }
    Evaluator evaluator(program);
    for (const Block& block : blocks) {
        if (!sink(evaluator.decide(store.select(block), options.decide))) {
            return false;
        }
    }
    return true;
}

}  // namespace proviso
