#include "runtime/history/over_budget.h"

#include "runtime/engine/budget.h"
#include "runtime/engine/wire.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace proviso::history {

Error damagedStore() {
    return {ErrorCode::Malformed,
            "the store is damaged; restore it from a copy, or feed a new one",
            ""};
}

bool OverBudgetKeys::find(const engine::Plan& plan,
                          const StageReader& reader,
                          KeptDecisions& kept,
                          const Keys& keys,
                          std::int64_t most) {
    engine::Budget budget(plan, static_cast<std::uint32_t>(keys.size()));
    for (std::uint32_t each = 0; each < plan.classes.size(); ++each) {
        engine::Sets sets;
        sets.of.resize(keys.size());
        std::unordered_map<Together, std::uint32_t> known;
        for (std::uint32_t record = 0; record < keys.size(); ++record) {
            const std::size_t by = reader.keySetOfClass(each);
            const Together together = kept.togetherOf(by, keys[record]).value_or("");
            const auto [place, isNew] = known.try_emplace(together, sets.count);
            if (isNew) {
                sets.begin(record);
            } else {
                sets.join(record, place->second);
            }
        }
        budget.bringTogether(each, std::make_shared<const engine::Sets>(std::move(sets)));
    }
    for (std::uint32_t stage = 0; stage < plan.stages.size(); ++stage) {
        const std::vector<std::uint32_t>& counted = plan.stages[stage].counted;
        if (counted.empty()) {
            continue;
        }
        for (std::uint32_t record = 0; record < keys.size(); ++record) {
            const std::optional<std::string> found = kept.counts(stage, keys[record]);
            if (!found) {
                continue;
            }
            const auto counts = engine::readCounts(*found);
            if (!counts || counts->size() != counted.size()) {
                throw StoreFailure(damagedStore());
            }
            for (std::size_t space = 0; space < counted.size(); ++space) {
                budget.count(counted[space], record, (*counts)[space]);
            }
        }
    }
    const engine::OverBudget over = budget.over(most);
    keys_.assign(over.size(), {});
    for (std::size_t rule = 0; rule < over.size(); ++rule) {
        for (std::uint32_t record = 0; record < over[rule].size(); ++record) {
            if (over[rule][record] != 0) {
                keys_[rule].insert(keys[record]);
            }
        }
    }
    return !over.empty();
}

engine::OverBudget OverBudgetKeys::of(const Keys& keys) const {
    engine::OverBudget over(keys_.size());
    for (std::size_t rule = 0; rule < keys_.size(); ++rule) {
        if (std::any_of(keys.begin(), keys.end(), [&](std::int64_t key) {
                return keys_[rule].count(key) != 0;
            })) {
            for (const std::int64_t key : keys) {
                over[rule].push_back(keys_[rule].count(key) != 0 ? 1 : 0);
            }
        }
    }
    return over;
}

}  // namespace proviso::history
