#include "cli/progress.h"

#include <algorithm>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

// No longer than a line: what goes over its end could not be taken back.
std::string fit(std::string text, std::size_t width) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (++characters < width) continue;
    text.resize(i);
    return text + "…";
  }
  return text;
}

}  // namespace

void Progress::begin(const std::string& name) {
  running_.push_back(name);
  show();
}

void Progress::end(const std::string& name) {
  ++ended_;
  const auto found = std::find(running_.begin(), running_.end(), name);
  if (found != running_.end()) running_.erase(found);
  show();
}

void Progress::show() {
  if (running_.empty()) return console_.status({});
  console_.status(
      fit(fmt::format("     {}/{} {}{}", ended_, all_, printable(running_.front()),
                      running_.size() > 1 ? fmt::format(", and {} more", running_.size() - 1)
                                          : std::string()),
          Console::width() - 1));
}

}  // namespace roomle_sim
