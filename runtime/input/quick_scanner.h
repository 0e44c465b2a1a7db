#pragma once

#include "runtime/input/quick_reader.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <simdjson.h>
#include <string_view>

namespace proviso {

/// simdjson's first stage, which is a public interface of its implementations: it fills a list of
/// the places where tokens begin, and reads no byte behind the text.
struct QuickReader::Scanner {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
    static constexpr std::size_t kSmallestLine = std::size_t{16} << 10U;
    std::size_t capacity = 0;

    /// Behind the last token stands the line's end, twice. False: the line is wrong somewhere.
    bool scan(std::string_view line, Token& begin, Token& end) {
        if (line.size() > capacity) {
            const std::size_t wanted = std::bit_ceil(std::max(line.size(), kSmallestLine));
            if (simdjson::get_active_implementation()->create_dom_parser_implementation(
                    wanted, simdjson::DEFAULT_MAX_DEPTH, stage) != simdjson::SUCCESS) {
                capacity = 0;
                return false;
            }
            capacity = wanted;
        }
        if (stage->stage1(reinterpret_cast<const std::uint8_t*>(line.data()),
                          line.size(),
                          simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
            return false;
        }
        // The list has room for what simdjson itself writes behind its end.
        std::uint32_t* const tokens = stage->structural_indexes.get();
        tokens[stage->n_structural_indexes] = static_cast<std::uint32_t>(line.size());
        tokens[stage->n_structural_indexes + 1] = static_cast<std::uint32_t>(line.size());
        begin = tokens;
        end = tokens + stage->n_structural_indexes;
        return true;
    }
};

}  // namespace proviso
