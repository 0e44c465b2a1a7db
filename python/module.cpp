// The part of `import proviso` that is not Python: texts in, texts out. proviso/__init__.py makes
// them pleasant.
#include <memory>
#include <mutex>
#include <optional>
#include <proviso/compile.hpp>
#include <proviso/proviso.hpp>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace proviso;

namespace {

const char* nameOf(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidArgument:
        return "invalid_argument";
    case ErrorCode::NotFound:
        return "not_found";
    case ErrorCode::CannotRead:
        return "cannot_read";
    case ErrorCode::CannotWrite:
        return "cannot_write";
    case ErrorCode::Malformed:
        return "malformed";
    case ErrorCode::UnsupportedVersion:
        return "unsupported_version";
    case ErrorCode::DigestMismatch:
        return "digest_mismatch";
    case ErrorCode::LimitExceeded:
        return "limit_exceeded";
    case ErrorCode::Conflict:
        return "conflict";
    case ErrorCode::Internal:
        return "internal";
    }
    return "internal";
}

/// Raises proviso.Error, with the code and what it is about. Needs the GIL.
[[noreturn]] void raise(const Error& error) {
    const py::object type = py::module_::import("proviso").attr("Error");
    const py::object raised = type(nameOf(error.code), error.message, error.context);
    PyErr_SetObject(type.ptr(), raised.ptr());
    throw py::error_already_set();
}

template <class T>
T take(Result<T>&& result) {
    if (!result) {
        raise(result.error());
    }
    return std::move(*result);
}

using Set = std::shared_ptr<PackSet>;  // pybind11 knows no pointers to const
using SetResult = Result<std::shared_ptr<const PackSet>>;

/// The set, or nothing and the messages.
py::tuple outcomeOf(SetResult&& made, const std::vector<CompileMessage>& messages) {
    static const char* const severities[] = {"error", "warning", "note"};
    py::list list;
    for (const CompileMessage& message : messages) {
        list.append(py::make_tuple(severities[static_cast<std::size_t>(message.severity)],
                                   message.code,
                                   message.path,
                                   message.line,
                                   message.column,
                                   message.message,
                                   message.text));
    }
    if (!made && made.error().code != ErrorCode::Malformed) {
        raise(made.error());
    }
    py::object set = py::none();
    std::string text;
    if (made) {
        set = py::cast(std::const_pointer_cast<PackSet>(*made));
    } else {
        text = made.error().message;
    }
    return py::make_tuple(set, text, list);
}

py::tuple compilePaths(const std::vector<std::string>& paths, bool runTests) {
    std::vector<CompileMessage> messages;
    SetResult made = [&] {
        const py::gil_scoped_release free;
        return compilePackSet(paths, {.runTests = runTests}, &messages);
    }();
    return outcomeOf(std::move(made), messages);
}

py::tuple compileTexts(const std::vector<std::pair<std::string, std::string>>& texts,
                       bool runTests) {
    std::vector<CompileMessage> messages;
    SetResult made = [&] {
        const py::gil_scoped_release free;
        std::vector<PackText> packs;
        for (const auto& [path, text] : texts) {
            packs.push_back({path, text});
        }
        return compilePackTexts(packs, {.runTests = runTests}, &messages);
    }();
    return outcomeOf(std::move(made), messages);
}

Set load(const std::string& path, const std::string& keys, bool allowUnsigned) {
    Result<std::shared_ptr<const PackSet>> loaded = [&] {
        const py::gil_scoped_release free;
        return loadPackSetFile(path, {.keys = keys, .allowUnsigned = allowUnsigned});
    }();
    return std::const_pointer_cast<PackSet>(take(std::move(loaded)));
}

/// A session and its lock: Python's threads may share one, the GIL being free while it decides.
class LockedSession {
  public:
    LockedSession(const Engine& engine, const SessionOptions& options)
        : session_(take(Session::open(engine, options))) {}

    py::tuple decideOne(std::string_view record) {
        std::string json;
        std::uint64_t revision = 0;
        std::optional<Error> error;
        {
            const py::gil_scoped_release free;
            const std::lock_guard lock(mutex_);
            const Result<Decision> decision = session_.decideOne(record);
            if (decision) {
                json = decision->json();
                revision = decision->revision();
            } else {
                error = decision.error();
            }
        }
        if (error) {
            raise(*error);
        }
        return py::make_tuple(json, revision);
    }

