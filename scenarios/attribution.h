// Which send of a scenario an endpoint's request belongs to: the one whose token and body it
// carries. Pure.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "endpoint/received.h"
#include "sender/journal.h"

namespace roomle_sim {

// Fed as the run goes on, so that a request costs the same however many sends there are. Threads:
// one.
class Attribution {
 public:
  // The attempts that the send with this index has started, by its records: all that there are, in
  // their order. Those that were given before are known.
  void add_attempts(std::size_t send, const std::vector<JournalRecord>& records);

  struct Owned {
    std::size_t send = 0;
    ReceivedRequest request;
  };
  // Those of the requests that belong to a send, in their order. One that belongs to none is kept,
  // and comes with a later call once its attempt is known. `all_known`: no attempt follows; until
  // then a request that came once too often may be that of an equal attempt.
  std::vector<Owned> share_out(std::vector<ReceivedRequest> requests, bool all_known);

 private:
  struct Attempt {
    std::size_t send = 0;
    std::shared_ptr<const Exchange> exchange;
    bool seen = false;  // a request was taken for it
  };
  Attempt* find(const ReceivedRequest& request, bool all_known);

  std::unordered_map<std::string, std::vector<Attempt>> attempts_;  // by their tokens
  std::unordered_map<std::size_t, std::size_t> known_;              // attempts, by the sends
  std::vector<ReceivedRequest> strangers_;
};

}  // namespace roomle_sim
