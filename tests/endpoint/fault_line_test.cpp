// A behaviour in one line says what the same behaviour says in a file.
#include "endpoint/fault_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

Result<Behavior> parse_line(std::string line) {
  return parse_fault_line(std::make_shared<SourceText>(SourceText{"--fault", std::move(line)}));
}

Behavior read(std::string line) {
  const auto behavior = parse_line(std::move(line));
  if (!behavior) throw std::runtime_error(behavior.error().message);
  return *behavior;
}

std::string line_mistake(std::string line) {
  const auto behavior = parse_line(std::move(line));
  return behavior ? "no mistake found" : behavior.error().message;
}

TEST(FaultLine, CommasMakeASequence) {
  const Behavior behavior = read("status 503 x2, delay 200ms");
  ASSERT_EQ(behavior.sequence.size(), 2U);
  EXPECT_EQ(behavior.sequence[0].plan.status, 503);
  EXPECT_EQ(behavior.sequence[0].times, 2U);
  EXPECT_EQ(behavior.sequence[1].plan.status, 200);
  EXPECT_EQ(std::get<Duration>(behavior.sequence[1].delay), milliseconds(200));
}

TEST(FaultLine, PlusJoinsTheMembersOfOneEntry) {
  const Behavior behavior =
      read("503 + header Retry-After 5 + header X-Why \"it is, well, down\" + body 'a, b' x2, 200");
  ASSERT_EQ(behavior.sequence.size(), 2U);
  const ResponsePlan& plan = behavior.sequence[0].plan;
  EXPECT_EQ(plan.status, 503);
  EXPECT_EQ(plan.body, "a, b");
  EXPECT_EQ(plan.headers.at(0), (Headers::value_type{"Retry-After", "5"}));
  EXPECT_EQ(plan.headers.at(1), (Headers::value_type{"X-Why", "it is, well, down"}));
  EXPECT_EQ(behavior.sequence[0].times, 2U);
}

TEST(FaultLine, KnowsEveryFault) {
  const Behavior behavior = read(
      "delay uniform 1s 2s, delay lognormal 1s 0.5 9s, dribble 1s, dribble 4 2s, slicer 10 1ms, "
      "slicer 10 5 1ms, bandwidth 10KB/s, empty_response, connection_reset, "
      "connection_reset in_body, malformed chunk, blackhole, limit_data 20, slow_close 1s, "
      "rate_limit 2 1s, accept_then_lose, redirect https://elsewhere.example:81/a+b, "
      "redirect /x 308, endless_body");
  std::vector<std::string> words;
  for (const BehaviorEntry& entry : behavior.sequence) words.push_back(answer_word(entry.plan));
  EXPECT_EQ(words,
            (std::vector<std::string>{
                "200", "200", "200 dribble", "200 dribble", "200 slicer", "200 slicer",
                "200 bandwidth", "empty_response", "connection_reset", "connection_reset in_body",
                "malformed chunk", "blackhole", "200 limit_data", "200 slow_close", "200",
                "accept_then_lose", "302", "308", "200 endless_body"}));
  EXPECT_EQ(behavior.sequence[16].plan.headers.at(0).second, "https://elsewhere.example:81/a+b");
}

TEST(FaultLine, ConditionsMakeRules) {
  const Behavior behavior =
      read("tenant 42 event email.3DExportAsset: 410, 200; 30%: connection_reset; 201; then cycle");
  ASSERT_EQ(behavior.by.size(), 2U);
  EXPECT_EQ(behavior.by[0].tenant_id, 42);
  EXPECT_EQ(behavior.by[0].event, "email.3DExportAsset");
  EXPECT_EQ(behavior.by[0].answers.sequence.size(), 2U);
  EXPECT_DOUBLE_EQ(behavior.by[1].probability, 0.3);
  EXPECT_EQ(behavior.sequence.at(0).plan.status, 201);
  EXPECT_EQ(behavior.then, AfterSequence::cycle);
}

TEST(FaultLine, KnowsWhatIsOfTheWholeEndpoint) {
  EXPECT_TRUE(read("refuse").refuse);
  EXPECT_EQ(read("outage 1s 3s; 204").outages.at(0).from, seconds(1));
  EXPECT_EQ(read("outage 3s").outages.at(0).until, seconds(3));
  EXPECT_FALSE(read("outage").outages.at(0).until.has_value());
  EXPECT_EQ(read("tls valid; 503").tls, TlsMode::valid);
  const Behavior expired = read("tls expired x1, 200");
  EXPECT_EQ(expired.tls, TlsMode::valid);
  EXPECT_EQ(expired.sequence.at(0).plan.tls, TlsMode::expired);
}

TEST(FaultLine, TlsByItselfIsOfTheWholeBehaviourAndAnAnswerWithACountOrBesideOthers) {
  for (const TlsMode mode :
       {TlsMode::expired, TlsMode::wrong_host, TlsMode::untrusted, TlsMode::handshake_failure}) {
    const Behavior alone = read("tls " + std::string(tls_word(mode)));
    EXPECT_EQ(alone.tls, mode);
    EXPECT_TRUE(alone.sequence.empty());
  }
  const Behavior with_answers = read("tls expired; 503 x2, 200");
  EXPECT_EQ(with_answers.tls, TlsMode::expired);
  EXPECT_EQ(with_answers.sequence.size(), 2U);
  EXPECT_EQ(read("tenant 42: 410; tls untrusted; then fail").tls, TlsMode::untrusted);
  for (const char* line : {"tls expired x1", "tls expired, 200", "tls expired x1; tls valid"}) {
    const Behavior answer = read(line);
    EXPECT_EQ(answer.tls, TlsMode::valid) << line;
    EXPECT_EQ(answer.sequence.at(0).plan.tls, TlsMode::expired) << line;
  }
  EXPECT_EQ(read("20%: tls expired; 200").by.at(0).answers.sequence.at(0).plan.tls,
            TlsMode::expired);
  EXPECT_THAT(line_mistake("tls valid, 200"), HasSubstr("a ';' behind it"));
}

