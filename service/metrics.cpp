#include "service/metrics.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <sstream>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

using CounterFamily = prometheus::Family<prometheus::Counter>;
using HistogramFamily = prometheus::Family<prometheus::Histogram>;

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

const prometheus::Histogram::BucketBoundaries kSeconds{
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60};

// How an attempt ended: success, or the reason. Their words are a label's values.
constexpr std::size_t kResults =
    1 + static_cast<std::size_t>(FailureReason::malformed_response) + 1;
// "none", 1xx … 5xx.
constexpr std::size_t kStatusClasses = 6;

std::size_t result_index(const Verdict& verdict) {
  if (verdict.success) return 0;
  return 1 + static_cast<std::size_t>(verdict.reason.value_or(FailureReason::timeout));
}

std::string result_word(const Verdict& verdict) {
  if (verdict.success) return "success";
  return std::string(failure_word(verdict.reason.value_or(FailureReason::timeout)));
}

// An endpoint may answer 999.
std::size_t class_index(int status) {
  return status >= 100 && status <= 599 ? static_cast<std::size_t>(status / 100) : 0;
}

std::string class_word(std::size_t index) {
  return index == 0 ? "none" : fmt::format("{}xx", index);
}

// Names from outside would be series without bound. (Routes are patterns: "none" is no route.)
std::string known_method(const std::string& method) {
  constexpr std::array<std::string_view, 7> kMethods{"GET",    "HEAD",    "POST", "PUT",
                                                     "DELETE", "OPTIONS", "PATCH"};
  return std::ranges::find(kMethods, method) == kMethods.end() ? "other" : method;
}

// Method, route and status. Their series are asked for by their labels once, then remembered: the
// library looks each one up in a map of maps of strings.
using RequestKey = std::tuple<std::string, std::string, int>;

template <class Builder>
auto& family(prometheus::Registry& registry, const char* name, const char* help, Builder builder) {
  return builder.Name(name).Help(help).Register(registry);
}

}  // namespace

class Metrics::Impl {
 public:
  Impl() {
    // Those that are few are there from the start, as 0: a rate over a series that has just come
    // up misses its first count.
    for (const EventType& one : event_types()) {
      accepted_.push_back(&accepted_family_.Add({{"event", std::string(one.name)}}));
    }
    accepted_.push_back(&accepted_family_.Add({{"event", "other"}}));
    for (std::size_t i = 0; i < ended_.size(); ++i) {
      const std::string word(outcome_word(static_cast<Outcome>(i)));
      ended_[i] = &ended_family_.Add({{"outcome", word}});
    }
    family(registry_, "roomle_sim_build_info", "Always 1: which version this is.",
           prometheus::BuildGauge())
        .Add({{"version", ROOMLE_SIM_VERSION}})
        .Set(1);
  }

  void observe(std::span<const JournalRecord> records) {
    const std::lock_guard lock(mutex_);
    for (const JournalRecord& one : records) {
      std::visit([&](const auto& what) { count(one, what); }, one.what);
    }
  }

  void count_request(const std::string& method, const std::string& route, int status,
                     Duration duration) {
    const RequestSeries series =
        request_series({known_method(method), route.empty() ? "none" : route, status});
    series.count->Increment();
    series.seconds->Observe(seconds(duration));
  }