    py::tuple decide(std::string_view lines) {
        Batch batch;
        std::optional<Error> error;
        {
            const py::gil_scoped_release free;
            const std::lock_guard lock(mutex_);
            const Result<Decisions> decisions = session_.decide(lines);
            if (decisions) {
                batch = copied(*decisions);
            } else {
                error = decisions.error();
            }
        }
        if (error) {
            raise(*error);
        }
        return py::make_tuple(
            batch.decisions, batch.revision, batch.rejections, batch.counts, batch.ignored);
    }

    std::string
    explain(const std::string& key, const std::string& rule, int form, bool showPrivate) {
        std::string text;
        std::optional<Error> error;
        {
            const py::gil_scoped_release free;
            const std::lock_guard lock(mutex_);
            const Result<std::string_view> found =
                session_.explain(key,
                                 {.rule = rule,
                                  .form = static_cast<ExplanationForm>(form),
                                  .showPrivate = showPrivate});
            if (found) {
                text = *found;
            } else {
                error = found.error();
            }
        }
        if (error) {
            raise(*error);
        }
        return text;
    }

    void release() {
        const py::gil_scoped_release free;
        const std::lock_guard lock(mutex_);
        session_.release();
    }

  private:
    struct Batch {
        std::vector<std::string> decisions;
        std::uint64_t revision = 0;
        std::vector<std::tuple<std::uint64_t, std::string, std::string, std::string, std::string>>
            rejections;
        std::vector<std::pair<std::string, std::uint64_t>> counts;
        std::vector<std::pair<std::string, std::uint64_t>> ignored;
    };

    static Batch copied(const Decisions& decisions) {
        Batch batch;
        for (std::size_t index = 0; index < decisions.size(); ++index) {
            batch.decisions.emplace_back(decisions[index].json());
            batch.revision = decisions[index].revision();
        }
        for (std::size_t index = 0; index < decisions.rejectedCount(); ++index) {
            const RejectedRecord one = decisions.rejected(index);
            batch.rejections.emplace_back(one.line,
                                          std::string(one.code),
                                          std::string(one.field),
                                          std::string(one.key),
                                          std::string(one.text));
        }
        const RecordCounts& counts = decisions.counts();
        batch.counts = {{"lines", counts.lines},
                        {"decided", counts.decided},
                        {"rejected", counts.rejected},
                        {"superseded", counts.superseded},
                        {"identical", counts.identical},
                        {"voided", counts.voided},
                        {"not_yet_known", counts.notYetKnown}};
        for (const IgnoredField& field : decisions.ignoredFields()) {
            batch.ignored.emplace_back(std::string(field.name), field.count);
        }
        return batch;
    }

    std::mutex mutex_;
    Session session_;
};

/// A watcher, until it is stopped. Nothing of Python runs on its thread.
class StoppableWatcher {
  public:
    explicit StoppableWatcher(Watcher watcher) : watcher_(std::move(watcher)) {}
    ~StoppableWatcher() { stop(); }
    StoppableWatcher(const StoppableWatcher&) = delete;
    StoppableWatcher& operator=(const StoppableWatcher&) = delete;

    void stop() {
        const py::gil_scoped_release free;
        const std::lock_guard lock(mutex_);
        watcher_.reset();
    }

    py::dict status() {
        WatcherStatus status;
        {
            const py::gil_scoped_release free;
            const std::lock_guard lock(mutex_);
            if (watcher_) {
                last_ = watcher_->status();
            }
            status = last_;
        }
        py::dict dict;
        dict["published"] = status.published;
        dict["refused"] = status.refused;
        dict["last_refusal"] = status.lastRefusal;
        return dict;
    }

  private:
    std::mutex mutex_;
    std::optional<Watcher> watcher_;
    WatcherStatus last_;
};

template <class Start>
std::unique_ptr<StoppableWatcher> startWatcher(Start start) {
    Result<Watcher> watcher = [&] {
        const py::gil_scoped_release free;
        return start();
    }();
    return std::make_unique<StoppableWatcher>(take(std::move(watcher)));
}

