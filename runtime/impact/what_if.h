#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/engine/evaluate.h"
#include "runtime/explain/explain.h"
#include "runtime/impact/record_difference.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// What would have come to another decision: one thing changed at a time, and everything decided
/// again.
namespace proviso::impact {

struct WhatIf {
    enum class Kind : std::uint8_t {
        Field,  ///< another value in the record
        Value,  ///< a parameter's value of another period
        Rule    ///< without the rule
    } kind = Kind::Field;
    std::string what;  ///< `supervisor`, `items[0].weight`, `tariff.threshold`, a rule's name
    std::string was;
    std::string instead;
    std::vector<std::string> changes;  ///< in words; never empty
};

struct WhatIfs {
    std::vector<WhatIf> found;  ///< fields, then values, then rules
    std::uint64_t tried = 0;    ///< how many were decided again
    bool complete = true;       ///< false where the limit ended the search
};

struct WhatIfOptions {
    DecideOptions decide;
    bool withPrivate = false;
    std::uint64_t atMost = 300;  ///< evaluations
};

/// Tries what `explanation` mentions: fields of the record `row` with other values (yes and no,
/// members, a step up and down, days on the other side of a date that packs name), neighbouring
/// values of parameters, and each rule that speaks left out. `decided` is what was decided about
/// the row.
WhatIfs whatIfs(const std::shared_ptr<const bytecode::Program>& program,
                const Batch& batch,
                std::uint32_t row,
                const RecordResult& decided,
                const Explanation& explanation,
                const WhatIfOptions& options);

/// One sentence a difference: `finding LATE on items[0] would be gone`.
std::vector<std::string> changesIn(const RecordDifference& difference);

const char* kindName(WhatIf::Kind kind);

}  // namespace proviso::impact
