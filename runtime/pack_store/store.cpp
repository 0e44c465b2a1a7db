#include "runtime/pack_store/store.h"

#include "runtime/base/digest.h"
#include "runtime/pack_store/layout.h"
#include "runtime/pack_store/problem.h"

#include <algorithm>
#include <filesystem>

namespace proviso::pack_store {

namespace {

bool isOurs(std::string_view name) {
    return name == kHeadName || name == kJournalName || name == kLockName || name == kSetsName ||
           name == std::string(kHeadName) + std::string(kUnfinished);
}

/// Whether a store may be begun in a folder without the file `active`. Only a creation that died
/// leaves such a folder with anything in it, and that never holds a record or a set.
Result<void> isFree(const std::string& folder) {
    const Result<std::vector<std::string>> names = namesIn(folder);
    if (!names) {
        return names.error();
    }
    if (!std::all_of(names->begin(), names->end(), isOurs)) {
        return problem(Problem::NotAStore, "the folder holds other things", folder);
    }
    const Result<std::string> journal = readFile(journalPath(folder));
    const Result<std::vector<std::string>> sets = namesIn(setsPath(folder));
    if ((journal && !journal->empty()) || (sets && !sets->empty())) {
        return problem(Problem::StoreDamaged, "the file is missing", headPath(folder));
    }
    return {};
}

std::string parentOf(const std::string& folder) {
    std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
    if (!path.has_filename()) {
        path = path.parent_path();
    }
    const std::string parent = path.parent_path().string();
    return parent.empty() ? "." : parent;
}

/// Writes a file that lasts, but for its name: the folder is synced by the caller.
Result<void> replaceFile(const std::string& path, std::string_view bytes) {
    const std::string unfinished = path + std::string(kUnfinished);
    if (Result<void> removed = file::remove(unfinished); !removed) {
        return removed;
    }
    Result<file::File> opened = file::File::open(unfinished, file::File::Mode::CreateNew);
    if (!opened) {
        return opened.error();
    }
    if (Result<void> written = opened->write(bytes); !written) {
        return written;
    }
    if (Result<void> synced = opened->sync(); !synced) {
        return synced;
    }
    return file::rename(unfinished, path);
}

}  // namespace

Result<PackStore> PackStore::open(const std::string& folder, Check check, Opening opening) {
    std::error_code ignored;
    const bool isThere = std::filesystem::exists(folder, ignored);
    const bool hasHead = std::filesystem::exists(headPath(folder), ignored);
    if (!isThere && opening == Opening::Existing) {
        return problem(Problem::NotAStore, "there is no such folder", folder);
    }
    if (!isThere) {
        if (Result<void> made = file::makeFolder(folder); !made) {
            return made.error();
        }
    }
    if (!hasHead) {
        if (Result<void> free = isFree(folder); !free) {
            return free.error();
        }
        if (opening == Opening::Existing) {
            return problem(Problem::NotAStore, "nothing was ever installed", folder);
        }
    }
    Result<file::File> lock = file::File::open(lockPath(folder), file::File::Mode::ReadWrite);
    if (!lock) {
        return lock.error();
    }
    const Result<bool> locked = lock->lock();
    if (!locked || !*locked) {
        return locked ? problem(Problem::StoreInUse, {}, folder) : locked.error();
    }
    PackStore store(folder, std::move(check), std::move(lock).value());
    // Somebody else may have made it before the lock was ours.
    if (!std::filesystem::exists(headPath(folder), ignored)) {
        if (Result<void> created = store.create(); !created) {
            return created.error();
        }
    }
    if (Result<void> loaded = store.load(); !loaded) {
        return loaded.error();
    }
    if (Result<void> repaired = store.repair(); !repaired) {
        return repaired.error();
    }
    return store;
}

Result<void> PackStore::create() {
    if (Result<void> made = file::makeFolder(setsPath(folder_)); !made) {
        return made;
    }
    Result<file::File> journal =
        file::File::open(journalPath(folder_), file::File::Mode::ReadWrite);
    if (!journal) {
        return journal.error();
    }
    // `active` comes last and makes it a store; the names that it stands for must last before.
    if (Result<void> synced = file::syncFolder(folder_); !synced) {
        return synced;
    }
    if (Result<void> synced = file::syncFolder(parentOf(folder_)); !synced) {
        return synced;
    }
    return publish(Head{});
}

Result<void> PackStore::load() {
    Result<Contents> contents = readContents(folder_);
    if (!contents) {
        return contents.error();
    }
    contents_ = std::move(contents).value();
    return {};
}

Result<void> PackStore::repair() {
    const std::string path = journalPath(folder_);
    Result<file::File> journal = file::File::open(path, file::File::Mode::ReadWrite);
    if (!journal) {
        return journal.error();
    }
    const Result<std::uint64_t> size = journal->size();
    if (!size) {
        return size.error();
    }
    if (*size > contents_.head.journalBytes) {
        if (Result<void> cut = journal->truncate(contents_.head.journalBytes); !cut) {
            return cut;
        }
        if (Result<void> synced = journal->sync(); !synced) {
            return synced;
        }
        repairs_.push_back("cut " + std::to_string(*size - contents_.head.journalBytes) +
                           " bytes off the journal, of an act that was not completed");
    }
    const Result<std::vector<std::string>> names = namesIn(setsPath(folder_));
    if (!names) {
        return problem(Problem::StoreDamaged, names.error().message, names.error().context);
    }
    std::vector<std::string> leftovers;
    for (const std::string& name : *names) {
        const bool isUnfinished = name.ends_with(kUnfinished);
        const auto contents = contentsOfName(std::string_view(name).substr(
            0, name.size() - (isUnfinished ? kUnfinished.size() : 0)));
        // What has another name is not ours to remove.
        if (contents && (isUnfinished || contents_.withContents(*contents) == nullptr)) {
            leftovers.push_back(setsPath(folder_) + "/" + name);
        }
    }
    std::error_code ignored;
    const std::string head = headPath(folder_) + std::string(kUnfinished);
    if (std::filesystem::exists(head, ignored)) {
        leftovers.push_back(head);
    }
    for (const std::string& leftover : leftovers) {
        if (Result<void> removed = file::remove(leftover); !removed) {
            return removed;
        }
        repairs_.push_back("removed `" + leftover + "`, of an act that was not completed");
    }
    return {};
}

Result<void> PackStore::usable(const Note& note) const {
    if (broken_) {
        return *broken_;
    }
    const std::pair<const char*, const std::string&> texts[] = {
        {"who", note.by}, {"why", note.why}, {"when", note.at}};
    for (const auto& [what, text] : texts) {
        if (!isFit(text)) {
            return problem(Problem::UnfitText,
                           std::string(what) + " must be said, in one line of at most " +
                               std::to_string(kMostTextBytes) + " bytes");
        }
    }
    return {};
}

Result<void> PackStore::writeSet(std::string_view bytes, const InstalledSet& set) {
    if (Result<void> written = replaceFile(setPath(folder_, set.contents), bytes); !written) {
        return written;
    }
    return file::syncFolder(setsPath(folder_));
}

Result<void> PackStore::publish(const Head& head) {
    if (Result<void> replaced = replaceFile(headPath(folder_), writeHead(head)); !replaced) {
        return replaced;
    }
    return file::syncFolder(folder_);
}

Result<void> PackStore::append(const Record& record, Contents& next) {
    Result<file::File> journal = file::File::open(journalPath(folder_), file::File::Mode::Append);
    if (!journal) {
        return journal.error();
    }
    const Result<std::uint64_t> size = journal->size();
    if (!size) {
        return size.error();
    }
    // An act that failed may have left its record.
    if (*size != contents_.head.journalBytes) {
        if (Result<void> cut = journal->truncate(contents_.head.journalBytes); !cut) {
            return cut;
        }
    }
    const std::string line = writeRecord(record, next.head.chain);
    next.head.records = record.number;
    next.head.journalBytes += line.size();
    if (Result<void> written = journal->write(line); !written) {
        return written;
    }
    return journal->sync();
}

Result<void> PackStore::commit(Act act, const InstalledSet& set, const Note& note) {
    Contents next = contents_;
    const Record record{next.records.size() + 1, act, note, set};
    const std::string wrong = next.apply(record);
    PROVISO_CHECK(wrong.empty(), "a store may not record what it could not read again");
    Result<void> done = append(record, next);
    if (done) {
        done = publish(next.head);
    }
    if (done) {
        contents_ = std::move(next);
        return {};
    }
    // Whether it happened is what `active` says now.
    if (Result<void> loaded = load(); !loaded) {
        broken_ = loaded.error();
    } else if (contents_.head == next.head) {
        Error error = std::move(done).error();
        error.message = "it is done, but may not outlast a loss of power: " + error.message;
        return error;
    }
    return done;
}

Result<PackStore::Installed> PackStore::install(std::string_view bytes, const Note& note) {
    if (Result<void> fit = usable(note); !fit) {
        return fit.error();
    }
    const Result<SetIdentity> identity = check_(bytes);
    if (!identity) {
        return identity.error();
    }
    const InstalledSet set{*identity, sha256(bytes), bytes.size()};
    if (!isFit(identity->name) || !isFit(identity->digest)) {
        return problem(Problem::UnfitText, "the name of the set");
    }
    if (const InstalledSet* known = contents_.withContents(set.contents)) {
        if (!loadSet(folder_, *known)) {
            if (Result<void> written = writeSet(bytes, *known); !written) {
                return written.error();
            }
        }
        return Installed{*known, false};
    }
    const auto highest = contents_.highestInstalled(identity->name);
    if (highest && *highest >= identity->revision) {
        const bool isSame = std::any_of(
            contents_.sets.begin(), contents_.sets.end(), [&](const InstalledSet& other) {
                return other.identity.name == identity->name &&
                       other.identity.revision == identity->revision;
            });
        return isSame ? problem(Problem::SameRevision, spokenSet(set))
                      : problem(Problem::OlderRevision,
                                spokenSet(set) + ", and revision " + std::to_string(*highest) +
                                    " is installed");
    }
    if (Result<void> written = writeSet(bytes, set); !written) {
        return written.error();
    }
    if (Result<void> recorded = commit(Act::Install, set, note); !recorded) {
        return recorded.error();
    }
    return Installed{set, true};
}

Result<InstalledSet> PackStore::makeActive(Act act, const InstalledSet& set, const Note& note) {
    const Result<std::string> bytes = loadSet(folder_, set);
    if (!bytes) {
        return bytes.error();
    }
    // Once more: a key may have been withdrawn since it was installed.
    const Result<SetIdentity> identity = check_(*bytes);
    if (!identity) {
        return identity.error();
    }
    if (*identity != set.identity) {
        return problem(Problem::SetDamaged,
                       "it says to be " + identity->name + "@" +
                           std::to_string(identity->revision) + ", and was installed as " +
                           spokenSet(set),
                       setPath(folder_, set.contents));
    }
    if (Result<void> recorded = commit(act, set, note); !recorded) {
        return recorded.error();
    }
    return set;
}

Result<InstalledSet> PackStore::activate(std::string_view text, const Note& note, bool otherName) {
    if (Result<void> fit = usable(note); !fit) {
        return fit.error();
    }
    Result<InstalledSet> set = contents_.find(text);
    if (!set || set->contents == (contents_.active() ? contents_.active()->contents : "")) {
        return set;
    }
    const std::string& name = set->identity.name;
    const auto highest = contents_.highestActive.find(name);
    if (highest != contents_.highestActive.end() && set->identity.revision < highest->second) {
        return problem(Problem::OlderRevision,
                       spokenSet(*set) + ", and revision " + std::to_string(highest->second) +
                           " was active; to go back is to roll back");
    }
    if (contents_.active() && contents_.active()->identity.name != name && !otherName) {
        return problem(Problem::OtherName,
                       spokenSet(*set) + " would take the place of " +
                           spokenSet(*contents_.active()));
    }
    return makeActive(Act::Activate, *set, note);
}

Result<InstalledSet> PackStore::rollBack(std::optional<std::string_view> text, const Note& note) {
    if (Result<void> fit = usable(note); !fit) {
        return fit.error();
    }
    if (!contents_.active()) {
        return problem(Problem::NothingActive, "there is nothing to roll back from", folder_);
    }
    Result<InstalledSet> set = text ? contents_.find(*text) : contents_.before();
    if (!set || set->contents == contents_.active()->contents) {
        return set;
    }
    const SetIdentity& to = set->identity;
    if (to.name != contents_.active()->identity.name) {
        return problem(Problem::OtherName, spokenSet(*set) + " is none of its older revisions");
    }
    if (to.revision >= contents_.highestActive.at(to.name)) {
        return problem(Problem::NothingBefore,
                       spokenSet(*set) + " is not older than what was active; activate it");
    }
    return makeActive(Act::RollBack, *set, note);
}

std::string PackStore::pathOf(const InstalledSet& set) const {
    return setPath(folder_, set.contents);
}

}  // namespace proviso::pack_store