std::unique_ptr<StoppableWatcher>
watch(const Engine& engine, const std::string& path, const std::string& keys, bool allowUnsigned) {
    return startWatcher([&] {
        return Watcher::start(engine, path, {.keys = keys, .allowUnsigned = allowUnsigned});
    });
}

std::unique_ptr<StoppableWatcher>
watchTexts(const Engine& engine, const std::vector<std::string>& paths, bool runTests) {
    return startWatcher([&] { return watchPacks(engine, paths, {.runTests = runTests}); });
}

py::dict statusOf(const Engine& engine) {
    const EngineStatus status = engine.status();
    py::dict dict;
    dict["revision"] = status.published.revision;
    dict["pack_set"] = status.published.packs == nullptr
                           ? std::string()
                           : std::string(status.published.packs->digest());
    dict["refused"] = status.refused;
    dict["last_refusal"] = status.lastRefusal;
    dict["retired_held"] = status.retiredHeld;
    return dict;
}

std::unique_ptr<LockedSession> openSession(const Engine& engine,
                                           const std::string& knownAsOf,
                                           unsigned threads,
                                           bool choices,
                                           const std::map<std::string, std::int64_t>& limits) {
    SessionOptions options;
    options.knownAsOf = knownAsOf;
    options.threads = threads;
    options.choices = choices;
    for (const auto& [name, number] : limits) {
        if (number < 0) {
            raise({ErrorCode::InvalidArgument, "limit `" + name + "` is below zero"});
        }
        const auto size = static_cast<std::size_t>(number);
        if (name == "record_bytes") {
            options.limits.recordBytes = size;
        } else if (name == "nesting") {
            options.limits.nesting = size;
        } else if (name == "list_elements") {
            options.limits.listElements = size;
        } else if (name == "input_bytes") {
            options.limits.inputBytes = size;
        } else if (name == "rule_budget") {
            options.limits.ruleBudget = number;
        } else {
            raise({ErrorCode::InvalidArgument, "there is no limit `" + name + "`"});
        }
    }
    return std::make_unique<LockedSession>(engine, options);
}

}  // namespace

PYBIND11_MODULE(_proviso, module) {
    module.attr("__version__") = std::string(version());
    module.def("load", &load, py::arg("path"), py::arg("keys"), py::arg("allow_unsigned"));
    module.def("compile_paths", &compilePaths, py::arg("paths"), py::arg("run_tests"));
    module.def("compile_texts", &compileTexts, py::arg("texts"), py::arg("run_tests"));

    py::class_<PackSet, Set>(
        module,
        "PackSet",
        "Packs that were compiled together: what an engine publishes. Immutable.")
        .def_property_readonly("digest",
                               [](const PackSet& set) { return std::string(set.digest()); })
        .def_property_readonly("record_name",
                               [](const PackSet& set) { return std::string(set.recordName()); })
        .def_property_readonly("key_field",
                               [](const PackSet& set) { return std::string(set.keyField()); })
        .def_property_readonly("rules",
                               [](const PackSet& set) {
                                   const auto names = set.ruleNames();
                                   return std::vector<std::string>(names.begin(), names.end());
                               })
        .def_property_readonly("signed", &PackSet::isSigned)
        .def("__repr__",
             [](const PackSet& set) { return "<PackSet " + std::string(set.digest()) + ">"; });

    py::class_<Engine>(module, "Engine")
        .def(py::init([](bool allowUnsigned) { return Engine({.allowUnsigned = allowUnsigned}); }),
             py::arg("allow_unsigned"))
        .def(
            "publish",
            [](Engine& engine, const Set& packs) { return take(engine.publish(packs)); },
            py::arg("packs"))
        .def("status", &statusOf)
        .def("open", &openSession)
        .def("watch", &watch)
        .def("watch_packs", &watchTexts);

    py::class_<StoppableWatcher>(module, "Watcher")
        .def("status", &StoppableWatcher::status)
        .def("stop", &StoppableWatcher::stop);

    py::class_<LockedSession>(module, "Session")
        .def("decide_one", &LockedSession::decideOne)
        .def("decide", &LockedSession::decide)
        .def("explain", &LockedSession::explain)
        .def("release", &LockedSession::release);
}
