#include "cli/endpoint_output.h"

#include <utility>

#include <fmt/format.h>

#include "base/json_text.h"

namespace roomle_sim {
namespace {

std::string gap_text(std::size_t dropped, bool json) {
  return json ? json_text(nlohmann::ordered_json{{"type", "dropped"}, {"count", dropped}}) + "\n"
              : fmt::format("({} not told here: stdout was not read fast enough)\n",
                            plural(dropped, "request"));
}

TextQueue::Options queue_options(bool json, std::function<void()> on_closed) {
  TextQueue::Options options;
  options.dropped = [json](std::size_t dropped) { return gap_text(dropped, json); };
  options.on_closed = std::move(on_closed);
  return options;
}

}  // namespace

EndpointOutput::EndpointOutput(Console& console, std::function<void()> on_closed)
    : console_(console), queue_(queue_options(console.json, std::move(on_closed))) {}

QueuedText EndpointOutput::queued(const std::vector<std::string>& lines,
                                  const nlohmann::ordered_json& object, bool always) const {
  std::string text;
  if (console_.json) {
    text = json_text(object) + "\n";
  } else {
    for (const std::string& line : lines) text += line + "\n";
  }
  const std::size_t bytes = text.size();
  return {[text = std::move(text)] { return text; }, bytes, 1, always};
}

void EndpointOutput::push(QueuedText text) {
  const std::lock_guard lock(mutex_);
  if (begun_) {
    queue_.push(std::move(text));
  } else {
    early_.push_back(std::move(text));
  }
}

void EndpointOutput::begin(const std::vector<std::string>& lines,
                           const nlohmann::ordered_json& object) {
  const std::lock_guard lock(mutex_);
  for (const std::string& line : lines) console_.line(line);
  console_.object(object);
  for (QueuedText& text : early_) queue_.push(std::move(text));
  early_.clear();
  begun_ = true;
}

void EndpointOutput::tell(const std::vector<std::string>& lines,
                          const nlohmann::ordered_json& object) {
  push(queued(lines, object, false));
}

void EndpointOutput::say(const std::vector<std::string>& lines,
                         const nlohmann::ordered_json& object) {
  push(queued(lines, object, true));
}

}  // namespace roomle_sim
