// Values as they are printed, for machines and for people.

#include "tests/reference/show.h"

#include "runtime/decision/text.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::reference {

using namespace typed;

namespace {

constexpr int kCents = 2;

std::string join(const std::vector<std::string>& parts, const std::string& between) {
    std::string all;
    for (const std::string& part : parts) {
        all += (all.empty() ? "" : between) + part;
    }
    return all;
}

}  // namespace

std::string Shower::key(std::uint32_t record) {
    return machine_.text(machine_.read(program_.entryKey, record).value);
}

std::string Shower::place(const RowName& row, std::uint32_t record) {
    const Space& space = program_.spaces[row.space];
    if (space.kind == SpaceKind::Pairs) {
        const Row& pair = machine_.rows(row.space)[row.row];
        return place({space.pairsOf, pair.first}, record) + "," +
               place({space.pairsOf, pair.second}, record);
    }
    if (space.kind == SpaceKind::Covers) {
        const Collect& collect = program_.collects[program_.spaces[space.parent].collect];
        return place({collect.source, machine_.rows(row.space)[row.row].first}, record);
    }
    const std::uint32_t home = machine_.entryRow(row.space, row.row);
    const std::string prefix = home == kNoRow || home == record ? std::string() : key(home) + ":";
    const std::string path = machine_.rowPath(row.space, row.row);
    return prefix + (path.empty() ? space.name : path);
}

std::vector<std::string> Shower::places(const std::set<Place>& missing, std::uint32_t record) {
    std::set<std::string> texts;
    for (const Place& place : missing) {
        const bool own = place.entryRow == kNoRow || place.entryRow == record;
        texts.insert(own ? place.text : key(place.entryRow) + ":" + place.text);
    }
    return {texts.begin(), texts.end()};
}

std::string Shower::text(const Type& type, std::int64_t value, bool people) {
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return value != 0 ? "yes" : "no";
    case TypeKind::Number:
    case TypeKind::Ratio:
        return formatDecimalTrimmed(value, type.scale, 0);
    case TypeKind::Money:
        return people ? formatMoney(value, type.scale)
                      : formatDecimalTrimmed(value, type.scale, kCents);
    case TypeKind::Minutes:
    case TypeKind::Days: {
        if (!people) {
            return formatDecimalTrimmed(value, type.scale, 0);
        }
        const std::string unit = type.kind == TypeKind::Minutes ? "minute" : "day";
        const std::string amount = formatDecimalTrimmed(value, type.scale, 0);
        return fmt::format("{} {}{}", amount, unit, amount == "1" ? "" : "s");
    }
    case TypeKind::Date:
        return formatDate(Date{value});
    case TypeKind::Text:
    case TypeKind::Code:
        return machine_.text(value);
    case TypeKind::Enumeration:
        return program_.enumerations[type.ref].members[static_cast<std::size_t>(value)];
    case TypeKind::Step:
        return program_.scales[type.ref].steps[static_cast<std::size_t>(value)].name;
    case TypeKind::Set:
    case TypeKind::Row:
    case TypeKind::None:
        break;
    }
    return {};
}

ShownValue Shower::value(const Type& type, const Value& value, std::uint32_t record) {
    ShownValue shown;
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        shown.kind = ShownValue::Kind::YesNo;
        break;
    case TypeKind::Number:
        shown.kind = type.scale == 0 ? ShownValue::Kind::Number : ShownValue::Kind::Text;
        break;
    case TypeKind::Minutes:
    case TypeKind::Days:
        shown.kind = ShownValue::Kind::Number;
        break;
    default:
        break;
    }
    shown.state = value.state;
    if (value.isValue()) {
        shown.text = text(type, value.value, /*people=*/false);
    }
    if (value.low && (*value.low != 0 || type.kind == TypeKind::Date)) {
        shown.atLeast = text(type, *value.low, /*people=*/false);
    }
    if (value.high) {
        shown.atMost = text(type, *value.high, /*people=*/false);
    }
    shown.missing = places(value.missing, record);
    for (const EvaluationError error : value.errors) {
        shown.errors.emplace_back(evaluationErrorCode(error));
    }
    return shown;
}

std::set<std::uint32_t> Shower::facts(const Scale::Step& step, std::int64_t date) const {
    std::set<std::uint32_t> accepted;
    for (const Scale::Accepts& accepts : step.accepts) {
        if (accepts.period.from <= date && date <= accepts.period.through) {
            accepted.insert(accepts.facts.begin(), accepts.facts.end());
        }
    }
    return accepted;
}

