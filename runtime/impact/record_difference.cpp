#include "runtime/impact/record_difference.h"

#include "runtime/decision/json.h"
#include "runtime/decision/text.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace proviso::impact {

namespace {

std::string shownValue(const ShownValue& value) {
    return displayValue(value);
}

std::string bytesOf(const ShownValue& value) {
    std::string bytes;
    appendJsonValue(bytes, value);
    return bytes;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : ", ") + text;
    }
    return all;
}

bool sameFinding(const FindingResult& a, const FindingResult& b) {
    const auto slots = [](const FindingResult& finding) {
        std::string text;
        for (const auto& [name, value] : finding.slots) {
            appendJsonText(text, name);
            appendJsonValue(text, value);
        }
        return text;
    };
    return a.severity == b.severity && a.because == b.because && a.remedy == b.remedy &&
           a.sources == b.sources && a.atStake == b.atStake && a.shared == b.shared &&
           slots(a) == slots(b);
}

/// Pairs the elements of two lists that have the same word, in order; `take(before, after)` gets
/// pairs and, with a nullptr, what is left.
template <typename Element, typename Word, typename Take>
void pairUp(const std::vector<Element>& before,
            const std::vector<Element>& after,
            Word word,
            Take take) {
    std::map<decltype(word(before[0])), std::vector<const Element*>> waiting;
    for (auto each = after.rbegin(); each != after.rend(); ++each) {
        waiting[word(*each)].push_back(&*each);
    }
    for (const Element& each : before) {
        auto& partners = waiting[word(each)];
        const Element* partner = partners.empty() ? nullptr : partners.back();
        if (partner != nullptr) {
            partners.pop_back();
        }
        take(&each, partner);
    }
    for (const Element& each : after) {
        const auto& partners = waiting[word(each)];
        if (std::find(partners.begin(), partners.end(), &each) != partners.end()) {
            take(static_cast<const Element*>(nullptr), &each);
        }
    }
}

template <typename Element>
Side sideOf(const Element* before, const Element* after) {
    return before == nullptr ? Side::Gained : after == nullptr ? Side::Lost : Side::Changed;
}

void compareFindings(const RecordResult& before, const RecordResult& after, RecordDifference& to) {
    pairUp(
        before.findings,
        after.findings,
        [](const FindingResult& finding) {
            return std::tuple(finding.code, finding.on, finding.rule);
        },
        [&](const FindingResult* was, const FindingResult* is) {
            if (was != nullptr && is != nullptr && sameFinding(*was, *is)) {
                return;
            }
            FindingDifference difference;
            difference.side = sideOf(was, is);
            if (was != nullptr) {
                difference.before = *was;
            }
            if (is != nullptr) {
                difference.after = *is;
            }
            to.findings.push_back(std::move(difference));
        });
    std::stable_sort(to.findings.begin(),
                     to.findings.end(),
                     [](const FindingDifference& a, const FindingDifference& b) {
                         const auto& left = a.known();
                         const auto& right = b.known();
                         return std::tie(left.code, left.on, left.rule) <
                                std::tie(right.code, right.on, right.rule);
                     });
}

std::string wordsOf(const OutputRow& row) {
    std::string text = row.certain ? "" : "?";
    for (const auto& [name, value] : row.fields) {
        appendJsonText(text, name);
        appendJsonValue(text, value);
    }
    return text;
}

RowDifference rowOf(Side side, const std::string& list, const OutputRow& row) {
    RowDifference difference;
    difference.side = side;
    difference.list = list;
    difference.row = row.fields.empty() ? "" : shownValue(row.fields[0].second);
    for (const auto& [name, value] : row.fields) {
        difference.fields.push_back({name,
                                     side == Side::Lost ? shownValue(value) : "",
                                     side == Side::Gained ? shownValue(value) : ""});
    }
    return difference;
}

