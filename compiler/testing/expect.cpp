#include "compiler/testing/expect.h"

#include "compiler/testing/literals.h"
#include "runtime/decision/text.h"

#include <algorithm>
#include <set>
#include <variant>

namespace proviso::testing {

namespace {

using Verdict = std::optional<Mismatch>;

std::string joined(const std::vector<std::string>& texts, std::string_view between = ", ") {
    std::string out;
    for (const std::string& text : texts) {
        out += out.empty() ? "" : between;
        out += text;
    }
    return out;
}

/// One line for a row: `{ code red, units 2, marks { a, b } }`.
std::string displayRow(const OutputRow& row) {
    std::string out = row.certain ? "{ " : "perhaps { ";
    bool first = true;
    for (const auto& [name, value] : row.fields) {
        out += (first ? "" : ", ") + name + " ";
        first = false;
        out += value.kind == ShownValue::Kind::Set ? "{ " + displayValue(value) + " }"
                                                   : displayValue(value);
    }
    return out + " }";
}

class Checker {
  public:
    Checker(const ast::Expectation& expectation, const Decided& decided, const ast::Pack& pack)
        : expectation_(expectation), decided_(decided), pack_(pack) {}

    Verdict check() const {
        using Kind = ast::Expectation::Kind;
        switch (expectation_.kind) {
        case Kind::Undetermined:
            return undetermined();
        case Kind::Error:
            return error();
        case Kind::NoFinding:
            return noFinding(expectation_.name.text);
        case Kind::NoFindings:
            return noFinding({});
        case Kind::Finding:
            return finding(expectation_.name.text);
        case Kind::Rows:
            return rows();
        case Kind::Value:
            return value();
        }
        return std::nullopt;
    }

  private:
    /// `v1`, `v1.items[0]`, or `items[0]` of whichever record.
    struct Where {
        std::optional<std::string> key;
        std::string place;     ///< empty: the record or a group it is in
        bool anywhere = true;  ///< nothing was said
    };

    Where where() const {
        Where where;
        if (!expectation_.place) {
            return where;
        }
        where.anywhere = false;
        where.place = expectation_.place->text;
        const std::size_t end = where.place.find_first_of(".[");
        const std::string first = where.place.substr(0, end);
        if (decided_.find(first) != nullptr) {
            where.key = first;
            where.place = end == std::string::npos ? "" : where.place.substr(end + 1);
        }
        return where;
    }

    bool isRecordOrGroup(const std::string& on) const {
        const auto& spaces = decided_.program().spaces;
        return std::any_of(spaces.begin(), spaces.end(), [&](const bytecode::SpaceInfo& space) {
            return space.name == on &&
                   (&space == spaces.data() || space.kind == bytecode::SpaceInfo::Kind::Group);
        });
    }

    bool isThere(const Where& where, const RecordResult& result, const std::string& on) const {
        if (where.anywhere) {
            return true;
        }
        if (where.key && *where.key != result.key) {
            return false;
        }
        return where.place.empty() ? isRecordOrGroup(on) : on == where.place;
    }

    /// A rule may be named without its pack within it and where its pack is used.
    bool isRule(const std::string& rule, const std::string& named) const {
        return rule == named || rule == pack_.name.text + "." + named ||
               std::any_of(pack_.uses.begin(), pack_.uses.end(), [&](const auto& used) {
                   return rule == used.text + "." + named;
               });
    }

    std::string allFindings() const {
        std::vector<std::string> found;
        for (const RecordResult& result : decided_.results()) {
            for (const FindingResult& finding : result.findings) {
                found.push_back(finding.code + " on " + result.key +
                                (isRecordOrGroup(finding.on) ? "" : "." + finding.on) +
                                " because of " + finding.rule);
            }
        }
        return found.empty() ? "no findings" : joined(found, "; ");
    }

