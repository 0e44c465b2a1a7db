#include "runtime/api/explain_record.h"
#include "runtime/api/fence.h"
#include "runtime/api/session_state.h"
#include "runtime/engine/run.h"
#include "runtime/values/date.h"

#include <algorithm>
#include <istream>
#include <optional>
#include <utility>

namespace proviso {

namespace {

constexpr std::size_t kMostRecordBytes = std::size_t{1} << 30U;
constexpr std::size_t kMostNesting = 1000;
constexpr std::uint32_t kMostRows = 1U << 24U;
constexpr unsigned kMostThreads = 256;

const char* problemOf(const SessionOptions& options) {
    const Limits& limits = options.limits;
    if (limits.recordBytes == 0 || limits.recordBytes > kMostRecordBytes) {
        return "limits.recordBytes is 1 to 2^30";
    }
    if (limits.nesting == 0 || limits.nesting > kMostNesting) {
        return "limits.nesting is 1 to 1000";
    }
    if (limits.listElements == 0 || limits.listElements > kMostRows) {
        return "limits.listElements is 1 to 2^24";
    }
    if (limits.inputBytes == 0) {
        return "limits.inputBytes is at least 1";
    }
    if (limits.ruleBudget <= 0) {
        return "limits.ruleBudget is at least 1";
    }
    if (limits.derivedRows > kMostRows) {
        return "limits.derivedRows is at most 2^24";
    }
    if (options.threads == 0 || options.threads > kMostThreads) {
        return "threads is 1 to 256";
    }
    return nullptr;
}

Error movedAway() {
    return {ErrorCode::InvalidArgument, "the session was moved away"};
}

Error tooMuchInput() {
    return {ErrorCode::LimitExceeded, "the records are more than limits.inputBytes"};
}

/// Runs one call; where it fails no decisions are left, only what was rejected.
template <class F>
std::invoke_result_t<F> call(SessionState* state, F&& function) noexcept {
    if (state == nullptr) {
        return movedAway();
    }
    std::invoke_result_t<F> result = api::fenced([&]() -> std::invoke_result_t<F> {
        if (Result<void> begun = state->begin(); !begun) {
            return std::move(begun).error();
        }
        return function();
    });
    if (!result) {
        state->decisions.clear();
        state->explainable.batch = nullptr;
        if (result.error().code != ErrorCode::Malformed) {
            state->forget();
        }
    }
    return result;
}

Result<RecordCounts>
streamAlone(SessionState& state, std::istream& stream, const StreamSink& sink) {
    LineReader lines(stream, state.decode.maximumRecordBytes);
    RecordCounts total;
    InputLine line;
    while (lines.next(line)) {
        if (Result<void> begun = state.begin(); !begun) {
            return std::move(begun).error();
        }
        const Result<Decision> decision = state.decideLine(line);
        total.lines += 1;
        total.rejected += state.counts.rejected;
        total.voided += state.counts.voided;
        total.notYetKnown += state.counts.notYetKnown;
        if (decision) {
            total.decided += 1;
            if (!sink.decision(*decision)) {
                return total;
            }
        } else if (!state.rejections.empty() && sink.rejected) {
            sink.rejected(viewOf(state.decoded.rejections.front(), state.rejections.front()));
        }
    }
    if (lines.failed()) {
        return Error{ErrorCode::CannotRead, "reading failed"};
    }
    return total;
}

/// Reads lines to the end of the stream, as many bytes as may be decided together.
Result<void> readAll(SessionState& state, std::istream& stream) {
    LineReader lines(stream, state.decode.maximumRecordBytes);
    Decoder reader = state.decoder();
    reader.beginSource("input");
    std::size_t bytes = 0;
    InputLine line;
    while (lines.next(line)) {
        bytes += line.text.size();
        if (bytes > state.options.limits.inputBytes) {
            return tooMuchInput();
        }
        reader.addLine(line);
    }
    if (lines.failed()) {
        return Error{ErrorCode::CannotRead, "reading failed"};
    }
    state.decoded = reader.finish();
    return {};
}

Result<RecordCounts>
streamTogether(SessionState& state, std::istream& stream, const StreamSink& sink) {
    if (Result<void> read = readAll(state, stream); !read) {
        return std::move(read).error();
    }
    state.takeCounts();
    RecordCounts total = state.counts;
    total.decided = 0;
    for (std::size_t index = 0; sink.rejected && index < state.rejections.size(); ++index) {
        sink.rejected(viewOf(state.decoded.rejections[index], state.rejections[index]));
    }
    const auto handOver = [&](const RecordResult& result) {
        state.views.clear();
        DecisionData data{viewOf(result, state.views), &state, {}};
        total.decided += 1;
        return sink.decision(Decision(&data));
    };
    state.decideBlocks([&](std::vector<RecordResult>&& results) {
        return std::all_of(results.begin(), results.end(), handOver);
    });
    return total;
}

}  // namespace

Result<Session> Session::open(const Engine& engine, const SessionOptions& options) noexcept {
    return api::fenced([&]() -> Result<Session> {
        if (engine.state() == nullptr) {
            return Error{ErrorCode::InvalidArgument, "the engine was moved away"};
        }
        if (const char* const problem = problemOf(options)) {
            return Error{ErrorCode::InvalidArgument, problem};
        }
        auto state = std::make_unique<SessionState>();
        state->engine = engine.state();
        state->options = options;
        if (!options.knownAsOf.empty()) {
            const std::optional<Date> day = parseDate(options.knownAsOf);
            if (!day) {
                return Error{ErrorCode::InvalidArgument, "knownAsOf is no date YYYY-MM-DD"};
            }
            state->decode.knownAsOf = day;
            state->decide.asOf = day->days;
        }
        state->decode.maximumRecordBytes = options.limits.recordBytes;
        state->decode.maximumNesting = options.limits.nesting;
        state->decode.maximumElements = options.limits.listElements;
        state->decide.budget = options.limits.ruleBudget;
        state->decide.maximumRows = options.limits.derivedRows;
        state->decide.withChoices = options.choices;
        return Session(std::move(state));
    });
}

Session::Session(std::unique_ptr<SessionState> state) noexcept : state_(std::move(state)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Result<Decision> Session::decideOne(std::string_view record) noexcept {
    return call(state_.get(), [&] {
        const bool tooLong = record.size() > state_->decode.maximumRecordBytes;
        return state_->decideLine({.number = 1,
                                   .text = tooLong ? std::string_view() : record,
                                   .tooLong = tooLong,
                                   .endsWithNewline = true});
    });
}

Result<Decisions> Session::decide(std::string_view lines) noexcept {
    return call(state_.get(), [&]() -> Result<Decisions> {
        if (lines.size() > state_->options.limits.inputBytes) {
            return tooMuchInput();
        }
        Decoder reader = state_->decoder();
        reader.addText("input", lines);
        state_->decoded = reader.finish();
        state_->decideTogether();
        return Decisions(state_.get());
    });
}

Result<Decisions> Session::decide(std::span<const std::string_view> records) noexcept {
    return call(state_.get(), [&]() -> Result<Decisions> {
        Decoder reader = state_->decoder();
        reader.beginSource("record");
        std::size_t bytes = 0;
        std::uint64_t number = 0;
        for (const std::string_view record : records) {
            bytes += record.size();
            if (bytes > state_->options.limits.inputBytes) {
                return tooMuchInput();
            }
            const bool tooLong = record.size() > state_->decode.maximumRecordBytes;
            reader.addLine({.number = ++number,
                            .text = tooLong ? std::string_view() : record,
                            .tooLong = tooLong,
                            .endsWithNewline = true});
        }
        state_->decoded = reader.finish();
        state_->decideTogether();
        return Decisions(state_.get());
    });
}

Result<RecordCounts>
Session::decideStream(std::istream& lines, Together together, const StreamSink& sink) noexcept {
    return call(state_.get(), [&]() -> Result<RecordCounts> {
        if (!sink.decision) {
            return Error{ErrorCode::InvalidArgument, "there is nothing to take the decisions"};
        }
        Result<RecordCounts> total = together == Together::Alone
                                         ? streamAlone(*state_, lines, sink)
                                         : streamTogether(*state_, lines, sink);
        state_->forget();
        return total;
    });
}

Result<std::string_view> Session::explain(std::string_view key,
                                          const ExplainRequest& request) noexcept {
    if (state_ == nullptr) {
        return movedAway();
    }
    return api::fenced([&]() -> Result<std::string_view> {
        Result<std::string> text = api::explainRecord(*state_, key, request);
        if (!text) {
            return std::move(text).error();
        }
        state_->explanation = std::move(*text);
        return std::string_view(state_->explanation);
    });
}

Decisions Session::last() const noexcept {
    return Decisions(state_.get());
}

void Session::release() noexcept {
    if (state_ != nullptr) {
        state_->forget();
        state_->prepared.reset();
    }
}

}  // namespace proviso