void compareRow(const std::string& list,
                const OutputRow& before,
                const OutputRow& after,
                RecordDifference& to) {
    RowDifference difference;
    difference.list = list;
    difference.row = after.fields.empty() ? "" : shownValue(after.fields[0].second);
    std::map<std::string, std::pair<std::string, std::string>> byName;
    std::vector<std::string> names;
    for (const auto& [name, value] : after.fields) {
        byName[name].second = shownValue(value);
        names.push_back(name);
    }
    for (const auto& [name, value] : before.fields) {
        if (!byName.contains(name)) {
            names.push_back(name);
        }
        byName[name].first = shownValue(value);
    }
    for (const std::string& name : names) {
        const auto& [was, is] = byName[name];
        if (was != is) {
            difference.fields.push_back({name, was, is});
        }
    }
    if (before.certain != after.certain) {
        difference.fields.push_back(
            {"certain", before.certain ? "yes" : "no", after.certain ? "yes" : "no"});
    }
    to.rows.push_back(std::move(difference));
}

/// Equal rows first, then those that begin alike.
void compareRows(const std::string& list,
                 const std::vector<OutputRow>& before,
                 const std::vector<OutputRow>& after,
                 RecordDifference& to) {
    std::vector<OutputRow> onlyBefore;
    std::vector<OutputRow> onlyAfter;
    pairUp(before, after, &wordsOf, [&](const OutputRow* was, const OutputRow* is) {
        if (is == nullptr) {
            onlyBefore.push_back(*was);
        } else if (was == nullptr) {
            onlyAfter.push_back(*is);
        }
    });
    const auto first = [](const OutputRow& row) {
        return row.fields.empty() ? std::string() : shownValue(row.fields[0].second);
    };
    pairUp(onlyBefore, onlyAfter, first, [&](const OutputRow* was, const OutputRow* is) {
        if (was == nullptr) {
            to.rows.push_back(rowOf(Side::Gained, list, *is));
        } else if (is == nullptr) {
            to.rows.push_back(rowOf(Side::Lost, list, *was));
        } else {
            compareRow(list, *was, *is, to);
        }
    });
}

void compareOutputs(const RecordResult& before, const RecordResult& after, RecordDifference& to) {
    static const OutputValue kNothing;
    pairUp(
        before.outputs,
        after.outputs,
        [](const OutputValue& output) { return output.name; },
        [&](const OutputValue* was, const OutputValue* is) {
            const OutputValue& left = was == nullptr ? kNothing : *was;
            const OutputValue& right = is == nullptr ? kNothing : *is;
            const std::string& name = is == nullptr ? left.name : right.name;
            compareRows(name, left.rows, right.rows, to);
            const bool isList = is == nullptr ? left.list : right.list;
            if (!isList) {
                std::string leftText = was == nullptr ? "no such output" : shownValue(left.value);
                std::string rightText = is == nullptr ? "no such output" : shownValue(right.value);
                if (leftText == rightText && bytesOf(left.value) != bytesOf(right.value)) {
                    leftText = bytesOf(left.value);
                    rightText = bytesOf(right.value);
                }
                if (leftText != rightText) {
                    to.outputs.push_back(
                        {name, "", std::move(leftText), std::move(rightText), "", ""});
                }
                return;
            }
            const auto choices = [](const OutputValue& output) {
                std::string text;
                for (const auto& choice : output.choices) {
                    for (const OutputRow& row : choice) {
                        text += wordsOf(row) + '\n';
                    }
                    text += '\n';
                }
                return text;
            };
            if (choices(left) != choices(right)) {
                to.otherwise.push_back("the other outcomes of " + name + " that are equally right");
            }
            if (left.claimedWith != right.claimedWith) {
                to.otherwise.push_back("the record that " + name + " stands in");
            }
        });
}

