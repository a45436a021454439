#include "fallback_mailer/mail_text.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "fallback_mailer/clean_text.h"
#include "fallback_mailer/mail_wording.h"

namespace roomle_sim {
namespace {

struct Link {
  std::string label;
  std::string url;
};

// What both forms of the mail show, cleaned and not yet escaped.
struct Content {
  const CommonWording* common = nullptr;
  std::string subject;
  std::string tenant;
  std::string intro;
  std::vector<Link> links;
  std::string message;
  std::string on_behalf;  // empty: not shown
  std::string privacy_url;
};

// Of the customer's own words: more than anybody writes, and no mail grows beyond reason.
constexpr std::size_t kMessageCap = 4096;

constexpr std::string_view kExport = "email.3DExportAsset";

std::string text_member(const Event& event, const char* name) {
  const auto found = event.data.find(name);
  return found != event.data.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

bool failed(const Event& event) {
  const auto found = event.data.find("success");
  return found != event.data.end() && found->is_boolean() && !found->get<bool>();
}

std::string fill(std::string_view wording, const std::string& tenant) {
  constexpr std::string_view kMark = "{tenant}";
  std::string text(wording);
  const std::size_t mark = text.find(kMark);  // stands at most once
  if (mark != std::string::npos) text.replace(mark, kMark.size(), tenant);
  return text;
}

std::vector<Link> links_of(const Event& event, const EventWording& words,
                           const CommonWording& common) {
  const std::string url = one_line(text_member(event, "url"));
  const std::string asset = one_line(text_member(event, "resultUrl"));
  std::vector<Link> links;
  if (event.type == kExport) {
    const bool show_asset = !failed(event) && !asset.empty();
    if (show_asset) links.push_back({std::string(words.link), asset});
    // The way back to the configuration, also to try again; never the asset under another name.
    if (!url.empty() && url != asset) links.push_back({std::string(common.configuration), url});
  } else if (!failed(event) && !url.empty()) {
    links.push_back({std::string(words.link), url});
  }
  return links;
}

Content content_of(const Event& event, const Tenant& tenant) {
  const MailLanguage language = mail_language(event.language, tenant.default_language);
  const EventWording& words = event_wording(event.type, language);
  Content content;
  content.common = &common_wording(language);
  content.tenant = sender_name(tenant);
  const bool sorry = failed(event);
  content.subject = fill(sorry ? words.failed_subject : words.subject, content.tenant);
  content.intro = fill(sorry ? words.failed_intro : words.intro, content.tenant);
  content.links = links_of(event, words, *content.common);
  content.message = shorten(clean_lines(event.message), kMessageCap);
  if (tenant.branded) content.on_behalf = fill(content.common->on_behalf, content.tenant);
  content.privacy_url = one_line(tenant.privacy_url);
  return content;
}

// The custom message, each line behind a mark, so that nobody takes it for the sender's own words.
std::string quote_lines(std::string_view message) {
  std::string lines = "> ";
  for (const char c : message) {
    lines += c;
    if (c == '\n') lines += "> ";
  }
  return lines;
}

std::string plain(const Content& content) {
  std::string text = fmt::format("{}\n\n{}\n", content.common->greeting, content.intro);
  for (const Link& link : content.links) text += fmt::format("\n{}:\n{}\n", link.label, link.url);
  if (!content.message.empty()) {
    text += fmt::format("\n{}:\n{}\n", content.common->message, quote_lines(content.message));
  }
  text += fmt::format("\n{}\n{}\n", content.common->closing, content.tenant);
  if (content.on_behalf.empty() && content.privacy_url.empty()) return text;
  text += "\n-- \n";
  if (!content.on_behalf.empty()) text += content.on_behalf + "\n";
  if (!content.privacy_url.empty()) {
    text += fmt::format("{}: {}\n", content.common->privacy, content.privacy_url);
  }
  return text;
}

// A link, or the bare text of what must not be one.
std::string anchor(const std::string& label, const std::string& url) {
  const std::string safe = html_escape(url);
  if (!is_web_link(url)) return fmt::format("{}: {}", html_escape(label), safe);
  return fmt::format("<a href=\"{}\">{}</a>", safe, html_escape(label));
}

std::string with_breaks(const std::string& escaped) {
  std::string html;
  for (const char c : escaped) {
    if (c == '\n') html += "<br>";
    html += c;
  }
  return html;
}

std::string html(const Content& content) {
  std::string body = fmt::format("<p>{}</p>\n<p>{}</p>\n", html_escape(content.common->greeting),
                                 html_escape(content.intro));
  for (const Link& link : content.links) {
    body += fmt::format("<p>{}</p>\n", anchor(link.label, link.url));
  }
  if (!content.message.empty()) {
    body += fmt::format("<p>{}:</p>\n<blockquote>{}</blockquote>\n",
                        html_escape(content.common->message),
                        with_breaks(html_escape(content.message)));
  }
  body += fmt::format("<p>{}<br>\n{}</p>\n", html_escape(content.common->closing),
                      html_escape(content.tenant));
  std::string foot = html_escape(content.on_behalf);
  if (!content.privacy_url.empty()) {
    if (!foot.empty()) foot += "<br>\n";
    foot += anchor(std::string(content.common->privacy), content.privacy_url);
  }
  if (!foot.empty()) body += fmt::format("<hr>\n<p><small>{}</small></p>\n", foot);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta "
      "charset=\"utf-8\"><title>{}</title></head>\n"
      "<body style=\"font-family: sans-serif\">\n{}</body>\n</html>\n",
      content.common->code, html_escape(content.subject), body);
}

}  // namespace

std::string sender_name(const Tenant& tenant) {
  for (const std::string& name : {tenant.shown_name(), tenant.name}) {
    if (std::string line = one_line(name); !line.empty()) return line;
  }
  return "Roomle";
}

MailText mail_text(const Event& event, const Tenant& tenant) {
  const Content content = content_of(event, tenant);
  return {content.subject, plain(content), html(content)};
}

}  // namespace roomle_sim
