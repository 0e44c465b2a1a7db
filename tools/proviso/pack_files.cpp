#include "tools/proviso/pack_files.h"

#include "runtime/base/file_operations.h"
#include "runtime/decision/text.h"
#include "runtime/pack/program_bytes.h"
#include "tools/proviso/program_cache.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace proviso::tool {

namespace {

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

std::optional<pack_place::Place> compiledPlaceAmong(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        if (std::optional<pack_place::Place> place = pack_place::placeOf(path)) {
            return place;
        }
    }
    return std::nullopt;
}

bool trustHasUse(Console& console,
                 const TrustOptions& options,
                 const std::vector<std::string>& paths) {
    if ((options.keys.empty() && options.atLeastRevision == 0) || compiledPlaceAmong(paths)) {
        return true;
    }
    console.complain("--trust and --at-least-revision are about pack-set files and stores, and "
                     "none is named");
    return false;
}

std::shared_ptr<const pack::PackSet>
loadForUse(Console& console, const pack_place::Place& place, const TrustOptions& options) {
    const std::optional<pack::Trust> trust = readTrust(console, options);
    if (!trust) {
        return nullptr;
    }
    Result<std::shared_ptr<const pack::PackSet>> set = pack_place::load(place, *trust);
    if (!set) {
        console.complain(spokenError(set.error()));
        if (const auto refusal = pack::refusalOf(set.error())) {
            console.message("`proviso help " + std::string(pack::infoOf(*refusal).code) +
                            "` says more\n");
        }
        return nullptr;
    }
    if ((*set)->isUnsigned) {
        console.complain("`" + place.path + "` is not signed; use it for development only");
    }
    return *std::move(set);
}

std::unique_ptr<CompiledSet> compilePacked(const pack::PackSet& set, CompileGoal goal) {
    std::vector<TextsOfPack> packs;
    for (const pack::SourceText& source : set.sources) {
        TextsOfPack& texts = packs.emplace_back(TextsOfPack{source.path, source.text, {}});
        for (const pack::TableText& table : source.tables) {
            texts.tables.emplace_back(table.name, table.text);
        }
    }
    return compileWholeTexts(packs, goal);
}

std::optional<UsedPacks> usePacks(Console& console,
                                  const std::vector<std::string>& paths,
                                  const TrustOptions& options,
                                  Wanted wanted) {
    UsedPacks used;
    const std::optional<pack_place::Place> place = compiledPlaceAmong(paths);
    if (!place) {
        const std::optional<ProgramCache> cache =
            wanted == Wanted::Known ? std::optional<ProgramCache>(std::in_place) : std::nullopt;
        used.program = cache ? cache->find(paths) : nullptr;
        if (used.program != nullptr) {
            return used;
        }
        used.texts = compileForUse(console, paths);
        used.program = used.texts ? used.texts->program : nullptr;
        if (cache && used.program) {
            cache->keep(*used.texts);
        }
        return used.program ? std::optional(std::move(used)) : std::nullopt;
    }
    if (paths.size() != 1) {
        console.complain("`" + place->path + "` is a whole pack set; name it alone");
        return std::nullopt;
    }
    used.compiled = loadForUse(console, *place, options);
    if (!used.compiled) {
        return std::nullopt;
    }
    used.program = used.compiled->program;
    used.isUnsigned = used.compiled->isUnsigned;
    if (wanted == Wanted::Texts) {
        if (used.compiled->manifest.language > kLanguageVersion) {
            console.complain("`" + place->path + "` holds texts in version " +
                             std::to_string(used.compiled->manifest.language) +
                             " of the language, and this compiler reads " +
                             std::to_string(kLanguageVersion));
            return std::nullopt;
        }
        used.texts = compilePacked(*used.compiled, CompileGoal::Lowered);
        if (!tellErrors(console, *used.texts)) {
            return std::nullopt;
        }
        const Result<std::string> carried = pack::encodeProgram(*used.program);
        const Result<std::string> made = pack::encodeProgram(*used.texts->program);
        used.isOfOtherCompiler = !carried || !made || *carried != *made;
        if (used.isOfOtherCompiler) {
            console.complain("`" + place->path +
                             "` decides by its own bytecode, and this compiler makes another of "
                             "its texts");
        }
        used.texts->program = used.program;
    }
    return used;
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
    std::string text = set.manifest.name + " revision " + std::to_string(set.manifest.revision) +
                       ", language " + std::to_string(set.manifest.language) + ", bytecode " +
                       std::to_string(set.manifest.bytecodeFormat) + '\n';
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