void compareDecisions(const RecordResult& before, const RecordResult& after, RecordDifference& to) {
    pairUp(
        before.decided,
        after.decided,
        [](const DecidedResult& decided) { return std::pair(decided.decision, decided.on); },
        [&](const DecidedResult* was, const DecidedResult* is) {
            const auto bound = [](const DecidedResult* decided) {
                if (decided == nullptr || decided->boundBy.empty()) {
                    return std::string();
                }
                return decided->boundBy + (decided->alsoBoundBy.empty() ? "" : ", ") +
                       joined(decided->alsoBoundBy);
            };
            const DecidedResult& known = is == nullptr ? *was : *is;
            ValueDifference difference;
            difference.name = known.decision;
            difference.on = known.on;
            difference.before = was == nullptr ? "not decided" : shownValue(was->value);
            difference.after = is == nullptr ? "not decided" : shownValue(is->value);
            difference.boundBefore = bound(was);
            difference.boundAfter = bound(is);
            const bool otherBytes =
                was != nullptr && is != nullptr && bytesOf(was->value) != bytesOf(is->value);
            if (otherBytes && difference.before == difference.after) {
                // Unknown for other reasons, which the words for people leave out.
                difference.before = bytesOf(was->value);
                difference.after = bytesOf(is->value);
            }
            if (difference.before != difference.after ||
                difference.boundBefore != difference.boundAfter) {
                to.decisions.push_back(std::move(difference));
            }
        });
}

void compareTrouble(const RecordResult& before, const RecordResult& after, RecordDifference& to) {
    pairUp(
        before.undetermined,
        after.undetermined,
        [](const UndeterminedResult& entry) { return std::pair(entry.rule, entry.on); },
        [&](const UndeterminedResult* was, const UndeterminedResult* is) {
            const auto places = [](const UndeterminedResult* entry) {
                return entry == nullptr ? std::string() : joined(entry->missing);
            };
            if (was != nullptr && is != nullptr && was->missing == is->missing) {
                return;
            }
            const UndeterminedResult& known = is == nullptr ? *was : *is;
            to.undetermined.push_back(
                {sideOf(was, is), known.rule, known.on, places(was), places(is)});
        });
    pairUp(
        before.errors,
        after.errors,
        [](const ErrorResult& entry) { return std::tuple(entry.rule, entry.on, entry.code); },
        [&](const ErrorResult* was, const ErrorResult* is) {
            const auto words = [](const ErrorResult* entry) {
                return entry == nullptr ? std::string() : entry->code + " " + entry->message;
            };
            if (was != nullptr && is != nullptr && was->message == is->message) {
                return;
            }
            const ErrorResult& known = is == nullptr ? *was : *is;
            to.errors.push_back({sideOf(was, is), known.rule, known.on, words(was), words(is)});
        });
}

}  // namespace

const char* sideName(Side side) {
    return side == Side::Gained ? "gained" : side == Side::Lost ? "lost" : "changed";
}

bool RecordDifference::differs() const {
    return !decidedBefore || !decidedAfter || !findings.empty() || !outputs.empty() ||
           !rows.empty() || !decisions.empty() || !undetermined.empty() || !errors.empty() ||
           !otherwise.empty();
}

RecordDifference differenceOf(const RecordResult* before, const RecordResult* after) {
    RecordDifference difference;
    difference.key = after != nullptr ? after->key : before->key;
    difference.decidedBefore = before != nullptr;
    difference.decidedAfter = after != nullptr;
    if (before == nullptr || after == nullptr) {
        return difference;
    }
    const RunStamp none;
    if (toJson(*before, none) == toJson(*after, none)) {
        return difference;
    }
    compareFindings(*before, *after, difference);
    compareOutputs(*before, *after, difference);
    compareDecisions(*before, *after, difference);
    compareTrouble(*before, *after, difference);
    if (before->besideRejected != after->besideRejected) {
        difference.otherwise.emplace_back("whether a rejected record may share a group with it");
    }
    if (!difference.differs()) {
        difference.otherwise.emplace_back("the form of the decision");
    }
    return difference;
}

std::vector<const FindingResult*> countedFindings(const RecordResult& result) {
    std::set<std::tuple<std::string, std::string, std::uint32_t>> shared;
    std::vector<const FindingResult*> counted;
    for (const FindingResult& finding : result.findings) {
        if (finding.shared &&
            (!finding.counted ||
             !shared.emplace(finding.code, finding.rule, finding.sharedRow).second)) {
            continue;
        }
        counted.push_back(&finding);
    }
    return counted;
}

}  // namespace proviso::impact
