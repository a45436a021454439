// A delivery's life over several processes: the dispatcher, its durable journal and a real Maildir,
// each killed where a test wants it, and what is left of it all.
#pragma once

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "fallback_mailer/mail_reader.h"
#include "fallback_mailer/maildir.h"
#include "journal/sqlite_journal.h"
#include "sender/catalogue.h"
#include "sender/dispatcher.h"
#include "tests/support/system_calls.h"

namespace roomle_sim {

// Where a process is killed: at one of its writes to the journal, before it is made or when it is
// on the disk, or in the midst of handing the mail over: its draft is on the disk and has no place
// yet, or just has it.
struct Gap {
  enum class At { before_write, after_write, draft, placed };
  At at = At::before_write;
  int write = 0;  // from 1, of that process
};

inline std::string text_of(const Gap& gap) {
  switch (gap.at) {
    case Gap::At::before_write:
      return fmt::format("killed before write {}", gap.write);
    case Gap::At::after_write:
      return fmt::format("killed after write {}", gap.write);
    case Gap::At::draft:
      return "killed when the mail's draft was written";
    case Gap::At::placed:
      return "killed when the mail was placed";
  }
  return {};
}

class FatalJournal : public Journal {
 public:
  FatalJournal(Journal& journal, std::optional<Gap> gap) : journal_(journal), gap_(gap) {}
  std::optional<Error> append(std::span<const JournalRecord> records) override {
    const int write = ++writes_;
    if (dies(Gap::At::before_write, write)) kill(getpid(), SIGKILL);
    const auto error = journal_.append(records);
    if (dies(Gap::At::after_write, write)) kill(getpid(), SIGKILL);
    return error;
  }

 private:
  [[nodiscard]] bool dies(Gap::At at, int write) const {
    return gap_ && gap_->at == at && gap_->write == write;
  }

  Journal& journal_;
  const std::optional<Gap> gap_;
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

// The civil time of a process that is started some time later.
class LaterClock : public SystemClock {
 public:
  explicit LaterClock(Duration later) : later_(later) {}
  [[nodiscard]] TimePoint now() const override { return SystemClock::now() + later_; }

 private:
  const Duration later_;
};

// What a delivery came to. Nothing at all: it was never accepted.
struct End {
  std::optional<Outcome> outcome;
  int attempts = 0;
  int lost = 0;  // of the attempts
  int ambiguous = 0;
  std::size_t posts = 0;  // that the endpoint has seen
  std::size_t mails = 0;  // in the Maildir
  friend bool operator==(const End&, const End&) = default;
};

inline void PrintTo(const End& end, std::ostream* out) {
  *out << fmt::format("{}, {} attempts, {} lost, {} ambiguous, {} posts, {} mails",
                      end.outcome ? outcome_word(*end.outcome) : "nothing", end.attempts, end.lost,
                      end.ambiguous, end.posts, end.mails);
}

class CrashWorld {
 public:
  struct Settings {
    int attempts = 1;
    OnCrash on_crash = OnCrash::repeat;
    bool webhook = true;
    std::optional<Duration> not_before{};  // from the acceptance on
    std::vector<int> statuses{};           // of the endpoint's answers, the last for good
  };
  struct Life {
    bool submit = false;       // an event, after what is there was taken up
    std::optional<Gap> gap{};  // where it ends
    Duration later{0};         // what the clock is ahead of the machine's
    int submit_at_once = 0;    // further events, not to be waited for
  };

  CrashWorld(std::string folder, Settings settings)
      : folder_(std::move(folder)), settings_(std::move(settings)) {}

  // One process's life, and the status of its end.
  [[nodiscard]] int live(const Life& life) const {
    const pid_t child = fork();
    if (child == 0) _exit(live_here(life));
    int status = -1;
    waitpid(child, &status, 0);
    return status;
  }
  static bool killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

