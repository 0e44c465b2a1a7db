#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace proviso {

/// The known name nearest to a mistyped one, if one is near enough to be worth suggesting.
///
/// Letters' case and the order of two neighbouring letters hardly count; names up to three letters
/// may differ in one place, longer ones in a third of their letters, at most four. Of equally near
/// names the first by alphabet is taken, so the order of `known` does not show. Cost: length x
/// length a name.
[[nodiscard]] std::optional<std::string_view> nearestName(std::string_view mistyped,
                                                          std::span<const std::string_view> known);
[[nodiscard]] std::optional<std::string_view> nearestName(std::string_view mistyped,
                                                          std::span<const std::string> known);

/// "did you mean `x`?" for the nearest name, or an empty text.
[[nodiscard]] std::string suggestionHelp(std::string_view mistyped,
                                         std::span<const std::string_view> known);

}  // namespace proviso
