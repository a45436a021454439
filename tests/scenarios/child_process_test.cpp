#include "scenarios/child_process.h"

#include <csignal>
#include <cstdlib>
#include <unistd.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "scenarios/port_probe.h"

namespace roomle_sim {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

// A loopback port; nobody listens on it while `listen` is false.
int bound_socket(std::uint16_t& port, bool listening) {
  const int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  sockaddr* plain = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (bind(handle, plain, size) != 0) std::_Exit(9);
  if (listening) listen(handle, 8);
  getsockname(handle, plain, &size);
  port = ntohs(address.sin_port);
  return handle;
}

std::uint16_t free_port() {
  std::uint16_t port = 0;
  close(bound_socket(port, false));
  return port;
}

// This program again, as an endpoint that listens and waits to be stopped.
std::vector<std::string> listener(std::uint16_t port) {
  return {"env", "CHILD_PORT=" + std::to_string(port),
          "/proc/" + std::to_string(getpid()) + "/exe"};
}

// What listener() runs, before any test could begin.
const bool kListening = [] {
  const char* text = std::getenv("CHILD_PORT");
  if (text == nullptr) return false;
  auto port = static_cast<std::uint16_t>(std::stoi(text));
  bound_socket(port, true);
  for (;;) pause();
}();

std::unique_ptr<ChildProcess> started(const std::vector<std::string>& command) {
  auto child = ChildProcess::start(command);
  EXPECT_TRUE(child) << child.error().message;
  return child ? *std::move(child) : nullptr;
}

TEST(ChildProcess, IsReadyOnceItsPortAnswers) {
  ASSERT_FALSE(kListening);
  const std::uint16_t port = free_port();
  const auto child = started(listener(port));
  const auto error = child->wait_until_answers("127.0.0.1", port, 60s, {});
  EXPECT_FALSE(error) << error->message;
  EXPECT_EQ(child->how_it_ended(), std::nullopt);
  child->stop();
  EXPECT_THAT(child->how_it_ended().value(), HasSubstr("signal 15"));
  EXPECT_NE(PortProbe(-1, {}).connect("127.0.0.1", port, 1s), "");
}

TEST(ChildProcess, ACommandThatDoesNotExistIsAnError) {
  const auto child = ChildProcess::start({"/no/such/program"});
  ASSERT_FALSE(child.ok());
  EXPECT_EQ(child.error().code, ErrorCode::unavailable);
  EXPECT_THAT(child.error().message,
              HasSubstr("'/no/such/program' cannot be started: No such file"));
}

TEST(ChildProcess, ACommandThatEndsEarlyIsToldWithItsStatus) {
  const auto child = started({"sh", "-c", "exit 7"});
  const auto error = child->wait_until_answers("127.0.0.1", free_port(), 60s, {});
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("'sh' exited with status 7"));
}

TEST(ChildProcess, APortThatNeverAnswersIsToldWithTheLastReason) {
  const auto child = started({"sleep", "600"});
  const auto error = child->wait_until_answers("127.0.0.1", free_port(), 60ms, {});
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("does not answer at 127.0.0.1:"));
  EXPECT_THAT(error->message, HasSubstr("within 60 ms: Connection refused"));
}

TEST(ChildProcess, AnInterruptEndsTheWait) {
  const auto child = started({"sleep", "600"});
  std::stop_source stop;
  std::jthread interrupting([&] { stop.request_stop(); });
  EXPECT_TRUE(child->wait_until_answers("127.0.0.1", free_port(), 10min, stop.get_token()));
}

TEST(ChildProcess, StopEndsTheWholeGroupEvenWhereItWillNotGo) {
  // The shell and its child both ignore SIGTERM.
  const auto child = started({"sh", "-c", "trap '' TERM; sleep 600 & wait"});
  child->stop(100ms);
  EXPECT_THAT(child->how_it_ended().value(), HasSubstr("signal"));
}

TEST(ChildProcess, DoesNotInheritOurBlockedSignals) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto child = started({"sleep", "600"});
  child->stop(1h);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_THAT(child->how_it_ended().value(), HasSubstr("signal 15"));
}

}  // namespace
}  // namespace roomle_sim
