#include "fallback_mailer/mail_text.h"

#include <gmock/gmock.h>

#include "fallback_mailer/clean_text.h"
#include "fallback_mailer/mail_wording.h"
#include "mail_fixture.h"

namespace roomle_sim {
namespace {

using test::mailed_types;
using test::sample_mail;
using testing::HasSubstr;
using testing::Not;

MailText text_of(const FallbackMail& mail) {
  return mail_text(mail.event, mail.tenant);
}

TEST(MailText, EachTypeNamesTheTenantAndLinksTheContentInBothLanguages) {
  std::vector<std::string> subjects;
  for (const std::string& type : mailed_types()) {
    for (const char* language : {"en", "de"}) {
      FallbackMail mail = sample_mail(type);
      mail.tenant.default_language = language;
      const MailText text = text_of(mail);
      EXPECT_THAT(text.subject, HasSubstr("Acme Furniture"));
      EXPECT_THAT(text.text, HasSubstr("Acme Furniture"));
      EXPECT_THAT(text.text, HasSubstr(mail.event.data["url"].get<std::string>()));
      EXPECT_THAT(text.html,
                  HasSubstr("<a href=\"https://test.roomle.com/t/cp/?id=catalogId:itemId:"
                            "2564B3D4&amp;configuratorId=vizmotor\">"));
      EXPECT_THAT(text.html, HasSubstr(std::string("<html lang=\"") + language + "\">"));
      EXPECT_THAT(text.html, HasSubstr("<title>" + text.subject + "</title>"));
      EXPECT_THAT(text.text, HasSubstr("https://acme.example/privacy"));
      EXPECT_THAT(text.text, Not(HasSubstr("{tenant}")));
      subjects.push_back(text.subject);
    }
  }
  std::sort(subjects.begin(), subjects.end());
  EXPECT_EQ(std::adjacent_find(subjects.begin(), subjects.end()), subjects.end());
}

TEST(MailText, AnExportLinksItsAsset) {
  const MailText text = text_of(sample_mail("email.3DExportAsset"));
  EXPECT_THAT(text.text, HasSubstr("Download the 3D model:\nhttps://uploads.roomle.com/export/"));
  EXPECT_THAT(text.html, HasSubstr("<a href=\"https://uploads.roomle.com/export/2564B3D4.glb\">"));
}

TEST(MailText, AFailedExportSaysSorryAndLinksNoAsset) {
  for (const char* language : {"en", "de"}) {
    FallbackMail mail = sample_mail("email.3DExportAsset");
    mail.event.data["success"] = false;
    mail.tenant.default_language = language;
    MailText text = text_of(mail);
    EXPECT_THAT(text.text, HasSubstr(*language == 'd' ? "es tut uns leid" : "we are sorry"));
    EXPECT_THAT(text.subject, HasSubstr(*language == 'd' ? "fehlgeschlagen" : "failed"));
    EXPECT_THAT(text.text + text.html, Not(HasSubstr("uploads.roomle.com")));
    // Nor where the asset's address stands as `url`.
    mail.event.data["url"] = mail.event.data["resultUrl"];
    text = text_of(mail);
    EXPECT_THAT(text.text + text.html, Not(HasSubstr("uploads.roomle.com")));
  }
}

TEST(MailText, AnyFailedEventSaysSorry) {
  for (const std::string& type : mailed_types()) {
    FallbackMail mail = sample_mail(type);
    mail.event.data["success"] = false;
    EXPECT_THAT(text_of(mail).text, HasSubstr("we are sorry")) << type;
  }
}

TEST(MailText, ACustomMessageIsQuoted) {
  FallbackMail mail = sample_mail("email.shareConfiguration");
  mail.event.message = "Look <here>!\r\nYours, J.";
  const MailText text = text_of(mail);
  EXPECT_THAT(text.text, HasSubstr("Message:\n> Look <here>!\n> Yours, J.\n"));
  EXPECT_THAT(text.html, HasSubstr("<blockquote>Look &lt;here&gt;!<br>\nYours, J.</blockquote>"));
}

TEST(MailText, ACustomMessageIsCutAtSomeKilobytes) {
  FallbackMail mail = sample_mail("email.shareConfiguration");
  mail.event.message = std::string(4096, 'x');
  EXPECT_THAT(text_of(mail).text, HasSubstr("> " + mail.event.message + "\n"));
  mail.event.message += "y";
  const MailText text = text_of(mail);
  EXPECT_THAT(text.text, HasSubstr("x[…]\n"));
  EXPECT_THAT(text.text, Not(HasSubstr("xy")));
  EXPECT_LT(text.html.size(), 8192U);
  // However it is cut, no character is.
  for (const char* pad : {"", "a", "ab", "abc"}) {
    mail.event.message = pad;
    while (mail.event.message.size() < 60'000) mail.event.message += "\U0001F6CB";
    const std::string plain = text_of(mail).text;
    EXPECT_EQ(plain, valid_utf8(plain));
    EXPECT_LT(plain.size(), 5000U);
  }
}

TEST(MailText, AMemberOfTheEventsDataIsNotTakenForTheMessage) {
  FallbackMail mail = sample_mail("email.shareConfiguration");
  mail.event.data["message"] = "not these words";
  EXPECT_THAT(text_of(mail).text, Not(HasSubstr("not these words")));
}

TEST(MailText, WithoutMessagePrivacyPageOrBrandNothingIsSaidOfThem) {
  FallbackMail mail = sample_mail();
  EXPECT_THAT(text_of(mail).text, HasSubstr("Sent by Roomle on behalf of Acme Furniture."));
  mail.tenant.branded = false;
  mail.tenant.privacy_url.clear();
  const MailText text = text_of(mail);
  for (const char* gone : {"Message", "Privacy", "on behalf", "-- \n", "<hr>"}) {
    EXPECT_THAT(text.text + text.html, Not(HasSubstr(gone)));
  }
}

TEST(MailText, WhatIsNoWebAddressIsShownAndNotLinked) {
  FallbackMail mail = sample_mail();
  mail.event.data["url"] = "javascript:alert(\"x\")";
  mail.tenant.privacy_url = "data:text/html,<b>";
  const MailText text = text_of(mail);
  EXPECT_THAT(text.html, Not(HasSubstr("href")));
  EXPECT_THAT(text.html, HasSubstr("javascript:alert(&quot;x&quot;)"));
  EXPECT_THAT(text.html, HasSubstr("data:text/html,&lt;b&gt;"));
}

TEST(MailText, NothingFromOutsideIsHtml) {
  FallbackMail mail = sample_mail("email.3DExportAsset");
  mail.tenant.label = "<script>1</script> & \"Co\" 'x'";
  mail.event.message = "</blockquote><script>2</script>";
  mail.event.data["resultUrl"] = "https://a.example/\"><script>3</script>";
  const MailText text = text_of(mail);
  EXPECT_THAT(text.html, Not(HasSubstr("<script")));
  EXPECT_THAT(text.html,
              HasSubstr("&lt;script&gt;1&lt;/script&gt; &amp; &quot;Co&quot; &#39;x&#39;"));
}

TEST(MailText, MembersThatAreNoTextAreLeftOut) {
  FallbackMail mail = sample_mail();
  mail.event.data = {{"email", 1}, {"url", {1, 2}}, {"success", "no"}};
  const MailText text = text_of(mail);
  EXPECT_THAT(text.html, Not(HasSubstr("test.roomle.com")));
  EXPECT_THAT(text.text, Not(HasSubstr("sorry")));
  mail.event.data = nlohmann::ordered_json::array();
  EXPECT_THAT(text_of(mail).text, HasSubstr("Acme Furniture"));
}

TEST(MailText, TheNameStandsInWhereThereIsNoLabel) {
  FallbackMail mail = sample_mail();
  mail.tenant.label.clear();
  EXPECT_EQ(text_of(mail).subject, "Your saved configuration from acme");
}

TEST(MailText, GermanIsForGermanLanguagesOnly) {
  for (const char* german : {"de", "DE", "de-AT", "de_CH"}) {
    EXPECT_EQ(mail_language("", german), MailLanguage::german) << german;
  }
  for (const char* other : {"en", "", "fr", "den", "english"}) {
    EXPECT_EQ(mail_language("", other), MailLanguage::english) << other;
  }
}

TEST(MailText, TheCustomersLanguageGoesBeforeTheTenantsWhereThereIsAWordingInIt) {
  EXPECT_EQ(mail_language("de-AT", "en"), MailLanguage::german);
  EXPECT_EQ(mail_language("EN", "de"), MailLanguage::english);
  EXPECT_EQ(mail_language("fr", "de"), MailLanguage::german);
  EXPECT_EQ(mail_language("fr", "it"), MailLanguage::english);
}

}  // namespace
}  // namespace roomle_sim