TEST(FaultLine, AMistakeIsShownWithACaret) {
  const std::string message = line_mistake("statsu 503, 200");
  EXPECT_THAT(message, HasSubstr("--fault:1:1"));
  EXPECT_THAT(message, HasSubstr("did you mean 'status'"));
  EXPECT_THAT(message, HasSubstr("statsu 503, 200"));
  EXPECT_THAT(message, HasSubstr("^~~~~~"));
  EXPECT_THAT(line_mistake("200, status 999"), HasSubstr("--fault:1:13"));
  EXPECT_THAT(line_mistake("200, status 999"), HasSubstr("from 200 to 599"));
}

TEST(FaultLine, WhatAFileRefusesALineRefuses) {
  EXPECT_THAT(line_mistake("blackhole + status 503"), HasSubstr("'status' has no meaning beside"));
  EXPECT_THAT(line_mistake("delay 200"), HasSubstr("unit"));
  EXPECT_THAT(line_mistake("refuse; 200"), HasSubstr("has no sequence"));
  EXPECT_THAT(line_mistake("nan%: 503; 200"), HasSubstr("out of range"));
  EXPECT_THAT(line_mistake("delay lognormal 1s nan"), HasSubstr("out of range"));
  EXPECT_THAT(line_mistake("event email.saved: 200"), HasSubstr("email.savedConfiguration"));
}

TEST(FaultLine, WhatIsWrittenWronglyIsTold) {
  EXPECT_THAT(line_mistake(""), HasSubstr("says nothing"));
  EXPECT_THAT(line_mistake("slicer 10"), HasSubstr("slicer AVERAGE_SIZE VARIATION DELAY"));
  EXPECT_THAT(line_mistake("delay normal 1s 2s"), HasSubstr("delay uniform LOWER UPPER"));
  EXPECT_THAT(line_mistake("503, , 200"), HasSubstr("missing"));
  EXPECT_THAT(line_mistake("503 + "), HasSubstr("missing"));
  EXPECT_THAT(line_mistake("body 'open"), HasSubstr("not closed"));
  EXPECT_THAT(line_mistake("customer 3: 200"), HasSubstr("no condition"));
  EXPECT_THAT(line_mistake("status 503 + status 200"), HasSubstr("twice"));
  EXPECT_THAT(line_mistake("header X"), HasSubstr("header NAME VALUE"));
}

TEST(FaultLine, ASignThatIsMissingIsNamed) {
  EXPECT_THAT(line_mistake("503 200"), HasSubstr("--fault:1:5: a ',' or a '+' is missing between"));
  EXPECT_THAT(line_mistake("503 body x"), HasSubstr("missing between '503' and 'body'"));
  EXPECT_THAT(line_mistake("blackhole 200"), HasSubstr("missing between 'blackhole' and '200'"));
  EXPECT_THAT(line_mistake("status 503 200"), HasSubstr("it is written as: status VALUE"));
  EXPECT_THAT(line_mistake("delay 1s 200"), HasSubstr("missing between '1s' and '200'"));
  EXPECT_THAT(line_mistake("header A b 503"), HasSubstr("missing between 'b' and '503'"));
  EXPECT_THAT(line_mistake("503 x 2"), HasSubstr("as one word: x2"));
  EXPECT_THAT(line_mistake("status 503 x 2"), HasSubstr("as one word: x2"));
  EXPECT_THAT(line_mistake("503 x2 x3"), HasSubstr("'x2' stands once in an answer, at its end"));
  EXPECT_THAT(line_mistake("503 x2 + body a"), HasSubstr("at its end"));
}

TEST(FaultLine, AMistakeIsToldInTheWordsOfTheLine) {
  for (const char* line : {"503;;200", "503; 200", "tls expired x1; 200"}) {
    EXPECT_THAT(line_mistake(line), HasSubstr("a ',' between two answers")) << line;
    EXPECT_THAT(line_mistake(line), Not(HasSubstr("sequence"))) << line;
  }
  EXPECT_THAT(line_mistake("503,, 200"), HasSubstr("--fault:1:5"));
  EXPECT_THAT(line_mistake("503, 200,"), HasSubstr("--fault:1:9"));
  EXPECT_THAT(line_mistake(", 503"), HasSubstr("--fault:1:1"));
  EXPECT_THAT(line_mistake("503 + + body a"), HasSubstr("--fault:1:7"));
}

TEST(FaultLine, ANumberThatIsTooLargeIsOutOfRange) {
  const std::string large = "99999999999999999999";
  for (const std::string& line :
       {"status 503 x" + large, "status " + large, large, "tenant " + large + ": 503"}) {
    EXPECT_THAT(line_mistake(line), HasSubstr("is out of range")) << line;
  }
}

TEST(FaultLine, AWordOfOtherProgramsLeadsToTheOneHere) {
  EXPECT_THAT(line_mistake("reset"), HasSubstr("did you mean 'connection_reset'"));
  EXPECT_THAT(line_mistake("timeout"), HasSubstr("did you mean 'blackhole'"));
  EXPECT_THAT(line_mistake("garbage"), HasSubstr("did you mean 'malformed'"));
  EXPECT_THAT(line_mistake("nonsense"), HasSubstr("one of: status, body, redirect, delay, "));
  EXPECT_THAT(line_mistake("nonsense"), HasSubstr("header, refuse, outage, then"));
}

}  // namespace
}  // namespace roomle_sim
