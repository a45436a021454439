// Which handler answers which method and path.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/http_message.h"

namespace roomle_sim {

// Who may call a route.
enum class Audience {
  vendor,     // as the vendor's API: pages of any origin may (CORS); tells nothing secret
  inspector,  // ours: guarded by Host, Origin and, where there is one, the access token
};

using Handler = std::function<ApiResponse(const ApiRequest&)>;

struct Route {
  Audience audience = Audience::inspector;
  std::string method;
  std::string pattern;  // "/sim/v1/deliveries/{id}": {name} stands for one segment, never empty
  Handler handler;
};

// Filled before the server starts, then only read: any number of threads may.
class Router {
 public:
  void add(Audience audience, std::string method, std::string pattern, Handler handler);
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;             // null: no such path, or not with this method
    std::vector<std::string> allowed;         // methods of that path, for 405 and OPTIONS
    Audience audience = Audience::inspector;  // of the path, where `allowed` is not empty
    std::map<std::string, std::string> path_values;
  };
  // `path`: its segments, each decoded: {"sim", "v1", "deliveries"}. A literal segment goes before
  // a {name}; HEAD is served by GET's route.
  [[nodiscard]] Match match(std::string_view method, const std::vector<std::string>& path) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace roomle_sim
