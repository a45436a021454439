#include "cli/interrupt.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/support/process.h"

namespace roomle_sim {
namespace {

// What a process of its own wrote into the pipe and how it ended: signals would hit the tests.
struct Ended {
  std::string wrote;
  int status = 0;
};

Ended in_a_process(const std::function<int(int out)>& body) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return {"no pipe", -1};
  const pid_t pid = fork();
  if (pid == 0) {
    close(pipe_ends[0]);
    alarm(60);
    _exit(body(pipe_ends[1]));
  }
  close(pipe_ends[1]);
  Ended ended;
  char byte = 0;
  while (read(pipe_ends[0], &byte, 1) == 1) ended.wrote += byte;
  close(pipe_ends[0]);
  waitpid(pid, &ended.status, 0);
  return ended;
}

TEST(InterruptWatch, TheFirstSignalIsACallAndTheSecondAHookAndTheEnd) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Ended ended = in_a_process([signal](int out) {
      std::signal(SIGHUP, SIG_DFL);
      const auto tell = [out](char what) { return write(out, &what, 1); };
      const InterruptWatch watch(
          [&] {
            tell('1');
            kill(getpid(), signal);
          },
          [&] { tell('2'); });
      kill(getpid(), signal);
      for (;;) pause();
      return 0;
    });
    EXPECT_EQ(ended.wrote, "12") << signal;
    EXPECT_TRUE(WIFEXITED(ended.status)) << signal;
    EXPECT_EQ(WEXITSTATUS(ended.status), 130) << signal;
  }
}

TEST(InterruptWatch, AHangUpThatWasIgnoredAtTheStartStaysIgnored) {
  const Ended ended = in_a_process([](int out) {
    std::signal(SIGHUP, SIG_IGN);
    const InterruptWatch watch([out] { (void)!write(out, "1", 1); });
    kill(getpid(), SIGHUP);
    return watch.interrupted() ? 1 : 0;
  });
  EXPECT_EQ(ended.wrote, "");
  EXPECT_EQ(ended.status, 0);
}

TEST(InterruptWatch, AFileSizeLimitIsAnErrorAndNoDeath) {
  const TemporaryFolder folder;
  const std::string path = folder.file("small", "");
  const Ended ended = in_a_process([&path](int) {
    const InterruptWatch watch([] {});
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_FSIZE, &none) != 0) return 2;
    FILE* file = fopen(path.c_str(), "w");
    return fputs("x", file) >= 0 && fflush(file) != 0 && errno == EFBIG ? 0 : 1;
  });
  EXPECT_EQ(ended.status, 0);
}

}  // namespace
}  // namespace roomle_sim
