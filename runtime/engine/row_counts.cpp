#include "runtime/engine/row_counts.h"

#include <cstddef>
#include <utility>

namespace proviso::engine {

void RowCounts::clear() {
    made_.clear();
    lists_.clear();
    forgotten_.clear();
}

void RowCounts::expect(const Stage& stage) {
    for (const std::uint32_t space : stage.counted) {
        if (isList(space)) {
            lists_.insert(space);
        } else {
            made_[space].resize(records_.size());
        }
    }
}

void RowCounts::note(const Stage& stage,
                     const Block& records,
                     const std::vector<std::vector<std::uint32_t>>& counts) {
    for (std::size_t index = 0; index < stage.counted.size(); ++index) {
        if (isList(stage.counted[index])) {
            continue;
        }
        std::vector<std::uint32_t>& all = made_.find(stage.counted[index])->second;
        for (std::size_t row = 0; row < records.size(); ++row) {
            all[records[row]] = counts[index][row];
        }
    }
}

void RowCounts::forgetLists(const Stage& stage, const Block& records) {
    for (const std::uint32_t space : stage.counted) {
        if (isList(space)) {
            Block& all = forgotten_[space];
            all.insert(all.end(), records.begin(), records.end());
        }
    }
}

void RowCounts::moveTo(Budget& budget) {
    for (auto& [space, counts] : made_) {
        budget.count(space, std::move(counts));
    }
    for (const std::uint32_t space : lists_) {
        const auto forgotten = forgotten_.find(space);
        if (forgotten == forgotten_.end()) {
            budget.countList(space, store_, records_);
            continue;
        }
        std::vector<std::uint32_t> counts = store_.rowCounts(space, records_);
        for (const std::uint32_t record : forgotten->second) {
            counts[record] = 0;
        }
        budget.count(space, std::move(counts));
    }
}

}  // namespace proviso::engine
