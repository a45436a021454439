#include "sender/dispatcher.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "sender/fair_queue.h"
#include "sender/open_delivery.h"
#include "sender/recipient.h"
#include "sender/worker_thread.h"

namespace roomle_sim {
namespace {

// The lane of all mails. No tenant's: the vendor's ids are not negative, and FairQueue only needs
// that no two lanes that must be apart are the same.
constexpr std::int64_t kMailLane = INT64_MIN;

// What goes with a step's records beyond what the pure machine knows.
struct Attachments {
  std::shared_ptr<const Exchange> exchange;
  std::optional<MailReceipt> receipt;
  std::optional<MailError> mail_error;
};

// A step whose records are written.
struct Advanced {
  Step step;
  std::shared_ptr<const Exchange> exchange;  // of the attempt that it starts
};

bool waits_for_slot(const Deadline& deadline) {
  return deadline.reason == Deadline::Reason::attempt_due ||
         deadline.reason == Deadline::Reason::mail_due;
}

template <class Wanted>
const Wanted* find_effect(const Step& step) {
  for (const Effect& effect : step.effects) {
    if (const auto* found = std::get_if<Wanted>(&effect)) return found;
  }
  return nullptr;
}

void add_records(const OpenDelivery& delivery, const Step& step, TimePoint now,
                 const Attachments& attachments, std::vector<JournalRecord>& records) {
  for (const Effect& effect : step.effects) {
    const auto* what = std::get_if<Record>(&effect);
    if (what == nullptr) continue;
    JournalRecord record{delivery.id, now, *what, delivery.event, nullptr, {}, {}, {}};
    if (delivery.recipient) record.tenant = delivery.recipient->tenant;
    if (std::holds_alternative<record::AttemptStarted>(*what) ||
        std::holds_alternative<record::AttemptFinished>(*what)) {
      record.exchange = attachments.exchange;
    } else if (std::holds_alternative<record::MailFinished>(*what)) {
      record.receipt = attachments.receipt;
      record.mail_error = attachments.mail_error;
    }
    records.push_back(std::move(record));
  }
}

}  // namespace

class Dispatcher::Impl {
 public:
  Impl(Transport& transport, Journal& journal, FallbackMailbox& mailbox, const SystemClock& clock,
       DispatcherOptions options)
      : transport_(transport),
        journal_(journal),
        mailbox_(mailbox),
        clock_(clock),
        options_(std::move(options)),
        jobs_(options_.attempts_per_tenant) {
    jobs_.set_limit(kMailLane, options_.mails_at_once);
    timer_thread_ = std::thread([this] { watch_timers(); });
  }

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<std::string> submit(const std::shared_ptr<const TenantRegistry>& registry,
                             std::int64_t tenant_id, Event event);
  std::optional<Error> resume(const std::shared_ptr<const TenantRegistry>& registry,
                              std::vector<UnfinishedDelivery> deliveries);
  bool resend_now(const std::string& delivery);
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
  void wake_or_hire();
  void work();
  void carry_out(const Job& job);
  void attempt(const Job& job);
  void mail(const Job& job);
  void watch_timers();
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
  OpenSet open_;
  FairQueue<Job> jobs_;
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

Result<std::string> Dispatcher::Impl::submit(const std::shared_ptr<const TenantRegistry>& registry,
                                             std::int64_t tenant_id, Event event) {
  auto recipient = recipients_.find(registry, tenant_id);
  if (!recipient) return recipient.error();
  Delivery machine((*recipient)->plan, random_for(tenant_id));
  const auto delivery =
      std::make_shared<OpenDelivery>(new_delivery_id(clock_.now()), *recipient,
                                     std::make_shared<const EventText>(event), std::move(machine));
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{ErrorCode::unavailable, "the dispatcher has stopped"};
    if (failure_) return *failure_;
    open_.insert(delivery);
  }
  if (!advance(delivery, input::Accepted{}, {})) {
    const std::lock_guard lock(mutex_);
    open_.erase(delivery);
    return failure_.value_or(Error{ErrorCode::unavailable, "the dispatcher has stopped"});
  }
  return delivery->id;
}

// One append() for all of them, so that a start with many is not held up by a commit each.
std::optional<Error> Dispatcher::Impl::resume(const std::shared_ptr<const TenantRegistry>& registry,
                                              std::vector<UnfinishedDelivery> deliveries) {
  std::vector<OpenPtr> taken;
  taken.reserve(deliveries.size());
  std::vector<JournalRecord> records;
  for (UnfinishedDelivery& one : deliveries) {
    taken.push_back(take_up(registry, std::move(one), records));
  }
  const Error stopped{ErrorCode::unavailable, "the dispatcher has stopped"};
  if (!write(records)) return failure().value_or(stopped);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return stopped;
    for (const OpenPtr& delivery : taken) {
      if (delivery->scheduled) open_.insert(delivery);
    }
  }
  for (const OpenPtr& delivery : taken) {
    if (delivery->scheduled) schedule(delivery, delivery->scheduled);
  }
  return std::nullopt;
}

