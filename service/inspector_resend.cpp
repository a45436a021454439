#include "service/inspector_resend.h"

#include <fmt/format.h>

#include "service/inspector_problem.h"
#include "service/submit_problem.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

ApiResponse conflict(std::string code, std::string message) {
  return problem_response({409, std::move(code), std::move(message), {}, {}});
}

// What will be the same for all that follow.
bool ends_it(const ApiProblem& problem) {
  return problem.status == 429 || problem.status == 503;
}

}  // namespace

void InspectorResend::add_routes(Router& router) {
  const auto add = [&](const char* pattern, auto handler) {
    router.add(Audience::inspector, "POST", pattern, [this, handler](const ApiRequest& request) {
      return idempotency_.run(request, [&] { return (this->*handler)(request); });
    });
  };
  add("/sim/v1/deliveries/resend", &InspectorResend::resend_matching);
  add("/sim/v1/deliveries/{id}/resend", &InspectorResend::resend);
}

ApiResponse InspectorResend::resend(const ApiRequest& request) {
  const std::string& id = request.value("id");
  const auto story = parts_.history.find(id);
  if (!story) return problem_response(journal_problem(story.error()));
  if (!*story) return problem_response(unknown_delivery(id));
  if (!(*story)->summary.outcome) return resend_open(id);
  const auto again = send_again(**story);
  if (!again) return problem_response(again.error());
  return json_response(202, {{"delivery", *again}, {"of", id}, {"resent", "anew"}});
}

ApiResponse InspectorResend::resend_open(const std::string& id) {
  switch (parts_.dispatcher.resend_now(id)) {
    case ResendNow::started:
      return json_response(202, {{"delivery", id}, {"resent", "retry_now"}});
    case ResendNow::under_way:
      return conflict("under_way",
                      "it does not wait for a retry: it waits for its time or a free slot, or is "
                      "being posted or mailed; nothing was changed");
    case ResendNow::paused:
      return conflict("paused",
                      "its tenant is paused: nothing was changed, and what is due begins when the "
                      "tenant is resumed");
    case ResendNow::not_open:
      break;
  }
  // It has ended since it was looked up, or it is of an earlier run and not taken up yet.
  return conflict("under_way", "it is changing just now: ask again");
}

Result<std::string, ApiProblem> InspectorResend::send_again(const DeliveryStory& story) {
  const auto registry = parts_.tenants.current();
  const std::int64_t tenant = story.summary.tenant_id;
  if (registry->find(tenant) == nullptr) {
    return ApiProblem{409,
                      "unknown_tenant",
                      fmt::format("the tenants file has no tenant {} any more", tenant),
                      {},
                      {}};
  }
  auto delivery = parts_.dispatcher.submit(registry, tenant, story.event->parse());
  if (!delivery) return submit_problem(delivery.error());
  return *delivery;
}

// Those that have ended alone: what is open is being taken care of.
ApiResponse InspectorResend::resend_matching(const ApiRequest& request) {
  auto query = read_resend_body(request.body, *parts_.tenants.current(), parts_.clock.now());
  if (!query) return problem_response(query.error());
  if (auto unknown = check_tenant(*query, "member 'tenant'", parts_.history)) {
    return problem_response(*unknown);
  }
  query->filter.open = false;
  return query->dry_run ? list_matching(*query) : send_matching(std::move(*query));
}

ApiResponse InspectorResend::list_matching(const DeliveryQuery& query) {
  const auto page = parts_.history.list(query.filter, query.cursor, query.limit);
  if (!page) return problem_response(journal_problem(page.error()));
  ordered_json resent = ordered_json::array();
  for (const DeliverySummary& one : page->deliveries) resent.push_back({{"of", one.id}});
  ordered_json body{{"dryRun", true},
                    {"matched", page->deliveries.size()},
                    {"resent", std::move(resent)},
                    {"refused", ordered_json::array()}};
  if (!page->next.empty()) body["next"] = page->next;
  return json_response(200, body);
}

// One by one, so that there is a cursor behind each: what was not sent is told by `next`, and
// nothing is sent twice or left out although deliveries end meanwhile.
ApiResponse InspectorResend::send_matching(DeliveryQuery query) {
  ordered_json resent = ordered_json::array();
  ordered_json refused = ordered_json::array();
  std::optional<ApiProblem> stopped;
  std::size_t matched = 0;
  while (matched < query.limit) {
    const auto page = parts_.history.list(query.filter, query.cursor, 1);
    const auto story = page && !page->deliveries.empty()
                           ? parts_.history.find(page->deliveries.front().id)
                           : Result<std::optional<DeliveryStory>>(std::nullopt);
    if (!page || !story) {
      stopped = journal_problem(!page ? page.error() : story.error());
      break;
    }
    if (*story) {  // else forgotten meanwhile
      ++matched;
      const std::string& id = (*story)->summary.id;
      const auto again = send_again(**story);
      if (again) {
        resent.push_back({{"delivery", *again}, {"of", id}});
      } else if (ends_it(again.error())) {
        stopped = again.error();
        break;
      } else {
        refused.push_back(
            {{"of", id}, {"code", again.error().code}, {"message", again.error().message}});
      }
    }
    query.cursor = page->next;
    if (query.cursor.empty()) break;
  }
  // Nothing was done: to be asked again as a whole.
  if (stopped && resent.empty()) return problem_response(*stopped);
  ordered_json body{{"dryRun", false},
                    {"matched", matched},
                    {"resent", std::move(resent)},
                    {"refused", std::move(refused)}};
  if (stopped) body["stopped"] = stopped->message;
  if (!query.cursor.empty()) body["next"] = query.cursor;
  return json_response(202, body);
}

}  // namespace roomle_sim
