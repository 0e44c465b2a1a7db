#include "compiler/difference/difference.h"

#include "runtime/decision/json.h"
#include "runtime/decision/text.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace proviso {

namespace {

using Parts = std::vector<const OutlinePart*>;

PartChange changeOf(const OutlinePart* before, const OutlinePart* after) {
    PartChange change;
    change.group = before != nullptr ? before->group : after->group;
    if (before != nullptr) {
        change.keyBefore = before->key;
        change.before = before->text;
    }
    if (after != nullptr) {
        change.keyAfter = after->key;
        change.after = after->text;
    }
    change.kind = before == nullptr  ? ChangeKind::Added
                  : after == nullptr ? ChangeKind::Removed
                                     : ChangeKind::Changed;
    return change;
}

/// Takes the pairs for which `alike` has the same word out of both lists, each part once and in the
/// order of the text.
template <typename Word, typename Take>
void pairUp(Parts& before, Parts& after, Word word, Take take) {
    std::map<std::string, std::vector<std::size_t>> waiting;
    for (std::size_t index = after.size(); index-- > 0;) {
        waiting[word(*after[index])].push_back(index);
    }
    for (const OutlinePart*& part : before) {
        const auto found = waiting.find(word(*part));
        if (found == waiting.end() || found->second.empty()) {
            continue;
        }
        const std::size_t partner = found->second.back();
        found->second.pop_back();
        take(*part, *after[partner]);
        part = nullptr;
        after[partner] = nullptr;
    }
    std::erase(before, nullptr);
    std::erase(after, nullptr);
}

/// The parts of one group: what is the same goes, then what has one key or says one thing is a
/// change, the rest came or went.
void compareGroup(Parts before, Parts after, std::vector<PartChange>& changes) {
    const auto whole = [](const OutlinePart& part) {
        return std::to_string(part.key.size()) + ':' + part.key + part.meaning;
    };
    const auto change = [&](const OutlinePart& was, const OutlinePart& is) {
        changes.push_back(changeOf(&was, &is));
    };
    pairUp(before, after, whole, [](const OutlinePart&, const OutlinePart&) {});
    // `direct through 2024` that became `direct through 2025` is one thing moved, not two values
    // exchanged: a value that is there once on both sides says more than a date does.
    std::map<std::string, std::pair<int, int>> said;
    for (const OutlinePart* part : before) {
        ++said[part->meaning].first;
    }
    for (const OutlinePart* part : after) {
        ++said[part->meaning].second;
    }
    pairUp(before, after, [](const OutlinePart& part) { return part.key; }, change);
    const auto once = [&](const OutlinePart& part) {
        const auto& [was, is] = said[part.meaning];
        return part.meaning.empty() || was != 1 || is != 1 ? whole(part) : part.meaning;
    };
    pairUp(before, after, once, change);
    if (before.size() == 1 && after.size() == 1 && !before[0]->meaning.empty()) {
        change(*before[0], *after[0]);
        return;
    }
    for (const OutlinePart* part : before) {
        changes.push_back(changeOf(part, nullptr));
    }
    for (const OutlinePart* part : after) {
        changes.push_back(changeOf(nullptr, part));
    }
}

std::vector<PartChange> compareParts(const OutlineItem& before, const OutlineItem& after) {
    std::vector<std::string> order;
    std::map<std::string, std::pair<Parts, Parts>> groups;
    const auto collect = [&](const OutlineItem& item, Parts std::pair<Parts, Parts>::* side) {
        for (const OutlinePart& part : item.parts) {
            if (!groups.contains(part.group)) {
                order.push_back(part.group);
            }
            (groups[part.group].*side).push_back(&part);
        }
    };
    collect(before, &std::pair<Parts, Parts>::first);
    collect(after, &std::pair<Parts, Parts>::second);
    std::vector<PartChange> changes;
    for (const std::string& group : order) {
        compareGroup(groups[group].first, groups[group].second, changes);
    }
    return changes;
}

const char* wordOf(ChangeKind kind) {
    return kind == ChangeKind::Added     ? "added"
           : kind == ChangeKind::Removed ? "removed"
                                         : "changed";
}

std::string shown(const std::string& key, const std::string& text) {
    return key.empty() ? text : text.empty() ? key : key + " " + text;
}

/// Long texts say where they differ better by their beginning than not at all.
std::string shortened(const std::string& text) {
    constexpr std::size_t kMost = 400;
    if (text.size() <= kMost) {
        return text;
    }
    std::size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end) + " ...";
}

}  // namespace

