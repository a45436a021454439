// Random mails: whatever the event, the tenant and the id hold, a message comes out that both
// parsers read, with the same headers as always.
#include <cstdlib>
#include <random>

#include <gmock/gmock.h>

#include "base/random.h"
#include "fallback_mailer/mail_reader.h"
#include "fallback_mailer/message.h"
#include "mail_fixture.h"

namespace roomle_sim {
namespace {

std::uint64_t chosen_seed() {
  const char* given = std::getenv("ROOMLE_SIM_SEED");
  if (given != nullptr) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

// Bytes of every kind, with more than their share of what has a meaning in a mail.
std::string random_text(Random& random, std::size_t longest) {
  static const std::vector<std::string> kPieces{"\r\n",
                                                "\n",
                                                "\r",
                                                std::string(1, '\0'),
                                                "=?",
                                                "?=",
                                                "=?utf-8?q?",
                                                "=0d=0a",
                                                "Bcc: a@b.c",
                                                "--",
                                                "=_roomle_",
                                                "ä",
                                                "家",
                                                "🛋",
                                                "\xFF",
                                                "\xC2",
                                                "\xE2\x80\xA8",
                                                "<",
                                                ">",
                                                "&",
                                                "\"",
                                                "'",
                                                ",",
                                                ";",
                                                "(",
                                                ")",
                                                "\\",
                                                "@",
                                                ":",
                                                " ",
                                                "\t",
                                                "https://",
                                                "{tenant}",
                                                "From ",
                                                ".",
                                                "\x1B[2J"};
  std::string text;
  const std::size_t size = random.between(0, longest);
  while (text.size() < size) {
    if (random.between(0, 1) == 0) {
      text += kPieces[random.between(0, kPieces.size() - 1)];
    } else if (random.between(0, 9) == 0) {
      text += static_cast<char>(random.between(0, 255));
    } else {
      text += std::string(random.between(1, 90), static_cast<char>(random.between('a', 'z')));
    }
  }
  return text;
}

FallbackMail random_mail(Random& random) {
  const std::vector<std::string>& types = test::mailed_types();
  FallbackMail mail = test::sample_mail(types[random.between(0, types.size() - 1)]);
  const auto sometimes = [&] { return random.between(0, 2) == 0; };
  for (const char* member : {"url", "resultUrl", "configuratorId", "success"}) {
    if (sometimes()) mail.event.data[member] = random_text(random, 2000);
  }
  if (sometimes()) mail.event.data["success"] = random.between(0, 1) == 0;
  if (sometimes()) mail.event.message = random_text(random, 2000);
  if (sometimes()) mail.event.type = random_text(random, 300);
  if (sometimes()) mail.delivery = random_text(random, 300);
  if (sometimes()) mail.tenant.label = random_text(random, 1000);
  if (sometimes()) mail.tenant.default_language = random.between(0, 1) == 0 ? "de" : "x";
  if (sometimes()) mail.tenant.privacy_url = random_text(random, 300);
  mail.tenant.branded = sometimes();
  mail.at += std::chrono::seconds(random.between(0, 4'000'000'000));
  return mail;
}

TEST(MessageFuzz, EveryMailIsReadableWithItsHeadersIntact) {
  const std::uint64_t seed = chosen_seed();
  SCOPED_TRACE(testing::Message() << "ROOMLE_SIM_SEED=" << seed);
  RecordProperty("seed", std::to_string(seed));
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  for (std::uint64_t i = 0; i < 2000 && !testing::Test::HasFailure(); ++i) {
    Random random = Random(seed).split(i);
    const FallbackMail mail = random_mail(random);
    const Result<std::string, MailError> bytes = compose_mail(mail, {});
    ASSERT_TRUE(bytes.ok());
    ASSERT_THAT(test::raw_problems(*bytes), testing::IsEmpty()) << *bytes;
    const test::RawMessage raw = test::take_apart(*bytes);
    const Result<ReceivedMail> read = read_mail(*bytes);
    ASSERT_TRUE(read.ok());
    ASSERT_EQ(read->headers.size(), 13U) << *bytes;
    ASSERT_EQ(raw.headers.size(), 13U);
    for (const auto& [name, value] : read->headers) {
      ASSERT_EQ(value.find_first_of("\r\n"), std::string::npos) << name;
    }
    ASSERT_EQ(read->from, "noreply@roomle.example");
    ASSERT_THAT(read->to, testing::ElementsAre("targetEmail@gmail.com"));
    ASSERT_EQ(read->subject, raw.header("Subject"));
    ASSERT_EQ(read->header("X-Roomle-Delivery"), raw.header("X-Roomle-Delivery"));
    ASSERT_EQ(read->text, raw.text);
    ASSERT_EQ(read->html, raw.html);
  }
}

// The address is attacked apart: most of it is refused, and what is taken stays one address.
TEST(MessageFuzz, AnyAddressIsRefusedOrStaysOneAddress) {
  const std::uint64_t seed = chosen_seed();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  for (std::uint64_t i = 0; i < 5000; ++i) {
    Random random = Random(seed).split(i);
    FallbackMail mail = test::sample_mail();
    std::string email = random_text(random, 12) + "@" + random_text(random, 12) + ".example";
    mail.event.data["email"] = email;
    const Result<std::string, MailError> bytes = compose_mail(mail, {});
    if (!bytes.ok()) continue;
    const Result<ReceivedMail> read = read_mail(*bytes);
    ASSERT_EQ(read->to.size(), 1U) << email;
    ASSERT_EQ(read->headers.size(), 13U) << email;
    ASSERT_THAT(test::raw_problems(*bytes), testing::IsEmpty()) << *bytes;
  }
}

}  // namespace
}  // namespace roomle_sim
