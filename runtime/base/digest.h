#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace proviso {

/// SHA-256 over pieces. One object per digest, or for one after the other; not thread-safe.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void add(std::string_view bytes);

    /// Adds the length first, so that neighbouring pieces cannot run into each other.
    void addFramed(std::string_view bytes);

    /// "sha256:" and 64 lower-case hexadecimal digits. Call once.
    std::string finish();

    /// The digest itself. What is added next begins another one, in the same memory.
    std::array<std::uint8_t, 32> finishAndRestart();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// The digest of one piece of text, with the "sha256:" prefix.
std::string sha256(std::string_view bytes);

}  // namespace proviso
