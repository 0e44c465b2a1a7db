#include "runtime/pack/keys.h"

#include "runtime/base/digest.h"
#include "runtime/base/file_operations.h"
#include "runtime/pack/refusal.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace proviso::pack {

namespace {

constexpr std::size_t kMostKeyBytes = std::size_t{64} << 10U;
constexpr std::string_view kPublicEnd = "-----END PUBLIC KEY-----";

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Free>;
using DigestHandle = std::unique_ptr<EVP_MD_CTX, Free>;
using BioHandle = std::unique_ptr<BIO, Free>;

/// No passphrase: never asks at the terminal.
int noPassphrase(char*, int, int, void*) {
    return -1;
}

BioHandle bioOver(std::string_view text) {
    return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string textOf(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

bool isEd25519(const KeyHandle& key) {
    return key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519;
}

PublicKey publicOf(const EVP_PKEY* key) {
    PublicKey bytes{};
    std::size_t size = bytes.size();
    PROVISO_CHECK(EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) == 1 &&
                      size == bytes.size(),
                  "an Ed25519 key without its 32 bytes");
    return bytes;
}

KeyHandle handleOf(const PublicKey& key) {
    return KeyHandle(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
}

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Result<std::string> readSmallFile(const std::string& path) {
    std::error_code problem;
    if (!std::filesystem::is_regular_file(path, problem)) {
        return Error{ErrorCode::CannotRead,
                     problem ? problem.message() : std::string("it is not a regular file"),
                     path};
    }
    Result<file::File> opened = file::File::open(path, file::File::Mode::Read);
    if (!opened) {
        return std::move(opened).error();
    }
    std::string text(kMostKeyBytes + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(opened->descriptor(), text.data() + size, text.size() - size);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return Error{ErrorCode::CannotRead, std::generic_category().message(errno), path};
        }
        if (count == 0) {
            break;
        }
        size += static_cast<std::size_t>(count);
    }
    if (size > kMostKeyBytes) {
        return refuse(Refusal::BadKey, "the file is too large for a key", path);
    }
    text.resize(size);
    return text;
}

/// Keys are secrets: readable by the owner alone from the first instant.
Result<void> writeNewFile(const std::string& path, std::string_view text, mode_t mode) {
    const auto failed = [&] {
        return Error{ErrorCode::CannotWrite, std::generic_category().message(errno), path};
    };
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor < 0) {
        return failed();
    }
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno != EINTR) {
            Error error = failed();
            ::close(descriptor);
            ::unlink(path.c_str());
            return error;
        }
        text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    if (::fsync(descriptor) != 0 || ::close(descriptor) != 0) {
        Error error = failed();
        ::unlink(path.c_str());
        return error;
    }
    return {};
}

/// `{"name": "billing", "layers": ["house"]}`; what is not known may be a limit, and is refused.
const char* readDescription(std::string_view text, TrustedKey& key) {
    const nlohmann::json line =
        nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false, /*ignore_comments=*/false);
    if (!line.is_object()) {
        return "what follows the key is no object of JSON";
    }
    for (const auto& [name, value] : line.items()) {
        if (name == "name" && value.is_string()) {
            key.name = value.get<std::string>();
        } else if (name == "layers" && value.is_array()) {
            key.layers.emplace();
            for (const nlohmann::json& layer : value) {
                if (!layer.is_string()) {
                    return "a layer is not a text";
                }
                key.layers->push_back(layer.get<std::string>());
            }
        } else {
            return "what follows the key may say `name`, a text, and `layers`, a list of texts";
        }
    }
    return nullptr;
}

}  // namespace

struct SigningKey::Key {
    KeyHandle handle;
};

std::string fingerprintOf(const PublicKey& key) {
    const std::string digest = sha256({reinterpret_cast<const char*>(key.data()), key.size()});
    return digest.substr(digest.find(':') + 1, 16);
}

SigningKey::SigningKey(std::shared_ptr<const Key> key)
    : key_(std::move(key)), publicKey_(publicOf(key_->handle.get())) {}

SigningKey SigningKey::generate() {
    KeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    PROVISO_CHECK(isEd25519(key), "Ed25519 is not available");
    return SigningKey(std::make_shared<Key>(Key{std::move(key)}));
}

Result<SigningKey> SigningKey::readFile(const std::string& path) {
    const Result<std::string> text = readSmallFile(path);
    if (!text) {
        return text.error();
    }
    const BioHandle bio = bioOver(*text);
    KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &noPassphrase, nullptr));
    if (!isEd25519(key)) {
        return refuse(Refusal::BadKey, "no private Ed25519 key without a passphrase", path);
    }
    return SigningKey(std::make_shared<Key>(Key{std::move(key)}));
}

