#include "mail_fixture.h"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

namespace roomle_sim::test {
namespace {

std::string decode_quoted_printable(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      decoded += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
    } else if (i + 2 < text.size()) {
      decoded += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return decoded;
}

// "=?UTF-8?Q?…?=" words; white space between two of them goes (RFC 2047, 6.2).
std::string decode_words(std::string_view value) {
  std::string decoded;
  bool after_word = false;
  while (!value.empty()) {
    const std::size_t space = std::min(value.find_first_not_of(' '), value.size());
    const std::string gap(value.substr(0, space));
    value.remove_prefix(space);
    const std::string_view word = value.substr(0, value.find(' '));
    value.remove_prefix(word.size());
    constexpr std::string_view kStart = "=?UTF-8?Q?";
    const bool encoded = word.starts_with(kStart) && word.ends_with("?=");
    if (!(encoded && after_word)) decoded += gap;
    if (encoded) {
      EXPECT_LE(word.size(), 75U) << word;
      std::string content(word.substr(kStart.size(), word.size() - kStart.size() - 2));
      EXPECT_EQ(content.find('?'), std::string::npos) << word;
      std::replace(content.begin(), content.end(), '_', ' ');
      decoded += decode_quoted_printable(content);
    } else {
      decoded += word;
    }
    after_word = encoded;
  }
  return decoded;
}

std::vector<std::pair<std::string, std::string>> headers_of(std::string_view block) {
  std::vector<std::pair<std::string, std::string>> headers;
  while (!block.empty()) {
    const std::string_view line = block.substr(0, block.find('\n'));
    block.remove_prefix(std::min(line.size() + 1, block.size()));
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (headers.empty()) {
        ADD_FAILURE() << "the first line is a continuation: " << line;
        continue;
      }
      headers.back().second += " " + std::string(line.substr(1));
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      ADD_FAILURE() << "no header: " << line;
      continue;
    }
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    headers.emplace_back(line.substr(0, colon), value);
  }
  return headers;
}

std::string part_content(std::string_view part) {
  EXPECT_NE(part.find("Content-Transfer-Encoding: quoted-printable\n"), std::string_view::npos);
  return decode_quoted_printable(part.substr(std::min(part.find("\n\n"), part.size() - 2) + 2));
}

}  // namespace

FallbackMail sample_mail(std::string_view type) {
  FallbackMail mail;
  mail.delivery = "d-000017";
  mail.event.type = type;
  mail.event.data = {
      {"success", true},
      {"email", "targetEmail@gmail.com"},
      {"configurationId", "catalogId:itemId:2564B3D4"},
      {"url", "https://test.roomle.com/t/cp/?id=catalogId:itemId:2564B3D4&configuratorId=vizmotor"},
      {"configuratorId", "myConfigurator"}};
  if (type == "email.3DExportAsset") {
    mail.event.data["resultUrl"] = "https://uploads.roomle.com/export/2564B3D4.glb";
  }
  mail.tenant.id = 42;
  mail.tenant.name = "acme";
  mail.tenant.label = "Acme Furniture";
  mail.tenant.privacy_url = "https://acme.example/privacy";
  mail.cause.last.reason = FailureReason::status;
  mail.cause.last.status = 503;
  mail.cause.last.ambiguous = true;
  mail.cause.attempts = 1;
  mail.cause.ambiguous_attempts = 1;
  mail.at = parse_timestamp("2024-02-29T12:34:56.789Z").value();
  return mail;
}

const std::vector<std::string>& mailed_types() {
  static const std::vector<std::string> types{"email.savedConfiguration",
                                              "email.shareConfiguration",
                                              "email.shareConfigurationAR", "email.3DExportAsset"};
  return types;
}

std::string RawMessage::header(std::string_view name) const {
  for (const auto& [candidate, value] : headers) {
    if (candidate == name) return value;
  }
  return {};
}

std::vector<std::string> RawMessage::names() const {
  std::vector<std::string> all;
  for (const auto& header : headers) all.push_back(header.first);
  return all;
}

RawMessage take_apart(const std::string& bytes) {
  RawMessage message;
  const std::size_t end = bytes.find("\n\n");
  if (end == std::string::npos) {
    ADD_FAILURE() << "no body";
    return message;
  }
  message.headers = headers_of(std::string_view(bytes).substr(0, end + 1));
  for (auto& [name, value] : message.headers) value = decode_words(value);

  const std::string type = message.header("Content-Type");
  constexpr std::string_view kMark = "boundary=\"";
  const std::size_t start = std::min(type.find(kMark), type.size() - kMark.size()) + kMark.size();
  const std::string boundary = "\n--" + type.substr(start, type.find('"', start) - start);
  std::vector<std::string_view> parts;
  std::string_view rest = std::string_view(bytes).substr(end + 1);
  for (;;) {
    const std::size_t at = rest.find(boundary);
    parts.push_back(rest.substr(0, at));
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at + boundary.size());
  }
  // Before the first boundary, two parts, and what follows the last: "--".
  if (parts.size() != 4) {
    ADD_FAILURE() << "not two parts but " << parts.size() << " pieces in\n" << bytes;
    return message;
  }
  message.text = part_content(parts[1]);
  message.html = part_content(parts[2]);
  EXPECT_EQ(parts[3], "--\n");
  return message;
}

std::vector<std::string> raw_problems(const std::string& bytes) {
  std::vector<std::string> problems;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x7F) problems.emplace_back("a byte outside ASCII");
    if (byte < 0x20 && c != '\n' && c != '\t') problems.emplace_back("a control byte");
  }
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    // RFC 5322, 2.1.1: must not pass 998, should not pass 78. GMime folds names a little later than
    // that, and an address and a Message-ID cannot be folded inside.
    const bool one_word =
        line.find(' ') == std::string_view::npos || line.starts_with("Message-Id:");
    if (line.size() > (one_word ? 998U : 90U)) problems.push_back("too long: " + std::string(line));
  }
  if (!bytes.ends_with('\n')) problems.emplace_back("no line end at the end");
  return problems;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace roomle_sim::test
