#pragma once

#include "runtime/base/result.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Ed25519 keys. There is one algorithm; files do not name one.
namespace proviso::pack {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// The first 16 hexadecimal digits of the key's SHA-256: what people compare.
std::string fingerprintOf(const PublicKey& key);

/// A private key. Immutable; any thread.
class SigningKey {
  public:
    /// Fresh from the system's random numbers.
    static SigningKey generate();
    /// From a PEM file without a passphrase. BadKey, or CannotRead.
    static Result<SigningKey> readFile(const std::string& path);

    const PublicKey& publicKey() const { return publicKey_; }
    Signature sign(std::string_view bytes) const;
    std::string privatePem() const;

  private:
    struct Key;
    explicit SigningKey(std::shared_ptr<const Key> key);
    std::shared_ptr<const Key> key_;
    PublicKey publicKey_{};
};

bool isSignatureOf(const PublicKey& key, const Signature& signature, std::string_view bytes);

struct TrustedKey {
    std::string name;
    PublicKey key{};
    /// Layers of packs that the key may sign, "" being packs without a layer; nothing: all.
    std::optional<std::vector<std::string>> layers;

    bool maySign(std::string_view layer) const;
};

/// A public key as a file: PEM and, with a name or layers, a line of JSON:
/// `{"name": "billing", "layers": ["house"]}`.
std::string publicKeyText(const TrustedKey& key);
/// `name` unless the text says one. BadKey, also for what the line says that is not known.
Result<TrustedKey> parsePublicKey(std::string_view text, const std::string& name);

/// Writes PREFIX.key, readable by its owner alone, and PREFIX.pub. Neither may be there.
Result<void>
writeKeyFiles(const std::string& prefix, const SigningKey& key, const TrustedKey& description);

/// The keys of one file, or of every `*.pub` in a folder, by name of the file. BadKey where there
/// is none or one cannot be used, CannotRead.
Result<std::vector<TrustedKey>> readTrustedKeys(const std::string& path);

}  // namespace proviso::pack
