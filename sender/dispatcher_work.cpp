#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sender/dispatcher_impl.h"
#include "sender/worker_thread.h"

namespace roomle_sim {
namespace {

// So long no thread is asked for after the system has refused one.
constexpr Duration kThreadPause = std::chrono::seconds(1);
// So long, and so often, a mail is tried for which this machine lacks something: well below the
// minute that a mail may take.
constexpr Duration kMailPatience = std::chrono::seconds(30);
constexpr Duration kMailPause = std::chrono::milliseconds(50);

}  // namespace

// Feeds one input. Its records are still to be written; when they are, settle() has to follow.
Advanced Dispatcher::Impl::step(OpenDelivery& delivery, const Input& input,
                                Attachments attachments) {
  const std::lock_guard lock(delivery.mutex);
  Advanced advanced =
      roomle_sim::advance(delivery, input, std::move(attachments), options_.outgoing, clock_.now());
  if (advanced.records) delivery.writing = true;
  return advanced;
}

// Arranges for what comes next, now that the step's records are written.
void Dispatcher::Impl::settle(const OpenPtr& delivery, const Advanced& advanced) {
  const std::lock_guard lock(delivery->mutex);
  if (advanced.records) delivery->writing = false;
  if (delivery->writing || delivery->scheduled == delivery->machine.next()) return;
  delivery->scheduled = delivery->machine.next();
  schedule(delivery, delivery->scheduled);
}

// Nothing when the journal refused: then no effect may be carried out.
std::optional<Advanced> Dispatcher::Impl::advance(const OpenPtr& delivery, const Input& input) {
  Advanced advanced = step(*delivery, input, {});
  if (advanced.records && !write(*advanced.records)) return std::nullopt;
  settle(delivery, advanced);
  return advanced;
}

// The same without waiting: `then` is called when the records are written. When the journal refused
// it is not, and nothing is begun any more.
void Dispatcher::Impl::advance_later(const OpenPtr& delivery, const Input& input,
                                     Attachments attachments, Then then) {
  auto advanced = std::make_shared<const Advanced>(step(*delivery, input, std::move(attachments)));
  if (!advanced->records) {
    settle(delivery, *advanced);
    return then(*advanced);
  }
  if (failed_) return;
  ++writes_;
  journal_.append_later(advanced->records, [this, delivery, advanced, then = std::move(then)](
                                               const std::optional<Error>& error) {
    if (error) {
      fail(*error);
    } else {
      settle(delivery, *advanced);
      then(*advanced);
    }
    finish_write();
  });
}

// With the lock, since who stops lets all of this go as soon as the last one has ended.
void Dispatcher::Impl::finish_write() {
  const std::lock_guard lock(mutex_);
  --writes_;
  tell_quiet();
}

bool Dispatcher::Impl::write(std::span<const JournalRecord> records) {
  if (records.empty()) return true;
  if (failed_) return false;
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
  } else if (!waits_for_slot(*next)) {
    // The watch over an act begins when it is carried out.
  } else if (next->at <= clock_.now()) {
    enqueue(delivery, *next);
  } else {
    set_timer(delivery, next->at, *next);
  }
}

// With mutex_ held.
void Dispatcher::Impl::set_timer(const OpenPtr& delivery, TimePoint at, const Deadline& deadline) {
  delivery->timer = timers_.emplace(at, Job{delivery, deadline});
  // Only the first one shortens the wait.
  if (*delivery->timer == timers_.begin()) timers_changed_.notify_one();
}

// With mutex_ held. begin_due() has to follow, without it.
void Dispatcher::Impl::enqueue(const OpenPtr& delivery, const Deadline& deadline) {
  if (hold({delivery, deadline})) return;
  const std::int64_t lane = lane_of(*delivery, deadline);
  queue_of(lane).push(lane, {delivery, deadline});
}

