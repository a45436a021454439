// Each answer that the OpenAPI description promises is asked for, over a real port, and held
// against its schema.
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include <gmock/gmock.h>

#include "base/json_text.h"
#include "service/openapi.h"
#include "tests/service/inspector_world.h"
#include "tests/support/json_schema.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using test::HeaderLines;
using test::World;
using testing::IsEmpty;

struct Ask {
  std::string method;
  std::string target;
  std::string body;
  HeaderLines headers;
};

constexpr const char* kPostedEvent =
    R"({"event":"email.savedConfiguration","tenant":42,"data":{"email":"customer@example.com"}})";
constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kExport =
    "email=a%40b.example&settings=%7B%22formats%22%3A%5B%7B%22file_format%22%3A%22glb%22%7D%5D%7D";

// The service in the states that some answers need.
class Worlds {
 public:
  Worlds() {
    mailed_ = plain.send_to_end(44);
    std::ofstream(plain.mail_folder() + "/new/empty.eml") << "";
    plain.json(200, "POST", "/sim/v1/tenants/43/pause");
    paused_ = plain.send(43);
    full_mailed_ = full.send_to_end(44);
    full.dispatcher().wait_until_idle();  // its place is free some moments after its end is told
    full.json(200, "POST", "/sim/v1/tenants/42/pause");
    full.send(42);
    broken_mailed_ = broken.send_to_end(44);
    std::filesystem::remove_all(broken.mail_folder());
    broken.ready = false;
    broken.journal().cannot_read = true;
    broken.journal().cannot_write = true;
  }

  [[nodiscard]] std::string ended(const World& world) const {
    return &world == &full ? full_mailed_ : &world == &broken ? broken_mailed_ : mailed_;
  }
  [[nodiscard]] const std::string& paused() const { return paused_; }

  World plain;
  World guarded{guarded_options()};
  World full{full_options()};
  World broken;

 private:
  static test::WorldOptions guarded_options() {
    test::WorldOptions options;
    options.http.access_token = Secret(test::kAccessToken);
    options.auth = ApiAuth::strict;
    return options;
  }
  static test::WorldOptions full_options() {
    test::WorldOptions options;
    options.dispatcher.open_limits.deliveries = 1;
    return options;
  }

  std::string mailed_;
  std::string paused_;
  std::string full_mailed_;
  std::string broken_mailed_;
};

bool is_vendor(const std::string& path) {
  return path.find("/v2/") != std::string::npos;
}

std::string with_id(std::string path, const std::string& id) {
  const std::size_t at = path.find("{id}");
  return at == std::string::npos ? path : path.replace(at, 4, id);
}

// What each route answers with a success.
Ask good(const Worlds& worlds, const World& world, const std::string& method,
         const std::string& path) {
  Ask ask{method, path, {}, {}};
  if (path.find("/tenants/") != std::string::npos) ask.target = with_id(path, "42");
  if (path.starts_with("/sim/v1/deliveries/{")) ask.target = with_id(path, worlds.ended(world));
  if (path.starts_with("/sim/v1/mails/{")) {
    ask.target = with_id(path, worlds.ended(world) + ".eml");
  }
  if (path == "/sim/v1/events") ask.body = kPostedEvent;
  if (path == "/sim/v1/deliveries/resend") ask.body = R"({"tenant":44})";
  if (method == "PUT") ask.body = R"({"webhook":null})";
  if (!is_vendor(path)) return ask;
  ask.headers = {{"currentTenant", "42"}};
  if (path.ends_with("/shares") || path.ends_with("/3d-exports")) {
    const bool plan = path.find("planSnapshots") != std::string::npos;
    ask.target = with_id(path, "cat:item:25");
    ask.headers.emplace_back("Content-Type", kForm);
    ask.body = path.ends_with("/3d-exports") ? kExport
               : plan                        ? "email=a%40b.example&type=11"
                                             : "email=a%40b.example&type=1";
  }
  return ask;
}

void set_header(Ask& ask, const std::string& name, const std::string& value) {
  std::erase_if(ask.headers, [&](const auto& one) { return one.first == name; });
  if (!value.empty()) ask.headers.emplace_back(name, value);
}

std::string send(World& world, const Ask& ask) {
  return world.call(ask.method, ask.target, ask.body, ask.headers);
}

// A body that is announced, and too large to be waited for.
std::string send_too_much(World& world, const Ask& ask) {
  test::RawClient client(world.server().port());
  std::string text = test::request_text(ask.method, ask.target, ask.headers);
  text.insert(text.size() - 2, "Content-Length: 9000000\r\n");
  client.send(text);
  return client.read_response();
}

