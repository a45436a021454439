#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "endpoint/received.h"
#include "scenarios/expectation.h"
#include "scenarios/observation.h"
#include "sender/catalogue.h"
#include "sender/delivery.h"
#include "sender/transport.h"
#include "tenants/retry_policy.h"

namespace roomle_sim {
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

constexpr std::string_view kUnknownWord = "'{}' is not known here";

// Collects the checks of one `expect`.
class ExpectationReader {
 public:
  ExpectationReader(ObjectReader& object, const std::vector<std::string_view>& endpoints)
      : object_(object), diagnostics_(object.diagnostics()), endpoints_(endpoints) {
    expectation_.where = object.node().where;
  }

  Expectation read() {
    if (const JsonNode* node = object_.optional("refused")) {
      add(Check::On::delivery, "refused", Pointer("/refused"),
          read_matcher(*node, diagnostics_, ValueKind::text));
    }
    if (const JsonNode* node = object_.optional("outcome")) read_outcome(*node);
    read_simple(object_, "", "attempts", ValueKind::number);
    if (const JsonNode* node = object_.optional("reasons")) read_reasons(*node);
    read_simple(object_, "", "statuses", ValueKind::list);
    read_simple(object_, "", "ambiguous", ValueKind::boolean);
    read_simple(object_, "", "mails", ValueKind::number);
    read_simple(object_, "", "mailError", ValueKind::text);
    if (const JsonNode* node = object_.optional("mail")) read_mail(*node);
    if (const JsonNode* node = object_.optional("received")) read_received(*node);
    if (const JsonNode* node = object_.optional("customer")) read_customer(*node, "");
    if (const JsonNode* node = object_.optional("total")) read_total(*node);
    return std::move(expectation_);
  }

 private:
  void add(Check::On on, std::string name, Pointer pointer, std::optional<Matcher> matcher,
           bool needs_endpoint = false) {
    if (!matcher) return;
    expectation_.checks.push_back(
        {on, std::move(name), std::move(pointer), std::move(*matcher), needs_endpoint});
  }

  // A member whose value stands under the same name in the observation, behind `base`.
  void read_simple(ObjectReader& object, const std::string& base, std::string_view name,
                   ValueKind kind) {
    const JsonNode* node = object.optional(name);
    if (node == nullptr) return;
    const std::string whole = base.empty() ? std::string(name) : fmt::format("{}.{}", base, name);
    const Pointer pointer = base.empty() ? Pointer() : Pointer("/" + base);
    add(Check::On::delivery, whole, pointer / std::string(name),
        read_matcher(*node, diagnostics_, kind));
  }

  void read_outcome(const JsonNode& node) {
    add(Check::On::delivery, "outcome", Pointer("/outcome"),
        read_words(node, {outcome_word(Outcome::delivered), outcome_word(Outcome::mailed),
                          outcome_word(Outcome::mail_failed)}));
  }

  // Of a text that is one of these words. Another one fits nothing, and under `not` everything.
  std::optional<Matcher> read_words(const JsonNode& node,
                                    const std::vector<std::string_view>& words,
                                    std::string_view unknown = kUnknownWord) {
    std::optional<Matcher> matcher = read_matcher(node, diagnostics_, ValueKind::text);
    if (!matcher || !are_known(*matcher, words, unknown)) return std::nullopt;
    return matcher;
  }

  bool are_known(const Matcher& matcher, const std::vector<std::string_view>& words,
                 std::string_view unknown) {
    bool known = true;
    for (const Matcher& part : matcher.parts) known = are_known(part, words, unknown) && known;
    if (matcher.kind != Matcher::Kind::equals || matcher.deferred) return known;
    const auto& word = matcher.value.get_ref<const std::string&>();
    if (std::find(words.begin(), words.end(), word) != words.end()) return known;
    diagnostics_.add(matcher.where,
                     fmt::format(fmt::runtime(unknown), word) + did_you_mean(word, words),
                     fmt::format("one of: {}", fmt::join(words, ", ")));
    return false;
  }

  // A list of failure words; "status" stands for any status, "status 503" for one.
  void read_reasons(const JsonNode& node) {
    if (!node.is(JsonNode::Kind::array)) {
      add(Check::On::delivery, "reasons", Pointer("/reasons"),
          read_matcher(node, diagnostics_, ValueKind::list));
      return;
    }
    Matcher list;
    list.kind = Matcher::Kind::items;
    list.where = node.where;
    for (const JsonNode& item : node.items) {
      std::optional<Matcher> matcher = read_reason(item);
      if (matcher) list.parts.push_back(std::move(*matcher));
    }
    if (list.parts.size() != node.items.size()) return;
    add(Check::On::delivery, "reasons", Pointer("/reasons"), std::move(list));
  }

