#include "service/idempotency.h"

#include <algorithm>
#include <array>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace roomle_sim {
namespace {

constexpr std::string_view kHeader = "header 'Idempotency-Key'";
constexpr std::size_t kLongestKey = 255;

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

// What tells one request from another. Each part's length goes before it, so that no two requests
// give the same text.
Digest fingerprint(const ApiRequest& request) {
  std::string text;
  const auto add = [&](const std::string& part) {
    text += fmt::format("{}:{}", part.size(), part);
  };
  add(request.method);
  add(request.path);
  for (const auto& [name, value] : request.query) {
    add(name);
    add(value);
  }
  text += '\n';
  for (const FormField& field : request.form) {
    add(field.name);
    add(field.filename);
    add(field.content);
  }
  if (request.form.empty()) text += request.body;
  Digest digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

bool is_key(const std::string& key) {
  return !key.empty() && key.size() <= kLongestKey &&
         std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_final(int status) {
  if (status >= 200 && status <= 299) return true;
  return status >= 400 && status <= 499 && status != 408 && status != 409 && status != 425 &&
         status != 429;
}

ApiResponse refusal(int status, std::string code, std::string message) {
  return problem_response({status, std::move(code), std::move(message), std::string(kHeader), {}});
}

}  // namespace

class Idempotency::Impl {
 public:
  Impl(const Clock& clock, const IdempotencyLimits& limits) : clock_(clock), limits_(limits) {}

  // The answer where there is one to give without the handler; else the key is taken.
  std::optional<ApiResponse> begin(const std::string& key, const Digest& request) {
    const std::lock_guard lock(mutex_);
    forget_old();
    if (const auto found = keys_.find(key); found != keys_.end()) {
      return repeated(found->second, request);
    }
    if (!make_room()) {
      ApiResponse busy =
          refusal(429, "too_many_keys", "too many requests with a key are under way");
      busy.headers.emplace_back("Retry-After", "1");
      return busy;
    }
    keys_[key].request = request;
    return std::nullopt;
  }

  // Nothing: the handler did not come to an answer.
  void finish(const std::string& key, const ApiResponse* response) {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(key);
    if (response == nullptr || response->stream || !is_final(response->status)) {
      keys_.erase(found);
      return;
    }
    Entry& entry = found->second;
    entry.response = std::make_unique<const ApiResponse>(*response);
    entry.finished = clock_.now();
    entry.bytes = key.size() + response->body.size();
    bytes_ += entry.bytes;
    finished_.push_back(&found->first);
    while (bytes_ > limits_.bytes) forget_oldest();
  }

 private:
  struct Entry {
    Digest request{};
    std::unique_ptr<const ApiResponse> response;  // null: under way
    TimePoint finished;
    std::size_t bytes = 0;
  };

  static ApiResponse repeated(const Entry& entry, const Digest& request) {
    if (entry.request != request) {
      return refusal(422, "key_reused",
                     "this key was used for another request: a new request needs a new key");
    }
    if (!entry.response) {
      return refusal(409, "under_way", "the first request with this key is still under way");
    }
    ApiResponse response = *entry.response;
    response.headers.emplace_back("Idempotency-Replayed", "true");
    return response;
  }

  void forget_oldest() {
    const auto found = keys_.find(*finished_.front());
    finished_.pop_front();
    bytes_ -= found->second.bytes;
    keys_.erase(found);
  }
  void forget_old() {
    const TimePoint until = clock_.now() - limits_.kept;
    while (!finished_.empty() && keys_.at(*finished_.front()).finished <= until) forget_oldest();
  }
  bool make_room() {
    while (keys_.size() >= limits_.keys && !finished_.empty()) forget_oldest();
    return keys_.size() < limits_.keys;
  }

  const Clock& clock_;
  const IdempotencyLimits limits_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> keys_;  // whose nodes stay where they are
  std::list<const std::string*> finished_;       // in the order of their ends
  std::size_t bytes_ = 0;
};

Idempotency::Idempotency(const Clock& clock, IdempotencyLimits limits)
    : impl_(std::make_unique<Impl>(clock, limits)) {}
Idempotency::~Idempotency() = default;

ApiResponse Idempotency::run(const ApiRequest& request, const std::function<ApiResponse()>& act,
                             const std::string& scope) {
  const std::string* header = request.header("Idempotency-Key");
  if (header == nullptr) return act();
  if (!is_key(*header)) {
    return refusal(400, "bad_key", "a key has 1 to 255 printable ASCII characters");
  }
  const std::string key = *header + '\n' + scope;  // no key holds a line end
  if (auto response = impl_->begin(key, fingerprint(request))) return *std::move(response);
  try {
    ApiResponse response = act();
    impl_->finish(key, &response);
    return response;
  } catch (...) {  // a bug: the key is free again all the same
    impl_->finish(key, nullptr);
    throw;
  }
}

}  // namespace roomle_sim