// A stream has no end: its head is enough.
std::string send_stream(World& world, const Ask& ask) {
  test::RawClient client(world.server().port());
  client.send(test::request_text(ask.method, ask.target, ask.headers));
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const std::string more = client.read_some(1);
    if (more.empty()) break;
    head += more;
  }
  return head;
}

// As many streams as there may be, and one more.
std::string send_beyond_the_streams(World& world, const Ask& ask) {
  std::vector<std::unique_ptr<test::RawClient>> streams;
  for (int i = 0; i < 64; ++i) {
    streams.push_back(std::make_unique<test::RawClient>(world.server().port()));
    streams.back()->send(test::request_text("GET", "/sim/v1/stream"));
    EXPECT_FALSE(streams.back()->read_some(1).empty());
  }
  return send(world, ask);
}

// While another request with the same key is under way.
std::string send_beside_the_first(World& world, Ask ask) {
  set_header(ask, "Idempotency-Key", "beside");
  test::BreakableJournal::Hold hold;
  world.journal().hold_list = &hold;
  std::thread first([&] { EXPECT_EQ(test::status_of(send(world, ask)), 202); });
  EXPECT_TRUE(hold.begun.wait());
  world.journal().hold_list = nullptr;
  const std::string answer = send(world, ask);
  hold.go_on.open();
  first.join();
  return answer;
}

// A request that gets that status, by the route's own mistakes.
std::optional<Ask> mistaken(const Worlds& worlds, const std::string& method,
                            const std::string& path, int status) {
  Ask ask = good(worlds, worlds.plain, method, path);
  const auto is = [&](const char* suffix) { return path.ends_with(suffix); };
  const bool form = is_vendor(path) && method == "POST";
  if (status == 400) {
    if (form) {
      ask.body = "message=x";
    } else if (is_vendor(path) && method == "GET") {
      ask.target = with_id(path, "me");
      set_header(ask, "currentTenant", "");
    } else if (method == "GET") {
      ask.target += "?unknown=x";
    } else if (is("{id}/resend")) {
      set_header(ask, "Idempotency-Key", std::string(256, 'x'));
    } else {
      ask.body = "[";
    }
    return ask;
  }
  if (status == 404) {
    set_header(ask, "currentTenant", form ? "4" : "");
    if (is("/events")) ask.body = R"({"event":"email.savedConfiguration","tenant":4})";
    if (is("/stream")) ask.target += "?tenant=4";
    if (!form) ask.target = with_id(path.ends_with("stream") ? ask.target : path, "4");
    return ask;
  }
  if (status == 409) {
    if (form) set_header(ask, "currentTenant", "45");
    if (is("/events")) ask.body = R"({"event":"email.savedConfiguration","tenant":45})";
    if (is("{id}/resend")) ask.target = with_id(path, worlds.paused());
    return ask;
  }
  if (status == 415) {
    set_header(ask, "Content-Type", "application/json");
    return ask;
  }
  if (status != 422) return std::nullopt;
  if (is("/events")) ask.body = R"({"event":"none"})";
  if (is("deliveries/resend")) ask.body = R"({"outcome":"none"})";
  if (method == "PUT") ask.body = R"({"webhook":"ftp://127.0.0.1/"})";
  if (path.starts_with("/sim/v1/mails")) ask.target = with_id(path, "empty.eml");
  return ask;
}

std::string send_with_a_used_key(World& world, Ask ask) {
  set_header(ask, "Idempotency-Key", "used");
  Ask other = ask;
  if (is_vendor(ask.target)) {
    other.body += "&beside=x";  // which the route passes over
  } else {
    other.target = "/sim/v1/events";
    other.body = kPostedEvent;
  }
  EXPECT_LT(test::status_of(send(world, other)), 300);
  return send(world, ask);
}

