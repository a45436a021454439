// The three ways in which time passes in a run: they tell the same, and two of them do not wait.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "scenarios/suite.h"
#include "tests/scenarios/scenario_text.h"
#include "tests/support/raw_server.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using State = ScenarioResult::State;
using std::chrono::hours;
using std::chrono::steady_clock;
using test::differences_of;
using test::kSend;
using test::Ran;
using test::run;
using test::scenario_text;
using testing::HasSubstr;

RunOptions in(TimeMode mode) {
  RunOptions options;
  options.time = mode;
  options.keep_sends = true;
  return options;
}

const std::string kDown = R"("endpoint": {"sequence": [503]}, )";

// What is promised to be the same in all modes: how each scenario ends, and of each of its sends
// all that an expectation can ask for but times, ids, and what holds a port.
std::string told(const ScenarioResult& result) {
  std::string text = fmt::format("{} {}\n", result.scenario->name, state_word(result.state));
  text += differences_of(result) + result.error;
  for (const SendRecord& send : result.sends) {
    const nlohmann::json seen = observe(send.facts);
    for (const char* member : {"refused", "outcome", "attempts", "reasons", "statuses", "ambiguous",
                               "mails", "mailError", "customer"}) {
      if (seen.contains(member)) text += fmt::format("  {}: {}\n", member, json_text(seen[member]));
    }
    if (!seen.contains("received")) continue;
    for (const auto& request : seen["received"]["requests"]) {
      text += fmt::format("  {} {} {} {} {}\n", json_text(request["method"]),
                          json_text(request["target"]), json_text(request["event"]),
                          json_text(request["answer"]), json_text(request["token"]["verdict"]));
    }
  }
  return text;
}

class EveryFixture : public testing::TestWithParam<std::string> {};

TEST_P(EveryFixture, TellsTheSameInAllModes) {
  const auto scenarios = load_scenario_file(GetParam());
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  for (const Scenario& scenario : *scenarios) {
    const std::string real = told(run_scenario(scenario, in(TimeMode::real)));
    EXPECT_EQ(told(run_scenario(scenario, in(TimeMode::skip))), real);
    EXPECT_EQ(told(run_scenario(scenario, in(TimeMode::virt))), real);
  }
}

std::vector<std::string> fixtures() {
  return find_scenario_files({FIXTURES_DIR "/scenarios"})->scenarios;
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(info.param.rfind('/') + 1);
  name = name.substr(0, name.rfind('.'));
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, EveryFixture, testing::ValuesIn(fixtures()), name_of);

class WithoutWaiting : public testing::TestWithParam<TimeMode> {};

TEST_P(WithoutWaiting, AScheduleOf75HoursIsPlayedToItsEnd) {
  const auto start = steady_clock::now();
  const Ran ran = run(scenario_text(kSend + R"(, {"expect": {"outcome": "mailed", "attempts": 10,
    "mails": 1, "received": 10, "within": "80h"}})",
                                    kDown, R"(, "simulator": {"retry": "standard-webhooks"})"),
                      in(GetParam()));
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
  EXPECT_GE(ran.result.passed_time, hours(75));
  EXPECT_LT(steady_clock::now() - start, hours(1));  // it did not wait for it
}

TEST_P(WithoutWaiting, AStepHasItsTimeBetweenTwoAttempts) {
  const Ran ran =
      run(scenario_text(R"({"send": "email.savedConfiguration", "as": "first"},
    {"at": "30m", "expect": {"of": "first", "attempts": 1, "mails": 0}},
    {"at": "61m", "expect": {"of": "first", "attempts": 2, "mails": 0}},
    {"at": "90m", "send": "email.savedConfiguration", "as": "second"},
    {"at": "121m", "expect": {"of": "first", "outcome": "mailed", "attempts": 3}},
    {"expect": {"of": "second", "attempts": 1, "within": "1s"}},
    {"expect": {"total": {"mails": 2}}})",
                        kDown, R"(, "simulator": {"retry": {"schedule": ["1h", "1h"]}})"),
          in(GetParam()));
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
}

