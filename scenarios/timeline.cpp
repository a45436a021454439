#include "scenarios/timeline.h"

#include <algorithm>
#include <set>

namespace roomle_sim {

SendFacts facts_until(const SendFacts& facts, TimePoint moment) {
  SendFacts known;
  known.refusal = facts.refusal;
  std::size_t mailed = 0;
  for (const JournalRecord& record : facts.records) {
    if (record.at > moment) continue;
    known.records.push_back(record);
    if (record.receipt) ++mailed;
  }
  // A mail is there once its hand-over was recorded.
  known.mails.assign(
      facts.mails.begin(),
      facts.mails.begin() + static_cast<std::ptrdiff_t>(std::min(mailed, facts.mails.size())));
  std::copy_if(facts.requests.begin(), facts.requests.end(), std::back_inserter(known.requests),
               [&](const ReceivedRequest& request) { return request.time <= moment; });
  return known;
}

std::vector<TimePoint> moments_of(const std::vector<SendFacts>& sends, TimePoint from,
                                  TimePoint until) {
  std::set<TimePoint> moments{from, until};
  const auto add = [&](TimePoint moment) {
    if (moment > from && moment < until) moments.insert(moment);
  };
  for (const SendFacts& send : sends) {
    for (const JournalRecord& record : send.records) add(record.at);
    for (const ReceivedRequest& request : send.requests) add(request.time);
  }
  return {moments.begin(), moments.end()};
}

}  // namespace roomle_sim
