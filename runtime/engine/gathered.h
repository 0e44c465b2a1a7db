#pragma once

#include "runtime/engine/collect.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proviso::engine {

/// What is found about records in any order.
template <class Thing>
class Gathered {
  public:
    void add(std::uint32_t record, const Thing& thing) {
        records_.push_back(record);
        things_.push_back(thing);
    }

    /// By record, in the order in which they were found about each. Then there is nothing.
    void moveTo(StageParts::List<Thing>& list, std::size_t records) {
        list.clear();
        if (things_.empty()) {
            return;
        }
        if (records == 1) {
            list.things.swap(things_);
            list.ends.assign(1, static_cast<std::uint32_t>(list.things.size()));
        } else {
            next_.assign(records + 1, 0);
            for (const std::uint32_t record : records_) {
                ++next_[std::size_t{record} + 1];
            }
            for (std::size_t record = 0; record < records; ++record) {
                next_[record + 1] += next_[record];
            }
            list.ends.assign(next_.begin() + 1, next_.end());
            list.things.resize(things_.size());
            for (std::size_t index = 0; index < things_.size(); ++index) {
                list.things[next_[records_[index]]++] = things_[index];
            }
        }
        records_.clear();
        things_.clear();
    }

  private:
    std::vector<std::uint32_t> records_;
    std::vector<Thing> things_;  ///< parallel
    std::vector<std::uint32_t> next_;
};

}  // namespace proviso::engine
