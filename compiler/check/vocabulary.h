#pragma once

#include "compiler/check/context.h"

namespace proviso::check {

/// Packs with their digests, and the layers.
void declarePacks(Context& context);

/// Enumerations, code sets, scales and the steps that other packs add.
void declareVocabulary(Context& context);

/// The entry of a base code set that a code names; kNone: not listed.
[[nodiscard]] std::uint32_t codeEntry(const typed::CodeSet& set, std::string_view normalised);

}  // namespace proviso::check
