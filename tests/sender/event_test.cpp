#include "sender/event.h"

#include <gtest/gtest.h>

#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

TEST(EventText, IsTheBodyThatIsPostedAndTheTreeAgain) {
  const Event event =
      make_event("email.savedConfiguration", {{"email", "größe@example.com"}}).value();
  const EventText text(event);
  EXPECT_EQ(text.type(), "email.savedConfiguration");
  EXPECT_EQ(text.body(), event_body(event));
  EXPECT_EQ(text.email(), "größe@example.com");
  EXPECT_EQ(text.parse().data, event.data);
  EXPECT_EQ(event_body(text.parse()), text.body()) << "the members keep their order";
}

TEST(EventText, IsReadFromABodyAndFromNothingElse) {
  const EventText text(make_event("email.shareConfiguration", {{"email", "a@b.example"}}).value());
  const auto read = EventText::from_body(text.body());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->type(), text.type());
  EXPECT_EQ(read->body(), text.body());
  for (const char* body : {"", "x", "[]", "{}", R"({"event":"x"})", R"({"event":1,"data":{}})"}) {
    EXPECT_FALSE(EventText::from_body(body)) << body;
  }
}

TEST(EventText, TheCustomersWordsAreKeptBesideTheBodyAndNeverInIt) {
  Event event = make_event("email.shareConfiguration", {{"email", "a@b.example"}}).value();
  const std::string without = event_body(event);
  event.message = "our secret garden";
  EXPECT_EQ(event_body(event), without);
  const EventText text(event);
  EXPECT_EQ(text.body(), without);
  EXPECT_EQ(text.message(), event.message);
  EXPECT_EQ(text.parse().message, event.message);
  EXPECT_EQ(text.size(), EventText(Event{event.type, event.data, ""}).size() + 17);
}

TEST(EventText, WhatWasStoredIsTakenAsItIsUnlessItIsNoEvent) {
  const EventText text(make_event("email.shareConfiguration", {{"email", "a@b.example"}}).value());
  const auto stored = EventText::stored(text.type(), text.body(), "words", "de");
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->body(), text.body());
  EXPECT_EQ(stored->parse().message, "words");
  for (const char* body : {"", "x", "[]", "{\"event\":", "{\"event\":\"\xff\"}", "null", "{}{}"}) {
    EXPECT_FALSE(EventText::stored("x", body, "", "")) << body;
  }
}

TEST(EventText, WhatIsNoUtf8IsReplacedOnceAndForAll) {
  const EventText text(Event{"email.savedConfiguration", {{"email", "a\xff@b.example"}}});
  EXPECT_EQ(text.email(), "a\xef\xbf\xbd@b.example");
}

}  // namespace
}  // namespace roomle_sim
