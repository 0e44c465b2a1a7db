#pragma once

#include "compiler/difference/outline.h"

#include <cstdint>
#include <string>
#include <vector>

/// What differs between what two pack sets say, in the words of those who write packs.
namespace proviso {

enum class ChangeKind : std::uint8_t {
    Added,
    Removed,
    Changed
};

/// One part that differs. `before` and `after` are what it says, `keyBefore` and `keyAfter` which
/// it is; a side that is not there is empty.
struct PartChange {
    ChangeKind kind = ChangeKind::Changed;
    std::string group;
    std::string keyBefore;
    std::string keyAfter;
    std::string before;
    std::string after;
};

struct ItemChange {
    ChangeKind kind = ChangeKind::Changed;
    std::string pack;
    std::string itemKind;  ///< `rule`; `pack` for the pack itself
    std::string name;
    std::string placeBefore;
    std::string placeAfter;
    std::vector<PartChange> parts;  ///< of a changed item
};

/// By pack, kind and name. A pack that only one side has is one change, without its items.
[[nodiscard]] std::vector<ItemChange> differencesOf(const std::vector<OutlineItem>& before,
                                                    const std::vector<OutlineItem>& after);

/// `value from 2026-01-01: $2,480, was $2,410`, without a line break.
[[nodiscard]] std::string sentenceOf(const PartChange& change);

/// For people, a line a change. Empty where nothing differs.
[[nodiscard]] std::string differencesText(const std::vector<ItemChange>& changes);

/// `[{"change": "changed", "pack": ..., "kind": ..., "name": ..., "parts": [...]}, ...]`.
[[nodiscard]] std::string differencesJson(const std::vector<ItemChange>& changes);

}  // namespace proviso
