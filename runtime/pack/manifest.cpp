#include "runtime/pack/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace proviso::pack {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostNameBytes = 100;

/// Empty where it is not there or no text: what was read is written again and compared.
std::string textAt(const ordered_json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t numberAt(const ordered_json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

/// What an engine must be able to do; a need that is not known here is not met.
Result<std::uint32_t> readNeeds(const ordered_json& manifest) {
    const auto needs = manifest.find("needs");
    if (needs == manifest.end() || !needs->is_object()) {
        return refuse(Refusal::Damaged, "the manifest does not say what it needs");
    }
    for (const auto& [need, value] : needs->items()) {
        if (need != "bytecode") {
            return refuse(Refusal::OtherFormat, "it needs something that this engine has not");
        }
    }
    const std::uint64_t bytecode = numberAt(*needs, "bytecode");
    if (bytecode != bytecode::kFormatVersion) {
        return refuse(Refusal::OtherFormat,
                      "its bytecode is of format " + std::to_string(bytecode) +
                          ", and this engine runs " + std::to_string(bytecode::kFormatVersion));
    }
    return static_cast<std::uint32_t>(bytecode);
}

}  // namespace

bool isSetName(std::string_view name) {
    const auto isWord = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9');
    };
    return !name.empty() && name.size() <= kMostNameBytes && isWord(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char letter) {
               return isWord(letter) || letter == '.' || letter == '_' || letter == '-';
           });
}

Result<std::string> manifestText(const Manifest& manifest) {
    ordered_json packs = ordered_json::array();
    for (const bytecode::PackInfo& pack : manifest.packs) {
        packs.push_back({{"name", pack.name},
                         {"version", pack.version},
                         {"title", pack.title},
                         {"layer", pack.layer},
                         {"digest", pack.digest}});
    }
    const ordered_json text = {{"name", manifest.name},
                               {"revision", manifest.revision},
                               {"language", manifest.language},
                               {"needs", {{"bytecode", manifest.bytecodeFormat}}},
                               {"digest", manifest.packsDigest},
                               {"packs", std::move(packs)}};
    try {
        return text.dump(2) + '\n';
    } catch (const nlohmann::json::exception&) {
        return Error{ErrorCode::InvalidArgument, "a name or title is not UTF-8 text"};
    }
}

Result<Manifest> parseManifest(std::string_view text) {
    const ordered_json read = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!read.is_object()) {
        return refuse(Refusal::Damaged, "the manifest is no object of JSON");
    }
    const Result<std::uint32_t> needs = readNeeds(read);
    if (!needs) {
        return needs.error();
    }
    Manifest manifest;
    manifest.bytecodeFormat = *needs;
    manifest.name = textAt(read, "name");
    manifest.revision = numberAt(read, "revision");
    manifest.language = static_cast<std::uint32_t>(numberAt(read, "language"));
    manifest.packsDigest = textAt(read, "digest");
    if (const auto packs = read.find("packs"); packs != read.end() && packs->is_array()) {
        for (const ordered_json& pack : *packs) {
            if (pack.is_object()) {
                manifest.packs.push_back({textAt(pack, "name"),
                                          textAt(pack, "version"),
                                          textAt(pack, "title"),
                                          textAt(pack, "layer"),
                                          textAt(pack, "digest")});
            }
        }
    }
    const Result<std::string> again = manifestText(manifest);
    if (!again || *again != text || !isSetName(manifest.name) || manifest.language == 0) {
        return refuse(Refusal::Damaged, "the manifest is not in its one form");
    }
    return manifest;
}

}  // namespace proviso::pack
