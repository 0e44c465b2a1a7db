#include "tests/differential/generator.h"

#include "tests/differential/items.h"
#include "tests/differential/world.h"

namespace proviso::differential {

std::string GeneratedPack::text() const {
    std::string all = header;
    for (const GeneratedItem& item : items) {
        all += "\n" + item.text;
    }
    return all;
}

std::vector<GeneratedCase> generate(std::uint64_t seed, std::size_t count) {
    World world(seed);
    const std::vector<GeneratedPack> packs = PackWriter(world).write();
    std::vector<GeneratedCase> cases;
    for (std::size_t index = 0; index < count; ++index) {
        GeneratedCase made;
        made.packs = packs;
        const std::size_t size = world.random.below(100);
        const std::size_t most = size < 70 ? 6 : size < 93 ? 14 : 40;
        made.records = writeRecords(world, 1 + world.random.below(most));
        if (world.random.chance(25)) {
            // Around the days on which texts were published, in the first half of 2025.
            made.knownAsOf = world.boundary(3) + world.random.between(0, 180);
        }
        if (world.random.chance(10)) {
            made.budget = world.random.between(20, 1500);
        }
        cases.push_back(std::move(made));
    }
    return cases;
}

GeneratedCase shuffled(const GeneratedCase& from, std::uint64_t seed) {
    Random random(seed);
    GeneratedCase made = from;
    random.shuffle(made.packs);
    random.shuffle(made.records);
    for (GeneratedPack& pack : made.packs) {
        std::vector<GeneratedItem> movable;
        for (const GeneratedItem& item : pack.items) {
            if (item.movable) {
                movable.push_back(item);
            }
        }
        random.shuffle(movable);
        for (GeneratedItem& item : pack.items) {
            if (item.movable) {
                item = movable.back();
                movable.pop_back();
            }
        }
    }
    return made;
}

}  // namespace proviso::differential
