#include "runtime/engine/stage_windows.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace proviso::engine {

void StageWindows::begin(std::size_t blockRows) {
    tables_ = std::vector<std::vector<OrderedTable>>(plan_.stages.size());
    for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
        if (plan_.stages[stage].byThemselves == nullptr) {
            continue;
        }
        for (const OrderedWindow& window : plan_.stages[stage].byThemselves->windows) {
            tables_[stage].emplace_back(program_, window, store_, records_);
        }
    }
    if (plan_.stages.empty() || plan_.stages[0].level == 0) {
        return;
    }
    // Without a first stage they read fields alone.
    std::vector<std::uint32_t> some;
    for (std::size_t begin = 0; begin < records_.size(); begin += blockRows) {
        some.resize(std::min(blockRows, records_.size() - begin));
        std::iota(some.begin(), some.end(), static_cast<std::uint32_t>(begin));
        for (std::vector<OrderedTable>& tables : tables_) {
            for (OrderedTable& table : tables) {
                table.fill(some, {}, {});
            }
        }
    }
}

void StageWindows::fill(const Stage& first,
                        std::span<const std::uint32_t> records,
                        std::vector<CarriedColumn>& carried) {
    for (std::vector<OrderedTable>& tables : tables_) {
        for (OrderedTable& table : tables) {
            table.fill(records, first.carriedOut, carried);
        }
    }
    for (const bytecode::Register number : first.forOrder) {
        const auto place =
            std::lower_bound(first.carriedOut.begin(), first.carriedOut.end(), number);
        carried[static_cast<std::size_t>(place - first.carriedOut.begin())] = {};
    }
}

OrderedResults
StageWindows::take(std::size_t stage, const Sets& sets, unsigned threads, InstructionTimes* times) {
    const auto begin = std::chrono::steady_clock::now();
    OrderedResults results = takeInOrder(sets, tables_[stage], threads);
    tables_[stage].clear();
    if (times != nullptr) {
        const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::chrono::steady_clock::now() - begin);
        for (const bytecode::Register fold : results.folds) {
            times->add(fold, time / static_cast<std::int64_t>(results.folds.size()));
        }
    }
    return results;
}

}  // namespace proviso::engine
