#include "tools/proviso/pack_files.h"

#include "runtime/base/file_operations.h"
#include "runtime/decision/text.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace proviso::tool {

namespace {

bool isForPackSets(const std::string& path) {
    return path.ends_with(".proviso") ? !std::filesystem::is_directory(path)
                                      : pack::isPackSetFile(path);
}

Result<void> writeWhole(const std::string& path, std::string_view bytes) {
    const std::string aside = path + ".new-" + std::to_string(::getpid());
    const auto write = [&]() -> Result<void> {
        Result<file::File> opened = file::File::open(aside, file::File::Mode::CreateNew);
        if (!opened) {
            return opened.error();
        }
        if (Result<void> written = opened->write(bytes); !written) {
            return written;
        }
        if (Result<void> synced = opened->sync(); !synced) {
            return synced;
        }
        return file::rename(aside, path);
    };
    if (Result<void> written = write(); !written) {
        static_cast<void>(file::remove(aside));
        return written;
    }
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return file::syncFolder(folder.empty() ? "." : folder);
}

}  // namespace

void addTrustOptions(CLI::App& command, TrustOptions& options, bool mayAllowUnsigned) {
    command
        .add_option("--trust",
                    options.keys,
                    "public keys that may sign pack-set files: a file, or a folder with *.pub")
        ->type_name("PATH")
        ->allow_extra_args(false);
    command
        .add_option("--at-least-revision",
                    options.atLeastRevision,
                    "refuse a pack-set file of an older revision")
        ->type_name("N");
    if (mayAllowUnsigned) {
        command.add_flag("--allow-unsigned",
                         options.allowUnsigned,
                         "for development: also a pack-set file that nobody signed; every "
                         "decision says so");
    }
}

std::optional<pack::Trust> readTrust(Console& console, const TrustOptions& options) {
    pack::Trust trust;
    trust.allowUnsigned = options.allowUnsigned;
    trust.atLeastRevision = options.atLeastRevision;
    for (const std::string& path : options.keys) {
        const Result<std::vector<pack::TrustedKey>> keys = pack::readTrustedKeys(path);
        if (!keys) {
            console.complain("--trust: " + spokenError(keys.error()));
            return std::nullopt;
        }
        trust.keys.insert(trust.keys.end(), keys->begin(), keys->end());
    }
    return trust;
}

std::optional<std::string> packSetFileAmong(const std::vector<std::string>& paths) {
    const auto found = std::find_if(paths.begin(), paths.end(), &isForPackSets);
    return found == paths.end() ? std::nullopt : std::optional<std::string>(*found);
}

std::shared_ptr<const pack::PackSet>
loadForUse(Console& console, const std::string& path, const TrustOptions& options) {
    const std::optional<pack::Trust> trust = readTrust(console, options);
    if (!trust) {
        return nullptr;
    }
    Result<std::shared_ptr<const pack::PackSet>> set = pack::readPackSetFile(path, *trust);
    if (!set) {
        console.complain(spokenError(set.error()));
        if (const auto refusal = pack::refusalOf(set.error())) {
            console.message("`proviso help " + std::string(pack::infoOf(*refusal).code) +
                            "` says more\n");
        }
        return nullptr;
    }
    if ((*set)->isUnsigned) {
        console.complain("`" + path + "` is not signed; use it for development only");
    }
    return *std::move(set);
}

std::optional<UsedPacks>
usePacks(Console& console, const std::vector<std::string>& paths, const TrustOptions& options) {
    const std::optional<std::string> file = packSetFileAmong(paths);
    if (!file) {
        if (!options.keys.empty() || options.atLeastRevision != 0) {
            console.complain("--trust and --at-least-revision are about pack-set files, and "
                             "--packs names none");
            return std::nullopt;
        }
        const std::unique_ptr<CompiledSet> set = compileForUse(console, paths);
        return set ? std::optional<UsedPacks>({set->program, false}) : std::nullopt;
    }
    if (paths.size() != 1) {
        console.complain("`" + *file + "` is a whole pack set; name it alone");
        return std::nullopt;
    }
    const std::shared_ptr<const pack::PackSet> set = loadForUse(console, *file, options);
    return set ? std::optional<UsedPacks>({set->program, set->isUnsigned}) : std::nullopt;
}

bool replaceFile(Console& console, const std::string& path, std::string_view bytes) {
    const Result<void> written = writeWhole(path, bytes);
    if (!written) {
        console.complain("cannot write " + spokenError(written.error()));
    }
    return written.has_value();
}

std::string spokenError(const Error& error) {
    const std::string message = printable(error.message);
    return error.context.empty() ? message : "`" + printable(error.context) + "`: " + message;
}

std::string describePackSet(const pack::PackSet& set) {
    std::string text =
        set.manifest.name + " revision " + std::to_string(set.manifest.revision) + '\n';
    for (const bytecode::PackInfo& one : set.manifest.packs) {
        text += "  " + one.digest + "  " + printable(one.name) + " " + printable(one.version) +
                (one.layer.empty() ? "" : " (" + printable(one.layer) + ")") + '\n';
    }
    text += "packs   " + set.manifest.packsDigest + "\nfile    " + set.digest + '\n';
    for (const pack::Signer& signer : set.signers) {
        text +=
            "signed  by key " + pack::fingerprintOf(signer.key) +
            (signer.name.empty() ? ", which is not trusted here" : ", " + printable(signer.name)) +
            '\n';
    }
    return text + (set.isUnsigned ? "not signed\n" : "");
}

}  // namespace proviso::tool
