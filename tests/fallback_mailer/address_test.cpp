#include "fallback_mailer/address.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace roomle_sim {
namespace {

using testing::HasSubstr;

TEST(Address, PlainOnesAreTakenAsTheyAre) {
  for (const std::string text :
       {"targetEmail@gmail.com", "a@b.example", "first.last+tag@sub.acme.example",
        "o'hara@x.example", "user@localhost", "x@xn--mller-kva.example", "a@1.example",
        "#!$%&'*+-/=?^_`{|}~@a.example"}) {
    const Result<MailAddress> address = parse_address(text);
    ASSERT_TRUE(address.ok()) << text << ": " << address.error().message;
    EXPECT_EQ(address->text, text);
  }
}

TEST(Address, AnInternationalDomainIsWrittenInAscii) {
  EXPECT_EQ(parse_address("kunde@müller.example")->text, "kunde@xn--mller-kva.example");
  EXPECT_EQ(parse_address("a@straße.example")->text, "a@xn--strae-oqa.example");
}

struct Bad {
  std::string text;
  std::string why;
};

TEST(Address, EachBadOneIsRefusedWithItsReason) {
  const std::string nul = std::string("a@b.example") + '\0' + "c";
  const std::vector<Bad> table{
      {"", "there is no email address"},
      {"no-at.example", "it has no @"},
      {"@b.example", "nothing stands before the @"},
      {"a@", "nothing stands behind the @"},
      {"a@b@c.example", "more than one @"},
      {"a b@c.example", "a space"},
      {" a@b.example", "a space"},
      {"a@b.example ", "a space"},
      {"a@b.example\r\nBcc: evil@c.example", "a line break"},
      {"a@b.example\n", "a line break"},
      {"a\r@b.example", "a line break"},
      {"a\t@b.example", "control byte 0x09"},
      {nul, "control byte 0x00"},
      {"a@b.example,c@d.example", "one address is wanted"},
      {"a@b.example;c@d.example", "one address is wanted"},
      {"Acme <a@b.example>", "a space"},
      {"<a@b.example>", "bare address"},
      {"a(comment)@b.example", "a comment"},
      {"a@b.example(comment)", "a comment"},
      {"\"a\"@b.example", "quoted local part"},
      {"a\\b@c.example", "quoted local part"},
      {"group:a@b.example", "':' cannot stand before the @"},
      {"a[1]@b.example", "'[' cannot stand before the @"},
      {".a@b.example", "a dot stands"},
      {"a.@b.example", "a dot stands"},
      {"a..b@c.example", "a dot stands"},
      {"jürgen@b.example", "SMTPUTF8"},
      {"a\xFF@b.example", "not valid UTF-8"},
      {std::string(65, 'a') + "@b.example", "more than 64"},
      {"a@b..example", "empty label"},
      {"a@.example", "empty label"},
      {"a@b.example.", "empty label"},
      {"a@-b.example", "hyphen"},
      {"a@b-.example", "hyphen"},
      {"a@b_c.example", "'_' cannot stand in a domain"},
      {"a@b:25", "':' cannot stand in a domain"},
      {"a@" + std::string(64, 'b') + ".example", "more than 63"},
      {"a@[127.0.0.1]", "address literal"},
      {"a@127.0.0.1", "no name but a number"},
      {"a@\xE2\x82\xAC.example", "international domain name"},
      {"=?utf-8?q?a=0d=0aBcc:b@c.example?=@d.example", "more than one @"},
      {"a@" + std::string(63, 'b') + "." + std::string(63, 'c') + "." + std::string(63, 'd') + "." +
           std::string(63, 'e') + ".example",
       "more than 254"},
  };
  for (const Bad& bad : table) {
    const Result<MailAddress> address = parse_address(bad.text);
    ASSERT_FALSE(address.ok()) << bad.text;
    EXPECT_EQ(address.error().code, ErrorCode::bad_input);
    EXPECT_THAT(address.error().message, HasSubstr(bad.why));
    EXPECT_EQ(address.error().message.find_first_of("\r\n\t", 0), std::string::npos);
  }
}

TEST(Address, LimitsAreExact) {
  const std::string local(64, 'a');
  const std::string label(63, 'b');
  EXPECT_TRUE(parse_address(fmt::format("{}@{}.example", local, label)).ok());
  const std::string domain = fmt::format("{0}.{0}.{0}", label);  // 191
  EXPECT_TRUE(parse_address(fmt::format("{:a>62}@{}", "", domain)).ok());
  EXPECT_FALSE(parse_address(fmt::format("{:a>63}@{}", "", domain)).ok());
}

}  // namespace
}  // namespace roomle_sim
