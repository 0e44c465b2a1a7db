#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace proviso::engine {

/// Sorts stably, without asking for memory where there are few, as there mostly are.
template <class Thing, class Before>
void sortFew(std::span<Thing> things, Before before) {
    constexpr std::size_t kFew = 24;
    if (things.size() > kFew) {
        std::stable_sort(things.begin(), things.end(), before);
        return;
    }
    for (std::size_t next = 1; next < things.size(); ++next) {
        if (!before(things[next], things[next - 1])) {
            continue;
        }
        Thing moved = std::move(things[next]);
        std::size_t place = next;
        for (; place > 0 && before(moved, things[place - 1]); --place) {
            things[place] = std::move(things[place - 1]);
        }
        things[place] = std::move(moved);
    }
}

}  // namespace proviso::engine
