#include "endpoint/fault_words.h"

#include <algorithm>
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

struct OtherName {
  std::string_view name;
  std::string_view word;
};

// Too far from the word to be taken for a slip of it.
const OtherName kOtherNames[] = {
    {"reset", "connection_reset"},
    {"rst", "connection_reset"},
    {"close", "empty_response"},
    {"empty", "empty_response"},
    {"timeout", "blackhole"},
    {"hang", "blackhole"},
    {"garbage", "malformed"},
    {"latency", "delay"},
    {"slow", "delay"},
    {"sleep", "delay"},
    {"throttle", "bandwidth"},
    {"truncate", "limit_data"},
    {"cut", "limit_data"},
    {"drip", "dribble"},
    {"location", "redirect"},
    {"lose", "accept_then_lose"},
    {"endless", "endless_body"},
    {"down", "refuse"},
    {"expired", "tls expired"},
    {"untrusted", "tls untrusted"},
    {"wrong_host", "tls wrong_host"},
    {"handshake_failure", "tls handshake_failure"},
    {"repeat", "then repeat_last"},
    {"cycle", "then cycle"},
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

std::vector<std::string_view> fault_words() {
  std::vector<std::string_view> words;
  for (const FaultForm& form : kForms) {
    if (std::find(words.begin(), words.end(), form.word) == words.end()) words.push_back(form.word);
  }
  return words;
}

std::string_view fault_meant_by(std::string_view word) {
  for (const OtherName& other : kOtherNames) {
    if (other.name == word) return other.word;
  }
  return {};
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
