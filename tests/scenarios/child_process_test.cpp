#include "scenarios/child_process.h"

#include <csignal>
#include <cstdlib>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/support/held_port.h"

namespace roomle_sim {
namespace {

using test::HeldPort;
using testing::HasSubstr;
using namespace std::chrono_literals;

// This program again, as an endpoint that listens on a port it is handed bound (so that nobody can
// take it in between), and waits to be stopped.
std::vector<std::string> listener(int bound) {
  return {"env", "CHILD_SOCKET=" + std::to_string(bound),
          "/proc/" + std::to_string(getpid()) + "/exe"};
}

// What listener() runs, before any test could begin.
const bool kListening = [] {
  const char* text = std::getenv("CHILD_SOCKET");
  if (text == nullptr) return false;
  if (listen(std::stoi(text), 8) != 0) std::_Exit(9);
  for (;;) pause();
}();

std::unique_ptr<ChildProcess> started_process(const std::vector<std::string>& command) {
  auto child = ChildProcess::start(command);
  EXPECT_TRUE(child) << child.error().message;
  return child ? *std::move(child) : nullptr;
}

TEST(ChildProcess, IsReadyOnceItsPortAnswers) {
  ASSERT_FALSE(kListening);
  const HeldPort held;
  const int inherited = dup(held.fd());  // unlike that one it is not closed for the child
  const auto child = started_process(listener(inherited));
  close(inherited);
  const auto error = child->wait_until_answers("127.0.0.1", held.port(), 60s, {});
  EXPECT_FALSE(error) << error->message;
  EXPECT_EQ(child->how_it_ended(), std::nullopt);
  child->stop();
  EXPECT_THAT(child->how_it_ended().value(), HasSubstr("signal 15"));
}

TEST(ChildProcess, ACommandThatDoesNotExistIsAnError) {
  const auto child = ChildProcess::start({"/no/such/program"});
  ASSERT_FALSE(child.ok());
  EXPECT_EQ(child.error().code, ErrorCode::unavailable);
  EXPECT_THAT(child.error().message,
              HasSubstr("'/no/such/program' cannot be started: No such file"));
}

TEST(ChildProcess, ACommandThatEndsEarlyIsToldWithItsStatus) {
  const HeldPort held;
  const auto child = started_process({"sh", "-c", "exit 7"});
  const auto error = child->wait_until_answers("127.0.0.1", held.port(), 60s, {});
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("'sh' exited with status 7"));
}

TEST(ChildProcess, APortThatNeverAnswersIsToldWithTheLastReason) {
  const HeldPort held;
  const auto child = started_process({"sleep", "600"});
  const auto error = child->wait_until_answers("127.0.0.1", held.port(), 60ms, {});
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("does not answer at 127.0.0.1:"));
  EXPECT_THAT(error->message, HasSubstr("within 60 ms: Connection refused"));
}

TEST(ChildProcess, AnInterruptEndsTheWait) {
  const HeldPort held;
  const auto child = started_process({"sleep", "600"});
  std::stop_source stop;
  std::jthread interrupting([&] { stop.request_stop(); });
  EXPECT_TRUE(child->wait_until_answers("127.0.0.1", held.port(), 10min, stop.get_token()));
}

TEST(ChildProcess, StopEndsTheWholeGroupEvenWhereItWillNotGo) {
  // The shell and its child both ignore SIGTERM.
  const auto child = started_process({"sh", "-c", "trap '' TERM; sleep 600 & wait"});
  child->stop(100ms);
  EXPECT_THAT(child->how_it_ended().value(), HasSubstr("signal"));
}

TEST(ChildProcess, KillNowEndsTheGroupAlsoWhileAnotherThreadWaitsInStop) {
  const auto child = started_process({"sh", "-c", "trap '' TERM; sleep 600 & wait"});
  std::jthread stopping([&] { child->stop(1h); });
  child->kill_now();
  stopping.join();
  EXPECT_THAT(child->how_it_ended().value(), HasSubstr("signal"));
  child->kill_now();  // nothing any more
}

TEST(ChildProcess, DoesNotInheritOurBlockedSignals) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto child = started_process({"sleep", "600"});
  child->stop(1h);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_THAT(child->how_it_ended().value(), HasSubstr("signal 15"));
}

}  // namespace
}  // namespace roomle_sim