std::vector<ItemChange> differencesOf(const std::vector<OutlineItem>& before,
                                      const std::vector<OutlineItem>& after) {
    using Key = std::tuple<std::string, std::string, std::string>;
    std::map<Key, std::pair<const OutlineItem*, const OutlineItem*>> items;
    std::map<std::string, std::pair<bool, bool>> packs;
    for (const OutlineItem& item : before) {
        items[{item.pack, item.kind, item.name}].first = &item;
        packs[item.pack].first = true;
    }
    for (const OutlineItem& item : after) {
        items[{item.pack, item.kind, item.name}].second = &item;
        packs[item.pack].second = true;
    }
    std::vector<ItemChange> changes;
    for (const auto& [key, sides] : items) {
        const auto& [was, is] = sides;
        const OutlineItem& item = is != nullptr ? *is : *was;
        const auto& [packWas, packIs] = packs[item.pack];
        if (packWas != packIs && item.kind != "pack") {
            continue;
        }
        ItemChange change;
        change.pack = item.pack;
        change.itemKind = item.kind;
        change.name = item.name;
        change.placeBefore = was != nullptr ? was->place : "";
        change.placeAfter = is != nullptr ? is->place : "";
        if (was != nullptr && is != nullptr) {
            change.parts = compareParts(*was, *is);
            if (change.parts.empty()) {
                continue;
            }
        } else {
            change.kind = was == nullptr ? ChangeKind::Added : ChangeKind::Removed;
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

std::string sentenceOf(const PartChange& change) {
    if (change.group == "text") {
        return "the text differs";
    }
    const std::string head = change.group.empty() ? "" : change.group + " ";
    const std::string before = shortened(change.before);
    const std::string after = shortened(change.after);
    if (change.kind == ChangeKind::Added) {
        return "added: " + head + shown(change.keyAfter, after);
    }
    if (change.kind == ChangeKind::Removed) {
        return "removed: " + head + shown(change.keyBefore, before);
    }
    if (change.keyBefore == change.keyAfter) {
        return head + (change.keyAfter.empty() ? "" : change.keyAfter + ": ") + after + ", was " +
               before;
    }
    if (change.before == change.after) {
        const auto named = [](const std::string& key) { return key.empty() ? "always" : key; };
        return head + after + " " + named(change.keyAfter) + ", was " + named(change.keyBefore);
    }
    return head + shown(change.keyAfter, after) + ", was " + shown(change.keyBefore, before);
}

std::string differencesText(const std::vector<ItemChange>& changes) {
    std::string text;
    std::string pack;
    for (const ItemChange& change : changes) {
        if (change.itemKind == "pack" && change.kind != ChangeKind::Changed) {
            text += "pack " + change.pack + " " + wordOf(change.kind) + "  (" +
                    (change.kind == ChangeKind::Added ? change.placeAfter : change.placeBefore) +
                    ")\n";
            continue;
        }
        if (change.pack != pack) {
            pack = change.pack;
            text += "pack " + pack + '\n';
        }
        if (change.itemKind != "pack") {
            text +=
                "  " + change.itemKind + (change.name.empty() ? "" : " ") + printable(change.name);
            text +=
                change.kind == ChangeKind::Changed ? "" : std::string(" ") + wordOf(change.kind);
            text += "  (" +
                    printable(change.placeAfter.empty() ? change.placeBefore : change.placeAfter) +
                    ")\n";
        }
        for (const PartChange& part : change.parts) {
            text +=
                (change.itemKind == "pack" ? "  " : "    ") + printable(sentenceOf(part)) + '\n';
        }
    }
    return text;
}

std::string differencesJson(const std::vector<ItemChange>& changes) {
    std::string out = "[";
    const auto field = [&out](const char* name, const std::string& text) {
        out += std::string(", \"") + name + "\": ";
        appendJsonText(out, text);
    };
    for (const ItemChange& change : changes) {
        out += (&change == changes.data() ? "\n{\"change\": \"" : ",\n{\"change\": \"") +
               std::string(wordOf(change.kind)) + '"';
        field("pack", change.pack);
        field("kind", change.itemKind);
        field("name", change.name);
        field("place_before", change.placeBefore);
        field("place_after", change.placeAfter);
        out += ", \"parts\": [";
        for (const PartChange& part : change.parts) {
            out += (&part == change.parts.data() ? "{\"change\": \"" : ", {\"change\": \"") +
                   std::string(wordOf(part.kind)) + '"';
            field("what", part.group);
            field("key_before", part.keyBefore);
            field("key_after", part.keyAfter);
            field("before", part.before);
            field("after", part.after);
            field("sentence", sentenceOf(part));
            out += '}';
        }
        out += "]}";
    }
    return out + (changes.empty() ? "]" : "\n]");
}

}  // namespace proviso