    Verdict finding(const std::string& code) const {
        const Where at = where();
        for (const RecordResult& result : decided_.results()) {
            for (const FindingResult& finding : result.findings) {
                if (finding.code == code && isThere(at, result, finding.on) &&
                    (!expectation_.becauseOf ||
                     isRule(finding.rule, expectation_.becauseOf->text))) {
                    return std::nullopt;
                }
            }
        }
        return Mismatch{allFindings() + troubles()};
    }

    Verdict noFinding(const std::string& code) const {
        Where at = where();
        for (const RecordResult& result : decided_.results()) {
            for (const FindingResult& finding : result.findings) {
                // `no F on v1` speaks of everything in v1.
                const bool there = at.anywhere || (at.key && at.place.empty())
                                       ? !at.key || *at.key == result.key
                                       : isThere(at, result, finding.on);
                if (there && (code.empty() || finding.code == code)) {
                    return Mismatch{allFindings()};
                }
            }
        }
        return std::nullopt;
    }

    /// What could not be decided, for messages.
    std::string troubles() const {
        std::string out;
        for (const RecordResult& result : decided_.results()) {
            for (const UndeterminedResult& entry : result.undetermined) {
                out += "; undetermined " + entry.rule + " on " + result.key +
                       (isRecordOrGroup(entry.on) ? "" : "." + entry.on) + " missing " +
                       joined(entry.missing);
            }
            for (const ErrorResult& entry : result.errors) {
                out += "; error " + entry.rule + " on " + result.key + " " + entry.code + " (" +
                       entry.message + ")";
            }
        }
        return out;
    }

    bool missingAsWritten(const std::vector<std::string>& missing) const {
        std::set<std::string> written;
        for (const ast::Text& place : expectation_.missing) {
            written.insert(place.text);
        }
        return written.empty() || written == std::set<std::string>(missing.begin(), missing.end());
    }

    Verdict undetermined() const {
        const Where at = where();
        for (const RecordResult& result : decided_.results()) {
            for (const UndeterminedResult& entry : result.undetermined) {
                if (isRule(entry.rule, expectation_.name.text) && isThere(at, result, entry.on) &&
                    missingAsWritten(entry.missing)) {
                    return std::nullopt;
                }
            }
            // A decision may be named as well as a rule.
            for (const DecidedResult& entry : result.decided) {
                const bool open = entry.value.state == State::Unknown || !entry.value.open.empty();
                if (open && entry.decision == expectation_.name.text &&
                    (!at.key || *at.key == result.key) && missingAsWritten(entry.value.missing)) {
                    return std::nullopt;
                }
            }
        }
        const std::string found = troubles();
        return Mismatch{found.empty() ? "everything is determined; " + allFindings()
                                      : found.substr(2)};
    }

    Verdict error() const {
        const Where at = where();
        for (const RecordResult& result : decided_.results()) {
            for (const ErrorResult& entry : result.errors) {
                if (isRule(entry.rule, expectation_.name.text) && isThere(at, result, entry.on)) {
                    return std::nullopt;
                }
            }
        }
        const std::string found = troubles();
        return Mismatch{found.empty() ? "no errors; " + allFindings() : found.substr(2)};
    }

    // ---- values

    static bool equalSets(const ast::GivenBlock& block, const Type& type, const ShownValue& value) {
        std::set<std::string> written;
        for (const ast::ExpressionPtr& member : block.values) {
            written.insert(machineText(*member, type).value_or("?"));
        }
        return value.state == State::Value && value.open.empty() && block.fields.empty() &&
               written == std::set<std::string>(value.members.begin(), value.members.end());
    }

    static bool
    equalToLiteral(const ast::Expression& literal, const Type& type, const ShownValue& value) {
        const std::optional<std::string> text = machineText(literal, type);
        return text && value.state == State::Value && equalValues(type, value.text, *text);
    }

