#include "runtime/impact/impact.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace proviso::impact {

namespace {

/// Kinds of moves of one value that are counted one by one; data may hold any number.
constexpr std::size_t kMostMoves = 200;

std::optional<std::int64_t> amountOf(const ShownValue& value) {
    if (value.state != State::Value) {
        return std::nullopt;
    }
    const ParsedDecimal parsed = parseDecimal(value.text, kMoneyScale);
    return parsed.ok() ? std::optional(parsed.value) : std::nullopt;
}

std::optional<ImpactShape::Column> columnOf(const Type& type) {
    if (type.kind == TypeKind::Money) {
        return ImpactShape::Column{true, type.scale};
    }
    if (type.kind == TypeKind::Number && type.scale == 0) {
        return ImpactShape::Column{false, 0};
    }
    return std::nullopt;
}

void shapeOf(const bytecode::Program& program, ImpactShape& shape) {
    for (const bytecode::OutputInfo& output : program.outputs) {
        const bool isList = output.rows != bytecode::kNone;
        for (const bytecode::Shown& shown : output.columns) {
            const auto column = columnOf(shown.type);
            if (!column) {
                continue;
            }
            if (isList) {
                shape.columns[{output.name, shown.name}] = *column;
            } else if (column->money) {
                shape.values[output.name] = *column;
            }
        }
    }
}

void countMove(ValueTally& tally, const ValueDifference& difference) {
    if (difference.sameValue()) {
        ++tally.otherReasons;
        return;
    }
    ++tally.records;
    std::string move = difference.before + " -> " + difference.after;
    if (tally.moves.size() >= kMostMoves && !tally.moves.contains(move)) {
        move = "(other)";
    }
    ++tally.moves[std::move(move)];
}

std::vector<std::string> namesIn(const std::string& list) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find(", ", begin), list.size());
        names.push_back(list.substr(begin, end - begin));
        begin = end + 2;
    }
    return names;
}

}  // namespace

void Money::add(const std::optional<std::int64_t>& amount) {
    if (amount) {
        sum.add(*amount);
        ++known;
    } else {
        ++unknown;
    }
}

ImpactShape ImpactShape::of(const bytecode::Program& before, const bytecode::Program& after) {
    ImpactShape old;
    ImpactShape shape;
    shapeOf(before, old);
    shapeOf(after, shape);
    const auto merge = [](auto& into, const auto& from) {
        for (const auto& [name, column] : from) {
            const auto [known, isNew] = into.emplace(name, column);
            if (!isNew && known->second.money != column.money) {
                into.erase(known);
            }
        }
    };
    merge(shape.values, old.values);
    merge(shape.columns, old.columns);
    return shape;
}

/// What one record adds to the groups that it is in.
struct Impact::Counted {
    std::uint64_t gained = 0;
    std::uint64_t lost = 0;
    Total stakeBefore;
    Total stakeAfter;
    std::map<std::string, MoneyChange> money;
};

void Impact::addFindings(const RecordResult& before, const RecordResult& after, Counted& counted) {
    using Key = std::tuple<std::string, std::string, std::string>;
    std::map<Key, std::pair<std::vector<const FindingResult*>, std::vector<const FindingResult*>>>
        findings;
    const auto keyOf = [](const FindingResult& finding) {
        return Key(finding.code, finding.rule, finding.on);
    };
    for (const FindingResult* finding : countedFindings(before)) {
        findings[keyOf(*finding)].first.push_back(finding);
    }
    for (const FindingResult* finding : countedFindings(after)) {
        findings[keyOf(*finding)].second.push_back(finding);
    }
    for (const auto& [key, sides] : findings) {
        const auto& [was, is] = sides;
        FindingTally& tally = codes[std::get<0>(key)];
        tally.severity = is.empty() ? was.front()->severity : is.front()->severity;
        const std::uint64_t kept = std::min(was.size(), is.size());
        tally.before += was.size();
        tally.after += is.size();
        tally.gained += is.size() - kept;
        tally.lost += was.size() - kept;
        counted.gained += is.size() - kept;
        counted.lost += was.size() - kept;
        findingsBefore += was.size();
        findingsAfter += is.size();
        for (std::size_t index = 0; index < kept; ++index) {
            tally.changed += was[index]->atStake != is[index]->atStake ||
                                     was[index]->because != is[index]->because ||
                                     was[index]->severity != is[index]->severity
                                 ? 1
                                 : 0;
        }
        for (const FindingResult* finding : was) {
            tally.stakeBefore.add(finding->atStake.value_or(0));
            counted.stakeBefore.add(finding->atStake.value_or(0));
        }
        for (const FindingResult* finding : is) {
            tally.stakeAfter.add(finding->atStake.value_or(0));
            counted.stakeAfter.add(finding->atStake.value_or(0));
        }
        if (is.size() != was.size()) {
            RuleTally& rule = rules[std::get<1>(key)];
            rule.findingsGained += is.size() - kept;
            rule.findingsLost += was.size() - kept;
        }
    }
    gained += counted.gained;
    lost += counted.lost;
}

