#include "sender/targets.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sender/http_transport_fixture.h"

namespace roomle_sim {
namespace {

SocketAddress address(const std::string& digits) {
  Resolver resolver;
  const Resolved found = resolver.resolve(digits, 80, SteadyTime::max());
  EXPECT_EQ(found.addresses.size(), 1U) << digits;
  return found.addresses.at(0);
}

TEST(Targets, HasAWordForEach) {
  for (const Targets one : {Targets::any, Targets::loopback, Targets::public_}) {
    EXPECT_EQ(targets_from_word(targets_word(one)), one);
  }
  EXPECT_EQ(targets_from_word("local"), std::nullopt);
}

TEST(Targets, LoopbackIsLoopbackAloneHoweverItIsWritten) {
  for (const char* yes : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(allowed(Targets::loopback, address(yes))) << yes;
  }
  for (const char* no : {"0.0.0.0", "128.0.0.1", "126.255.255.255", "10.0.0.1", "::", "::2",
                         "::ffff:10.0.0.1", "fe80::1", "1::1"}) {
    EXPECT_FALSE(allowed(Targets::loopback, address(no))) << no;
  }
}

TEST(Targets, PublicIsNoneThatIsSetApart) {
  for (const char* no : {"0.0.0.0",
                         "0.1.2.3",
                         "10.0.0.0",
                         "10.255.255.255",
                         "100.64.0.0",
                         "100.127.255.255",
                         "127.0.0.1",
                         "169.254.169.254",
                         "172.16.0.0",
                         "172.31.255.255",
                         "192.0.0.1",
                         "192.0.2.1",
                         "192.88.99.1",
                         "192.168.0.1",
                         "198.18.0.0",
                         "198.19.255.255",
                         "198.51.100.7",
                         "203.0.113.9",
                         "224.0.0.1",
                         "239.255.255.255",
                         "240.0.0.1",
                         "255.255.255.255",
                         "::",
                         "::1",
                         "::ffff:127.0.0.1",
                         "::ffff:192.168.1.1",
                         "64:ff9b::10.0.0.1",
                         "100::1",
                         "2001::1",
                         "2001:1ff::1",
                         "2001:db8::1",
                         "2002:7f00:1::",
                         "2002:c0a8:101::1",
                         "3fff:fff::1",
                         "fc00::1",
                         "fdff::1",
                         "fe80::1",
                         "ff02::1",
                         "5f00::1"}) {
    EXPECT_FALSE(allowed(Targets::public_, address(no))) << no;
  }
  for (const char* yes : {"1.1.1.1",     "9.255.255.255",   "11.0.0.0",       "100.63.255.255",
                          "100.128.0.0", "126.255.255.255", "128.0.0.0",      "172.15.255.255",
                          "172.32.0.0",  "192.167.255.255", "192.169.0.0",    "198.17.255.255",
                          "198.20.0.0",  "223.255.255.255", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1",
                          "2001:200::1", "2002:101:101::1", "2606:4700::1",   "3fff:1000::1"}) {
    EXPECT_TRUE(allowed(Targets::public_, address(yes))) << yes;
  }
}

TEST(Targets, AnyIsAny) {
  for (const char* one : {"0.0.0.0", "127.0.0.1", "10.0.0.1", "::", "fe80::1"}) {
    EXPECT_TRUE(allowed(Targets::any, address(one))) << one;
  }
}

TEST(Targets, ARefusedAddressIsNeverConnectedToAndTheReasonNamesTheSetting) {
  const RawServer server(answer_with(std::string(kOk)));
  HttpTransportOptions options;
  options.targets = Targets::public_;
  const AttemptResult result = make_transport(options)->post(to_url(server.url()));
  EXPECT_EQ(reason(result), "connect_refused");
  EXPECT_FALSE(result.request_sent);
  EXPECT_NE(result.detail.find("--targets public"), std::string::npos) << result.detail;
  EXPECT_EQ(server.connections(), 0);
  options.targets = Targets::loopback;
  EXPECT_EQ(reason(make_transport(options)->post(to_url(server.url()))), "none");
}

// A name whose look-up gives the next of these answers each time, the last one again and again.
Resolver::LookUp changing(std::vector<std::vector<std::string>> answers) {
  auto next = std::make_shared<std::atomic<std::size_t>>(0);
  return [answers = std::move(answers), next](const std::string&) {
    std::vector<SocketAddress> found;
    for (const std::string& digits : answers.at(std::min(next->fetch_add(1), answers.size() - 1))) {
      found.push_back(address(digits));
    }
    return Result<std::vector<SocketAddress>>(std::move(found));
  };
}

std::string named_url(const RawServer& server) {
  return "http://tenant.example:" + std::to_string(server.port()) + "/";
}

TEST(Targets, ANameThatIsAnotherAddressAtTheNextAttemptIsJudgedAnew) {
  const RawServer server(answer_once("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
  HttpTransportOptions options;
  options.targets = Targets::loopback;
  auto transport = HttpTransport::create(options, changing({{"127.0.0.1"}, {"192.0.2.7"}}));
  ASSERT_TRUE(transport);
  EXPECT_EQ(reason((*transport)->post(to_url(named_url(server)))), "none");
  const AttemptResult second = (*transport)->post(to_url(named_url(server), 5s));
  EXPECT_EQ(reason(second), "connect_refused");
  EXPECT_FALSE(second.request_sent);
  EXPECT_NE(second.detail.find("192.0.2.7"), std::string::npos) << second.detail;
  EXPECT_NE(second.detail.find("--targets loopback"), std::string::npos) << second.detail;
}

TEST(Targets, ANameThatBecomesALoopbackAddressReachesNothingHere) {
  const RawServer server(answer_with(std::string(kOk)));
  HttpTransportOptions options;
  options.targets = Targets::public_;
  const auto look_up = changing({{"127.0.0.1"}, {"::ffff:127.0.0.1"}, {"127.0.0.1", "::1"}});
  auto transport = HttpTransport::create(options, look_up);
  ASSERT_TRUE(transport);
  for (int attempt = 0; attempt < 3; ++attempt) {
    EXPECT_EQ(reason((*transport)->post(to_url(named_url(server)))), "connect_refused");
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(Targets, OfSeveralAddressesOnlyThoseThatMayBeAreTried) {
  const RawServer server(answer_once(std::string(kOk)));
  HttpTransportOptions options;
  options.targets = Targets::loopback;
  auto transport = HttpTransport::create(options, changing({{"192.0.2.7", "127.0.0.1"}}));
  ASSERT_TRUE(transport);
  const AttemptResult result = (*transport)->post(to_url(named_url(server), 5s));
  EXPECT_EQ(reason(result), "none") << result.detail;
}

TEST(Targets, AReusedConnectionWasJudgedWhenItWasMade) {
  const RawServer server(answer_with(std::string(kOk)));
  HttpTransportOptions options;
  options.targets = Targets::loopback;
  auto transport = HttpTransport::create(options, changing({{"127.0.0.1"}, {"192.0.2.7"}}));
  ASSERT_TRUE(transport);
  EXPECT_EQ(reason((*transport)->post(to_url(named_url(server)))), "none");
  const AttemptResult again = (*transport)->post(to_url(named_url(server), 5s));
  EXPECT_TRUE(again.reused_connection);
  EXPECT_EQ(reason(again), "none");
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace roomle_sim
