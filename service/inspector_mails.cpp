#include "service/inspector_mails.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "fallback_mailer/delivery_name.h"
#include "fallback_mailer/mail_reader.h"
#include "service/inspector_query.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kEnding = ".eml";

ApiProblem unavailable(const Error& error) {
  return {503, "unavailable", error.message, {}, {{"Retry-After", "5"}}};
}

ApiProblem no_mailbox() {
  return {404, "no_mailbox", "the mails go where they cannot be read back", {}, {}};
}

ApiProblem unknown_mail(const std::string& id) {
  return {404, "unknown_mail", fmt::format("there is no mail '{}'", id), "the id in the path", {}};
}

ApiProblem no_mail(const Error& error) {
  return {422, "not_a_mail", error.message, {}, {}};
}

// Where a page ends: its last mail's time and id. The mail itself may be gone by the next page.
std::string cursor_of(const MailEntry& mail) {
  return fmt::format("m{}-{}", mail.at.time_since_epoch().count(), mail.id);
}

struct MailCursor {
  TimePoint at;
  std::string id;
};

std::optional<MailCursor> parse_mail_cursor(std::string_view text) {
  if (!text.starts_with('m')) return std::nullopt;
  std::int64_t nanoseconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, nanoseconds);
  if (error != std::errc() || stop == end || *stop != '-') return std::nullopt;
  return MailCursor{TimePoint(Duration(nanoseconds)), std::string(stop + 1, end)};
}

struct MailQuery {
  std::string id;  // of the one that is wanted; empty: all
  std::optional<MailCursor> behind;
  std::size_t limit = 50;
};

Result<MailQuery, ApiProblem> read_query(const ApiRequest& request) {
  const auto parameters = read_parameters(request.query, {"limit", "cursor", "delivery"});
  if (!parameters) return parameters.error();
  MailQuery query;
  for (const auto& [name, value] : *parameters) {
    std::string wrong;
    if (name == "delivery") {
      query.id = delivery_name(value) + std::string(kEnding);
    } else if (name == "limit") {
      const auto size = read_page_size(value);
      if (size) query.limit = *size;
      if (!size) wrong = size.error();
    } else {
      query.behind = parse_mail_cursor(value);
      if (!query.behind) wrong = fmt::format("'{}' is no cursor of a page before", value);
    }
    if (!wrong.empty()) {
      return ApiProblem{
          400, "bad_value", std::move(wrong), fmt::format("query parameter '{}'", name), {}};
    }
  }
  return query;
}

// Of a mail that was asked for by its id.
Result<std::string, ApiProblem> bytes_of(Result<std::optional<std::string>> read,
                                         const std::string& id) {
  if (!read) return unavailable(read.error());
  if (!*read) return unknown_mail(id);
  return std::move(**read);
}

// A file that is no mail has neither of the last two.
ordered_json entry_json(const MailEntry& entry, const std::string& bytes) {
  ordered_json json{{"id", entry.id}, {"at", format_timestamp(entry.at)}, {"bytes", entry.bytes}};
  if (entry.id.ends_with(kEnding)) {
    json["delivery"] = entry.id.substr(0, entry.id.size() - kEnding.size());
  }
  if (const auto mail = read_mail(bytes)) {
    json["to"] = mail->to;
    json["subject"] = mail->subject;
  }
  return json;
}

}  // namespace

void InspectorMails::add_routes(Router& router) {
  const auto add = [&](const char* pattern, auto handler) {
    router.add(Audience::inspector, "GET", pattern, [this, handler](const ApiRequest& request) {
      return mails_ == nullptr ? problem_response(no_mailbox()) : (this->*handler)(request);
    });
  };
  add("/sim/v1/mails", &InspectorMails::list);
  add("/sim/v1/mails/{id}", &InspectorMails::show);
  add("/sim/v1/mails/{id}/raw", &InspectorMails::raw);
  add("/sim/v1/mails/{id}/html", &InspectorMails::html);
}

ApiResponse InspectorMails::list(const ApiRequest& request) const {
  const auto query = read_query(request);
  if (!query) return problem_response(query.error());
  const auto all = mails_->list();
  if (!all) return problem_response(unavailable(all.error()));
  ordered_json mails = ordered_json::array();
  const MailEntry* last = nullptr;
  std::string next;
  for (const MailEntry& one : *all) {
    const bool before =
        query->behind && std::tie(one.at, one.id) >= std::tie(query->behind->at, query->behind->id);
    if (before || (!query->id.empty() && one.id != query->id)) continue;
    if (mails.size() == query->limit) {
      next = cursor_of(*last);
      break;
    }
    const auto bytes = mails_->read(one);
    // Larger than a mail: listed all the same. Deleted meanwhile: not.
    if (bytes && !*bytes) continue;
    mails.push_back(entry_json(one, bytes ? **bytes : std::string()));
    last = &one;
  }
  ordered_json body{{"mails", std::move(mails)}};
  if (!next.empty()) body["next"] = next;
  return json_response(200, body);
}

Result<std::string, ApiProblem> InspectorMails::read(const std::string& id) const {
  return bytes_of(mails_->read(id), id);
}

ApiResponse InspectorMails::show(const ApiRequest& request) const {
  const std::string& id = request.value("id");
  const auto entry = mails_->find(id);
  if (!entry) return problem_response(unavailable(entry.error()));
  if (!*entry) return problem_response(unknown_mail(id));
  const auto bytes = bytes_of(mails_->read(**entry), id);
  if (!bytes) return problem_response(bytes.error());
  const auto mail = read_mail(*bytes);
  if (!mail) return problem_response(no_mail(mail.error()));
  ordered_json body = entry_json(**entry, *bytes);
  body["path"] = (*entry)->path;
  body.update(to_json(*mail));
  return json_response(200, body);
}

ApiResponse InspectorMails::raw(const ApiRequest& request) const {
  auto bytes = read(request.value("id"));
  if (!bytes) return problem_response(bytes.error());
  ApiResponse response;
  response.content_type = "message/rfc822";
  response.headers = {{"X-Content-Type-Options", "nosniff"}, {"Content-Disposition", "attachment"}};
  response.body = std::move(*bytes);
  return response;
}

// What stands in it comes from outside: shown, it can neither run nor fetch anything, nor act as
// the service's own page.
ApiResponse InspectorMails::html(const ApiRequest& request) const {
  const auto bytes = read(request.value("id"));
  if (!bytes) return problem_response(bytes.error());
  auto mail = read_mail(*bytes);
  if (!mail) return problem_response(no_mail(mail.error()));
  if (mail->html.empty()) {
    return problem_response({404, "no_html", "the mail has no HTML part", {}, {}});
  }
  ApiResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Content-Security-Policy",
                       "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"}};
  response.body = std::move(mail->html);
  return response;
}

}  // namespace roomle_sim
