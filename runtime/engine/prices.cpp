#include "runtime/engine/prices.h"

#include <algorithm>
#include <map>
#include <set>

namespace proviso::engine {

using bytecode::kNone;

namespace {

std::vector<Price> pricesOfRule(const Weights& weights,
                                const std::vector<std::uint32_t>& spaceClass) {
    std::set<std::uint32_t> classes;
    for (const auto& [space, weight] : weights) {
        if (spaceClass[space] != kNone) {
            classes.insert(spaceClass[space]);
        }
    }
    if (classes.empty()) {
        return {{kNone, weights}};
    }
    std::vector<Price> prices;
    for (const std::uint32_t each : classes) {
        Price& price = prices.emplace_back();
        price.partitionClass = each;
        for (const auto& weight : weights) {
            const std::uint32_t of = spaceClass[weight.first];
            if (of == kNone || of == each) {
                price.weights.push_back(weight);
            }
        }
    }
    return prices;
}

void addWeights(Weights& sum, const Weights& weights) {
    for (const auto& [space, weight] : weights) {
        const auto place = std::find_if(
            sum.begin(), sum.end(), [&](const auto& each) { return each.first == space; });
        if (place == sum.end()) {
            sum.emplace_back(space, weight);
        } else {
            place->second = addCost(place->second, weight, 1);
        }
    }
}

}  // namespace

Prices pricesOf(const bytecode::Program& program,
                const std::vector<std::uint32_t>& spaceClass,
                std::size_t classes) {
    Prices prices;
    std::map<std::uint32_t, Weights> together;
    std::set<std::uint32_t> perRecord;
    std::vector<std::set<std::uint32_t>> perSet(classes);
    for (const auto& rule : program.rules) {
        const std::vector<Price>& ofRule =
            prices.byRule.emplace_back(pricesOfRule(rule.weights, spaceClass));
        if (ofRule.size() == 1) {
            addWeights(together[ofRule.front().partitionClass], ofRule.front().weights);
        } else {
            prices.together.push_back(ofRule);
        }
        for (const Price& price : ofRule) {
            std::set<std::uint32_t>& counted =
                price.partitionClass == kNone ? perRecord : perSet[price.partitionClass];
            for (const auto& [space, weight] : price.weights) {
                counted.insert(space);
            }
        }
    }
    for (auto& [partitionClass, weights] : together) {
        prices.together.push_back({Price{partitionClass, std::move(weights)}});
    }
    prices.perRecord.assign(perRecord.begin(), perRecord.end());
    for (const std::set<std::uint32_t>& ofClass : perSet) {
        prices.perSet.emplace_back(ofClass.begin(), ofClass.end());
    }
    return prices;
}

}  // namespace proviso::engine