// With mutex_ held. Whether the job's tenant is paused; then it is kept for unpause().
bool Dispatcher::Impl::hold(const Job& job) {
  const auto paused = held_.find(job.delivery->recipient->tenant->id);
  if (paused == held_.end()) return false;
  paused->second.push_back(job);
  return true;
}

// Begins whatever is due and has a slot and a thread. Waits for nothing, so that any thread may do
// it that has made something due or given a slot back.
void Dispatcher::Impl::begin_due() {
  std::unique_lock lock(mutex_);
  while (!stopping_ && !failed_) {
    const auto taken = take_due();
    if (!taken) return;
    const auto& [lane, job] = *taken;
    if (hold(job)) {
      queue_of(lane).done(lane);
      tell_quiet();
      continue;
    }
    lock.unlock();
    begin(lane, job);
    lock.lock();
  }
}

// With mutex_ held.
std::optional<std::pair<std::int64_t, Job>> Dispatcher::Impl::take_due() {
  if (mails_.ready() && has_thread(mails_)) return mails_.pop();
  if (attempts_.ready() && has_thread(attempts_)) return attempts_.pop();
  return std::nullopt;
}

// With mutex_ held. Whether one more act of that queue can be carried out at once. If not it must
// not begin: its records would tell of a POST that nobody makes.
bool Dispatcher::Impl::has_thread(const FairQueue<Job>& queue) {
  int attempts = options_.attempts_in_all;
  if (refused_thread_) {
    const int begun = attempts_.running() + mails_.running();
    if (begun >= static_cast<int>(workers_.size()) && !hire()) return false;
    const int threads = static_cast<int>(workers_.size());
    const int for_mails = std::min(options_.mails_at_once, threads / 2);
    attempts = std::min(attempts, threads - for_mails);
  }
  return &queue == &mails_ || attempts_.running() < attempts;
}

void Dispatcher::Impl::begin(std::int64_t lane, const Job& job) {
  advance_later(job.delivery, input::DeadlineReached{job.deadline}, {},
                [this, lane, delivery = job.delivery](const Advanced& advanced) {
                  hand_out(lane, delivery, advanced);
                });
}

void Dispatcher::Impl::hand_out(std::int64_t lane, const OpenPtr& delivery,
                                const Advanced& advanced) {
  const auto* start = find_effect<effect::StartAttempt>(advanced.step);
  const auto* send = find_effect<effect::SendFallbackMail>(advanced.step);
  std::unique_lock lock(mutex_);
  if (start == nullptr && send == nullptr) {
    queue_of(lane).done(lane);  // the delivery had moved on
    return tell_quiet();
  }
  Act act{lane, delivery, {}, advanced.exchange, advanced.records->front().at, *advanced.step.next};
  if (start != nullptr) {
    act.what = *start;
  } else {
    act.what = *send;
  }
  acts_.push_back(std::move(act));
  const bool wake = needs_worker();
  lock.unlock();
  if (wake) work_arrived_.notify_one();
}

// With mutex_ held. Whether a worker is to be notified, after the lock was given back. One alone is
// on its way at a time, and when it takes an act it sees to the next: so a burst of acts wakes no
// more workers than it takes. Where none is idle, one is hired.
bool Dispatcher::Impl::needs_worker() {
  if (acts_.empty() || ending_ || worker_on_its_way_) return false;
  if (idle_workers_ > 0) return worker_on_its_way_ = true;
  worker_on_its_way_ = hire();
  return false;
}

