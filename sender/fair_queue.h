// Jobs waiting for a thread, in lanes that take turns: one lane's jobs never hold back another's.
//
// Each lane may have so many jobs under way at once; the rest of its jobs wait in their order while
// other lanes are served. Threads: none; its owner locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace roomle_sim {

template <class Job>
class FairQueue {
 public:
  using Lane = std::int64_t;

  explicit FairQueue(int jobs_per_lane) : jobs_per_lane_(jobs_per_lane) {}

  // A lane with a limit of its own.
  void set_limit(Lane lane, int jobs) { lanes_[lane].limit = jobs; }

  void push(Lane lane, Job job) {
    ++jobs_;
    State& state = lanes_[lane];
    state.waiting.push_back(std::move(job));
    queue(lane, state);
  }

  // Takes the next job of the lane whose turn it is, or nothing when every job that waits belongs
  // to a full lane. done() must follow.
  std::optional<std::pair<Lane, Job>> pop() {
    if (turns_.empty()) return std::nullopt;
    const Lane lane = turns_.front();
    turns_.pop_front();
    State& state = lanes_.at(lane);
    state.has_turn = false;
    std::pair<Lane, Job> taken{lane, std::move(state.waiting.front())};
    state.waiting.pop_front();
    ++state.running;
    ++running_;
    queue(lane, state);
    return taken;
  }

  void done(Lane lane) {
    --jobs_;
    --running_;
    State& state = lanes_.at(lane);
    --state.running;
    queue(lane, state);
    if (state.running == 0 && state.waiting.empty() && !state.limit) lanes_.erase(lane);
  }

  // Whether pop() would give a job.
  [[nodiscard]] bool ready() const { return !turns_.empty(); }
  // Jobs that were taken and are not done, of all lanes.
  [[nodiscard]] int running() const { return running_; }
  // Whether nothing waits, and all that was taken is done.
  [[nodiscard]] bool empty() const { return jobs_ == 0; }

 private:
  struct State {
    std::deque<Job> waiting;
    int running = 0;
    std::optional<int> limit;
    bool has_turn = false;  // it stands in turns_
  };

  void queue(Lane lane, State& state) {
    if (state.has_turn || state.waiting.empty()) return;
    if (state.running >= state.limit.value_or(jobs_per_lane_)) return;
    state.has_turn = true;
    turns_.push_back(lane);
  }

  int jobs_per_lane_;
  std::size_t jobs_ = 0;  // waiting or under way
  int running_ = 0;
  std::unordered_map<Lane, State> lanes_;
  std::deque<Lane> turns_;
};

}  // namespace roomle_sim