  std::optional<Matcher> read_reason(const JsonNode& node) {
    std::optional<Matcher> matcher = read_matcher(node, diagnostics_, ValueKind::text);
    if (!matcher || !understand_reasons(*matcher)) return std::nullopt;
    return matcher;
  }

  bool understand_reasons(Matcher& matcher) {
    bool known = true;
    for (Matcher& part : matcher.parts) known = understand_reasons(part) && known;
    if (matcher.kind != Matcher::Kind::equals || matcher.deferred) return known;
    const std::string text = matcher.value.is_string() ? matcher.value.get<std::string>() : "";
    const bool status = text.size() == 10 && text.starts_with("status ") &&
                        std::all_of(text.begin() + 7, text.end(),
                                    [](unsigned char c) { return std::isdigit(c) != 0; });
    if (text == failure_word(FailureReason::status)) {
      matcher.kind = Matcher::Kind::contains;
      matcher.value = "status ";
    }
    return status || are_known(matcher, failure_words(), kUnknownWord);
  }

  // Of header names the case does not count: observations have them in lower case.
  void read_headers(const JsonNode& node, Check::On on, const std::string& name,
                    const Pointer& base, bool needs_endpoint) {
    if (!node.is(JsonNode::Kind::object)) {
      diagnostics_.add(node.where, "the headers are no object", "a matcher for each header's name");
      return;
    }
    for (const JsonNode::Member& member : node.members) {
      add(on, fmt::format("{}[\"{}\"]", name, member.name), base / observed_name(member.name),
          read_matcher(member.value, diagnostics_, ValueKind::text), needs_endpoint);
    }
  }

  void read_mail(const JsonNode& node) {
    ObjectReader mail(node, diagnostics_, "what is expected of a mail");
    for (const std::string_view name : {"from", "to", "subject", "text", "html"}) {
      if (const JsonNode* member = mail.optional(name)) {
        add(Check::On::each_mail, fmt::format("mail.{}", name), Pointer() / std::string(name),
            read_matcher(*member, diagnostics_, ValueKind::text));
      }
    }
    if (const JsonNode* headers = mail.optional("headers")) {
      read_headers(*headers, Check::On::each_mail, "mail.headers", Pointer("/headers"), false);
    }
    mail.finish();
  }

  // A number of requests; what holds for each of them; or a list, one entry a request.
  void read_received(const JsonNode& node) {
    const Pointer count("/received/count");
    if (node.is(JsonNode::Kind::array)) {
      add(Check::On::delivery, "received.count", count, equal_to(node.items.size(), node.where),
          true);
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        const Pointer base = Pointer("/received/requests") / i;
        read_request(node.items[i], Check::On::delivery, fmt::format("received[{}]", i), base,
                     false);
      }
    } else if (node.is(JsonNode::Kind::object)) {
      read_request(node, Check::On::each_request, "received", Pointer(), true);
    } else {
      add(Check::On::delivery, "received", count,
          read_matcher(node, diagnostics_, ValueKind::number), true);
    }
  }

  void read_request(const JsonNode& node, Check::On on, const std::string& name,
                    const Pointer& base, bool counted) {
    ObjectReader request(node, diagnostics_, "what is expected of a request");
    const auto add_text = [&](std::string_view member) {
      if (const JsonNode* value = request.optional(member)) {
        add(on, fmt::format("{}.{}", name, member), base / std::string(member),
            read_matcher(*value, diagnostics_, ValueKind::text), true);
      }
    };
    if (const JsonNode* value = counted ? request.optional("count") : nullptr) {
      add(Check::On::delivery, name + ".count", Pointer("/received/count"),
          read_matcher(*value, diagnostics_, ValueKind::number), true);
    }
    for (const std::string_view member : {"method", "target", "answer"}) add_text(member);
    const auto add_word = [&](std::string_view member, const auto& words,
                              std::string_view unknown) {
      if (const JsonNode* value = request.optional(member)) {
        add(on, fmt::format("{}.{}", name, member), base / std::string(member),
            read_words(*value, words, unknown), true);
      }
    };
    add_word("event", event_names(), kUnknownWord);
    if (endpoints_.empty()) {
      add_text("endpoint");
    } else {
      add_word("endpoint", endpoints_, "there is no endpoint '{}'");
    }
    if (const JsonNode* headers = request.optional("headers")) {
      read_headers(*headers, on, name + ".headers", base / "headers", true);
    }
    if (const JsonNode* body = request.optional("body")) read_body(*body, on, name, base);
    if (const JsonNode* token = request.optional("token")) read_token(*token, on, name, base);
    if (const JsonNode* problems = request.optional("problems")) {
      add(on, name + ".problems", base / "problems",
          read_matcher(*problems, diagnostics_, ValueKind::list), true);
    }
    request.finish();
  }

