// The real endpoint that `run --endpoint URL [-- CMD...]` tests.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "scenarios/child_process.h"
#include "tenants/url.h"

namespace roomle_sim {

// Threads: kill_now() is called from any, the rest from one. The command runs as long as this.
class EndpointUnderTest {
 public:
  // Starts the command, also once more where it has ended, and comes back once it answers at the
  // URL. unavailable: something answers there already; it cannot be started; it ended, or did not
  // answer within `limit`.
  std::optional<Error> start(const std::vector<std::string>& command, const Url& url,
                             Duration limit, const std::stop_token& stop);
  // unavailable: nothing answers there; `text` is the URL as it was given.
  static std::optional<Error> find(const std::string& text, const Url& url,
                                   const std::stop_token& stop);

  struct End {
    std::string how;  // "exited with status 1"
    bool well = false;
  };
  // Where the command has ended by itself, or does within `limit`.
  [[nodiscard]] std::optional<End> end(Duration limit) const;
  // Whether something accepts connections at the URL.
  static bool answers(const Url& url, const std::stop_token& stop);
  void stop();
  void kill_now();

 private:
  std::vector<std::unique_ptr<ChildProcess>> processes_;  // those that have ended too: seen_ may
  std::atomic<ChildProcess*> seen_{nullptr};              // be on its way to one of them
};

}  // namespace roomle_sim
