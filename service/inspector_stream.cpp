#include "service/inspector_stream.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/diagnostics.h"
#include "base/json_text.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kBatch = 256;  // items between two looks at the reader
// A reader that is gone frees its slot within this, and so ends a wait for what may never come.
constexpr Duration kLook = std::chrono::seconds(1);

// The names and members of docs/stream.md: a record as the inspector's deliveries show it.
struct RecordTeller {
  std::string_view name;
  ordered_json& json;

  void operator()(const record::Accepted& accepted) {
    name = "accepted";
    if (accepted.not_before) json["notBefore"] = format_timestamp(*accepted.not_before);
  }
  void operator()(const record::AttemptStarted& started) {
    name = "attempt_started";
    json["number"] = started.number;
  }
  void operator()(const record::AttemptFinished& finished) {
    const Verdict& verdict = finished.verdict;
    name = "attempt_finished";
    json["number"] = finished.number;
    json["success"] = verdict.success;
    if (verdict.reason) json["reason"] = failure_word(*verdict.reason);
    if (verdict.status != 0) json["status"] = verdict.status;
    json["ambiguous"] = verdict.ambiguous;
    json["lost"] = verdict.lost;
  }
  void operator()(const record::RetryScheduled& retry) {
    name = "retry_scheduled";
    json["number"] = retry.number;
    json["due"] = format_timestamp(retry.at);
  }
  void operator()(const record::MailStarted& mail) {
    name = "mail_started";
    json["cause"] = describe(mail.cause);
    json["possiblySecond"] = mail.cause.ambiguous_attempts > 0;
  }
  void operator()(const record::MailFinished& mail) {
    name = "mail_finished";
    json["handedOver"] = mail.handed_over;
  }
  void operator()(const record::Ended& ended) {
    name = "ended";
    json["outcome"] = outcome_word(ended.outcome);
    json["attempts"] = ended.attempts;
    json["ambiguousAttempts"] = ended.ambiguous_attempts;
  }
};

// A type that came over the network may be no UTF-8.
std::string dump(const ordered_json& json) {
  return json_text(json);
}

std::string id_of(const Feed& feed, std::uint64_t number) {
  return fmt::format("{}-{}", feed.run_id(), number);
}

std::string event_text(const Feed& feed, const FeedItem& item) {
  // Tenant 0: of a delivery whose tenant the tenants file has no more.
  ordered_json json{{"delivery", item.delivery},
                    {"tenant", item.tenant_id},
                    {"event", item.event},
                    {"at", format_timestamp(item.at)}};
  RecordTeller teller{{}, json};
  std::visit(teller, item.what);
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id_of(feed, item.number), teller.name,
                     dump(json));
}

std::string_view gap_message(std::string_view reason) {
  if (reason == "other_run") return "the last event's id is of another run of the service";
  if (reason == "unknown_id") return "the last event's id is none of this service's";
  return "some events are not kept any more";
}

// With the id behind which it goes on, so that who is cut off now is not told of the gap again.
std::string gap_text(const Feed& feed, std::string_view reason, std::uint64_t after) {
  const std::string message = fmt::format(
      "{}: what follows is what is kept, and the list of deliveries has all", gap_message(reason));
  return fmt::format("id: {}\nevent: gap\ndata: {}\n\n", id_of(feed, after),
                     dump({{"reason", reason}, {"message", message}}));
}

// From where on a reader wants to be told, and why something is missing before that.
struct Position {
  std::uint64_t after = 0;
  std::string_view gap;  // a word, or empty
};

// Before the oldest item that is kept.
std::uint64_t before_all_kept(Feed& feed) {
  const Feed::Batch oldest = feed.wait(0, 1, Duration(0));
  return oldest.items.empty() ? 0 : oldest.items.front().number - 1;
}

// Without Last-Event-ID: what comes from now on.
Position position_of(const std::string* last_id, Feed& feed) {
  const std::uint64_t last = feed.last();
  if (last_id == nullptr || last_id->empty()) return {last, {}};
  const std::string run = feed.run_id() + "-";
  if (!last_id->starts_with(run)) return {before_all_kept(feed), "other_run"};
  const char* end = last_id->data() + last_id->size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(last_id->data() + run.size(), end, number);
  if (error != std::errc() || stop != end || number > last) {
    return {before_all_kept(feed), "unknown_id"};
  }
  return {number, {}};
}

ApiResponse bad_parameter(int status, std::string code, const std::string& name,
                          std::string message) {
  return problem_response(
      {status, std::move(code), std::move(message), fmt::format("query parameter '{}'", name), {}});
}

}  // namespace

