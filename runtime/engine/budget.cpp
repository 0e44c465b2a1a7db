#include "runtime/engine/budget.h"

#include <algorithm>
#include <utility>

namespace proviso::engine {

using bytecode::kNone;

Budget::Budget(const Plan& plan, std::uint32_t records)
    : prices_(plan.prices), records_(records), sets_(plan.classes.size()),
      isWeighed_(plan.spaceClass.size(), 0), perRecord_(plan.spaceClass.size()),
      perSet_(plan.classes.size(), std::vector<std::vector<std::int64_t>>(plan.spaceClass.size())) {
    for (const std::uint32_t space : prices_.perRecord) {
        isWeighed_[space] = 1;
    }
}

void Budget::bringTogether(std::uint32_t partitionClass, SharedSets sets) {
    sets_[partitionClass] = std::move(sets);
    for (const std::uint32_t space : prices_.perSet[partitionClass]) {
        perSet_[partitionClass][space].resize(sets_[partitionClass]->count, 0);
    }
}

std::int64_t Budget::Rows::of(std::size_t record) const {
    std::int64_t rows = 0;
    visit([&](auto rowsOf) { rows = rowsOf(record); });
    return rows;
}

void Budget::count(std::uint32_t space, std::uint32_t record, std::uint32_t rows) {
    if (isWeighed_[space] != 0) {
        perRecord_[space].counted.resize(records_, 0);
        perRecord_[space].counted[record] += rows;
    }
    for (std::size_t each = 0; each < perSet_.size(); ++each) {
        if (!perSet_[each][space].empty()) {
            perSet_[each][space][sets_[each]->of[record]] += rows;
        }
    }
}

// A whole run is counted on one thread, so nothing is asked for each record.
void Budget::addToSets(std::uint32_t space, const Rows& rows) {
    for (std::size_t each = 0; each < perSet_.size(); ++each) {
        std::vector<std::int64_t>& counts = perSet_[each][space];
        if (counts.empty()) {
            continue;
        }
        const std::vector<std::uint32_t>& setOf = sets_[each]->of;
        rows.visit([&](auto rowsOf) {
            for (std::size_t record = 0; record < records_; ++record) {
                counts[setOf[record]] += rowsOf(record);
            }
        });
    }
}

void Budget::count(std::uint32_t space, std::vector<std::uint32_t> rows) {
    Rows more;
    more.counted = std::move(rows);
    addToSets(space, more);
    if (isWeighed_[space] == 0) {
        return;
    }
    std::vector<std::uint32_t>& counted = perRecord_[space].counted;
    if (counted.empty()) {
        counted = std::move(more.counted);
        return;
    }
    for (std::size_t record = 0; record < counted.size(); ++record) {
        counted[record] += more.counted[record];
    }
}

void Budget::countList(std::uint32_t space,
                       const RecordStore& store,
                       std::span<const std::uint32_t> numbers) {
    Rows rows;
    rows.store = &store;
    rows.list = space;
    rows.numbers = numbers;
    addToSets(space, rows);
    if (isWeighed_[space] != 0) {
        perRecord_[space] = std::move(rows);
    }
}

std::uint32_t Budget::setOf(const Price& price, std::uint32_t record) const {
    return price.partitionClass == kNone ? record : sets_[price.partitionClass]->of[record];
}

std::int64_t Budget::cost(const Price& price, std::uint32_t set) const {
    const auto rowsOf = [&](std::uint32_t space) {
        if (price.partitionClass != kNone) {
            return perSet_[price.partitionClass][space][set];
        }
        return perRecord_[space].of(set);
    };
    std::int64_t spent = 0;
    for (const auto& [space, weight] : price.weights) {
        spent = addCost(spent, weight, rowsOf(space));
    }
    return spent;
}

Budget::Most Budget::mostRows() const {
    // Not std::max_element, which remembers where and so takes one at a time.
    const auto highest = [](std::size_t count, auto rowsOf) {
        std::int64_t most = 0;
        for (std::size_t index = 0; index < count; ++index) {
            most = std::max(most, std::int64_t{rowsOf(index)});
        }
        return most;
    };
    Most most;
    for (const Rows& rows : perRecord_) {
        std::int64_t& ofAny = most.perRecord.emplace_back(0);
        if (rows.store != nullptr) {
            ofAny = rows.store->mostRows(rows.list);
        } else if (!rows.counted.empty()) {
            ofAny = highest(records_, [&](std::size_t record) { return rows.counted[record]; });
        }
    }
    for (const auto& spaces : perSet_) {
        std::vector<std::int64_t>& ofClass = most.perSet.emplace_back();
        for (const std::vector<std::int64_t>& rows : spaces) {
            ofClass.push_back(highest(rows.size(), [&](std::size_t set) { return rows[set]; }));
        }
    }
    return most;
}

bool Budget::isWithin(const Price& price, std::int64_t budget, const Most& most) {
    std::int64_t spent = 0;
    for (const auto& [space, weight] : price.weights) {
        spent = addCost(spent,
                        weight,
                        price.partitionClass == kNone ? most.perRecord[space]
                                                      : most.perSet[price.partitionClass][space]);
    }
    return spent <= budget;
}

OverBudget Budget::over(std::int64_t budget) const {
    const Most most = mostRows();
    const auto within = [&](const Price& price) { return isWithin(price, budget, most); };
    if (std::all_of(prices_.together.begin(), prices_.together.end(), [&](const auto& prices) {
            return std::all_of(prices.begin(), prices.end(), within);
        })) {
        return {};
    }
    OverBudget marked(prices_.byRule.size());
    bool any = false;
    for (std::size_t rule = 0; rule < prices_.byRule.size(); ++rule) {
        for (const Price& price : prices_.byRule[rule]) {
            if (within(price)) {
                continue;
            }
            const std::uint32_t sets =
                price.partitionClass == kNone ? records_ : sets_[price.partitionClass]->count;
            std::vector<std::uint8_t> isOver(sets, 0);
            bool anyHere = false;
            for (std::uint32_t set = 0; set < sets; ++set) {
                isOver[set] = cost(price, set) > budget ? 1 : 0;
                anyHere = anyHere || isOver[set] != 0;
            }
            if (!anyHere) {
                continue;
            }
            any = true;
            marked[rule].resize(records_, 0);
            for (std::uint32_t record = 0; record < records_; ++record) {
                marked[rule][record] |= isOver[setOf(price, record)];
            }
        }
    }
    return any ? marked : OverBudget{};
}

void Budget::spentBeside(std::uint32_t first, std::span<std::int64_t> spent) const {
    std::fill(spent.begin(), spent.end(), 0);
    std::vector<std::int64_t> most(spent.size());
    std::vector<std::int64_t> costs(spent.size());
    const auto add = [&](std::int64_t weight, const auto& rowsOf) {
        for (std::size_t index = 0; index < costs.size(); ++index) {
            costs[index] = addCost(costs[index], weight, rowsOf(index));
        }
    };
    for (const std::vector<Price>& prices : prices_.together) {
        std::fill(most.begin(), most.end(), 0);
        for (const Price& price : prices) {
            std::fill(costs.begin(), costs.end(), 0);
            for (const auto& [space, weight] : price.weights) {
                if (price.partitionClass == kNone) {
                    perRecord_[space].visit([&, each = weight](auto rowsOf) {
                        add(each,
                            [&](std::size_t index) { return std::int64_t{rowsOf(first + index)}; });
                    });
                } else {
                    const std::uint32_t* const set = sets_[price.partitionClass]->of.data() + first;
                    const std::int64_t* const rows = perSet_[price.partitionClass][space].data();
                    add(weight, [&](std::size_t index) { return rows[set[index]]; });
                }
            }
            for (std::size_t index = 0; index < most.size(); ++index) {
                most[index] = std::max(most[index], costs[index]);
            }
        }
        for (std::size_t index = 0; index < spent.size(); ++index) {
            spent[index] = addCost(spent[index], most[index], 1);
        }
    }
}

OverBudget overOf(const OverBudget& all, std::span<const std::uint32_t> records) {
    OverBudget over(all.size());
    for (std::size_t rule = 0; rule < all.size(); ++rule) {
        if (all[rule].empty()) {
            continue;
        }
        bool any = false;
        for (const std::uint32_t record : records) {
            over[rule].push_back(all[rule][record]);
            any = any || all[rule][record] != 0;
        }
        if (!any) {
            over[rule].clear();
        }
    }
    return over;
}

std::optional<std::int64_t>
spentAlone(const Prices& prices, const std::vector<std::uint32_t>& rows, std::int64_t budget) {
    std::int64_t spent = 0;
    for (const std::vector<Price>& together : prices.together) {
        std::int64_t most = 0;
        for (const Price& price : together) {
            std::int64_t cost = 0;
            for (const auto& [space, weight] : price.weights) {
                cost = addCost(cost, weight, rows[space]);
            }
            if (cost > budget) {
                return std::nullopt;
            }
            most = std::max(most, cost);
        }
        spent = addCost(spent, most, 1);
    }
    return spent;
}

}  // namespace proviso::engine