void Impact::addValues(const RecordResult& before, const RecordResult& after, Counted& counted) {
    const auto addSide = [&](const RecordResult& result, Money MoneyChange::* side, bool isAfter) {
        for (const OutputValue& output : result.outputs) {
            if (output.list) {
                ListTally& list = lists[output.name];
                (isAfter ? list.rowsAfter : list.rowsBefore) += output.rows.size();
                for (const OutputRow& row : output.rows) {
                    for (const auto& [name, value] : row.fields) {
                        if (shape.columns.contains({output.name, name}) &&
                            value.state != State::NotApplicable) {
                            (list.sums[name].*side).add(amountOf(value));
                        }
                    }
                }
            } else if (output.claimedWith.empty() && shape.values.contains(output.name) &&
                       output.value.state != State::NotApplicable) {
                (money[output.name].*side).add(amountOf(output.value));
                (counted.money[output.name].*side).add(amountOf(output.value));
            }
        }
    };
    addSide(before, &MoneyChange::before, false);
    addSide(after, &MoneyChange::after, true);
}

void Impact::addRules(const RecordDifference& difference) {
    std::set<std::string> touched;
    for (const FindingDifference& finding : difference.findings) {
        touched.insert(finding.known().rule);
        rules[finding.known().rule].findingsChanged += finding.side == Side::Changed ? 1 : 0;
    }
    for (const ValueDifference& decision : difference.decisions) {
        const std::vector<std::string> before = namesIn(decision.boundBefore);
        const std::vector<std::string> after = namesIn(decision.boundAfter);
        for (const std::string& rule : before) {
            const bool still = std::find(after.begin(), after.end(), rule) != after.end();
            if (!still || !decision.sameValue()) {
                touched.insert(rule);
                rules[rule].bindsNoLonger += still ? 0 : 1;
            }
        }
        for (const std::string& rule : after) {
            const bool already = std::find(before.begin(), before.end(), rule) != before.end();
            if (!already || !decision.sameValue()) {
                touched.insert(rule);
                rules[rule].bindsNow += already ? 0 : 1;
            }
        }
    }
    for (const TroubleDifference& entry : difference.undetermined) {
        touched.insert(entry.rule);
        rules[entry.rule].undeterminedGained += entry.side == Side::Gained ? 1 : 0;
        rules[entry.rule].undeterminedLost += entry.side == Side::Lost ? 1 : 0;
    }
    for (const TroubleDifference& entry : difference.errors) {
        touched.insert(entry.rule);
        rules[entry.rule].errorsGained += entry.side == Side::Gained ? 1 : 0;
        rules[entry.rule].errorsLost += entry.side == Side::Lost ? 1 : 0;
    }
    for (const std::string& rule : touched) {
        ++rules[rule].records;
    }
}

