#include "compiler/testing/decided.h"

#include "runtime/engine/interpreter.h"
#include "runtime/engine/places.h"
#include "runtime/engine/shower.h"

#include <algorithm>

namespace proviso::testing {

using bytecode::kNone;
using bytecode::Shown;
using bytecode::SpaceInfo;

Decided::Decided(Evaluator& evaluator,
                 const bytecode::Program& program,
                 const Batch& batch,
                 const DecideOptions& options)
    : evaluator_(evaluator), program_(program), batch_(batch),
      results_(evaluator.decide(batch, options)) {}

const RecordResult* Decided::find(const std::string& key) const {
    const auto place = std::find_if(results_.begin(),
                                    results_.end(),
                                    [&](const RecordResult& result) { return result.key == key; });
    return place == results_.end() ? nullptr : &*place;
}

std::optional<Answer> Decided::answer(const std::vector<std::string>& names,
                                      std::string& problem) const {
    const RecordResult* result = names.empty() ? nullptr : find(names.front());
    if (result == nullptr) {
        problem = "no record is given as `" + (names.empty() ? std::string() : names.front()) + "`";
        return std::nullopt;
    }
    Place place;
    place.record = place.row = static_cast<std::uint32_t>(result - results_.data());
    for (std::size_t index = 1; index < names.size(); ++index) {
        std::optional<Answer> answer;
        if (!step(place, names[index], answer)) {
            problem = "`" + program_.spaces[place.space].name + "` has no `" + place.prefix +
                      names[index] + "`";
            return std::nullopt;
        }
        if (answer && index + 1 < names.size()) {
            problem = "`" + names[index] + "` has no members";
            return std::nullopt;
        }
        if (answer) {
            return answer;
        }
    }
    problem = "that is a row and not a value; name what is asked about it";
    return std::nullopt;
}

bool Decided::step(Place& place, const std::string& name, std::optional<Answer>& answer) const {
    if (valueOrList(place, place.prefix + name, answer)) {
        return true;
    }
    for (const Place& group : groupsOf(place)) {
        if (program_.spaces[group.space].name == name) {
            place = group;
            return true;
        }
    }
    if (isNested(place, place.prefix + name)) {
        place.prefix += name + ".";
        return true;
    }
    const std::vector<Place> groups = groupsOf(place);
    return std::any_of(groups.begin(), groups.end(), [&](const Place& group) {
        return valueOrList(group, name, answer);
    });
}

bool Decided::valueOrList(const Place& place,
                          const std::string& name,
                          std::optional<Answer>& answer) const {
    for (const Shown& shown : program_.spaces[place.space].columns) {
        if (shown.name == name) {
            answer = valueOf(place, shown);
            return true;
        }
    }
    for (std::uint32_t space = 0; space < program_.spaces.size(); ++space) {
        const SpaceInfo& info = program_.spaces[space];
        if (info.parent == place.space && info.listName == name && info.toParent != kNone) {
            answer = rowsOf(place, space);
            return true;
        }
    }
    return false;
}

bool Decided::isNested(const Place& place, const std::string& name) const {
    const std::string start = name + ".";
    const auto& columns = program_.spaces[place.space].columns;
    return std::any_of(columns.begin(), columns.end(), [&](const Shown& shown) {
        return shown.name.starts_with(start);
    });
}

std::vector<Decided::Place> Decided::groupsOf(const Place& place) const {
    std::vector<Place> groups;
    if (!place.prefix.empty()) {
        return groups;
    }
    for (std::uint32_t space = 0; space < program_.spaces.size(); ++space) {
        const SpaceInfo& info = program_.spaces[space];
        if (info.kind != SpaceInfo::Kind::Group || info.membership == kNone) {
            continue;
        }
        const std::uint32_t row = groupOf(place, space);
        if (row != kNoIndex) {
            groups.push_back({space, row, place.record, {}});
        }
    }
    return groups;
}

/// The row of a grouping that a row belongs to; of a group's row, the one that all its own rows
/// belong to.
std::uint32_t Decided::groupOf(const Place& place, std::uint32_t grouping) const {
    const auto link = program_.spaces[grouping].membership;
    const std::uint32_t grouped = program_.code[link].space;
    if (place.space == grouped) {
        return interpreter().link(link)[place.row];
    }
    const SpaceInfo& from = program_.spaces[place.space];
    if (place.space == grouping || from.kind != SpaceInfo::Kind::Group ||
        program_.code[from.membership].space != grouped) {
        return kNoIndex;
    }
    std::uint32_t common = kNoIndex;
    for (const std::uint32_t row : interpreter().children(from.membership, place.row)) {
        const std::uint32_t its = interpreter().link(link)[row];
        if (its == kNoIndex || (common != kNoIndex && its != common)) {
            return kNoIndex;
        }
        common = its;
    }
    return common;
}

Answer Decided::valueOf(const Place& place, const Shown& shown) const {
    engine::Places places(interpreter(), batch_);
    engine::Shower shower(places);
    Answer answer;
    answer.type = shown.type;
    answer.value = own(shower.value(shown, place.row, place.record));
    answer.decision = shown.decision;
    if (shown.decision != kNone) {
        answer.boundBy = boundBy(place, shown.decision);
    }
    return answer;
}

Answer Decided::rowsOf(const Place& place, std::uint32_t list) const {
    engine::Places places(interpreter(), batch_);
    engine::Shower shower(places);
    const SpaceInfo& info = program_.spaces[list];
    bytecode::OutputInfo output;
    output.name = info.listName;
    output.space = place.space;
    output.rows = list;
    output.link = info.toParent;
    output.columns = info.columns;
    Answer answer;
    answer.isList = true;
    answer.rows = own(shower.list(output, place.row, place.record), shower.columns(output));
    answer.columns = &info.columns;
    return answer;
}

std::vector<std::string> Decided::boundBy(const Place& place, std::uint32_t decision) const {
    const bytecode::DecisionInfo& info = program_.decisions[decision];
    // What binds is part of the decision wherever it is shown.
    for (const DecidedResult& decided : results_[place.record].decided) {
        if (decided.decision == info.shortName &&
            decided.on == (place.space == 0 ? std::string() : program_.spaces[place.space].name)) {
            std::vector<std::string> names = decided.alsoBoundBy;
            if (!decided.boundBy.empty()) {
                names.insert(names.begin(), decided.boundBy);
            }
            return names;
        }
    }
    // Decisions about rows of lists are not shown one by one; there every contribution that applies
    // counts.
    std::vector<std::string> names;
    for (const auto& contribution : info.contributions) {
        const ColumnData& guard = interpreter().column(contribution.guard);
        if (place.space == info.space && guard.state(place.row) == State::Value &&
            guard.values[place.row] != 0) {
            names.push_back(program_.rules[contribution.rule].name);
        }
    }
    return names;
}

}  // namespace proviso::testing