    /// One field of an expected row.
    static bool fieldMatches(const ast::GivenField& field,
                             const OutputRow& row,
                             const std::vector<bytecode::Shown>& columns) {
        for (std::size_t index = 0; index < row.fields.size(); ++index) {
            const auto& [name, value] = row.fields[index];
            if (name != field.name.text) {
                continue;
            }
            if (field.unknown) {
                return value.state == State::Unknown || !value.open.empty();
            }
            const Type& type = columns[index].type;
            return field.value
                       ? equalToLiteral(*field.value, type, value)
                       : field.blocks.size() == 1 && equalSets(field.blocks.front(), type, value);
        }
        return false;
    }

    Verdict rows() const {
        std::string problem;
        const std::optional<Answer> answer = ask(problem);
        if (!answer || !answer->isList) {
            return Mismatch{answer ? "that is a value and not a list" : problem};
        }
        bool equal = answer->rows.size() == expectation_.blocks.size();
        for (std::size_t index = 0; equal && index < answer->rows.size(); ++index) {
            const OutputRow& row = answer->rows[index];
            const ast::GivenBlock& block = expectation_.blocks[index];
            equal =
                row.certain && std::all_of(block.fields.begin(),
                                           block.fields.end(),
                                           [&](const ast::GivenField& field) {
                                               return fieldMatches(field, row, *answer->columns);
                                           });
        }
        if (equal) {
            return std::nullopt;
        }
        std::vector<std::string> shown;
        for (const OutputRow& row : answer->rows) {
            shown.push_back(displayRow(row));
        }
        return Mismatch{(shown.empty() ? "no rows" : joined(shown)) + troubles()};
    }

    std::optional<Answer> ask(std::string& problem) const {
        const std::optional<std::vector<std::string>> names = namesOf(*expectation_.subject);
        if (!names) {
            problem = "a test asks about members of its records, `d of v` or `v.d`";
            return std::nullopt;
        }
        return decided_.answer(*names, problem);
    }

    /// `expect LATE_NOTICE` alone is a finding.
    bool isFindingName(std::string& code) const {
        const auto* path = std::get_if<ast::Path>(&expectation_.subject->node);
        if (path == nullptr || path->names.size() != 1 || expectation_.value ||
            !expectation_.blocks.empty()) {
            return false;
        }
        code = path->names.front().text;
        const auto& findings = decided_.program().findings;
        return std::any_of(
            findings.begin(), findings.end(), [&](const bytecode::FindingInfo& finding) {
                return finding.name == code;
            });
    }

    Verdict value() const {
        std::string code;
        if (isFindingName(code)) {
            return finding(code);
        }
        std::string problem;
        const std::optional<Answer> answer = ask(problem);
        if (!answer || answer->isList) {
            return Mismatch{answer ? "that is a list; `are` compares its rows" : problem};
        }
        bool holds = false;
        if (!expectation_.blocks.empty()) {
            holds = equalSets(expectation_.blocks.front(), answer->type, answer->value);
        } else if (expectation_.value) {
            // What is not known is neither equal nor different.
            holds = answer->value.state == State::Value &&
                    equalToLiteral(*expectation_.value, answer->type, answer->value) !=
                        expectation_.negated;
        } else {
            holds = answer->value.state == State::Value && answer->value.text == "yes";
        }
        if (holds && expectation_.becauseOf) {
            holds = std::any_of(
                answer->boundBy.begin(), answer->boundBy.end(), [&](const std::string& rule) {
                    return isRule(rule, expectation_.becauseOf->text);
                });
        }
        if (holds) {
            return std::nullopt;
        }
        std::string found = displayValue(answer->value);
        if (!answer->boundBy.empty()) {
            found += " because of " + joined(answer->boundBy);
        }
        return Mismatch{found + troubles()};
    }

    const ast::Expectation& expectation_;
    const Decided& decided_;
    const ast::Pack& pack_;
};

}  // namespace

std::optional<Mismatch> checkExpectation(const ast::Expectation& expectation,
                                         const Decided& decided,
                                         const ast::Pack& pack) {
    return Checker(expectation, decided, pack).check();
}

}  // namespace proviso::testing
