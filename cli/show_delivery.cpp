#include "cli/show_delivery.h"

#include <fmt/format.h>

#include "base/time.h"
#include "cli/command.h"
#include "cli/exit_code.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using Style = Console::Style;

constexpr std::size_t kShownResponse = 2000;  // of a response

std::string took(double milliseconds) {
  const std::chrono::duration<double, std::milli> time(milliseconds);
  return humanize(std::chrono::duration_cast<Duration>(time));
}

std::string shown_text(std::string text) {
  if (text.size() <= kShownResponse) return printable(text);
  return fmt::format("{}… ({} bytes; whole with --json)", printable(text.substr(0, kShownResponse)),
                     text.size());
}

class DeliveryTeller {
 public:
  explicit DeliveryTeller(const Console& console) : console_(console) {}

  bool tell(const ordered_json& object);
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> form, Args&&... args) {
    lines_.push_back(fmt::format(form, std::forward<Args>(args)...));
  }
  bool head(AnswerReader& delivery);
  bool attempt(const ordered_json& object);
  bool request(const ordered_json& object);
  bool response(const ordered_json& object);
  void result(AnswerReader& attempt);
  bool wait(const ordered_json& object);
  bool mail(const ordered_json& object);
  void outcome(AnswerReader& delivery);

  const Console& console_;
  std::vector<std::string> lines_;
};

bool DeliveryTeller::head(AnswerReader& delivery) {
  add("{} for tenant {}, delivery {}", printable(delivery.text("event")), delivery.number("tenant"),
      printable(delivery.text("id")));
  add("accepted {}", printable(delivery.text("acceptedAt")));
  if (delivery.has("notBefore")) {
    add("  to begin at {}", printable(delivery.text("notBefore")));
  }
  const ordered_json* data = delivery.object_or_null("data");
  if (data == nullptr) return false;
  add("  data     {}",
      printable(data->dump(-1, ' ', false, ordered_json::error_handler_t::replace)));
  if (delivery.has("message")) add("  message  {}", printable(delivery.text("message")));
  return delivery.ok();
}

bool DeliveryTeller::request(const ordered_json& object) {
  AnswerReader request(object);
  add("  url    {}", printable(request.text("url")));
  add("  token  {}", printable(request.text_or("token")));
  if (request.has("tokenPlaintext"))
    add("         = {}", printable(request.text("tokenPlaintext")));
  return request.ok();
}

bool DeliveryTeller::response(const ordered_json& object) {
  AnswerReader response(object);
  if (response.has("bodyBase64")) {
    add("     a body that is no UTF-8, in base64: {}", shown_text(response.text("bodyBase64")));
  } else if (const std::string body = response.text_or("body"); !body.empty()) {
    add("     {}{}", shown_text(body), response.flag_or("bodyCut") ? " (cut)" : "");
  }
  return response.ok();
}

void DeliveryTeller::result(AnswerReader& attempt) {
  const bool success = attempt.flag("success");
  const std::int64_t status = attempt.number_or("status");
  const std::string reason = printable(attempt.text_or("reason", "failed"));
  const std::string detail = printable(attempt.text_or("detail"));
  const std::string what = success || reason == "status" ? fmt::format("{}", status) : reason;
  add("  <- {}{}{}", console_.styled(what, success ? Style::good : Style::bad),
      attempt.has("durationMs") ? " in " + took(attempt.real_or("durationMs")) : std::string(),
      detail.empty() ? detail : ": " + detail);
  if (attempt.flag_or("lost")) {
    add("     Lost: the service ended before the attempt's end was on the disk.");
  } else if (attempt.flag_or("ambiguous")) {
    add("     Ambiguous: the request arrived whole, so the endpoint may have acted on it.");
  }
}

