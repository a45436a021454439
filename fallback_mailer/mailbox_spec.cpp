#include "fallback_mailer/mailbox_spec.h"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/diagnostics.h"
#include "fallback_mailer/maildir.h"

namespace roomle_sim {
namespace {

using Opened = Result<std::unique_ptr<FallbackMailbox>>;

struct Scheme {
  std::string_view name;
  std::string_view form;  // for messages
  Opened (*open)(std::string_view rest, const MailSettings& settings);
};

Opened open_maildir(std::string_view folder, const MailSettings& settings) {
  if (folder.empty() || folder.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::usage, "'maildir:' needs a folder, for example maildir:./roomle-mail"};
  }
  Result<std::unique_ptr<Maildir>> maildir = Maildir::open(std::string(folder), settings);
  if (!maildir.ok()) return maildir.error();
  return std::unique_ptr<FallbackMailbox>(std::move(maildir).value());
}

constexpr std::array<Scheme, 1> kSchemes{{{"maildir", "maildir:DIR", open_maildir}}};

}  // namespace

Opened open_mailbox(std::string_view spec, const MailSettings& settings) {
  const std::size_t colon = spec.find(':');
  const std::string_view name = spec.substr(0, colon);
  std::vector<std::string_view> names;
  std::vector<std::string_view> forms;
  for (const Scheme& scheme : kSchemes) {
    if (colon != std::string_view::npos && scheme.name == name) {
      return scheme.open(spec.substr(colon + 1), settings);
    }
    names.push_back(scheme.name);
    forms.push_back(scheme.form);
  }
  if (colon == std::string_view::npos && spec.find('/') != std::string_view::npos) {
    return Error{ErrorCode::usage, fmt::format("'{}' does not say what kind of mailbox it is (did "
                                               "you mean 'maildir:{}'?)",
                                               spec, spec)};
  }
  return Error{ErrorCode::usage,
               fmt::format("'{}' is no mailbox: no kind is called '{}'{}; write {}", spec, name,
                           did_you_mean(name, names), fmt::join(forms, " or "))};
}

}  // namespace roomle_sim
