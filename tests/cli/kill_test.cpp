// kill -9 at random moments under load, with a flaky endpoint: nothing that was acknowledged is
// lost, nothing ends twice, and the endpoint's log and the journal agree, read from either side.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "base/json_text.h"
#include "journal/sqlite_journal.h"
#include "tests/cli/kill_support.h"
#include "tests/cli/program.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;
using nlohmann::ordered_json;

#ifdef ROOMLE_SIM_SANITIZED
constexpr int kRounds = 25;  // a start takes ten times as long; the release build has them all
#else
constexpr int kRounds = 200;
#endif

// Tenants and the most attempts of their policies.
const std::map<std::int64_t, int> kPolicies{{1, 1}, {2, 3}, {3, 3}, {4, 1}};
constexpr std::int64_t kRepeats = 2;  // "onCrash": "repeat", with attempts left
constexpr std::int64_t kMails = 3;    // "onCrash": "mail"

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

ordered_json tenant_json(int id, const ordered_json& retry, const std::string& webhook) {
  ordered_json tenant{{"id", id},
                      {"name", fmt::format("tenant-{}", id)},
                      {"apiKey", fmt::format("key-{}", id)},
                      {"simulator", {{"retry", retry}, {"timeout", "100ms"}}}};
  if (!webhook.empty()) tenant["webhook"] = webhook;
  return tenant;
}

std::string retrying_tenants(const std::string& webhook) {
  const ordered_json again{{"attempts", 3}, {"backoff", {{"first", "5ms"}, {"max", "20ms"}}}};
  ordered_json mails = again;
  mails["onCrash"] = "mail";
  ordered_json file{{"tenants",
                     {tenant_json(1, "roomle", webhook), tenant_json(2, again, webhook),
                      tenant_json(3, mails, webhook), tenant_json(4, "roomle", "")}},
                    {"credentials", ordered_json::array()}};
  for (const auto& [id, attempts] : kPolicies) {
    file["credentials"].push_back(
        {{"apiKey", fmt::format("key-{}", id)}, {"secret", "a-Secr3t_Str1ng!"}});
  }
  return json_text(file);
}

class KillTest : public ::testing::Test {
 protected:
  std::unique_ptr<Process> start_service() {
    auto service = std::make_unique<Process>(
        program({"serve", "--json", "-q", "--port", "0", "--tenants", tenants_, "--data", data_}));
    const auto ready = json_from(service->read_line());
    EXPECT_TRUE(ready.is_object() && ready.value("type", "") == "ready") << ready;
    port_ = ready.is_object() ? ready.value("port", std::uint16_t{0}) : std::uint16_t{0};
    return service;
  }

  void kill_round(Sharers& sharers, Random& random) {
    const auto service = start_service();
    ASSERT_NE(port_, 0);
    sharers.start(port_, 4);
    // Sometimes by count, so that the moment is in the midst of the work; sometimes by time.
    sharers.wait_for_more(random.between(0, 60), std::chrono::milliseconds(random.between(0, 60)));
    service->signal(SIGKILL);
    service->wait();
    sharers.join();
  }

  // Starts it once more and lets everything come to its end.
  void finish() {
    const auto service = start_service();
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (open_deliveries() > 0) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "open deliveries do not end";
      std::this_thread::yield();
    }
    service->signal(SIGTERM);
    EXPECT_EQ(service->wait().exit_code, 130);
  }

  [[nodiscard]] std::int64_t open_deliveries() const {
    test::RawClient client(port_);
    client.send("GET /sim/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    const std::string answer = client.read_response();
    const std::size_t body = answer.find("\r\n\r\n");
    const auto status = json_from(answer.substr(body + 4));
    return status.is_object() ? status.value("open", std::int64_t{-1}) : -1;
  }

  std::map<std::string, DeliveryStory> read_journal() {
    std::map<std::string, DeliveryStory> stories;
    const auto journal = SqliteJournal::open(data_);
    EXPECT_TRUE(journal.ok());
    std::string cursor;
    do {
      const auto page = (*journal)->list({}, cursor, 1000);
      EXPECT_TRUE(page.ok());
      for (const DeliverySummary& one : page->deliveries) {
        stories.emplace(one.id, **(*journal)->find(one.id));
      }
      cursor = page->next;
    } while (!cursor.empty());
    return stories;
  }

  TemporaryFolder folder_;
  std::string data_ = folder_.path() + "/data";
  std::string tenants_;
  std::uint16_t port_ = 0;
};

