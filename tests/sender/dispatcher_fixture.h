// A dispatcher whose transport, mailbox and journal the test holds in its hand.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sender/catalogue.h"
#include "sender/dispatcher.h"

namespace roomle_sim {

// Answers each URL with its status; a URL without one hangs until it is released or interrupted.
class HandTransport : public Transport {
 public:
  AttemptResult post(const AttemptRequest& request) override {
    std::unique_lock lock(mutex_);
    requests_.push_back(request);
    ++under_way_[request.url];
    most_[request.url] = std::max(most_[request.url], under_way_[request.url]);
    changed_.notify_all();
    changed_.wait(lock, [&] { return interrupted_ || statuses_.contains(request.url); });
    --under_way_[request.url];
    AttemptResult result;
    result.request_sent = true;
    if (!statuses_.contains(request.url)) {
      result.interrupted = true;
      return result;
    }
    auto& list = statuses_[request.url];
    result.response = HttpResponse{list.front(), {}, {}, false};
    if (list.size() > 1) list.erase(list.begin());
    return result;
  }
  void interrupt() override {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    changed_.notify_all();
  }
  void answer(const std::string& url, std::vector<int> statuses) {
    const std::lock_guard lock(mutex_);
    statuses_[url] = std::move(statuses);
    changed_.notify_all();
  }
  void wait_for_posts(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return requests_.size() >= count; });
  }
  std::vector<AttemptRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int most_at_once(const std::string& url) {
    const std::lock_guard lock(mutex_);
    return most_[url];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<AttemptRequest> requests_;
  std::map<std::string, std::vector<int>> statuses_;
  std::map<std::string, int> under_way_;
  std::map<std::string, int> most_;
  bool interrupted_ = false;
};

class KeepingMailbox : public FallbackMailbox {
 public:
  Result<MailReceipt, MailError> deliver(const FallbackMail& mail) override {
    const std::lock_guard lock(mutex_);
    if (refuse) return MailError{MailFault::unavailable, "no room"};
    if (shortages != 0) {
      if (shortages > 0) --shortages;
      ++refused_;
      changed_.notify_all();
      return MailError{MailFault::shortage, "no descriptor"};
    }
    mails.push_back(mail);
    changed_.notify_all();
    return MailReceipt{"kept"};
  }
  void wait_for_mails(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return mails.size() >= count; });
  }
  void wait_for_shortages(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return refused_ >= count; });
  }
  bool refuse = false;
  int shortages = 0;  // so often this machine lacks something; negative: for ever
  std::vector<FallbackMail> mails;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int refused_ = 0;
};

class KeepingJournal : public Journal {
 public:
  std::optional<Error> append(std::span<const JournalRecord> records) override {
    const std::lock_guard lock(mutex_);
    if (fail) return Error{ErrorCode::bad_input, "disk full"};
    kept.insert(kept.end(), records.begin(), records.end());
    return std::nullopt;
  }
  template <class Wanted>
  std::vector<JournalRecord> of_kind() {
    const std::lock_guard lock(mutex_);
    std::vector<JournalRecord> found;
    for (const JournalRecord& one : kept) {
      if (std::holds_alternative<Wanted>(one.what)) found.push_back(one);
    }
    return found;
  }
  bool fail = false;
  std::vector<JournalRecord> kept;

 private:
  std::mutex mutex_;
};

// Keeps what it is given to append later until the test lets it go.
class HoldingJournal : public KeepingJournal {
 public:
  void append_later(Records records, Done done) override {
    const std::lock_guard lock(held_mutex_);
    held_.emplace_back(std::move(records), std::move(done));
    changed_.notify_all();
  }
  void wait_for_held(std::size_t count) {
    std::unique_lock lock(held_mutex_);
    changed_.wait(lock, [&] { return held_.size() >= count; });
  }
  // What is held now becomes durable, in its order.
  void let_go() {
    std::vector<std::pair<Records, Done>> held;
    {
      const std::lock_guard lock(held_mutex_);
      held.swap(held_);
    }
    for (auto& [records, done] : held) done(append(*records));
  }

 private:
  std::mutex held_mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<Records, Done>> held_;
};

class DispatcherTest : public ::testing::Test {
 protected:
  Tenant& add_tenant(std::int64_t id) {
    Tenant tenant;
    tenant.id = id;
    tenant.name = fmt::format("tenant-{}", id);
    tenant.webhook = url(id);
    tenants_.push_back(tenant);
    return tenants_.back();
  }
  static std::string url(std::int64_t id) { return fmt::format("http://tenant-{}.example/", id); }

  Dispatcher& start(DispatcherOptions options = {}) {
    auto registry = std::make_shared<TenantRegistry>();
    for (const Tenant& tenant : tenants_) registry->add(tenant);
    registry->add(Credential{"acmeKey", Secret("a-Secr3t_Str1ng!")});
    registry_ = registry;
    dispatcher_ = std::make_unique<Dispatcher>(transport_, journal_, mailbox_, clock_, options);
    return *dispatcher_;
  }
  Result<std::string> submit(std::int64_t tenant) {
    return dispatcher_->submit(registry_, tenant,
                               *make_event("email.savedConfiguration", {{"email", "a@b.example"}}));
  }

  HandTransport transport_;
  KeepingMailbox mailbox_;
  KeepingJournal journal_;
  SystemClock clock_;
  std::vector<Tenant> tenants_;
  std::shared_ptr<const TenantRegistry> registry_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace roomle_sim
