// A process without a free descriptor, for as long as this lives: every one up to the lowered limit
// is taken. Threads: nothing else may open or close files while it is made and ended.
#pragma once

#include <fcntl.h>
#include <unistd.h>
#include <vector>

#include <sys/resource.h>

// clang's UBSan opens a pipe to look at the type of an object, and without one takes every object
// for another's: what it checks cannot be tested so.
#if defined(__clang__) && defined(ROOMLE_SIM_SANITIZED)
#define ROOMLE_SIM_NEEDS_DESCRIPTORS
#endif

namespace roomle_sim::test {

class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int highest = open_one();
    rlimit lowered = before_;
    lowered.rlim_cur = static_cast<rlim_t>(highest) + 1;
    setrlimit(RLIMIT_NOFILE, &lowered);
    for (int fd = highest; fd >= 0; fd = open_one()) taken_.push_back(fd);
  }
  ~NoDescriptors() { end(); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

  void end() {
    setrlimit(RLIMIT_NOFILE, &before_);
    for (const int fd : taken_) ::close(fd);
    taken_.clear();
  }

 private:
  static int open_one() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

  rlimit before_{};
  std::vector<int> taken_;
};

}  // namespace roomle_sim::test
