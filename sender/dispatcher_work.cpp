#include <exception>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sender/dispatcher_impl.h"
#include "sender/worker_thread.h"

namespace roomle_sim {

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
  const bool rescheduled = step.next != delivery->scheduled;
  if (rescheduled) {
    delivery->scheduled = step.next;
    schedule(delivery, step.next);
  }
  return Advanced{std::move(step), attachments.exchange, rescheduled};
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
    open_.remove(delivery);
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
  if (hold({delivery, deadline})) return;
  const bool mail = deadline.reason == Deadline::Reason::mail_due;
  jobs_.push(mail ? kMailLane : delivery->recipient->tenant->id, {delivery, deadline});
  wake_or_hire();
}

// With mutex_ held. Whether the job's tenant is paused; then it is kept for unpause().
bool Dispatcher::Impl::hold(const Job& job) {
  const auto paused = held_.find(job.delivery->recipient->tenant->id);
  if (paused == held_.end()) return false;
  paused->second.push_back(job);
  return true;
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

// An exception is a bug, or memory that has run out: nothing is begun any more, and who accepts is
// told, as when the journal fails.
void Dispatcher::Impl::work() {
  settle_as_worker();
  try {
    work_on();
  } catch (const std::exception& error) {
    fail({ErrorCode::unavailable, fmt::format("a bug: {}", error.what())});
  }
}

void Dispatcher::Impl::work_on() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_workers_;
    work_arrived_.wait(lock, [&] { return stopping_ || jobs_.ready(); });
    --idle_workers_;
    if (stopping_) return;
    const auto [lane, job] = *jobs_.pop();
    wake_or_hire();
    if (!hold(job)) {
      lock.unlock();
      carry_out(job);
      lock.lock();
    }
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

void Dispatcher::Impl::run_timers() {
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

void Dispatcher::Impl::watch_timers() {
  try {
    run_timers();
  } catch (const std::exception& error) {
    fail({ErrorCode::unavailable, fmt::format("a bug: {}", error.what())});
  }
}

}  // namespace roomle_sim
