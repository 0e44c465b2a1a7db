#include "runtime/pack_store/contents.h"

#include "runtime/base/file_operations.h"
#include "runtime/pack_store/layout.h"
#include "runtime/pack_store/problem.h"

#include <algorithm>
#include <charconv>
#include <fstream>

namespace proviso::pack_store {

namespace {

constexpr std::size_t kFewestDigits = 8;

std::optional<std::uint64_t> revisionOf(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

bool beginsDigest(std::string_view digits, std::string_view digest) {
    return digits.size() >= kFewestDigits &&
           digest.substr(digest.find(':') + 1).starts_with(digits);
}

Error journalDamaged(const std::string& folder, std::uint64_t record, std::string_view detail) {
    return problem(Problem::StoreDamaged,
                   "record " + std::to_string(record) + ": " + std::string(detail),
                   journalPath(folder));
}

Result<StoredSet> stored(const std::string& folder, const InstalledSet& set) {
    Result<std::string> bytes = loadSet(folder, set);
    if (!bytes) {
        return bytes.error();
    }
    return StoredSet{set, setPath(folder, set.contents), std::move(bytes).value()};
}

}  // namespace

std::string spokenSet(const InstalledSet& set) {
    return set.identity.name + "@" + std::to_string(set.identity.revision);
}

std::optional<std::uint64_t> Contents::highestInstalled(std::string_view name) const {
    std::optional<std::uint64_t> highest;
    for (const InstalledSet& set : sets) {
        if (set.identity.name == name) {
            highest = std::max(highest.value_or(0), set.identity.revision);
        }
    }
    return highest;
}

const InstalledSet* Contents::withContents(std::string_view contents) const {
    const auto found = std::find_if(sets.begin(), sets.end(), [&](const InstalledSet& set) {
        return set.contents == contents;
    });
    return found == sets.end() ? nullptr : &*found;
}

Result<InstalledSet> Contents::find(std::string_view text) const {
    const std::size_t at = text.rfind('@');
    const bool isNamed = at != std::string_view::npos;
    const std::optional<std::uint64_t> revision = revisionOf(isNamed ? text.substr(at + 1) : text);
    const std::string_view digits = text.substr(text.starts_with("sha256:") ? 7 : 0);
    std::vector<const InstalledSet*> byRevision;
    std::vector<const InstalledSet*> byDigest;
    for (const InstalledSet& set : sets) {
        if (revision == set.identity.revision &&
            (!isNamed || set.identity.name == text.substr(0, at))) {
            byRevision.push_back(&set);
        }
        if (beginsDigest(digits, set.contents) || beginsDigest(digits, set.identity.digest)) {
            byDigest.push_back(&set);
        }
    }
    const auto& found = byRevision.empty() ? byDigest : byRevision;
    const std::string quoted = "`" + std::string(text) + "`";
    if (found.empty()) {
        return problem(Problem::NoSuchSet, quoted);
    }
    if (found.size() > 1) {
        std::string names = quoted + " may be ";
        for (const InstalledSet* set : found) {
            names += (set == found.front() ? "" : " or ") + spokenSet(*set);
        }
        return problem(Problem::AmbiguousSet, names);
    }
    return *found.front();
}

Result<InstalledSet> Contents::before() const {
    if (!active()) {
        return problem(Problem::NothingActive, {});
    }
    const SetIdentity& now = active()->identity;
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        const SetIdentity& then = record->set.identity;
        if (record->act != Act::Install && then.name == now.name && then.revision < now.revision) {
            return record->set;
        }
    }
    return problem(Problem::NothingBefore,
                   "no older revision than " + spokenSet(*active()) +
                       " was ever active; name one that is installed");
}

std::string Contents::apply(const Record& record) {
    const SetIdentity& identity = record.set.identity;
    const InstalledSet* const known = withContents(record.set.contents);
    if (record.number != records.size() + 1) {
        return "it has another number";
    }
    if (record.act == Act::Install) {
        const auto highest = highestInstalled(identity.name);
        if (known != nullptr || (highest && *highest >= identity.revision)) {
            return "it installs what is not newer";
        }
        sets.push_back(record.set);
    } else {
        if (known == nullptr || *known != record.set) {
            return "its set is not installed";
        }
        std::uint64_t& highest = highestActive[identity.name];
        highest = std::max(highest, identity.revision);
        head.active = record.set;
    }
    records.push_back(record);
    return {};
}

Result<Contents> readContents(const std::string& folder) {
    // First the head: the journal holds at least what it counts, whoever writes meanwhile.
    const Result<Head> head = loadHead(folder);
    if (!head) {
        return head.error();
    }
    const Result<std::string> journal = readFile(journalPath(folder));
    if (!journal && journal.error().code != ErrorCode::NotFound) {
        return journal.error();
    }
    if (!journal || journal->size() < head->journalBytes) {
        return problem(Problem::StoreDamaged,
                       journal ? "the journal lacks records that were made"
                               : "the journal is missing",
                       journalPath(folder));
    }
    Contents contents;
    std::string chain = firstChain();
    std::string_view rest = std::string_view(*journal).substr(0, head->journalBytes);
    while (!rest.empty()) {
        const std::uint64_t number = contents.records.size() + 1;
        const std::size_t end = rest.find('\n');
        const auto record =
            end == std::string_view::npos ? std::nullopt : readRecord(rest.substr(0, end), chain);
        if (!record) {
            return journalDamaged(folder, number, "it was changed, or what stands before it was");
        }
        if (const std::string wrong = contents.apply(*record); !wrong.empty()) {
            return journalDamaged(folder, number, wrong);
        }
        rest.remove_prefix(end + 1);
    }
    contents.head.records = contents.records.size();
    contents.head.journalBytes = head->journalBytes;
    contents.head.chain = chain;
    if (contents.head != *head) {
        return problem(Problem::StoreDamaged,
                       "the journal and the file `active` do not belong together",
                       folder);
    }
    return contents;
}

Result<StoredSet> readActive(const std::string& folder) {
    Result<Head> head = loadHead(folder);
    // Whoever renamed `active` may not have synced its folder yet: nobody acts on a set that a loss
    // of power could take back.
    for (bool lasts = false; head && !lasts;) {
        if (Result<void> synced = file::syncFolder(folder); !synced) {
            return synced.error();
        }
        Result<Head> again = loadHead(folder);
        lasts = again && *again == *head;
        head = std::move(again);
    }
    if (!head) {
        return head.error();
    }
    if (!head->active) {
        return problem(Problem::NothingActive, {}, folder);
    }
    return stored(folder, *head->active);
}

Result<StoredSet> readSet(const std::string& folder, std::string_view text) {
    const Result<Contents> contents = readContents(folder);
    if (!contents) {
        return contents.error();
    }
    const Result<InstalledSet> set = contents->find(text);
    return set ? stored(folder, *set) : set.error();
}

Result<std::string> activePath(const std::string& folder) {
    Result<StoredSet> active = readActive(folder);
    return active ? Result<std::string>(std::move(active->path)) : active.error();
}

std::string watchedFile(const std::string& folder) {
    return headPath(folder);
}

bool isPackStore(const std::string& folder) {
    std::ifstream stream(headPath(folder), std::ios::binary);
    std::string line;
    return stream && std::getline(stream, line) && isHead(line + '\n');
}

}  // namespace proviso::pack_store
