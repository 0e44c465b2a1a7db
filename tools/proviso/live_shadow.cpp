#include "runtime/history/session.h"
#include "tools/proviso/command.h"
#include "tools/proviso/shadow.h"

#include <chrono>
#include <sys/resource.h>
#include <unistd.h>

namespace proviso::tool {

namespace {

/// A candidate further behind is given up.
constexpr std::size_t kMostSteps = 100'000;
constexpr std::chrono::seconds kCatchUp{10};
constexpr int kNiceness = 10;

}  // namespace

std::unique_ptr<LiveShadow> LiveShadow::open(Console& console,
                                             const ShadowOptions& options,
                                             const TrustOptions& trust,
                                             const RunOptions& run) {
    const std::optional<double> percent = parseSample(options.sample);
    if (!percent) {
        console.complain("--sample: `" + options.sample + "` is no share such as 10%");
        return nullptr;
    }
    const std::optional<UsedPacks> set = usePacks(console, options.packs, trust);
    if (!set) {
        console.complain("shadow: the candidate cannot be used");
        return nullptr;
    }
    RunOptions own = run;
    own.threads = 1;
    own.progress = {};
    std::unique_ptr<LiveShadow> shadow(new LiveShadow(*percent, *set, std::move(own)));
    if (!shadow->comparison_.open(console, options.output)) {
        return nullptr;
    }
    shadow->thread_ = std::thread([&it = *shadow] { it.work(); });
    return shadow;
}

LiveShadow::~LiveShadow() {
    finish();
}

void LiveShadow::step(const std::string& source,
                      const std::vector<history::Feeder::Line>& lines,
                      std::vector<RecordResult> active,
                      const RunStamp& stamp) {
    push({false, source, lines, std::move(active), stamp});
}

void LiveShadow::activeChanged() {
    push({true, {}, {}, {}, {}});
}

void LiveShadow::push(Step step) {
    const std::lock_guard lock(mutex_);
    if (!gaveUp_ && steps_.size() >= kMostSteps) {
        gaveUp_ = true;
        why_ = "it fell too far behind";
        notCompared_ += steps_.size();
        steps_.clear();
    }
    if (gaveUp_) {
        ++notCompared_;
        return;
    }
    steps_.push_back(std::move(step));
    changed_.notify_all();
}

void LiveShadow::work() {
    // The active answers come first, on the processors too.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
    std::string why;
    try {
        follow();
        return;
    } catch (const std::exception& error) {
        why = error.what();
    }
    const std::lock_guard lock(mutex_);
    gaveUp_ = true;
    why_ = why;
    notCompared_ += steps_.size() + 1;
    steps_.clear();
    changed_.notify_all();
}

void LiveShadow::follow() {
    const auto orFail = [](const auto& result) {
        if (!result) {
            throw std::runtime_error(result.error().message);
        }
    };
    auto session = history::Session::open(program_, run_, {});
    orFail(session);
    std::unordered_map<std::string, RecordResult> active;
    std::unordered_map<std::string, RecordResult> candidate;
    while (true) {
        Step step;
        {
            std::unique_lock lock(mutex_);
            changed_.notify_all();
            changed_.wait(lock, [&] { return gaveUp_ || ends_ || !steps_.empty(); });
            if (gaveUp_ || steps_.empty()) {
                return;
            }
            step = std::move(steps_.front());
            steps_.pop_front();
        }
        if (step.activeChanged) {
            active.clear();
            continue;
        }
        orFail((*session)->feed(step.source, step.lines));
        std::set<std::string> touched;
        const auto note = [&](std::unordered_map<std::string, RecordResult>& known,
                              std::vector<RecordResult>&& results) {
            for (RecordResult& result : results) {
                if (comparison_.wants(result.key)) {
                    touched.insert(result.key);
                    std::string key = result.key;
                    known.insert_or_assign(std::move(key), std::move(result));
                }
            }
            return true;
        };
        orFail((*session)->decide(false, [&](std::vector<RecordResult>&& results) {
            return note(candidate, std::move(results));
        }));
        for (const std::string& key : (*session)->gone()) {
            candidate.erase(key);
        }
        note(active, std::move(step.active));
        RunStamp stamp = step.stamp;
        stamp.packs = program_->digest;
        stamp.unsignedPacks = isUnsigned_;
        for (const std::string& key : touched) {
            const auto one = active.find(key);
            const auto other = candidate.find(key);
            if (one != active.end() && other != candidate.end()) {
                comparison_.compare(one->second, step.stamp, other->second, stamp);
            } else if (one != active.end()) {
                comparison_.missing(one->second, step.stamp);
            }
        }
    }
}

std::string LiveShadow::finish() {
    if (!thread_.joinable()) {
        return {};
    }
    {
        std::unique_lock lock(mutex_);
        ends_ = true;
        changed_.notify_all();
        if (!changed_.wait_for(lock, kCatchUp, [&] { return gaveUp_ || steps_.empty(); })) {
            gaveUp_ = true;
            why_ = "it had not caught up by the end";
            notCompared_ += steps_.size();
            steps_.clear();
        }
    }
    changed_.notify_all();
    thread_.join();
    std::string text = comparison_.text();
    if (gaveUp_) {
        text += "shadow: the candidate was given up: " + why_ + "; " +
                counted(notCompared_, "step") + " not compared\n";
    }
    return text;
}

}  // namespace proviso::tool
