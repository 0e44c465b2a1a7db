#include "tools/proviso/log_replay.h"

#include "runtime/base/digest.h"
#include "runtime/decision/json.h"
#include "runtime/history/session.h"
#include "tools/proviso/decision_writer.h"

#include <utility>

namespace proviso::tool {

Replayer::Replayer(std::string engine, unsigned threads)
    : engine_(std::move(engine)), threads_(threads) {}

Replayer::~Replayer() = default;

void Replayer::addPacks(std::shared_ptr<const bytecode::Program> program) {
    packs_[program->digest] = std::move(program);
}

void Replayer::addLine(std::string_view line, bool tooLong) {
    lines_.emplace(log::inputDigest(line, tooLong), line);
}

void Replayer::begin(const log::Record& run) {
    knownAsOf_ = run.knownAsOf;
    budget_ = run.budget;
    handedIn_.clear();
    step_.clear();
    known_.clear();
    missingInRun_ = 0;
    current_.clear();
    session_.reset();
}

void Replayer::handIn(const log::Record& record) {
    for (std::size_t index = 0; index < record.inputs.size(); ++index) {
        const std::string& digest = record.inputs[index];
        // What the log itself holds is good for it only if it is what the digest says.
        if (!record.texts.empty() && log::inputDigest(record.texts[index], false) == digest) {
            addLine(record.texts[index], false);
        }
        const bool isThere = digest == "too_long" || lines_.count(digest) != 0;
        missingInRun_ += isThere ? 0 : 1;
        report_.missingLines += isThere ? 0 : 1;
        ++known_[digest];
        handedIn_.push_back(digest);
        step_.push_back(digest);
    }
}

Result<void> Replayer::use(const std::string& packs, bool unsignedPacks) {
    current_ = packs;
    unsignedPacks_ = unsignedPacks;
    const auto program = packs_.find(packs);
    if (program == packs_.end()) {
        // Whatever comes next begins anew, with everything handed in by then.
        session_.reset();
        return {};
    }
    if (!session_) {
        return {};
    }
    // Lines that changed nothing under the former set may change something under this one.
    if (Result<void> fed = feed(); !fed) {
        return fed;
    }
    return session_->use(program->second);
}

/// Hands in what the session does not know yet.
Result<void> Replayer::feed() {
    std::vector<history::Feeder::Line> lines;
    for (const std::string& digest : std::exchange(step_, {})) {
        const auto line = lines_.find(digest);
        const bool tooLong = line == lines_.end();
        lines.push_back({lines.size() + 1, tooLong ? std::string() : line->second, tooLong});
    }
    const auto fed = session_->feed("log", lines);
    return fed ? Result<void>() : Result<void>(fed.error());
}

Result<void> Replayer::take(const log::Record& record) {
    if (record.kind == log::Kind::Decision) {
        pending_.push_back({record.number, record.input, record.decision});
        if (record.engine != engine_) {
            ++report_.otherEngines[record.engine];
        }
        return {};
    }
    if (record.kind == log::Kind::File) {
        return {};  // a step may go on in the next file
    }
    if (Result<void> settled = settle(); !settled) {
        return settled;
    }
    if (record.kind == log::Kind::Run) {
        begin(record);
    } else if (record.kind == log::Kind::Input) {
        handIn(record);
    } else if (record.kind == log::Kind::Set) {
        return use(record.packs, record.unsignedPacks);
    }
    return {};
}

/// Decides the step that ends here, and compares.
Result<void> Replayer::settle() {
    const std::vector<Pending> logged = std::exchange(pending_, {});
    if (logged.empty()) {
        return {};
    }
    const auto program = packs_.find(current_);
    if (program == packs_.end()) {
        report_.unknownPacks[current_] += logged.size();
        return {};
    }
    if (missingInRun_ != 0) {
        report_.withoutInput += logged.size();
        return {};
    }
    const bool isFirst = session_ == nullptr;
    if (isFirst) {
        RunOptions options;
        options.decide.asOf = knownAsOf_;
        options.decide.budget = budget_;
        options.threads = threads_;
        auto session = history::Session::open(program->second, options, {});
        if (!session) {
            return session.error();
        }
        session_ = std::move(*session);
        step_ = handedIn_;
    }
    if (Result<void> fed = feed(); !fed) {
        return fed;
    }
    std::unordered_map<std::string, std::uint64_t> decided;  // digests of decisions, how often
    RunStamp stamp = stampOf(*program->second, knownAsOf_);
    stamp.unsignedPacks = unsignedPacks_;
    const Result<bool> told = session_->decide(isFirst, [&](std::vector<RecordResult>&& results) {
        for (const RecordResult& result : results) {
            ++decided[sha256(toJson(result, stamp))];
        }
        return true;
    });
    if (!told) {
        return told.error();
    }
    for (const Pending& each : logged) {
        const auto found = decided.find(each.decision);
        if (found == decided.end() || found->second == 0) {
            report_.differences.push_back(
                {each.number, each.input, "another decision came out for it"});
        } else if (known_.count(each.input) == 0) {
            report_.differences.push_back(
                {each.number, each.input, "it is about a line that was not handed in"});
        } else {
            --found->second;
            ++report_.same;
        }
    }
    return {};
}

Result<ReplayReport> Replayer::finish() {
    if (const Result<void> settled = settle(); !settled) {
        return settled.error();
    }
    return report_;
}

}  // namespace proviso::tool