bool Shower::implies(const Scale& scale,
                     std::uint32_t stricter,
                     std::uint32_t looser,
                     std::int64_t date) const {
    const std::set<std::uint32_t> narrow = facts(scale.steps[stricter], date);
    const std::set<std::uint32_t> wide = facts(scale.steps[looser], date);
    return std::includes(wide.begin(), wide.end(), narrow.begin(), narrow.end()) &&
           (narrow != wide || stricter > looser);
}

std::set<std::uint32_t> Shower::demands(ColumnId column, std::uint32_t row) {
    const Scale& scale = program_.scales[program_.columns[column].type.ref];
    std::set<std::uint32_t> demanded;
    for (std::uint32_t step = 0; step < scale.steps.size(); ++step) {
        if (machine_.read(column, row, step).isYes()) {
            demanded.insert(step);
        }
    }
    return demanded;
}

/// Whether one of the steps demanded, other than `step` itself, implies `step`.
bool Shower::isImplied(ColumnId column, std::uint32_t step, std::uint32_t row) {
    const Scale& scale = program_.scales[program_.columns[column].type.ref];
    const Value date = machine_.governingDate(program_.columns[column].space, row);
    const std::set<std::uint32_t> demanded = demands(column, row);
    return date.isValue() &&
           std::any_of(demanded.begin(), demanded.end(), [&](std::uint32_t other) {
               return other != step && implies(scale, other, step, date.value);
           });
}

std::set<std::uint32_t> Shower::minimalDemands(ColumnId column, std::uint32_t row) {
    std::set<std::uint32_t> minimal;
    for (const std::uint32_t step : demands(column, row)) {
        if (!isImplied(column, step, row)) {
            minimal.insert(step);
        }
    }
    return minimal;
}

ShownValue Shower::stepDecision(ColumnId column, std::uint32_t row, std::uint32_t record) {
    const Scale& scale = program_.scales[program_.columns[column].type.ref];
    // A step that what is demanded implies is not open, whether it is demanded itself or not.
    std::vector<Value> members;
    std::vector<std::string> open;
    for (std::uint32_t step = 0; step < scale.steps.size(); ++step) {
        const Value member = machine_.read(column, row, step);
        if (member.isUnknown() && isImplied(column, step, row)) {
            continue;
        }
        if (member.isUnknown()) {
            open.push_back(scale.steps[step].name);
        }
        members.push_back(member);
    }
    ShownValue shown = value(program_.columns[column].type, propagated(members), record);
    shown.text.clear();
    if (shown.state == State::NotApplicable || shown.state == State::Error) {
        return shown;
    }
    std::vector<std::string> names;
    for (const std::uint32_t step : minimalDemands(column, row)) {
        names.push_back(scale.steps[step].name);
    }
    if (shown.state == State::Unknown) {
        shown.members = names;
        shown.open = open;
        return shown;
    }
    shown.text = names.empty() ? scale.steps[0].name : join(names, " and ");
    return shown;
}

ShownValue Shower::setDecision(ColumnId column, std::uint32_t row, std::uint32_t record) {
    const CodeSet& set = program_.codeSets[program_.columns[column].type.ref];
    std::vector<Value> members;
    for (std::uint32_t member = 0; member < set.entries.size(); ++member) {
        members.push_back(machine_.read(column, row, member));
    }
    ShownValue shown = value(program_.columns[column].type, propagated(members), record);
    shown.kind = ShownValue::Kind::Set;
    shown.text.clear();
    if (shown.state == State::NotApplicable || shown.state == State::Error) {
        return shown;
    }
    shown.state = State::Value;
    for (std::uint32_t member = 0; member < set.entries.size(); ++member) {
        if (members[member].isYes()) {
            shown.members.push_back(set.entries[member].code);
        } else if (members[member].state == State::Unknown) {
            shown.open.push_back(set.entries[member].code);
        }
    }
    return shown;
}

ShownValue Shower::column(ColumnId column, std::uint32_t row, std::uint32_t record) {
    const Type& type = program_.columns[column].type;
    if (type.kind == TypeKind::Step) {
        return stepDecision(column, row, record);
    }
    if (type.kind == TypeKind::Set) {
        return setDecision(column, row, record);
    }
    return value(type, machine_.read(column, row), record);
}

ShownValue Shower::slot(const Effect& effect,
                        std::size_t slot,
                        const Type& type,
                        const Environment& environment,
                        std::uint32_t record) {
    const ColumnId decision =
        slot < effect.slotDecisions.size() ? effect.slotDecisions[slot] : kNone;
    const Value given = machine_.evaluate(effect.slots[slot], environment);
    if (decision == kNone) {
        return value(type, given, record);
    }
    return whole(decision, given, record);
}

