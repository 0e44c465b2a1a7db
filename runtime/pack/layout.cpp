#include "runtime/pack/layout.h"

#include "runtime/base/digest.h"
#include "runtime/pack/coding.h"

#include <algorithm>
#include <array>

namespace proviso::pack {

namespace {

/// In this order, without gaps: there is one form for each content.
constexpr std::uint32_t kSections = 3;
constexpr std::size_t kHeaderBytes = 8 + 4 + 4;
constexpr std::size_t kSectionBytes = 4 + 8 + 8;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kSignatureBytes = 32 + 64;
constexpr std::uint32_t kMostSignatures = 64;

/// The digest's bytes, out of its 64 hexadecimal digits.
std::string rawDigest(const std::string& digest) {
    const auto half = [](char digit) {
        return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    };
    const std::string_view digits = std::string_view(digest).substr(digest.find(':') + 1);
    std::string bytes;
    for (std::size_t index = 0; index + 1 < digits.size(); index += 2) {
        bytes += static_cast<char>((half(digits[index]) << 4U) | half(digits[index + 1]));
    }
    return bytes;
}

template <std::size_t Count>
std::array<std::uint8_t, Count> arrayOf(std::string_view bytes) {
    std::array<std::uint8_t, Count> out{};
    std::transform(bytes.begin(), bytes.end(), out.begin(), [](char byte) {
        return static_cast<std::uint8_t>(byte);
    });
    return out;
}

template <std::size_t Count>
std::string_view viewOf(const std::array<std::uint8_t, Count>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Error damaged(std::string_view detail) {
    return refuse(Refusal::Damaged, detail);
}

}  // namespace

Result<Layout> readLayout(std::string_view bytes) {
    if (!isPackSet(bytes)) {
        return refuse(Refusal::NotAPackSet, {});
    }
    ByteReader header(bytes.substr(kFileMagic.size()));
    std::uint32_t format = 0;
    header(format);
    if (header.failed()) {
        return damaged("it ends too early");
    }
    if (format != kFileFormat) {
        return refuse(Refusal::OtherFormat,
                      "it says format " + std::to_string(format) + ", and this engine reads " +
                          std::to_string(kFileFormat));
    }
    std::uint32_t sections = 0;
    header(sections);
    if (header.failed()) {
        return damaged("it ends too early");
    }
    if (sections != kSections) {
        return damaged("it has another number of sections than its format");
    }
    std::array<std::string_view, kSections> found;
    std::uint64_t end = kHeaderBytes + kSections * kSectionBytes;
    for (std::uint32_t number = 0; number < kSections; ++number) {
        std::uint32_t kind = 0;
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
        header(kind, offset, size);
        if (header.failed()) {
            return damaged("it ends too early");
        }
        if (kind != number + 1 || offset != end) {
            return damaged("its sections do not follow one another");
        }
        if (end > bytes.size() || size > bytes.size() - end) {
            return damaged("it ends too early");
        }
        found[number] = bytes.substr(end, size);
        end += size;
    }
    if (bytes.size() - end < kDigestBytes + 4) {
        return damaged("it ends too early");
    }
    Layout layout;
    layout.manifest = found[0];
    layout.bytecode = found[1];
    layout.sources = found[2];
    layout.digest = sha256(bytes.substr(0, end));
    layout.signedBytes = bytes.substr(0, end + kDigestBytes);
    if (layout.signedBytes.substr(end) != rawDigest(layout.digest)) {
        return damaged("its bytes do not have the digest it states");
    }
    ByteReader reader(bytes.substr(layout.signedBytes.size()));
    std::uint32_t count = 0;
    reader(count);
    if (count > kMostSignatures || reader.remaining() != count * kSignatureBytes) {
        return damaged("its signatures are not whole, or something follows them");
    }
    for (std::uint32_t index = 0; index < count; ++index) {
        Layout::Entry& entry = layout.signatures.emplace_back();
        entry.key = arrayOf<32>(reader.raw(entry.key.size()));
        entry.signature = arrayOf<64>(reader.raw(entry.signature.size()));
    }
    return layout;
}

std::string
writeLayout(std::string_view manifest, std::string_view bytecode, std::string_view sources) {
    std::string out(kFileMagic);
    ByteWriter writer(out);
    writer(kFileFormat, kSections);
    std::uint64_t offset = kHeaderBytes + kSections * kSectionBytes;
    std::uint32_t kind = 0;
    for (const std::string_view section : {manifest, bytecode, sources}) {
        const std::uint64_t size = section.size();
        writer(++kind, offset, size);
        offset += size;
    }
    for (const std::string_view section : {manifest, bytecode, sources}) {
        writer.raw(section);
    }
    writer.raw(rawDigest(sha256(out)));
    writer(std::uint32_t{0});
    return out;
}

std::string withSignatures(const Layout& layout, const std::vector<Layout::Entry>& signatures) {
    std::string out(layout.signedBytes);
    ByteWriter writer(out);
    writer(static_cast<std::uint32_t>(signatures.size()));
    for (const Layout::Entry& entry : signatures) {
        writer.raw(viewOf(entry.key));
        writer.raw(viewOf(entry.signature));
    }
    return out;
}

}  // namespace proviso::pack
