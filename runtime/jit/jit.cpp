#include "runtime/jit/jit.h"

#include "runtime/base/private_folder.h"
#include "runtime/engine/frame.h"
#include "runtime/jit/plugin.h"

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>

namespace proviso::jit {

namespace {

using engine::Frame;
using engine::Pending;

// Of one stage: after so many surprises the code is good enough, or the data is like that.
constexpr std::uint32_t kMostCompiles = 4;
/// After each so many runs of a stage it is asked whether its code fits the data.
constexpr std::uint32_t kTrial = 32;

/// A stage as it is known here: by what it computes, and as of which day.
struct Entry {
    Entry(std::vector<Register> what, std::int64_t day, std::size_t registers)
        : active(std::move(what)), knownBy(day), seen(registers) {}

    const std::vector<Register> active;
    const std::int64_t knownBy;
    std::vector<engine::RunningWindow> running;
    std::shared_ptr<const engine::Lookups> lookups;
    Seen seen;
    std::atomic<std::uint32_t> watched{0};

    std::mutex mutex;
    std::shared_ptr<const StageCode> code;  ///< nullptr: not yet
    bool isWaiting = false;                 ///< to be compiled
    std::uint32_t compiles = 0;
};

/// What the calling thread worked: a machine may have other things to do.
double workedSeconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class StageJit final : public Jit {
  public:
    StageJit(std::shared_ptr<const bytecode::Program> program,
             const JitOptions& options,
             KernelCompiler& compiler)
        : program_(std::move(program)), options_(options), compiler_(compiler) {}

    ~StageJit() override {
        {
            const std::lock_guard lock(mutex_);
            isEnding_ = true;
        }
        changed_.notify_all();
        if (worker_.joinable()) {
            worker_.join();
        }
    }

    std::optional<Result<void>> run(Frame& frame, const std::vector<Register>& active) override {
        const bool isOver = std::any_of(frame.overBudget.begin(),
                                        frame.overBudget.end(),
                                        [](const auto& rows) { return !rows.empty(); });
        // Rules over their budget are rare; the interpreter knows what they say.
        if (&frame.program != program_.get() || isOver) {
            return std::nullopt;
        }
        Entry& entry = entryOf(frame, active);
        std::shared_ptr<const StageCode> code = codeOf(entry);
        if (code != nullptr) {
            expectReaders(frame, entry);
            return runStage(frame, *code, entry.seen, options_.leastRows, counts_);
        }
        if (entry.watched.fetch_add(1, std::memory_order_relaxed) < options_.watchedBlocks) {
            return watch(frame, entry);
        }
        return std::nullopt;
    }

    void finish() override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return queue_.empty() && !isCompiling_; });
    }

    JitReport report() const override {
        JitReport report;
        {
            const std::lock_guard lock(mutex_);
            report = report_;
        }
        report.compiledRuns = counts_.compiled.load();
        for (std::size_t index = 0; index < Counts::kReasons; ++index) {
            if (const std::uint64_t count = counts_.interpreted[index].load(); count != 0) {
                report.interpretedRuns.emplace_back(reasonName(static_cast<Counts::Reason>(index)),
                                                    count);
            }
        }
        return report;
    }

    std::string target() const override { return compiler_.target(); }

  private:
    Entry& entryOf(const Frame& frame, const std::vector<Register>& active) {
        const std::lock_guard lock(mutex_);
        for (const std::unique_ptr<Entry>& entry : entries_) {
            if (entry->knownBy == frame.knownBy && entry->active == active) {
                return *entry;
            }
        }
        Entry& entry = *entries_.emplace_back(
            std::make_unique<Entry>(active, frame.knownBy, program_->code.size()));
        entry.lookups = frame.lookups;
        if (frame.running != nullptr) {
            entry.running = *frame.running;
        }
        if (options_.expectStates) {
            for (std::atomic<std::uint8_t>& flags : entry.seen.flags) {
                flags.store(Seen::States, std::memory_order_relaxed);
            }
        }
        return entry;
    }

    /// What there is to run now. Asks for code where there is none yet, or none that fits.
    std::shared_ptr<const StageCode> codeOf(Entry& entry) {
        std::unique_lock lock(entry.mutex);
        const bool isWanted =
            entry.code == nullptr
                ? entry.watched.load(std::memory_order_relaxed) >= options_.watchedBlocks
                : isSurprised(entry);
        if (isWanted && !entry.isWaiting && entry.compiles < kMostCompiles) {
            entry.isWaiting = true;
            ++entry.compiles;
            if (options_.wait) {
                // Other threads that reach the stage wait for the lock.
                take(entry, compile(entry));
            } else {
                enqueue(entry);
            }
        }
        return entry.code;
    }

    /// Whether code was compiled for something else than what comes.
    static bool isSurprised(const Entry& entry) {
        const StageCode& code = *entry.code;
        const std::uint32_t runs = code.runs.load(std::memory_order_relaxed);
        if (runs == 0 || runs % kTrial != 0) {
            return false;
        }
        // What was left out had not been read when the code was made.
        const auto isRead = [&](Register one) { return entry.seen.timesRead(one) > runs / 8; };
        return code.surprises.load(std::memory_order_relaxed) > runs / 4 ||
               std::any_of(code.layout.leftOut.begin(), code.layout.leftOut.end(), isRead) ||
               std::any_of(code.layout.regions.begin(),
                           code.layout.regions.end(),
                           [&](const Region& region) {
                               return std::any_of(
                                   region.leftOut.begin(), region.leftOut.end(), isRead);
                           });
    }

    void expectReaders(Frame& frame, const Entry& entry) const {
        frame.pending.marks.resize(program_->code.size(), Pending::None);
        frame.pending.readLater = entry.seen.readLater;
    }

    /// Interprets, and takes note of what there is and what is read afterwards.
    Result<void> watch(Frame& frame, Entry& entry) {
        for (const Register number : entry.active) {
            if (Result<void> done = engine::runOne(frame, number); !done.has_value()) {
                return done;
            }
            // Before whoever reads it makes a column of it.
            noteSize(frame, number, entry.seen);
        }
        look(frame, entry.active, entry.seen);
        // What a stage is given is read, but not computed by it.
        look(frame, frame.carriedIn, entry.seen);
        expectReaders(frame, entry);
        for (const Register number : entry.active) {
            if (program_->code[number].type.kind != TypeKind::None) {
                frame.pending.marks[number] = Pending::Watched;
            }
        }
        return {};
    }

    // ---- compiling -----------------------------------------------------------------------------

    /// Where nothing came of it, what there was goes on for good.
    static void take(Entry& entry, std::shared_ptr<const StageCode> code) {
        entry.isWaiting = false;
        if (code == nullptr) {
            entry.compiles = kMostCompiles;
        } else {
            entry.code = std::move(code);
        }
    }

    std::shared_ptr<const StageCode> compile(const Entry& entry) {
        const double begin = workedSeconds();
        engine::DatedLookups dated;
        dated.build(*program_, entry.knownBy);
        auto code = std::make_shared<StageCode>();
        TableForms tables(*program_, entry.lookups->tables, entry.knownBy);
        code->layout = layOut({*program_,
                               entry.active,
                               entry.running.empty() ? nullptr : &entry.running,
                               dated,
                               entry.knownBy,
                               entry.seen,
                               tables},
                              options_.leastMembers,
                              options_.mostMembers);
        const double laidOut = workedSeconds();
        CompileRequest request;
        request.name = program_->digest;
        request.cacheFolder = options_.cacheFolder;
        request.optimize = options_.optimize;
        request.processor = options_.processor;
        std::size_t members = 0;
        for (Region& region : code->layout.regions) {
            request.kernels.push_back(region.code);
            members += region.members.size();
            // Tables make them large, and who calls the code does not look at them.
            std::vector<KernelNode>().swap(region.code.nodes);
        }
        std::string message;
        code->compiled = compiler_.compile(request, message);
        const double worked = workedSeconds();

        const std::lock_guard lock(mutex_);
        report_.layoutSeconds += laidOut - begin;
        report_.compileSeconds += worked - laidOut;
        if (code->compiled == nullptr) {
            report_.failure = message;
            return nullptr;
        }
        report_.stages += 1;
        report_.cachedStages += code->compiled->wasCached() ? 1 : 0;
        report_.regions += static_cast<std::uint32_t>(request.kernels.size());
        report_.members += static_cast<std::uint32_t>(members);
        report_.interpreted +=
            static_cast<std::uint32_t>(code->layout.steps.size() - request.kernels.size());
        return code;
    }

    void enqueue(Entry& entry) {
        {
            const std::lock_guard lock(mutex_);
            queue_.push_back(&entry);
            if (!worker_.joinable()) {
                worker_ = std::thread([this] { work(); });
            }
        }
        changed_.notify_all();
    }

    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [&] { return isEnding_ || !queue_.empty(); });
            if (isEnding_) {
                return;
            }
            Entry& entry = *queue_.front();
            queue_.pop_front();
            isCompiling_ = true;
            lock.unlock();
            std::shared_ptr<const StageCode> code = compile(entry);
            {
                const std::lock_guard entryLock(entry.mutex);
                take(entry, std::move(code));
            }
            lock.lock();
            isCompiling_ = false;
            changed_.notify_all();
        }
    }

    const std::shared_ptr<const bytecode::Program> program_;
    const JitOptions options_;
    KernelCompiler& compiler_;
    Counts counts_;

    mutable std::mutex mutex_;  ///< of all below; taken after an entry's
    std::condition_variable changed_;
    std::vector<std::unique_ptr<Entry>> entries_;
    std::deque<Entry*> queue_;
    bool isCompiling_ = false;
    bool isEnding_ = false;
    JitReport report_;
    std::thread worker_;
};

}  // namespace

std::string userCacheFolder() {
    return file::PrivateFolder::ofCache("jit");
}

std::unique_ptr<Jit> Jit::open(std::shared_ptr<const bytecode::Program> program,
                               const JitOptions& options,
                               std::string& message) {
    KernelCompiler* const compiler = loadPlugin(options.plugin, message);
    return compiler == nullptr ? nullptr
                               : std::make_unique<StageJit>(std::move(program), options, *compiler);
}

}  // namespace proviso::jit
