#include "tests/service/inspector_world.h"

namespace roomle_sim::test {

World::World(WorldOptions options)
    : options_(std::move(options)),
      endpoint_(start_endpoint()),
      journal_(options_.data_folder.empty() ? folder_.path() + "/data" : options_.data_folder),
      transport_(HttpTransport::create({}).value()),
      maildir_(Maildir::open(folder_.path() + "/mail").value()),
      tenants_(registry()),
      feed_(journal_),
      mails_(folder_.path() + "/mail"),
      dispatcher_(*transport_, feed_, *maildir_, clock_, options_.dispatcher),
      rapi_(tenants_, dispatcher_, clock_, rapi_options()),
      inspector_({tenants_, dispatcher_, journal_, feed_, metrics_,
                  options_.mails_readable ? &mails_ : nullptr, clock_, ready}) {
  feed_.add_observer([this](std::span<const JournalRecord> records) { observe(records); });
  rapi_.add_routes(router_);
  inspector_.add_routes(router_);
  server_ = start_server(router_, options_.http);
}

World::~World() {
  feed_.close();
  server_->stop();
  dispatcher_.stop();
}

std::string World::call(const std::string& method, const std::string& target,
                        const std::string& body, const HeaderLines& headers) {
  std::string answer = ask(*server_, request_text(method, target, headers, body));
  // Streams have tests of their own: here only their head is there.
  EXPECT_THAT(OpenApiPromises::get().broken(method, target, status_of(answer), body_of(answer)),
              testing::IsEmpty());
  return answer;
}

nlohmann::ordered_json World::json(int status, const std::string& method, const std::string& target,
                                   const std::string& body, const HeaderLines& headers) {
  const std::string answer = call(method, target, body, headers);
  EXPECT_EQ(status_of(answer), status) << method << " " << target << "\n" << answer;
  return json_of(answer);
}

std::string World::told(const std::string& method, const std::string& target,
                        const std::string& body, const HeaderLines& headers) {
  const std::string answer = call(method, target, body, headers);
  if (status_of(answer) < 400) return std::to_string(status_of(answer));
  const auto error = json_of(answer).at("error");
  return std::to_string(status_of(answer)) + " " + error.at("code").get<std::string>() + " " +
         error.value("where", "-");
}

std::string World::send(int tenant, const std::string& more) {
  const std::string body = R"({"event":"email.savedConfiguration","tenant":)" +
                           std::to_string(tenant) + R"(,"data":{"email":"customer@example.com"})" +
                           more + "}";
  return json(202, "POST", "/sim/v1/events", body).at("delivery");
}

std::unique_ptr<EndpointServer> World::start_endpoint() const {
  EndpointOptions options;
  options.behavior =
      parse_behavior(std::make_shared<SourceText>(SourceText{"b.json", options_.behavior})).value();
  return EndpointServer::start(std::move(options)).value();
}

TenantRegistry World::registry() const {
  TenantRegistry tenants;
  const auto add = [&](std::int64_t id, const char* name, const std::string& webhook) {
    Tenant tenant;
    tenant.id = id;
    tenant.name = name;
    tenant.label = std::string("Tenant ") + name;
    tenant.webhook = webhook;
    tenant.active = id != 45;
    if (id == 42) tenant.api_key = "aValidApiKey";
    if (id == 43) tenant.simulator.retry = parse_retry_policy(R"({"schedule":["1h"]})").value();
    tenants.add(std::move(tenant));
  };
  const std::string url = endpoint_->url() + "roomle";
  add(42, "acme", url);
  add(43, "patient", url);
  add(44, "silent", "");
  add(45, "gone-away", url);
  tenants.add(Credential{"aValidApiKey", Secret("a-Secr3t_Str1ng!")});
  return tenants;
}

void World::observe(std::span<const JournalRecord> records) {
  metrics_.observe(records);
  {
    const std::lock_guard lock(mutex_);
    for (const JournalRecord& one : records) {
      if (std::holds_alternative<record::Ended>(one.what)) ended_.insert(one.delivery);
      if (std::holds_alternative<record::RetryScheduled>(one.what)) {
        retrying_.insert(one.delivery);
      }
    }
  }
  happened_.notify_all();
}

void World::wait_for(const Ids& ids, const std::string& id) {
  std::unique_lock lock(mutex_);
  const bool came =
      happened_.wait_for(lock, std::chrono::seconds(20), [&] { return ids.contains(id); });
  if (!came) throw std::runtime_error("nothing came of delivery " + id);
}

}  // namespace roomle_sim::test
