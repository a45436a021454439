#include "endpoint/worker_pool.h"

#include <fstream>
#include <latch>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace roomle_sim {
namespace {

TEST(WorkerPool, DoesWorkSideBySideUpToItsMost) {
  std::latch both(2);
  WorkerPool pool(2);
  for (int i = 0; i < 2; ++i) pool.run([&] { both.arrive_and_wait(); });
  both.wait();
  pool.finish();
}

TEST(WorkerPool, FinishesWhatItWasGiven) {
  std::atomic<int> done = 0;
  WorkerPool pool(1);
  for (int i = 0; i < 100; ++i) pool.run([&] { ++done; });
  pool.finish();
  EXPECT_EQ(done, 100);
}

#ifndef ROOMLE_SIM_SANITIZED  // they need memory beside ours

// In a process of its own: no stack of an ended thread is there to be used again.
void run_without_memory_for_a_thread() {
  std::ifstream file("/proc/self/statm");
  rlim_t pages = 0;
  file >> pages;
  const rlim_t most = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (1U << 20U);
  const rlimit limit{most, most};
  if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(1);
  WorkerPool pool(2);
  std::thread::id did;
  pool.run([&] { did = std::this_thread::get_id(); });
  _exit(did == std::this_thread::get_id() ? 0 : 2);
}

TEST(WorkerPoolDeathTest, WithoutAnyThreadTheCallerDoesTheWork) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run_without_memory_for_a_thread(), ::testing::ExitedWithCode(0), "");
}

#endif

}  // namespace
}  // namespace roomle_sim