  std::string text() {
    if (open_) open_gauge_.Set(static_cast<double>(open_()));
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, registry_.Collect());
    return out.str();
  }

  std::function<std::size_t()> open_;

 private:
  struct RequestSeries {
    prometheus::Counter* count = nullptr;
    prometheus::Histogram* seconds = nullptr;
  };

  RequestSeries request_series(const RequestKey& key) {
    const std::lock_guard lock(requests_mutex_);
    RequestSeries& found = requests_[key];
    if (found.count == nullptr) {
      const auto& [method, route, status] = key;
      found.count = &request_family_.Add(
          {{"method", method}, {"route", route}, {"status", std::to_string(status)}});
      // All statuses of a route share one.
      found.seconds =
          &request_seconds_family_.Add({{"method", method}, {"route", route}}, kSeconds);
    }
    return found;
  }

  void count(const JournalRecord& record, const record::Accepted& accepted) {
    const EventType* type = find_event_type(record.event->type());
    const std::size_t index =
        type == nullptr ? event_types().size() : static_cast<std::size_t>(type - &event_types()[0]);
    accepted_[index]->Increment();
    if (!accepted.not_before) waiting_[record.delivery] = record.at;
  }
  void count(const JournalRecord& record, const record::AttemptStarted&) {
    const auto since = waiting_.find(record.delivery);
    if (since == waiting_.end()) return;
    to_post_.Observe(seconds(record.at - since->second));
    waiting_.erase(since);
  }
  void count(const JournalRecord& record, const record::AttemptFinished& finished) {
    const Verdict& verdict = finished.verdict;
    const std::size_t status = class_index(verdict.status);
    prometheus::Counter*& counter = attempts_[result_index(verdict)][status];
    if (counter == nullptr) {
      counter = &attempt_family_.Add(
          {{"result", result_word(verdict)}, {"status_class", class_word(status)}});
    }
    counter->Increment();
    if (verdict.ambiguous) ambiguous_.Increment();
    if (record.exchange) attempt_seconds_.Observe(seconds(record.exchange->result.duration));
  }
  void count(const JournalRecord&, const record::RetryScheduled&) { retries_.Increment(); }
  void count(const JournalRecord&, const record::MailStarted&) {}
  void count(const JournalRecord&, const record::MailFinished& mail) {
    (mail.handed_over ? mails_handed_over_ : mails_failed_).Increment();
  }
  void count(const JournalRecord& record, const record::Ended& ended) {
    ended_[static_cast<std::size_t>(ended.outcome)]->Increment();
    waiting_.erase(record.delivery);
  }

  CounterFamily& counters(const char* name, const char* help) {
    return family(registry_, name, help, prometheus::BuildCounter());
  }
  HistogramFamily& histograms(const char* name, const char* help) {
    return family(registry_, name, help, prometheus::BuildHistogram());
  }

  prometheus::Registry registry_;
  CounterFamily& accepted_family_ =
      counters("roomle_sim_events_accepted_total", "Events that were accepted.");
  CounterFamily& attempt_family_ =
      counters("roomle_sim_attempts_total", "POSTs that have ended, by result and status.");
  CounterFamily& ended_family_ =
      counters("roomle_sim_deliveries_ended_total", "Deliveries that have ended.");
  CounterFamily& mail_family_ = counters("roomle_sim_mails_total", "Roomle emails.");
  CounterFamily& request_family_ = counters("roomle_sim_http_requests_total",
                                            "Requests to the service, by their route's pattern.");
  HistogramFamily& request_seconds_family_ =
      histograms("roomle_sim_http_request_duration_seconds", "Of the handling of requests.");
  prometheus::Counter& ambiguous_ = counters("roomle_sim_ambiguous_attempts_total",
                                             "Failed POSTs that the endpoint may have acted on.")
                                        .Add({});
  prometheus::Counter& retries_ =
      counters("roomle_sim_retries_scheduled_total", "Retries that were scheduled.").Add({});
  prometheus::Counter& mails_handed_over_ = mail_family_.Add({{"result", "handed_over"}});
  prometheus::Counter& mails_failed_ = mail_family_.Add({{"result", "failed"}});
  prometheus::Histogram& attempt_seconds_ =
      histograms("roomle_sim_attempt_duration_seconds", "Of a POST, to its answer's end.")
          .Add({}, kSeconds);
  prometheus::Histogram& to_post_ =
      histograms("roomle_sim_acceptance_to_post_seconds",
                 "From an event's acceptance to the start of its first POST.")
          .Add({}, kSeconds);
  prometheus::Gauge& open_gauge_ =
      family(registry_, "roomle_sim_open_deliveries", "Deliveries that have not ended.",
             prometheus::BuildGauge())
          .Add({});

  std::mutex mutex_;                             // of what stands below it
  std::vector<prometheus::Counter*> accepted_;   // as event_types(), then "other"
  std::array<prometheus::Counter*, 3> ended_{};  // as Outcome
  std::array<std::array<prometheus::Counter*, kStatusClasses>, kResults> attempts_{};
  // When those were accepted that no POST was begun for: as many as are open, at most.
  std::unordered_map<std::string, TimePoint> waiting_;

  std::mutex requests_mutex_;
  std::map<RequestKey, RequestSeries> requests_;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::observe(std::span<const JournalRecord> records) {
  impl_->observe(records);
}
void Metrics::count_request(const std::string& method, const std::string& route, int status,
                            Duration duration) {
  impl_->count_request(method, route, status, duration);
}
void Metrics::set_open_deliveries(std::function<std::size_t()> open) {
  impl_->open_ = std::move(open);
}
std::string Metrics::text() const {
  return impl_->text();
}

}  // namespace roomle_sim