std::string answer_of(Worlds& worlds, const std::string& method, const std::string& path,
                      int status) {
  const auto good_in = [&](World& world) { return good(worlds, world, method, path); };
  if (status == 401) {
    Ask ask = good_in(worlds.guarded);
    if (is_vendor(path)) set_header(ask, "token", "no-token");
    return send(worlds.guarded, ask);
  }
  if (status == 403) {
    Ask ask = good_in(worlds.plain);
    set_header(ask, "Origin", "http://page.example");
    return send(worlds.plain, ask);
  }
  if (status == 413) return send_too_much(worlds.plain, good_in(worlds.plain));
  if (status == 429) return send(worlds.full, good_in(worlds.full));
  if (path == "/sim/v1/stream" && status == 503) {
    return send_beyond_the_streams(worlds.plain, good_in(worlds.plain));
  }
  if (path == "/sim/v1/stream" && status == 200) {
    return send_stream(worlds.plain, good_in(worlds.plain));
  }
  if (status == 503) return send(worlds.broken, good_in(worlds.broken));
  if (path == "/sim/v1/mails" && status == 404) {
    test::WorldOptions options;
    options.mails_readable = false;
    World world(options);
    return send(world, good_in(worlds.plain));
  }
  if (path == "/sim/v1/deliveries/resend" && status == 409) {
    return send_beside_the_first(worlds.plain, good_in(worlds.plain));
  }
  if (path == "/sim/v1/deliveries/resend" && status == 200) {
    Ask ask = good_in(worlds.plain);
    ask.body = R"({"dryRun":true})";
    return send(worlds.plain, ask);
  }
  const bool vendor_sends = is_vendor(path) && method == "POST";
  if ((path == "/sim/v1/deliveries/{id}/resend" || vendor_sends) && status == 422) {
    return send_with_a_used_key(worlds.plain, good_in(worlds.plain));
  }
  const auto ask = mistaken(worlds, method, path, status);
  return send(worlds.plain, ask ? *ask : good_in(worlds.plain));
}

std::string content_type_of(const std::string& answer) {
  const std::string name = "Content-Type: ";
  const std::size_t at = answer.find(name);
  if (at == std::string::npos) return "none";
  const std::size_t begin = at + name.size();
  return answer.substr(begin, answer.find_first_of(";\r", begin) - begin);
}

TEST(OpenApiAnswers, EachThatIsPromisedComesAndFitsItsSchema) {
  const ordered_json document = json_from(openapi_text());
  const test::SchemaCheck check(document);
  Worlds worlds;
  int looked_at = 0;
  for (const auto& [path, item] : document.at("paths").items()) {
    for (const auto& server : item.value("servers", document.at("servers"))) {
      const std::string prefix = server.at("url") == "/" ? "" : server.at("url");
      for (const auto& [method, name] :
           {std::pair("get", "GET"), std::pair("post", "POST"), std::pair("put", "PUT")}) {
        if (!item.contains(method)) continue;
        for (const auto& [status, reference] : item[method].at("responses").items()) {
          SCOPED_TRACE(std::string(name) + " " + prefix + path + " " + status);
          const std::string answer = answer_of(worlds, name, prefix + path, std::stoi(status));
          ++looked_at;
          EXPECT_EQ(std::to_string(test::status_of(answer)), status) << answer;
          if (std::to_string(test::status_of(answer)) != status) continue;
          const ordered_json& content = check.resolve(reference).at("content");
          const std::string type = content_type_of(answer);
          ASSERT_TRUE(content.contains(type)) << type;
          if (type != "application/json") continue;
          const auto body = json_from(test::body_of(answer));
          EXPECT_THAT(check.problems(content[type].at("schema"), body), IsEmpty()) << answer;
        }
      }
    }
  }
  EXPECT_GT(looked_at, 200);
}

// Deliveries in each state have the members that the description knows, and no others.
TEST(OpenApiAnswers, DeliveriesInEachStateFitTheirSchema) {
  const ordered_json document = json_from(openapi_text());
  const test::SchemaCheck check(document);
  const ordered_json& schema = document.at("components").at("schemas").at("Delivery");
  World world({.behavior = R"({"sequence":[{"status":200,"body":"ok"}, 503, 500]})"});
  std::vector<std::string> ids{world.send_to_end(42, R"(,"message":"hello")"),
                               world.send_to_end(42), world.send_to_end(44)};
  ids.push_back(world.send(43));
  world.wait_retrying(ids.back());
  world.json(200, "POST", "/sim/v1/tenants/42/pause");
  ids.push_back(world.send(42));
  const auto no_address = world.json(
      202, "POST", "/sim/v1/events",
      R"({"event":"email.3DExportAsset","tenant":44,"data":{"email":"no address","success":false}})");
  ids.push_back(no_address.at("delivery"));
  world.wait_ended(ids.back());
  for (const std::string& id : ids) {
    const auto body = world.json(200, "GET", "/sim/v1/deliveries/" + id + "?token=decrypted");
    EXPECT_THAT(check.problems(schema, body), IsEmpty()) << json_text(body, 1);
  }
}

}  // namespace
}  // namespace roomle_sim
