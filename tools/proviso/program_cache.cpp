#include "tools/proviso/program_cache.h"

#include "compiler/driver/load.h"
#include "runtime/base/digest.h"
#include "runtime/bytecode/verifier.h"
#include "runtime/pack/coding.h"
#include "runtime/pack/program_bytes.h"

#include <algorithm>
#include <cstring>
#include <link.h>
#include <optional>
#include <string_view>
#include <utility>

namespace proviso::tool {

namespace {

constexpr std::string_view kBegins = "proviso program 1\n";
constexpr std::string_view kEnding = ".program";
constexpr std::size_t kDigestBytes = 71;  // of sha256()
constexpr std::size_t kMostBytes = std::size_t{256} << 20U;
constexpr std::size_t kMostEntries = 64;

/// The name that the linker gave an object by what is in it; empty where it gave none.
std::string buildOf(const dl_phdr_info& object) {
    const auto padded = [](std::size_t size) { return (size + 3) & ~std::size_t{3}; };
    for (int index = 0; index < object.dlpi_phnum; ++index) {
        const ElfW(Phdr)& part = object.dlpi_phdr[index];
        if (part.p_type != PT_NOTE) {
            continue;
        }
        // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as numbers
        const auto* at = reinterpret_cast<const char*>(object.dlpi_addr + part.p_vaddr);
        const char* const end = at + part.p_memsz;
        while (static_cast<std::size_t>(end - at) >= sizeof(ElfW(Nhdr))) {
            ElfW(Nhdr) note;
            std::memcpy(&note, at, sizeof note);
            const char* const name = at + sizeof note;
            const std::size_t size = padded(note.n_namesz) + padded(note.n_descsz);
            if (static_cast<std::size_t>(end - name) < size) {
                break;
            }
            const char* const content = name + padded(note.n_namesz);
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
                std::memcmp(name, "GNU", 4) == 0) {
                return {content, note.n_descsz};
            }
            at = content + padded(note.n_descsz);
        }
    }
    return {};
}

/// Everything but the packs that says what a program would be: this compiler and the libraries it
/// is linked with. Empty where the compiler itself has no name.
std::string buildOfThisProgram() {
    std::vector<std::string> builds;
    ::dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* result) {
            static_cast<std::vector<std::string>*>(result)->push_back(buildOf(*object));
            return 0;
        },
        &builds);
    if (builds.empty() || builds.front().empty()) {
        return {};  // the program itself comes first
    }
    Sha256 digest;
    for (const std::string& build : builds) {
        digest.addFramed(build);
    }
    return digest.finish();
}

/// "sha256:" and the digits.
std::string
keyOf(const Sources& sources, const std::vector<SourceId>& packs, const std::string& build) {
    Sha256 digest;
    digest.addFramed(kBegins);
    digest.addFramed(build);
    for (const SourceId pack : packs) {
        digest.addFramed(sources.path(pack));
        digest.addFramed(sources.text(pack));
    }
    return digest.finish();
}

std::string nameOf(const std::string& key) {
    return key.substr(key.find(':') + 1) + std::string(kEnding);
}

/// A table's path, and the digest of what it held.
using Tables = std::vector<std::pair<std::string, std::string>>;

bool areAsTheyWere(const Tables& tables) {
    return std::all_of(tables.begin(), tables.end(), [](const auto& table) {
        std::string text;
        return readFile(table.first, LoadLimits{}.tableBytes, text).empty() &&
               sha256(text) == table.second;
    });
}

}  // namespace

ProgramCache::ProgramCache()
    : build_(buildOfThisProgram()), folder_(file::PrivateFolder::ofCache("programs")) {}

std::shared_ptr<const bytecode::Program>
ProgramCache::find(const std::vector<std::string>& paths) const {
    if (build_.empty()) {
        return nullptr;
    }
    Sources sources;
    DiagnosticSink sink;
    const std::vector<SourceId> packs = loadPackTexts(paths, sources, sink);
    if (packs.empty() || sink.hasErrors()) {
        return nullptr;
    }
    const std::string key = keyOf(sources, packs, build_);
    const std::optional<std::string> bytes = folder_.read(nameOf(key), kMostBytes);
    if (!bytes || !bytes->starts_with(kBegins) || bytes->size() < kBegins.size() + kDigestBytes) {
        return nullptr;
    }
    const std::string_view rest = std::string_view(*bytes).substr(kBegins.size());
    const std::string_view content = rest.substr(kDigestBytes);
    if (sha256(content) != rest.substr(0, kDigestBytes)) {
        return nullptr;
    }
    pack::ByteReader reader(content);
    std::string ofKey;
    Tables tables;
    reader(ofKey, tables);
    if (reader.failed() || ofKey != key || !areAsTheyWere(tables)) {
        return nullptr;
    }
    Result<std::shared_ptr<bytecode::Program>> program =
        pack::decodeProgram(reader.raw(reader.remaining()));
    if (!program || !bytecode::verify(**program)) {
        return nullptr;
    }
    return *std::move(program);
}

void ProgramCache::keep(const CompiledSet& set) const {
    if (build_.empty() || !set.program) {
        return;
    }
    const Result<std::string> program = pack::encodeProgram(*set.program);
    if (!program) {
        return;
    }
    Tables tables;
    for (std::uint32_t source = 0; source < set.sources.count(); ++source) {
        const SourceId id{source};
        if (std::count(set.packTexts.begin(), set.packTexts.end(), id) == 0) {
            tables.emplace_back(set.sources.path(id), sha256(set.sources.text(id)));
        }
    }
    const std::string key = keyOf(set.sources, set.packTexts, build_);
    std::string content;
    pack::ByteWriter writer(content);
    writer(key, tables);
    writer.raw(*program);
    const std::string bytes = std::string(kBegins) + sha256(content) + content;
    if (!writer.isWhole() || bytes.size() > kMostBytes) {
        return;
    }
    if (folder_.write(nameOf(key), bytes)) {
        folder_.keepNewest(kEnding, kMostEntries);
    }
}

}  // namespace proviso::tool
