#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::syntax {

/// What could stand at a place, in words a reader of packs knows.
class ExpectedWords {
  public:
    explicit ExpectedWords(const std::vector<std::uint16_t>& types);

    /// By the grammar's name: `end`, `ID`, `STRING`.
    [[nodiscard]] bool has(std::string_view name) const;
    /// Whether nothing else than these could stand here, and at least one of them.
    [[nodiscard]] bool onlyOf(std::initializer_list<std::string_view> names) const;
    [[nodiscard]] std::vector<std::string_view> keywords() const;

    /// "a name", "`then` or `unless`", "a value": at most a handful of things.
    [[nodiscard]] std::string describe() const;

  private:
    std::vector<std::string_view> names_;  // sorted
};

}  // namespace proviso::syntax
