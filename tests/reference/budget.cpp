#include "tests/reference/budget.h"

#include "compiler/analysis/cost.h"

#include <algorithm>
#include <map>

namespace proviso::reference {

using namespace typed;

std::uint32_t Machine::together(SpaceId space, std::uint32_t row) {
    if (together_.empty()) {
        // Records with the same values of the keys that all groupings share; without groupings each
        // record alone.
        std::vector<ColumnId> shared;
        for (std::size_t index = 0; index < program_.groupings.size(); ++index) {
            std::vector<ColumnId> keys = program_.groupings[index].keys;
            std::sort(keys.begin(), keys.end());
            std::vector<ColumnId> both;
            std::set_intersection(
                shared.begin(), shared.end(), keys.begin(), keys.end(), std::back_inserter(both));
            shared = index == 0 ? keys : both;
        }
        std::map<std::vector<std::int64_t>, std::uint32_t> known;
        for (std::uint32_t record = 0; record < rows(program_.entry).size(); ++record) {
            std::vector<std::int64_t> key;
            for (const ColumnId column : shared) {
                key.push_back(read(column, record).value);
            }
            if (program_.groupings.empty()) {
                key.push_back(record);
            }
            together_.push_back(
                known.emplace(key, static_cast<std::uint32_t>(known.size())).first->second);
        }
    }
    while (space != program_.entry) {
        const Row& inner = rows(space)[row];
        // A group has its first member for a source.
        const bool isGroup = program_.spaces[space].kind == SpaceKind::Group;
        row = isGroup ? inner.source : inner.parent;
        space = isGroup ? program_.entry : program_.spaces[space].parent;
    }
    return together_[row];
}

Costs costsOf(Machine& machine, std::int64_t budget) {
    const std::vector<RuleCost> rules = ruleCosts(machine.program());
    const std::size_t records = machine.rows(machine.program().entry).size();
    std::map<std::uint32_t, std::int64_t> spent;
    Costs costs;
    for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
        std::map<std::uint32_t, std::int64_t> own;
        for (const auto& [space, weight] : rules[rule].weights) {
            for (std::uint32_t row = 0; row < machine.rows(space).size(); ++row) {
                own[machine.together(space, row)] += weight;
            }
        }
        for (const auto& [together, steps] : own) {
            spent[together] += steps;
            if (steps > budget) {
                costs.over.insert({rule, together});
            }
        }
    }
    for (std::uint32_t record = 0; record < records; ++record) {
        costs.spent.push_back(spent[machine.together(machine.program().entry, record)]);
    }
    return costs;
}

}  // namespace proviso::reference
