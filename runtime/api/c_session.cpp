#include "runtime/api/c_handles.h"

#include <istream>
#include <proviso/proviso.hpp>
#include <stdexcept>
#include <streambuf>
#include <utility>
#include <vector>

// Sessions and decisions of the C interface.

using namespace proviso;
using capi::failArgument;

struct proviso_session {
    Session session;
};

namespace proviso::capi {

const Engine& engineOf(const proviso_engine& engine);

}  // namespace proviso::capi

namespace {

constexpr std::size_t kBytesAtOnce = std::size_t{64} << 10U;

proviso_text textOf(std::string_view text) {
    return {text.data() == nullptr ? "" : text.data(), text.size()};
}

const proviso_decision* handleOf(const Decision& decision) {
    return reinterpret_cast<const proviso_decision*>(decision.data());
}

Decision decisionOf(const proviso_decision* handle) {
    return Decision(reinterpret_cast<DecisionData*>(const_cast<proviso_decision*>(handle)));
}

SessionOptions optionsOf(const proviso_session_options& from) {
    SessionOptions options;
    options.limits = {.recordBytes = from.record_bytes,
                      .nesting = from.nesting,
                      .listElements = from.list_elements,
                      .inputBytes = from.input_bytes,
                      .ruleBudget = from.rule_budget,
                      .derivedRows = from.derived_rows};
    options.knownAsOf = from.known_as_of == nullptr ? "" : from.known_as_of;
    options.threads = from.threads;
    options.choices = from.choices;
    return options;
}

/// A stream over the caller's function. What it throws, a stream turns into its state.
class CallbackBuffer : public std::streambuf {
  public:
    CallbackBuffer(proviso_read read, void* user)
        : read_(read), user_(user), bytes_(kBytesAtOnce) {}

  protected:
    int_type underflow() override {
        const std::ptrdiff_t count = read_(user_, bytes_.data(), bytes_.size());
        if (count < 0 || static_cast<std::size_t>(count) > bytes_.size()) {
            throw std::runtime_error("reading failed");
        }
        if (count == 0) {
            return traits_type::eof();
        }
        setg(bytes_.data(), bytes_.data(), bytes_.data() + count);
        return traits_type::to_int_type(*gptr());
    }

  private:
    proviso_read read_;
    void* user_;
    std::vector<char> bytes_;
};

}  // namespace