ShownValue Shower::whole(ColumnId decision, const Value& row, std::uint32_t record) {
    const Type& type = program_.columns[decision].type;
    if (row.isValue()) {
        return column(decision, static_cast<std::uint32_t>(row.value), record);
    }
    ShownValue shown = value(type, row, record);
    if (type.kind == TypeKind::Set) {
        shown.kind = ShownValue::Kind::Set;
    }
    if (row.isUnknown() && type.kind == TypeKind::Set) {
        // Which row it is is unknown, and so is each member.
        shown.state = State::Value;
        for (const CodeSet::Entry& entry : program_.codeSets[type.ref].entries) {
            shown.open.push_back(entry.code);
        }
    } else if (row.isUnknown()) {
        for (const Scale::Step& step : program_.scales[type.ref].steps) {
            shown.open.push_back(step.name);
        }
    }
    return shown;
}

std::optional<std::int64_t> Shower::cents(ExprId amount, const Environment& environment) {
    const Value given = machine_.evaluate(amount, environment);
    if (!given.isValue()) {
        return std::nullopt;
    }
    const int scale = program_.exprs[amount].type.scale;
    const Checked checked = scale >= kCents
                                ? rescaleDown(given.value, scale - kCents, Rounding::HalfUp)
                                : rescaleUp(given.value, kCents - scale);
    return checked.ok() ? std::optional<std::int64_t>(checked.value) : std::nullopt;
}

std::vector<OutputRow> Shower::list(const Output& output, std::uint32_t row, std::uint32_t record) {
    const std::vector<LinkId> up = machine_.path(output.rows, output.space);
    std::vector<std::uint32_t> chosen;
    for (std::uint32_t child = 0; child < machine_.rows(output.rows).size(); ++child) {
        if (machine_.followAll(up, child) == row) {
            chosen.push_back(child);
        }
    }
    std::stable_sort(chosen.begin(), chosen.end(), [&](std::uint32_t a, std::uint32_t b) {
        return machine_.rank(output.rows, a) < machine_.rank(output.rows, b);
    });
    std::vector<OutputRow> rows;
    for (const std::uint32_t child : chosen) {
        OutputRow shown;
        shown.certain = machine_.rows(output.rows)[child].exists.isYes();
        for (const ColumnId id : output.columns) {
            shown.fields.emplace_back(program_.columns[id].name, column(id, child, record));
        }
        rows.push_back(std::move(shown));
    }
    return rows;
}

std::string Shower::forPeople(const Type& type, const Value& value) {
    if (value.isUnknown()) {
        const bool lowShown = value.low && (*value.low != 0 || type.kind == TypeKind::Date);
        return boundsText(lowShown ? text(type, *value.low, /*people=*/true) : std::string(),
                          value.high ? text(type, *value.high, /*people=*/true) : std::string());
    }
    return value.isValue() ? text(type, value.value, /*people=*/true) : stateName(value.state);
}

std::string Shower::decisionForPeople(ColumnId id, const Value& row) {
    const ShownValue shown = whole(id, row, kNoRow);
    if (shown.state == State::Unknown && !shown.members.empty()) {
        return join(shown.members, " and ") + " or stricter";
    }
    if (shown.state != State::Value) {
        return stateName(shown.state);
    }
    if (shown.kind == ShownValue::Kind::Set) {
        return shown.members.empty() ? "none" : join(shown.members, ", ");
    }
    return shown.text;
}

std::string
Shower::render(const Template& text, const Environment& environment, const Effect* effect) {
    std::string all;
    for (const Template::Part& part : text.parts) {
        ExprId expr = part.expr;
        ColumnId decision = part.decision;
        Type type;
        if (part.slot != kNone && effect != nullptr) {
            expr = effect->slots[part.slot];
            decision =
                part.slot < effect->slotDecisions.size() ? effect->slotDecisions[part.slot] : kNone;
            type = program_.findings[effect->finding].slots[part.slot].type;
        } else if (expr != kNone) {
            type = program_.exprs[expr].type;
        }
        if (expr == kNone) {
            all += part.text;
            continue;
        }
        const Value value = machine_.evaluate(expr, environment);
        all += decision == kNone ? forPeople(type, value) : decisionForPeople(decision, value);
    }
    return all;
}

}  // namespace proviso::reference
