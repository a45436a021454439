// A stage with real sockets: real endpoints, the HTTP transport, the dispatcher. Time is real, or
// it is skipped whenever nothing is under way.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "endpoint/server.h"
#include "endpoint/tls_server.h"
#include "scenarios/stage.h"
#include "sender/dispatcher.h"

namespace roomle_sim {

// Skipping: the thread that runs the scenario waits, in the functions below, for what it awaits or
// for the dispatcher's standstill; then only time can bring what comes next, so the clock is put
// forward to it. A step of the scenario itself therefore never lies in skipped time.
//
// Lifetime: the members are declared in the order in which they depend on one another.
class SocketStage : public Stage {
 public:
  static Result<std::unique_ptr<Stage>> set_up(const Scenario& scenario, const RunOptions& options,
                                               std::uint64_t seed);

  Result<std::string> submit(std::int64_t tenant_id, const Event& event) override;
  [[nodiscard]] std::optional<Error> failure() const override;
  [[nodiscard]] bool sees_requests() const override { return !endpoints_.empty(); }
  std::vector<ReceivedRequest> take_requests() override;
  void wait_for_requests(const std::map<std::string, std::uint64_t>& counts,
                         SteadyTime deadline) const override;
  [[nodiscard]] TimePoint now() const override { return clock_.now(); }
  [[nodiscard]] bool waits_in_real_time() const override { return !skips_; }
  bool wait_until(TimePoint when, SteadyTime deadline) override;
  bool wait_for_end(const std::string& delivery, SteadyTime deadline) override;
  void wait_for_change(std::uint64_t heard, TimePoint until, SteadyTime deadline) override;
  void give_up() override;

 private:
  SocketStage(std::uint64_t seed, bool skips) : Stage(seed), skips_(skips) {}
  std::optional<Error> open_endpoints(const Scenario& scenario);
  std::optional<Error> open_endpoint(const std::string& name, Behavior behavior,
                                     const TenantRegistry& tenants);
  std::optional<Error> make_authority();
  bool skip(TimePoint until, SteadyTime deadline, const std::function<bool()>& came);

  void note(const std::string& endpoint, const ReceivedRequest& request);

  const bool skips_;
  std::mutex mutex_;
  std::vector<ReceivedRequest> received_;  // and not yet taken; guarded by mutex_
  JumpingClock clock_;
  // Of the endpoints that speak TLS, and trusted by the transport. Null: none does.
  std::shared_ptr<const TlsAuthority> authority_;
  std::map<std::string, std::unique_ptr<EndpointServer>> endpoints_;  // by their names
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace roomle_sim