bool DeliveryTeller::attempt(const ordered_json& object) {
  AnswerReader attempt(object);
  add("{} attempt {}{}", console_.styled("POST", Style::bold), attempt.number("number"),
      attempt.has("startedAt") ? " at " + printable(attempt.text("startedAt")) : std::string());
  const ordered_json* sent = attempt.object_or_null("request");
  if (sent != nullptr && !request(*sent)) return false;
  if (!attempt.has("endedAt")) {
    add("  under way");
    return attempt.ok();
  }
  result(attempt);
  const ordered_json* answer = attempt.object_or_null("response");
  if (answer != nullptr && !response(*answer)) return false;
  return attempt.ok();
}

bool DeliveryTeller::wait(const ordered_json& object) {
  AnswerReader wait(object);
  add("  after attempt {}: the next one at {}", wait.number("attempt") - 1,
      printable(wait.text("until")));
  return wait.ok();
}

bool DeliveryTeller::mail(const ordered_json& object) {
  AnswerReader mail(object);
  // Where nobody was left to mail for, none was begun.
  if (mail.has("cause")) add("Roomle's own email: {}", printable(mail.text("cause")));
  if (mail.flag_or("possiblySecond")) add("  It may be the customer's second.");
  if (mail.has("where")) add("  mail   {}", printable(mail.text("where")));
  if (mail.has("error")) {
    add("  {} {}", console_.styled("no mail:", Style::bad), printable(mail.text("error")));
  }
  return mail.ok();
}

void DeliveryTeller::outcome(AnswerReader& delivery) {
  const std::string word = printable(delivery.text_or("outcome"));
  const std::string attempts = plural(delivery.number("attempts"), "attempt");
  if (word.empty()) {
    add("{}: {} so far", console_.styled("open", Style::bold), attempts);
    if (delivery.flag_or("paused")) {
      add("  its tenant is paused: 'roomle-sim tenants resume {}' lets it go on",
          delivery.number("tenant"));
    }
    return;
  }
  add("{}: {} after {}, {}", console_.styled("outcome", Style::bold),
      console_.styled(word, word == "delivered" ? Style::good : Style::bad), attempts,
      printable(delivery.text_or("endedAt")));
}

bool DeliveryTeller::tell(const ordered_json& object) {
  AnswerReader delivery(object);
  if (!head(delivery)) return false;
  const ordered_json& attempts = delivery.array("attemptList");
  const ordered_json& waits = delivery.array("waits");
  for (const ordered_json& one : attempts) {
    if (!attempt(one)) return false;
    const std::int64_t number = AnswerReader(one).number("number");
    for (const ordered_json& after : waits) {
      AnswerReader reader(after);
      // A wait is named by the attempt that it leads to.
      if (reader.number("attempt") == number + 1 && !wait(after)) return false;
      if (!reader.ok()) return false;
    }
  }
  const ordered_json* sent = delivery.object_or_null("mail");
  if (sent != nullptr && !mail(*sent)) return false;
  outcome(delivery);
  return delivery.ok();
}

}  // namespace

void ShowFlags::add_to(Command& command) {
  command.add_option("ID", id, "The delivery's id, as `deliveries list` shows it")
      .type_name("")
      .required();
  command.add_flag("--token", token, "With what is encrypted in each token");
  client.add_to(command);
}

int show_delivery(Console& console, const ShowFlags& flags) {
  const std::string target = fmt::format("/sim/v1/deliveries/{}{}", percent_encoded(flags.id),
                                         flags.token ? "?token=decrypted" : "");
  const auto delivery = call(console, flags.client, "GET", target);
  if (!delivery) return delivery.error().exit_code;
  const auto lines = delivery_story(*delivery, console);
  if (!lines) return console.fail(foreign_answer(flags.client.url()));
  for (const std::string& line : *lines) console.line(line);
  console.object(typed_object("delivery", *delivery));
  return exit_code::kFine;
}

std::optional<std::vector<std::string>> delivery_story(const ordered_json& delivery,
                                                       const Console& console) {
  DeliveryTeller teller(console);
  if (!teller.tell(delivery)) return std::nullopt;
  return teller.take();
}

}  // namespace roomle_sim
