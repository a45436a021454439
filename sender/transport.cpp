#include "sender/transport.h"

#include <array>

namespace roomle_sim {
namespace {

struct Entry {
  FailureReason reason;
  std::string_view word;
};

constexpr std::array kEntries = {
    Entry{FailureReason::status, "status"},
    Entry{FailureReason::dns_error, "dns_error"},
    Entry{FailureReason::connect_refused, "connect_refused"},
    Entry{FailureReason::connect_timeout, "connect_timeout"},
    Entry{FailureReason::tls_error, "tls_error"},
    Entry{FailureReason::timeout, "timeout"},
    Entry{FailureReason::connection_closed, "connection_closed"},
    Entry{FailureReason::malformed_response, "malformed_response"},
};

}  // namespace

std::string_view failure_word(FailureReason reason) {
  for (const Entry& entry : kEntries) {
    if (entry.reason == reason) return entry.word;
  }
  return "unknown";
}

std::optional<FailureReason> failure_from_word(std::string_view word) {
  for (const Entry& entry : kEntries) {
    if (entry.word == word) return entry.reason;
  }
  return std::nullopt;
}

}  // namespace roomle_sim
