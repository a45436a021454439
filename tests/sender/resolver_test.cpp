#include "sender/resolver.h"

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::vector<SocketAddress> one_address() {
  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  v4->sin_family = AF_INET;
  inet_pton(AF_INET, "192.0.2.7", &v4->sin_addr);
  address.length = sizeof *v4;
  return {address};
}

// A look-up that comes to an end when the test says so. May outlive the test's resolver.
struct Gate {
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
  std::atomic<int> look_ups = 0;

  Resolver::LookUp look_up(std::shared_ptr<Gate> self) {
    return [self](const std::string&) -> Result<std::vector<SocketAddress>> {
      ++self->look_ups;
      self->opened.wait();
      return one_address();
    };
  }
};

TEST(Resolver, TakesAddressesAsTheyAre) {
  Resolver resolver([](const std::string& host) -> Result<std::vector<SocketAddress>> {
    return Error{ErrorCode::unavailable, "looked up " + host};
  });
  const auto v4 = resolver.resolve("127.0.0.1", 80, steady_clock::now() + 10s);
  ASSERT_EQ(v4.addresses.size(), 1u);
  EXPECT_EQ(v4.addresses[0].text(), "127.0.0.1:80");
  const auto v6 = resolver.resolve("::1", 443, steady_clock::now() + 10s);
  ASSERT_EQ(v6.addresses.size(), 1u);
  EXPECT_EQ(v6.addresses[0].text(), "[::1]:443");
  const auto local = resolver.resolve("localhost", 1, steady_clock::now() + 10s);
  ASSERT_FALSE(local.addresses.empty());
  EXPECT_EQ(local.addresses[0].text(), "127.0.0.1:1");
  EXPECT_EQ(resolver.resolve("a.example", 1, steady_clock::now() + 10s).problem,
            "looked up a.example");
}

TEST(Resolver, ALookUpThatHangsEndsAtTheDeadline) {
  const auto gate = std::make_shared<Gate>();
  {
    Resolver resolver(gate->look_up(gate));
    const auto start = steady_clock::now();
    const auto resolved = resolver.resolve("a.example", 1, start + 50ms);
    EXPECT_TRUE(resolved.addresses.empty());
    EXPECT_FALSE(resolved.interrupted);
    EXPECT_FALSE(resolved.problem.empty());
    EXPECT_GE(steady_clock::now() - start, 50ms);
  }
  gate->open.set_value();  // the resolver is gone, the look-up ends into nothing
}

TEST(Resolver, OneLookUpServesAllWhoAskMeanwhile) {
  const auto gate = std::make_shared<Gate>();
  Resolver resolver(gate->look_up(gate));
  // The first asks and gives up, its look-up stays under way; the others join that one.
  EXPECT_TRUE(resolver.resolve("a.example", 1, steady_clock::now() + 20ms).addresses.empty());
  std::vector<std::future<Resolved>> asked;
  for (std::uint16_t port = 1; port <= 8; ++port) {
    asked.push_back(std::async(std::launch::async, [&resolver, port] {
      return resolver.resolve("a.example", port, steady_clock::now() + 30s);
    }));
  }
  EXPECT_TRUE(resolver.resolve("a.example", 1, steady_clock::now() + 50ms).addresses.empty());
  EXPECT_EQ(gate->look_ups, 1);
  gate->open.set_value();
  std::uint16_t port = 0;
  for (auto& future : asked) {
    const Resolved resolved = future.get();
    ASSERT_EQ(resolved.addresses.size(), 1u) << resolved.problem;
    EXPECT_EQ(resolved.addresses[0].text(), "192.0.2.7:" + std::to_string(++port));
  }
}

TEST(Resolver, InterruptEndsEveryWait) {
  const auto gate = std::make_shared<Gate>();
  Resolver resolver(gate->look_up(gate));
  auto asked = std::async(std::launch::async, [&] {
    return resolver.resolve("a.example", 1, steady_clock::now() + 60s);
  });
  resolver.interrupt();
  EXPECT_TRUE(asked.get().interrupted);
  EXPECT_TRUE(resolver.resolve("a.example", 1, steady_clock::now() + 60s).interrupted);
  gate->open.set_value();
}

}  // namespace
}  // namespace roomle_sim
