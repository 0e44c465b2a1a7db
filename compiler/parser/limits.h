#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso {

/// What one source text may ask of the parser. Everything beyond is refused with a message, quickly
/// and before anything recursive runs.
struct ParseLimits {
    std::size_t fileBytes = std::size_t{1} << 20U;
    std::size_t tokens = 100'000;
    /// Open brackets, blocks and prefixes (`not`, `-`, `x of`) at one place, counted before
    /// parsing.
    std::size_t nesting = 64;
    /// Terms of one chain of operators, and also the depth of the tree that is built.
    std::size_t chainTerms = 256;
    /// Syntax mistakes after which the rest of the file is left alone.
    std::size_t recoveries = 12;
};

}  // namespace proviso
