#pragma once

#include "compiler/diagnostics/source.h"

#include <cstdint>
#include <string>

/// What all of the typed program refers by. References are indexes into the vectors of `Program`.
namespace proviso::typed {

inline constexpr std::uint32_t kNone = 0xffffffffU;

using ExprId = std::uint32_t;
using SpaceId = std::uint32_t;
using LinkId = std::uint32_t;
using ColumnId = std::uint32_t;
using BinderId = std::uint32_t;
using PackId = std::uint32_t;

/// Both ends inclusive, days since 1970-01-01; open ends are the extreme int64 values.
struct Period {
    std::int64_t from = INT64_MIN;
    std::int64_t through = INT64_MAX;
};

/// When a text applies and when it became known; `published` INT64_MIN when not stated.
struct InForce {
    Period period;
    std::int64_t published = INT64_MIN;
};

struct Source {
    std::string text;
    Span span;
};

}  // namespace proviso::typed