OpenPtr Dispatcher::Impl::take_up(const std::shared_ptr<const TenantRegistry>& registry,
                                  UnfinishedDelivery one, std::vector<JournalRecord>& records) {
  const auto recipient = recipients_.find(registry, one.tenant_id);
  auto plan = recipient ? (*recipient)->plan : std::make_shared<const DeliveryPlan>();
  const auto delivery = std::make_shared<OpenDelivery>(
      std::move(one.id), recipient ? *recipient : nullptr, std::move(one.event),
      Delivery(std::move(plan), random_for(one.tenant_id)));
  const TimePoint now = clock_.now();
  Step step = delivery->machine.resume(one.records, now);
  add_records(*delivery, step, now, {}, records);
  if (!recipient) {
    Attachments why;
    why.mail_error = MailError{MailFault::unavailable, recipient.error().message};
    step = delivery->machine.step(input::TenantGone{}, now);
    add_records(*delivery, step, now, why, records);
  }
  delivery->scheduled = step.next;
  return delivery;
}

// Feeds one input, writes the records, and arranges for what comes next. Nothing when the journal
// refused: then no effect may be carried out.
std::optional<Advanced> Dispatcher::Impl::advance(const OpenPtr& delivery, const Input& input,
                                                  Attachments attachments) {
  const std::lock_guard lock(delivery->mutex);
  const TimePoint now = clock_.now();
  Step step = delivery->machine.step(input, now);
  if (find_effect<effect::StartAttempt>(step) != nullptr) {
    Result<Exchange> exchange =
        compose_attempt(*delivery->recipient->tenant, delivery->recipient->credential,
                        delivery->event->body(), options_.outgoing, now);
    // Recipients has made a key of this secret before, so a token can be made too.
    attachments.exchange = std::make_shared<const Exchange>(std::move(exchange).value());
  }
  if (!write(*delivery, step, now, attachments)) return std::nullopt;
  if (step.next != delivery->scheduled) {
    delivery->scheduled = step.next;
    schedule(delivery, step.next);
  }
  return Advanced{std::move(step), attachments.exchange};
}

bool Dispatcher::Impl::write(const OpenDelivery& delivery, const Step& step, TimePoint now,
                             const Attachments& attachments) {
  std::vector<JournalRecord> records;
  add_records(delivery, step, now, attachments, records);
  return write(records);
}

bool Dispatcher::Impl::write(const std::vector<JournalRecord>& records) {
  if (records.empty()) return true;
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return false;
  }
  const std::optional<Error> error = journal_.append(records);
  if (error) fail(*error);
  return !error;
}

void Dispatcher::Impl::schedule(const OpenPtr& delivery, const std::optional<Deadline>& next) {
  const std::lock_guard lock(mutex_);
  if (delivery->timer) {
    timers_.erase(*delivery->timer);
    delivery->timer.reset();
  }
  if (!next) {
    open_.erase(delivery);
    if (open_.empty()) all_ended_.notify_all();
  } else if (waits_for_slot(*next) && next->at <= clock_.now()) {
    enqueue(delivery, *next);
  } else {
    delivery->timer = timers_.emplace(next->at, Job{delivery, *next});
    // Only the first one shortens the wait.
    if (*delivery->timer == timers_.begin()) timers_changed_.notify_one();
  }
}

// With mutex_ held.
void Dispatcher::Impl::enqueue(const OpenPtr& delivery, const Deadline& deadline) {
  const bool mail = deadline.reason == Deadline::Reason::mail_due;
  jobs_.push(mail ? kMailLane : delivery->recipient->tenant->id, {delivery, deadline});
  wake_or_hire();
}

// With mutex_ held. Each worker that takes a job calls this again, so that one call for each job is
// enough although a notified worker still counts as idle until it runs.
void Dispatcher::Impl::wake_or_hire() {
  if (!jobs_.ready() || stopping_) return;
  if (idle_workers_ > 0) {
    work_arrived_.notify_one();
  } else if (static_cast<int>(workers_.size()) < options_.attempts_in_all) {
    try {
      workers_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      // No more threads here: the job waits for one that works already. Without any it would wait
      // for ever.
      if (workers_.empty() && !failure_) {
        failure_ = Error{ErrorCode::unavailable, fmt::format("no thread: {}", error.what())};
        all_ended_.notify_all();
      }
    }
  }
}

void Dispatcher::Impl::work() {
  settle_as_worker();
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_workers_;
    work_arrived_.wait(lock, [&] { return stopping_ || jobs_.ready(); });
    --idle_workers_;
    if (stopping_) return;
    const auto [lane, job] = *jobs_.pop();
    wake_or_hire();
    lock.unlock();
    carry_out(job);
    lock.lock();
    jobs_.done(lane);
  }
}

void Dispatcher::Impl::carry_out(const Job& job) {
  if (job.deadline.reason == Deadline::Reason::mail_due) {
    mail(job);
  } else {
    attempt(job);
  }
}

