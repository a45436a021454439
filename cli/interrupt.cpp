#include "cli/interrupt.h"

#include <csignal>
#include <cstdlib>
#include <utility>

#include "cli/exit_code.h"

namespace roomle_sim {
namespace {

bool ignores_hangup() {
  struct sigaction now {};
  return sigaction(SIGHUP, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

// SIGUSR2 is only this class's own: it ends the watching thread.
sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR2}) sigaddset(&set, signal);
  if (!ignores_hangup()) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

InterruptWatch::InterruptWatch(std::function<void()> on_interrupt, std::function<void()> on_second)
    : on_interrupt_(std::move(on_interrupt)), on_second_(std::move(on_second)) {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  thread_ = std::thread([this] { watch(); });
}

InterruptWatch::~InterruptWatch() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR2);
  thread_.join();
}

void InterruptWatch::watch() {
  const sigset_t set = watched();
  for (;;) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0) continue;
    if (signal == SIGUSR2) {
      if (ending_) return;
      continue;
    }
    if (interrupted_.exchange(true)) {
      if (on_second_) on_second_();
      std::_Exit(exit_code::kInterrupted);
    }
    on_interrupt_();
  }
}

}  // namespace roomle_sim
