#include "scenarios/generators.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

struct Name {
  std::string_view written;
  std::string_view ascii;  // for the part of an address before the '@'
};

// Names as customers have them: what breaks a mail or a template is mostly not ASCII.
constexpr std::array<Name, 16> kFirst{{{"Anna", "anna"},
                                       {"Björn", "bjoern"},
                                       {"Chloé", "chloe"},
                                       {"David", "david"},
                                       {"Elif", "elif"},
                                       {"François", "francois"},
                                       {"Giulia", "giulia"},
                                       {"Jürgen", "juergen"},
                                       {"Katarzyna", "katarzyna"},
                                       {"Łukasz", "lukasz"},
                                       {"Mária", "maria"},
                                       {"Noah", "noah"},
                                       {"Øystein", "oystein"},
                                       {"Sara", "sara"},
                                       {"Yuki", "yuki"},
                                       {"Zoë", "zoe"}}};
constexpr std::array<Name, 16> kLast{{{"Bauer", "bauer"},
                                      {"Çelik", "celik"},
                                      {"Dubois", "dubois"},
                                      {"Fernández", "fernandez"},
                                      {"Gruber", "gruber"},
                                      {"Huber-Maier", "huber-maier"},
                                      {"Jansen", "jansen"},
                                      {"Kovács", "kovacs"},
                                      {"Müller", "mueller"},
                                      {"Nowak", "nowak"},
                                      {"O'Brien", "obrien"},
                                      {"Rossi", "rossi"},
                                      {"Sørensen", "sorensen"},
                                      {"Strauß", "strauss"},
                                      {"Tanaka", "tanaka"},
                                      {"Weiss", "weiss"}}};

const Name& any_of(const std::array<Name, 16>& names, Random& random) {
  return names.at(random.between(0, names.size() - 1));
}

std::string digits(Random& random, int count, bool upper) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t digit = random.between(0, 15);
    text += upper ? fmt::format("{:X}", digit) : fmt::format("{:x}", digit);
  }
  return text;
}

std::string uuid(Random& random) {
  std::string text = digits(random, 32, false);
  text[12] = '4';  // RFC 9562, version 4: made of random numbers
  text[16] = "89ab"[random.between(0, 3)];
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, "-");
  return text;
}

}  // namespace

std::vector<std::string_view> Generators::kinds() {
  return {"email", "name", "firstName", "lastName", "number", "uuid", "itemId", "configurationId"};
}

std::string Generators::text(std::string_view kind) {
  if (kind == "email") {
    // RFC 2606 keeps example.com for this: no mail to it reaches anybody.
    const std::string_view first = any_of(kFirst, random_).ascii;
    const std::string_view last = any_of(kLast, random_).ascii;
    return fmt::format("{}.{}.{:04}@example.com", first, last, random_.between(0, 9999));
  }
  if (kind == "name") {
    const std::string_view first = any_of(kFirst, random_).written;
    return fmt::format("{} {}", first, any_of(kLast, random_).written);
  }
  if (kind == "firstName") return std::string(any_of(kFirst, random_).written);
  if (kind == "lastName") return std::string(any_of(kLast, random_).written);
  if (kind == "uuid") return uuid(random_);
  // Formed like those of the published example (Webhook documentation). Drawn one after the other:
  // in which order a call's arguments are made is the compiler's choice.
  const std::uint64_t number = random_.between(1, 999'999);
  const std::uint64_t catalog = random_.between(1, 99);
  const std::string item = fmt::format("catalog{}:item{}", catalog, number);
  return kind == "itemId" ? item : fmt::format("{}:{}", item, digits(random_, 64, true));
}

std::optional<Generators::Value> Generators::draw(std::string_view kind) {
  const std::vector<std::string_view> known = kinds();
  if (std::find(known.begin(), known.end(), kind) == known.end()) return std::nullopt;
  const bool may_repeat = kind == "name" || kind == "firstName" || kind == "lastName";
  for (;;) {
    if (kind == "number") {
      const auto number = static_cast<std::int64_t>(random_.between(1, 999'999'999));
      if (drawn_.insert(std::to_string(number)).second) return number;
      continue;
    }
    std::string drawn = text(kind);
    if (may_repeat || drawn_.insert(drawn).second) return drawn;
  }
}

}  // namespace roomle_sim