void Dispatcher::Impl::attempt(const Job& job) {
  const auto advanced = advance(job.delivery, input::DeadlineReached{job.deadline}, {});
  if (!advanced) return;
  const auto* start = find_effect<effect::StartAttempt>(advanced->step);
  if (start == nullptr) return;  // the delivery had moved on
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    ++posts_under_way_;
  }
  auto exchange = std::make_shared<Exchange>(*advanced->exchange);
  exchange->result = transport_.post(exchange->request);
  {
    const std::lock_guard lock(mutex_);
    --posts_under_way_;
  }
  if (exchange->result.interrupted) return;
  const Verdict verdict = judge(exchange->result, clock_.now());
  advance(job.delivery, input::AttemptFinished{start->number, verdict}, {exchange, {}, {}});
}

void Dispatcher::Impl::mail(const Job& job) {
  const auto advanced = advance(job.delivery, input::DeadlineReached{job.deadline}, {});
  if (!advanced) return;
  const auto* send = find_effect<effect::SendFallbackMail>(advanced->step);
  if (send == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
  const OpenDelivery& delivery = *job.delivery;
  const auto handed_over =
      mailbox_.deliver({delivery.id, delivery.event->parse(), *delivery.recipient->tenant,
                        send->cause, clock_.now()});
  Attachments attachments;
  if (handed_over) {
    attachments.receipt = *handed_over;
  } else {
    attachments.mail_error = handed_over.error();
  }
  advance(job.delivery, input::MailFinished{handed_over.ok()}, attachments);
}

void Dispatcher::Impl::watch_timers() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (timers_.empty()) {
      timers_changed_.wait(lock);
      continue;
    }
    const TimePoint at = timers_.begin()->first;
    if (at > clock_.now()) {
      timers_changed_.wait_until(lock, clock_.steady(at));
      continue;
    }
    const Job due = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    due.delivery->timer.reset();
    if (waits_for_slot(due.deadline)) {
      enqueue(due.delivery, due.deadline);
    } else {
      lock.unlock();
      advance(due.delivery, input::DeadlineReached{due.deadline}, {});
      lock.lock();
    }
  }
}

bool Dispatcher::Impl::resend_now(const std::string& delivery) {
  OpenPtr found;
  {
    const std::lock_guard lock(mutex_);
    const auto at = open_.find(std::string_view(delivery));
    if (at == open_.end()) return false;
    found = *at;
  }
  return advance(found, input::ResendRequested{}, {}).has_value();
}

bool Dispatcher::Impl::wait_until_idle() {
  std::unique_lock lock(mutex_);
  all_ended_.wait(lock, [&] { return open_.empty() || stopping_ || failure_; });
  return open_.empty();
}

std::size_t Dispatcher::Impl::open() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

void Dispatcher::Impl::stop() {
  const std::lock_guard one_at_a_time(stop_mutex_);
  std::vector<std::thread> workers;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    workers.swap(workers_);
    if (posts_under_way_ > 0) transport_.interrupt();
  }
  work_arrived_.notify_all();
  timers_changed_.notify_all();
  all_ended_.notify_all();
  for (std::thread& worker : workers) worker.join();
  if (timer_thread_.joinable()) timer_thread_.join();
}

std::optional<Error> Dispatcher::Impl::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Dispatcher::Impl::fail(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
  }
  all_ended_.notify_all();
}

// Split per tenant and then per event, so that one tenant's jitter does not depend on another's
// traffic.
Random Dispatcher::Impl::random_for(std::int64_t tenant_id) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = accepted_[tenant_id]++;
  return Random(options_.seed).split(static_cast<std::uint64_t>(tenant_id)).split(number);
}

Dispatcher::Dispatcher(Transport& transport, Journal& journal, FallbackMailbox& mailbox,
                       const SystemClock& clock, DispatcherOptions options)
    : impl_(std::make_unique<Impl>(transport, journal, mailbox, clock, std::move(options))) {}

Dispatcher::~Dispatcher() = default;

Result<std::string> Dispatcher::submit(const std::shared_ptr<const TenantRegistry>& registry,
                                       std::int64_t tenant_id, Event event) {
  return impl_->submit(registry, tenant_id, std::move(event));
}

std::optional<Error> Dispatcher::resume(const std::shared_ptr<const TenantRegistry>& registry,
                                        std::vector<UnfinishedDelivery> deliveries) {
  return impl_->resume(registry, std::move(deliveries));
}

bool Dispatcher::resend_now(const std::string& delivery) {
  return impl_->resend_now(delivery);
}
bool Dispatcher::wait_until_idle() {
  return impl_->wait_until_idle();
}
std::size_t Dispatcher::open() const {
  return impl_->open();
}
void Dispatcher::stop() {
  impl_->stop();
}
std::optional<Error> Dispatcher::failure() const {
  return impl_->failure();
}

}  // namespace roomle_sim
