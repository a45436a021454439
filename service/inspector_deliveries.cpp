#include "service/inspector_deliveries.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "service/inspector_event.h"
#include "service/inspector_json.h"
#include "service/inspector_problem.h"
#include "service/inspector_query.h"
#include "service/submit_problem.h"

namespace roomle_sim {

using nlohmann::ordered_json;

namespace {

// `paused`: tenants, ascending.
void put_paused(const DeliverySummary& summary, const std::vector<std::int64_t>& paused,
                ordered_json& json) {
  if (!summary.outcome && std::ranges::binary_search(paused, summary.tenant_id)) {
    json["paused"] = true;
  }
}

}  // namespace

void InspectorDeliveries::add_routes(Router& router) {
  const auto add = [&](const char* method, const char* pattern, Handler handler) {
    router.add(Audience::inspector, method, pattern, std::move(handler));
  };
  add("POST", "/sim/v1/events", [this](const ApiRequest& request) {
    return idempotency_.run(request, [&] { return send(request); });
  });
  add("GET", "/sim/v1/deliveries", [this](const ApiRequest& request) { return list(request); });
  add("GET", "/sim/v1/deliveries/{id}",
      [this](const ApiRequest& request) { return show(request); });
}

ApiResponse InspectorDeliveries::send(const ApiRequest& request) {
  const auto registry = parts_.tenants.current();
  const auto wanted = read_wanted_event(request.body, *registry);
  if (!wanted) return problem_response(wanted.error());
  const auto delivery = parts_.dispatcher.submit(registry, wanted->tenant->id, wanted->event);
  if (!delivery) return problem_response(submit_problem(delivery.error()));
  ApiResponse response = json_response(202, {{"delivery", *delivery}});
  response.headers.emplace_back("Location", fmt::format("/sim/v1/deliveries/{}", *delivery));
  return response;
}

ApiResponse InspectorDeliveries::list(const ApiRequest& request) {
  const auto query = read_list_query(request.query, *parts_.tenants.current(), parts_.clock.now());
  if (!query) return problem_response(query.error());
  if (auto unknown = check_tenant(*query, "query parameter 'tenant'", parts_.history)) {
    return problem_response(*unknown);
  }
  const auto page = parts_.history.list(query->filter, query->cursor, query->limit);
  if (!page) return problem_response(journal_problem(page.error()));
  ordered_json deliveries = ordered_json::array();
  const auto paused = parts_.dispatcher.paused();
  for (const DeliverySummary& one : page->deliveries) {
    deliveries.push_back(summary_json(one));
    put_paused(one, paused, deliveries.back());
  }
  ordered_json body{{"deliveries", std::move(deliveries)}};
  if (!page->next.empty()) body["next"] = page->next;
  return json_response(200, body);
}

ApiResponse InspectorDeliveries::show(const ApiRequest& request) {
  const auto parameters = read_parameters(request.query, {"token"});
  if (!parameters) return problem_response(parameters.error());
  const auto token = parameters->find("token");
  const bool decrypt = token != parameters->end();
  if (decrypt && token->second != "decrypted") {
    return problem_response(
        {400,
         "bad_value",
         fmt::format("there is no form '{}' of a token; there is: decrypted", token->second),
         "query parameter 'token'",
         {}});
  }
  const std::string& id = request.value("id");
  const auto story = parts_.history.find(id);
  if (!story) return problem_response(journal_problem(story.error()));
  if (!*story) return problem_response(unknown_delivery(id));
  ordered_json json = story_json(**story, decrypt);
  put_paused((*story)->summary, parts_.dispatcher.paused(), json);
  return json_response(200, json);
}

}  // namespace roomle_sim
