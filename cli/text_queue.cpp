#include "cli/text_queue.h"

#include <csignal>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "cli/output_descriptor.h"

namespace roomle_sim {
namespace {

using std::chrono::steady_clock;

// Of lines that are written together.
constexpr std::size_t kChunk = 32UL * 1024;

}  // namespace

class TextQueue::Impl {
 public:
  explicit Impl(Options options) : options_(std::move(options)), out_(options_.descriptor) {
    thread_ = std::thread([this] { run(); });
  }
  ~Impl() { finish(std::chrono::seconds(2)); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void push(QueuedText text) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || end_) return;
      first = waiting_.empty();
      if (text.always || has_room(text)) {
        items_ += text.items;
        bytes_ += text.bytes;
        waiting_.push_back({std::move(text), 0});
      } else {
        if (waiting_.empty() || waiting_.back().dropped == 0) waiting_.emplace_back();
        waiting_.back().dropped += text.items;
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
  struct Waiting {
    QueuedText text;
    std::size_t dropped = 0;  // not 0: in place of so many items
  };

  // The lock is held.
  bool has_room(const QueuedText& text) {
    // Half of it must be told first: one gap with one line, and not one for each item.
    const std::size_t part = dropping_ ? 2 : 1;
    dropping_ =
        items_ + text.items > options_.items / part || bytes_ + text.bytes > options_.bytes / part;
    return !dropping_;
  }

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
      const std::optional<Waiting> next = take();
      if (!next) break;
      text += next->dropped > 0 ? options_.dropped(next->dropped) : next->text.text();
    }
    return text;
  }

  std::optional<Waiting> take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    if (next.dropped == 0) {
      items_ -= next.text.items;
      bytes_ -= next.text.bytes;
    }
    return next;
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
      items_ = bytes_ = 0;
    }
    if (options_.on_closed) options_.on_closed();
  }

  const Options options_;
  OutputDescriptor out_;
  std::mutex mutex_;
  std::deque<Waiting> waiting_;
  std::size_t items_ = 0;  // in waiting_
  std::size_t bytes_ = 0;
  bool dropping_ = false;
  bool closed_ = false;
  std::optional<steady_clock::time_point> end_;  // finish() was called: until then
  bool all_told_ = false;                        // the thread's, read when it has ended
  std::mutex join_mutex_;
  std::thread thread_;
};

TextQueue::TextQueue(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

TextQueue::~TextQueue() = default;

void TextQueue::push(QueuedText text) {
  impl_->push(std::move(text));
}

bool TextQueue::finish(Duration limit) {
  return impl_->finish(limit);
}

}  // namespace roomle_sim
