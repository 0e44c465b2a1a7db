#include "runtime/engine/shower.h"

#include "runtime/decision/text.h"
#include "runtime/engine/bounds.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"
#include "runtime/values/evaluation_error.h"
#include "runtime/values/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace proviso::engine {

using bytecode::kNone;
using bytecode::Register;
using bytecode::Shown;

namespace {

constexpr int kCents = 2;

std::string join(const std::vector<std::string>& parts, std::string_view between) {
    std::string all;
    for (const std::string& part : parts) {
        all += all.empty() ? "" : between;
        all += part;
    }
    return all;
}

/// A decision of several members; a column may also hold steps.
bool isSet(const Shown& shown) {
    return shown.type.kind == TypeKind::Set ||
           (shown.type.kind == TypeKind::Step && !shown.members.empty());
}

}  // namespace

std::string Shower::text(const Type& type, std::int64_t value, bool forPeople) const {
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return value != 0 ? "yes" : "no";
    case TypeKind::Number:
    case TypeKind::Ratio:
        return formatDecimalTrimmed(value, type.scale, 0);
    case TypeKind::Money:
        return forPeople ? formatMoney(value, type.scale)
                         : formatDecimalTrimmed(value, type.scale, kCents);
    case TypeKind::Minutes:
    case TypeKind::Days: {
        if (!forPeople) {
            return formatDecimalTrimmed(value, type.scale, 0);
        }
        const char* unit = type.kind == TypeKind::Minutes ? "minute" : "day";
        const std::string amount = formatDecimalTrimmed(value, type.scale, 0);
        return fmt::format("{} {}{}", amount, unit, amount == "1" ? "" : "s");
    }
    case TypeKind::Date:
        return formatDate(Date{value});
    case TypeKind::Text:
    case TypeKind::Code:
        return std::string(places_.batch().dictionary->text(static_cast<std::uint32_t>(value)));
    case TypeKind::Enumeration:
        return program_.schema.enumerations[type.ref].members[static_cast<std::size_t>(value)];
    case TypeKind::Step:
        return program_.scales[type.ref].steps[static_cast<std::size_t>(value)].name;
    case TypeKind::Set:
    case TypeKind::Row:
    case TypeKind::None:
        break;
    }
    return {};
}

Shower::BoundTexts
Shower::bounds(const Type& type, Register reg, std::uint32_t row, bool forPeople) const {
    BoundTexts texts;
    if (!carriesBounds(type)) {
        return texts;
    }
    const Bounds known = boundsAt(places_.run().column(reg), row);
    if (known.hasLow && (known.low != 0 || type.kind == TypeKind::Date)) {
        texts.atLeast = text(type, known.low, forPeople);
    }
    if (known.hasHigh) {
        texts.atMost = text(type, known.high, forPeople);
    }
    return texts;
}

ShownValue Shower::plain(const Type& type, Register reg, std::uint32_t row, std::uint32_t record) {
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
    const ColumnData& column = places_.run().column(reg);
    shown.state = column.state(row);
    if (shown.state == State::Value) {
        shown.text = text(type, column.values[row], /*forPeople=*/false);
    } else if (shown.state == State::Unknown) {
        shown.missing = places_.missing(reg, row, record, &shown.reasons);
        BoundTexts known = bounds(type, reg, row, /*forPeople=*/false);
        shown.atLeast = std::move(known.atLeast);
        shown.atMost = std::move(known.atMost);
    } else if (shown.state == State::Error) {
        for (const EvaluationError error : errorCodes(places_.run(), reg, row)) {
            shown.errors.emplace_back(evaluationErrorCode(error));
        }
    }
    return shown;
}

std::uint64_t Shower::facts(const bytecode::Scale::Step& step, std::int64_t date) const {
    std::uint64_t accepted = 0;
    for (const auto& accepts : step.accepts) {
        if (accepts.from <= date && date <= accepts.through) {
            accepted |= accepts.facts;
        }
    }
    return accepted;
}

std::vector<std::uint32_t> Shower::demands(const Shown& shown, std::uint32_t row) const {
    std::vector<std::uint32_t> demanded;
    for (std::uint32_t step = 0; step < shown.members.size(); ++step) {
        const ColumnData& member = places_.run().column(shown.members[step]);
        if (member.state(row) == State::Value && member.values[row] != 0) {
            demanded.push_back(step);
        }
    }
    return demanded;
}

bool Shower::isImplied(const Shown& shown,
                       std::uint32_t step,
                       const std::vector<std::uint32_t>& demanded,
                       std::uint32_t row) const {
    const bytecode::Scale& scale = program_.scales[shown.type.ref];
    const ColumnData& dates = places_.run().column(shown.date);
    if (dates.state(row) != State::Value) {
        return false;
    }
    const std::uint64_t wide = facts(scale.steps[step], dates.values[row]);
    return std::any_of(demanded.begin(), demanded.end(), [&](std::uint32_t other) {
        const std::uint64_t narrow = facts(scale.steps[other], dates.values[row]);
        return other != step && (narrow & ~wide) == 0 && (narrow != wide || other > step);
    });
}

std::vector<std::uint32_t> Shower::minimalDemands(const Shown& shown, std::uint32_t row) const {
    const std::vector<std::uint32_t> demanded = demands(shown, row);
    std::vector<std::uint32_t> minimal;
    for (const std::uint32_t step : demanded) {
        if (!isImplied(shown, step, demanded, row)) {
            minimal.push_back(step);
        }
    }
    return minimal;
}

