#pragma once

#include "runtime/base/file_operations.h"
#include "runtime/pack_store/contents.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A folder that keeps pack sets and says which of them is active; docs/pack_store.md describes it.
/// It knows nothing of what a pack set is: the caller's check does.
namespace proviso::pack_store {

/// Whether bytes are a pack set that may be used here, and which; its refusal is passed on.
using Check = std::function<Result<SetIdentity>(std::string_view bytes)>;

enum class Opening : std::uint8_t {
    Existing,
    CreateIfMissing,
};

/// The one that may change a store: a second, in this or another process, is refused with
/// StoreInUse. Every act is on the disk before it returns; one that fails or dies half way has not
/// happened, but for the one error that says otherwise. One thread at a time.
class PackStore {
  public:
    /// Cuts and sweeps away what acts left behind that died; `repairs` tells it. NotAStore,
    /// StoreDamaged, StoreInUse, CannotRead, CannotWrite.
    static Result<PackStore> open(const std::string& folder, Check check, Opening opening);

    struct Installed {
        InstalledSet set;
        bool isNew = false;  ///< no: these bytes were there before, and nothing is recorded
    };

    /// Keeps a set, without using it. Its revision must be higher than every installed one of its
    /// name. Heals the file of a set that is installed. SameRevision, OlderRevision, UnfitText.
    Result<Installed> install(std::string_view bytes, const Note& note);

    /// Makes a set the active one, after checking it once more. It must not be older than one of
    /// its name that was active: that is what rollBack is for. Another name than that of the active
    /// set must be wanted. Activating the active set changes nothing and records nothing.
    /// NoSuchSet, AmbiguousSet, OlderRevision, OtherName, SetDamaged, UnfitText.
    Result<InstalledSet> activate(std::string_view set, const Note& note, bool otherName = false);

    /// Makes an older set active: the one named, or the one that Contents::before says. NoSuchSet,
    /// NothingBefore, SetDamaged, UnfitText.
    Result<InstalledSet> rollBack(std::optional<std::string_view> set, const Note& note);

    const Contents& contents() const { return contents_; }
    std::string pathOf(const InstalledSet& set) const;

    /// What was mended at opening, a sentence each.
    const std::vector<std::string>& repairs() const { return repairs_; }

  private:
    PackStore(std::string folder, Check check, file::File lock)
        : folder_(std::move(folder)), check_(std::move(check)), lock_(std::move(lock)) {}

    Result<void> create();
    Result<void> load();
    Result<void> repair();
    Result<void> usable(const Note& note) const;
    Result<void> writeSet(std::string_view bytes, const InstalledSet& set);
    Result<void> publish(const Head& head);
    Result<void> append(const Record& record, Contents& next);
    Result<void> commit(Act act, const InstalledSet& set, const Note& note);
    Result<InstalledSet> makeActive(Act act, const InstalledSet& set, const Note& note);

    std::string folder_;
    Check check_;
    file::File lock_;
    Contents contents_;
    std::optional<Error> broken_;  ///< how the store stands could not be read after a failure
    std::vector<std::string> repairs_;
};

}  // namespace proviso::pack_store
