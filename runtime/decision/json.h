#pragma once

#include "runtime/decision/result.h"
#include "runtime/decision/view.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proviso {

/// What every decision of one run says about where it comes from.
struct RunStamp {
    std::string keyName;  ///< the key field of the entry record, which each line begins with
    std::string packs;    ///< digest of the pack set
    std::optional<std::int64_t> knownAsOf;  ///< days since 1970-01-01; absent: `null`
    bool unsignedPacks =
        false;  ///< no known key signed the set: the line ends with `"unsigned": true`
};

/// At most so many missing places are named; `"more"` counts the rest.
inline constexpr std::size_t kMissingPlacesShown = 16;

/// Appends one decision as one JSON object without a line break. The order of keys and lists and
/// the form of numbers are fixed, so that equal decisions are equal bytes.
void appendJson(std::string& out, const RecordView& result, const RunStamp& stamp);
void appendJson(std::string& out, const RecordResult& result, const RunStamp& stamp);

std::string toJson(const RecordResult& result, const RunStamp& stamp);

/// Appends `text` in quotes, escaped. Bytes from 0x20 on stay as they are, except `"` and `\`.
void appendJsonText(std::string& out, std::string_view text);

/// One value: `2`, `"0.85"`, `true`, `["GP"]`, `null` (not applicable), `{"unknown": [...]}`,
/// `{"error": [...]}`.
void appendJsonValue(std::string& out, const ValueView& value);
void appendJsonValue(std::string& out, const ShownValue& value);

}  // namespace proviso
