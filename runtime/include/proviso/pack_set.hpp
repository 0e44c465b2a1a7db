#pragma once

#include <memory>
#include <proviso/export.h>
#include <proviso/result.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

struct PackSetParts;

/// What a pack says of itself.
struct PackDescription {
    std::string name;
    std::string version;
    std::string title;
    std::string layer;
    std::string digest;  ///< "sha256:..."
};

/// Packs that were compiled together: what an Engine publishes. Made by
/// loadPackSetFile (proviso/load.hpp) or compilePackSet (proviso/compile.hpp). Immutable: every
/// function may be called from any thread at once. A set is freed with the last shared_ptr to it;
/// the engine holds one while it is published, and each session one of the set it used last.
class PROVISO_API PackSet {
  public:
    /// For the library. `parts` is never null.
    explicit PackSet(std::unique_ptr<const PackSetParts> parts) noexcept;
    ~PackSet();
    PackSet(const PackSet&) = delete;
    PackSet& operator=(const PackSet&) = delete;

    /// "sha256:..." over the packs' names and digests: what each decision is stamped with.
    std::string_view digest() const noexcept;

    /// By name.
    std::span<const PackDescription> packs() const noexcept;

    /// The kind of record that is decided, `parcel`, and the field that tells one from another,
    /// `parcel_id`.
    std::string_view recordName() const noexcept;
    std::string_view keyField() const noexcept;

    /// Qualified, `parcels.customs_label`; ascending.
    std::span<const std::string> ruleNames() const noexcept;

    /// Whether a known key signed the set. Compiled from text it is not.
    bool isSigned() const noexcept;

    /// For the library.
    const PackSetParts& parts() const noexcept { return *parts_; }

  private:
    std::unique_ptr<const PackSetParts> parts_;
};

}  // namespace proviso
