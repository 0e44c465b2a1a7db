#include "tests/bench/part_b/engine.h"

#include <algorithm>

namespace proviso::bench::part_b {

std::vector<std::string> packsOf(const std::string& library) {
    std::vector<std::string> packs;
    for (const char* const pack : {"/therapy/therapy.prv",
                                   "/therapy/units.prv",
                                   "/therapy/checks.prv",
                                   "/therapy/history.prv",
                                   "/medicare/part_b.prv",
                                   "/medicare/part_b_supervision.prv",
                                   "/medicare/part_b_threshold.prv"}) {
        packs.push_back(library + pack);
    }
    return packs;
}

Decided decidedOf(const RecordResult& result) {
    Decided decided;
    for (const FindingResult& finding : result.findings) {
        const auto code = std::find(kCodes.begin(), kCodes.end(), finding.code);
        if (code != kCodes.end()) {
            decided.counts[static_cast<std::size_t>(code - kCodes.begin())] += 1;
            decided.cents += finding.atStake.value_or(0);
        }
    }
    return decided;
}

}  // namespace proviso::bench::part_b
