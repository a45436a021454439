// Whatever bytes an endpoint sends, the journal's text stays JSON, and gives them back.
#include "journal/json_text.h"

#include <cstdlib>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/random.h"

namespace roomle_sim {
namespace {

std::string there_and_back(const std::string& bytes) {
  JsonText text;
  text.open_object();
  text.member("bytes", bytes);
  text.close_object();
  const auto tree = json_from<nlohmann::json>(text.take());
  return tree.is_object() ? bytes_of(tree.at("bytes")) : "not JSON";
}

TEST(JsonText, PutsCommasWhereTheyBelong) {
  JsonText text;
  text.open_array();
  text.open_object();
  text.member("a", 1);
  text.member("b", true);
  text.open_array("c");
  text.text("x");
  text.text("{");
  text.text("y");
  text.close_array();
  text.open_object("d");
  text.close_object();
  text.member("e", "z");
  text.close_object();
  text.open_object();
  text.close_object();
  text.close_array();
  EXPECT_EQ(text.take(), R"([{"a":1,"b":true,"c":["x","{","y"],"d":{},"e":"z"},{}])");
}

TEST(JsonText, EveryPairOfBytesComesBack) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
      ASSERT_EQ(there_and_back(bytes), bytes) << first << ' ' << second;
    }
  }
}

TEST(JsonText, RandomBytesComeBackCharactersOfEachLengthAmongThem) {
  const char* given = std::getenv("ROOMLE_SIM_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  SCOPED_TRACE(fmt::format("ROOMLE_SIM_TEST_SEED={}", seed));
  fmt::print("ROOMLE_SIM_TEST_SEED={}\n", seed);
  const std::vector<std::string> parts{"a",
                                       "\"",
                                       "\\",
                                       "\n",
                                       "ü",
                                       "€",
                                       "😀",
                                       "\xed\x9f\xbf",
                                       "\xed",
                                       "\xed\xa0\x80",
                                       "\xe0\x80\x80",
                                       "\xf4\x90\x80\x80",
                                       "\xf0",
                                       "\xc0\x80",
                                       "\xf8\x88",
                                       "\xf4\x8f\xbf\xbf"};
  Random random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (std::uint64_t size = random.between(0, 6); size > 0; --size) {
      bytes += random.between(0, 3) == 0 ? std::string(1, static_cast<char>(random.between(0, 255)))
                                         : parts[random.between(0, parts.size() - 1)];
    }
    ASSERT_EQ(there_and_back(bytes), bytes) << "round " << round;
  }
}

TEST(JsonText, TextStaysReadable) {
  JsonText text;
  text.text("grüße \x01\"\\");
  EXPECT_EQ(text.take(), "\"grüße \\u0001\\\"\\\\\"");
}

}  // namespace
}  // namespace roomle_sim
