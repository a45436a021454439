// Reading behaviours, and what is said about wrong ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "endpoint/behavior.h"

namespace roomle_sim {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

Result<Behavior> parse(std::string text) {
  return parse_behavior(std::make_shared<SourceText>(SourceText{"b.json", std::move(text)}));
}

ResponsePlan first(std::string text) {
  const Result<Behavior> behavior = parse(R"({"sequence": [)" + std::move(text) + "]}");
  if (!behavior) throw std::runtime_error(behavior.error().message);
  return behavior->sequence.at(0).plan;
}

std::string mistake(std::string text) {
  const Result<Behavior> behavior = parse(std::move(text));
  return behavior ? "no mistake found" : behavior.error().message;
}

std::string entry_mistake(const std::string& entry) {
  return mistake(R"({"sequence": [)" + entry + "]}");
}

TEST(BehaviorReader, ReadsAWholeEntry) {
  const auto behavior = parse(R"({
    // a tenant that is overloaded
    "sequence": [{"status": 503, "headers": {"Retry-After": "5", "X-Count": 3}, "body": "down",
                  "delay": "200ms", "times": 2}],
    "then": "cycle"})");
  ASSERT_TRUE(behavior.ok()) << behavior.error().message;
  EXPECT_EQ(behavior->then, AfterSequence::cycle);
  ASSERT_EQ(behavior->sequence.size(), 1U);
  EXPECT_EQ(behavior->sequence[0].times, 2U);
  const ResponsePlan& plan = behavior->sequence[0].plan;
  EXPECT_EQ(plan.status, 503);
  EXPECT_EQ(plan.body, "down");
  EXPECT_EQ(std::get<Duration>(behavior->sequence[0].delay), milliseconds(200));
  EXPECT_EQ(plan.headers, (Headers{{"Retry-After", "5"},
                                   {"X-Count", "3"},
                                   {"Content-Type", "text/plain; charset=utf-8"}}));
}

TEST(BehaviorReader, AJsonBodyIsSentAsJsonInTheOrderOfTheFile) {
  const ResponsePlan plan = first(R"({"body": {"z": 1, "a": [true, null]}})");
  EXPECT_EQ(plan.body, R"({"z":1,"a":[true,null]})");
  EXPECT_EQ(plan.headers, (Headers{{"Content-Type", "application/json"}}));
}

TEST(BehaviorReader, AContentTypeOfTheFileStands) {
  const ResponsePlan plan = first(R"({"headers": {"content-type": "text/html"}, "body": "<p>"})");
  EXPECT_EQ(plan.headers, (Headers{{"content-type", "text/html"}}));
}

TEST(BehaviorReader, ReadsEachFault) {
  EXPECT_EQ(first(R"({"connection_reset": true})").fault, Fault::reset_before_response);
  EXPECT_EQ(first(R"({"connection_reset": {}})").fault, Fault::reset_before_response);
  EXPECT_EQ(first(R"({"connection_reset": {"at": "after_headers"}})").fault,
            Fault::reset_after_headers);
  EXPECT_EQ(first(R"({"empty_response": true})").fault, Fault::empty_response);
  EXPECT_EQ(first(R"({"malformed": "status_line"})").fault, Fault::malformed_status_line);
  EXPECT_EQ(first(R"({"malformed": "header"})").fault, Fault::malformed_header);
  EXPECT_EQ(first(R"({"malformed": "chunk"})").fault, Fault::malformed_chunk);
  EXPECT_EQ(first(R"({"malformed": "content_length"})").fault, Fault::malformed_content_length);
  EXPECT_EQ(first(R"({"blackhole": true})").fault, Fault::blackhole);
  EXPECT_EQ(first(R"({"connection_reset": {"at": "on_accept"}})").fault, Fault::reset_on_accept);
  EXPECT_EQ(first(R"({"connection_reset": {"at": "in_body"}})").fault, Fault::reset_in_body);
  EXPECT_EQ(first(R"({"malformed": "endless_headers"})").fault, Fault::malformed_endless_headers);
  EXPECT_EQ(first(R"({"malformed": "huge_header"})").fault, Fault::malformed_huge_header);
  EXPECT_EQ(first(R"({"accept_then_lose": true})").fault, Fault::accept_then_lose);
  EXPECT_EQ(first(R"({"limit_data": 20})").limit_data, 20U);
  EXPECT_EQ(first(R"({"slow_close": "1s"})").slow_close, milliseconds(1000));
  EXPECT_TRUE(first(R"({"endless_body": true})").endless_body);
  EXPECT_TRUE(parse(R"({"refuse": true})")->refuse);
}

