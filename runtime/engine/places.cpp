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
    missingNumbers_.clear();
    missing_.clear();
    texts_.clear();
    ones_.clear();
}

std::string_view Places::keyText(std::uint32_t record) const {
    const ColumnData& keys = batch_->spaces[0].columns[program_.schema.keyField];
    return batch_->dictionary->text(static_cast<std::uint32_t>(keys.values[record]));
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

const Home& Places::home(std::uint32_t space, std::uint32_t row) {
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

// NOLINTNEXTLINE(misc-no-recursion): a pair is of two rows that are no pairs
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

/// The text, once for all who say it.
std::string_view Places::intern(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    if (const auto known = texts_.find(text); known != texts_.end()) {
        return *known;
    }
    return *texts_.insert(arena_.text(text)).first;
}

std::string_view Places::joined(std::initializer_list<std::string_view> parts) {
    text_.clear();
    for (const std::string_view part : parts) {
        text_ += part;
    }
    return intern(text_);
}

/// The places that make the value unknown; sorted, each once.
std::span<const Places::Place> Places::find(bytecode::Register reg, std::uint32_t row) {
    std::vector<Place>& places = found_;
    places.clear();
    for (const Origin& origin : origins_.missing(reg, row)) {
        if (origin.kind != Origin::Kind::Field) {
            places.push_back({intern(origin.record), intern(origin.text), intern(origin.why)});
            continue;
        }
        const SchemaSpace& space = program_.schema.spaces[origin.space];
        std::string_view place = path(origin.space, origin.row);
        if (!space.scalar) {
            const std::string_view field = space.fields[origin.field].name;
            place = place.empty() ? field : joined({place, ".", field});
        }
        places.push_back({keyText(entryRow(origin.space, origin.row)), place, {}});
    }
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return own_.keep(places);
}

Places::Missing& Places::missingOf(bytecode::Register reg, std::uint32_t row) {
    if (const std::uint32_t known = missingNumbers_.of(reg, row); known != CellMap::kNothing) {
        return missing_[known];
    }
    const std::span<const Place> places = find(reg, row);
    missingNumbers_.of(reg, row) = static_cast<std::uint32_t>(missing_.size());
    missing_.push_back({places});
    return missing_.back();
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
    if (places.size() == 1) {
        // Most that is open is open for one of a few reasons.
        const std::string_view text = textOf(places[0]);
        MissingView& one = ones_[{text.data(), places[0].why.data()}];
        if (one.open == nullptr) {
            one = view({&text, 1}, std::vector<ReasonView>(1, {text, places[0].why}));
        }
        return one;
    }
    std::vector<std::string_view> texts;
    std::vector<ReasonView> reasons;
    for (const Place& place : places) {
        texts.push_back(textOf(place));
        reasons.push_back({texts.back(), place.why});
    }
    return view(texts, std::move(reasons));
}

MissingView Places::view(std::span<const std::string_view> places,
                         std::vector<ReasonView> reasons) {
    const std::span<std::string_view> texts = arena_.keep(places);
    std::sort(texts.begin(), texts.end());
    std::erase_if(reasons, [](const ReasonView& reason) { return reason.why.empty(); });
    std::sort(reasons.begin(), reasons.end());
    reasons.erase(std::unique(reasons.begin(), reasons.end()), reasons.end());
    MissingView view;
    view.places = texts.first(
        static_cast<std::size_t>(std::unique(texts.begin(), texts.end()) - texts.begin()));
    view.reasons = arena_.keep(reasons);
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
