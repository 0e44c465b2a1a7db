#include "runtime/pack/pack_set.h"

#include "runtime/base/digest.h"
#include "runtime/base/file_operations.h"
#include "runtime/bytecode/verifier.h"
#include "runtime/pack/coding.h"
#include "runtime/pack/layout.h"
#include "runtime/pack/manifest.h"
#include "runtime/pack/program_bytes.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <map>
#include <system_error>
#include <unistd.h>

namespace proviso::pack {

template <class Visitor, class Value>
    requires std::is_same_v<std::remove_const_t<Value>, TableText>
void fieldsOf(Visitor& visitor, Value& value) {
    auto& [name, text] = value;
    visitor(name, text);
}

template <class Visitor, class Value>
    requires std::is_same_v<std::remove_const_t<Value>, SourceText>
void fieldsOf(Visitor& visitor, Value& value) {
    auto& [path, text, tables] = value;
    visitor(path, text, tables);
}

namespace {

/// What PackInfo::digest says of a pack: the digest of its text, or of text and tables.
std::string digestOf(const SourceText& source) {
    if (source.tables.empty()) {
        return sha256(source.text);
    }
    Sha256 digest;
    digest.addFramed(source.text);
    for (const TableText& table : source.tables) {
        digest.addFramed(table.name);
        digest.addFramed(table.text);
    }
    return digest.finish();
}

/// What is wrong between a program, its packs and their texts; nullptr: nothing.
const char* problemOfNames(const bytecode::Program& program,
                           const std::vector<SourceText>& sources) {
    if (sources.size() != program.packs.size()) {
        return "there is not one text for each pack";
    }
    std::string all;
    for (std::size_t index = 0; index < sources.size(); ++index) {
        const bytecode::PackInfo& pack = program.packs[index];
        if (digestOf(sources[index]) != pack.digest) {
            return "the text of a pack does not have the pack's digest";
        }
        if (index != 0 && program.packs[index - 1].name >= pack.name) {
            return "its packs are not in the order of their names";
        }
        all += pack.name + ' ' + pack.digest + '\n';
    }
    if (sha256(all) != program.digest) {
        return "its digest is not that of its packs";
    }
    for (const bytecode::RuleInfo& rule : program.rules) {
        const auto pack = std::find_if(program.packs.begin(),
                                       program.packs.end(),
                                       [&](const auto& one) { return one.name == rule.pack; });
        if (pack == program.packs.end() || pack->layer != rule.layer) {
            return "a rule is of another pack or layer than its packs";
        }
    }
    return nullptr;
}

/// Whether a place, `path:line`, is one in these texts.
bool isPlaceIn(const std::map<std::string_view, std::uint64_t>& lines, std::string_view place) {
    const std::size_t colon = place.rfind(':');
    const auto text = lines.find(place.substr(0, colon == std::string_view::npos ? 0 : colon));
    if (text == lines.end()) {
        return false;
    }
    const std::string_view number = place.substr(colon + 1);
    std::uint64_t line = 0;
    const char* const begin = number.data();
    const char* const end = begin + number.size();
    const auto [rest, error] = std::from_chars(begin, end, line);
    return error == std::errc{} && rest == end && line >= 1 && line <= text->second;
}

/// What is wrong with the map from the program to its texts; nullptr: nothing.
const char* problemOfPlaces(const bytecode::Program& program,
                            const std::vector<SourceText>& sources) {
    std::map<std::string_view, std::uint64_t> lines;
    for (const SourceText& source : sources) {
        const auto breaks = std::count(source.text.begin(), source.text.end(), '\n');
        lines[source.path] = static_cast<std::uint64_t>(breaks) + 1;
    }
    const auto isGood = [&](const auto& one) { return isPlaceIn(lines, one.place); };
    for (const bytecode::RuleInfo& rule : program.rules) {
        if (!isGood(rule) || !std::all_of(rule.exceptions.begin(), rule.exceptions.end(), isGood) ||
            !std::all_of(rule.effects.begin(), rule.effects.end(), isGood)) {
            return "a rule says that it stands where its packs have no text";
        }
    }
    return nullptr;
}

/// Every signature must be good, one must be of a trusted key, and for every pack one of a key that
/// may sign its layer.
Result<std::vector<Signer>> checkSignatures(const Layout& layout, const Trust& trust) {
    std::vector<Signer> signers;
    bool anyTrusted = false;
    for (const Layout::Entry& entry : layout.signatures) {
        if (!isSignatureOf(entry.key, entry.signature, layout.signedBytes)) {
            return refuse(Refusal::BadSignature, "that of key " + fingerprintOf(entry.key));
        }
        const bool twice = std::any_of(signers.begin(), signers.end(), [&](const Signer& signer) {
            return signer.key == entry.key;
        });
        if (twice) {
            return refuse(Refusal::Damaged, "a key has signed it twice");
        }
        Signer& signer = signers.emplace_back(Signer{entry.key, {}});
        for (const TrustedKey& known : trust.keys) {
            if (known.key == entry.key) {
                anyTrusted = true;
                signer.name = known.name.empty() ? fingerprintOf(known.key) : known.name;
            }
        }
    }
    if (signers.empty()) {
        return trust.allowUnsigned ? Result<std::vector<Signer>>(std::move(signers))
                                   : Result<std::vector<Signer>>(refuse(Refusal::Unsigned, {}));
    }
    if (!anyTrusted) {
        return refuse(Refusal::UnknownKey,
                      trust.keys.empty()
                          ? "no key is trusted; it is signed by key " +
                                fingerprintOf(signers.front().key)
                          : "it is signed by key " + fingerprintOf(signers.front().key));
    }
    return signers;
}

/// A key that is named several times may sign what each of them allows.
bool maySign(const Signer& signer, const Trust& trust, std::string_view layer) {
    return !signer.name.empty() &&
           std::all_of(trust.keys.begin(), trust.keys.end(), [&](const TrustedKey& known) {
               return known.key != signer.key || known.maySign(layer);
           });
}

Result<void> checkLayers(const std::vector<bytecode::PackInfo>& packs,
                         const std::vector<Signer>& signers,
                         const Trust& trust) {
    for (const bytecode::PackInfo& pack : packs) {
        const bool allowed = std::any_of(signers.begin(), signers.end(), [&](const Signer& one) {
            return maySign(one, trust, pack.layer);
        });
        if (!allowed) {
            return refuse(
                Refusal::ForgedLayer,
                "pack `" + pack.name + "` is of " +
                    (pack.layer.empty() ? std::string("no layer") : "layer `" + pack.layer + "`"));
        }
    }
    return {};
}

Result<std::vector<SourceText>> decodeSources(std::string_view bytes) {
    std::vector<SourceText> sources;
    ByteReader reader(bytes);
    reader(sources);
    if (reader.failed() || reader.remaining() != 0) {
        return refuse(Refusal::RefusedBytecode, "the texts of its packs cannot be read");
    }
    return sources;
}

bool isSame(const bytecode::PackInfo& a, const bytecode::PackInfo& b) {
    return a.name == b.name && a.version == b.version && a.title == b.title && a.layer == b.layer &&
           a.digest == b.digest;
}

}  // namespace

bool isPackSet(std::string_view bytes) {
    return bytes.starts_with(kFileMagic);
}

bool isPackSetFile(const std::string& path) {
    std::error_code problem;
    if (!std::filesystem::is_regular_file(path, problem)) {
        return false;
    }
    const Result<file::File> opened = file::File::open(path, file::File::Mode::Read);
    if (!opened) {
        return false;
    }
    std::string begin(kFileMagic.size(), '\0');
    const ssize_t count = ::read(opened->descriptor(), begin.data(), begin.size());
    return count == static_cast<ssize_t>(begin.size()) && isPackSet(begin);
}

Result<std::string> readPackSetBytes(const std::string& path) {
    std::error_code problem;
    // Opening a pipe would wait.
    if (!std::filesystem::is_regular_file(path, problem)) {
        return Error{ErrorCode::CannotRead,
                     problem ? problem.message() : std::string("it is not a regular file"),
                     path};
    }
    const Result<file::File> opened = file::File::open(path, file::File::Mode::Read);
    if (!opened) {
        return opened.error();
    }
    const Result<std::uint64_t> size = opened->size();
    if (!size) {
        return size.error();
    }
    if (*size > kMostFileBytes) {
        return Error{ErrorCode::LimitExceeded, "the file is too large for a pack set", path};
    }
    std::string bytes(*size, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count =
            ::read(opened->descriptor(), bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return Error{ErrorCode::CannotRead, std::generic_category().message(errno), path};
        }
        if (count == 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
}

Result<std::shared_ptr<const PackSet>> loadPackSet(std::string_view bytes, const Trust& trust) {
    const Result<Layout> layout = readLayout(bytes);
    if (!layout) {
        return layout.error();
    }
    // Nothing inside is looked at before it is known who made it.
    Result<std::vector<Signer>> signers = checkSignatures(*layout, trust);
    if (!signers) {
        return signers.error();
    }
    Result<Manifest> manifest = parseManifest(layout->manifest);
    if (!manifest) {
        return manifest.error();
    }
    if (!signers->empty()) {
        if (const Result<void> allowed = checkLayers(manifest->packs, *signers, trust); !allowed) {
            return allowed.error();
        }
    }
    if (manifest->revision < trust.atLeastRevision) {
        return refuse(Refusal::OlderRevision,
                      "it is revision " + std::to_string(manifest->revision) + ", at least " +
                          std::to_string(trust.atLeastRevision) + " was asked for");
    }
    Result<std::shared_ptr<bytecode::Program>> program = decodeProgram(layout->bytecode);
    if (!program) {
        return refuse(Refusal::RefusedBytecode, program.error().message);
    }
    if (const Result<void> verified = bytecode::verify(**program); !verified) {
        return refuse(Refusal::RefusedBytecode,
                      verified.error().context + ": " + verified.error().message);
    }
    Result<std::vector<SourceText>> sources = decodeSources(layout->sources);
    if (!sources) {
        return sources.error();
    }
    if (manifest->packsDigest != (*program)->digest || !std::equal(manifest->packs.begin(),
                                                                   manifest->packs.end(),
                                                                   (*program)->packs.begin(),
                                                                   (*program)->packs.end(),
                                                                   &isSame)) {
        return refuse(Refusal::RefusedBytecode, "its packs are not those of the manifest");
    }
    if (const char* const problem = problemOfNames(**program, *sources)) {
        return refuse(Refusal::RefusedBytecode, problem);
    }
    if (const char* const problem = problemOfPlaces(**program, *sources)) {
        return refuse(Refusal::RefusedBytecode, problem);
    }
    auto set = std::make_shared<PackSet>();
    set->program = *std::move(program);
    set->manifest = *std::move(manifest);
    set->sources = *std::move(sources);
    set->digest = layout->digest;
    set->signers = *std::move(signers);
    set->isUnsigned = set->signers.empty();
    return std::shared_ptr<const PackSet>(std::move(set));
}

Result<std::shared_ptr<const PackSet>> readPackSetFile(const std::string& path,
                                                       const Trust& trust) {
    const Result<std::string> bytes = readPackSetBytes(path);
    if (!bytes) {
        return bytes.error();
    }
    Result<std::shared_ptr<const PackSet>> set = loadPackSet(*bytes, trust);
    if (!set) {
        return Error{set.error().code, set.error().message, path};
    }
    return set;
}

Result<std::string> writePackSet(const PackSetContent& content) {
    const bytecode::Program& program = *content.program;
    if (!isSetName(content.name)) {
        return Error{ErrorCode::InvalidArgument,
                     "a pack set is named with letters, digits, `.`, `_` and `-`, at most 100"};
    }
    if (content.language == 0) {
        return Error{ErrorCode::InvalidArgument, "it is not said in which language the texts are"};
    }
    for (const auto problemOf : {&problemOfNames, &problemOfPlaces}) {
        if (const char* const problem = problemOf(program, content.sources)) {
            return Error{ErrorCode::InvalidArgument, problem};
        }
    }
    const Result<std::string> manifest = manifestText({content.name,
                                                       content.revision,
                                                       program.packs,
                                                       program.digest,
                                                       bytecode::kFormatVersion,
                                                       content.language});
    if (!manifest) {
        return manifest.error();
    }
    const Result<std::string> bytecode = encodeProgram(program);
    if (!bytecode) {
        return bytecode.error();
    }
    std::string sources;
    ByteWriter writer(sources);
    writer(content.sources);
    std::string bytes = writeLayout(*manifest, *bytecode, sources);
    if (!writer.isWhole() || bytes.size() > kMostFileBytes) {
        return Error{ErrorCode::LimitExceeded, "the pack set is larger than a file of one may be"};
    }
    return bytes;
}

Result<std::string> signPackSet(std::string_view bytes, const SigningKey& key) {
    const Result<Layout> layout = readLayout(bytes);
    if (!layout) {
        return layout.error();
    }
    std::vector<Layout::Entry> signatures = layout->signatures;
    for (const Layout::Entry& entry : signatures) {
        // A signature added beside a bad one would make a file that nobody loads.
        if (!isSignatureOf(entry.key, entry.signature, layout->signedBytes)) {
            return refuse(Refusal::BadSignature, "that of key " + fingerprintOf(entry.key));
        }
        if (entry.key == key.publicKey()) {
            return std::string(bytes);
        }
    }
    signatures.push_back({key.publicKey(), key.sign(layout->signedBytes)});
    return withSignatures(*layout, signatures);
}

}  // namespace proviso::pack
