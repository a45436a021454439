#include "sender/dispatcher.h"

#include <utility>

#include "sender/dispatcher_impl.h"

namespace roomle_sim {

Dispatcher::Impl::Impl(Transport& transport, Journal& journal, FallbackMailbox& mailbox,
                       const SystemClock& clock, DispatcherOptions options)
    : transport_(transport),
      journal_(journal),
      mailbox_(mailbox),
      clock_(clock),
      options_(std::move(options)),
      open_(options_.open_limits),
      attempts_(options_.attempts_per_tenant),
      mails_(options_.mails_at_once),
      seeds_(options_.seed) {
  workers_.reserve(static_cast<std::size_t>(options_.attempts_in_all) +
                   static_cast<std::size_t>(options_.mails_at_once));
  timer_thread_ = std::thread([this] { watch_timers(); });
}

Result<std::string> Dispatcher::Impl::submit(const std::shared_ptr<const TenantRegistry>& registry,
                                             std::int64_t tenant_id, const Event& event,
                                             std::optional<TimePoint> not_before) {
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
    if (auto refused = open_.admit(delivery)) return *refused;
  }
  if (!advance(delivery, input::Accepted{not_before})) {
    const std::lock_guard lock(mutex_);
    open_.remove(delivery);
    return failure_.value_or(Error{ErrorCode::unavailable, "the dispatcher has stopped"});
  }
  begin_due();
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
    // From here on others may know them.
    for (const OpenPtr& delivery : taken) {
      if (delivery->machine.next()) open_.take_up(delivery);
    }
  }
  for (const OpenPtr& delivery : taken) settle(delivery, {});
  begin_due();
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
  return delivery;
}

ResendNow Dispatcher::Impl::resend_now(const std::string& delivery) {
  OpenPtr found;
  {
    const std::lock_guard lock(mutex_);
    found = open_.find(delivery);
    if (!found) return ResendNow::not_open;
    if (held_.contains(found->recipient->tenant->id)) return ResendNow::paused;
  }
  const auto advanced = advance(found, input::ResendRequested{});
  begin_due();
  if (advanced && advanced->rescheduled) return ResendNow::started;
  return advanced && !advanced->step.next ? ResendNow::not_open : ResendNow::under_way;
}

bool Dispatcher::Impl::pause(std::int64_t tenant_id) {
  const std::lock_guard lock(mutex_);
  return held_.try_emplace(tenant_id).second;
}

bool Dispatcher::Impl::unpause(std::int64_t tenant_id) {
  {
    const std::lock_guard lock(mutex_);
    const auto held = held_.extract(tenant_id);
    if (held.empty()) return false;
    for (const Job& job : held.mapped()) enqueue(job.delivery, job.deadline);
  }
  begin_due();
  return true;
}

std::vector<std::int64_t> Dispatcher::Impl::paused() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> tenants;
  for (const auto& [tenant, jobs] : held_) tenants.push_back(tenant);
  return tenants;
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
    std::unique_lock lock(mutex_);
    stopping_ = true;
    timers_changed_.notify_all();
    all_ended_.notify_all();
    if (options_.stop_grace > Duration::zero()) {
      quiet_.wait_for(lock, options_.stop_grace, [&] { return quiet() || failure_; });
    }
    ending_ = true;
    workers.swap(workers_);
    if (posts_under_way_ > 0) transport_.interrupt();
  }
  work_arrived_.notify_all();
  ending_changed_.notify_all();
  for (std::thread& worker : workers) worker.join();
  if (timer_thread_.joinable()) timer_thread_.join();
  std::unique_lock lock(mutex_);
  quiet_.wait(lock, [&] { return writes_ == 0; });
}

std::optional<Error> Dispatcher::Impl::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Dispatcher::Impl::fail(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    // Whatever it was to the journal: to who submits, nothing of it is his event's fault.
    if (!failure_) failure_ = Error{ErrorCode::unavailable, error.message};
    failed_ = true;
    tell_quiet();
  }
  all_ended_.notify_all();
}

Random Dispatcher::Impl::random_for(std::int64_t tenant_id) {
  const std::lock_guard lock(seeds_mutex_);
  return seeds_.next(tenant_id);
}

Standstill Dispatcher::Impl::wait_for_standstill(std::chrono::steady_clock::time_point limit) {
  std::unique_lock lock(mutex_);
  ++standstill_waiters_;
  quiet_.wait_until(lock, limit, [&] { return stands_still() || stopping_ || failure_; });
  --standstill_waiters_;
  return standstill_now();
}

Standstill Dispatcher::Impl::standstill() const {
  const std::lock_guard lock(mutex_);
  return standstill_now();
}

// With mutex_ held.
Standstill Dispatcher::Impl::standstill_now() const {
  Standstill standstill;
  standstill.reached = stands_still();
  if (!timers_.empty()) standstill.next = timers_.begin()->first;
  return standstill;
}

// With mutex_ held.
bool Dispatcher::Impl::stands_still() const {
  const bool due = !timers_.empty() && timers_.begin()->first <= clock_.now();
  return quiet() && attempts_.empty() && mails_.empty() && !timer_under_way_ && !due;
}

// With mutex_ held: something that was under way may have been the last.
void Dispatcher::Impl::tell_quiet() {
  if (stopping_ || standstill_waiters_ > 0) quiet_.notify_all();
  if (options_.on_standstill && (failure_ || stands_still())) options_.on_standstill();
}

void Dispatcher::Impl::clock_advanced() {
  const std::lock_guard lock(mutex_);
  timers_changed_.notify_all();
}

Dispatcher::Dispatcher(Transport& transport, Journal& journal, FallbackMailbox& mailbox,
                       const SystemClock& clock, DispatcherOptions options)
    : impl_(std::make_unique<Impl>(transport, journal, mailbox, clock, std::move(options))) {}

Dispatcher::~Dispatcher() = default;

Result<std::string> Dispatcher::submit(const std::shared_ptr<const TenantRegistry>& registry,
                                       std::int64_t tenant_id, const Event& event,
                                       std::optional<TimePoint> not_before) {
  return impl_->submit(registry, tenant_id, event, not_before);
}

std::optional<Error> Dispatcher::resume(const std::shared_ptr<const TenantRegistry>& registry,
                                        std::vector<UnfinishedDelivery> deliveries) {
  return impl_->resume(registry, std::move(deliveries));
}

ResendNow Dispatcher::resend_now(const std::string& delivery) {
  return impl_->resend_now(delivery);
}
bool Dispatcher::pause(std::int64_t tenant_id) {
  return impl_->pause(tenant_id);
}
bool Dispatcher::unpause(std::int64_t tenant_id) {
  return impl_->unpause(tenant_id);
}
std::vector<std::int64_t> Dispatcher::paused() const {
  return impl_->paused();
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
Standstill Dispatcher::wait_for_standstill(std::chrono::steady_clock::time_point limit) {
  return impl_->wait_for_standstill(limit);
}
Standstill Dispatcher::standstill() const {
  return impl_->standstill();
}
void Dispatcher::clock_advanced() {
  impl_->clock_advanced();
}
std::optional<Error> Dispatcher::failure() const {
  return impl_->failure();
}

}  // namespace roomle_sim
