#include "runtime/input/corrections.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <numeric>

namespace proviso {

namespace {

// Negative where record `a` is the lower version.
std::strong_ordering
compareVersions(const Schema& schema, const RecordStore& store, std::uint32_t a, std::uint32_t b) {
    for (const std::uint32_t field : schema.correctedBy) {
        const StoredValues values = store.values(0, field);
        const bool statedA = store.state(0, field, a) == State::Value;
        const bool statedB = store.state(0, field, b) == State::Value;
        if (statedA != statedB) {
            return statedA <=> statedB;
        }
        if (statedA && values[a] != values[b]) {
            return values[a] <=> values[b];
        }
    }
    return std::strong_ordering::equal;
}

bool isVoid(const Schema& schema, const RecordStore& store, std::uint32_t record) {
    return schema.voidedBy != kNoIndex && store.state(0, schema.voidedBy, record) == State::Value &&
           store.values(0, schema.voidedBy)[record] != 0;
}

// Judges the records order[begin, end), which have one version of one key.
void settleVersion(const Schema& schema,
                   const RecordStore& store,
                   const std::vector<std::uint64_t>& digests,
                   const std::uint32_t* begin,
                   const std::uint32_t* end,
                   SettledCorrections& result) {
    const std::uint32_t first = *begin;
    const auto sayTheSame = [&](std::uint32_t a, std::uint32_t b) {
        return (digests.empty() || digests[a] == digests[b]) && store.sayTheSame(a, b);
    };
    const std::uint32_t* other =
        std::find_if(begin + 1, end, [&](std::uint32_t each) { return !sayTheSame(first, each); });
    if (other != end) {
        for (const std::uint32_t* each = begin; each != end; ++each) {
            result.conflicts.emplace_back(*each, sayTheSame(first, *each) ? *other : first);
        }
        return;
    }
    result.identical += static_cast<std::uint64_t>(end - begin - 1);
    if (isVoid(schema, store, first)) {
        result.voided += 1;
    } else {
        result.kept.push_back(first);
    }
}

}  // namespace

void settleCorrections(const Schema& schema,
                       const RecordStore& store,
                       const std::vector<std::uint64_t>& digests,
                       SettledCorrections& result) {
    result.kept.clear();
    result.conflicts.clear();
    result.superseded = result.identical = result.voided = 0;
    const auto keepAll = [&] {
        result.kept.resize(store.recordCount());
        std::iota(result.kept.begin(), result.kept.end(), 0U);
    };
    if (schema.keyField == kNoIndex || store.recordCount() == 0) {
        keepAll();
        return;
    }
    const StoredValues keys = store.values(0, schema.keyField);
    // Keys are numbered as they come, so one that is above all before it comes for the first time.
    const auto isFirstOfKey = [&](const auto* cells) {
        const auto* const end = cells + keys.size();
        return std::adjacent_find(cells, end, std::greater_equal<>()) == end;
    };
    if (schema.voidedBy == kNoIndex && keys.visit(isFirstOfKey)) {
        keepAll();
        return;
    }
    std::vector<std::uint32_t>& order = result.order;
    order.resize(store.recordCount());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (keys[a] != keys[b]) {
            return keys[a] < keys[b];
        }
        const std::strong_ordering version = compareVersions(schema, store, a, b);
        return version != std::strong_ordering::equal ? version > 0 : a < b;
    });
    const std::uint32_t* position = order.data();
    const std::uint32_t* const end = order.data() + order.size();
    while (position != end) {
        const std::uint32_t* sameKey = std::find_if(
            position, end, [&](std::uint32_t each) { return keys[each] != keys[*position]; });
        const std::uint32_t* sameVersion = std::find_if(position, sameKey, [&](std::uint32_t each) {
            return compareVersions(schema, store, each, *position) != std::strong_ordering::equal;
        });
        settleVersion(schema, store, digests, position, sameVersion, result);
        result.superseded += static_cast<std::uint64_t>(sameKey - sameVersion);
        position = sameKey;
    }
    std::sort(result.kept.begin(), result.kept.end());
    std::sort(result.conflicts.begin(), result.conflicts.end());
}

}  // namespace proviso
