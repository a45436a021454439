// The dispatcher's inside, for its own two files: dispatcher.cpp takes deliveries in and answers
// callers, dispatcher_work.cpp holds the threads and what they carry out.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "sender/advance.h"
#include "sender/dispatcher.h"
#include "sender/fair_queue.h"
#include "sender/open_delivery.h"
#include "sender/open_set.h"
#include "sender/recipient.h"

namespace roomle_sim {

// What a thread carries out: a POST, or the handing over of a mail. Its records are written.
struct Act {
  std::int64_t lane = 0;
  OpenPtr delivery;
  std::variant<effect::StartAttempt, effect::SendFallbackMail> what;
  std::shared_ptr<const Exchange> exchange;  // of an attempt
  TimePoint recorded;                        // as begun
  Deadline overdue;                          // as it would be had it been carried out then
};

class Dispatcher::Impl {
 public:
  Impl(Transport& transport, Journal& journal, FallbackMailbox& mailbox, const SystemClock& clock,
       DispatcherOptions options);
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<std::string> submit(const std::shared_ptr<const TenantRegistry>& registry,
                             std::int64_t tenant_id, const Event& event,
                             std::optional<TimePoint> not_before);
  std::optional<Error> resume(const std::shared_ptr<const TenantRegistry>& registry,
                              std::vector<UnfinishedDelivery> deliveries);
  ResendNow resend_now(const std::string& delivery);
  bool pause(std::int64_t tenant_id);
  bool unpause(std::int64_t tenant_id);
  std::vector<std::int64_t> paused() const;
  bool wait_until_idle();
  std::size_t open() const;
  void stop();
  Standstill wait_for_standstill(std::chrono::steady_clock::time_point limit);
  Standstill standstill() const;
  void clock_advanced();
  std::optional<Error> failure() const;

 private:
  using Then = std::function<void(const Advanced&)>;

  Advanced step(OpenDelivery& delivery, const Input& input, Attachments attachments);
  void settle(const OpenPtr& delivery, const Advanced& advanced);
  std::optional<Advanced> advance(const OpenPtr& delivery, const Input& input);
  void advance_later(const OpenPtr& delivery, const Input& input, Attachments attachments,
                     Then then);
  void finish_write();
  bool write(std::span<const JournalRecord> records);
  OpenPtr take_up(const std::shared_ptr<const TenantRegistry>& registry, UnfinishedDelivery one,
                  std::vector<JournalRecord>& records);
  void schedule(const OpenPtr& delivery, const std::optional<Deadline>& next);
  void enqueue(const OpenPtr& delivery, const Deadline& deadline);
  bool hold(const Job& job);
  void begin_due();
  std::optional<std::pair<std::int64_t, Job>> take_due();
  bool has_thread(const FairQueue<Job>& queue);
  FairQueue<Job>& queue_of(std::int64_t lane) { return lane == kMailLane ? mails_ : attempts_; }
  void begin(std::int64_t lane, const Job& job);
  void hand_out(std::int64_t lane, const OpenPtr& delivery, const Advanced& advanced);
  bool needs_worker();
  bool hire();
  void set_timer(const OpenPtr& delivery, TimePoint at, const Deadline& deadline);
  void work();
  void work_on();
  void carry_out(const Act& act);
  void attempt(const Act& act, int number);
  void mail(const Act& act, const MailCause& cause);
  std::optional<Result<MailReceipt, MailError>> hand_over(const FallbackMail& mail);
  [[nodiscard]] bool quiet() const { return acts_.empty() && acts_under_way_ + writes_ == 0; }
  [[nodiscard]] bool stands_still() const;
  [[nodiscard]] Standstill standstill_now() const;
  void tell_quiet();
  void watch_timers();
  void run_timers();
  void fail(const Error& error);
  Random random_for(std::int64_t tenant_id);

  Recipients recipients_;
  Transport& transport_;
  Journal& journal_;
  FallbackMailbox& mailbox_;
  const SystemClock& clock_;
  const DispatcherOptions options_;

  // Lock order: a delivery's mutex before this one. Never held during I/O.
  mutable std::mutex mutex_;
  std::condition_variable work_arrived_;
  std::condition_variable timers_changed_;
  std::condition_variable all_ended_;
  std::condition_variable ending_changed_;
  BoundedOpenSet open_;
  FairQueue<Job> attempts_;                        // due, and waiting for a slot and a thread
  FairQueue<Job> mails_;                           // the same, all in one lane
  std::deque<Act> acts_;                           // recorded as begun, and waiting to be taken
  std::map<std::int64_t, std::vector<Job>> held_;  // of paused tenants, what was due meanwhile
  Timers timers_;
  std::mutex seeds_mutex_;
  JitterSeeds seeds_;
  std::vector<std::thread> workers_;
  std::optional<std::chrono::steady_clock::time_point> refused_thread_;  // when, the last time
  int idle_workers_ = 0;
  int acts_under_way_ = 0;
  int posts_under_way_ = 0;       // of these
  std::atomic<int> writes_ = 0;   // calls of append_later() that have not ended
  bool timer_under_way_ = false;  // taken off, and its input not fed yet
  int standstill_waiters_ = 0;
  std::condition_variable quiet_;
  bool worker_on_its_way_ = false;
  std::atomic<bool> stopping_ = false;  // nothing begins any more
  bool ending_ = false;                 // and what has begun is not carried out either
  std::optional<Error> failure_;
  std::atomic<bool> failed_ = false;  // the same, to be looked at without the lock
  std::thread timer_thread_;
  std::mutex stop_mutex_;  // one stop() at a time
};

}  // namespace roomle_sim
