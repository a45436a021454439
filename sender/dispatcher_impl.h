// The dispatcher's inside, for its own two files: dispatcher.cpp takes deliveries in and answers
// callers, dispatcher_work.cpp holds the threads and what they carry out.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "sender/dispatcher.h"
#include "sender/fair_queue.h"
#include "sender/open_delivery.h"
#include "sender/open_set.h"
#include "sender/recipient.h"
#include "sender/step_records.h"

namespace roomle_sim {

// The lane of all mails. No tenant's: the vendor's ids are not negative, and FairQueue only needs
// that no two lanes that must be apart are the same.
inline constexpr std::int64_t kMailLane = INT64_MIN;

// A step whose records are written.
struct Advanced {
  Step step;
  std::shared_ptr<const Exchange> exchange;  // of the attempt that it starts
  bool rescheduled = false;                  // its deadline is another one now
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
  std::optional<Error> failure() const;

 private:
  std::optional<Advanced> advance(const OpenPtr& delivery, const Input& input,
                                  Attachments attachments);
  bool write(const OpenDelivery& delivery, const Step& step, TimePoint now,
             const Attachments& attachments);
  bool write(const std::vector<JournalRecord>& records);
  OpenPtr take_up(const std::shared_ptr<const TenantRegistry>& registry, UnfinishedDelivery one,
                  std::vector<JournalRecord>& records);
  void schedule(const OpenPtr& delivery, const std::optional<Deadline>& next);
  void enqueue(const OpenPtr& delivery, const Deadline& deadline);
  bool hold(const Job& job);
  void wake_or_hire();
  void work();
  void work_on();
  void carry_out(const Job& job);
  void attempt(const Job& job);
  void mail(const Job& job);
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
  BoundedOpenSet open_;
  FairQueue<Job> jobs_;
  std::map<std::int64_t, std::vector<Job>> held_;  // of paused tenants, what was due meanwhile
  Timers timers_;
  std::unordered_map<std::int64_t, std::uint64_t> accepted_;  // per tenant, for the seeds
  std::vector<std::thread> workers_;
  int idle_workers_ = 0;
  int posts_under_way_ = 0;
  bool stopping_ = false;
  std::optional<Error> failure_;
  std::thread timer_thread_;
  std::mutex stop_mutex_;  // one stop() at a time
};

}  // namespace roomle_sim
