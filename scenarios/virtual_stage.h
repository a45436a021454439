// A stage without sockets: endpoints and deliveries run in the simulation, in virtual time.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "endpoint/virtual_endpoint.h"
#include "scenarios/stage.h"
#include "simulation/simulation.h"

namespace roomle_sim {

// Virtual time begins at the real one, so that dates in a scenario mean the same, and passes only
// where the scenario waits: a run takes as long as its steps.
//
// Not possible, and an error of set_up(): a tenant whose webhook is a URL of its own, or an
// external endpoint. There is nobody there in virtual time.
class VirtualStage : public Stage {
 public:
  static Result<std::unique_ptr<Stage>> set_up(const Scenario& scenario, const RunOptions& options,
                                               std::uint64_t seed);
  ~VirtualStage() override;

  Result<std::string> submit(std::int64_t tenant_id, const Event& event) override;
  [[nodiscard]] std::optional<Error> failure() const override;
  [[nodiscard]] bool sees_requests() const override { return true; }
  std::vector<ReceivedRequest> take_requests() override;
  void wait_for_requests(const std::map<std::string, std::uint64_t>&, SteadyTime) const override {}
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] bool waits_in_real_time() const override { return false; }
  bool wait_until(TimePoint when, SteadyTime deadline) override;
  bool wait_for_end(const std::string& delivery, SteadyTime deadline) override;
  void wait_for_change(std::uint64_t heard, TimePoint until, SteadyTime deadline) override;

 private:
  class Endpoints;
  explicit VirtualStage(std::uint64_t seed);
  bool go_on(TimePoint until, SteadyTime deadline);

  std::unique_ptr<Endpoints> endpoints_;
  std::unique_ptr<Simulation> simulation_;
};

}  // namespace roomle_sim
