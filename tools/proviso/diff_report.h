#pragma once

#include "compiler/difference/difference.h"
#include "runtime/impact/impact.h"
#include "runtime/impact/record_difference.h"
#include "runtime/impact/rule_difference.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What `diff` says, as text, JSON, rows of CSV and a page to print.
namespace proviso::tool {

/// One of the two pack sets.
struct DiffSide {
    std::string path;
    std::string digest;
    std::uint64_t packs = 0;
    bool isUnsigned = false;  ///< a pack-set file that nobody signed
    std::uint64_t rejected = 0;
    std::map<std::string, std::uint64_t> rejectionReasons;
};

/// One record that is shown, with where the explanations of both sides part.
struct ShownDifference {
    impact::RecordDifference difference;
    impact::RecordFacts facts;
    std::optional<std::vector<impact::RuleDifference>> rules;
    std::string rejected;  ///< of a record that one side alone decided: why the other did not
    std::string before;    ///< the decisions, toJson without a stamp
    std::string after;
};

struct DiffReport {
    DiffSide before;
    DiffSide after;
    std::string recordName;
    std::string keyName;
    std::string engineVersion;
    std::string knownAsOf;  ///< empty: everything known
    std::vector<ItemChange> texts;
    std::vector<std::string> sameButForm;  ///< packs whose bytes alone differ
    std::vector<ShownDifference> shown;    ///< the first, in the order of keys
    std::uint64_t changedRecords = 0;      ///< shown or not, with those of one side
};

/// The first lines of everything: what the texts say differently.
std::string textPart(const DiffReport& report);

/// The summary for a terminal. `colour` as on a terminal.
std::string impactText(const DiffReport& report, const impact::Impact& impact, bool colour);

/// One record, whole.
std::string recordText(const DiffReport& report, const ShownDifference& record);

/// `{"old": ..., "new": ..., "texts": [...]` without its end.
std::string jsonHead(const DiffReport& report);
std::string impactJson(const DiffReport& report, const impact::Impact& impact);
std::string recordJson(const DiffReport& report,
                       const impact::ImpactShape& shape,
                       const ShownDifference& record);

std::string csvHead(const DiffReport& report, const impact::ImpactShape& shape);
/// A row for each thing that differs.
std::string recordCsv(const ShownDifference& record);

/// A whole page: no scripts, nothing from elsewhere.
std::string impactPage(const DiffReport& report, const impact::Impact* impact);

/// `+$12.00`, `-$3.50`, `no change`.
std::string signedMoney(const Total& before, const Total& after, int scale);

}  // namespace proviso::tool
