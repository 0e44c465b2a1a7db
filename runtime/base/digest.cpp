#include "runtime/base/digest.h"

#include "runtime/base/check.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <openssl/evp.h>

namespace proviso {

/// Looked up once: OpenSSL looks through its providers for each digest that is begun with
/// EVP_sha256(), which costs as much as a short text's digest. Never given back.
static const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

struct Sha256::Context {
    EVP_MD_CTX* handle = EVP_MD_CTX_new();

    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    PROVISO_CHECK(context_->handle != nullptr, "no digest context");
    PROVISO_CHECK(algorithm() != nullptr &&
                      EVP_DigestInit_ex(context_->handle, algorithm(), nullptr) == 1,
                  "SHA-256 is not available");
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
    PROVISO_CHECK(context_ != nullptr, "digest already finished");
    PROVISO_CHECK(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) == 1,
                  "digest update failed");
}

void Sha256::addFramed(std::string_view bytes) {
    std::array<char, 8> length{};
    std::uint64_t rest = bytes.size();
    for (char& byte : length) {
        byte = static_cast<char>(rest & 0xffU);
        rest >>= 8U;
    }
    add({length.data(), length.size()});
    add(bytes);
}

std::array<std::uint8_t, 32> Sha256::finishAndRestart() {
    PROVISO_CHECK(context_ != nullptr, "digest already finished");
    std::array<std::uint8_t, 32> bytes{};
    PROVISO_CHECK(EVP_DigestFinal_ex(context_->handle, bytes.data(), nullptr) == 1 &&
                      EVP_DigestInit_ex(context_->handle, nullptr, nullptr) == 1,
                  "digest could not be finished");
    return bytes;
}

std::string Sha256::finish() {
    const std::array<std::uint8_t, 32> bytes = finishAndRestart();
    context_.reset();

    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "sha256:";
    text.reserve(text.size() + 2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 0x0fU];
    }
    return text;
}

std::string sha256(std::string_view bytes) {
    Sha256 digest;
    digest.add(bytes);
    return digest.finish();
}

}  // namespace proviso
