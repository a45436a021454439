#include "fallback_mailer/message.h"

#include <gmock/gmock.h>

#include "fallback_mailer/mail_reader.h"
#include "mail_fixture.h"

namespace roomle_sim {
namespace {

using test::mailed_types;
using test::raw_problems;
using test::RawMessage;
using test::sample_mail;
using test::take_apart;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<std::string> kHeaderNames{"From",
                                            "To",
                                            "Subject",
                                            "Date",
                                            "Message-Id",
                                            "X-Roomle-Event",
                                            "X-Roomle-Delivery",
                                            "X-Roomle-Fallback-Reason",
                                            "X-Roomle-Attempts",
                                            "X-Roomle-Possibly-Second",
                                            "Auto-Submitted",
                                            "MIME-Version",
                                            "Content-Type"};

std::string compose(const FallbackMail& mail) {
  Result<std::string, MailError> bytes = compose_mail(mail, {});
  if (!bytes.ok()) {
    ADD_FAILURE() << bytes.error().message;
    return {};
  }
  EXPECT_THAT(raw_problems(*bytes), IsEmpty()) << *bytes;
  return *bytes;
}

// Both parsers, GMime's and the tests' own, must find exactly these headers and this content.
RawMessage compose_and_check(const FallbackMail& mail) {
  const std::string bytes = compose(mail);
  const RawMessage raw = take_apart(bytes);
  EXPECT_EQ(raw.names(), kHeaderNames) << bytes;
  const Result<ReceivedMail> read = read_mail(bytes);
  EXPECT_TRUE(read.ok());
  EXPECT_EQ(read->subject, raw.header("Subject"));
  EXPECT_EQ(read->text, raw.text);
  EXPECT_EQ(read->html, raw.html);
  EXPECT_THAT(read->to, ElementsAre(raw.header("To")));
  EXPECT_EQ(read->from, "noreply@roomle.example");
  std::vector<std::string> names;
  for (const auto& header : read->headers) names.push_back(header.first);
  EXPECT_EQ(names, kHeaderNames);
  return raw;
}

TEST(Message, CarriesItsHeaders) {
  const RawMessage raw = compose_and_check(sample_mail());
  EXPECT_EQ(raw.header("From"), "Acme Furniture <noreply@roomle.example>");
  EXPECT_EQ(raw.header("To"), "targetEmail@gmail.com");
  EXPECT_EQ(raw.header("Subject"), "Your saved configuration from Acme Furniture");
  EXPECT_EQ(raw.header("Date"), "Thu, 29 Feb 2024 12:34:56 +0000");
  EXPECT_EQ(raw.header("Message-Id"), "<d-000017@roomle.example>");
  EXPECT_EQ(raw.header("X-Roomle-Event"), "email.savedConfiguration");
  EXPECT_EQ(raw.header("X-Roomle-Delivery"), "d-000017");
  EXPECT_EQ(raw.header("X-Roomle-Fallback-Reason"), "status 503");
  EXPECT_EQ(raw.header("X-Roomle-Attempts"), "1");
  EXPECT_EQ(raw.header("X-Roomle-Possibly-Second"), "yes");
  EXPECT_EQ(raw.header("Auto-Submitted"), "auto-generated");
}

TEST(Message, OfATenantWithoutWebhookIsNoSecondOne) {
  FallbackMail mail = sample_mail();
  mail.cause = MailCause{};
  mail.cause.no_webhook = true;
  const RawMessage raw = compose_and_check(mail);
  EXPECT_EQ(raw.header("X-Roomle-Fallback-Reason"), "no_webhook");
  EXPECT_EQ(raw.header("X-Roomle-Attempts"), "0");
  EXPECT_EQ(raw.header("X-Roomle-Possibly-Second"), "no");
}

TEST(Message, HoldsTextAndHtmlOfEachTypeInBothLanguages) {
  for (const std::string& type : mailed_types()) {
    for (const char* language : {"en", "de"}) {
      FallbackMail mail = sample_mail(type);
      mail.tenant.default_language = language;
      const RawMessage raw = compose_and_check(mail);
      EXPECT_THAT(raw.text, HasSubstr(mail.event.data["url"].get<std::string>()));
      EXPECT_THAT(raw.html, HasSubstr("</html>"));
      EXPECT_EQ(raw.header("X-Roomle-Event"), type);
    }
  }
}

TEST(Message, TheSameMailIsTheSameBytes) {
  for (const std::string& type : mailed_types()) {
    EXPECT_EQ(compose(sample_mail(type)), compose(sample_mail(type)));
  }
  FallbackMail other = sample_mail();
  other.delivery = "d-000018";
  EXPECT_NE(compose(other), compose(sample_mail()));
}

TEST(Message, LongNamesAndUrlsArriveUnchanged) {
  std::string name = "Möbelhaus";
  for (int i = 0; i < 60; ++i) name += " Größenwahn 家具 🛋";
  for (const std::string& label :
       {name, std::string(2000, 'x'), std::string("Größ") + std::string(500, 'e'),
        std::string("\"Acme\", (Möbel) <x@y.example>; \\"),
        std::string("A, \"B\" (c) <d@e.example>")}) {
    FallbackMail mail = sample_mail("email.3DExportAsset");
    mail.tenant.label = label;
    std::string url = "https://test.roomle.com/t/cp/?id=";
    while (url.size() < 2000) url += "ümläut%20=3D.";
    mail.event.data["resultUrl"] = url;
    const RawMessage raw = compose_and_check(mail);
    EXPECT_EQ(raw.header("Subject"), "Your 3D export from " + label + " is ready");
    EXPECT_THAT(raw.text, HasSubstr("\n" + url + "\n"));
    EXPECT_THAT(raw.html, HasSubstr("<a href=\"" + url + "\">"));
    EXPECT_EQ(read_mail(compose(mail))->from_name, label);
  }
}

// Each of these would add a header, end the headers, or decode to something that does.
const std::vector<std::string> kInjections{"x\r\nBcc: evil@c.example",
                                           "x\nBcc: evil@c.example",
                                           "x\rBcc: evil@c.example",
                                           "x\r\n\r\nbody",
                                           "x\r\n Bcc: folded@c.example",
                                           std::string("x\0Bcc: evil@c.example", 22),
                                           "=?utf-8?q?x=0d=0aBcc:_evil@c.example?=",
                                           "=?UTF-8?B?DQpCY2M6IGV2aWxAYy5leGFtcGxl?=",
                                           "a =?utf-8?q?b?= =?utf-8?q?c?= d",
                                           "x\xC2\x85"
                                           "Bcc: evil@c.example",
                                           "x\xE2\x80\xA8"
                                           "Bcc: evil@c.example",
                                           "x\" <evil@c.example>, \"y",
                                           "x <evil@c.example>",
                                           "x, evil@c.example",
                                           "broken \xFF\xC3",
                                           "--=_roomle_",
                                           "\x1B[2J",
                                           "   ",
                                           ""};

TEST(Message, NothingInATenantsLabelAddsAHeader) {
  for (const std::string& attack : kInjections) {
    FallbackMail mail = sample_mail();
    mail.tenant.label = attack;
    const std::string bytes = compose(mail);
    const RawMessage raw = compose_and_check(mail);
    EXPECT_THAT(raw.header("From"), testing::EndsWith("<noreply@roomle.example>")) << attack;
    EXPECT_EQ(raw.header("Bcc"), "");
    const Result<ReceivedMail> read = read_mail(bytes);
    for (const auto& [name, value] : read->headers) {
      EXPECT_EQ(value.find_first_of("\r\n"), std::string::npos) << name << ": " << value;
    }
    EXPECT_EQ(read->from_name.find_first_of("\r\n"), std::string::npos);
  }
}

TEST(Message, NothingInAnEventOrAnIdAddsAHeader) {
  for (const std::string& attack : kInjections) {
    FallbackMail mail = sample_mail();
    mail.event.type = attack;
    mail.delivery = attack;
    mail.event.message = attack;
    mail.event.data["url"] = attack;
    mail.event.data["configuratorId"] = attack;
    mail.tenant.default_language = attack;
    mail.tenant.privacy_url = attack;
    compose_and_check(mail);
  }
}

TEST(Message, WhatLooksLikeAnEncodedWordIsShownAsItIs) {
  FallbackMail mail = sample_mail();
  mail.tenant.label = "=?utf-8?q?x=0d=0aBcc:_evil@c.example?=";
  const Result<ReceivedMail> read = read_mail(compose(mail));
  EXPECT_EQ(read->from_name, mail.tenant.label);
  EXPECT_EQ(read->subject, "Your saved configuration from " + mail.tenant.label);
}

TEST(Message, AMessageThatHoldsTheBoundaryEndsNoPart) {
  FallbackMail mail = sample_mail();
  const std::string bytes = compose(mail);
  const std::size_t at = bytes.find("\n--=_roomle_");
  ASSERT_NE(at, std::string::npos);
  const std::string boundary = bytes.substr(at + 1, bytes.find('\n', at + 1) - at - 1);
  mail.event.message = "x\n" + boundary + "\nContent-Type: text/html\n\nevil\n" + boundary + "--";
  EXPECT_THAT(compose_and_check(mail).text, HasSubstr(boundary));
}

TEST(Message, AnAddressThatCannotBeMailedIsRefused) {
  for (const nlohmann::ordered_json& email : std::vector<nlohmann::ordered_json>{
           "", "nobody", "a@b.example\r\nBcc: evil@c.example", "a@b.example, c@d.example", 42,
           nullptr, "Acme <a@b.example>", "=?utf-8?q?a?=\n@b.example"}) {
    FallbackMail mail = sample_mail();
    mail.event.data["email"] = email;
    const Result<std::string, MailError> bytes = compose_mail(mail, {});
    ASSERT_FALSE(bytes.ok()) << email;
    EXPECT_EQ(bytes.error().fault, MailFault::bad_address);
    EXPECT_THAT(bytes.error().message, Not(IsEmpty()));
  }
}

TEST(Message, TheLongestAddressStillFits) {
  FallbackMail mail = sample_mail();
  const std::string label(63, 'b');
  const std::string email = std::string(62, 'a') + "@" + label + "." + label + "." + label;
  mail.event.data["email"] = email;
  const Result<std::string, MailError> bytes = compose_mail(mail, {});
  ASSERT_TRUE(bytes.ok());
  EXPECT_THAT(read_mail(*bytes)->to, ElementsAre(email));
  EXPECT_THAT(*bytes, HasSubstr(email));  // an address is never folded inside
}

TEST(Message, TheSendersAddressIsASetting) {
  const Result<MailSettings> settings = check_settings({"mail@müller.example"});
  ASSERT_TRUE(settings.ok());
  const Result<std::string, MailError> bytes = compose_mail(sample_mail(), *settings);
  EXPECT_EQ(read_mail(*bytes)->from, "mail@xn--mller-kva.example");
  EXPECT_THAT(*bytes, HasSubstr("<d-000017@xn--mller-kva.example>"));
  EXPECT_THAT(check_settings({"nobody"}).error().message, HasSubstr("it has no @"));
}

}  // namespace
}  // namespace roomle_sim
