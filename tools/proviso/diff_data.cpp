#include "runtime/decision/json.h"
#include "runtime/decision/text.h"
#include "tools/proviso/csv.h"
#include "tools/proviso/diff_report.h"
#include "tools/proviso/json_writer.h"

namespace proviso::tool {

namespace {

using impact::Impact;
using impact::RecordDifference;
using impact::Side;

void side(Json& json, std::string_view name, const DiffSide& one) {
    json.key(name).open('{');
    json.field("path", one.path);
    json.field("packs", one.digest);
    if (one.isUnsigned) {
        json.key("unsigned").raw("true");
    }
    json.field("rejected", one.rejected);
    json.close('}');
}

void moneyChange(Json& json, const impact::MoneyChange& change) {
    json.sum("before", change.before.sum, impact::kMoneyScale);
    json.sum("after", change.after.sum, impact::kMoneyScale);
    json.field("unknown_before", change.before.unknown);
    json.field("unknown_after", change.after.unknown);
}

void valueTallies(Json& json,
                  std::string_view name,
                  const std::map<std::string, impact::ValueTally>& tallies) {
    json.key(name).open('[');
    for (const auto& [value, tally] : tallies) {
        json.open('{');
        json.field("name", value);
        json.field("records", tally.records);
        json.field("same_by_other_rules", tally.otherReasons);
        json.key("moves").open('[');
        for (const auto& [move, count] : tally.moves) {
            json.open('{');
            json.field("move", move);
            json.field("records", count);
            json.close('}');
        }
        json.close(']').close('}');
    }
    json.close(']');
}

void codes(Json& json, const Impact& impact) {
    json.key("by_code").open('[');
    for (const auto& [code, tally] : impact.codes) {
        json.open('{');
        json.field("code", code);
        json.field("severity", findingSeverityName(tally.severity));
        json.field("before", tally.before);
        json.field("after", tally.after);
        json.field("gained", tally.gained);
        json.field("lost", tally.lost);
        json.field("changed", tally.changed);
        json.sum("at_stake_before", tally.stakeBefore, 2);
        json.sum("at_stake_after", tally.stakeAfter, 2);
        json.close('}');
    }
    json.close(']');
}

void rules(Json& json, const Impact& impact) {
    json.key("by_rule").open('[');
    for (const auto& [name, tally] : impact.rules) {
        json.open('{');
        json.field("rule", name);
        json.field("records", tally.records);
        json.field("findings_gained", tally.findingsGained);
        json.field("findings_lost", tally.findingsLost);
        json.field("findings_changed", tally.findingsChanged);
        json.field("binds_now", tally.bindsNow);
        json.field("binds_no_longer", tally.bindsNoLonger);
        json.field("undetermined_gained", tally.undeterminedGained);
        json.field("undetermined_lost", tally.undeterminedLost);
        json.field("errors_gained", tally.errorsGained);
        json.field("errors_lost", tally.errorsLost);
        json.close('}');
    }
    json.close(']');
}

void groups(Json& json, const Impact& impact) {
    json.key("by").open('{');
    for (std::size_t index = 0; index < impact.groups.size(); ++index) {
        json.key(impact.shape.by[index]).open('[');
        for (const auto& [value, tally] : impact.groups[index]) {
            json.open('{');
            json.field("value", value);
            json.field("records", tally.records);
            json.field("changed", tally.changed);
            json.field("findings_gained", tally.gained);
            json.field("findings_lost", tally.lost);
            json.field("undetermined_gained", tally.undeterminedGained);
            json.field("undetermined_lost", tally.undeterminedLost);
            json.sum("at_stake_before", tally.stakeBefore, 2);
            json.sum("at_stake_after", tally.stakeAfter, 2);
            json.key("money").open('{');
            for (const auto& [name, change] : tally.money) {
                json.key(name).open('{');
                moneyChange(json, change);
                json.close('}');
            }
            json.close('}').close('}');
        }
        json.close(']');
    }
    json.close('}');
}

void lists(Json& json, const Impact& impact) {
    json.key("lists").open('[');
    for (const auto& [name, list] : impact.lists) {
        json.open('{');
        json.field("list", name);
        json.field("records", list.records);
        json.field("rows_before", list.rowsBefore);
        json.field("rows_after", list.rowsAfter);
        json.field("gained", list.gained);
        json.field("lost", list.lost);
        json.field("changed", list.changed);
        json.key("columns").open('{');
        for (const auto& [column, count] : list.columns) {
            json.field(column, count);
        }
        json.close('}').key("sums").open('{');
        for (const auto& [column, change] : list.sums) {
            json.key(column).open('{');
            moneyChange(json, change);
            json.close('}');
        }
        json.close('}').close('}');
    }
    json.close(']');
}

void trouble(Json& json,
             std::string_view name,
             const std::vector<impact::TroubleDifference>& entries) {
    json.key(name).open('[');
    for (const auto& entry : entries) {
        json.open('{');
        json.field("change", sideName(entry.side));
        json.field("rule", entry.rule);
        json.field("on", entry.on);
        json.field("before", entry.before);
        json.field("after", entry.after);
        json.close('}');
    }
    json.close(']');
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
void clauses(Json& json, const std::vector<impact::ClauseDifference>& differences) {
    json.open('[');
    for (const auto& clause : differences) {
        json.open('{');
        json.field("text", clause.text);
        if (clause.inBefore) {
            json.field("before", clause.before);
        }
        if (clause.inAfter) {
            json.field("after", clause.after);
        }
        if (clause.inForceBefore != clause.inForceAfter) {
            json.field("in_force_before", clause.inForceBefore);
            json.field("in_force_after", clause.inForceAfter);
        }
        json.key("because_of");
        clauses(json, clause.children);
        json.close('}');
    }
    json.close(']');
}

void ruleDifferences(Json& json, const std::vector<impact::RuleDifference>& differences) {
    json.key("rules").open('[');
    for (const auto& rule : differences) {
        json.open('{');
        json.field("rule", rule.name);
        json.field("on", rule.on);
        json.field("place_before", rule.placeBefore);
        json.field("place_after", rule.placeAfter);
        json.field("outcome_before", rule.outcomeBefore);
        json.field("outcome_after", rule.outcomeAfter);
        const auto said = [&](std::string_view name, const std::vector<std::string>& texts) {
            json.key(name).open('[');
            for (const std::string& text : texts) {
                json.text(text);
            }
            json.close(']');
        };
        said("said_before", rule.saidBefore);
        said("said_after", rule.saidAfter);
        json.key("clauses");
        clauses(json, rule.clauses);
        json.close('}');
    }
    json.close(']');
}

std::string stakeOf(const std::optional<FindingResult>& finding) {
    return finding && finding->atStake ? formatDecimal(*finding->atStake, 2) : "";
}

}  // namespace

std::string jsonHead(const DiffReport& report) {
    Json json;
    json.open('{');
    side(json, "old", report.before);
    side(json, "new", report.after);
    json.key("known_as_of");
    report.knownAsOf.empty() ? json.raw("null") : json.text(report.knownAsOf);
    json.key("texts").raw(differencesJson(report.texts));
    json.key("same_but_form").open('[');
    for (const std::string& pack : report.sameButForm) {
        json.text(pack);
    }
    json.close(']');
    return std::move(json.out);
}

std::string impactJson(const DiffReport& /*report*/, const Impact& impact) {
    Json json;
    json.open('{');
    json.field("records", impact.both);
    json.field("changed", impact.changed);
    json.field("only_old", impact.onlyBefore);
    json.field("only_new", impact.onlyAfter);
    json.field("findings_only_old", impact.findingsOnlyBefore);
    json.field("findings_only_new", impact.findingsOnlyAfter);
    json.sum("at_stake_only_old", impact.stakeOnlyBefore, 2);
    json.sum("at_stake_only_new", impact.stakeOnlyAfter, 2);
    json.field("findings_before", impact.findingsBefore);
    json.field("findings_after", impact.findingsAfter);
    json.field("findings_gained", impact.gained);
    json.field("findings_lost", impact.lost);
    json.sum("at_stake_before", impact.stakeBefore, 2);
    json.sum("at_stake_after", impact.stakeAfter, 2);
    json.field("undetermined_before", impact.undeterminedBefore);
    json.field("undetermined_after", impact.undeterminedAfter);
    json.field("undetermined_gained", impact.undeterminedGained);
    json.field("undetermined_lost", impact.undeterminedLost);
    json.field("errors_gained", impact.errorsGained);
    json.field("errors_lost", impact.errorsLost);
    codes(json, impact);
    rules(json, impact);
    groups(json, impact);
    valueTallies(json, "decisions", impact.decisions);
    valueTallies(json, "outputs", impact.outputs);
    lists(json, impact);
    json.key("money").open('{');
    for (const auto& [name, change] : impact.money) {
        json.key(name).open('{');
        moneyChange(json, change);
        json.close('}');
    }
    json.close('}').key("on_record_for_what_changed").open('{');
    for (std::size_t index = 0; index < impact.sumsOfChanged.size(); ++index) {
        json.key(impact.shape.sums[index]).open('{');
        json.sum("sum", impact.sumsOfChanged[index].sum, impact::kMoneyScale);
        json.field("known", impact.sumsOfChanged[index].known);
        json.field("unknown", impact.sumsOfChanged[index].unknown);
        json.close('}');
    }
    json.close('}').key("otherwise").open('{');
    for (const auto& [what, count] : impact.otherwise) {
        json.field(what, count);
    }
    json.close('}').close('}');
    return std::move(json.out);
}

std::string recordJson(const DiffReport& report,
                       const impact::ImpactShape& shape,
                       const ShownDifference& record) {
    const RecordDifference& difference = record.difference;
    Json json;
    json.open('{');
    json.field(report.keyName, difference.key);
    json.key("decided_by").open('[');
    if (difference.decidedBefore) {
        json.text("old");
    }
    if (difference.decidedAfter) {
        json.text("new");
    }
    json.close(']');
    if (!record.rejected.empty()) {
        json.field("rejected", record.rejected);
    }
    json.key("by").open('{');
    for (std::size_t index = 0; index < record.facts.groups.size(); ++index) {
        json.field(shape.by[index], record.facts.groups[index]);
    }
    json.close('}').key("findings").open('[');
    for (const auto& finding : difference.findings) {
        const FindingResult& known = finding.known();
        json.open('{');
        json.field("change", sideName(finding.side));
        json.field("code", known.code);
        json.field("severity", findingSeverityName(known.severity));
        json.field("on", known.on);
        json.field("rule", known.rule);
        json.field("because_before", finding.before ? finding.before->because : "");
        json.field("because_after", finding.after ? finding.after->because : "");
        json.field("at_stake_before", stakeOf(finding.before));
        json.field("at_stake_after", stakeOf(finding.after));
        json.close('}');
    }
    json.close(']').key("decisions").open('[');
    for (const auto& decision : difference.decisions) {
        json.open('{');
        json.field("decision", decision.name);
        json.field("on", decision.on);
        json.field("before", decision.before);
        json.field("after", decision.after);
        json.field("bound_before", decision.boundBefore);
        json.field("bound_after", decision.boundAfter);
        json.close('}');
    }
    json.close(']').key("outputs").open('[');
    for (const auto& output : difference.outputs) {
        json.open('{');
        json.field("output", output.name);
        json.field("before", output.before);
        json.field("after", output.after);
        json.close('}');
    }
    json.close(']').key("rows").open('[');
    for (const auto& row : difference.rows) {
        json.open('{');
        json.field("change", sideName(row.side));
        json.field("list", row.list);
        json.field("row", row.row);
        json.key("fields").open('{');
        for (const auto& field : row.fields) {
            json.key(field.name).open('{');
            json.field("before", field.before);
            json.field("after", field.after);
            json.close('}');
        }
        json.close('}').close('}');
    }
    json.close(']');
    trouble(json, "undetermined", difference.undetermined);
    trouble(json, "errors", difference.errors);
    json.key("otherwise").open('[');
    for (const std::string& what : difference.otherwise) {
        json.text(what);
    }
    json.close(']');
    if (record.rules) {
        ruleDifferences(json, *record.rules);
    }
    json.close('}');
    return std::move(json.out);
}

std::string csvHead(const DiffReport& report, const impact::ImpactShape& shape) {
    std::string out = report.keyName;
    for (const std::string& field : shape.by) {
        out += ',';
        appendCsvField(out, field);
    }
    return out + ",what,change,name,on,rule,before,after,at_stake_before,at_stake_after\r\n";
}

std::string recordCsv(const ShownDifference& record) {
    const RecordDifference& difference = record.difference;
    std::string out;
    const auto row = [&](std::initializer_list<std::string_view> fields) {
        appendCsvField(out, difference.key);
        for (const std::string& group : record.facts.groups) {
            out += ',';
            appendCsvField(out, group);
        }
        for (const std::string_view field : fields) {
            out += ',';
            appendCsvField(out, field);
        }
        out += "\r\n";
    };
    if (!difference.decidedBefore || !difference.decidedAfter) {
        const bool old = difference.decidedBefore;
        row({"record",
             old ? "lost" : "gained",
             old ? "only the old set decides it" : "only the new set decides it",
             "",
             "",
             old ? "" : record.rejected,
             old ? record.rejected : "",
             "",
             ""});
    }
    for (const auto& finding : difference.findings) {
        const FindingResult& known = finding.known();
        row({"finding",
             sideName(finding.side),
             known.code,
             known.on,
             known.rule,
             finding.before ? finding.before->because : "",
             finding.after ? finding.after->because : "",
             stakeOf(finding.before),
             stakeOf(finding.after)});
    }
    for (const auto& decision : difference.decisions) {
        row({"decision",
             decision.sameValue() ? "other rules" : "changed",
             decision.name,
             decision.on,
             decision.boundAfter,
             decision.sameValue() ? decision.boundBefore : decision.before,
             decision.sameValue() ? decision.boundAfter : decision.after,
             "",
             ""});
    }
    for (const auto& output : difference.outputs) {
        row({"output", "changed", output.name, "", "", output.before, output.after, "", ""});
    }
    for (const auto& one : difference.rows) {
        std::string before;
        std::string after;
        for (const auto& field : one.fields) {
            if (one.side != Side::Gained) {
                before += (before.empty() ? "" : "; ") + field.name + " " + field.before;
            }
            if (one.side != Side::Lost) {
                after += (after.empty() ? "" : "; ") + field.name + " " + field.after;
            }
        }
        row({"row", sideName(one.side), one.list, one.row, "", before, after, "", ""});
    }
    const auto entries = [&](std::string_view what,
                             const std::vector<impact::TroubleDifference>& list) {
        for (const auto& entry : list) {
            row({what,
                 sideName(entry.side),
                 "",
                 entry.on,
                 entry.rule,
                 entry.before,
                 entry.after,
                 "",
                 ""});
        }
    };
    entries("undetermined", difference.undetermined);
    entries("error", difference.errors);
    for (const std::string& what : difference.otherwise) {
        row({"other", "changed", what, "", "", "", "", "", ""});
    }
    return out;
}

}  // namespace proviso::tool
