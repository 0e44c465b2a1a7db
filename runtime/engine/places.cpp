#include "runtime/engine/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace proviso::engine {

using bytecode::kNone;
using bytecode::SpaceInfo;

std::string Places::key(std::uint32_t record) const {
    const ColumnData& keys = batch_.spaces[0].columns[program_.schema.keyField];
    return std::string(batch_.dictionary->text(static_cast<std::uint32_t>(keys.values[record])));
}

std::uint32_t Places::follow(bytecode::Register link, std::uint32_t row) const {
    return link == kNone || row == kNone ? row : run_.link(link)[row];
}

/// The entry record that a row of an input space stands in; kNone for rows of groups and what hangs
/// under them.
std::uint32_t Places::entryRow(std::uint32_t space, std::uint32_t row) const {
    while (space != 0) {
        const SpaceInfo& info = program_.spaces[space];
        if (isInput(space)) {
            row = batch_.spaces[space].parent[row];
            space = info.parent;
        } else if (info.kind == SpaceInfo::Kind::Group || info.toParent == kNone) {
            return kNone;
        } else {
            row = run_.link(info.toParent)[row];
            space = info.parent;
        }
        if (row == kNone) {
            return kNone;
        }
    }
    return row;
}

Home Places::home(std::uint32_t space, std::uint32_t row) const {
    const std::uint32_t record = entryRow(space, row);
    if (record != kNone) {
        return {{record}, false, 0};
    }
    while (program_.spaces[space].kind != SpaceInfo::Kind::Group) {
        const bytecode::Register up = program_.spaces[space].toParent;
        row = up == kNone ? kNone : run_.link(up)[row];
        space = program_.spaces[space].parent;
        if (row == kNone) {
            return {};
        }
    }
    const bytecode::Register membership = program_.spaces[space].membership;
    const std::uint32_t grouped = program_.code[membership].space;
    Home home{{}, true, row};
    for (const std::uint32_t member : run_.children(membership, row)) {
        // Several rows of one record may be in the group.
        const std::uint32_t of = entryRow(grouped, member);
        if (home.records.empty() || home.records.back() != of) {
            home.records.push_back(of);
        }
    }
    return home;
}

/// From the entry record or the group downwards, without either's name.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the verifier
std::string Places::path(std::uint32_t space, std::uint32_t row) const {
    const SpaceInfo& info = program_.spaces[space];
    if (space == 0 || info.kind == SpaceInfo::Kind::Group || row == kNone) {
        return {};
    }
    if (isInput(space)) {
        const std::string above = path(info.parent, batch_.spaces[space].parent[row]);
        return fmt::format("{}{}{}[{}]",
                           above,
                           above.empty() ? "" : ".",
                           info.listName,
                           batch_.spaces[space].position[row]);
    }
    const std::string above =
        info.toParent == kNone ? std::string() : path(info.parent, run_.link(info.toParent)[row]);
    const std::int64_t position = info.rank == kNone ? row : run_.column(info.rank).values[row];
    return fmt::format("{}{}{}[{}]", above, above.empty() ? "" : ".", info.listName, position);
}

// NOLINTNEXTLINE(misc-no-recursion): a pair is of two rows that are no pairs
std::string Places::row(std::uint32_t space, std::uint32_t row, std::uint32_t printedRecord) const {
    const SpaceInfo& info = program_.spaces[space];
    if (row == kNone) {
        return info.name;
    }
    if (info.kind == SpaceInfo::Kind::Pairs) {
        const std::uint32_t of = program_.code[info.first].target;
        return this->row(of, run_.link(info.first)[row], printedRecord) + "," +
               this->row(of, run_.link(info.second)[row], printedRecord);
    }
    const std::uint32_t home = entryRow(space, row);
    const std::string prefix =
        home == kNone || home == printedRecord ? std::string() : key(home) + ":";
    const std::string below = path(space, row);
    return prefix + (below.empty() ? info.name : below);
}

std::vector<CarriedPlace> Places::missingAnywhere(bytecode::Register reg, std::uint32_t row) const {
    std::vector<CarriedPlace> places;
    for (Origin& origin : missingPlaces(run_, reg, row)) {
        if (origin.kind != Origin::Kind::Field) {
            places.push_back(
                {std::move(origin.record), std::move(origin.text), std::move(origin.why)});
            continue;
        }
        const SchemaSpace& space = program_.schema.spaces[origin.space];
        std::string place = path(origin.space, origin.row);
        if (!space.scalar) {
            place += (place.empty() ? "" : ".") + space.fields[origin.field].name;
        }
        places.push_back({key(entryRow(origin.space, origin.row)), std::move(place)});
    }
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
}

std::vector<std::string> Places::missing(bytecode::Register reg,
                                         std::uint32_t row,
                                         std::uint32_t printedRecord,
                                         PlaceReasons* reasons) {
    const std::string printed =
        printedRecord == bytecode::kNone ? std::string() : key(printedRecord);
    std::set<std::string> places;
    for (CarriedPlace& place : missingAnywhere(reg, row)) {
        std::string text = place.record.empty() || place.record == printed
                               ? std::move(place.text)
                               : place.record + ":" + place.text;
        if (reasons != nullptr && !place.why.empty()) {
            (*reasons)[text].insert(std::move(place.why));
        }
        places.insert(std::move(text));
    }
    return {places.begin(), places.end()};
}

}  // namespace proviso::engine
