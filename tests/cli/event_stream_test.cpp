#include "cli/event_stream.h"

#include <vector>

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

std::vector<StreamEvent> events_of(EventStreamReader& reader, std::string_view bytes,
                                   std::size_t at_once) {
  std::vector<StreamEvent> events;
  for (std::size_t at = 0; at < bytes.size(); at += at_once) {
    reader.feed(bytes.substr(at, at_once), [&](const StreamEvent& event) {
      events.push_back(event);
      return true;
    });
  }
  return events;
}

TEST(EventStream, IsReadAlikeHoweverItIsCutAndWhateverEndsItsLines) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string text = "\xEF\xBB\xBF: hello" + end + "retry: 1000" + end + end + "id: r-1" +
                             end + "event: ended" + end + "data: {\"a\":" + end + "data:1}" + end +
                             end + "data" + end + end;
    for (std::size_t at_once = 1; at_once <= text.size(); ++at_once) {
      EventStreamReader reader;
      const std::vector<StreamEvent> events = events_of(reader, text, at_once);
      ASSERT_EQ(events.size(), 2U) << at_once;
      EXPECT_EQ(events[0].type, "ended");
      EXPECT_EQ(events[0].data, "{\"a\":\n1}");
      EXPECT_EQ(events[1].type, "message");
      EXPECT_EQ(events[1].data, "");
      EXPECT_EQ(reader.last_id(), "r-1");
    }
  }
}

TEST(EventStream, WhatWasNotCompleteIsForgottenWithItsConnection) {
  EventStreamReader reader;
  EXPECT_EQ(events_of(reader, "id: r-1\ndata: x\n\nid: r-2\ndata: y\n", 100).size(), 1U);
  EXPECT_EQ(reader.last_id(), "r-1");
  reader.begin_again();
  EXPECT_TRUE(events_of(reader, "\n", 1).empty());
  EXPECT_EQ(reader.last_id(), "r-1");
}

TEST(EventStream, AnIdAloneCountsWithoutAnEvent) {
  EventStreamReader reader;
  EXPECT_TRUE(events_of(reader, ": heartbeat\nid: r-7\n\n", 100).empty());
  EXPECT_EQ(reader.last_id(), "r-7");
}

TEST(EventStream, ALineWithoutEndEndsTheReading) {
  EventStreamReader reader;
  const std::string piece(1024 * 1024, 'x');
  const auto never = [](const StreamEvent&) { return true; };
  int pieces = 0;
  while (pieces < 100 && reader.feed(piece, never)) ++pieces;
  EXPECT_TRUE(reader.too_large());
  EXPECT_LE(pieces * piece.size(), EventStreamReader::kMostBytes);
}

TEST(EventStream, ItsReaderMayEndIt) {
  EventStreamReader reader;
  int seen = 0;
  EXPECT_FALSE(reader.feed("data: 1\n\ndata: 2\n\n", [&](const StreamEvent&) {
    ++seen;
    return false;
  }));
  EXPECT_EQ(seen, 1);
  EXPECT_FALSE(reader.too_large());
}

}  // namespace
}  // namespace roomle_sim
