#include "fallback_mailer/address.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "fallback_mailer/clean_text.h"
#include "fallback_mailer/mime.h"

namespace roomle_sim {
namespace {

constexpr std::size_t kLongestAddress = 254;  // RFC 3696, erratum 1690
constexpr std::size_t kLongestLocal = 64;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kShown = 80;

using Problem = std::optional<std::string>;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Runs over the parts between dots; the first problem found.
template <class Check>
Problem each_part(std::string_view text, const Check& check) {
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('.', start), text.size());
    if (Problem problem = check(text.substr(start, end - start))) return problem;
    start = end + 1;
  }
  return std::nullopt;
}

Problem character_problem(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\n' || byte == '\r') return "it contains a line break";
    if (byte < 0x20 || byte == 0x7F)
      return fmt::format("it contains the control byte {:#04x}", byte);
    if (byte == ' ') return "it contains a space";
    if (byte == ',' || byte == ';')
      return fmt::format("it contains '{}': one address is wanted", c);
    if (byte == '<' || byte == '>') return "only the bare address is wanted, without < and >";
    if (byte == '(' || byte == ')') return "it contains a comment";
    if (byte == '"' || byte == '\\') return "a quoted local part is not taken";
  }
  if (valid_utf8(text) != text) return "it is not valid UTF-8";
  return std::nullopt;
}

Problem local_problem(std::string_view local) {
  if (local.empty()) return "nothing stands before the @";
  if (!is_ascii(local)) {
    return "the part before the @ is not ASCII, which few mail servers take (SMTPUTF8)";
  }
  if (local.size() > kLongestLocal) {
    return fmt::format("the part before the @ has {} characters, more than {}", local.size(),
                       kLongestLocal);
  }
  constexpr std::string_view kAtomMarks = "!#$%&'*+-/=?^_`{|}~";
  return each_part(local, [&](std::string_view atom) -> Problem {
    if (atom.empty()) return "a dot stands at an end of the part before the @, or beside another";
    for (const char c : atom) {
      if (!is_alnum(c) && kAtomMarks.find(c) == std::string_view::npos) {
        return fmt::format("'{}' cannot stand before the @", c);
      }
    }
    return std::nullopt;
  });
}

Problem domain_problem(std::string_view domain) {
  if (domain.empty()) return "nothing stands behind the @";
  if (domain.front() == '[') return "an address literal in place of a domain is not taken";
  if (!is_ascii(domain)) return "its domain is not a valid international domain name";
  const Problem problem = each_part(domain, [](std::string_view label) -> Problem {
    if (label.empty()) return "its domain has an empty label";
    if (label.size() > kLongestLabel) {
      return fmt::format("a label of its domain has more than {} characters", kLongestLabel);
    }
    if (label.front() == '-' || label.back() == '-') {
      return "a label of its domain begins or ends with a hyphen";
    }
    for (const char c : label) {
      if (!is_alnum(c) && c != '-') return fmt::format("'{}' cannot stand in a domain", c);
    }
    return std::nullopt;
  });
  if (problem) return problem;
  const std::string_view last = domain.substr(domain.rfind('.') + 1);
  if (std::all_of(last.begin(), last.end(), is_digit)) return "its domain is no name but a number";
  return std::nullopt;
}

Error refused(std::string_view text, std::string_view why) {
  std::string shown = one_line(text.substr(0, kShown));
  if (text.size() > kShown) shown += "…";
  return {ErrorCode::bad_input, fmt::format("'{}' cannot be mailed: {}", shown, why)};
}

}  // namespace

Result<MailAddress> parse_address(std::string_view text) {
  if (text.empty()) return Error{ErrorCode::bad_input, "there is no email address to mail to"};
  if (const Problem problem = character_problem(text)) return refused(text, *problem);
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return refused(text, "it has no @");
  if (text.rfind('@') != at) return refused(text, "it has more than one @");
  if (const Problem problem = local_problem(text.substr(0, at))) return refused(text, *problem);

  const std::string ascii = is_ascii(text) ? std::string(text) : ascii_address(std::string(text));
  const std::string_view domain = std::string_view(ascii).substr(ascii.rfind('@') + 1);
  if (const Problem problem = domain_problem(domain)) return refused(text, *problem);
  if (ascii.size() > kLongestAddress) {
    return refused(
        text, fmt::format("it has {} characters, more than {}", ascii.size(), kLongestAddress));
  }
  // The second opinion: what composes the message must see the very same address.
  if (!reads_as_one_address(ascii)) return refused(text, "it is not a single address");
  return MailAddress{ascii};
}

}  // namespace roomle_sim