  // Nothing where the journal holds no delivery at all.
  [[nodiscard]] std::optional<DeliveryStory> story() const {
    auto journal = SqliteJournal::open(folder_);
    if (!journal) {
      ADD_FAILURE() << journal.error().message;
      return std::nullopt;
    }
    const auto all = (*journal)->list({}, "", 10);
    if (all->deliveries.empty()) return std::nullopt;
    EXPECT_EQ(all->deliveries.size(), 1U);
    return *(*journal)->find(all->deliveries[0].id);
  }
  [[nodiscard]] bool acknowledged() const {
    return std::filesystem::exists(folder_ + "/acknowledged");
  }
  [[nodiscard]] std::size_t posts() const {
    return LoggedTransport(folder_ + "/posts", {}).count();
  }
  [[nodiscard]] std::vector<std::string> mails() const {
    std::vector<std::string> found = files_in("/mail/new");
    const std::vector<std::string> read = files_in("/mail/cur");
    found.insert(found.end(), read.begin(), read.end());
    return found;
  }
  [[nodiscard]] std::vector<std::string> drafts() const { return files_in("/mail/tmp"); }

  [[nodiscard]] End end() const {
    const auto told = story();
    End end;
    end.posts = posts();
    end.mails = mails().size();
    if (!told) return end;
    end.outcome = told->summary.outcome;
    end.attempts = told->summary.attempts;
    end.ambiguous = told->summary.ambiguous_attempts;
    for (const PastRecord& one : told->records) {
      const auto* finished = std::get_if<record::AttemptFinished>(&one.what);
      end.lost += finished != nullptr && finished->verdict.lost ? 1 : 0;
    }
    return end;
  }

 private:
  [[nodiscard]] std::vector<std::string> files_in(const std::string& part) const {
    std::vector<std::string> files;
    std::error_code missing;
    for (const auto& one : std::filesystem::directory_iterator(folder_ + part, missing)) {
      files.push_back(one.path());
    }
    return files;
  }

  [[nodiscard]] std::shared_ptr<const TenantRegistry> tenants() const {
    Tenant tenant;
    tenant.id = 1;
    tenant.name = "acme";
    if (settings_.webhook) tenant.webhook = "http://acme.example/";
    tenant.simulator.retry.attempts = settings_.attempts;
    tenant.simulator.retry.schedule = {std::chrono::milliseconds(1)};
    tenant.simulator.retry.on_crash = settings_.on_crash;
    auto registry = std::make_shared<TenantRegistry>();
    registry->add(tenant);
    return registry;
  }

  [[nodiscard]] int live_here(const Life& life) const {
    const test::WatchedCalls watch([&](const test::SystemCall& call) {
      if (!life.gap || call.name != "renameat2") return;
      const auto at = call.done ? Gap::At::placed : Gap::At::draft;
      if (life.gap->at == at) kill(getpid(), SIGKILL);
    });
    auto journal = SqliteJournal::open(folder_);
    auto mailbox = Maildir::open(folder_ + "/mail");
    if (!journal || !mailbox) return 2;
    FatalJournal fatal(**journal, life.gap);
    LoggedTransport transport(folder_ + "/posts", settings_.statuses);
    const LaterClock clock(life.later);
    DispatcherOptions options;
    options.attempts_per_tenant = 1;
    Dispatcher dispatcher(transport, fatal, **mailbox, clock, options);
    if (dispatcher.resume(tenants(), (*journal)->unfinished("", 10)->deliveries)) return 3;
    const auto event = make_event("email.savedConfiguration", {{"email", "a@b.example"}});
    if (life.submit) {
      std::optional<TimePoint> begin;
      if (settings_.not_before) begin = clock.now() + *settings_.not_before;
      const auto id = dispatcher.submit(tenants(), 1, *event, begin);
      if (!id) return 4;
      std::ofstream(folder_ + "/acknowledged") << *id;
    }
    for (int i = 0; i < life.submit_at_once; ++i) {
      if (!dispatcher.submit(tenants(), 1, *event)) return 4;
    }
    return dispatcher.wait_until_idle() ? 0 : 5;
  }

  const std::string folder_;
  const Settings settings_;
};

}  // namespace roomle_sim
