#include "simulation/simulation.h"

#include "sender/dispatcher.h"

namespace roomle_sim {

Simulation::Simulation(VirtualTransport& transport, Journal& journal, FallbackMailbox& mailbox,
                       SimulationOptions options)
    : transport_(transport),
      journal_(journal),
      mailbox_(mailbox),
      options_(std::move(options)),
      now_(options_.start),
      jobs_(options_.attempts_per_tenant),
      seeds_(options_.seed) {
  jobs_.set_limit(kMailLane, options_.mails_at_once);
}

Result<std::string> Simulation::submit(const std::shared_ptr<const TenantRegistry>& registry,
                                       std::int64_t tenant_id, const Event& event,
                                       std::optional<TimePoint> not_before) {
  if (failure_) return *failure_;
  auto recipient = recipients_.find(registry, tenant_id);
  if (!recipient) return recipient.error();
  Delivery machine((*recipient)->plan, seeds_.next(tenant_id));
  const auto delivery =
      std::make_shared<OpenDelivery>(new_delivery_id(now_), *recipient,
                                     std::make_shared<const EventText>(event), std::move(machine));
  feed(delivery, input::Accepted{not_before}, {});
  if (failure_) return *failure_;
  return delivery->id;
}

std::optional<TimePoint> Simulation::next() const {
  if (happenings_.empty() || failure_) return std::nullopt;
  return happenings_.begin()->first.first;
}

bool Simulation::run(TimePoint until) {
  const std::optional<TimePoint> due = next();
  if (!due || *due > until) {
    now_ = std::max(now_, until);
    return false;
  }
  const auto first = happenings_.extract(happenings_.begin());
  now_ = std::max(now_, *due);
  first.mapped()();
  begin_due();
  return true;
}

Simulation::When Simulation::at(TimePoint time, Happening what) {
  return happenings_.emplace(When{time, ++happened_}, std::move(what)).first->first;
}

// False where the journal refused: then nothing that the step wants may be done.
bool Simulation::advance_and_record(const OpenPtr& delivery, const Input& input,
                                    Attachments attachments, Advanced& advanced) {
  if (failure_) return false;
  advanced = advance(*delivery, input, std::move(attachments), options_.outgoing, now_);
  if (advanced.records) failure_ = journal_.append(*advanced.records);
  if (failure_) return false;
  schedule(delivery);
  return true;
}

void Simulation::feed(const OpenPtr& delivery, const Input& input, Attachments attachments) {
  Advanced advanced;
  advance_and_record(delivery, input, std::move(attachments), advanced);
}

// Replaces the deadline that the delivery waits for by the one that its machine names now.
void Simulation::schedule(const OpenPtr& delivery) {
  const std::optional<Deadline>& next = delivery->machine.next();
  if (delivery->scheduled == next) return;
  delivery->scheduled = next;
  if (const auto old = timers_.extract(delivery.get())) happenings_.erase(old.mapped());
  if (!next) return;
  const Deadline deadline = *next;
  timers_[delivery.get()] = at(std::max(now_, deadline.at), [this, delivery, deadline] {
    timers_.erase(delivery.get());
    if (waits_for_slot(deadline)) {
      jobs_.push(lane_of(*delivery, deadline), {delivery, deadline});
    } else {
      feed(delivery, input::DeadlineReached{deadline}, {});
    }
  });
}

void Simulation::begin_due() {
  while (!failure_) {
    const auto taken = jobs_.pop();
    if (!taken) return;
    begin(taken->first, taken->second);
  }
}

void Simulation::begin(std::int64_t lane, const Job& job) {
  Advanced advanced;
  if (!advance_and_record(job.delivery, input::DeadlineReached{job.deadline}, {}, advanced)) return;
  if (const auto* start = find_effect<effect::StartAttempt>(advanced.step)) {
    return attempt(lane, job.delivery, start->number, *advanced.exchange);
  }
  if (const auto* send = find_effect<effect::SendFallbackMail>(advanced.step)) {
    mail(job.delivery, send->cause);
  }
  jobs_.done(lane);
}

void Simulation::attempt(std::int64_t lane, const OpenPtr& delivery, int number,
                         const Exchange& started) {
  auto exchange = std::make_shared<Exchange>(started);
  exchange->result = transport_.post(exchange->request, now_);
  at(now_ + exchange->result.duration, [this, lane, delivery, number, exchange] {
    const Verdict verdict = judge(exchange->result, now_);
    feed(delivery, input::AttemptFinished{number, verdict}, {exchange, {}, {}});
    jobs_.done(lane);
  });
}

void Simulation::mail(const OpenPtr& delivery, const MailCause& cause) {
  const auto handed_over = mailbox_.deliver(
      {delivery->id, delivery->event->parse(), *delivery->recipient->tenant, cause, now_});
  Attachments attachments;
  if (handed_over) {
    attachments.receipt = *handed_over;
  } else {
    attachments.mail_error = handed_over.error();
  }
  feed(delivery, input::MailFinished{handed_over.ok()}, attachments);
}

}  // namespace roomle_sim
