// The dispatcher and its durable journal, killed at each write of a delivery's story: before it,
// and right after it. docs/journal.md tells what must follow.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "journal/sqlite_journal.h"
#include "sender/catalogue.h"
#include "sender/dispatcher.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

// Ends the process at the n-th write, before or after it.
class FatalJournal : public Journal {
 public:
  FatalJournal(Journal& journal, int write, bool after)
      : journal_(journal), write_(write), after_(after) {}
  std::optional<Error> append(std::span<const JournalRecord> records) override {
    const bool last = ++writes_ == write_;
    if (last && !after_) kill(getpid(), SIGKILL);
    const auto error = journal_.append(records);
    if (last) kill(getpid(), SIGKILL);
    return error;
  }

 private:
  Journal& journal_;
  const int write_;
  const bool after_;
  std::atomic<int> writes_{0};
};

// A line in a file that outlives the process for each POST; answers by how many were made.
class LoggedTransport : public Transport {
 public:
  LoggedTransport(std::string path, std::vector<int> statuses)
      : path_(std::move(path)), statuses_(std::move(statuses)) {}
  AttemptResult post(const AttemptRequest& request) override {
    const auto made = count();
    std::ofstream(path_, std::ios::app) << request.url << '\n';
    AttemptResult result;
    result.request_sent = true;
    result.response =
        HttpResponse{statuses_.at(std::min(made, statuses_.size() - 1)), {}, {}, false};
    return result;
  }
  void interrupt() override {}
  [[nodiscard]] std::size_t count() const {
    std::ifstream file(path_);
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
  }

 private:
  const std::string path_;
  const std::vector<int> statuses_;
};

// A file for each delivery, as a Maildir has.
class FileMailbox : public FallbackMailbox {
 public:
  explicit FileMailbox(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }
  Result<MailReceipt, MailError> deliver(const FallbackMail& mail) override {
    const std::string path = folder_ + "/" + mail.delivery;
    std::ofstream(path) << describe(mail.cause);
    return MailReceipt{path};
  }
  [[nodiscard]] std::ptrdiff_t count() const {
    return std::distance(std::filesystem::directory_iterator(folder_), {});
  }

 private:
  const std::string folder_;
};

struct Story {
  std::string name;
  int attempts;
  bool webhook;
  std::vector<int> statuses;
};

void PrintTo(const Story& story, std::ostream* out) {
  *out << story.name;
}

class CrashTest : public ::testing::TestWithParam<Story> {
 protected:
  std::shared_ptr<const TenantRegistry> tenants() const {
    Tenant tenant;
    tenant.id = 1;
    tenant.name = "acme";
    if (GetParam().webhook) tenant.webhook = "http://acme.example/";
    tenant.simulator.retry.attempts = GetParam().attempts;
    tenant.simulator.retry.schedule = {1ms};
    auto registry = std::make_shared<TenantRegistry>();
    registry->add(tenant);
    return registry;
  }

  // One process's life: takes up what is there, and in the first one submits an event.
  int live(const std::string& folder, bool submit, int write, bool after) const {
    auto journal = SqliteJournal::open(folder);
    if (!journal) return 2;
    FatalJournal fatal(**journal, write, after);
    LoggedTransport transport(folder + "/posts", GetParam().statuses);
    FileMailbox mailbox(folder + "/mails");
    const SystemClock clock;
    Dispatcher dispatcher(transport, fatal, mailbox, clock);
    if (dispatcher.resume(tenants(), (*journal)->unfinished("", 10)->deliveries)) return 3;
    if (submit) {
      const auto event = make_event("email.savedConfiguration", {{"email", "a@b.example"}});
      const auto id = dispatcher.submit(tenants(), 1, *event);
      if (!id) return 4;
      std::ofstream(folder + "/acknowledged") << *id;
    }
    return dispatcher.wait_until_idle() ? 0 : 5;
  }

  // The same in a process of its own: the status of its end.
  int live_apart(const std::string& folder, bool submit, int write, bool after) const {
    const pid_t child = fork();
    if (child == 0) _exit(live(folder, submit, write, after));
    int status = -1;
    waitpid(child, &status, 0);
    return status;
  }

  void check(const std::string& folder) const {
    auto journal = SqliteJournal::open(folder);
    ASSERT_TRUE(journal) << journal.error().message;
    const auto all = (*journal)->list({}, "", 10);
    ASSERT_LE(all->deliveries.size(), 1U);
    const LoggedTransport transport(folder + "/posts", GetParam().statuses);
    const FileMailbox mailbox(folder + "/mails");
    if (all->deliveries.empty()) {
      EXPECT_FALSE(std::filesystem::exists(folder + "/acknowledged")) << "lost";
      EXPECT_EQ(transport.count(), 0U) << "posted although it was never accepted";
      EXPECT_EQ(mailbox.count(), 0);
      return;
    }
    const DeliverySummary& summary = all->deliveries[0];
    ASSERT_TRUE(summary.outcome) << "still open";
    EXPECT_EQ(mailbox.count(), summary.outcome == Outcome::mailed ? 1 : 0);
    EXPECT_LE(summary.attempts, GetParam().attempts);
    EXPECT_LE(transport.count(), static_cast<std::size_t>(summary.attempts));
    const auto story = (*journal)->find(summary.id);
    int ends = 0;
    for (const PastRecord& one : (*story)->records) {
      ends += std::holds_alternative<record::Ended>(one.what) ? 1 : 0;
    }
    EXPECT_EQ(ends, 1);
  }
};

TEST_P(CrashTest, KilledAtAnyWriteItEndsOnceAndNothingIsLost) {
  const TemporaryFolder folder;
  int round = 0;
  bool survived = false;
  for (int write = 1; !survived; ++write) {
    ASSERT_LT(write, 20) << "it never gets to its end";
    for (const bool after : {false, true}) {
      SCOPED_TRACE(fmt::format("killed {} write {}", after ? "after" : "before", write));
      const std::string data = fmt::format("{}/{}", folder.path(), ++round);
      const int first = live_apart(data, true, write, after);
      survived = first == 0;
      ASSERT_TRUE(survived || WTERMSIG(first) == SIGKILL) << first;
      // Killed once more while it recovers, then left alone.
      live_apart(data, false, 1, after);
      ASSERT_EQ(live_apart(data, false, 0, false), 0);
      check(data);
    }
  }
  EXPECT_GT(round, 6);
}

INSTANTIATE_TEST_SUITE_P(Stories, CrashTest,
                         ::testing::Values(Story{"Delivered", 1, true, {200}},
                                           Story{"Mailed", 1, true, {500}},
                                           Story{"RetriedThenDelivered", 3, true, {500, 500, 200}},
                                           Story{"RetriedThenMailed", 3, true, {500}},
                                           Story{"WithoutWebhook", 1, false, {200}}),
                         [](const auto& story) { return story.param.name; });

}  // namespace
}  // namespace roomle_sim
