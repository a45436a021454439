// Writes JSON text straight through, in a fraction of the time of building a tree first: each
// record of each delivery is written this way (bench/open_deliveries.cpp).
//
// Bytes that are no UTF-8, as an endpoint may send them, are kept too: as {"base64":"…"}.
// bytes_of() reads both. Threads: none.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace roomle_sim {

class JsonText {
 public:
  // Of an array's element, or a whole.
  void open_object() { begin_value() += '{'; }
  void open_array() { begin_value() += '['; }
  void close_object() { close('}'); }
  void close_array() { close(']'); }
  void text(std::string_view bytes);

  // Of an object's member. Names are ours: nothing in them needs escaping.
  void open_object(std::string_view name) { begin_member(name) += '{'; }
  void open_array(std::string_view name) { begin_member(name) += '['; }
  void member(std::string_view name, std::string_view bytes);
  void member(std::string_view name, const char* bytes) { member(name, std::string_view(bytes)); }
  void member(std::string_view name, std::integral auto number) {
    if constexpr (std::same_as<decltype(number), bool>) {
      begin_member(name) += number ? "true" : "false";
    } else {
      begin_member(name) += std::to_string(number);
    }
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string& begin_value();
  std::string& begin_member(std::string_view name);
  void close(char bracket) { out_ += bracket; }
  void put(std::string_view bytes);

  std::string out_;
};

// The bytes that text() or member() wrote. Empty for anything else.
std::string bytes_of(const nlohmann::json& written);

}  // namespace roomle_sim
