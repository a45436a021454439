#include "cli/output_queue.h"

#include <array>
#include <atomic>
#include <fcntl.h>
#include <future>
#include <map>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/json_text.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Duration kGenerous = seconds(20);

// A real pipe (or a pair of sockets), whose reading end is the test's.
class Pipe {
 public:
  explicit Pipe(bool sockets = false) {
    const int made = sockets ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data())
                             : pipe2(ends_.data(), O_CLOEXEC);
    if (made != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }

  // Until it takes no byte more, and leaves it blocking, as stdout is.
  void fill() const {
    const std::string bytes(4096, '.');
    pollfd ready{ends_[1], POLLOUT, 0};
    while (poll(&ready, 1, 0) == 1) {
      if (write(ends_[1], bytes.data(), bytes.size()) < 0) throw std::runtime_error("not filled");
    }
  }
  // What is there next; empty: all writers have closed.
  [[nodiscard]] std::string read_some() const {
    pollfd ready{ends_[0], POLLIN, 0};
    if (poll(&ready, 1, 20'000) <= 0) throw std::runtime_error("nothing came for 20 s");
    std::array<char, 4096> bytes{};
    const ssize_t got = read(ends_[0], bytes.data(), bytes.size());
    return {bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }
  [[nodiscard]] std::string read_until(const std::string& wanted) const {
    std::string text;
    while (text.find(wanted) == std::string::npos) {
      const std::string more = read_some();
      if (more.empty()) break;
      text += more;
    }
    return text;
  }
  [[nodiscard]] std::string read_all() const {
    std::string text;
    for (std::string more = read_some(); !more.empty(); more = read_some()) text += more;
    return text;
  }

 private:
  void close_end(std::size_t end) {
    if (ends_.at(end) >= 0) close(ends_.at(end));
    ends_.at(end) = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

JournalRecord make(Record what, const std::string& delivery = "d-1") {
  Tenant tenant;
  tenant.id = 42;
  tenant.name = "acme";
  return {delivery,
          {},
          std::move(what),
          std::make_shared<const EventText>(Event{"email.savedConfiguration", {{"email", "a@b"}}}),
          std::make_shared<const Tenant>(tenant),
          nullptr,
          {},
          {}};
}

JournalRecord retry(int number, const std::string& delivery = "d-1") {
  return make(record::RetryScheduled{number, {}}, delivery);
}

std::vector<nlohmann::json> told_objects(const std::string& text) {
  std::vector<nlohmann::json> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    found.push_back(json_from<nlohmann::json>(line));
  return found;
}

class OutputQueueTest : public ::testing::Test {
 protected:
  OutputQueueTest() {
    console_.json = true;
    console_.quiet = true;
  }
  Console console_;
  Pipe pipe_;
};

TEST_F(OutputQueueTest, TellsEachRecordAndTheOutcomeUnderJson) {
  OutputQueue queue(console_, {}, pipe_.writer());
  queue.push({make(record::Accepted{})});
  queue.push({retry(2)});
  queue.push({make(record::MailFinished{true}), make(record::Ended{Outcome::mailed, 1, 1})});
  EXPECT_TRUE(queue.finish(kGenerous));
  const auto lines = told_objects(pipe_.read_some());
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["type"], "retry");
  EXPECT_EQ(lines[0]["tenant"], 42);
  EXPECT_EQ(lines[1]["type"], "mail");
  EXPECT_EQ(lines[1]["to"], "a@b");
  EXPECT_EQ(lines[2]["type"], "outcome");
  EXPECT_EQ(lines[2]["outcome"], "mailed");
}

TEST_F(OutputQueueTest, TellsTheStoryInLinesWithoutJson) {
  console_.json = false;
  OutputQueue queue(console_, {}, pipe_.writer());
  queue.push({make(record::Accepted{}), make(record::Ended{Outcome::delivered, 1, 0})});
  EXPECT_TRUE(queue.finish(kGenerous));
  EXPECT_EQ(pipe_.read_some(),
            "email.savedConfiguration for tenant 42 'acme', delivery d-1\n"
            "The tenant has no webhook URL: nothing is posted.\n"
            "outcome: delivered after 1 attempt\n");
}

TEST_F(OutputQueueTest, TellsWithoutBeingFinished) {
  OutputQueue queue(console_, {}, pipe_.writer());
  queue.push({retry(7)});
  EXPECT_THAT(pipe_.read_until("\n"), HasSubstr("\"number\":7"));
  queue.push({retry(8)});
  EXPECT_THAT(pipe_.read_until("\n"), HasSubstr("\"number\":8"));
}

TEST_F(OutputQueueTest, TheOrderOfEachDeliveryStaysAndNothingIsMissing) {
  constexpr int kThreads = 4;
  constexpr int kEach = 300;
  auto queue = std::make_unique<OutputQueue>(console_, OutputLimits{}, pipe_.writer());
  auto told = std::async(std::launch::async, [&] { return pipe_.read_all(); });
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&queue, thread] {
        for (int i = 0; i < kEach; ++i) queue->push({retry(i, "d-" + std::to_string(thread))});
      });
    }
  }
  EXPECT_TRUE(queue->finish(kGenerous));
  queue.reset();
  pipe_.close_writer();
  std::map<std::string, int> next;
  for (const nlohmann::json& line : told_objects(told.get())) {
    EXPECT_EQ(line["number"], next[line["delivery"]]++);
  }
  EXPECT_EQ(next.size(), 4U);
  for (const auto& [delivery, count] : next) EXPECT_EQ(count, kEach) << delivery;
}

