#include "tests/reference/budget.h"

#include "compiler/analysis/cost.h"

#include <algorithm>
#include <map>
#include <set>

namespace proviso::reference {

using namespace typed;

namespace {

/// Groupings that nest in one another are of one class, named by the lowest of them; no rows of one
/// class are asked for together with those of another except through the records.
std::vector<std::uint32_t> classesOf(const Program& program) {
    std::vector<std::uint32_t> classes;
    for (std::uint32_t index = 0; index < program.groupings.size(); ++index) {
        classes.push_back(index);
    }
    bool changed = true;
    while (changed) {
        changed = false;
        for (std::uint32_t index = 0; index < program.groupings.size(); ++index) {
            for (const LinkId link : program.groupings[index].nestedIn) {
                std::uint32_t& fine = classes[index];
                std::uint32_t& coarse = classes[program.spaces[program.links[link].to].grouping];
                changed = changed || fine != coarse;
                fine = coarse = std::min(fine, coarse);
            }
        }
    }
    return classes;
}

/// Which records a class brings together, as a number by entry row.
std::vector<std::uint32_t> setsOf(Machine& machine, const Grouping& grouping) {
    std::map<std::vector<std::int64_t>, std::uint32_t> known;
    std::vector<std::uint32_t> sets;
    for (std::uint32_t record = 0; record < machine.rows(machine.program().entry).size();
         ++record) {
        std::vector<Value> values;
        std::vector<std::int64_t> key;
        for (const ColumnId column : grouping.together) {
            values.push_back(machine.read(column, record));
            key.push_back(values.back().value);
        }
        if (!propagated(values).isValue()) {
            key = {record};  // in no group
            key.resize(grouping.together.size() + 1);
        }
        sets.push_back(known.emplace(key, static_cast<std::uint32_t>(known.size())).first->second);
    }
    return sets;
}

}  // namespace

Costs costsOf(Machine& machine, std::int64_t budget) {
    const Program& program = machine.program();
    const std::vector<std::uint32_t> classes = classesOf(program);
    const auto records = static_cast<std::uint32_t>(machine.rows(program.entry).size());
    // Of no class: each record by itself.
    std::map<std::uint32_t, std::vector<std::uint32_t>> sets;
    for (std::uint32_t record = 0; record < records; ++record) {
        sets[kNone].push_back(record);
    }
    for (std::uint32_t index = 0; index < program.groupings.size(); ++index) {
        if (sets.count(classes[index]) == 0) {
            sets[classes[index]] = setsOf(machine, program.groupings[index]);
        }
    }
    Costs costs;
    costs.spent.resize(records);
    const std::vector<RuleCost> rules = ruleCosts(program);
    for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
        struct Asked {
            std::uint32_t ofClass = kNone;
            std::uint32_t record = 0;  ///< one of those it belongs to
            std::int64_t steps = 0;
        };
        std::vector<Asked> asked;
        std::set<std::uint32_t> touched;
        for (const auto& [space, weight] : rules[rule].weights) {
            const SpaceId group = machine.groupAbove(space);
            const std::uint32_t ofClass =
                group == kNone ? kNone : classes[program.spaces[group].grouping];
            touched.insert(ofClass);
            for (std::uint32_t row = 0; row < machine.rows(space).size(); ++row) {
                asked.push_back({ofClass, machine.recordsOf(space, row).front(), weight});
            }
        }
        if (touched.size() > 1) {
            touched.erase(kNone);
        }
        std::vector<std::int64_t> most(records);
        for (const std::uint32_t ofClass : touched) {
            const std::vector<std::uint32_t>& together = sets[ofClass];
            std::map<std::uint32_t, std::int64_t> cost;
            for (const Asked& one : asked) {
                if (one.ofClass == ofClass || one.ofClass == kNone) {
                    cost[together[one.record]] += one.steps;
                }
            }
            for (std::uint32_t record = 0; record < records; ++record) {
                most[record] = std::max(most[record], cost[together[record]]);
            }
        }
        for (std::uint32_t record = 0; record < records; ++record) {
            costs.spent[record] += most[record];
            if (most[record] > budget) {
                costs.over.insert({rule, record});
            }
        }
    }
    return costs;
}

}  // namespace proviso::reference
