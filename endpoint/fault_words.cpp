#include "endpoint/fault_words.h"

#include <array>
#include <string>

namespace roomle_sim {
namespace {

const FaultForm kForms[] = {
    {"status", {""}},
    {"body", {""}},
    {"redirect", {""}},
    {"redirect", {"location", "status"}},
    {"delay", {""}},
    {"dribble", {"interval"}},
    {"dribble", {"chunks", "total"}},
    {"slicer", {"average_size", "delay"}},
    {"slicer", {"average_size", "variation", "delay"}},
    {"bandwidth", {""}},
    {"limit_data", {""}},
    {"slow_close", {""}},
    {"rate_limit", {"requests", "window"}},
    {"connection_reset", {}},
    {"connection_reset", {"at"}},
    {"malformed", {""}},
    {"tls", {""}},
    {"empty_response", {}},
    {"accept_then_lose", {}},
    {"blackhole", {}},
    {"endless_body", {}},
};

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

}  // namespace

std::span<const FaultForm> fault_forms() {
  return kForms;
}

std::string fault_usage(std::string_view word) {
  std::string usage;
  for (const FaultForm& form : kForms) {
    if (form.word != word) continue;
    usage += usage.empty() ? "" : ", or ";
    usage += word;
    for (const std::string_view member : form.members) {
      usage += " " + (member.empty() ? std::string("VALUE") : upper(member));
    }
  }
  return usage;
}

}  // namespace roomle_sim