TEST_P(WithoutWaiting, TheClockGoesNoFurtherThanToWhatIsAwaited) {
  // The other tenant's retry is due in an hour, while the answer that is awaited is under way.
  const Ran ran = run(R"({ "name": "two", "tenants": [
    {"id": 1, "name": "down", "webhook": {"endpoint": "down"}, "simulator": {"retry": {"schedule": ["1h"]}}},
    {"id": 2, "name": "slow", "webhook": {"endpoint": "slow"}} ],
  "endpoints": { "down": {"sequence": [503]}, "slow": {"sequence": [{"status": 200, "delay": "50ms"}]} },
  "steps": [ {"send": "email.savedConfiguration", "tenant": 1, "as": "retried"},
    {"expect": {"of": "retried", "attempts": 1, "within": "1m"}},
    {"send": "email.savedConfiguration", "tenant": 2},
    {"expect": {"outcome": "delivered"}},
    {"send": "email.savedConfiguration", "tenant": 2},
    {"expect": {"outcome": "delivered", "within": "30m"}},
    {"send": "email.savedConfiguration", "tenant": 2, "as": "last"},
    {"expect": {"of": "retried", "outcome": "mailed"}} ] })",
                      in(GetParam()));
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
  ASSERT_EQ(ran.result.sends.size(), 4U);
  EXPECT_LT(ran.result.sends[3].at - ran.result.begin, std::chrono::minutes(1));
  EXPECT_LT(ran.result.passed_time, std::chrono::minutes(61));
}

TEST_P(WithoutWaiting, WithinIsToldOnTheScenariosClock) {
  const Ran ran = run(scenario_text(kSend + R"(, {"expect": {"attempts": 2, "within": "59m"}})",
                                    kDown, R"(, "simulator": {"retry": {"schedule": ["1h"]}})"),
                      in(GetParam()));
  EXPECT_EQ(ran.result.state, State::failed);
  EXPECT_THAT(differences_of(ran.result), HasSubstr("attempts within 59 min: 2 / 1"));
}

TEST_P(WithoutWaiting, AStopEndsIt) {
  std::stop_source stop;
  stop.request_stop();
  const Ran ran = run(scenario_text(kSend, kDown), in(GetParam()), stop.get_token());
  EXPECT_EQ(ran.result.state, State::interrupted);
}

INSTANTIATE_TEST_SUITE_P(Modes, WithoutWaiting, testing::Values(TimeMode::skip, TimeMode::virt),
                         [](const auto& mode) { return std::string(time_mode_word(mode.param)); });

class InEachMode : public testing::TestWithParam<TimeMode> {};

TEST_P(InEachMode, ALookAtTheBeginningOfALongScheduleIsEnough) {
  for (const char* look : {R"("at": "1s", "expect": {"attempts": 1})",
                           R"("expect": {"attempts": 1, "within": "1s"})"}) {
    const Ran ran = run(scenario_text(kSend + ", {" + look + "}", R"("timeout": "4s", )" + kDown,
                                      R"(, "simulator": {"retry": {"schedule": ["1h"]}})"),
                        in(GetParam()));
    EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
    EXPECT_EQ(ran.result.story.back().find("left open") != std::string::npos,
              GetParam() == TimeMode::real)
        << ran.result.story.back();
  }
}

TEST_P(InEachMode, WhatIsUnderWayAtTheEndIsNoSecondDifference) {
  const Ran ran =
      run(scenario_text(kSend + R"(, {"expect": {"outcome": "delivered", "within": "1ms"}})",
                        R"("timeout": "300ms", "endpoint": {"sequence": [{"blackhole": true}]}, )",
                        R"(, "simulator": {"timeout": "1m"})"),
          in(GetParam()));
  EXPECT_EQ(ran.result.state, State::failed);
  ASSERT_EQ(ran.result.differences.size(), 1U) << differences_of(ran.result);
  EXPECT_EQ(ran.result.differences[0].name, "outcome within 1 ms");
}

INSTANTIATE_TEST_SUITE_P(Modes, InEachMode,
                         testing::Values(TimeMode::real, TimeMode::skip, TimeMode::virt),
                         [](const auto& mode) { return std::string(time_mode_word(mode.param)); });

TEST(Skip, WhatIsUnderWayIsNotSkipped) {
  // The step at 100 ms comes while the endpoint keeps the POST waiting, and not after it.
  const Ran ran =
      run(scenario_text(R"({"send": "email.savedConfiguration"},
    {"at": "100ms", "expect": {"attempts": 1, "outcome": {"exists": false}}},
    {"expect": {"outcome": "delivered"}})",
                        R"("endpoint": {"sequence": [{"status": 200, "delay": "3s"}]}, )"),
          in(TimeMode::skip));
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
}