extern "C" {

void proviso_session_options_init(proviso_session_options* options) {
    const SessionOptions from;
    *options = {.struct_size = sizeof(proviso_session_options),
                .record_bytes = from.limits.recordBytes,
                .nesting = from.limits.nesting,
                .list_elements = from.limits.listElements,
                .input_bytes = from.limits.inputBytes,
                .rule_budget = from.limits.ruleBudget,
                .derived_rows = from.limits.derivedRows,
                .known_as_of = nullptr,
                .threads = from.threads,
                .choices = from.choices};
}

proviso_status proviso_session_open(const proviso_engine* engine,
                                    const proviso_session_options* options,
                                    proviso_session** out) {
    if (out == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    *out = nullptr;
    if (engine == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    return capi::fenced([&] {
        proviso_session_options all;
        proviso_session_options_init(&all);
        capi::readStruct(all, options);
        Result<Session> session = Session::open(capi::engineOf(*engine), optionsOf(all));
        if (!session) {
            return capi::fail(session.error());
        }
        *out = new proviso_session{std::move(*session)};
        return PROVISO_OK;
    });
}

void proviso_session_free(proviso_session* session) {
    delete session;
}

proviso_status proviso_decide_one(proviso_session* session,
                                  const char* record,
                                  size_t size,
                                  const proviso_decision** out) {
    if (out != nullptr) {
        *out = nullptr;
    }
    if (session == nullptr || (record == nullptr && size != 0)) {
        return failArgument(capi::kNullArgument);
    }
    const Result<Decision> decision = session->session.decideOne({record, size});
    if (!decision) {
        return capi::fail(decision.error());
    }
    if (out != nullptr) {
        *out = handleOf(*decision);
    }
    return PROVISO_OK;
}

proviso_status
proviso_decide(proviso_session* session, const char* lines, size_t size, size_t* count) {
    if (count != nullptr) {
        *count = 0;
    }
    if (session == nullptr || (lines == nullptr && size != 0)) {
        return failArgument(capi::kNullArgument);
    }
    const Result<Decisions> decisions = session->session.decide(std::string_view(lines, size));
    if (!decisions) {
        return capi::fail(decisions.error());
    }
    if (count != nullptr) {
        *count = decisions->size();
    }
    return PROVISO_OK;
}

size_t proviso_decision_count(const proviso_session* session) {
    return session->session.last().size();
}

const proviso_decision* proviso_decision_at(const proviso_session* session, size_t index) {
    const Decisions decisions = session->session.last();
    return index < decisions.size() ? handleOf(decisions[index]) : nullptr;
}

const proviso_decision*
proviso_decision_find(const proviso_session* session, const char* key, size_t size) {
    const std::optional<Decision> decision = session->session.last().find({key, size});
    return decision ? handleOf(*decision) : nullptr;
}

proviso_status
proviso_decide_stream(proviso_session* session, const proviso_stream* stream, uint64_t* decided) {
    if (decided != nullptr) {
        *decided = 0;
    }
    if (session == nullptr || stream == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    return capi::fenced([&] {
        proviso_stream all{};
        capi::readStruct(all, stream);
        if (all.read == nullptr || all.decision == nullptr) {
            return failArgument("a stream needs `read` and `decision`");
        }
        CallbackBuffer buffer(all.read, all.user);
        std::istream input(&buffer);
        StreamSink sink;
        sink.decision = [&](const Decision& decision) {
            return all.decision(all.user, handleOf(decision));
        };
        if (all.rejection != nullptr) {
            sink.rejected = [&](const RejectedRecord& rejected) {
                all.rejection(all.user, textOf(rejected.text));
            };
        }
        const Result<RecordCounts> counts =
            session->session.decideStream(input, all.alone ? Together::Alone : Together::All, sink);
        if (!counts) {
            return capi::fail(counts.error());
        }
        if (decided != nullptr) {
            *decided = counts->decided;
        }
        return PROVISO_OK;
    });
}

size_t proviso_rejection_count(const proviso_session* session) {
    return session->session.last().rejectedCount();
}

proviso_status
proviso_rejection_at(const proviso_session* session, size_t index, proviso_rejection* out) {
    const Decisions decisions = session->session.last();
    if (index >= decisions.rejectedCount()) {
        return failArgument("there are fewer rejections");
    }
    const RejectedRecord rejected = decisions.rejected(index);
    const bool written = capi::writeStruct(out,
                                           proviso_rejection{.struct_size = 0,
                                                             .line = rejected.line,
                                                             .code = textOf(rejected.code),
                                                             .field = textOf(rejected.field),
                                                             .text = textOf(rejected.text)});
    return written ? PROVISO_OK : failArgument(capi::kNoStructSize);
}

proviso_text proviso_decision_key(const proviso_decision* decision) {
    return textOf(decisionOf(decision).key());
}

proviso_text proviso_decision_pack_set(const proviso_decision* decision) {
    return textOf(decisionOf(decision).packSetDigest());
}

uint64_t proviso_decision_revision(const proviso_decision* decision) {
    return decisionOf(decision).revision();
}

bool proviso_decision_is_unsigned(const proviso_decision* decision) {
    return decisionOf(decision).isUnsigned();
}

proviso_text proviso_decision_json(const proviso_decision* decision) {
    return textOf(decisionOf(decision).json());
}

size_t proviso_finding_count(const proviso_decision* decision) {
    return decisionOf(decision).findingCount();
}

proviso_status
proviso_finding_at(const proviso_decision* decision, size_t index, proviso_finding* out) {
    const Decision from = decisionOf(decision);
    if (index >= from.findingCount()) {
        return failArgument("there are fewer findings");
    }
    const Finding finding = from.finding(index);
    const bool written = capi::writeStruct(
        out,
        proviso_finding{.struct_size = 0,
                        .code = textOf(finding.code),
                        .severity = static_cast<proviso_severity>(finding.severity),
                        .on = textOf(finding.on),
                        .because = textOf(finding.because),
                        .rule = textOf(finding.rule),
                        .remedy = textOf(finding.remedy),
                        .source_count = finding.sources.size(),
                        .has_at_stake = finding.atStakeCents.has_value(),
                        .at_stake_cents = finding.atStakeCents.value_or(0)});
    return written ? PROVISO_OK : failArgument(capi::kNoStructSize);
}

proviso_text proviso_finding_source(const proviso_decision* decision, size_t index, size_t source) {
    const Finding finding = decisionOf(decision).finding(index);
    return textOf(source < finding.sources.size() ? std::string_view(finding.sources[source])
                                                  : std::string_view());
}

size_t proviso_undetermined_count(const proviso_decision* decision) {
    return decisionOf(decision).undeterminedCount();
}

proviso_text proviso_undetermined_rule(const proviso_decision* decision, size_t index) {
    return textOf(decisionOf(decision).undetermined(index).rule);
}

size_t proviso_missing_count(const proviso_decision* decision, size_t index) {
    return decisionOf(decision).undetermined(index).missing.size();
}

proviso_text proviso_missing_at(const proviso_decision* decision, size_t index, size_t missing) {
    const Undetermined one = decisionOf(decision).undetermined(index);
    return textOf(missing < one.missing.size() ? std::string_view(one.missing[missing])
                                               : std::string_view());
}

size_t proviso_error_count(const proviso_decision* decision) {
    return decisionOf(decision).errorCount();
}

proviso_text proviso_error_text(const proviso_decision* decision, size_t index) {
    return textOf(decisionOf(decision).error(index).message);
}

proviso_status proviso_decided_value(const proviso_decision* decision,
                                     const char* name,
                                     size_t size,
                                     proviso_decided* out) {
    const std::optional<DecidedValue> found =
        decisionOf(decision).decided(std::string_view(name, size));
    if (!found) {
        return capi::fenced([&] {
            return capi::fail(
                {ErrorCode::NotFound, "no decision `" + std::string(name, size) + "` was made"});
        });
    }
    const bool written =
        capi::writeStruct(out,
                          proviso_decided{.struct_size = 0,
                                          .state = static_cast<proviso_value_state>(
                                              static_cast<int>(found->value.state)),
                                          .value = textOf(found->value.text),
                                          .bound_by = textOf(found->boundBy)});
    return written ? PROVISO_OK : failArgument(capi::kNoStructSize);
}

proviso_status proviso_explain(proviso_session* session,
                               const char* key,
                               size_t size,
                               const char* rule,
                               proviso_explanation_form form,
                               proviso_text* out) {
    if (session == nullptr || key == nullptr || out == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    *out = {"", 0};
    return capi::fenced([&] {
        ExplainRequest request;
        request.rule = rule == nullptr ? "" : rule;
        switch (form) {
        case PROVISO_PAGE:
            request.form = ExplanationForm::Page;
            break;
        case PROVISO_LINES:
            request.form = ExplanationForm::Lines;
            break;
        case PROVISO_JSON:
            request.form = ExplanationForm::Json;
            break;
        }
        const Result<std::string_view> text = session->session.explain({key, size}, request);
        if (!text) {
            return capi::fail(text.error());
        }
        *out = textOf(*text);
        return PROVISO_OK;
    });
}

}  // extern "C"
