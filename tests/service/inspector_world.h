// The service's routes behind a real port, over a real dispatcher, journal, Maildir and endpoint,
// some of which a test can break.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "endpoint/server.h"
#include "fallback_mailer/maildir.h"
#include "journal/sqlite_journal.h"
#include "sender/http_transport.h"
#include "service/inspector.h"
#include "service/rapi.h"
#include "tests/service/http_fixture.h"
#include "tests/service/openapi_promise.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim::test {

// A journal that can be told to fail, at writing or at reading.
class BreakableJournal : public Journal, public History {
 public:
  explicit BreakableJournal(const std::string& folder)
      : below_(SqliteJournal::open(folder).value()) {}

  std::optional<Error> append(std::span<const JournalRecord> records) override {
    if (cannot_write) return kGone;
    return below_->append(records);
  }
  Result<DeliveryPage> list(const DeliveryFilter& filter, const std::string& cursor,
                            std::size_t limit) override {
    if (Hold* hold = hold_list) {
      hold->begun.open();
      hold->go_on.wait();
    }
    if (cannot_read) return kGone;
    return below_->list(filter, cursor, limit);
  }
  Result<std::optional<DeliveryStory>> find(const std::string& delivery) override {
    if (cannot_read) return kGone;
    return below_->find(delivery);
  }
  Result<DeliveryCounts> counts() override {
    if (cannot_read) return kGone;
    return below_->counts();
  }
  Result<UnfinishedPage> unfinished(const std::string& cursor, std::size_t limit) override {
    return below_->unfinished(cursor, limit);
  }
  Result<std::size_t> forget(TimePoint before, const std::stop_token& stop) override {
    return below_->forget(before, stop);
  }

  // A list() that has begun, and waits until it may go on.
  struct Hold {
    Latch begun;
    Latch go_on;
  };
  std::atomic<Hold*> hold_list = nullptr;
  std::atomic<bool> cannot_write = false;
  std::atomic<bool> cannot_read = false;

 private:
  const Error kGone{ErrorCode::unavailable, "the disk is gone"};
  std::unique_ptr<SqliteJournal> below_;
};

struct WorldOptions {
  std::string behavior = "{}";  // of the endpoint
  std::string data_folder{};    // of the journal; empty: one of its own
  HttpServerOptions http{};
  DispatcherOptions dispatcher{};
  ApiAuth auth = ApiAuth::off;
  bool mails_readable = true;
};

// Tenants: 42 "acme" (apiKey aValidApiKey), 43 "patient" (retries after an hour), 44 "silent" (no
// webhook), 45 "gone-away" (inactive).
class World {
 public:
  explicit World(WorldOptions options = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // The whole answer, as bytes.
  std::string call(const std::string& method, const std::string& target,
                   const std::string& body = {}, const HeaderLines& headers = {});
  // The answer's JSON; a failure where it has another status.
  nlohmann::ordered_json json(int status, const std::string& method, const std::string& target,
                              const std::string& body = {}, const HeaderLines& headers = {});
  // "400 bad_value query parameter 'x'".
  std::string told(const std::string& method, const std::string& target,
                   const std::string& body = {}, const HeaderLines& headers = {});

  // Sends an event for that tenant, and gives the delivery's id.
  std::string send(int tenant = 42, const std::string& more = "");
  std::string send_to_end(int tenant = 42, const std::string& more = "") {
    std::string id = send(tenant, more);
    wait_ended(id);
    return id;
  }
  // Until the end of that delivery is durable.
  void wait_ended(const std::string& id) { wait_for(ended_, id); }
  void wait_retrying(const std::string& id) { wait_for(retrying_, id); }

  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
  [[nodiscard]] std::string mail_folder() const { return folder_.path() + "/mail"; }
  BreakableJournal& journal() { return journal_; }
  EndpointServer& endpoint() { return *endpoint_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  const Router& router() const { return router_; }
  const HttpServer& server() const { return *server_; }
  TenantDirectory& tenants() { return tenants_; }

  std::atomic<bool> ready = true;

 private:
  using Ids = std::set<std::string>;

  [[nodiscard]] std::unique_ptr<EndpointServer> start_endpoint() const;
  [[nodiscard]] RapiOptions rapi_options() const {
    RapiOptions options;
    options.auth = options_.auth;
    options.export_time = Duration(0);
    return options;
  }
  [[nodiscard]] TenantRegistry registry() const;

  void observe(std::span<const JournalRecord> records);
  void wait_for(const Ids& ids, const std::string& id);

  const WorldOptions options_;
  TemporaryFolder folder_;
  SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable happened_;
  Ids ended_;
  Ids retrying_;
  std::unique_ptr<EndpointServer> endpoint_;
  BreakableJournal journal_;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<Maildir> maildir_;
  TenantDirectory tenants_;
  Metrics metrics_;
  Feed feed_;
  MaildirReader mails_;
  Dispatcher dispatcher_;
  Rapi rapi_;
  Inspector inspector_;
  Router router_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace roomle_sim::test