// The endpoint answers the first tenant once it has got the second event of the other: whoever
// waits for all that is under way, before a step that has a time, waits until that attempt fails.
class GoesOn : public testing::TestWithParam<std::string> {};

TEST_P(GoesOn, WithWhatIsAwaitedWhileSomethingElseIsUnderWay) {
  std::promise<void> last;
  std::atomic<int> count{0};
  RawServer server([&, came = last.get_future().share()](RawConnection& connection) {
    if (connection.read_request().starts_with("POST /waits ")) {
      if (came.wait_for(std::chrono::seconds(30)) != std::future_status::ready) return;
    } else if (++count == 2) {
      last.set_value();
    }
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  const Ran ran = run(fmt::format(R"({{ "name": "two", "tenants": [
    {{"id": 1, "name": "waits", "webhook": "{0}/waits"}},
    {{"id": 2, "name": "goes on", "webhook": "{0}/"}} ],
  "steps": [ {{"send": "email.savedConfiguration", "tenant": 1, "as": "waits"}},
    {{"send": "email.savedConfiguration", "tenant": 2, "as": "second"}},
    {{"expect": {{"of": "second", "outcome": "delivered"{1}}}}},
    {{"at": "50ms", "send": "email.savedConfiguration", "tenant": 2, "as": "last"}},
    {{"expect": {{"of": "last", "outcome": "delivered"}}}},
    {{"expect": {{"of": "waits", "outcome": "delivered"}}}} ] }})",
                                  server.origin(), GetParam()),
                      in(TimeMode::skip));
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
}

INSTANTIATE_TEST_SUITE_P(Skip, GoesOn, testing::Values("", R"(, "within": "10s")"));

TEST(Skip, AStepThatTheScenariosTimeEndsBeforeIsNotPerformed) {
  RawServer hanging([&](RawConnection& connection) {
    connection.read_request();
    connection.wait_for_close();
  });
  RunOptions options = in(TimeMode::skip);
  options.external_endpoint = hanging.url();
  const Ran ran =
      run(scenario_text(kSend + R"(, {"at": "30s", "send": "email.savedConfiguration"})",
                        R"("timeout": "200ms", )", R"(, "simulator": {"timeout": "1m"})"),
          options);
  EXPECT_EQ(ran.result.state, State::failed);
  EXPECT_THAT(differences_of(ran.result),
              HasSubstr("the step's time: within the scenario's time of 200ms / at 30s; something "
                        "was under way for longer"));
  EXPECT_EQ(ran.result.sends.size(), 1U);
}

TEST(Skip, AnInterruptBringsNoTimeAndNoMail) {
  const TemporaryFolder folder;
  std::stop_source stop;
  RawServer hanging([&](RawConnection& connection) {
    connection.read_request();
    stop.request_stop();
    connection.wait_for_close();
  });
  RunOptions options = in(TimeMode::skip);
  options.external_endpoint = hanging.url();
  options.mailbox = "maildir:" + folder.path() + "/mail";
  const Ran ran =
      run(scenario_text(kSend, R"("timeout": "2h", )", R"(, "simulator": {"timeout": "1h"})"),
          options, stop.get_token());
  EXPECT_EQ(ran.result.state, State::interrupted);
  EXPECT_LT(ran.result.passed_time, hours(1));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() + "/mail/new"));
}

TEST(Virtual, ARealWebhookIsAnError) {
  const Ran ran =
      run(scenario_text(kSend, "", R"(, "webhook": "http://127.0.0.1:9/")"), in(TimeMode::virt));
  EXPECT_EQ(ran.result.state, State::error);
  EXPECT_THAT(ran.result.error, HasSubstr("tenant 42 has a webhook of its own"));
}

TEST(Virtual, SlowEndpointsTakeNoTime) {
  const auto start = steady_clock::now();
  const Ran ran =
      run(scenario_text(kSend + R"(, {"expect": {"outcome": "mailed", "reasons": ["timeout"],
    "within": "24h"}})",
                        R"("endpoint": {"sequence": [{"blackhole": true}]}, )",
                        R"(, "simulator": {"timeout": "23h"})"),
          in(TimeMode::virt));
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
  EXPECT_GE(ran.result.passed_time, hours(23));
  EXPECT_LT(steady_clock::now() - start, hours(1));
}

}  // namespace
}  // namespace roomle_sim