template <class Kind>
int count(const DeliveryStory& story) {
  int found = 0;
  for (const PastRecord& past : story.records) found += std::holds_alternative<Kind>(past.what);
  return found;
}

int lost_attempts(const DeliveryStory& story) {
  int lost = 0;
  for (const PastRecord& past : story.records) {
    const auto* finished = std::get_if<record::AttemptFinished>(&past.what);
    lost += finished != nullptr && finished->verdict.lost;
  }
  return lost;
}

// Attempts that were begun although the one before was lost.
int attempts_after_a_lost_one(const DeliveryStory& story) {
  int after = 0;
  bool lost = false;
  for (const PastRecord& past : story.records) {
    if (std::holds_alternative<record::AttemptStarted>(past.what)) after += lost;
    const auto* finished = std::get_if<record::AttemptFinished>(&past.what);
    if (finished != nullptr) lost = finished->verdict.lost;
  }
  return after;
}

// Attempts that ended at their deadline before the endpoint had read the request, or its answer was
// read: on a busy machine. Of a connection that the endpoint ended, it has read the request.
int late_attempts(const DeliveryStory& story) {
  int late = 0;
  for (const PastRecord& past : story.records) {
    const auto* finished = std::get_if<record::AttemptFinished>(&past.what);
    if (finished == nullptr || finished->verdict.lost) continue;
    late += finished->verdict.reason == FailureReason::timeout ||
            finished->verdict.reason == FailureReason::connect_timeout;
  }
  return late;
}

// What must hold of each delivery by itself.
void check_story(const DeliveryStory& story, const FlakyEndpoint::Seen& seen) {
  SCOPED_TRACE(story.summary.id);
  ASSERT_TRUE(story.summary.outcome);
  EXPECT_EQ(count<record::Accepted>(story), 1);
  EXPECT_EQ(count<record::Ended>(story), 1);
  EXPECT_TRUE(std::holds_alternative<record::Ended>(story.records.back().what));
  const int attempts = count<record::AttemptStarted>(story);
  EXPECT_LE(attempts, kPolicies.at(story.summary.tenant_id));
  EXPECT_EQ(attempts, count<record::AttemptFinished>(story));
  EXPECT_EQ(attempts, story.summary.attempts);
  // Each POST that arrived is an attempt of the journal's, and the other way round, but for those
  // that a kill or their deadline kept from arriving.
  EXPECT_LE(seen.posts, attempts);
  EXPECT_LE(attempts, seen.posts + lost_attempts(story) + late_attempts(story));
  EXPECT_EQ(*story.summary.outcome == Outcome::mail_failed, false);
  if (story.summary.tenant_id == kMails && lost_attempts(story) > 0) {
    EXPECT_EQ(*story.summary.outcome, Outcome::mailed);
    EXPECT_EQ(attempts_after_a_lost_one(story), 0) << "onCrash is mail";
    EXPECT_EQ(lost_attempts(story), 1);
  }
  if (*story.summary.outcome == Outcome::delivered) {
    EXPECT_GE(seen.successes, 1);
    EXPECT_EQ(count<record::MailStarted>(story), 0);
  } else {
    EXPECT_LE(seen.successes, lost_attempts(story) + late_attempts(story));
  }
}

// What the run as a whole came to.
struct Sums {
  std::map<Outcome, int> ends;
  std::map<std::int64_t, int> lost;  // attempts, by tenant
  int repeated = 0;                  // attempts after a lost one
  int attempts = 0;
  int posts = 0;
};

using Stories = std::map<std::string, DeliveryStory>;

