#include "runtime/engine/sets.h"

#include "runtime/bytecode/program.h"
#include "runtime/engine/key_hash.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace proviso::engine {

using bytecode::kNone;

namespace {

using Keys = std::vector<const ColumnData*>;

bool isKnown(const Keys& keys, std::uint32_t record) {
    return std::all_of(keys.begin(), keys.end(), [&](const ColumnData* key) {
        return key->state(record) == State::Value;
    });
}

/// Where the values of a key are small, they are places in a table. `valueOf(record)`, and
/// `isKnown(record)`: whether it has a value. False: they are not.
template <class Value, class Known>
bool numberDensely(std::uint32_t records, Sets& sets, Value valueOf, Known isKnown) {
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
    for (std::uint32_t record = 0; record < records; ++record) {
        lowest = std::min<std::int64_t>(lowest, valueOf(record));
        highest = std::max<std::int64_t>(highest, valueOf(record));
    }
    constexpr std::int64_t kSpare = 1024;
    if (lowest < 0 || highest > std::int64_t{16} * records + kSpare) {
        return false;
    }
    std::vector<std::uint32_t> known(static_cast<std::size_t>(highest) + 1, kNone);
    for (std::uint32_t record = 0; record < records; ++record) {
        if (!isKnown(record)) {
            sets.begin(record);
            continue;
        }
        std::uint32_t& set = known[static_cast<std::size_t>(valueOf(record))];
        if (set == kNone) {
            set = sets.begin(record);
        } else {
            sets.join(record, set);
        }
    }
    return true;
}

bool numberDensely(const ColumnData& key, std::uint32_t records, Sets& sets) {
    return numberDensely(
        records,
        sets,
        [values = std::as_const(key.values).data()](std::uint32_t record) {
            return values[record];
        },
        [&](std::uint32_t record) { return key.state(record) == State::Value; });
}

std::uint64_t hashOf(const Keys& keys, std::uint32_t record) {
    std::uint64_t hash = 0;
    for (const ColumnData* key : keys) {
        hash = mixKey(hash, static_cast<std::uint64_t>(key->values[record]));
    }
    return hash;
}

/// A table that is at most half full. Of a set it knows the first record, whose keys are its own.
void numberByHash(const Keys& keys, std::uint32_t records, Sets& sets) {
    std::vector<std::uint32_t> known(std::bit_ceil(std::size_t{2} * records), kNone);
    const std::size_t mask = known.size() - 1;
    for (std::uint32_t record = 0; record < records; ++record) {
        if (!isKnown(keys, record)) {
            sets.begin(record);
            continue;
        }
        std::size_t place = hashOf(keys, record) & mask;
        const auto isAnother = [&](std::uint32_t first) {
            return std::any_of(keys.begin(), keys.end(), [&](const ColumnData* key) {
                return key->values[first] != key->values[record];
            });
        };
        while (known[place] != kNone && isAnother(known[place])) {
            place = (place + 1) & mask;
        }
        if (known[place] == kNone) {
            known[place] = record;
            sets.begin(record);
        } else {
            sets.join(record, sets.of[known[place]]);
        }
    }
}

}  // namespace

Sets setsOf(const Keys& keys, std::uint32_t records) {
    Sets sets;
    sets.of.assign(records, 0);
    if (records == 0) {
        return sets;
    }
    if (keys.empty()) {
        sets.count = 1;
        sets.firsts = {0};
        sets.sizes = {records};
    } else if (keys.size() != 1 || !numberDensely(*keys[0], records, sets)) {
        numberByHash(keys, records, sets);
    }
    return sets;
}

std::optional<Sets> setsOfField(const StoredValues& values,
                                std::span<const std::uint32_t> records) {
    Sets sets;
    sets.of.assign(records.size(), 0);
    const bool areSmall = values.visit([&](const auto* cells) {
        return numberDensely(
            static_cast<std::uint32_t>(records.size()),
            sets,
            [&](std::uint32_t record) { return std::int64_t{cells[records[record]]}; },
            [](std::uint32_t) { return true; });
    });
    return areSmall ? std::optional(std::move(sets)) : std::nullopt;
}

}  // namespace proviso::engine
