#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace proviso::engine {

/// Makes `count` things on several threads, of which the calling one is one, and takes them in turn
/// on that. At most a few a thread wait, so that a slow taker bounds the memory. `makeWorker()` is
/// called on each thread and gives what makes the thing with a number; `take(number, thing)`
/// returns false to stop. Returns whether all were taken. What is thrown anywhere is thrown here.
///
/// A thread that only took would be woken for each thing, and put another one aside.
template <class Thing>
class InTurn {
  public:
    InTurn(std::size_t count, unsigned threads) : count_(count), threads_(threads), made_(count) {}

    template <class MakeWorker, class Take>
    bool run(MakeWorker makeWorker, Take take) {
        if (threads_ <= 1 || count_ <= 1) {
            auto make = makeWorker();
            for (std::size_t number = 0; number < count_; ++number) {
                if (!take(number, make(number))) {
                    return false;
                }
            }
            return true;
        }
        std::vector<std::thread> workers;
        workers.reserve(threads_ - 1);
        bool complete = true;
        std::exception_ptr failure;
        try {
            for (unsigned index = 1; index < threads_; ++index) {
                workers.emplace_back([this, &makeWorker] { work(makeWorker); });
            }
            complete = makeAndTake(makeWorker, take);
        } catch (...) {
            failure = std::current_exception();
        }
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        mayClaim_.notify_all();
        for (std::thread& worker : workers) {
            worker.join();
        }
        // A worker may fail when everything was taken already.
        if (!failure && complete) {
            failure = failure_;
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
        return complete;
    }

  private:
    /// Takes what is there, makes what is not yet being made, and waits where it can do neither.
    template <class MakeWorker, class Take>
    bool makeAndTake(MakeWorker& makeWorker, Take& take) {
        auto make = makeWorker();
        while (taken_ < count_) {
            std::unique_lock lock(mutex_);
            const std::size_t number = taken_;
            if (made_[number].has_value()) {
                Thing thing = *std::move(made_[number]);
                made_[number].reset();
                ++taken_;
                const bool areWaiting = waiting_ != 0;
                lock.unlock();
                if (areWaiting) {
                    mayClaim_.notify_all();
                }
                if (!take(number, std::move(thing))) {
                    return false;
                }
            } else if (failure_) {
                std::rethrow_exception(failure_);
            } else if (isClaimable()) {
                const std::size_t own = next_++;
                lock.unlock();
                Thing thing = make(own);
                lock.lock();
                made_[own] = std::move(thing);
            } else {
                isAwaited_ = true;
                isMade_.wait(lock, [&] { return made_[number].has_value() || failure_; });
                isAwaited_ = false;
            }
        }
        return true;
    }

    template <class MakeWorker>
    void work(MakeWorker& makeWorker) {
        try {
            auto make = makeWorker();
            while (const std::optional<std::size_t> number = claim()) {
                Thing thing = make(*number);
                const std::lock_guard lock(mutex_);
                made_[*number] = std::move(thing);
                if (isAwaited_ && *number == taken_) {
                    isMade_.notify_one();
                }
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
            stopped_ = true;
            isMade_.notify_one();
            mayClaim_.notify_all();
        }
    }

    std::optional<std::size_t> claim() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        mayClaim_.wait(lock, [&] { return stopped_ || next_ == count_ || isClaimable(); });
        --waiting_;
        if (stopped_ || next_ == count_) {
            return std::nullopt;
        }
        return next_++;
    }

    bool isClaimable() const {
        static constexpr std::size_t kWaitingPerThread = 4;
        return next_ < count_ && next_ < taken_ + kWaitingPerThread * threads_;
    }

    std::size_t count_;
    unsigned threads_;
    std::mutex mutex_;
    std::condition_variable isMade_;    ///< what is to be taken next
    std::condition_variable mayClaim_;  ///< there is room for one more to wait
    std::vector<std::optional<Thing>> made_;
    std::size_t next_ = 0;   ///< the first that nobody makes yet
    std::size_t taken_ = 0;  ///< changed by the calling thread alone
    unsigned waiting_ = 0;   ///< threads for room
    bool isAwaited_ = false;
    bool stopped_ = false;
    std::exception_ptr failure_;
};

}  // namespace proviso::engine