  // An object of JSON Pointers, or a matcher for the body's text as it came.
  void read_body(const JsonNode& node, Check::On on, const std::string& name, const Pointer& base) {
    const bool pointers =
        node.is(JsonNode::Kind::object) &&
        std::any_of(node.members.begin(), node.members.end(),
                    [](const JsonNode::Member& member) { return member.name.starts_with("/"); });
    if (!pointers) {
      add(on, name + ".body", base / "bodyText", read_matcher(node, diagnostics_, ValueKind::text),
          true);
      return;
    }
    for (const JsonNode::Member& member : node.members) {
      try {
        add(on, fmt::format("{}.body[\"{}\"]", name, member.name),
            base / "body" / Pointer(member.name), read_matcher(member.value, diagnostics_), true);
      } catch (const json::parse_error&) {
        diagnostics_.add(member.name_where, "this is no JSON Pointer",
                         "such as \"/data/email\"; '~' is written ~0, and '/' in a name ~1");
      }
    }
  }

  void read_token(const JsonNode& node, Check::On on, const std::string& name,
                  const Pointer& base) {
    ObjectReader token(node, diagnostics_, "what is expected of a token");
    const auto add_member = [&](std::string_view member, ValueKind kind) {
      if (const JsonNode* value = token.optional(member)) {
        add(on, fmt::format("{}.token.{}", name, member), base / "token" / std::string(member),
            read_matcher(*value, diagnostics_, kind), true);
      }
    };
    for (const std::string_view member :
         {"value", "plaintext", "timestamp", "sessionToken", "apiKey"}) {
      add_member(member, ValueKind::text);
    }
    if (const JsonNode* verdict = token.optional("verdict")) {
      add(on, name + ".token.verdict", base / "token" / "verdict",
          read_words(*verdict, verdict_words()), true);
    }
    add_member("authenticated", ValueKind::boolean);
    token.finish();
  }

  // Mails that reached the customer, by whose they are. Of the tenant's, only our endpoint knows.
  void read_customer(const JsonNode& node, const std::string& base) {
    ObjectReader customer(node, diagnostics_, "what is expected of the customer's mails");
    for (const std::string_view name : {"tenant", "roomle", "total"}) {
      const JsonNode* member = customer.optional(name);
      if (member == nullptr) continue;
      const std::string whole = fmt::format("{}customer.{}", base.empty() ? "" : base + ".", name);
      const Pointer pointer = base.empty() ? Pointer() : Pointer("/" + base);
      add(Check::On::delivery, whole, pointer / "customer" / std::string(name),
          read_matcher(*member, diagnostics_, ValueKind::number), name != "roomle");
    }
    customer.finish();
    if (node.is(JsonNode::Kind::object) && node.members.empty()) {
      diagnostics_.add(node.where, "this expects nothing", R"(such as {"total": 1})");
    }
  }

  void read_total(const JsonNode& node) {
    ObjectReader total(node, diagnostics_, "what is expected in all");
    for (const std::string_view name : {"sends", "refused", "delivered", "mailed", "mail_failed",
                                        "attempts", "ambiguous", "mails"}) {
      read_simple(total, "total", name, ValueKind::number);
    }
    if (const JsonNode* received = total.optional("received")) {
      add(Check::On::delivery, "total.received", Pointer("/total/received"),
          read_matcher(*received, diagnostics_, ValueKind::number), true);
    }
    if (const JsonNode* customer = total.optional("customer")) read_customer(*customer, "total");
    total.finish();
  }

  ObjectReader& object_;
  Diagnostics& diagnostics_;
  const std::vector<std::string_view>& endpoints_;
  Expectation expectation_;
};

}  // namespace

bool Expectation::expects_refusal() const {
  return std::any_of(checks.begin(), checks.end(),
                     [](const Check& check) { return check.name == "refused"; });
}

bool Expectation::about_all() const {
  return std::any_of(checks.begin(), checks.end(),
                     [](const Check& check) { return check.name.starts_with("total."); });
}

Expectation read_expectation(ObjectReader& object, const std::vector<std::string_view>& endpoints) {
  return ExpectationReader(object, endpoints).read();
}

}  // namespace roomle_sim
