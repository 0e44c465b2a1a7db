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

/// Makes `count` things on several threads and takes them in turn on the calling one. At most a few
/// a thread wait, so that a slow taker bounds the memory. `makeWorker()` is called on each thread
/// and gives what makes the thing with a number; `take(number, thing)` returns false to stop.
/// Returns whether all were taken. What is thrown anywhere is thrown here.
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
        workers.reserve(threads_);
        for (unsigned index = 0; index < threads_; ++index) {
            workers.emplace_back([this, &makeWorker] { work(makeWorker); });
        }
        bool complete = true;
        std::exception_ptr failure;
        try {
            complete = takeAll(take);
        } catch (...) {
            failure = std::current_exception();
        }
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
        for (std::thread& worker : workers) {
            worker.join();
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
        return complete;
    }

  private:
    template <class Take>
    bool takeAll(Take& take) {
        for (std::size_t number = 0; number < count_; ++number) {
            std::optional<Thing> thing;
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [&] { return made_[number].has_value() || failure_; });
                if (!made_[number].has_value()) {
                    std::rethrow_exception(failure_);
                }
                thing = std::move(made_[number]);
                made_[number].reset();
                taken_ = number + 1;
            }
            changed_.notify_all();
            if (!take(number, std::move(*thing))) {
                return false;
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
                {
                    const std::lock_guard lock(mutex_);
                    made_[*number] = std::move(thing);
                }
                changed_.notify_all();
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
            stopped_ = true;
            changed_.notify_all();
        }
    }

    std::optional<std::size_t> claim() {
        static constexpr std::size_t kWaitingPerThread = 4;
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] {
            return stopped_ || next_ == count_ || next_ < taken_ + kWaitingPerThread * threads_;
        });
        if (stopped_ || next_ == count_) {
            return std::nullopt;
        }
        return next_++;
    }

    std::size_t count_;
    unsigned threads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::optional<Thing>> made_;
    std::size_t next_ = 0;
    std::size_t taken_ = 0;
    bool stopped_ = false;
    std::exception_ptr failure_;
};

}  // namespace proviso::engine
