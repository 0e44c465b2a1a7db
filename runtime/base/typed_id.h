#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace proviso {

/// An index that cannot be mistaken for another kind of index. `Tag` is an otherwise unused type:
/// `using RuleId = Id<struct RuleTag>;`. A default-made id is kNone.
template <class Tag>
struct Id {
    std::uint32_t value = 0xffffffffU;

    static const Id kNone;

    constexpr bool isNone() const noexcept { return value == 0xffffffffU; }
    constexpr std::size_t index() const noexcept { return value; }

    friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

template <class Tag>
inline constexpr Id<Tag> Id<Tag>::kNone{};

}  // namespace proviso

template <class Tag>
struct std::hash<proviso::Id<Tag>> {
    std::size_t operator()(const proviso::Id<Tag>& id) const noexcept {
        return std::hash<std::uint32_t>{}(id.value);
    }
};
