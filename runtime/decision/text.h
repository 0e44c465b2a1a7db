#pragma once

#include "runtime/decision/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

struct ResultTextOptions {
    bool colour = false;
    bool outputs = true;     ///< also the lists and values that were decided, not findings alone
    bool decisions = false;  ///< also every decision and what binds it
    std::string_view recordName;  ///< the entry record's name, `order`
    bool unsignedPacks = false;   ///< as RunStamp says; the heading tells
    std::size_t width = 100;      ///< longer texts are broken between words
};

/// "violation", "warning" or "notice" for bytecode::Severity.
std::string_view findingSeverityName(std::uint8_t severity);

/// A value for people: `2`, `on_site`, `red, blue`, `not applicable`, `unknown (items[0].weight)`,
/// `at least 2400.00 (missing items[0].price)`.
std::string displayValue(const ShownValue& value);

/// One decision as a readable block:
///
///     order O-17
///       violation  LATE_NOTICE  on items[0]
///         because the notice is dated after shipping
///         rule shipping.notice; source "Tariff 12.3"
///         at stake $12.00
///
/// Ends with a line break. Control characters never reach the output.
void appendText(std::string& out, const RecordResult& result, const ResultTextOptions& options);

/// One line a finding: `O-17 items[0] violation LATE_NOTICE: the notice is dated after shipping`,
/// and so for what could not be determined and for errors. Under packs that nobody signed each line
/// ends with ` (unsigned packs)`.
void appendCompact(std::string& out, const RecordResult& result, bool unsignedPacks = false);

/// What is known of a value that is not known: `at least A`, `at most B`, `between A and B`,
/// `unknown`; an empty text is no bound.
std::string boundsText(std::string_view atLeast, std::string_view atMost);

/// The places, each with what packs say of it: `table:NAME ("not read yet")`.
std::vector<std::string> placesWithReasons(const std::vector<std::string>& places,
                                           const PlaceReasons& reasons);

/// Text with control characters replaced, so that data cannot steer a terminal.
std::string printable(std::string_view text);

/// A name as people say it: `invoice_line` is `invoice line`.
std::string spokenName(std::string_view name);

}  // namespace proviso
