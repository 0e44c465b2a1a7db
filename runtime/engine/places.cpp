#include "runtime/engine/places.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace proviso::engine {

using bytecode::kNone;
using bytecode::SpaceInfo;

void Places::look(const Batch& batch) {
    batch_ = &batch;
    own_.clear();
    pathNumbers_.clear();
    paths_.clear();
    origins_.forget();
    missing_.clear();
    texts_.clear();
    oneNumbers_.clear();
    ones_.clear();
}

std::string_view Places::keyText(std::uint32_t record) const {
    const StoredValues keys = batch_->spaces[0].valuesOf(program_.schema.keyField);
    return batch_->dictionary->text(static_cast<std::uint32_t>(keys[record]));
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
            row = batch_->spaces[space].parent[row];
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

const Home& Places::homeInside(std::uint32_t space, std::uint32_t row) {
    home_.records.clear();
    home_.shared = false;
    home_.group = 0;
    const std::uint32_t record = entryRow(space, row);
    if (record != kNone) {
        home_.records.push_back(record);
        return home_;
    }
    while (program_.spaces[space].kind != SpaceInfo::Kind::Group) {
        const bytecode::Register up = program_.spaces[space].toParent;
        row = up == kNone ? kNone : run_.link(up)[row];
        space = program_.spaces[space].parent;
        if (row == kNone) {
            return home_;
        }
    }
    const bytecode::Register membership = program_.spaces[space].membership;
    const std::uint32_t grouped = program_.code[membership].space;
    home_.shared = true;
    home_.group = row;
    for (const std::uint32_t member : run_.children(membership, row)) {
        // Several rows of one record may be in the group.
        const std::uint32_t of = entryRow(grouped, member);
        if (home_.records.empty() || home_.records.back() != of) {
            home_.records.push_back(of);
        }
    }
    return home_;
}

/// From the entry record or the group downwards, without either's name.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the verifier
std::string_view Places::path(std::uint32_t space, std::uint32_t row) {
    const SpaceInfo& info = program_.spaces[space];
    if (space == 0 || info.kind == SpaceInfo::Kind::Group || row == kNone) {
        return {};
    }
    if (const std::uint32_t known = pathNumbers_.of(space, row); known != CellMap::kNothing) {
        return paths_[known];
    }
    std::string_view above;
    std::int64_t position = row;
    if (isInput(space)) {
        above = path(info.parent, batch_->spaces[space].parent[row]);
        position = positionInList(batch_->spaces[space], row);
    } else {
        if (info.toParent != kNone) {
            above = path(info.parent, run_.link(info.toParent)[row]);
        }
        if (info.rank != kNone) {
            position = run_.column(info.rank).values[row];
        }
    }
    char digits[24];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), position).ptr;
    paths_.push_back(arena_.join({above,
                                  above.empty() ? "" : ".",
                                  info.listName,
                                  "[",
                                  std::string_view(digits, static_cast<std::size_t>(end - digits)),
                                  "]"}));
    pathNumbers_.of(space, row) = static_cast<std::uint32_t>(paths_.size() - 1);
    return paths_.back();
}

// NOLINTBEGIN(misc-no-recursion): a pair is of two rows that are no pairs
std::string_view
Places::rowText(std::uint32_t space, std::uint32_t row, std::uint32_t printedRecord) {
    const SpaceInfo& info = program_.spaces[space];
    if (row == kNone) {
        return info.name;
    }
    if (info.kind == SpaceInfo::Kind::Pairs) {
        const std::uint32_t of = program_.code[info.first].target;
        return arena_.join({rowText(of, run_.link(info.first)[row], printedRecord),
                            ",",
                            rowText(of, run_.link(info.second)[row], printedRecord)});
    }
    const std::uint32_t home = entryRow(space, row);
    const std::string_view below = path(space, row);
    const std::string_view name = below.empty() ? std::string_view(info.name) : below;
    return home == kNone || home == printedRecord ? name : arena_.join({keyText(home), ":", name});
}
// NOLINTEND(misc-no-recursion)

/// The text, once for all who say it.
std::string_view Places::intern(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    auto& known = texts_.at(text);
    if (known.number == texts_.kNothing) {
        known.key = arena_.text(text);
        known.number = 0;
    }
    return known.key;
}

std::string_view Places::joined(std::initializer_list<std::string_view> parts) {
    text_.clear();
    for (const std::string_view part : parts) {
        text_ += part;
    }
    return intern(text_);
}

