// Thousands of responses that went wrong somewhere: always a result, and one that makes sense.
#include <algorithm>
#include <array>
#include <iterator>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "base/random.h"
#include "sender/chunked_body.h"
#include "tests/sender/http_transport_fixture.h"
#include "tests/support/responses.h"

namespace roomle_sim {
namespace {

const std::array<std::string, 12> kPieces = {
    "\r\n",      "\n",  "\r",   ":",  " ",        std::string(1, '\0'),
    "HTTP/1.1 ", "100", "ffff", "-1", "\r\n\r\n", "%0d%0a"};

std::string mutate(std::string text, Random& random) {
  const auto at = [&] { return static_cast<std::size_t>(random.between(0, text.size())); };
  for (auto times = random.between(1, 4); times > 0; --times) {
    switch (random.between(0, 5)) {
      case 0:
        text.insert(at(), kPieces[random.between(0, kPieces.size() - 1)]);
        break;
      case 1:
        text.resize(at());
        break;
      case 2:
        if (!text.empty()) text[at() % text.size()] = static_cast<char>(random.between(0, 255));
        break;
      case 3:
        text.erase(at(), random.between(1, 8));
        break;
      case 4:
        text.insert(at(), random.between(1, 3000), static_cast<char>(random.between(0, 255)));
        break;
      default:
        text.insert(at(), text.substr(at(), 40));
        break;
    }
  }
  return text;
}

TEST(HttpTransportMutation, AlwaysGivesAResult) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  std::mutex mutex;
  std::string response;  // what the next post gets
  const RawServer server([&](RawConnection& connection) {
    if (connection.read_request().empty()) return;
    std::unique_lock lock(mutex);
    const std::string copy = response;
    lock.unlock();
    connection.send(copy);  // may last longer than the post
  });
  HttpTransportOptions options;
  options.idle_in_all = 0;  // each on a connection of its own
  const auto transport = make_transport(options);
  const int rounds = 10'000 / kSlowness;
  int complete = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto seed_at = random.between(0, std::size(test::kResponses) - 1);
    const std::string mutated = mutate(std::string(test::kResponses[seed_at]), random);
    {
      const std::lock_guard lock(mutex);
      response = mutated;
    }
    const AttemptResult result = transport->post(to_url(server.url()));
    const std::string word = reason(result);
    EXPECT_TRUE(word == "none" || word == "malformed_response" || word == "connection_closed")
        << word << ": " << result.detail << " after " << ::testing::PrintToString(mutated);
    EXPECT_EQ(result.error.has_value(), !result.detail.empty());
    if (word != "none") continue;
    ++complete;
    ASSERT_TRUE(result.response);
    EXPECT_GE(result.response->status, 200);
    EXPECT_LE(result.response->status, 999);
  }
  EXPECT_GT(complete, rounds / 20);
  EXPECT_LT(complete, rounds);
}

// Cut anywhere, the chunks give the same body: the decoder keeps its place between calls.
TEST(HttpTransportMutation, ChunksMayComeInAnyPieces) {
  const std::string raw = "3\r\nabc\r\n2;x=y\r\nde\r\n00\r\nT: 1\r\n\r\n";
  for (std::size_t piece = 1; piece <= raw.size(); ++piece) {
    for (const std::size_t room : {1u, 2u, 64u}) {
      ChunkedBody chunks;
      std::string body;
      std::size_t at = 0;
      while (at < raw.size() && !chunks.malformed()) {
        char out[64];
        const auto step = chunks.decode(std::string_view(raw).substr(at, piece), out, room);
        body.append(out, step.written);
        at += step.taken;
      }
      EXPECT_TRUE(chunks.complete());
      EXPECT_EQ(body, "abcde");
    }
  }
}

}  // namespace
}  // namespace roomle_sim
