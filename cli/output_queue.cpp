#include "cli/output_queue.h"

#include <csignal>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/output_descriptor.h"
#include "cli/story.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using std::chrono::steady_clock;

// Of lines that are written together.
constexpr std::size_t kChunk = 32UL * 1024;

std::size_t size_of(const JournalRecord& record) {
  std::size_t size = sizeof(JournalRecord) + record.event->size();
  if (!record.exchange) return size;
  const Exchange& exchange = *record.exchange;
  size += sizeof(Exchange) + exchange.request.body.size() + exchange.token.size();
  if (!exchange.result.response) return size;
  for (const auto& [name, value] : exchange.result.response->headers) {
    size += name.size() + value.size();
  }
  return size + exchange.result.response->body.size();
}

void add_object(const ordered_json& object, std::string& text) {
  text += json_text(object);
  text += '\n';
}

// The end of a delivery, with what stands beside it in the same write.
ordered_json ended_object(std::span<const JournalRecord> batch, const JournalRecord& ended) {
  std::vector<JournalRecord> own;
  for (const JournalRecord& one : batch) {
    if (one.delivery == ended.delivery) own.push_back(one);
  }
  return outcome_object(own);
}

void add_json(std::span<const JournalRecord> batch, const JournalRecord& record,
              std::string& text) {
  ordered_json object = std::holds_alternative<record::Ended>(record.what)
                            ? ended_object(batch, record)
                            : to_object(record);
  if (object.is_null()) return;
  if (record.tenant) object["tenant"] = record.tenant->id;
  add_object(object, text);
}

std::string text_of(std::span<const JournalRecord> batch, const Console& console) {
  std::string text;
  for (const JournalRecord& record : batch) {
    if (console.json) {
      add_json(batch, record, text);
      continue;
    }
    for (const std::string& line : tell(record, console)) text += line + '\n';
  }
  return text;
}

}  // namespace

class OutputQueue::Impl {
 public:
  Impl(Console& console, const OutputLimits& limits, int descriptor,
       std::function<void()> on_closed)
      : console_(console), limits_(limits), out_(descriptor), on_closed_(std::move(on_closed)) {
    form_.json = console.json;
    form_.no_color = !console.colors();  // asked once: it looks at the environment and the terminal
    thread_ = std::thread([this] { run(); });
  }
  ~Impl() { finish(std::chrono::seconds(2)); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void push(std::vector<JournalRecord> records) {
    if (records.empty()) return;
    std::size_t bytes = 0;
    for (const JournalRecord& one : records) bytes += size_of(one);
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || end_) return;
      first = waiting_.empty();
      // Half of it must be told first: one gap with one line, and not one for each record.
      const std::size_t part = dropping_ ? 2 : 1;
      dropping_ = records_ + records.size() > limits_.records / part ||
                  bytes_ + bytes > limits_.bytes / part;
      if (dropping_) {
        if (waiting_.empty() || waiting_.back().dropped == 0) waiting_.emplace_back();
        waiting_.back().dropped += records.size();
      } else {
        records_ += records.size();
        bytes_ += bytes;
        waiting_.push_back({std::move(records), bytes, 0});
      }
    }
    if (first) out_.wake();
  }

  bool finish(Duration limit) {
    {
      const std::lock_guard lock(mutex_);
      if (!end_) end_ = steady_clock::now() + limit;
    }
    out_.wake();
    const std::lock_guard one_at_a_time(join_mutex_);
    if (thread_.joinable()) thread_.join();
    return all_told_;
  }

 private:
  struct Batch {
    std::vector<JournalRecord> records;
    std::size_t bytes = 0;
    std::size_t dropped = 0;  // not 0: in place of so many records
  };

  void run() {
    // A reader that is gone is an error to be looked at, and no signal.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (;;) {
      const std::string text = next_chunk();
      if (!text.empty()) {
        if (!write(text)) return;
      } else if (idle_and_ending()) {
        all_told_ = true;
        return;
      } else if (out_.wait(false, std::nullopt) == OutputDescriptor::Waited::closed) {
        give_up();
        return;
      }
    }
  }

  bool idle_and_ending() {
    const std::lock_guard lock(mutex_);
    return end_ && waiting_.empty();
  }

  // The next lines; empty: none at the moment.
  std::string next_chunk() {
    std::string text;
    while (text.size() < kChunk) {
      const std::optional<Batch> batch = take();
      if (!batch) break;
      text += batch->dropped > 0 ? dropped_text(batch->dropped) : text_of(batch->records, form_);
    }
    return text;
  }

  std::optional<Batch> take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    Batch batch = std::move(waiting_.front());
    waiting_.pop_front();
    records_ -= batch.records.size();
    bytes_ -= batch.bytes;
    return batch;
  }

  [[nodiscard]] std::string dropped_text(std::size_t dropped) const {
    if (!form_.json) {
      return fmt::format(
          "({} records are not told here: stdout was not read fast enough; "
          "'roomle-sim deliveries list' has everything)\n",
          dropped);
    }
    std::string text;
    add_object({{"type", "dropped"}, {"count", dropped}}, text);
    return text;
  }

  // Past stdio, whose write would wait without end where nobody reads. False: no more of it.
  bool write(std::string_view text) {
    while (!text.empty()) {
      const std::optional<steady_clock::time_point> end = this->end();
      if (end && steady_clock::now() >= *end) return false;
      const std::optional<std::size_t> written = out_.write(text);
      if (!written || (*written == 0 && out_.wait(true, end) == OutputDescriptor::Waited::closed)) {
        give_up();
        return false;
      }
      text.remove_prefix(*written);
    }
    return true;
  }

  std::optional<steady_clock::time_point> end() {
    const std::lock_guard lock(mutex_);
    return end_;
  }

  void give_up() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      waiting_.clear();
      records_ = bytes_ = 0;
    }
    console_.message(
        "roomle-sim: stdout is closed or cannot be written: the service goes on, and "
        "tells nothing there any more");
    if (on_closed_) on_closed_();
  }

  Console& console_;
  Console form_;  // how it looks, and nothing else: never printed through
  const OutputLimits limits_;
  OutputDescriptor out_;
  const std::function<void()> on_closed_;
  std::mutex mutex_;
  std::deque<Batch> waiting_;
  std::size_t records_ = 0;  // in waiting_
  std::size_t bytes_ = 0;
  bool dropping_ = false;
  bool closed_ = false;
  std::optional<steady_clock::time_point> end_;  // finish() was called: until then
  bool all_told_ = false;                        // the thread's, read when it has ended
  std::mutex join_mutex_;
  std::thread thread_;
};

OutputQueue::OutputQueue(Console& console, const OutputLimits& limits, int descriptor,
                         std::function<void()> on_closed)
    : impl_(std::make_unique<Impl>(console, limits, descriptor, std::move(on_closed))) {}

OutputQueue::~OutputQueue() = default;

void OutputQueue::push(std::vector<JournalRecord> records) {
  impl_->push(std::move(records));
}

bool OutputQueue::finish(Duration limit) {
  return impl_->finish(limit);
}

}  // namespace roomle_sim