/// The same as places; sorted, each once.
std::span<const Places::Place> Places::find(std::span<const Origin> origins) {
    std::vector<Place>& places = found_;
    places.clear();
    for (const Origin& origin : origins) {
        switch (origin.kind) {
        case Origin::Kind::Field: {
            const SchemaSpace& space = program_.schema.spaces[origin.space];
            std::string_view place = path(origin.space, origin.row);
            if (!space.scalar) {
                const std::string_view field = space.fields[origin.field].name;
                place = place.empty() ? field : joined({place, ".", field});
            }
            places.push_back({keyText(entryRow(origin.space, origin.row)), place, {}});
            break;
        }
        case Origin::Kind::Text:
            places.push_back({{}, origin.text, {}});
            break;
        case Origin::Kind::Table:
            places.push_back({{}, joined({"table:", origin.text}), origin.why});
            break;
        case Origin::Kind::Carried:
            // What was carried here goes with the batch.
            places.push_back({intern(origin.record), intern(origin.text), intern(origin.why)});
            break;
        }
    }
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return own_.keep(places);
}

Places::Missing& Places::missingOf(bytecode::Register reg, std::uint32_t row) {
    const std::uint32_t answer = origins_.missing(reg, row);
    if (answer >= missing_.size()) {
        missing_.resize(std::size_t{answer} + 1);
    }
    Missing& missing = missing_[answer];
    if (!missing.isFound) {
        missing.places = find(origins_.places(answer));
        missing.isFound = true;
    }
    return missing;
}

std::vector<CarriedPlace> Places::missingAnywhere(bytecode::Register reg, std::uint32_t row) {
    std::vector<CarriedPlace> places;
    for (const Place& place : missingOf(reg, row).places) {
        places.push_back(
            {std::string(place.record), std::string(place.text), std::string(place.why)});
    }
    return places;
}

MissingView Places::tell(std::span<const Place> places, std::uint32_t printedRecord) {
    const std::string_view printed =
        printedRecord == kNone ? std::string_view() : keyText(printedRecord);
    const auto textOf = [&](const Place& place) {
        return place.record.empty() || place.record == printed
                   ? place.text
                   : joined({place.record, ":", place.text});
    };
    placeTexts_.clear();
    reasons_.clear();
    for (const Place& place : places) {
        placeTexts_.push_back(textOf(place));
        reasons_.push_back({placeTexts_.back(), place.why});
    }
    if (places.size() != 1) {
        return view(placeTexts_, reasons_);
    }
    // Most that is open is open for one of a few reasons.
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): it is where they lie that counts
    std::uint32_t& number = oneNumbers_.at({placeTexts_[0].data(), places[0].why.data()}).number;
    if (number == oneNumbers_.kNothing) {
        number = static_cast<std::uint32_t>(ones_.size());
        ones_.push_back(view(placeTexts_, reasons_));
    }
    return ones_[number];
}

MissingView Places::view(std::span<const std::string_view> places,
                         std::span<const ReasonView> reasons) {
    const std::span<std::string_view> texts = arena_.keep(places);
    std::sort(texts.begin(), texts.end());
    std::span<ReasonView> said = arena_.list<ReasonView>(static_cast<std::size_t>(
        std::count_if(reasons.begin(), reasons.end(), [](const ReasonView& reason) {
            return !reason.why.empty();
        })));
    std::copy_if(reasons.begin(), reasons.end(), said.begin(), [](const ReasonView& reason) {
        return !reason.why.empty();
    });
    std::sort(said.begin(), said.end());
    said =
        said.first(static_cast<std::size_t>(std::unique(said.begin(), said.end()) - said.begin()));
    MissingView view;
    view.places = texts.first(
        static_cast<std::size_t>(std::unique(texts.begin(), texts.end()) - texts.begin()));
    view.reasons = said;
    OpenView open;
    open.missing = view.places;
    open.reasons = view.reasons;
    view.open = arena_.one(open);
    return view;
}

MissingView
Places::missingTexts(bytecode::Register reg, std::uint32_t row, std::uint32_t printedRecord) {
    Missing& missing = missingOf(reg, row);
    if (!missing.isTold || missing.toldTo != printedRecord) {
        missing.told = tell(missing.places, printedRecord);
        missing.toldTo = printedRecord;
        missing.isTold = true;
    }
    return missing.told;
}

std::vector<std::string> Places::missing(bytecode::Register reg,
                                         std::uint32_t row,
                                         std::uint32_t printedRecord,
                                         PlaceReasons* reasons) {
    const MissingView missing = missingTexts(reg, row, printedRecord);
    if (reasons != nullptr) {
        for (const ReasonView& reason : missing.reasons) {
            (*reasons)[std::string(reason.place)].emplace(reason.why);
        }
    }
    return {missing.places.begin(), missing.places.end()};
}

}  // namespace proviso::engine
