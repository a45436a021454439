#include "endpoint/response_plan.h"

#include <fmt/format.h>

namespace roomle_sim {
namespace {

std::string_view fault_word(Fault fault) {
  switch (fault) {
    case Fault::none:
      break;
    case Fault::reset_on_accept:
      return "connection_reset on_accept";
    case Fault::tls:
      return "tls";
    case Fault::reset_before_response:
      return "connection_reset";
    case Fault::reset_after_headers:
      return "connection_reset after_headers";
    case Fault::reset_in_body:
      return "connection_reset in_body";
    case Fault::empty_response:
      return "empty_response";
    case Fault::accept_then_lose:
      return "accept_then_lose";
    case Fault::malformed_status_line:
      return "malformed status_line";
    case Fault::malformed_header:
      return "malformed header";
    case Fault::malformed_chunk:
      return "malformed chunk";
    case Fault::malformed_content_length:
      return "malformed content_length";
    case Fault::malformed_endless_headers:
      return "malformed endless_headers";
    case Fault::malformed_huge_header:
      return "malformed huge_header";
    case Fault::blackhole:
      return "blackhole";
  }
  return "";
}

struct PacingWord {
  std::string_view operator()(const std::monostate&) const { return ""; }
  std::string_view operator()(const pacing::Dribble&) const { return " dribble"; }
  std::string_view operator()(const pacing::Pieces&) const { return " dribble"; }
  std::string_view operator()(const pacing::Slices&) const { return " slicer"; }
  std::string_view operator()(const pacing::Bandwidth&) const { return " bandwidth"; }
};

}  // namespace

bool is_of_connection(Fault fault) {
  return fault == Fault::reset_on_accept || fault == Fault::tls;
}

std::string_view tls_word(TlsMode mode) {
  switch (mode) {
    case TlsMode::none:
      break;
    case TlsMode::valid:
      return "valid";
    case TlsMode::expired:
      return "expired";
    case TlsMode::wrong_host:
      return "wrong_host";
    case TlsMode::untrusted:
      return "untrusted";
    case TlsMode::handshake_failure:
      return "handshake_failure";
  }
  return "";
}

bool ResponsePlan::has_status() const {
  return fault == Fault::none || fault == Fault::reset_after_headers ||
         fault == Fault::reset_in_body || fault == Fault::malformed_header ||
         fault == Fault::malformed_chunk || fault == Fault::malformed_content_length ||
         fault == Fault::malformed_endless_headers || fault == Fault::malformed_huge_header;
}

bool accepts_event(const ResponsePlan& plan) {
  if (plan.unexpected) return false;
  // Who resets or never answers has not said so; who garbles what he says has.
  const bool said = plan.has_status() || plan.fault == Fault::malformed_status_line;
  return plan.fault == Fault::accept_then_lose || (said && plan.status >= 200 && plan.status < 300);
}

std::string answer_word(const ResponsePlan& plan) {
  if (plan.fault == Fault::tls) return fmt::format("tls {}", tls_word(plan.tls));
  if (plan.fault != Fault::none) return std::string(fault_word(plan.fault));
  return fmt::format("{}{}{}{}{}", plan.status, plan.endless_body ? " endless_body" : "",
                     std::visit(PacingWord{}, plan.pacing), plan.limit_data ? " limit_data" : "",
                     plan.slow_close ? " slow_close" : "");
}

}  // namespace roomle_sim
