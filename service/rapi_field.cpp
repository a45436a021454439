#include "service/rapi_field.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "fallback_mailer/clean_text.h"

namespace roomle_sim {
namespace {

// More than these say no more.
constexpr std::size_t kMostMistakes = 5;

ApiProblem missing(std::string message, std::string where) {
  return {400, "missing", std::move(message), std::move(where), {}};
}

ApiProblem no_form(int status) {
  return {status,
          "no_form",
          "the body holds no form: this route takes multipart/form-data, or "
          "application/x-www-form-urlencoded",
          "body",
          {}};
}

// "multipart/form-data" of "Multipart/Form-Data; boundary=x".
std::string media_type(const ApiRequest& request) {
  const std::string* header = request.header("Content-Type");
  if (header == nullptr) return {};
  std::string type = header->substr(0, header->find_first_of("; \t"));
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return type;
}

// C0, DEL, and C1 as UTF-8 has it.
bool has_control(std::string_view text, Lines lines) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool line = text[i] == '\n' || text[i] == '\r' || text[i] == '\t';
    if (line && lines == Lines::many) continue;
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      return true;
    }
  }
  return false;
}

}  // namespace

ApiProblem bad_value(std::string message, std::string where) {
  return {400, "bad_value", std::move(message), std::move(where), {}};
}

std::string field_place(std::string_view name) {
  return fmt::format("form field '{}'", name);
}

std::optional<ApiProblem> check_text(std::string_view text, std::size_t most,
                                     const std::string& where, Lines lines) {
  if (text.empty()) return missing("this is empty", where);
  if (text.size() > most) {
    return bad_value(fmt::format("the text has {} bytes; {} are the most", text.size(), most),
                     where);
  }
  if (valid_utf8(text) != text) return bad_value("the text is no UTF-8", where);
  if (has_control(text, lines)) {
    return bad_value("there is a control character in the text", where);
  }
  return std::nullopt;
}

std::optional<ApiProblem> check_fields(const ApiRequest& request,
                                       std::span<const std::string_view> known) {
  const std::string type = media_type(request);
  const bool form = type == "multipart/form-data" || type == "application/x-www-form-urlencoded";
  if (!form && !type.empty()) return no_form(415);
  if (request.form.empty()) return no_form(400);
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const FormField& field : request.form) {
    const auto same = [&](const FormField& one) { return one.name == field.name; };
    if (std::ranges::find(known, field.name) != known.end()) {
      if (std::ranges::count_if(request.form, same) == 1) continue;
      return bad_value("the form has this field more than once", field_place(field.name));
    }
    if (const std::string meant = did_you_mean(field.name, names); !meant.empty()) {
      return ApiProblem{400,
                        "unknown_field",
                        "the route knows no such field" + meant,
                        field_place(field.name),
                        {}};
    }
  }
  return std::nullopt;
}

Result<std::string, ApiProblem> required_field(const ApiRequest& request, std::string_view name,
                                               std::size_t most) {
  const FormField* field = request.field(name);
  if (field == nullptr) {
    return missing(fmt::format("the form has no field '{}'", name), field_place(name));
  }
  if (auto problem = check_text(field->content, most, field_place(name))) return *problem;
  return field->content;
}

Result<std::string, ApiProblem> optional_field(const ApiRequest& request, std::string_view name,
                                               std::size_t most, Lines lines) {
  const FormField* field = request.field(name);
  if (field == nullptr || field->content.empty()) return std::string();
  if (auto problem = check_text(field->content, most, field_place(name), lines)) return *problem;
  return field->content;
}

Result<JsonNode, ApiProblem> read_json_text(const std::string& text, const std::string& name,
                                            const std::string& where) {
  Diagnostics diagnostics;
  auto node = parse_json(std::make_shared<const SourceText>(SourceText{name, text}), diagnostics);
  if (auto problem = problem_of(diagnostics, where)) return *problem;
  return std::move(node).value();
}

std::optional<ApiProblem> problem_of(const Diagnostics& diagnostics, const std::string& where) {
  if (diagnostics.empty()) return std::nullopt;
  const std::vector<Diagnostic>& all = diagnostics.all();
  std::string message;
  for (std::size_t i = 0; i < std::min(all.size(), kMostMistakes); ++i) {
    message += fmt::format("{}{}: {}", i == 0 ? "" : "; ", describe(all[i].where), all[i].message);
    if (!all[i].expected.empty()) message += fmt::format(" ({})", all[i].expected);
  }
  return bad_value(std::move(message), where);
}

}  // namespace roomle_sim
