#include "runtime/engine/budget.h"

#include "runtime/engine/frame.h"

#include <algorithm>
#include <limits>
#include <map>

namespace proviso::engine {

using bytecode::kNone;
using bytecode::SpaceInfo;

namespace {

/// What does not fit costs as much as can be.
std::int64_t addCost(std::int64_t sum, std::int64_t weight, std::int64_t rows) {
    std::int64_t cost = 0;
    if (__builtin_mul_overflow(weight, rows, &cost) || __builtin_add_overflow(sum, cost, &sum)) {
        return std::numeric_limits<std::int64_t>::max();
    }
    return sum;
}

}  // namespace

Budget::Budget(const Places& places) : places_(places) {
    const bytecode::Program& program = places_.program();
    const Batch& batch = places_.batch();
    partitions_.resize(program.spaces.size());
    counts_.resize(program.spaces.size());
    std::vector<std::uint32_t>& records = partitions_[0];
    records.resize(batch.spaces[0].rows);
    std::map<std::vector<std::int64_t>, std::uint32_t> known;
    for (std::uint32_t record = 0; record < records.size(); ++record) {
        std::vector<std::int64_t> key;
        for (const std::uint32_t field : program.partition) {
            const ColumnData& column = batch.spaces[0].columns[field];
            key.push_back(static_cast<std::int64_t>(column.state(record)));
            key.push_back(column.values[record]);
        }
        if (program.partition.empty() && !program.wholeFile) {
            key.push_back(record);
        }
        records[record] =
            known.emplace(std::move(key), static_cast<std::uint32_t>(known.size())).first->second;
    }
    groups_ = static_cast<std::uint32_t>(known.size());
    for (std::uint32_t space = 1; space < program.spaces.size(); ++space) {
        if (program.spaces[space].kind == SpaceInfo::Kind::Group) {
            partition(space);
        }
    }
    totals_.resize(groups_);
    std::map<std::uint32_t, std::int64_t> weights;
    for (const auto& rule : program.rules) {
        for (const auto& [space, weight] : rule.weights) {
            weights[space] = addCost(weights[space], weight, 1);
        }
    }
    for (const auto& [space, weight] : weights) {
        partition(space);
        for (std::uint32_t group = 0; group < groups_; ++group) {
            totals_[group] = addCost(totals_[group], weight, counts_[space][group]);
        }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as spaces hang below one another
void Budget::partition(std::uint32_t space) {
    if (!counts_[space].empty()) {
        return;
    }
    const bytecode::Program& program = places_.program();
    const SpaceInfo& info = program.spaces[space];
    std::vector<std::uint32_t>& rows = partitions_[space];
    if (space != 0) {
        rows.assign(places_.run().rows(space), kNone);
        if (info.kind == SpaceInfo::Kind::Group) {
            const auto groups = places_.run().link(info.membership);
            for (std::uint32_t record = 0; record < groups.size(); ++record) {
                if (groups[record] != kNone) {
                    rows[groups[record]] = partitions_[0][record];
                }
            }
        } else {
            const bool input = space < program.schema.spaces.size();
            const std::uint32_t parent = input ? program.schema.spaces[space].parent : info.parent;
            partition(parent);
            for (std::uint32_t row = 0; row < rows.size(); ++row) {
                const std::uint32_t above = input ? places_.batch().spaces[space].parent[row]
                                                  : places_.run().link(info.toParent)[row];
                rows[row] = above == kNone ? kNone : partitions_[parent][above];
            }
        }
    }
    counts_[space].assign(std::max<std::uint32_t>(groups_, 1), 0);
    for (const std::uint32_t group : rows) {
        if (group != kNone) {
            ++counts_[space][group];
        }
    }
}

std::vector<std::vector<std::uint8_t>> Budget::over(std::int64_t budget) const {
    std::vector<std::vector<std::uint8_t>> marked;
    if (std::all_of(
            totals_.begin(), totals_.end(), [&](std::int64_t total) { return total <= budget; })) {
        return marked;
    }
    const bytecode::Program& program = places_.program();
    bool any = false;
    marked.resize(program.rules.size());
    for (std::size_t index = 0; index < program.rules.size(); ++index) {
        const bytecode::RuleInfo& rule = program.rules[index];
        std::vector<std::uint8_t> groups(groups_, 0);
        for (std::uint32_t group = 0; group < groups_; ++group) {
            std::int64_t spent = 0;
            for (const auto& [space, weight] : rule.weights) {
                spent = addCost(spent, weight, counts_[space][group]);
            }
            groups[group] = spent > budget ? 1 : 0;
        }
        if (std::find(groups.begin(), groups.end(), 1) == groups.end()) {
            continue;
        }
        any = true;
        // Only records and groups are the same rows whatever rules say; those built from them may
        // change when a rule errs.
        for (const std::uint32_t group : partitions_[rootOf(program, rule.space)]) {
            marked[index].push_back(group == kNone ? 0 : groups[group]);
        }
    }
    if (!any) {
        marked.clear();
    }
    return marked;
}

}  // namespace proviso::engine
