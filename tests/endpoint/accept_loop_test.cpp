// The accepting of connections when the system refuses: without descriptors, and at the end.
#include "endpoint/accept_loop.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <stdexcept>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace roomle_sim::test {
namespace {

using std::chrono::steady_clock;

BoundSocket listening() {
  Result<BoundSocket> bound = bind_socket("127.0.0.1", 0, false);
  if (!bound) throw std::runtime_error(bound.error().message);
  return std::move(*bound);
}

Socket unconnected() {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) throw std::runtime_error("no socket");
  return socket;
}

// Takes no descriptor.
bool connect_to(const Socket& socket, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

// Takes every descriptor that the process may have, and gives them back at its end. The limit goes
// down first, to just above the lowest free descriptor.
//
// The sanitizers need one now and then (to look at an object's type, to print a report): while this
// object lives, a test calls nothing virtual and states nothing.
class NoDescriptors {
 public:
  NoDescriptors() {
    taken_.reserve(kRoom);
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest = ::dup(STDIN_FILENO);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(lowest) + kRoom;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = lowest; fd >= 0; fd = ::dup(STDIN_FILENO)) taken_.push_back(fd);
  }
  ~NoDescriptors() {
    for (const int fd : taken_) ::close(fd);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  static constexpr std::size_t kRoom = 8;
  rlimit before_{};
  std::vector<int> taken_;
};

// Keeps what the loop accepts, and counts how often it failed.
class Accepted {
 public:
  AcceptLoop::Take take() {
    return [this](int fd) {
      const std::lock_guard lock(mutex_);
      sockets_.emplace_back(fd);
      came_.notify_all();
    };
  }
  AcceptLoop::Accept counting(AcceptLoop::Accept accept = AcceptLoop::accept_connection) {
    return [this, accept = std::move(accept)](int socket) {
      const int fd = accept(socket);
      const int error = errno;
      if (fd < 0) {
        ++failures_;
        failures_.notify_all();
      }
      errno = error;
      return fd;
    };
  }

  void wait_for_failures(int count) {
    for (int seen = failures_; seen < count; seen = failures_) failures_.wait(seen);
  }
  [[nodiscard]] int failures() const { return failures_; }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(20), [&] { return sockets_.size() >= count; });
  }
  [[nodiscard]] int first() {
    const std::lock_guard lock(mutex_);
    return sockets_.at(0).fd();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Socket> sockets_;
  std::atomic<int> failures_{0};
};

// A loop at work, and clients for the time without descriptors. No fixture: that is something
// virtual.
struct Scene {
  BoundSocket bound = listening();
  Socket earlier = unconnected();
  Socket first = unconnected();
  Socket second = unconnected();
  Accepted accepted;
  std::optional<AcceptLoop> loop;

  Scene() {
    // One that ends before: at a thread's first end the sanitizer looks at its type, and keeps what
    // it found.
    { const AcceptLoop warm_up(listening().socket, accepted.take()); }
    loop.emplace(std::move(bound.socket), accepted.take(), accepted.counting());
    if (!connect_to(earlier, bound.port) || !accepted.wait_for(1)) {
      throw std::runtime_error("no connection");
    }
  }

  // Waiting inside accept() the loop may hold one descriptor already: of two clients one is left
  // over. False where there was not even a connection.
  bool fail(int times) {
    if (!connect_to(first, bound.port) || !connect_to(second, bound.port)) return false;
    accepted.wait_for_failures(times);
    return true;
  }
};

TEST(AcceptLoopWithoutDescriptors, AcceptsAgainWhenThereAreSome) {
  Scene scene;
  bool failed = false;
  {
    const NoDescriptors none;
    failed = scene.fail(3);
  }
  ASSERT_TRUE(failed);
  EXPECT_TRUE(scene.accepted.wait_for(3));
}

TEST(AcceptLoopWithoutDescriptors, EndsWhenItIsTold) {
  Scene scene;
  bool failed = false;
  {
    const NoDescriptors none;
    failed = scene.fail(1);
    scene.loop.reset();
  }
  EXPECT_TRUE(failed);
  EXPECT_FALSE(connect_to(unconnected(), scene.bound.port));
}

TEST(AcceptLoopWithoutDescriptors, PausesBetweenItsTries) {
  constexpr int kTries = 10;
  Scene scene;
  bool failed = false;
  const auto begin = steady_clock::now();
  {
    const NoDescriptors none;
    failed = scene.fail(kTries);
  }
  const auto end = steady_clock::now();
  ASSERT_TRUE(failed);
  EXPECT_GE(end - begin, (kTries - 1) * AcceptLoop::kPause);
}

// A machine without descriptors cannot be had for a test: here it is said in the system's place.
TEST(AcceptLoop, OutlivesWhateverTheSystemRefuses) {
  BoundSocket bound = listening();
  const Socket client = unconnected();
  ASSERT_TRUE(connect_to(client, bound.port));
  const std::vector<int> errors{ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EINTR, EPROTO, ENFILE};
  std::size_t next = 0;
  Accepted accepted;
  const AcceptLoop loop(std::move(bound.socket), accepted.take(),
                        accepted.counting([&](int socket) {
                          if (next == errors.size()) return AcceptLoop::accept_connection(socket);
                          errno = errors[next++];
                          return -1;
                        }));
  EXPECT_TRUE(accepted.wait_for(1));
  EXPECT_EQ(accepted.failures(), static_cast<int>(errors.size()));
}

TEST(AcceptLoop, EndsWhereTheMachineHasNoDescriptors) {
  BoundSocket bound = listening();
  Accepted accepted;
  {
    const AcceptLoop loop(std::move(bound.socket), accepted.take(), accepted.counting([](int) {
      errno = ENFILE;
      return -1;
    }));
    accepted.wait_for_failures(2);
  }
  EXPECT_FALSE(connect_to(unconnected(), bound.port));
}

class AcceptLoopWithAClient : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(connect_to(client_, bound_.port));
    ASSERT_TRUE(accepted_.wait_for(1));
  }

  BoundSocket bound_ = listening();
  const Socket client_ = unconnected();
  Accepted accepted_;
  std::optional<AcceptLoop> loop_{std::in_place, std::move(bound_.socket), accepted_.take()};
};

TEST_F(AcceptLoopWithAClient, EndsWhileItWaitsForTheNext) {
  loop_.reset();
  EXPECT_FALSE(connect_to(unconnected(), bound_.port));
}

// A program that is started meanwhile would hold the connection open.
TEST_F(AcceptLoopWithAClient, KeepsItsConnectionsFromOtherPrograms) {
  EXPECT_EQ(fcntl(accepted_.first(), F_GETFD), FD_CLOEXEC);
}

}  // namespace
}  // namespace roomle_sim::test
