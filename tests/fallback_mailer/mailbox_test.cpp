// The mailbox in memory, the reader, and `--mail`.
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "fallback_mailer/mail_reader.h"
#include "fallback_mailer/mailbox_spec.h"
#include "fallback_mailer/memory_mailbox.h"
#include "mail_fixture.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using test::sample_mail;
using testing::HasSubstr;

TEST(MemoryMailbox, KeepsEachMailOnceAndInOrder) {
  MemoryMailbox mailbox;
  FallbackMail other = sample_mail("email.shareConfigurationAR");
  other.delivery = "d-000002";
  EXPECT_EQ(mailbox.deliver(sample_mail())->where, "memory:d-000017");
  EXPECT_EQ(mailbox.deliver(other)->where, "memory:d-000002");
  EXPECT_EQ(mailbox.deliver(sample_mail())->where, "memory:d-000017");
  const std::vector<StoredMail> mails = mailbox.list();
  ASSERT_EQ(mails.size(), 2U);
  EXPECT_EQ(mails[0].bytes, compose_mail(sample_mail(), {}).value());
  EXPECT_EQ(mails[1].delivery, "d-000002");
}

TEST(MemoryMailbox, RefusesABadAddress) {
  MemoryMailbox mailbox;
  FallbackMail mail = sample_mail();
  mail.event.data["email"] = "";
  EXPECT_EQ(mailbox.deliver(mail).error().fault, MailFault::bad_address);
  EXPECT_TRUE(mailbox.list().empty());
}

TEST(MemoryMailbox, TakesMailsFromManyThreads) {
  MemoryMailbox mailbox;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int number = 0; number < 20; ++number) {
        FallbackMail mail = sample_mail(test::mailed_types()[static_cast<std::size_t>(i) % 4]);
        mail.tenant.label = "Möbel " + std::to_string(i);
        mail.delivery = "d-" + std::to_string(number);
        EXPECT_TRUE(mailbox.deliver(mail).ok());
        EXPECT_TRUE(read_mail(mailbox.list().front().bytes).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(mailbox.list().size(), 20U);
}

TEST(MailReader, GivesTheMailAsJson) {
  const Result<ReceivedMail> mail = read_mail(compose_mail(sample_mail(), {}).value());
  const nlohmann::ordered_json json = to_json(*mail);
  EXPECT_EQ(json["from"], "noreply@roomle.example");
  EXPECT_EQ(json["fromName"], "Acme Furniture");
  EXPECT_EQ(json["to"], nlohmann::ordered_json::array({"targetEmail@gmail.com"}));
  EXPECT_EQ(json["headers"]["X-Roomle-Fallback-Reason"], "status 503");
  EXPECT_THAT(json["text"].get<std::string>(), HasSubstr("Kind regards,\nAcme Furniture"));
}

TEST(MailReader, ReadsMailsOfOthersToo) {
  const Result<ReceivedMail> mail = read_mail(
      "From: a@b.example\r\nTo: c@d.example, E <e@f.example>\r\nSubject: =?iso-8859-1?q?M=F6bel?="
      "\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xFC\xDF"
      "e\r\n");
  ASSERT_TRUE(mail.ok());
  EXPECT_THAT(mail->to, testing::ElementsAre("c@d.example", "e@f.example"));
  EXPECT_EQ(mail->subject, "Möbel");
  EXPECT_EQ(mail->text, "Grüße\n");
  EXPECT_EQ(mail->html, "");
}

TEST(MailReader, SaysWhatItCannotRead) {
  EXPECT_EQ(read_mail("").error().code, ErrorCode::bad_input);
  EXPECT_EQ(read_mail(std::string(100, '\0')).error().code, ErrorCode::bad_input);
  const Result<ReceivedMail> missing = read_mail_file("/proc/no-such-mail");
  EXPECT_EQ(missing.error().code, ErrorCode::unavailable);
  EXPECT_THAT(missing.error().message, HasSubstr("No such file"));
  EXPECT_FALSE(read_mail_file("/proc").ok());
}

TEST(MailboxSpec, OpensAMaildir) {
  const TemporaryFolder folder;
  const Result<std::unique_ptr<FallbackMailbox>> mailbox =
      open_mailbox("maildir:" + folder.path() + "/mail");
  ASSERT_TRUE(mailbox.ok());
  EXPECT_EQ(mailbox.value()->deliver(sample_mail())->where,
            folder.path() + "/mail/new/d-000017.eml");
}

TEST(MailboxSpec, SaysWhatIsWrongWithTheRest) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"", "write maildir:DIR"},
      {"maildirr:x", "did you mean 'maildir'?"},
      {"maildir", "write maildir:DIR"},
      {"maildir:", "needs a folder"},
      {"smtp:localhost", "no kind is called 'smtp'"},
      {"./mail", "did you mean 'maildir:./mail'?"},
  };
  for (const auto& [spec, why] : table) {
    const Result<std::unique_ptr<FallbackMailbox>> mailbox = open_mailbox(spec);
    ASSERT_FALSE(mailbox.ok()) << spec;
    EXPECT_EQ(mailbox.error().code, ErrorCode::usage);
    EXPECT_THAT(mailbox.error().message, HasSubstr(why));
  }
  EXPECT_EQ(open_mailbox("maildir:/proc/mail").error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace roomle_sim