TEST(BehaviorReader, ReadsHowAResponseIsSpreadOverTime) {
  const auto dribble =
      std::get<pacing::Dribble>(first(R"({"dribble": {"interval": "1s"}})").pacing);
  EXPECT_EQ(dribble.interval, milliseconds(1000));
  const auto pieces =
      std::get<pacing::Pieces>(first(R"({"dribble": {"chunks": 4, "total": "2s"}})").pacing);
  EXPECT_EQ(pieces.count, 4U);
  EXPECT_EQ(pieces.total, milliseconds(2000));
  const auto slices = std::get<pacing::Slices>(
      first(R"({"slicer": {"average_size": 10, "variation": 3, "delay": "1ms"}})").pacing);
  EXPECT_EQ(slices.average, 10U);
  EXPECT_EQ(slices.variation, 3U);
  EXPECT_EQ(slices.delay, milliseconds(1));
  const auto speed = [](const std::string& text) {
    return std::get<pacing::Bandwidth>(first(R"({"bandwidth": ")" + text + "\"}").pacing)
        .bytes_per_second;
  };
  EXPECT_EQ(speed("500B/s"), 500U);
  EXPECT_EQ(speed("10KB/s"), 10'000U);
  EXPECT_EQ(speed("2MB/s"), 2'000'000U);
}

TEST(BehaviorReader, ReadsARedirect) {
  const ResponsePlan plan = first(R"({"redirect": "https://elsewhere.example/"})");
  EXPECT_EQ(plan.status, 302);
  EXPECT_EQ(plan.headers, (Headers{{"Location", "https://elsewhere.example/"}}));
  EXPECT_EQ(first(R"({"redirect": {"location": "/x", "status": 308}})").status, 308);
}

TEST(BehaviorReader, ReadsRulesTlsAndOutages) {
  const auto behavior = parse(R"({
    "by": [{"event": "email.shareConfiguration", "tenant": 42, "probability": 0.5, "status": 503},
           {"tenant": 7, "sequence": [500, {"blackhole": true}], "then": "cycle"}],
    "tls": "wrong_host", "outage": {"from": "1s", "until": "2s"}})");
  ASSERT_TRUE(behavior.ok()) << behavior.error().message;
  ASSERT_EQ(behavior->by.size(), 2U);
  EXPECT_EQ(behavior->by[0].event, "email.shareConfiguration");
  EXPECT_EQ(behavior->by[0].tenant_id, 42);
  EXPECT_EQ(behavior->by[0].probability, 0.5);
  EXPECT_EQ(behavior->by[0].answers.sequence.at(0).plan.status, 503);
  EXPECT_EQ(behavior->by[1].answers.sequence.size(), 2U);
  EXPECT_EQ(behavior->by[1].answers.then, AfterSequence::cycle);
  EXPECT_EQ(behavior->tls, TlsMode::wrong_host);
  EXPECT_EQ(behavior->outages.at(0).until, milliseconds(2000));
}

