#include "cli/endpoint_under_test.h"

#include <fmt/format.h>

#include "base/credential_names.h"
#include "scenarios/port_probe.h"

namespace roomle_sim {
namespace {

// For a connection to an endpoint on another machine, where a packet may be lost.
constexpr Duration kProbeLimit = std::chrono::seconds(5);

}  // namespace

std::optional<Error> EndpointUnderTest::start(const std::vector<std::string>& command,
                                              const Url& url, Duration limit,
                                              const std::stop_token& stop) {
  // Else the scenarios would test what was started before, and the command perhaps end in silence.
  if (answers(url, stop)) {
    return Error{ErrorCode::unavailable,
                 fmt::format("something answers at {}:{} already, so that '{}' was not started",
                             url.host, url.port, command.front())};
  }
  auto started = ChildProcess::start(command);
  if (!started) return started.error();
  processes_.push_back(*std::move(started));
  seen_ = processes_.back().get();
  return processes_.back()->wait_until_answers(url.host, url.port, limit, stop);
}

// Otherwise every scenario would tell the same at length. What a scenario wants to be refused is
// the built-in endpoint's; a real one that is given is there to be tested.
std::optional<Error> EndpointUnderTest::find(const std::string& text, const Url& url,
                                             const std::stop_token& stop) {
  const std::string why = PortProbe(-1, stop).connect(url.host, url.port, kProbeLimit);
  if (why.empty()) return std::nullopt;
  return Error{ErrorCode::unavailable,
               fmt::format("--endpoint: nothing answers at {} ({}); start your endpoint first, or "
                           "have it started: roomle-sim run … --endpoint URL -- CMD",
                           without_url_credentials(text), why)};
}

std::optional<EndpointUnderTest::End> EndpointUnderTest::end(Duration limit) const {
  if (processes_.empty()) return std::nullopt;
  ChildProcess& process = *processes_.back();
  auto how = process.how_it_ended(limit);
  if (!how) return std::nullopt;
  return End{*std::move(how), process.ended_well()};
}

bool EndpointUnderTest::answers(const Url& url, const std::stop_token& stop) {
  return PortProbe(-1, stop).connect(url.host, url.port, std::chrono::seconds(1)).empty();
}

void EndpointUnderTest::stop() {
  if (!processes_.empty()) processes_.back()->stop();
}

void EndpointUnderTest::kill_now() {
  if (const ChildProcess* seen = seen_) seen->kill_now();
}

}  // namespace roomle_sim