void Impact::addDifference(const RecordDifference& difference) {
    for (const ValueDifference& decision : difference.decisions) {
        countMove(decisions[decision.name], decision);
    }
    for (const ValueDifference& output : difference.outputs) {
        countMove(outputs[output.name], output);
    }
    std::set<std::string> touched;
    for (const RowDifference& row : difference.rows) {
        ListTally& list = lists[row.list];
        touched.insert(row.list);
        list.gained += row.side == Side::Gained ? 1 : 0;
        list.lost += row.side == Side::Lost ? 1 : 0;
        if (row.side == Side::Changed) {
            ++list.changed;
            for (const RowDifference::Field& field : row.fields) {
                ++list.columns[field.name];
            }
        }
    }
    for (const std::string& list : touched) {
        ++lists[list].records;
    }
    for (const TroubleDifference& entry : difference.undetermined) {
        undeterminedGained += entry.side == Side::Gained ? 1 : 0;
        undeterminedLost += entry.side == Side::Lost ? 1 : 0;
    }
    for (const TroubleDifference& entry : difference.errors) {
        errorsGained += entry.side == Side::Gained ? 1 : 0;
        errorsLost += entry.side == Side::Lost ? 1 : 0;
    }
    for (const std::string& what : difference.otherwise) {
        ++otherwise[what];
    }
}

void Impact::add(const RecordResult* before,
                 const RecordResult* after,
                 const RecordDifference& difference,
                 const RecordFacts& facts) {
    groups.resize(shape.by.size());
    sumsOfChanged.resize(shape.sums.size());
    if (before == nullptr || after == nullptr) {
        const RecordResult& only = before == nullptr ? *after : *before;
        (before == nullptr ? onlyAfter : onlyBefore) += 1;
        for (const FindingResult* finding : countedFindings(only)) {
            (before == nullptr ? findingsOnlyAfter : findingsOnlyBefore) += 1;
            (before == nullptr ? stakeOnlyAfter : stakeOnlyBefore)
                .add(finding->atStake.value_or(0));
        }
        return;
    }
    ++both;
    undeterminedBefore += before->undetermined.size();
    undeterminedAfter += after->undetermined.size();
    Counted counted;
    addFindings(*before, *after, counted);
    addValues(*before, *after, counted);
    stakeBefore.addWide(counted.stakeBefore.wide());
    stakeAfter.addWide(counted.stakeAfter.wide());
    const bool isChanged = difference.differs();
    if (isChanged) {
        ++changed;
        addDifference(difference);
        addRules(difference);
    }
    PROVISO_CHECK(facts.groups.size() == shape.by.size() && facts.sums.size() == shape.sums.size(),
                  "facts are those that the shape asks for");
    for (std::size_t index = 0; index < shape.by.size(); ++index) {
        GroupTally& group = groups[index][facts.groups[index]];
        ++group.records;
        group.changed += isChanged ? 1 : 0;
        group.gained += counted.gained;
        group.lost += counted.lost;
        for (const TroubleDifference& entry : difference.undetermined) {
            group.undeterminedGained += entry.side == Side::Gained ? 1 : 0;
            group.undeterminedLost += entry.side == Side::Lost ? 1 : 0;
        }
        group.stakeBefore.addWide(counted.stakeBefore.wide());
        group.stakeAfter.addWide(counted.stakeAfter.wide());
        for (const auto& [name, change] : counted.money) {
            MoneyChange& sum = group.money[name];
            for (const auto side : {&MoneyChange::before, &MoneyChange::after}) {
                (sum.*side).sum.addWide((change.*side).sum.wide());
                (sum.*side).known += (change.*side).known;
                (sum.*side).unknown += (change.*side).unknown;
            }
        }
    }
    for (std::size_t index = 0; isChanged && index < shape.sums.size(); ++index) {
        sumsOfChanged[index].sum.addWide(facts.sums[index].sum.wide());
        sumsOfChanged[index].known += facts.sums[index].known;
        sumsOfChanged[index].unknown += facts.sums[index].unknown;
    }
}

std::string moneyText(const Total& sum, int scale) {
    const Checked checked = sum.checked();
    return checked.ok() ? formatMoney(checked.value, scale) : "more than can be counted";
}

std::string decimalText(const Total& sum, int scale) {
    const Checked checked = sum.checked();
    return checked.ok() ? formatDecimalTrimmed(checked.value, scale, 2) : "";
}

Total differenceOf(const Total& before, const Total& after) {
    Total difference = after;
    difference.addWide(-before.wide());
    return difference;
}

}  // namespace proviso::impact
