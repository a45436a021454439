// A pool that grows with its work: each connection of the endpoint keeps a thread, also one that
// hangs on purpose, and none may hold up the next.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace roomle_sim {

// Threads: run() from any thread until finish(). Idle threads are used again; past `most` of them,
// work waits its turn.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t most) : most_(most) {}
  ~WorkerPool() { finish(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void run(std::function<void()> work);
  // Waits for all work, also what is queued. May be repeated; not from a worker.
  void finish();

 private:
  void grow();
  void serve();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool finishing_ = false;
};

}  // namespace roomle_sim
