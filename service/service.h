// The whole service: journal, dispatcher, vendor's API and inspector behind one port. What
// `roomle-sim serve` starts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sender/dispatcher.h"
#include "sender/http_transport.h"
#include "sender/journal.h"
#include "service/http_server.h"
#include "service/rapi.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct ServiceOptions {
  HttpServerOptions http;
  std::string data_folder;       // of the journal; ":memory:": nothing is kept
  std::string mailbox;           // "maildir:DIR"; empty: DIR is data_folder/mail
  std::optional<Duration> keep;  // ended deliveries older than that are forgotten
  HttpTransportOptions transport;
  DispatcherOptions dispatcher;
  RapiOptions rapi;
  // Told after each durable write, by the thread that wrote: must be quick (serve only queues it).
  std::function<void(std::span<const JournalRecord>)> on_records;
  // Called once, from a thread of the service's, when the journal has failed: nothing is accepted
  // or posted any more. It must not call stop() itself, which waits for that thread.
  std::function<void(const Error&)> on_failure;
};

class Service {
 public:
  // Opens the journal, begins to serve, and then takes up what stood open, in pages; returns when
  // all of it is taken up (/readyz says so, and requests that came meanwhile were served).
  // Errors: as the parts'; then everything is closed again.
  static Result<std::unique_ptr<Service>> start(TenantRegistry tenants, ServiceOptions options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t open_deliveries() const;
  // How many deliveries of earlier runs were taken up.
  [[nodiscard]] std::size_t taken_up() const;
  // Orderly end: no request is taken any more, posts under way are interrupted (docs/journal.md).
  // May be called again, and from any thread.
  void stop();
  [[nodiscard]] std::optional<Error> failure() const;

 private:
  class Impl;
  explicit Service(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