Signature SigningKey::sign(std::string_view bytes) const {
    Signature signature{};
    std::size_t size = signature.size();
    const DigestHandle context(EVP_MD_CTX_new());
    PROVISO_CHECK(
        context != nullptr &&
            EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->handle.get()) == 1 &&
            EVP_DigestSign(context.get(), signature.data(), &size, bytesOf(bytes), bytes.size()) ==
                1 &&
            size == signature.size(),
        "signing failed");
    return signature;
}

std::string SigningKey::privatePem() const {
    const BioHandle bio(BIO_new(BIO_s_mem()));
    PROVISO_CHECK(PEM_write_bio_PrivateKey(
                      bio.get(), key_->handle.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
                  "a private key could not be written");
    return textOf(bio.get());
}

bool isSignatureOf(const PublicKey& key, const Signature& signature, std::string_view bytes) {
    const KeyHandle handle = handleOf(key);
    const DigestHandle context(EVP_MD_CTX_new());
    return handle != nullptr && context != nullptr &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
           EVP_DigestVerify(
               context.get(), signature.data(), signature.size(), bytesOf(bytes), bytes.size()) ==
               1;
}

bool TrustedKey::maySign(std::string_view layer) const {
    return !layers || std::find(layers->begin(), layers->end(), layer) != layers->end();
}

std::string publicKeyText(const TrustedKey& key) {
    const KeyHandle handle = handleOf(key.key);
    const BioHandle bio(BIO_new(BIO_s_mem()));
    PROVISO_CHECK(handle != nullptr && PEM_write_bio_PUBKEY(bio.get(), handle.get()) == 1,
                  "a public key could not be written");
    std::string text = textOf(bio.get());
    nlohmann::ordered_json line = nlohmann::ordered_json::object();
    if (!key.name.empty()) {
        line["name"] = key.name;
    }
    if (key.layers) {
        line["layers"] = *key.layers;
    }
    if (!line.empty()) {
        text += line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    }
    return text;
}

Result<TrustedKey> parsePublicKey(std::string_view text, const std::string& name) {
    const BioHandle bio = bioOver(text);
    const KeyHandle handle(PEM_read_bio_PUBKEY(bio.get(), nullptr, &noPassphrase, nullptr));
    const std::size_t end = text.find(kPublicEnd);
    if (!isEd25519(handle) || end == std::string_view::npos) {
        return refuse(Refusal::BadKey, "no public Ed25519 key", name);
    }
    TrustedKey key{name, publicOf(handle.get()), std::nullopt};
    const std::string_view rest = text.substr(end + kPublicEnd.size());
    if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
        if (const char* const problem = readDescription(rest, key)) {
            return refuse(Refusal::BadKey, problem, name);
        }
    }
    return key;
}

Result<void>
writeKeyFiles(const std::string& prefix, const SigningKey& key, const TrustedKey& description) {
    TrustedKey described = description;
    described.key = key.publicKey();
    const std::string secret = prefix + ".key";
    if (Result<void> written = writeNewFile(secret, key.privatePem(), 0600); !written) {
        return written;
    }
    if (Result<void> written = writeNewFile(prefix + ".pub", publicKeyText(described), 0644);
        !written) {
        ::unlink(secret.c_str());
        return written;
    }
    return {};
}

Result<std::vector<TrustedKey>> readTrustedKeys(const std::string& path) {
    std::vector<std::string> files;
    std::error_code problem;
    if (std::filesystem::is_directory(path, problem)) {
        std::filesystem::directory_iterator entries(path, problem);
        for (; !problem && entries != std::filesystem::directory_iterator();
             entries.increment(problem)) {
            if (entries->path().extension() == ".pub") {
                files.push_back(entries->path().string());
            }
        }
        if (problem) {
            return Error{ErrorCode::CannotRead, problem.message(), path};
        }
        std::sort(files.begin(), files.end());
        if (files.empty()) {
            return refuse(Refusal::BadKey, "the folder holds no `*.pub`", path);
        }
    } else {
        files.push_back(path);
    }
    std::vector<TrustedKey> keys;
    for (const std::string& name : files) {
        const Result<std::string> text = readSmallFile(name);
        if (!text) {
            return text.error();
        }
        Result<TrustedKey> key = parsePublicKey(*text, std::filesystem::path(name).stem().string());
        if (!key) {
            return Error{key.error().code, key.error().message, name};
        }
        keys.push_back(*std::move(key));
    }
    return keys;
}

}  // namespace proviso::pack