/// A decision that is a set: its state is the worst of its members', except that an open Set is
/// still a value, and that a step is not open where what is demanded in any case implies it.
ShownValue Shower::members(const Shown& shown, std::uint32_t row, std::uint32_t record) {
    ShownValue result;
    const bool isStep = shown.type.kind == TypeKind::Step;
    result.kind = isStep ? ShownValue::Kind::Text : ShownValue::Kind::Set;
    std::set<std::string> missing;
    std::set<std::string> errors;
    const std::vector<std::uint32_t> demanded =
        isStep ? demands(shown, row) : std::vector<std::uint32_t>{};
    const auto isOpen = [&](std::uint32_t member) {
        return places_.run().column(shown.members[member]).state(row) == State::Unknown &&
               !(isStep && isImplied(shown, member, demanded, row));
    };
    for (std::uint32_t index = 0; index < shown.members.size(); ++index) {
        const Register member = shown.members[index];
        const State state = places_.run().column(member).state(row);
        if (state == State::Unknown && !isOpen(index)) {
            continue;
        }
        result.state = std::max(result.state, state);
        if (state == State::Unknown) {
            const auto places = places_.missing(member, row, record, &result.reasons);
            missing.insert(places.begin(), places.end());
        } else if (state == State::Error) {
            for (const EvaluationError error : errorCodes(places_.run(), member, row)) {
                errors.insert(evaluationErrorCode(error));
            }
        }
    }
    if (result.state == State::Error) {
        result.errors.assign(errors.begin(), errors.end());
        return result;
    }
    if (result.state == State::NotApplicable) {
        return result;
    }
    result.missing.assign(missing.begin(), missing.end());
    const auto name = [&](std::uint32_t member) {
        return isStep ? program_.scales[shown.type.ref].steps[member].name
                      : program_.schema.codes[shown.type.ref].members[member];
    };
    for (std::uint32_t member = 0; member < shown.members.size(); ++member) {
        const ColumnData& column = places_.run().column(shown.members[member]);
        if (isOpen(member)) {
            result.open.push_back(name(member));
        } else if (!isStep && column.state(row) == State::Value && column.values[row] != 0) {
            result.members.push_back(name(member));
        }
    }
    if (!isStep) {
        result.state = State::Value;
        return result;
    }
    std::vector<std::string> names;
    for (const std::uint32_t step : minimalDemands(shown, row)) {
        names.push_back(name(step));
    }
    if (result.state == State::Unknown) {
        result.members = std::move(names);
    } else {
        result.text = names.empty() ? name(0) : join(names, " and ");
    }
    return result;
}

ShownValue Shower::value(const Shown& shown, std::uint32_t row, std::uint32_t record) {
    return isSet(shown) ? members(shown, row, record) : plain(shown.type, shown.value, row, record);
}

std::string Shower::people(const Shown& shown, std::uint32_t row) {
    if (!isSet(shown)) {
        const ColumnData& column = places_.run().column(shown.value);
        const State state = column.state(row);
        if (state == State::Unknown) {
            const BoundTexts known = bounds(shown.type, shown.value, row, /*forPeople=*/true);
            return boundsText(known.atLeast, known.atMost);
        }
        return state == State::Value ? text(shown.type, column.values[row], /*forPeople=*/true)
                                     : stateName(state);
    }
    const ShownValue whole = members(shown, row, kNone);
    if (whole.state == State::Unknown && !whole.members.empty()) {
        // What is demanded already stands, whatever is still to come.
        return join(whole.members, " and ") + " or stricter";
    }
    if (whole.state != State::Value) {
        return stateName(whole.state);
    }
    if (whole.kind == ShownValue::Kind::Set) {
        return whole.members.empty() ? "none" : join(whole.members, ", ");
    }
    return whole.text;
}

std::string
Shower::render(const bytecode::Template& text, std::uint32_t row, const bytecode::Effect* slots) {
    std::string all;
    for (const auto& part : text) {
        if (part.slot != kNone && slots != nullptr && part.slot < slots->slots.size()) {
            all += people(slots->slots[part.slot], row);
        } else if (part.shown.has_value()) {
            all += people(*part.shown, row);
        } else {
            all += part.text;
        }
    }
    return all;
}

std::optional<std::int64_t> Shower::cents(Register amount, std::uint32_t row) const {
    const ColumnData& column = places_.run().column(amount);
    if (column.state(row) != State::Value) {
        return std::nullopt;
    }
    const int scale = program_.code[amount].type.scale;
    const Checked checked = scale >= kCents
                                ? rescaleDown(column.values[row], scale - kCents, Rounding::HalfUp)
                                : rescaleUp(column.values[row], kCents - scale);
    return checked.ok() ? std::optional<std::int64_t>(checked.value) : std::nullopt;
}

std::vector<OutputRow>
Shower::list(const bytecode::OutputInfo& output, std::uint32_t row, std::uint32_t record) {
    const auto children = places_.run().children(output.link, row);
    std::vector<std::uint32_t> chosen(children.begin(), children.end());
    const bytecode::SpaceInfo& info = program_.spaces[output.rows];
    if (info.rank != kNone) {
        const ColumnData& rank = places_.run().column(info.rank);
        std::stable_sort(chosen.begin(), chosen.end(), [&](std::uint32_t a, std::uint32_t b) {
            return rank.values[a] < rank.values[b];
        });
    }
    std::vector<OutputRow> rows;
    for (const std::uint32_t child : chosen) {
        OutputRow shown;
        if (info.exists != kNone) {
            const ColumnData& exists = places_.run().column(info.exists);
            shown.certain = exists.state(child) == State::Value && exists.values[child] != 0;
        }
        for (const Shown& column : output.columns) {
            shown.fields.emplace_back(column.name, value(column, child, record));
        }
        rows.push_back(std::move(shown));
    }
    return rows;
}

}  // namespace proviso::engine
