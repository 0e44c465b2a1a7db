#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace proviso {

/// Reads chunks of a source on several threads, and takes what was read in the order of the chunks
/// on the calling one. At most a few chunks a thread are under way, so memory stays bounded. What
/// is thrown anywhere is thrown here.
template <class Chunk, class Result>
class ChunkPipeline {
  public:
    explicit ChunkPipeline(unsigned threads) : threads_(threads) {}

    /// `next(chunk)` gives another chunk, or false at the end. `makeWorker(thread)` is called on
    /// each thread, and gives what makes a result of a chunk.
    template <class Next, class MakeWorker, class Take>
    void run(Next next, MakeWorker makeWorker, Take take) {
        std::vector<std::thread> workers;
        workers.reserve(threads_);
        std::exception_ptr failure;
        try {
            for (unsigned index = 0; index < threads_; ++index) {
                workers.emplace_back([this, index, &makeWorker] { work(index, makeWorker); });
            }
            feed(next, take);
        } catch (...) {
            failure = std::current_exception();
        }
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        changed_.notify_all();
        for (std::thread& worker : workers) {
            worker.join();
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

  private:
    template <class Next, class Take>
    void feed(Next& next, Take& take) {
        const std::size_t most = 2 * threads_ + 1;
        std::size_t given = 0;
        std::size_t taken = 0;
        bool more = true;
        while (more || taken < given) {
            if (more && given - taken < most) {
                Chunk chunk;
                more = next(chunk);
                if (more) {
                    const std::lock_guard lock(mutex_);
                    waiting_.emplace_back(given++, std::move(chunk));
                }
                changed_.notify_all();
                continue;
            }
            take(wait(taken++));
        }
    }

    Result wait(std::size_t number) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return made_.count(number) != 0 || failure_; });
        if (made_.count(number) == 0) {
            std::rethrow_exception(failure_);
        }
        return std::move(made_.extract(number).mapped());
    }

    template <class MakeWorker>
    void work(unsigned index, MakeWorker& makeWorker) {
        try {
            auto make = makeWorker(index);
            while (true) {
                std::pair<std::size_t, Chunk> chunk;
                {
                    std::unique_lock lock(mutex_);
                    changed_.wait(lock, [&] { return !waiting_.empty() || ended_ || failure_; });
                    if (waiting_.empty() || failure_) {
                        return;
                    }
                    chunk = std::move(waiting_.front());
                    waiting_.pop_front();
                }
                Result result = make(std::move(chunk.second));
                {
                    const std::lock_guard lock(mutex_);
                    made_.emplace(chunk.first, std::move(result));
                }
                changed_.notify_all();
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
            changed_.notify_all();
        }
    }

    unsigned threads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::pair<std::size_t, Chunk>> waiting_;  ///< by number
    std::map<std::size_t, Result> made_;                 ///< by the chunk's number
    std::exception_ptr failure_;
    bool ended_ = false;
};

}  // namespace proviso
