#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "scenarios/report_html_parts.h"
#include "scenarios/report_text.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

constexpr double kRowWidth = 880;  // in pixels, as all that follows
constexpr double kRowHeight = 66;
constexpr double kBarTop = 22;
constexpr double kBarHeight = 20;
constexpr double kLeast = 34;           // of a bar, so that its text has room
constexpr double kPerPower = 13;        // for each power of ten of a millisecond
constexpr std::size_t kMostBars = 120;  // then a picture shows nothing any more

struct Bar {
  double from = 0;
  double to = 0;
  std::string kind;   // a class of the style sheet
  std::string above;  // what it is
  std::string below;  // how long it took
  std::string title;  // all of it, for a pointer that rests on it

  [[nodiscard]] double width() const {
    const double power = std::log10(1 + std::max(0.0, to - from));
    const double text = 7.4 * static_cast<double>(std::max(above.size(), below.size()));
    return std::max({kLeast, text + 14, kLeast / 2 + kPerPower * power});
  }
};

Bar attempt_bar(const ordered_json& attempt) {
  Bar bar;
  bar.from = number_of(attempt, "startMs");
  const bool open = !attempt.contains("endMs");
  bar.to = open ? bar.from : number_of(attempt, "endMs");
  const int number = static_cast<int>(number_of(attempt, "number"));
  const std::string took =
      attempt.contains("durationMs") ? human(number_of(attempt, "durationMs")) : "open";
  bar.kind = open                            ? "open"
             : flag_of(attempt, "success")   ? "good"
             : flag_of(attempt, "ambiguous") ? "unsure"
                                             : "bad";
  const std::string reason = text_of(attempt, "reason");
  bar.above = open                                   ? "open"
              : reason.empty() || reason == "status" ? result_of_attempt(attempt)
                                                     : reason;
  bar.below = took;
  bar.title = fmt::format("attempt {}: {}, {}", number, result_of_attempt(attempt), took);
  return bar;
}

std::vector<Bar> bars_of(const ordered_json& send) {
  std::vector<Bar> bars;
  for (const auto& attempt : send.value("attempts", ordered_json::array())) {
    bars.push_back(attempt_bar(attempt));
  }
  for (const auto& wait : send.value("waits", ordered_json::array())) {
    Bar bar;
    bar.from = number_of(wait, "fromMs");
    bar.to = number_of(wait, "toMs");
    bar.kind = "wait";
    bar.below = human(bar.to - bar.from);
    bar.title = fmt::format("{} before attempt {}", bar.below, number_of(wait, "beforeAttempt"));
    bars.push_back(std::move(bar));
  }
  if (const auto mail = send.find("mail"); mail != send.end() && mail->contains("startMs")) {
    Bar bar;
    bar.from = number_of(*mail, "startMs");
    bar.to = mail->contains("endMs") ? number_of(*mail, "endMs") : bar.from;
    bar.kind = flag_of(*mail, "handedOver") ? "mail" : "bad";
    bar.above = flag_of(*mail, "handedOver") ? "mail" : "no mail";
    bar.below = human(bar.to - bar.from);
    bar.title = fmt::format("the Roomle email, because of: {}", text_of(*mail, "cause"));
    bars.push_back(std::move(bar));
  }
  std::stable_sort(bars.begin(), bars.end(),
                   [](const Bar& a, const Bar& b) { return a.from < b.from; });
  return bars;
}

class Picture {
 public:
  void add(const Bar& bar) {
    const double width = bar.width();
    if (x_ > 0 && x_ + width > kRowWidth) {
      x_ = 0;
      ++row_;
    }
    // Where a row begins it says when that was.
    if (x_ == 0) start_row(bar.from);
    const double top = row_ * kRowHeight + kBarTop;
    const double middle = x_ + width / 2;
    parts_ += fmt::format("<g><title>{}</title>", xml_escape(bar.title));
    if (bar.kind == "wait") {
      parts_ += fmt::format("<path class=\"wait\" d=\"M{:.1f} {:.1f}h{:.1f}\"/>", x_,
                            top + kBarHeight / 2, width);
    } else {
      parts_ += fmt::format(
          "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"4\"/>"
          "<text class=\"in\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
          bar.kind, x_, top, width, kBarHeight, middle, top + 14, xml_escape(bar.above));
    }
    parts_ += fmt::format("<text class=\"below\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text></g>", middle,
                          top + kBarHeight + 14, xml_escape(bar.below));
    x_ += width + 2;
    widest_ = std::max(widest_, x_);
  }

  [[nodiscard]] std::string take(std::string_view label) const {
    const double height = (row_ + 1) * kRowHeight;
    return fmt::format(
        "<div class=\"timeline\"><svg role=\"img\" aria-label=\"{}\" width=\"{:.0f}\" "
        "height=\"{:.0f}\" viewBox=\"-2 0 {:.0f} {:.0f}\">{}</svg></div>\n",
        xml_escape(label), widest_ + 4, height, widest_ + 4, height, parts_);
  }

 private:
  void start_row(double at) {
    const std::string text = fmt::format("at {}", human(at < 1 ? 0 : at));
    parts_ += fmt::format("<text class=\"start\" x=\"0\" y=\"{:.1f}\">{}</text>",
                          row_ * kRowHeight + 14, xml_escape(text));
    widest_ = std::max(widest_, 7.0 * static_cast<double>(text.size()));
  }

  double x_ = 0;
  int row_ = 0;
  double widest_ = 0;
  std::string parts_;
};

}  // namespace

std::string html_timeline(const ordered_json& send) {
  const std::vector<Bar> bars = bars_of(send);
  if (bars.empty()) return {};
  Picture picture;
  for (std::size_t i = 0; i < std::min(bars.size(), kMostBars); ++i) picture.add(bars[i]);
  std::string label = "timeline:";
  for (std::size_t i = 0; i < std::min(bars.size(), kMostBars); ++i) {
    label += (i == 0 ? " " : "; ") + bars[i].title;
  }
  std::string html = picture.take(label);
  if (bars.size() > kMostBars) {
    html += fmt::format("<p class=\"note\">and {} more</p>\n", bars.size() - kMostBars);
  }
  return html;
}

}  // namespace roomle_sim
