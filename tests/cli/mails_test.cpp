// `roomle-sim mails`, against a running service.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_code.h"
#include "tests/cli/serve_support.h"

namespace roomle_sim {
namespace {

using testing::HasSubstr;

class Mails : public ::testing::Test {
 protected:
  Mails() { folder_.file("tenants.json", tenants_text(nobody_.url())); }

  // The id of a delivery that was mailed.
  static std::string mailed(RunningService& service) {
    std::string delivery = service.share();
    service.next("outcome");
    return delivery;
  }

  RefusingPort nobody_;
  TemporaryFolder folder_;
};

TEST_F(Mails, AreListedAndFoundByTheirDelivery) {
  RunningService service(folder_);
  const std::string first = mailed(service);
  const std::string second = mailed(service);
  const ProcessResult list = service.client({"mails", "list"});
  EXPECT_EQ(list.exit_code, exit_code::kFine) << list.err;
  EXPECT_THAT(list.out, HasSubstr(first + ".eml"));
  EXPECT_THAT(list.out, HasSubstr(second + ".eml"));
  EXPECT_THAT(list.out, HasSubstr("customer@example.com  Your saved configuration from Acme"));
  const auto one = objects(service.client({"mails", "list", "--delivery", first, "--json"}).out);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]["type"], "mail");
  EXPECT_EQ(one[0]["delivery"], first);
  const auto page = objects(service.client({"mails", "list", "--limit", "1", "--json"}).out);
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[1]["type"], "page");
}

TEST_F(Mails, OneIsShownWithItsHeadersAndText) {
  RunningService service(folder_);
  const std::string delivery = mailed(service);
  const ProcessResult shown = service.client({"mails", "show", delivery});
  EXPECT_EQ(shown.exit_code, exit_code::kFine) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("To: customer@example.com"));
  EXPECT_THAT(shown.out, HasSubstr("X-Roomle-Delivery: " + delivery));
  const auto json = objects(service.client({"mails", "show", delivery, "--json"}).out);
  ASSERT_EQ(json.size(), 1U);
  const ProcessResult text = service.client({"mails", "show", delivery + ".eml", "--text"});
  EXPECT_EQ(text.out, json[0]["text"].get<std::string>());
  const ProcessResult html = service.client({"mails", "show", delivery, "--html"});
  EXPECT_EQ(html.out, json[0]["html"].get<std::string>());
}

TEST_F(Mails, AHeaderThatWasFoldedIsShownAsOneLine) {
  std::string label;
  for (int i = 0; i < 12; ++i) label += "Furniture and more ";
  folder_.file("tenants.json",
               fmt::format(R"({{"tenants":[{{"id":42,"name":"acme","label":"{}end"}}]}})", label));
  RunningService service(folder_);
  const ProcessResult shown = service.client({"mails", "show", mailed(service)});
  EXPECT_THAT(shown.out, HasSubstr(label + "end\n"));
  EXPECT_THAT(shown.out, testing::Not(HasSubstr("x09")));
}

TEST_F(Mails, RawGivesTheBytesOfTheFileAndNothingElse) {
  RunningService service(folder_);
  const std::string delivery = mailed(service);
  const std::string bytes = content_of(folder_.path() + "/data/mail/new/" + delivery + ".eml");
  ASSERT_FALSE(bytes.empty());
  const ProcessResult raw = service.client({"mails", "show", delivery, "--raw"});
  EXPECT_EQ(raw.exit_code, exit_code::kFine) << raw.err;
  EXPECT_EQ(raw.out, bytes);
}

TEST_F(Mails, OneThatIsNotThereEndsWithFour) {
  const RunningService service(folder_);
  for (const char* part : {"", "--raw", "--html", "--text"}) {
    std::vector<std::string> command{"mails", "show", "d-none"};
    if (*part != '\0') command.emplace_back(part);
    const ProcessResult result = service.client(command);
    EXPECT_EQ(result.exit_code, exit_code::kNotAsExpected) << part << result.err;
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(service.client({"mails", "show", "d-1", "--raw", "--html"}).exit_code,
            exit_code::kUsage);
}

TEST_F(Mails, BytesThatAreNotWrittenAreNoSuccess) {
  RunningService service(folder_);
  const std::string delivery = mailed(service);
  ProcessOptions full;
  full.stdout_to = "/dev/full";
  const ProcessResult result =
      roomle_sim_run({"mails", "show", delivery, "--raw", "--url", service.url()}, full);
  EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun);
}

}  // namespace
}  // namespace roomle_sim