TEST(BehaviorReader, RulesAreCheckedLikeEntries) {
  const auto rule = [](const std::string& text) { return mistake(R"({"by": [)" + text + "]}"); };
  EXPECT_THAT(rule(R"({"tenant": 42, "statsu": 503})"), HasSubstr("did you mean 'status'"));
  EXPECT_THAT(rule(R"({"tennant": 42})"), HasSubstr("did you mean 'tenant'"));
  EXPECT_THAT(rule(R"({"event": "email.savedConfig"})"), HasSubstr("email.savedConfiguration"));
  EXPECT_THAT(rule(R"({"status": 503})"), HasSubstr("fits everything"));
  EXPECT_THAT(rule(R"({"probability": 2})"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(rule(R"({"tenant": 42, "sequence": [200], "status": 503})"),
              HasSubstr("'status' has no meaning beside 'sequence'"));
  EXPECT_THAT(rule(R"({"tenant": 42, "then": "cycle"})"), HasSubstr("without 'sequence'"));
  EXPECT_THAT(rule(R"({"tenant": 42, "connection_reset": {"at": "on_accept"}})"),
              HasSubstr("before the request"));
  EXPECT_THAT(rule("503"), HasSubstr("a rule"));
  EXPECT_THAT(mistake(R"({"by": {}})"), HasSubstr("a list of rules"));
}

TEST(BehaviorReader, ValuesOfFaultsAreChecked) {
  EXPECT_THAT(entry_mistake(R"({"bandwidth": 10})"), HasSubstr("10KB/s"));
  EXPECT_THAT(entry_mistake(R"({"bandwidth": "10"})"), HasSubstr("'10' is no bandwidth"));
  EXPECT_THAT(entry_mistake(R"({"bandwidth": "0KB/s"})"), HasSubstr("no bandwidth"));
  EXPECT_THAT(entry_mistake(R"({"slicer": {"average_size": 5, "variation": 5, "delay": "1ms"}})"),
              HasSubstr("'variation' must be less than"));
  EXPECT_THAT(entry_mistake(R"({"dribble": {"chunks": 1, "total": "1s"}})"), HasSubstr("from 2"));
  EXPECT_THAT(entry_mistake(R"({"dribble": {"chunks": 3}})"), HasSubstr("'total'"));
  EXPECT_THAT(entry_mistake(R"({"dribble": {"chunks": 3, "total": "1s", "interval": "1s"}})"),
              HasSubstr("exclude each other"));
  EXPECT_THAT(entry_mistake(R"({"delay": {"uniform": {"lower": "2s", "upper": "1s"}}})"),
              HasSubstr("shorter than 'lower'"));
  EXPECT_THAT(entry_mistake(R"({"delay": {}})"), HasSubstr("'uniform' or 'lognormal'"));
  EXPECT_THAT(
      entry_mistake(R"({"delay": {"lognormal": {"median": "2s", "sigma": 1, "max": "1s"}}})"),
      HasSubstr("shorter than 'median'"));
  EXPECT_THAT(mistake(R"({"outage": {"from": "2s", "until": "1s"}})"), HasSubstr("must be later"));
  EXPECT_THAT(mistake(R"({"tls": "expird"})"), HasSubstr("did you mean 'expired'"));
  EXPECT_THAT(entry_mistake(R"({"tls": "expired"})"), HasSubstr("plain HTTP"));
  EXPECT_THAT(entry_mistake(R"({"rate_limit": {"requests": 2}})"), HasSubstr("'window'"));
}

TEST(BehaviorReader, AFaultThatIsFalseIsNone) {
  EXPECT_EQ(
      first(R"({"blackhole": false, "empty_response": false, "connection_reset": false})").fault,
      Fault::none);
}

TEST(BehaviorReader, AnUnknownMemberIsShownWithItsPlaceAndWhatWasMeant) {
  const std::string message = mistake("{\n  \"sequence\": [\n    {\"statsu\": 503}\n  ]\n}");
  EXPECT_THAT(message, HasSubstr("b.json:3:6"));
  EXPECT_THAT(message, HasSubstr("did you mean 'status'"));
  EXPECT_THAT(message, HasSubstr("^"));
  EXPECT_THAT(mistake(R"({"sequense": []})"), HasSubstr("did you mean 'sequence'"));
  EXPECT_THAT(mistake(R"({"then": "repeat"})"), HasSubstr("repeat_last, cycle, fail"));
}

TEST(BehaviorReader, RangesAreChecked) {
  EXPECT_THAT(entry_mistake("199"), HasSubstr("from 200 to 599"));
  EXPECT_THAT(entry_mistake("600"), HasSubstr("from 200 to 599"));
  EXPECT_THAT(entry_mistake(R"({"status": 100})"), HasSubstr("from 200 to 599"));
  EXPECT_THAT(entry_mistake(R"({"times": 0})"), HasSubstr("from 1 to"));
  EXPECT_THAT(entry_mistake(R"({"times": 1.5})"), HasSubstr("a whole number"));
  EXPECT_THAT(entry_mistake(R"({"dribble": {"interval": "0s"}})"),
              HasSubstr("'interval' must be longer than 0s"));
  EXPECT_THAT(entry_mistake(R"({"headers": {"X": "a\nb"}})"), HasSubstr("must hold no control"));
}

TEST(BehaviorReader, ABareNumberIsNoDuration) {
  EXPECT_THAT(entry_mistake(R"({"delay": 200})"), HasSubstr("unit"));
  EXPECT_THAT(entry_mistake(R"({"dribble": {"interval": 1}})"), HasSubstr("unit"));
  EXPECT_THAT(entry_mistake(R"({"dribble": {}})"), HasSubstr("needs the member 'interval'"));
}

TEST(BehaviorReader, WrongKindsAreRefused) {
  EXPECT_THAT(mistake("[]"), HasSubstr("an object"));
  EXPECT_THAT(mistake(R"({"sequence": 503})"), HasSubstr("a sequence"));
  EXPECT_THAT(entry_mistake(R"("503")"), HasSubstr("an entry of the sequence"));
  EXPECT_THAT(entry_mistake(R"({"headers": []})"), HasSubstr("headers"));
  EXPECT_THAT(entry_mistake(R"({"blackhole": "yes"})"), HasSubstr("true or false"));
  EXPECT_THAT(entry_mistake(R"({"malformed": "body"})"), HasSubstr("status_line"));
  EXPECT_THAT(entry_mistake(R"({"connection_reset": {"at": "before"}})"),
              HasSubstr("before_response"));
}

TEST(BehaviorReader, HeadersCannotBreakTheResponse) {
  EXPECT_THAT(entry_mistake(R"({"headers": {"X-A": "1\r\nX-B: 2"}})"),
              HasSubstr("control characters"));
  EXPECT_THAT(entry_mistake(R"({"headers": {"X A": "1"}})"), HasSubstr("no header name"));
  EXPECT_THAT(entry_mistake(R"({"headers": {"Content-Length": "1"}})"),
              HasSubstr("the endpoint's own"));
}

TEST(BehaviorReader, WhatWouldHaveNoEffectIsRefused) {
  EXPECT_THAT(entry_mistake(R"({"blackhole": true, "status": 503})"),
              HasSubstr("'status' has no meaning beside 'blackhole'"));
  EXPECT_THAT(entry_mistake(R"({"blackhole": true, "delay": "1s"})"), HasSubstr("'delay'"));
  EXPECT_THAT(entry_mistake(R"({"empty_response": true, "body": "x"})"), HasSubstr("'body'"));
  EXPECT_THAT(entry_mistake(R"({"empty_response": true, "blackhole": true})"),
              HasSubstr("exclude each other"));
  EXPECT_THAT(entry_mistake(R"({"malformed": "chunk", "endless_body": true})"),
              HasSubstr("'endless_body'"));
  EXPECT_THAT(entry_mistake(R"({"status": 204, "body": "x"})"), HasSubstr("no body"));
  EXPECT_THAT(entry_mistake(R"({"status": 204, "slow_close": "1s"})"), HasSubstr("no body"));
  EXPECT_THAT(entry_mistake(R"({"accept_then_lose": true, "status": 503})"),
              HasSubstr("'status' has no meaning beside 'accept_then_lose'"));
  EXPECT_THAT(entry_mistake(R"({"bandwidth": "1KB/s", "dribble": {"interval": "1s"}})"),
              HasSubstr("exclude each other"));
  EXPECT_THAT(entry_mistake(R"({"connection_reset": {"at": "on_accept"}, "delay": "1s"})"),
              HasSubstr("it comes before the request"));
  EXPECT_THAT(entry_mistake(R"({"endless_body": true, "dribble": {"chunks": 2, "total": "1s"}})"),
              HasSubstr("'chunks' has no meaning"));
  EXPECT_THAT(entry_mistake(R"({"redirect": "/x", "status": 301})"), HasSubstr("'status'"));
  EXPECT_THAT(entry_mistake(R"({"malformed": "endless_headers", "body": "x"})"),
              HasSubstr("'body'"));
  EXPECT_THAT(mistake(R"({"refuse": true, "sequence": [200]})"), HasSubstr("has no sequence"));
}

TEST(BehaviorReader, AllMistakesAreShownTogether) {
  const std::string message =
      mistake(R"({"sequence": [{"status": 1}, {"times": 0}], "then": "never"})");
  EXPECT_THAT(message, HasSubstr("1 is out of range"));
  EXPECT_THAT(message, HasSubstr("0 is out of range"));
  EXPECT_THAT(message, HasSubstr("'never' is not known"));
}

TEST(BehaviorReader, WhatIsNotJsonIsRefused) {
  EXPECT_THAT(mistake("sequence: 503"), HasSubstr("not JSON"));
  EXPECT_THAT(mistake(R"({"sequence": [503)"), HasSubstr("ends too early"));
}

}  // namespace
}  // namespace roomle_sim
