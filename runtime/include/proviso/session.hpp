#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <proviso/decision.hpp>
#include <proviso/engine.hpp>
#include <proviso/export.h>
#include <proviso/result.hpp>
#include <span>
#include <string>
#include <string_view>

namespace proviso {

struct SessionState;

/// What one call may cost. A record beyond a limit is rejected by itself, a rule beyond its budget
/// is an error in the decision, input beyond `inputBytes` fails the call with LimitExceeded.
struct Limits {
    std::size_t recordBytes = std::size_t{1} << 20U;
    std::size_t nesting = 32;
    std::size_t listElements = 10'000;
    std::size_t inputBytes = std::size_t{1} << 30U;  ///< of records decided together
    std::int64_t ruleBudget = 100'000'000;  ///< cost units of a rule on records decided together
    std::uint32_t derivedRows = 0;  ///< of one kind that rules make; 0: what the engine allows
};

struct SessionOptions {
    Limits limits{};
    /// Only what was published and recorded by this day, YYYY-MM-DD; empty: everything known.
    std::string knownAsOf{};
    unsigned threads =
        1;                ///< that `decide` and `decideStream` may use; answers do not depend on it
    bool choices = true;  ///< also find the other outcomes that are equally right
};

enum class ExplanationForm : std::uint8_t {
    Page,   ///< for people who need to know why
    Lines,  ///< one line a rule
    Json
};

struct ExplainRequest {
    std::string rule{};  ///< qualified or its last part; empty: all that have something to say
    ExplanationForm form = ExplanationForm::Page;
    bool showPrivate = false;  ///< also the values of private fields
};

/// Records and their decisions of one call. Cheap to copy; valid until the next call on the
/// session.
class PROVISO_API Decisions {
  public:
    explicit Decisions(SessionState* state) noexcept : state_(state) {}

    /// In the order of keys.
    std::size_t size() const noexcept;
    /// An index below size().
    Decision operator[](std::size_t index) const noexcept;
    std::optional<Decision> find(std::string_view key) const noexcept;

    std::size_t rejectedCount() const noexcept;
    RejectedRecord rejected(std::size_t index) const noexcept;
    const RecordCounts& counts() const noexcept;
    /// By name.
    std::span<const IgnoredField> ignoredFields() const noexcept;

  private:
    SessionState* state_;
};

enum class Together : std::uint8_t {
    All,   ///< records see each other: the whole input is read, then decided
    Alone  ///< each record by itself as it comes, under the set published at that moment; memory
           ///< stays bounded, corrections of earlier records are not settled
};

/// What takes a stream's answers, on the thread that called. They must not throw and must not use
/// the session.
struct StreamSink {
    std::function<bool(const Decision&)> decision{};        ///< returns false to stop
    std::function<void(const RejectedRecord&)> rejected{};  ///< may be empty
};

/// Decides records under the set its engine has published when a call begins.
///
/// Thread-safety: one call at a time on one session, whichever thread makes it; sessions of one
/// engine run side by side without waiting for each other. Open one a thread. A session keeps what
/// it prepared, and the set it used last, until it sees a newer one, is released or destroyed.
///
/// Errors of the deciding calls: NotFound (nothing was published), Malformed (the record does not
/// fit), LimitExceeded (input too large, memory), CannotRead (a stream), Internal (a mistake of
/// ours). A call that fails leaves no decisions.
class PROVISO_API Session {
  public:
    /// Error: InvalidArgument (`knownAsOf` is no date, a limit is zero or above what the engine
    /// allows).
    static Result<Session> open(const Engine& engine, const SessionOptions& options = {}) noexcept;

    ~Session();
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;

    /// One record, a JSON object, by itself. InvalidArgument where the record is void or was not
    /// known yet: there is nothing to decide. A session keeps its memory: conditions, amounts,
    /// tables, sums and windows ask for none once it has decided as much before.
    Result<Decision> decideOne(std::string_view record) noexcept;

    /// Records, one JSON object a line, that see each other: a batch, or the records of a group.
    Result<Decisions> decide(std::string_view lines) noexcept;
    /// The same of records one by one.
    Result<Decisions> decide(std::span<const std::string_view> records) noexcept;

    /// Records from a stream, one JSON object a line; nothing is kept of decisions that were handed
    /// over. `decided` of the answer counts those.
    Result<RecordCounts>
    decideStream(std::istream& lines, Together together, const StreamSink& sink) noexcept;

    /// Why a record of the last decideOne or decide was decided as it was, under the set that
    /// decided it. Leaves the decisions as they are; the text lives until the next call of explain
    /// or of a deciding function. After a batch the first call evaluates it once more. Errors:
    /// NotFound (no such record or rule), InvalidArgument (several rules have that name).
    Result<std::string_view> explain(std::string_view key,
                                     const ExplainRequest& request = {}) noexcept;

    /// What the last decideOne or decide came to, rejections included also where it failed for
    /// them; empty after other failures and after a stream.
    Decisions last() const noexcept;

    /// Forgets decisions and lets go of the pack set.
    void release() noexcept;

  private:
    explicit Session(std::unique_ptr<SessionState> state) noexcept;
    std::unique_ptr<SessionState> state_;
};

}  // namespace proviso
