#include "runtime/engine/blocks.h"

#include "runtime/bytecode/program.h"

#include <algorithm>
#include <numeric>

namespace proviso::engine {

std::vector<Block> blocksOfRecords(const Block& records, std::size_t rows) {
    std::vector<Block> blocks;
    for (auto begin = records.begin(); begin != records.end();) {
        const auto left = static_cast<std::size_t>(records.end() - begin);
        const auto end = begin + static_cast<std::ptrdiff_t>(std::min(rows, left));
        blocks.emplace_back(begin, end);
        begin = end;
    }
    return blocks;
}

std::vector<Block> blocksOfAll(std::uint32_t records, std::size_t rows) {
    std::vector<Block> blocks;
    for (std::uint32_t begin = 0; begin < records;) {
        Block& block = blocks.emplace_back(std::min<std::size_t>(rows, records - begin));
        std::iota(block.begin(), block.end(), begin);
        begin += static_cast<std::uint32_t>(block.size());
    }
    return blocks;
}

std::vector<Block>
blocksOfSets(const Sets& sets, const std::vector<std::uint32_t>& order, std::size_t rows) {
    std::vector<std::size_t> sizes;  // by block
    std::vector<std::uint32_t> blockOf(sets.count, bytecode::kNone);
    for (const std::uint32_t set : order) {
        if (sizes.empty() || sizes.back() + sets.sizes[set] > rows) {
            sizes.push_back(0);
        }
        sizes.back() += sets.sizes[set];
        blockOf[set] = static_cast<std::uint32_t>(sizes.size() - 1);
    }
    std::vector<Block> blocks;
    blocks.reserve(sizes.size());
    std::vector<std::uint32_t*> next;  // by block
    next.reserve(sizes.size());
    for (const std::size_t size : sizes) {
        next.push_back(blocks.emplace_back(size).data());
    }
    for (std::uint32_t record = 0; record < sets.of.size(); ++record) {
        const std::uint32_t block = blockOf[sets.of[record]];
        if (block != bytecode::kNone) {
            *next[block]++ = record;
        }
    }
    return blocks;
}

void bringAlikeTogether(std::vector<std::uint32_t>& order, const AlikeInput& input) {
    constexpr std::size_t kBlocks = 16;
    if (input.stage.alike.empty()) {
        return;
    }
    std::vector<StoredValues> fields;
    for (const std::uint32_t field : input.stage.alike) {
        fields.push_back(input.store.values(0, field));
    }
    const std::size_t width = fields.size();
    struct Named {
        std::uint32_t set = 0;
        std::uint32_t names = 0;  ///< where they begin
    };
    std::vector<Named> some;
    std::vector<std::int64_t> names;  // set by set, of those that are put in order
    const auto before = [&](const Named& a, const Named& b) {
        const std::int64_t* const x = names.data() + a.names;
        const std::int64_t* const y = names.data() + b.names;
        const auto [one, other] = std::mismatch(x, x + width, y);
        return one != x + width ? *one < *other : a.names < b.names;
    };
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t rows = 0;
        std::size_t end = begin;
        names.clear();
        some.clear();
        for (; end != order.size() && rows < kBlocks * input.blockRows; ++end) {
            const std::uint32_t set = order[end];
            rows += input.sets.sizes[set];
            some.push_back({set, static_cast<std::uint32_t>(names.size())});
            for (const StoredValues& field : fields) {
                names.push_back(field[input.rows[input.sets.firsts[set]]]);
            }
        }
        std::sort(some.begin(), some.end(), before);
        for (const Named& one : some) {
            order[begin++] = one.set;
        }
    }
}

}  // namespace proviso::engine
