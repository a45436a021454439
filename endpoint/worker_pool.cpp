#include "endpoint/worker_pool.h"

#include <system_error>

namespace roomle_sim {

void WorkerPool::run(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= idle_ && threads_.size() < most_) grow();
    if (!threads_.empty()) {
      queue_.push_back(std::move(work));
      wake_.notify_one();
      return;
    }
  }
  work();
}

// A machine that has no more threads is no bug of ours: the work then waits for one of those there,
// and where there is none at all, the caller does it.
void WorkerPool::grow() {
  try {
    threads_.emplace_back([this] { serve(); });
  } catch (const std::system_error&) {
    return;
  }
}

void WorkerPool::finish() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    threads.swap(threads_);
    wake_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

void WorkerPool::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(lock, [&] { return !queue_.empty() || finishing_; });
    --idle_;
    if (queue_.empty()) return;
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace roomle_sim
