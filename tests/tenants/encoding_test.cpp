#include "tenants/encoding.h"

#include <array>

#include <gtest/gtest.h>

#include "base/random.h"

namespace roomle_sim {
namespace {

// The test vectors of RFC 4648, section 10.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kVectors{{
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
}};

TEST(Base64, AgreesWithTheVectorsOfTheRfc) {
  for (const auto& [bytes, text] : kVectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, ReadsBothAlphabets) {
  const std::string bytes("\xFB\xEF\xBE\xFF\xFF\xFF", 6);
  EXPECT_EQ(base64_encode(bytes), "++++////");
  EXPECT_EQ(base64_url_form("++++//8="), "----__8=");
  EXPECT_EQ(base64_decode("++++////"), bytes);
  EXPECT_EQ(base64_decode("----____"), bytes);
}

TEST(Base64, PaddingMayBeMissing) {
  EXPECT_EQ(base64_decode("Zg"), "f");
  EXPECT_EQ(base64_decode("Zm8"), "fo");
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
  for (const std::string_view text :
       {"Z", "Zm9vY", "Zg=", "Zg===", "Z===", "=", "==", "====", "Zg==Zg==", "Z=g=", "Zm9v=",
        "Zm9v====", " Zm9v", "Zm9v\n", "Zm 9v", "Zm9*", "Zm9\xC3", "Zh==", "Zm9="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << '"' << text << '"';
  }
  EXPECT_EQ(base64_decode(std::string_view("Zm9\0", 4)), std::nullopt);
}

TEST(Base64, WhatWasEncodedReadsBack) {
  Random random(20201231);
  for (std::size_t length = 0; length < 300; ++length) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode(base64_url_form(base64_encode(bytes))), bytes);
  }
}

TEST(Hex, WritesLowerCaseAndReadsBoth) {
  const std::string bytes("\x00\x7F\x80\xFF", 4);
  EXPECT_EQ(hex_encode(bytes), "007f80ff");
  EXPECT_EQ(hex_decode("007f80ff"), bytes);
  EXPECT_EQ(hex_decode("007F80FF"), bytes);
  EXPECT_EQ(hex_decode(""), "");
}

TEST(Hex, RefusesHalfBytesAndOtherCharacters) {
  for (const std::string_view text : {"0", "000", "0g", "0x00", "00 00", "-1"}) {
    EXPECT_EQ(hex_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace roomle_sim
