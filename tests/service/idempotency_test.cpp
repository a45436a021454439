#include "service/idempotency.h"

#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/json_text.h"
#include "tests/service/http_fixture.h"

namespace roomle_sim {
namespace {

class HandClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return time; }
  TimePoint time{std::chrono::hours(1000)};
};

class IdempotencyTest : public testing::Test {
 protected:
  static ApiRequest request(const std::string& key, const std::string& body = "{}") {
    ApiRequest one;
    one.method = "POST";
    one.path = "/sim/v1/events";
    one.headers = {{"idempotency-key", key}};
    one.body = body;
    return one;
  }
  // "202 1", "202 1 again": the second word counts how often the act was carried out.
  std::string run(const ApiRequest& one, int status = 202) {
    const ApiResponse response = idempotency_->run(one, [&] {
      return json_response(status, {{"act", ++acts_}});
    });
    std::string told = std::to_string(response.status);
    const auto body = json_from(response.body);
    told += body.contains("act") ? " " + json_text(body["act"])
                                 : " " + body["error"]["code"].get<std::string>();
    for (const auto& [name, value] : response.headers) {
      if (name == "Idempotency-Replayed") told += " again";
    }
    return told;
  }
  void start(IdempotencyLimits limits) {
    idempotency_ = std::make_unique<Idempotency>(clock_, limits);
  }

  HandClock clock_;
  int acts_ = 0;
  std::unique_ptr<Idempotency> idempotency_ = std::make_unique<Idempotency>(clock_);
};

TEST_F(IdempotencyTest, TheSameRequestWithTheSameKeyGetsTheSameAnswer) {
  EXPECT_EQ(run(request("a")), "202 1");
  EXPECT_EQ(run(request("a")), "202 1 again");
  EXPECT_EQ(run(request("b")), "202 2");
  EXPECT_EQ(run(request("a")), "202 1 again");
}

TEST_F(IdempotencyTest, WithoutAKeyEachRequestIsItsOwn) {
  ApiRequest one = request("a");
  one.headers.clear();
  EXPECT_EQ(run(one), "202 1");
  EXPECT_EQ(run(one), "202 2");
}

TEST_F(IdempotencyTest, AnotherRequestWithTheSameKeyIsRefused) {
  EXPECT_EQ(run(request("a")), "202 1");
  EXPECT_EQ(run(request("a", "{ }")), "422 key_reused");
  ApiRequest path = request("a");
  path.path = "/sim/v1/deliveries/resend";
  EXPECT_EQ(run(path), "422 key_reused");
  ApiRequest query = request("a");
  query.query = {{"x", "y"}};
  EXPECT_EQ(run(query), "422 key_reused");
  ApiRequest method = request("a");
  method.method = "PUT";
  EXPECT_EQ(run(method), "422 key_reused");
  EXPECT_EQ(run(request("a")), "202 1 again");
}

TEST_F(IdempotencyTest, PartsOfARequestAreNotTakenForOneAnother) {
  ApiRequest one = request("a", "z");
  one.query = {{"x", "y"}};
  ApiRequest other = request("a", "z");
  other.query = {{"x", "y\n1:z"}};
  EXPECT_EQ(run(one), "202 1");
  EXPECT_EQ(run(other), "422 key_reused");
}

TEST_F(IdempotencyTest, OnlyFinalAnswersAreKept) {
  for (const int status : {429, 500, 503, 409, 408}) {
    const std::string told = run(request("a"), status);
    EXPECT_EQ(told, std::to_string(status) + " " + std::to_string(acts_));
  }
  EXPECT_EQ(acts_, 5);
  const int before = acts_;
  EXPECT_EQ(run(request("a"), 422), "422 " + std::to_string(before + 1));
  EXPECT_EQ(run(request("a"), 202), "422 " + std::to_string(before + 1) + " again");
}

TEST_F(IdempotencyTest, AKeyIsOneTo255PrintableCharacters) {
  EXPECT_EQ(run(request("")), "400 bad_key");
  EXPECT_EQ(run(request(std::string(256, 'x'))), "400 bad_key");
  EXPECT_EQ(run(request("a\tb")), "400 bad_key");
  EXPECT_EQ(run(request("schl\xc3\xbcssel")), "400 bad_key");
  EXPECT_EQ(run(request(std::string(255, '~'))), "202 1");
  EXPECT_EQ(run(request(" \"a b\" ")), "202 2");
}

TEST_F(IdempotencyTest, WhileTheFirstIsUnderWayTheSecondIsAConflict) {
  test::Latch begun;
  test::Latch go_on;
  std::thread first([&] {
    const ApiResponse response = idempotency_->run(request("a"), [&] {
      begun.open();
      EXPECT_TRUE(go_on.wait());
      return json_response(202, {{"act", 77}});
    });
    EXPECT_EQ(response.status, 202);
  });
  EXPECT_TRUE(begun.wait());
  EXPECT_EQ(run(request("a")), "409 under_way");
  EXPECT_EQ(run(request("a", "other")), "422 key_reused");
  EXPECT_EQ(run(request("b")), "202 1");
  go_on.open();
  first.join();
  EXPECT_EQ(run(request("a")), "202 77 again");
}

TEST_F(IdempotencyTest, AnActThatThrowsGivesItsKeyBack) {
  EXPECT_THROW(static_cast<void>(idempotency_->run(
                   request("a"), []() -> ApiResponse { throw std::logic_error("a bug"); })),
               std::logic_error);
  EXPECT_EQ(run(request("a")), "202 1");
}

TEST_F(IdempotencyTest, KeysAreKeptForADayAndNotATickLonger) {
  EXPECT_EQ(run(request("a")), "202 1");
  clock_.time += std::chrono::hours(24) - Duration(1);
  EXPECT_EQ(run(request("a")), "202 1 again");
  clock_.time += Duration(1);
  EXPECT_EQ(run(request("a")), "202 2");
}

TEST_F(IdempotencyTest, BeyondTheMostKeysTheOldestFinishedOneGoes) {
  start({2, 1'000'000, std::chrono::hours(24)});
  EXPECT_EQ(run(request("a")), "202 1");
  EXPECT_EQ(run(request("b")), "202 2");
  EXPECT_EQ(run(request("c")), "202 3");
  EXPECT_EQ(run(request("b")), "202 2 again");
  EXPECT_EQ(run(request("c")), "202 3 again");
  EXPECT_EQ(run(request("a")), "202 4");
}

TEST_F(IdempotencyTest, WhereAllKeysAreUnderWayANewOneIsAskedToComeAgain) {
  start({1, 1'000'000, std::chrono::hours(24)});
  const ApiResponse outer = idempotency_->run(request("a"), [&] {
    EXPECT_EQ(run(request("b")), "429 too_many_keys");
    return json_response(202, {{"act", 0}});
  });
  EXPECT_EQ(outer.status, 202);
  EXPECT_EQ(run(request("b")), "202 1");
}

TEST_F(IdempotencyTest, KeptAnswersAreBoundedInBytesToo) {
  start({100, 25, std::chrono::hours(24)});  // of {"act":1} and the key: ten bytes each
  EXPECT_EQ(run(request("a")), "202 1");
  EXPECT_EQ(run(request("b")), "202 2");
  EXPECT_EQ(run(request("b")), "202 2 again");
  EXPECT_EQ(run(request("c")), "202 3");
  EXPECT_EQ(run(request("b")), "202 2 again");
  EXPECT_EQ(run(request("a")), "202 4");
}

}  // namespace
}  // namespace roomle_sim
