#include <atomic>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/service/inspector_world.h"
#include "tests/support/system_calls.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> mail_ids(const ordered_json& page) {
  std::vector<std::string> ids;
  for (const auto& one : page.at("mails")) ids.push_back(one.at("id"));
  return ids;
}

void put(const test::World& world, const std::string& name, const std::string& content) {
  std::ofstream(world.mail_folder() + "/new/" + name, std::ios::binary) << content;
}

TEST(InspectorMails, ListsWhatWasMailedTheNewestFirst) {
  test::World world;
  const std::string first = world.send_to_end(44);
  const std::string second = world.send_to_end(44);
  const auto page = world.json(200, "GET", "/sim/v1/mails");
  EXPECT_THAT(mail_ids(page), ElementsAre(second + ".eml", first + ".eml"));
  EXPECT_FALSE(page.contains("next"));
  const auto& mail = page["mails"][0];
  EXPECT_EQ(mail.at("delivery"), second);
  EXPECT_THAT(mail.at("to"), ElementsAre("customer@example.com"));
  EXPECT_FALSE(mail.at("subject").get<std::string>().empty());
  EXPECT_EQ(mail.at("bytes"),
            std::filesystem::file_size(world.mail_folder() + "/new/" + second + ".eml"));
}

TEST(InspectorMails, APageGoesOnBehindTheLastAlsoWhereThatIsGone) {
  test::World world;
  std::vector<std::string> sent;
  for (int i = 0; i < 3; ++i) sent.insert(sent.begin(), world.send_to_end(44) + ".eml");
  const auto first = world.json(200, "GET", "/sim/v1/mails?limit=2");
  EXPECT_THAT(mail_ids(first), ElementsAre(sent[0], sent[1]));
  std::filesystem::remove(world.mail_folder() + "/new/" + sent[1]);
  const auto rest =
      world.json(200, "GET", "/sim/v1/mails?limit=2&cursor=" + first.at("next").get<std::string>());
  EXPECT_THAT(mail_ids(rest), ElementsAre(sent[2]));
  EXPECT_FALSE(rest.contains("next"));
}

TEST(InspectorMails, ThatOfADeliveryIsFound) {
  test::World world;
  const std::string mailed = world.send_to_end(44);
  world.send_to_end(44);
  EXPECT_THAT(mail_ids(world.json(200, "GET", "/sim/v1/mails?delivery=" + mailed)),
              ElementsAre(mailed + ".eml"));
  EXPECT_THAT(mail_ids(world.json(200, "GET", "/sim/v1/mails?delivery=d-none")), IsEmpty());
}

// Read anew for each mail, a page of a thousand took seconds where there were twenty thousand.
TEST(InspectorMails, APageReadsTheFoldersOnceHoweverManyMailsItHas) {
  test::World world;
  for (int i = 0; i < 40; ++i) put(world, fmt::format("d-{}.eml", i), "Subject: x\n\nx\n");
  const auto reads_of = [&](const std::string& query) {
    std::atomic<int> reads{0};
    const test::WatchedCalls watch([&](const test::SystemCall& call) {
      if (call.name == "readdir" && call.done) ++reads;
    });
    world.json(200, "GET", "/sim/v1/mails" + query);
    return reads.load();
  };
  const int of_one = reads_of("?limit=1");
  EXPECT_GE(of_one, 40);
  EXPECT_EQ(reads_of("?limit=40"), of_one);
  EXPECT_EQ(reads_of("/d-7.eml"), of_one);
}

TEST(InspectorMails, AMistakeIsNamed) {
  test::World world;
  EXPECT_EQ(world.told("GET", "/sim/v1/mails?limit=0"), "400 bad_value query parameter 'limit'");
  EXPECT_EQ(world.told("GET", "/sim/v1/mails?limit=x"), "400 bad_value query parameter 'limit'");
  EXPECT_EQ(world.told("GET", "/sim/v1/mails?cursor=x"), "400 bad_value query parameter 'cursor'");
  EXPECT_EQ(world.told("GET", "/sim/v1/mails?cursor=m12"),
            "400 bad_value query parameter 'cursor'");
  EXPECT_EQ(world.told("GET", "/sim/v1/mails?deliveri=x"),
            "400 bad_value query parameter 'deliveri'");
}

