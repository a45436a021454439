// The OpenAPI 3.1 description of the service, service/openapi.json, as the program holds it.
#pragma once

#include <string_view>

namespace roomle_sim {

std::string_view openapi_text();

}  // namespace roomle_sim
