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
  EXPECT_EQ(plan.delay, milliseconds(200));
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
  EXPECT_EQ(first(R"({"dribble": {"interval": "1s"}})").dribble, milliseconds(1000));
  EXPECT_TRUE(first(R"({"endless_body": true})").endless_body);
  EXPECT_TRUE(parse(R"({"refuse": true})")->refuse);
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
              HasSubstr("longer than nothing"));
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