std::string key_of(const DeliveryStory& story) {
  return story.event->parse().data.value("configurationId", "");
}

Sums check_stories(const Stories& stories, const std::map<std::string, FlakyEndpoint::Seen>& seen) {
  Sums sums;
  std::set<std::string> keys;
  for (const auto& [id, story] : stories) {
    const std::string key = key_of(story);
    EXPECT_TRUE(keys.insert(key).second) << key << " was accepted twice";
    const auto at = seen.find(key);
    const FlakyEndpoint::Seen posted = at == seen.end() ? FlakyEndpoint::Seen{} : at->second;
    check_story(story, posted);
    ++sums.ends[story.summary.outcome.value_or(Outcome::mail_failed)];
    sums.lost[story.summary.tenant_id] += lost_attempts(story);
    sums.repeated += attempts_after_a_lost_one(story);
    sums.attempts += story.summary.attempts;
    sums.posts += posted.posts;
  }
  // The other way round: nothing is posted that the journal does not know.
  for (const auto& [key, posted] : seen) {
    EXPECT_TRUE(keys.contains(key)) << "'" << key << "' was posted, and is not in the journal";
  }
  return sums;
}

void check_acknowledged(const Stories& stories, const std::map<std::string, std::string>& told) {
  for (const auto& [id, key] : told) {
    const auto story = stories.find(id);
    if (story == stories.end()) {
      ADD_FAILURE() << id << " was acknowledged, and is not in the journal";
      continue;
    }
    EXPECT_EQ(key_of(story->second), key) << id;
  }
}

void check_mails(const Stories& stories, const std::string& maildir) {
  std::set<std::string> mailed;
  for (const auto& [id, story] : stories) {
    if (story.summary.outcome == Outcome::mailed) mailed.insert(id);
  }
  std::set<std::string> mails;
  std::size_t files = 0;
  for (const char* box : {"/new", "/cur"}) {
    for (const auto& mail : std::filesystem::directory_iterator(maildir + box)) {
      mails.insert(mail.path().stem());
      ++files;
    }
  }
  EXPECT_EQ(files, mails.size()) << "a mail stands twice";
  EXPECT_EQ(mails, mailed);
}

TEST_F(KillTest, NothingAcknowledgedIsLostAndNothingEndsTwice) {
  const std::uint64_t seed = number_from("ROOMLE_SIM_TEST_SEED", std::random_device{}());
  const auto rounds = static_cast<int>(number_from("ROOMLE_SIM_KILL_ROUNDS", kRounds));
  std::printf("ROOMLE_SIM_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  FlakyEndpoint endpoint(seed);
  tenants_ = folder_.file("tenants.json", retrying_tenants(endpoint.url()));
  Sharers sharers({1, 2, 3, 4});
  Random random(seed);
  for (int round = 0; round < rounds && !HasFatalFailure(); ++round) kill_round(sharers, random);
  finish();
  if (HasFatalFailure()) return;

  const Stories stories = read_journal();
  const auto acknowledged = sharers.acknowledged();
  Sums sums = check_stories(stories, endpoint.seen());
  check_acknowledged(stories, acknowledged);
  check_mails(stories, data_ + "/mail");
  int lost = 0;
  for (const auto& [tenant, attempts] : sums.lost) lost += attempts;
  std::printf(
      "%d kills: %zu acknowledged, %zu in the journal, %d delivered, %d mailed; %d attempts, %d of "
      "them lost by a kill, %d repeated after that; %d POSTs seen\n",
      rounds, acknowledged.size(), stories.size(), sums.ends[Outcome::delivered],
      sums.ends[Outcome::mailed], sums.attempts, lost, sums.repeated, sums.posts);
  EXPECT_GT(acknowledged.size(), static_cast<std::size_t>(rounds));
  // Else no kill came into an attempt, and what must follow from that was not seen.
  EXPECT_GT(sums.lost[kRepeats], 0);
  EXPECT_GT(sums.lost[kMails], 0);
  EXPECT_GT(sums.repeated, 0);
}

}  // namespace
}  // namespace roomle_sim