// A push or a finish that waited for the reader would hang here.
TEST_F(OutputQueueTest, APipeThatNobodyReadsHoldsUpNeitherPushNorTheEnd) {
  for (const bool sockets : {false, true}) {
    const Pipe unread(sockets);
    unread.fill();
    OutputQueue queue(console_, {}, unread.writer());
    for (int i = 0; i < 30'000; ++i) queue.push({retry(i)});
    EXPECT_FALSE(queue.finish(std::chrono::milliseconds(20)));
    EXPECT_FALSE(queue.finish(hours(1))) << "it has ended already";
    queue.push({retry(1)});
  }
}

TEST_F(OutputQueueTest, ALineThatIsLargerThanThePipeHoldsUpNothing) {
  Exchange exchange;
  exchange.result.response = HttpResponse{200, {}, std::string(1 << 20, 'x'), false};
  Verdict verdict;
  verdict.success = true;
  JournalRecord record = make(record::AttemptFinished{1, verdict});
  record.exchange = std::make_shared<const Exchange>(exchange);
  OutputQueue queue(console_, {}, pipe_.writer());
  queue.push({record});
  EXPECT_FALSE(queue.finish(std::chrono::milliseconds(20)));
}

TEST_F(OutputQueueTest, AnEndThatHasNoTimeTellsNoMore) {
  pipe_.fill();
  OutputQueue queue(console_, {}, pipe_.writer());
  queue.push({retry(1)});
  EXPECT_FALSE(queue.finish(Duration(0)));
}

// Far more than one write takes, so that most of them meet a full queue.
constexpr int kMany = 3000;

// Each record is told, or counted at the very place where it is missing.
std::vector<nlohmann::json> expect_all_accounted(const Pipe& pipe, int all) {
  std::vector<nlohmann::json> dropped;
  std::string text;
  int next = 0;
  while (next < all) {
    const std::string more = pipe.read_some();
    if (more.empty()) break;
    for (const char c : more) {
      if (c == '.' && text.empty()) continue;  // what filled the pipe
      text += c;
      if (c != '\n') continue;
      const auto line = json_from<nlohmann::json>(text);
      text.clear();
      if (line["type"] == "dropped") {
        next += line["count"].get<int>();
        dropped.push_back(line);
      } else {
        EXPECT_EQ(line["number"], next++);
      }
    }
  }
  EXPECT_EQ(next, all);
  return dropped;
}

TEST_F(OutputQueueTest, WhatIsDroppedIsCountedWhereItIsMissing) {
  for (const OutputLimits limits :
       {OutputLimits{10, std::size_t{1} << 30}, OutputLimits{std::size_t{1} << 30, 10'000}}) {
    const Pipe slow;
    slow.fill();
    OutputQueue queue(console_, limits, slow.writer());
    for (int i = 0; i < kMany; ++i) queue.push({retry(i)});
    const auto dropped = expect_all_accounted(slow, kMany);
    ASSERT_FALSE(dropped.empty());
    EXPECT_EQ(dropped[0].size(), 2U) << dropped[0];
    // It goes on as if nothing had been.
    queue.push({retry(7)});
    EXPECT_THAT(slow.read_until("\n"), HasSubstr("\"number\":7"));
    EXPECT_TRUE(queue.finish(kGenerous));
  }
}

TEST_F(OutputQueueTest, ASlowReaderIsToldOfFewGapsAndNotOfOneForEachRecord) {
  const Pipe slow;
  slow.fill();
  OutputQueue queue(console_, {1000, std::size_t{1} << 30}, slow.writer());
  std::jthread pushing([&] {
    for (int i = 0; i < kMany * 4; ++i) queue.push({retry(i)});
  });
  const auto dropped = expect_all_accounted(slow, kMany * 4);
  // Between two gaps at least half of the queue was told.
  EXPECT_LE(dropped.size(), 4U * kMany / 500 + 1);
}

TEST_F(OutputQueueTest, APushThatIsLargerThanTheQueueIsDroppedWholeAndTold) {
  OutputQueue queue(console_, {2, 1 << 20}, pipe_.writer());
  queue.push({retry(0), retry(1), retry(2)});
  EXPECT_THAT(told_objects(pipe_.read_until("\n")),
              ElementsAre(nlohmann::json{{"type", "dropped"}, {"count", 3}}));
}

TEST_F(OutputQueueTest, WithoutJsonTheDropIsASentence) {
  console_.json = false;
  OutputQueue queue(console_, {0, 0}, pipe_.writer());
  queue.push({retry(0)});
  EXPECT_THAT(pipe_.read_until("\n"), HasSubstr("1 records are not told here"));
}

TEST_F(OutputQueueTest, AReaderThatIsGoneIsToldOnceAndEndsTheTelling) {
  std::atomic<int> told = 0;
  std::promise<void> closed;
  OutputQueue queue(console_, {}, pipe_.writer(), [&] {
    if (++told == 1) closed.set_value();
  });
  queue.push({retry(1)});
  EXPECT_THAT(pipe_.read_until("\n"), HasSubstr("retry"));
  pipe_.close_reader();
  // Nothing is told at the moment: it is noticed nevertheless.
  EXPECT_EQ(closed.get_future().wait_for(kGenerous), std::future_status::ready);
  for (int i = 0; i < 100; ++i) queue.push({retry(i)});
  EXPECT_FALSE(queue.finish(kGenerous));
  EXPECT_EQ(told, 1);
}

TEST_F(OutputQueueTest, AReaderThatGoesWhileThePipeIsFullEndsTheTelling) {
  std::promise<void> closed;
  pipe_.fill();
  OutputQueue queue(console_, {}, pipe_.writer(), [&] { closed.set_value(); });
  for (int i = 0; i < 100; ++i) queue.push({retry(i)});
  pipe_.close_reader();
  EXPECT_EQ(closed.get_future().wait_for(kGenerous), std::future_status::ready);
  EXPECT_FALSE(queue.finish(kGenerous));
}

TEST_F(OutputQueueTest, AFullDiskEndsTheTelling) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  std::promise<void> closed;
  {
    OutputQueue queue(console_, {}, full, [&] { closed.set_value(); });
    queue.push({retry(1)});
    EXPECT_EQ(closed.get_future().wait_for(kGenerous), std::future_status::ready);
    EXPECT_FALSE(queue.finish(kGenerous));
  }
  close(full);
}

TEST_F(OutputQueueTest, AFileHasItAllBehindWhatStoodThere) {
  const TemporaryFolder folder;
  const std::string path = folder.file("out", "before\n");
  const int file = open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  ASSERT_GE(file, 0);
  {
    OutputQueue queue(console_, {}, file);
    for (int i = 0; i < 1000; ++i) queue.push({retry(i)});
    EXPECT_TRUE(queue.finish(kGenerous));
  }
  std::string text(1 << 20, '\0');
  text.resize(static_cast<std::size_t>(pread(file, text.data(), text.size(), 0)));
  close(file);
  ASSERT_THAT(text, testing::StartsWith("before\n"));
  const auto lines = told_objects(text.substr(7));
  ASSERT_EQ(lines.size(), 1000U);
  EXPECT_EQ(lines.back()["number"], 999);
}

// A terminal's flags are the shell's too.
TEST_F(OutputQueueTest, TheDescriptorStaysBlockingForOthers) {
  const OutputQueue queue(console_, {}, pipe_.writer());
  EXPECT_EQ(fcntl(pipe_.writer(), F_GETFL) & O_NONBLOCK, 0);
}

}  // namespace
}  // namespace roomle_sim
