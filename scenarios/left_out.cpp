#include "scenarios/left_out.h"

#include "base/escapes.h"

namespace roomle_sim {
namespace {

// The name of the query field whose value begins behind the text; empty: none does.
std::string field_before(std::string_view text) {
  if (!text.ends_with('=')) return {};
  const std::size_t mark = text.find_last_of("?&#");
  if (mark == std::string_view::npos) return {};
  return loosely_percent_decoded(text.substr(mark + 1, text.size() - mark - 2));
}

}  // namespace

std::vector<LeftOut> left_out_of(std::string_view word, const Masking& masking,
                                 std::string_view name) {
  std::vector<Stretch> secrets = url_credentials(word);
  const std::vector<Stretch> masked = masking.stretches(word);
  secrets.insert(secrets.end(), masked.begin(), masked.end());
  std::vector<LeftOut> left_out;
  for (const Stretch& one : merged(std::move(secrets))) {
    const std::string field = field_before(word.substr(0, one.begin));
    left_out.push_back({one, field.empty() ? std::string(name) : field});
  }
  return left_out;
}

}  // namespace roomle_sim
