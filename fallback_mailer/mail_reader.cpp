#include "fallback_mailer/mail_reader.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "fallback_mailer/mime.h"
#include "tenants/header_name.h"

namespace roomle_sim {

std::string ReceivedMail::header(std::string_view name) const {
  for (const auto& [candidate, value] : headers) {
    if (same_header_name(candidate, name)) return value;
  }
  return {};
}

Result<ReceivedMail> read_mail(std::string_view bytes) {
  if (std::optional<ReceivedMail> mail = read_mime(bytes)) return *std::move(mail);
  return Error{ErrorCode::bad_input, "this is not a mail: no headers could be read"};
}

Result<ReceivedMail> read_mail_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  std::array<char, 1 << 14> buffer{};
  while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) {
    const std::string why = std::error_code(errno, std::generic_category()).message();
    return Error{ErrorCode::unavailable, fmt::format("cannot read the mail {}: {}", path, why)};
  }
  Result<ReceivedMail> mail = read_mail(bytes);
  if (mail.ok()) return mail;
  return Error{mail.error().code, fmt::format("{}: {}", path, mail.error().message)};
}

nlohmann::ordered_json to_json(const ReceivedMail& mail) {
  nlohmann::ordered_json headers = nlohmann::ordered_json::object();
  for (const auto& [name, value] : mail.headers) headers[name] = value;
  return {{"from", mail.from},       {"fromName", mail.from_name}, {"to", mail.to},
          {"subject", mail.subject}, {"text", mail.text},          {"html", mail.html},
          {"headers", headers}};
}

}  // namespace roomle_sim
