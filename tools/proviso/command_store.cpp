#include "runtime/pack_store/store.h"
#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <pwd.h>
#include <unistd.h>
#include <utility>

/// A folder of pack sets with versions: installs, activates and rolls back, and says what happened.
namespace proviso::tool {

namespace {

using pack_store::InstalledSet;
using pack_store::PackStore;

struct StoreOptions {
    std::string folder;
    std::string set;
    std::string by;
    std::string why;
    bool otherName = false;
    TrustOptions trust;
};

/// 2025-01-31T09:30:00Z. The only clock that is read; no decision depends on it.
std::string nowText() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                       utc.tm_year + 1900,
                       utc.tm_mon + 1,
                       utc.tm_mday,
                       utc.tm_hour,
                       utc.tm_min,
                       utc.tm_sec);
}

std::string userName() {
    // Big enough for one entry of any password file; a user without one is told by number.
    std::string buffer(16384, '\0');
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
        found != nullptr) {
        return found->pw_name;
    }
    return std::to_string(::geteuid());
}

std::string line(const InstalledSet& set) {
    return fmt::format("{}@{}  {}", set.identity.name, set.identity.revision, set.identity.digest);
}

ExitCode refuse(Console& console, const Error& error) {
    console.complain(spokenError(error));
    return ExitCode::BadInput;
}

/// Opens for changing, says what was mended, and acts.
ExitCode change(Console& console,
                const StoreOptions& options,
                pack_store::Opening opening,
                const std::function<ExitCode(PackStore&, const pack_store::Note&)>& act) {
    const std::optional<pack::Trust> trust = readTrust(console, options.trust);
    if (!trust) {
        return ExitCode::BadInput;
    }
    const auto check = [trust](std::string_view bytes) -> Result<pack_store::SetIdentity> {
        const auto set = pack::loadPackSet(bytes, *trust);
        if (!set) {
            return set.error();
        }
        const pack::Manifest& manifest = (*set)->manifest;
        return pack_store::SetIdentity{manifest.name, manifest.revision, (*set)->program->digest};
    };
    Result<PackStore> store = PackStore::open(options.folder, check, opening);
    if (!store) {
        return refuse(console, store.error());
    }
    for (const std::string& repair : store->repairs()) {
        console.message(repair + '\n');
    }
    return act(*store, {options.by.empty() ? userName() : options.by, options.why, nowText()});
}

ExitCode runInstall(Console& console, const StoreOptions& options) {
    const Result<std::string> bytes = pack::readPackSetBytes(options.set);
    if (!bytes) {
        return refuse(console, bytes.error());
    }
    const auto install = [&](PackStore& store, const pack_store::Note& note) {
        const auto installed = store.install(*bytes, note);
        if (!installed) {
            return refuse(console, installed.error());
        }
        console.write((installed->isNew ? "installed " : "was installed before: ") +
                      line(installed->set) + '\n');
        return ExitCode::Clean;
    };
    return change(console, options, pack_store::Opening::CreateIfMissing, install);
}

ExitCode runActivate(Console& console, const StoreOptions& options) {
    const auto activate = [&](PackStore& store, const pack_store::Note& note) {
        const Result<InstalledSet> active = store.activate(options.set, note, options.otherName);
        if (!active) {
            return refuse(console, active.error());
        }
        console.write("active: " + line(*active) + '\n' + store.pathOf(*active) + '\n');
        return ExitCode::Clean;
    };
    return change(console, options, pack_store::Opening::Existing, activate);
}

ExitCode runRollBack(Console& console, const StoreOptions& options) {
    const auto rollBack = [&](PackStore& store, const pack_store::Note& note) {
        const std::optional<std::string_view> set =
            options.set.empty() ? std::nullopt : std::optional<std::string_view>(options.set);
        const Result<InstalledSet> active = store.rollBack(set, note);
        if (!active) {
            return refuse(console, active.error());
        }
        console.write("active: " + line(*active) + '\n' + store.pathOf(*active) + '\n');
        return ExitCode::Clean;
    };
    return change(console, options, pack_store::Opening::Existing, rollBack);
}

ExitCode runList(Console& console, const StoreOptions& options) {
    const Result<pack_store::Contents> contents = pack_store::readContents(options.folder);
    if (!contents) {
        return refuse(console, contents.error());
    }
    for (const InstalledSet& set : contents->sets) {
        const bool isActive = contents->active() && contents->active()->contents == set.contents;
        console.write((isActive ? "* " : "  ") + line(set) + '\n');
    }
    return ExitCode::Clean;
}

ExitCode runHistory(Console& console, const StoreOptions& options) {
    const Result<pack_store::Contents> contents = pack_store::readContents(options.folder);
    if (!contents) {
        return refuse(console, contents.error());
    }
    for (const pack_store::Record& record : contents->records) {
        console.write(fmt::format("{}  {}  {:<8}  {}@{}  by {}: {}\n",
                                  record.number,
                                  record.note.at,
                                  pack_store::wordOf(record.act),
                                  record.set.identity.name,
                                  record.set.identity.revision,
                                  record.note.by,
                                  record.note.why));
    }
    return ExitCode::Clean;
}

ExitCode runActive(Console& console, const StoreOptions& options) {
    const Result<std::string> path = pack_store::activePath(options.folder);
    if (!path) {
        return refuse(console, path.error());
    }
    console.write(*path + '\n');
    return ExitCode::Clean;
}

}  // namespace

void addStore(CLI::App& app, Invocation& invocation) {
    CLI::App* store = app.add_subcommand(
        "store", "Keep pack-set files with versions: install, activate, roll back, list, history");
    store->require_subcommand(1);
    const auto add = [&](const char* name, const char* description, auto run) {
        const auto options = std::make_shared<StoreOptions>();
        CLI::App* command = addCommand(*store, invocation, name, description, options, run);
        command->add_option("folder", options->folder, "the store")->type_name("STORE")->required();
        return std::pair{command, options};
    };
    const auto addChange = [&](const char* name, const char* description, auto run) {
        const auto [command, options] = add(name, description, run);
        command->add_option("--why", options->why, "the reason, for the history")
            ->type_name("TEXT")
            ->required();
        command->add_option("--by", options->by, "who does it; your user name otherwise")
            ->type_name("NAME");
        addTrustOptions(*command, options->trust);
        return std::pair{command, options};
    };
    {
        const auto [command, options] =
            addChange("install", "Keep a pack-set file, without using it", &runInstall);
        command->add_option("set", options->set, "what `proviso build -o` wrote")
            ->type_name("FILE")
            ->required();
    }
    {
        const auto [command, options] =
            addChange("activate", "Make an installed set the active one", &runActivate);
        command->add_option("set", options->set, "NAME@REVISION, or a digest's first digits")
            ->type_name("SET")
            ->required();
        command->add_flag(
            "--other-name", options->otherName, "the set has another name than the active one");
    }
    {
        const auto [command, options] =
            addChange("rollback", "Go back to the set that was active before", &runRollBack);
        command->add_option("set", options->set, "an older one, instead of the last")
            ->type_name("SET");
    }
    add("list", "The installed sets; a star before the active one", &runList);
    add("history", "Who did what, when and why", &runHistory);
    add("active", "The path of the active set", &runActive);
}

}  // namespace proviso::tool