// With mutex_ held. One worker more, where there may be one. The system may refuse a thread: acts
// that have begun then wait for one that works already, and new ones for has_thread(). Without any
// worker they would wait for ever.
bool Dispatcher::Impl::hire() {
  const int most = options_.attempts_in_all + options_.mails_at_once;
  const auto now = std::chrono::steady_clock::now();
  if (static_cast<int>(workers_.size()) >= most) return false;
  if (refused_thread_ && now < *refused_thread_ + kThreadPause) return false;
  const auto run = [this] { work(); };
  try {
    workers_.push_back(options_.make_thread ? options_.make_thread(run) : std::thread(run));
    return true;
  } catch (const std::system_error& error) {
    refused_thread_ = now;
    if (workers_.empty() && !failure_) {
      failure_ = Error{ErrorCode::unavailable, fmt::format("no thread: {}", error.what())};
      failed_ = true;
      all_ended_.notify_all();
    }
    return false;
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
    work_arrived_.wait(lock, [&] { return ending_ || !acts_.empty(); });
    --idle_workers_;
    if (ending_) return;
    const Act act = std::move(acts_.front());
    acts_.pop_front();
    const bool posts = std::holds_alternative<effect::StartAttempt>(act.what);
    set_timer(act.delivery, act.overdue.at + (clock_.now() - act.recorded), act.overdue);
    ++acts_under_way_;
    posts_under_way_ += posts ? 1 : 0;
    worker_on_its_way_ = false;
    const bool wake = needs_worker();
    lock.unlock();
    if (wake) work_arrived_.notify_one();
    carry_out(act);
    lock.lock();
    --acts_under_way_;
    posts_under_way_ -= posts ? 1 : 0;
    queue_of(act.lane).done(act.lane);
    tell_quiet();
    lock.unlock();
    begin_due();
    lock.lock();
  }
}

void Dispatcher::Impl::carry_out(const Act& act) {
  if (const auto* start = std::get_if<effect::StartAttempt>(&act.what)) {
    attempt(act, start->number);
  } else {
    mail(act, std::get<effect::SendFallbackMail>(act.what).cause);
  }
}

void Dispatcher::Impl::attempt(const Act& act, int number) {
  auto exchange = std::make_shared<Exchange>(*act.exchange);
  exchange->result = transport_.post(exchange->request);
  if (exchange->result.interrupted) return;
  const Verdict verdict = judge(exchange->result, clock_.now());
  advance_later(act.delivery, input::AttemptFinished{number, verdict}, {exchange, {}, {}},
                [this](const Advanced&) { begin_due(); });
}

void Dispatcher::Impl::mail(const Act& act, const MailCause& cause) {
  const OpenDelivery& delivery = *act.delivery;
  const auto handed_over = hand_over(
      {delivery.id, delivery.event->parse(), *delivery.recipient->tenant, cause, clock_.now()});
  if (!handed_over) return;
  Attachments attachments;
  if (*handed_over) {
    attachments.receipt = **handed_over;
  } else {
    attachments.mail_error = handed_over->error();
  }
  advance_later(act.delivery, input::MailFinished{handed_over->ok()}, attachments,
                [](const Advanced&) {});
}

// What this machine lacks for a moment is no reason that a customer gets no mail. Nothing: it was
// ended meanwhile, and the next start hands the mail over.
std::optional<Result<MailReceipt, MailError>> Dispatcher::Impl::hand_over(
    const FallbackMail& mail) {
  const auto patience = std::chrono::steady_clock::now() + kMailPatience;
  for (;;) {
    auto handed_over = mailbox_.deliver(mail);
    if (handed_over || handed_over.error().fault != MailFault::shortage) return handed_over;
    if (std::chrono::steady_clock::now() >= patience) return handed_over;
    std::unique_lock lock(mutex_);
    if (ending_changed_.wait_for(lock, kMailPause, [&] { return ending_; })) return std::nullopt;
  }
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
    const bool waits = waits_for_slot(due.deadline);
    if (waits) enqueue(due.delivery, due.deadline);
    timer_under_way_ = true;
    lock.unlock();
    if (waits) {
      begin_due();
    } else {
      advance_later(due.delivery, input::DeadlineReached{due.deadline}, {},
                    [this](const Advanced&) { begin_due(); });
    }
    lock.lock();
    timer_under_way_ = false;
    tell_quiet();
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
