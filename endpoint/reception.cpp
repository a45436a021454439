#include "endpoint/reception.h"

#include <utility>

namespace roomle_sim {
namespace {

ResponsePlan method_plan() {
  ResponsePlan plan;
  plan.status = 405;
  plan.headers = {{"Allow", "POST"}, {"Content-Type", "text/plain; charset=utf-8"}};
  plan.body = "an event is POSTed\n";
  return plan;
}

ResponsePlan refusal_plan(int status, const std::string& text) {
  ResponsePlan plan;
  plan.status = status;
  plan.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Connection", "close"}};
  plan.body = text + "\n";
  return plan;
}

}  // namespace

Reception receive(HttpRequest& request, TimePoint time, const Verification& verification) {
  Reception reception;
  ReceivedRequest& received = reception.request;
  received.time = time;
  received.method = request.method;
  received.target = std::move(request.target);
  received.headers = std::move(request.headers);
  received.body = std::move(request.body);
  reception.takes_entry = request.refusal == 0 && request.method == "POST";
  // Whoever sends another method is no sender of events, but a browser, say: let it go.
  reception.context = {request.method == "HEAD", request.http10,
                       request.keep_alive && reception.takes_entry};
  if (request.refusal != 0) {
    received.problems.push_back(request.refusal_text);
    received.plan = refusal_plan(request.refusal, received.problems.front());
  } else {
    inspect(received, verification);
    if (!reception.takes_entry) received.plan = method_plan();
  }
  return reception;
}

void draw_plan(Reception& reception, BehaviorState& behavior) {
  ReceivedRequest& request = reception.request;
  if (reception.takes_entry) {
    request.plan = behavior.next(request.event, request.tenant_id, request.time);
  }
  if (behavior.one_request_a_connection()) reception.context.keep_alive = false;
  if (request.plan.unexpected) {
    request.problems.emplace_back("unexpected: the behaviour's sequence is at its end");
  }
}

}  // namespace roomle_sim
