#include "runtime/engine/shower.h"

#include "runtime/decision/text.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/sort_few.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"
#include "runtime/values/evaluation_error.h"
#include "runtime/values/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace proviso::engine {

using bytecode::kNone;
using bytecode::Register;
using bytecode::Shown;

namespace {

constexpr int kCents = 2;

std::string join(TextList parts, std::string_view between) {
    std::string all;
    for (const std::string_view part : parts) {
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

std::string_view Shower::view(const Type& type, std::int64_t value) {
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return value != 0 ? "yes" : "no";
    case TypeKind::Text:
    case TypeKind::Code:
        return places_.batch().dictionary->text(static_cast<std::uint32_t>(value));
    case TypeKind::Enumeration:
        return program_.schema.enumerations[type.ref].members[static_cast<std::size_t>(value)];
    case TypeKind::Step:
        return program_.scales[type.ref].steps[static_cast<std::size_t>(value)].name;
    case TypeKind::Number:
    case TypeKind::Ratio:
    case TypeKind::Minutes:
    case TypeKind::Days:
    case TypeKind::Money: {
        DecimalRoom room;
        return places_.arena().text(formatDecimalTrimmed(
            value, type.scale, type.kind == TypeKind::Money ? kCents : 0, room));
    }
    default:
        return places_.arena().text(text(type, value, /*forPeople=*/false));
    }
}

/// The codes of what is wrong in some registers, sorted, each once.
TextList Shower::errorsOf(const std::vector<Register>& registers, std::uint32_t row) {
    std::vector<std::string_view> errors;
    for (const Register each : registers) {
        for (const EvaluationError error : places_.errors(each, row)) {
            errors.emplace_back(evaluationErrorCode(error));
        }
    }
    std::sort(errors.begin(), errors.end());
    errors.erase(std::unique(errors.begin(), errors.end()), errors.end());
    return places_.arena().keep(errors);
}

MissingView Shower::joined(const std::vector<MissingView>& all) {
    // Mostly what is open is open for one reason.
    const bool isOne = std::all_of(all.begin(), all.end(), [&](const MissingView& one) {
        return one.places.data() == all.front().places.data() &&
               one.places.size() == all.front().places.size() &&
               one.reasons.data() == all.front().reasons.data();
    });
    if (isOne) {
        return all.empty() ? MissingView() : all.front();
    }
    missingTexts_.clear();
    reasons_.clear();
    for (const MissingView& one : all) {
        missingTexts_.insert(missingTexts_.end(), one.places.begin(), one.places.end());
        reasons_.insert(reasons_.end(), one.reasons.begin(), one.reasons.end());
    }
    return places_.view(missingTexts_, reasons_);
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

ValueView Shower::plain(const Type& type, Register reg, std::uint32_t row, std::uint32_t record) {
    ValueView shown;
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
        shown.setText(view(type, column.values[row]));
    } else if (shown.state == State::Unknown) {
        const MissingView missing = places_.missingTexts(reg, row, record);
        const BoundTexts known = bounds(type, reg, row, /*forPeople=*/false);
        shown.setOpen(missing.open);
        if (!known.atLeast.empty() || !known.atMost.empty()) {
            OpenView open = *missing.open;
            open.atLeast = places_.arena().text(known.atLeast);
            open.atMost = places_.arena().text(known.atMost);
            shown.setOpen(places_.arena().one(open));
        }
    } else if (shown.state == State::Error) {
        wrong_.assign(1, reg);
        OpenView open;
        open.errors = errorsOf(wrong_, row);
        shown.setOpen(places_.arena().one(open));
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

void Shower::expect(const Shown& shown, std::uint32_t rows) {
    if (!isSet(shown) || shown.members.size() > kMostBits || rows == 0) {
        return;
    }
    std::uint32_t& number = manyNumbers_.at(&shown).number;
    if (number != manyNumbers_.kNothing) {
        return;
    }
    number = static_cast<std::uint32_t>(manyUsed_++);
    if (many_.size() < manyUsed_) {
        many_.emplace_back();
    }
    ManyRows& all = many_[number];
    all.yes.assign(rows, 0);
    all.isClosed.assign(rows, 1);
    for (std::uint32_t index = 0; index < shown.members.size(); ++index) {
        const ColumnData& column = places_.run().column(shown.members[index]);
        const std::int64_t* const values = column.values.data();
        if (column.states.empty()) {
            for (std::uint32_t row = 0; row < rows; ++row) {
                all.yes[row] |= static_cast<std::uint64_t>(values[row] != 0) << index;
            }
            continue;
        }
        for (std::uint32_t row = 0; row < rows; ++row) {
            const bool isValue = column.states[row] == State::Value;
            all.yes[row] |= static_cast<std::uint64_t>(isValue && values[row] != 0) << index;
            all.isClosed[row] &= static_cast<std::uint8_t>(isValue);
        }
    }
}

const Shower::ManyRows* Shower::many(const Shown& shown) const {
    const std::uint32_t number = manyNumbers_.numberOf(&shown);
    return number == manyNumbers_.kNothing ? nullptr : &many_[number];
}

std::string_view Shower::memberName(const Shown& shown, std::uint32_t member) const {
    return shown.type.kind == TypeKind::Step
               ? program_.scales[shown.type.ref].steps[member].name
               : program_.schema.codes[shown.type.ref].members[member];
}

const std::vector<std::uint32_t>& Shower::demands(const Shown& shown, std::uint32_t row) {
    demanded_.clear();
    if (const ManyRows* const all = many(shown); all != nullptr) {
        for (std::uint64_t left = all->yes[row]; left != 0; left &= left - 1) {
            demanded_.push_back(static_cast<std::uint32_t>(std::countr_zero(left)));
        }
        return demanded_;
    }
    for (std::uint32_t step = 0; step < shown.members.size(); ++step) {
        const ColumnData& member = places_.run().column(shown.members[step]);
        if (member.state(row) == State::Value && member.values[row] != 0) {
            demanded_.push_back(step);
        }
    }
    return demanded_;
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

const std::vector<std::uint32_t>& Shower::minimalDemands(const Shown& shown, std::uint32_t row) {
    const std::vector<std::uint32_t>& demanded = demands(shown, row);
    minimal_.clear();
    for (const std::uint32_t step : demanded) {
        if (demanded.size() == 1 || !isImplied(shown, step, demanded, row)) {
            minimal_.push_back(step);
        }
    }
    return minimal_;
}

/// Sets of the same members are one set; nullptr where there are none.
const OpenView* Shower::closedSet(const Shown& shown, std::uint64_t members) {
    if (members == 0) {
        return nullptr;
    }
    std::uint32_t& number = sets_.at({shown.type.ref, members}).number;
    if (number == sets_.kNothing) {
        members_.clear();
        for (std::uint64_t left = members; left != 0; left &= left - 1) {
            members_.push_back(
                memberName(shown, static_cast<std::uint32_t>(std::countr_zero(left))));
        }
        number = static_cast<std::uint32_t>(closed_.size());
        OpenView open;
        open.members = places_.arena().keep(members_);
        closed_.push_back(places_.arena().one(open));
    }
    return closed_[number];
}

/// A decision that is a set: its state is the worst of its members', except that an open Set is
/// still a value, and that a step is not open where what is demanded in any case implies it.
ValueView Shower::members(const Shown& shown, std::uint32_t row, std::uint32_t record) {
    ValueView result;
    const bool isStep = shown.type.kind == TypeKind::Step;
    result.kind = isStep ? ShownValue::Kind::Text : ShownValue::Kind::Set;
    const ManyRows* const all = many(shown);
    if (all != nullptr && all->isClosed[row] != 0) {
        const std::uint64_t yes = all->yes[row];
        if (!isStep) {
            if (const OpenView* const set = closedSet(shown, yes); set != nullptr) {
                result.setOpen(set);
            }
            return result;
        }
        if ((yes & (yes - 1)) == 0) {
            result.setText(memberName(
                shown, yes == 0 ? 0 : static_cast<std::uint32_t>(std::countr_zero(yes))));
            return result;
        }
    }
    const auto name = [&](std::uint32_t member) { return memberName(shown, member); };
    if (isStep) {
        demands(shown, row);
    }
    std::uint64_t bits = 0;
    missing_.clear();
    wrong_.clear();
    open_.clear();
    members_.clear();
    for (std::uint32_t index = 0; index < shown.members.size(); ++index) {
        const Register member = shown.members[index];
        const ColumnData& column = places_.run().column(member);
        const State state = column.state(row);
        if (state == State::Value) {
            if (!isStep && column.values[row] != 0) {
                members_.push_back(name(index));
                bits |= std::uint64_t{1} << (index % kMostBits);
            }
        } else if (state == State::Unknown) {
            if (isStep && isImplied(shown, index, demanded_, row)) {
                continue;
            }
            open_.push_back(name(index));
            missing_.push_back(places_.missingTexts(member, row, record));
        } else if (state == State::Error) {
            wrong_.push_back(member);
        }
        result.state = std::max(result.state, state);
    }
    Arena& arena = places_.arena();
    if (result.state == State::Error) {
        OpenView open;
        open.errors = errorsOf(wrong_, row);
        open.reasons = joined(missing_).reasons;
        result.setOpen(arena.one(open));
        return result;
    }
    if (result.state == State::NotApplicable) {
        return result;
    }
    const MissingView missing = joined(missing_);
    if (!isStep) {
        result.state = State::Value;
    } else if (result.state == State::Unknown) {
        for (const std::uint32_t step : minimalDemands(shown, row)) {
            members_.push_back(name(step));
        }
    } else {
        const std::vector<std::uint32_t>& minimal = minimalDemands(shown, row);
        if (minimal.size() > 1) {
            for (const std::uint32_t step : minimal) {
                members_.push_back(name(step));
            }
            result.setText(arena.text(join(members_, " and ")));
            members_.clear();
        } else {
            result.setText(name(minimal.empty() ? 0 : minimal.front()));
        }
    }
    if (open_.empty() && !isStep && shown.members.size() <= kMostBits) {
        if (const OpenView* const set = closedSet(shown, bits); set != nullptr) {
            result.setOpen(set);
        }
    } else if (!members_.empty() || !open_.empty()) {
        OpenView open;
        open.members = arena.keep(members_);
        open.open = arena.keep(open_);
        open.missing = missing.places;
        open.reasons = missing.reasons;
        result.setOpen(arena.one(open));
    }
    return result;
}

ValueView Shower::value(const Shown& shown, std::uint32_t row, std::uint32_t record) {
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
    const ValueView whole = members(shown, row, kNone);
    const TextList certain = whole.more().members;
    if (whole.state == State::Unknown && !certain.empty()) {
        // What is demanded already stands, whatever is still to come.
        return join(certain, " and ") + " or stricter";
    }
    if (whole.state != State::Value) {
        return stateName(whole.state);
    }
    if (whole.kind == ShownValue::Kind::Set) {
        return certain.empty() ? "none" : join(certain, ", ");
    }
    return std::string(whole.text());
}

std::string_view
Shower::render(const bytecode::Template& text, std::uint32_t row, const bytecode::Effect* slots) {
    if (text.size() == 1 && !text.front().shown.has_value() &&
        (text.front().slot == kNone || slots == nullptr ||
         text.front().slot >= slots->slots.size())) {
        return text.front().text;
    }
    std::string& all = text_;
    all.clear();
    for (const auto& part : text) {
        if (part.slot != kNone && slots != nullptr && part.slot < slots->slots.size()) {
            all += people(slots->slots[part.slot], row);
        } else if (part.shown.has_value()) {
            all += people(*part.shown, row);
        } else {
            all += part.text;
        }
    }
    return places_.arena().text(all);
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

TextList Shower::columns(const bytecode::OutputInfo& output) {
    const std::span<std::string_view> names =
        places_.arena().list<std::string_view>(output.columns.size());
    std::transform(output.columns.begin(),
                   output.columns.end(),
                   names.begin(),
                   [](const Shown& column) { return std::string_view(column.name); });
    return names;
}

RowList Shower::list(const bytecode::OutputInfo& output, std::uint32_t row, std::uint32_t record) {
    const auto children = places_.run().children(output.link, row);
    chosen_.assign(children.begin(), children.end());
    const bytecode::SpaceInfo& info = program_.spaces[output.rows];
    if (info.rank != kNone) {
        const ColumnData& rank = places_.run().column(info.rank);
        sortFew(std::span(chosen_),
                [&](std::uint32_t a, std::uint32_t b) { return rank.values[a] < rank.values[b]; });
    }
    Arena& arena = places_.arena();
    const std::span<RowView> rows = arena.list<RowView>(chosen_.size());
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const std::uint32_t child = chosen_[index];
        if (info.exists != kNone) {
            const ColumnData& exists = places_.run().column(info.exists);
            rows[index].certain = exists.state(child) == State::Value && exists.values[child] != 0;
        }
        const std::span<ValueView> values = arena.list<ValueView>(output.columns.size());
        for (std::size_t column = 0; column < values.size(); ++column) {
            values[column] = value(output.columns[column], child, record);
        }
        rows[index].values = values;
    }
    return rows;
}

}  // namespace proviso::engine
