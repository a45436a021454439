#include "scenarios/template_text.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

constexpr std::string_view kReferenceForm =
    "${NAME}, ${NAME.MEMBER}, ${env.NAME}, ${gen.KIND}, or one of them with ${…:-INSTEAD}; "
    "the characters themselves are written $${";

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

bool is_path_part(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), is_name_character);
}

// What stands between "${" and "}".
std::optional<Reference> read_reference(std::string_view text) {
  Reference reference;
  if (const std::size_t colon = text.find(":-"); colon != std::string_view::npos) {
    reference.fallback = std::string(text.substr(colon + 2));
    text = text.substr(0, colon);
  }
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    const bool fine = reference.path.empty() ? is_variable_name(part) : is_path_part(part);
    if (!fine) return std::nullopt;
    reference.path.emplace_back(part);
    if (dot == std::string_view::npos) return reference;
    text.remove_prefix(dot + 1);
  }
}

// The next "${" that is not escaped, at or behind `from`; npos: none.
std::size_t next_reference(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("${", from); at != std::string_view::npos;
       at = text.find("${", at + 2)) {
    if (at == from || text[at - 1] != '$') return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string Reference::name() const {
  return fmt::format("{}", fmt::join(path, "."));
}

bool has_references(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

bool is_variable_name(std::string_view name) {
  return is_path_part(name) && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         name.front() != '-';
}

Result<std::vector<TextPart>, TextMistake> split_text(std::string_view text) {
  std::vector<TextPart> parts;
  const auto add_literal = [&](std::string_view literal) {
    std::string plain(literal);
    for (std::size_t at = plain.find("$${"); at != std::string::npos; at = plain.find("$${", at)) {
      plain.erase(at, 1);
      at += 2;
    }
    if (!plain.empty()) parts.push_back({std::move(plain), std::nullopt});
  };
  std::size_t number = 0;
  std::size_t done = 0;
  for (;;) {
    const std::size_t start = next_reference(text, done);
    if (start == std::string_view::npos) break;
    const std::size_t end = text.find('}', start);
    if (end == std::string_view::npos) {
      return TextMistake{number, "a '${' without its '}'", std::string(kReferenceForm)};
    }
    const std::string_view inside = text.substr(start + 2, end - start - 2);
    std::optional<Reference> reference = read_reference(inside);
    if (!reference) {
      return TextMistake{number, fmt::format("'${{{}}}' is no reference", inside),
                         std::string(kReferenceForm)};
    }
    add_literal(text.substr(done, start - done));
    parts.push_back({{}, std::move(reference)});
    done = end + 1;
    ++number;
  }
  add_literal(text.substr(done));
  return parts;
}

std::string escape_references(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "${") escaped += '$';
    escaped += text[i];
  }
  return escaped;
}

Location place_of_reference(const JsonNode& node, std::size_t number) {
  const Location& whole = node.where;
  const std::string_view text = whole.source->text;
  if (whole.offset >= text.size()) return whole;
  const std::string_view token = text.substr(whole.offset, whole.length);
  std::size_t at = 0;
  for (std::size_t i = 0;; ++i) {
    at = next_reference(token, at);
    if (at == std::string_view::npos) return whole;
    if (i == number) break;
    at += 2;
  }
  const std::size_t end = token.find('}', at);
  const std::size_t length = end == std::string_view::npos ? token.size() - at : end + 1 - at;
  return {whole.source, whole.offset + at, length};
}

}  // namespace roomle_sim
