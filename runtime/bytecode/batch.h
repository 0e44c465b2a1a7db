#pragma once

#include "runtime/values/state.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proviso {

/// Interned texts: equal texts have equal ids. The program's own texts come first, so that
/// constants are known ids. Not thread-safe while interning; reading from many threads is.
class Dictionary {
  public:
    std::uint32_t intern(std::string_view text);
    std::string_view text(std::uint32_t id) const { return texts_[id]; }
    std::size_t size() const { return texts_.size(); }

  private:
    std::deque<std::string> texts_;  // addresses stay
    std::unordered_map<std::string_view, std::uint32_t> ids_;
};

/// One column of one row space. `states` is empty where every row has a value.
struct ColumnData {
    std::vector<std::int64_t> values;
    std::vector<State> states;

    State state(std::size_t row) const { return states.empty() ? State::Value : states[row]; }
};

/// Decoded records as columns, one set a schema space. Rows of a list are contiguous by parent, in
/// input order.
struct Batch {
    struct Space {
        std::uint32_t rows = 0;
        std::vector<std::uint32_t> parent;  ///< row of the parent space; empty for the entry record
        std::vector<std::uint32_t>
            position;  ///< index within the parent's list, from 0; empty for the entry record
        std::vector<ColumnData> columns;  ///< parallel to SchemaSpace::fields
    };
    std::vector<Space> spaces;  ///< parallel to Schema::spaces
    Dictionary* dictionary = nullptr;
};

}  // namespace proviso
