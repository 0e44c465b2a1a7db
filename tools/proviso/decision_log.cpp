#include "tools/proviso/decision_log.h"

#include "tools/proviso/run_command.h"

#include <charconv>
#include <utility>

namespace proviso::tool {

namespace {

/// `always`, `never` or a number of records; false for anything else.
bool parseSync(const std::string& text, log::WriterOptions& options) {
    if (text.empty() || text == "always") {
        options.durability = log::Durability::Always;
        return true;
    }
    if (text == "never") {
        options.durability = log::Durability::Never;
        return true;
    }
    options.durability = log::Durability::Every;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, options.every);
    return error == std::errc{} && rest == end && options.every > 0;
}

}  // namespace

std::unique_ptr<DecisionLog> DecisionLog::open(Console& console, const LogOptions& options) {
    log::WriterOptions writing;
    writing.engine = PROVISO_VERSION;
    writing.keepInputs = options.inputs;
    writing.keepDecisions = options.decisions;
    if (!parseSync(options.sync, writing)) {
        console.complain("--log-sync: `" + options.sync +
                         "` is not always, never or a number of records");
        return nullptr;
    }
    if (!options.fileSize.empty()) {
        const std::optional<std::int64_t> size = parseSize(options.fileSize);
        if (!size) {
            console.complain("--log-size: `" + options.fileSize + "` is no size such as 64M or 1G");
            return nullptr;
        }
        writing.fileBytes = static_cast<std::uint64_t>(*size);
    }
    Result<std::unique_ptr<log::Writer>> writer = log::Writer::open(options.folder, writing);
    if (!writer) {
        console.complain(spoken(writer.error()));
        return nullptr;
    }
    for (const std::string& note : (*writer)->notes()) {
        console.complain("log: " + note);
    }
    return std::unique_ptr<DecisionLog>(
        new DecisionLog(console, options.failure == "count", std::move(*writer)));
}

void DecisionLog::beginRun(std::optional<std::int64_t> knownAsOf, std::int64_t budget) {
    writer_->beginRun(knownAsOf, budget);
}

bool DecisionLog::release(const std::vector<RecordResult>& results,
                          const RunStamp& stamp,
                          const InputOf& inputOf) {
    for (const RecordResult& result : results) {
        writer_->addDecision(inputOf(result.key), toJson(result, stamp));
    }
    const Result<void> committed = writer_->commit();
    if (committed) {
        return true;
    }
    complain(committed.error());
    if (counts_) {
        notLogged_ += results.size();
        return true;
    }
    console_.complain("decisions that cannot be logged are held; `--log-failure count` would show "
                      "and count them");
    return false;
}

bool DecisionLog::finish() {
    const Result<void> ended = writer_->end(notLogged_);
    if (!ended) {
        complain(ended.error());
    }
    if (notLogged_ != 0) {
        console_.complain(
            grouped(notLogged_) +
            (notLogged_ == 1 ? " decision was shown and is" : " decisions were shown and are") +
            " not in the log");
    }
    return ended.has_value() || counts_;
}

void DecisionLog::complain(const Error& error) {
    // A full disk would be told with every decision.
    if (!std::exchange(complained_, true)) {
        console_.complain(spoken(error));
    }
}

}  // namespace proviso::tool
