#include "base/json_text.h"

#include <nlohmann/json.hpp>

namespace roomle_sim {

template <class Json>
Json json_from(std::string_view text) {
  return Json::parse(text, nullptr, false);
}

template <class Json>
std::string json_text(const Json& tree, int indent) {
  return tree.dump(indent, ' ', false, Json::error_handler_t::replace);
}

template nlohmann::json json_from<nlohmann::json>(std::string_view);
template nlohmann::ordered_json json_from<nlohmann::ordered_json>(std::string_view);
template std::string json_text<nlohmann::json>(const nlohmann::json&, int);
template std::string json_text<nlohmann::ordered_json>(const nlohmann::ordered_json&, int);

}  // namespace roomle_sim