TEST(InspectorMails, OneIsShownDecodedAndRaw) {
  test::World world;
  const std::string id = world.send_to_end(44, R"(,"message":"Grüße")") + ".eml";
  const auto mail = world.json(200, "GET", "/sim/v1/mails/" + id);
  EXPECT_EQ(mail.at("id"), id);
  EXPECT_EQ(mail.at("path"), world.mail_folder() + "/new/" + id);
  EXPECT_THAT(mail.at("to"), ElementsAre("customer@example.com"));
  EXPECT_THAT(mail.at("text").get<std::string>(), HasSubstr("Grüße"));
  EXPECT_EQ(mail.at("headers").at("X-Roomle-Fallback-Reason"), "no_webhook");
  const std::string raw = world.call("GET", "/sim/v1/mails/" + id + "/raw");
  EXPECT_THAT(raw, HasSubstr("Content-Type: message/rfc822\r\n"));
  EXPECT_THAT(raw, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  std::ifstream file(world.mail_folder() + "/new/" + id, std::ios::binary);
  EXPECT_EQ(test::body_of(raw), std::string(std::istreambuf_iterator<char>(file), {}));
}

// Whatever stands in a mail comes from outside.
TEST(InspectorMails, ItsHtmlCanNeitherRunNorFetchAnything) {
  test::World world;
  put(world, "evil.eml",
      "From: a@b.example\nTo: c@d.example\nSubject: x\nMIME-Version: 1.0\n"
      "Content-Type: text/html; charset=utf-8\n\n<p>hi</p><script>alert(1)</script>\n");
  const std::string answer = world.call("GET", "/sim/v1/mails/evil.eml/html");
  EXPECT_EQ(test::status_of(answer), 200) << answer;
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(answer,
              HasSubstr("Content-Security-Policy: sandbox; default-src 'none'; img-src data:; "
                        "style-src 'unsafe-inline'\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("Referrer-Policy: no-referrer\r\n"));
  EXPECT_THAT(test::body_of(answer), HasSubstr("<p>hi</p>"));
}

TEST(InspectorMails, OneWithoutAnHtmlPartHasNone) {
  test::World world;
  put(world, "plain.eml", "From: a@b.example\nTo: c@d.example\nSubject: x\n\nhi\n");
  EXPECT_EQ(world.told("GET", "/sim/v1/mails/plain.eml/html"), "404 no_html -");
}

TEST(InspectorMails, NoIdLeadsOutOfTheFolder) {
  test::World world;
  std::ofstream(world.folder().path() + "/secret.eml") << "Subject: secret\n\nsecret\n";
  std::filesystem::create_symlink(world.folder().path() + "/secret.eml",
                                  world.mail_folder() + "/new/link.eml");
  const std::string outside = world.folder().path() + "/secret.eml";
  std::string absolute;
  for (const char c : outside) absolute += c == '/' ? std::string("%2F") : std::string(1, c);
  for (const std::string& id : {std::string("..%2F..%2Fsecret.eml"), std::string("..%2Fsecret.eml"),
                                absolute, std::string("link.eml"), std::string("%2E%2E")}) {
    for (const char* part : {"", "/raw", "/html"}) {
      const std::string answer = world.call("GET", "/sim/v1/mails/" + id + part);
      EXPECT_EQ(test::status_of(answer), 404) << id << part;
      EXPECT_THAT(answer, Not(HasSubstr("Subject: secret"))) << id << part;
    }
  }
}

TEST(InspectorMails, WhereTheyCannotBeReadBackThatIsSaid) {
  test::WorldOptions options;
  options.mails_readable = false;
  test::World world(options);
  EXPECT_EQ(world.told("GET", "/sim/v1/mails"), "404 no_mailbox -");
  EXPECT_EQ(world.told("GET", "/sim/v1/mails/d-1.eml"), "404 no_mailbox -");
}

TEST(InspectorMails, AFolderThatIsGoneIsToldAsSuch) {
  test::World world;
  std::filesystem::remove_all(world.mail_folder());
  EXPECT_EQ(world.told("GET", "/sim/v1/mails"), "503 unavailable -");
  EXPECT_EQ(world.told("GET", "/sim/v1/mails/d-1.eml/raw"), "503 unavailable -");
}

}  // namespace
}  // namespace roomle_sim
