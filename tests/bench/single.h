#pragma once

#include "tests/bench/measuring.h"

/// Records one at a time, as an embedder asks for them: how long each takes, as percentiles, and
/// how often it asks for memory when everything is warm. The first 3,000 records of the file, once
/// unmeasured and then `repetitions` times.
namespace proviso::bench {

/// Decided from columns that are there, with every reason where asked.
void measureSingle(const Request& request, bool withReasons);

/// Through the public interface, from the text of each record.
void measureEmbedded(const Request& request);

}  // namespace proviso::bench
