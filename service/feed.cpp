#include "service/feed.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <random>

#include <fmt/format.h>

namespace roomle_sim {

namespace {

// Not of a seeded Random: two runs of one seed must differ too.
std::string random_word() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace

class Feed::Impl {
 public:
  // A reader that no item can be kept for would be told of a gap for ever.
  Impl(Journal& below, std::size_t kept) : below_(below), kept_(std::max<std::size_t>(kept, 1)) {}

  std::optional<Error> append(std::span<const JournalRecord> records) {
    if (auto error = failure()) return error;
    if (auto error = below_.append(records)) return error;
    tell(records);
    return std::nullopt;
  }

  void append_later(const Records& records, Done done) {
    if (const auto error = failure()) return done(error);
    below_.append_later(records, [this, records, done = std::move(done)](const auto& error) {
      if (!error) tell(*records);
      done(error);
    });
  }

  void fail(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!failed_) failed_ = error;
  }
  std::optional<Error> failure() {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

  void tell(std::span<const JournalRecord> records) {
    if (records.empty()) return;
    // Copied before the lock, since all that append wait for it.
    std::vector<FeedItem> arrived;
    arrived.reserve(records.size());
    for (const JournalRecord& one : records) {
      arrived.push_back(
          {0, one.delivery, one.tenant ? one.tenant->id : 0, one.event->type(), one.at, one.what});
    }
    {
      const std::lock_guard lock(mutex_);
      for (FeedItem& one : arrived) {
        one.number = ++last_;
        items_.push_back(std::move(one));
        if (items_.size() > kept_) items_.pop_front();
      }
    }
    arrived_.notify_all();
    for (const Observer& observer : observers_) observer(records);
  }

  Batch wait(std::uint64_t after, std::size_t limit, Duration limit_wait) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, limit_wait, [&] { return last_ > after || closed_; });
    Batch batch;
    batch.closed = closed_;
    const std::uint64_t first = last_ - items_.size() + 1;
    batch.gap = after + 1 < first;
    const std::size_t from = after >= first ? static_cast<std::size_t>(after - first + 1) : 0;
    for (std::size_t i = from; i < items_.size() && batch.items.size() < limit; ++i) {
      batch.items.push_back(items_[i]);
    }
    return batch;
  }

  Journal& below_;
  const std::size_t kept_;
  const std::string run_id_ = random_word();
  std::vector<Observer> observers_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<FeedItem> items_;  // the last ones, numbered up to last_
  std::uint64_t last_ = 0;
  bool closed_ = false;
  std::optional<Error> failed_;
};

Feed::Feed(Journal& below, std::size_t kept) : impl_(std::make_unique<Impl>(below, kept)) {}
Feed::~Feed() = default;

void Feed::add_observer(Observer observer) {
  impl_->observers_.push_back(std::move(observer));
}
std::optional<Error> Feed::append(std::span<const JournalRecord> records) {
  return impl_->append(records);
}
void Feed::append_later(Records records, Done done) {
  impl_->append_later(records, std::move(done));
}
Feed::Batch Feed::wait(std::uint64_t after, std::size_t limit, Duration limit_wait) {
  return impl_->wait(after, limit, limit_wait);
}
std::uint64_t Feed::last() const {
  const std::lock_guard lock(impl_->mutex_);
  return impl_->last_;
}
void Feed::fail(const Error& error) {
  impl_->fail(error);
}
std::optional<Error> Feed::failure() const {
  return impl_->failure();
}
const std::string& Feed::run_id() const {
  return impl_->run_id_;
}
void Feed::close() {
  {
    const std::lock_guard lock(impl_->mutex_);
    impl_->closed_ = true;
  }
  impl_->arrived_.notify_all();
}

}  // namespace roomle_sim
