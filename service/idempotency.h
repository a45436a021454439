// Idempotency-Key: whoever did not see an answer may ask again, and nothing is sent twice
// (draft-ietf-httpapi-idempotency-key-header).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/time.h"
#include "service/http_message.h"

namespace roomle_sim {

struct IdempotencyLimits {
  std::size_t keys = 10'000;               // beyond: the oldest finished ones go
  std::size_t bytes = 64UL * 1024 * 1024;  // of kept answers, likewise
  Duration kept = std::chrono::hours(24);  // from the answer on
};

// Answers are kept in memory alone: keys do not outlive a restart. Kept are final ones: 2xx, and
// 4xx but for 408, 409, 425 and 429; the others may be different the next time, and nothing was
// done.
//
// Threads: run() is called from many at once; `act` runs without a lock. Lifetime: `clock`
// outlives it.
class Idempotency {
 public:
  explicit Idempotency(const Clock& clock, IdempotencyLimits limits = {});
  ~Idempotency();
  Idempotency(const Idempotency&) = delete;
  Idempotency& operator=(const Idempotency&) = delete;

  // Without the header: `act`. With it: the answer to the first request of that key,
  // with `Idempotency-Replayed: true` from the second time on. 400: a key that is not 1–255
  // printable ASCII characters; 422: the key was used for another method, path, query or body; 409:
  // the first one is under way; 429: all keys there is room for are under way.
  // A form's fields count, and not how they were written: the boundary is another each time.
  // `scope`: whose keys they are, such as a tenant; the same key of another scope is another.
  ApiResponse run(const ApiRequest& request, const std::function<ApiResponse()>& act,
                  const std::string& scope = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
