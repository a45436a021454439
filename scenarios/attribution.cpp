#include "scenarios/attribution.h"

#include <iterator>
#include <utility>
#include <variant>

namespace roomle_sim {

void Attribution::add_attempts(std::size_t send, const std::vector<JournalRecord>& records) {
  std::size_t& known = known_[send];
  std::size_t number = 0;
  for (const JournalRecord& record : records) {
    if (!std::holds_alternative<record::AttemptStarted>(record.what) || !record.exchange) continue;
    if (++number <= known) continue;
    known = number;
    attempts_[record.exchange->token].push_back({send, record.exchange});
  }
}

std::vector<Attribution::Owned> Attribution::share_out(std::vector<ReceivedRequest> requests,
                                                       bool all_known) {
  std::vector<ReceivedRequest> open = std::exchange(strangers_, {});
  open.insert(open.end(), std::move_iterator(requests.begin()), std::move_iterator(requests.end()));
  std::vector<Owned> owned;
  for (ReceivedRequest& request : open) {
    if (Attempt* attempt = find(request, all_known)) {
      attempt->seen = true;
      owned.push_back({attempt->send, std::move(request)});
    } else {
      strangers_.push_back(std::move(request));
    }
  }
  return owned;
}

// Two attempts can be equal to the letter (a fixed IV, one millisecond): first come, first served,
// and what comes once too often still counts.
Attribution::Attempt* Attribution::find(const ReceivedRequest& request, bool all_known) {
  const auto same_token = attempts_.find(request.token.value);
  if (same_token == attempts_.end()) return nullptr;
  Attempt* found = nullptr;
  for (Attempt& attempt : same_token->second) {
    if (attempt.exchange->request.body != request.body) continue;
    if (!attempt.seen) return &attempt;
    if (found == nullptr && all_known) found = &attempt;
  }
  return found;
}

}  // namespace roomle_sim