class InspectorStream::Impl {
 public:
  Impl(Feed& feed, TenantDirectory& tenants, std::size_t most_streams, Duration heartbeat)
      : feed_(feed), tenants_(tenants), most_streams_(most_streams), heartbeat_(heartbeat) {}

  static ApiResponse respond(const std::shared_ptr<Impl>& self, const ApiRequest& request) {
    std::optional<std::int64_t> tenant;
    for (const auto& [name, value] : request.query) {
      if (name != "tenant") {
        return bad_parameter(400, "bad_value", name, "there is no such parameter");
      }
      const auto registry = self->tenants_.current();
      const Tenant* found = registry->find_by_text(value);
      if (found == nullptr) {
        return bad_parameter(400, "bad_value", name, no_tenant(*registry, value));
      }
      tenant = found->id;
    }
    auto slot = std::make_shared<Slot>(self);
    if (!slot->taken) return self->too_many();
    ApiResponse response;
    response.content_type = "text/event-stream";
    // What stands between may neither keep it nor wait for more of it.
    response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    const Position from = position_of(request.header("Last-Event-ID"), self->feed_);
    response.stream = [slot, tenant, from](StreamSink& sink) {
      slot->impl->follow(sink, tenant, from);
      slot->release();
    };
    return response;
  }

 private:
  // One of most_streams_. Freed at the stream's end, or with an answer that was never streamed.
  struct Slot {
    explicit Slot(std::shared_ptr<Impl> owner)
        : impl(std::move(owner)), taken(++impl->streams_ <= impl->most_streams_), counted(true) {}
    ~Slot() { release(); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    void release() {
      if (counted.exchange(false)) --impl->streams_;
    }

    const std::shared_ptr<Impl> impl;
    const bool taken;
    std::atomic<bool> counted;
  };

  static std::string no_tenant(const TenantRegistry& registry, const std::string& text) {
    std::vector<std::string_view> names;
    for (const Tenant& one : registry.tenants()) names.push_back(one.name);
    return fmt::format("the tenants file has no tenant '{}'{}", text, did_you_mean(text, names));
  }

  [[nodiscard]] ApiResponse too_many() const {
    return problem_response({503,
                             "too_many_streams",
                             fmt::format("{} streams are read already, which is the most there may "
                                         "be",
                                         most_streams_),
                             {},
                             {{"Retry-After", "5"}}});
  }

  void follow(StreamSink& sink, std::optional<std::int64_t> tenant, Position from) const {
    // With an id from the start: who is cut off before the first event resumes here.
    std::string text = "retry: 1000\n";
    if (from.gap.empty()) {
      text += fmt::format("id: {}\n\n", id_of(feed_, from.after));
    } else {
      text += gap_text(feed_, from.gap, from.after);
    }
    if (!sink.write(text)) return;
    bool gap_told = !from.gap.empty();
    std::uint64_t after = from.after;
    auto next_heartbeat = Steady::now() + heartbeat_;
    while (!sink.ended()) {
      const Duration left = next_heartbeat - Steady::now();
      const Feed::Batch batch = feed_.wait(after, kBatch, std::clamp(left, Duration(0), kLook));
      text.clear();
      if (batch.gap && !gap_told) {
        text += gap_text(feed_, "not_kept", batch.items.front().number - 1);
      }
      // The first batch behind a gap that was told begins with what is kept: that is no second one.
      if (!batch.items.empty()) gap_told = false;
      for (const FeedItem& item : batch.items) {
        after = item.number;
        if (!tenant || item.tenant_id == *tenant) text += event_text(feed_, item);
      }
      // By the clock alone, however much goes on of other tenants. Its id moves a filtered reader's
      // position on: what it was not told of is no gap when it resumes.
      if (Steady::now() >= next_heartbeat) {
        text += fmt::format(": heartbeat\nid: {}\n\n", id_of(feed_, after));
        next_heartbeat = Steady::now() + heartbeat_;
      }
      if (!text.empty() && !sink.write(text)) return;
      if (batch.closed) return;
    }
  }

  Feed& feed_;
  TenantDirectory& tenants_;
  const std::size_t most_streams_;
  const Duration heartbeat_;
  std::atomic<std::size_t> streams_ = 0;
};

InspectorStream::InspectorStream(Feed& feed, TenantDirectory& tenants, std::size_t most_streams,
                                 Duration heartbeat)
    : impl_(std::make_shared<Impl>(feed, tenants, most_streams, heartbeat)) {}
InspectorStream::~InspectorStream() = default;

ApiResponse InspectorStream::respond(const ApiRequest& request) {
  return Impl::respond(impl_, request);
}

}  // namespace roomle_sim
