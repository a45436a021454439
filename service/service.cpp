#include "service/service.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "fallback_mailer/mailbox_spec.h"
#include "fallback_mailer/maildir_reader.h"
#include "journal/file_place.h"
#include "journal/journal_file.h"
#include "journal/sqlite_journal.h"
#include "service/feed.h"
#include "service/inspector.h"
#include "service/metrics.h"
#include "service/tenant_directory.h"

namespace roomle_sim {
namespace {

// So many open deliveries of earlier runs share a commit.
constexpr std::size_t kTakenUpAtOnce = 4000;
// So long an orderly end waits for another program that holds the journal.
constexpr Duration kStopPatience = std::chrono::seconds(2);
constexpr std::string_view kMaildir = "maildir:";

// Between two times that what is older than `keep` is forgotten: so nothing stays for much longer.
Duration forgetting_pause(Duration keep) {
  return std::clamp<Duration>(keep / 10, std::chrono::seconds(1), std::chrono::hours(1));
}

std::string mailbox_of(const ServiceOptions& options) {
  if (!options.mailbox.empty()) return options.mailbox;
  const bool in_memory = options.data_folder == ":memory:";
  return in_memory ? std::string(kDefaultMailbox)
                   : fmt::format("{}{}/mail", kMaildir, options.data_folder);
}

// The same routes, each counting what it answers, before the answer is out: whoever has it finds it
// counted. A handler that fails is answered 500 by the server.
Router counted(const Router& routes, Metrics& metrics) {
  Router router;
  for (const Route& one : routes.routes()) {
    router.add(one.audience, one.method, one.pattern, [&metrics, one](const ApiRequest& request) {
      const auto start = std::chrono::steady_clock::now();
      const auto count = [&](int status) {
        metrics.count_request(one.method, one.pattern, status,
                              std::chrono::steady_clock::now() - start);
      };
      try {
        ApiResponse response = one.handler(request);
        count(response.status);
        return response;
      } catch (...) {
        count(500);
        throw;
      }
    });
  }
  return router;
}

// What no route has answered (refused by the guard, too large, no such path …) the server tells.
HttpServerOptions counting_refusals(HttpServerOptions options, Metrics& metrics) {
  options.observer = [&metrics, next = std::move(options.observer)](const std::string& method,
                                                                    const std::string& route,
                                                                    int status, Duration duration) {
    if (route.empty()) metrics.count_request(method, "none", status, duration);
    if (next) next(method, route, status, duration);
  };
  return options;
}

}  // namespace

// Members are made in the order in which one needs another, and end in the reverse one.
class Service::Impl {
 public:
  Impl(TenantRegistry tenants, ServiceOptions options, std::unique_ptr<SqliteJournal> journal,
       std::unique_ptr<HttpTransport> transport, std::unique_ptr<FallbackMailbox> mailbox,
       std::unique_ptr<MaildirReader> mails)
      : options_(std::move(options)),
        journal_(std::move(journal)),
        transport_(std::move(transport)),
        mailbox_(std::move(mailbox)),
        mails_(std::move(mails)),
        place_(fmt::format("{}/{}", options_.data_folder, kJournalFileName)),
        tenants_(std::move(tenants)),
        feed_(*journal_) {
    feed_.add_observer([this](std::span<const JournalRecord> records) {
      metrics_.observe(records);
      if (options_.on_records) options_.on_records(records);
    });
    metrics_.set_open_deliveries([this] { return dispatcher_.open(); });
  }

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::optional<Error> start() {
    Router router;
    rapi_.add_routes(router);
    inspector_.add_routes(router);
    auto server =
        HttpServer::start(counting_refusals(options_.http, metrics_), counted(router, metrics_));
    if (!server) return server.error();
    server_ = std::move(server).value();
    if (auto error = take_up()) return error;
    ready_ = true;
    keeper_ = std::thread([this] { keep_house(); });
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Error> failure() const {
    auto failure = feed_.failure();
    return failure ? failure : dispatcher_.failure();
  }

  void stop() {
    const std::lock_guard one_at_a_time(stop_mutex_);
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    journal_->wait_no_longer_than(std::chrono::steady_clock::now() + kStopPatience);
    forgetting_.request_stop();
    ending_.notify_all();
    feed_.close();
    if (server_) server_->stop();
    dispatcher_.stop();
    if (keeper_.joinable()) keeper_.join();
  }

  ServiceOptions options_;
  SystemClock clock_;
  std::unique_ptr<SqliteJournal> journal_;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<FallbackMailbox> mailbox_;
  std::unique_ptr<MaildirReader> mails_;
  FilePlace place_;
  TenantDirectory tenants_;
  Metrics metrics_;
  Feed feed_;
  Dispatcher dispatcher_{*transport_, feed_, *mailbox_, clock_, options_.dispatcher};
  std::atomic<bool> ready_ = false;
  std::size_t taken_up_ = 0;
  Rapi rapi_{tenants_, dispatcher_, clock_, options_.rapi};
  Inspector inspector_{
      {tenants_, dispatcher_, *journal_, feed_, metrics_, mails_.get(), clock_, ready_}};
  std::unique_ptr<HttpServer> server_;

 private:
  std::optional<Error> take_up() {
    std::string cursor;
    do {
      auto page = journal_->unfinished(cursor, kTakenUpAtOnce);
      if (!page) return page.error();
      taken_up_ += page->deliveries.size();
      cursor = page->next;
      if (auto error = dispatcher_.resume(tenants_.current(), std::move(page->deliveries))) {
        return error;
      }
    } while (!cursor.empty());
    return std::nullopt;
  }

  // Writing goes on into a file that was taken away, and nobody will find it there.
  void check_place() {
    if (place_.holds()) return;
    feed_.fail({ErrorCode::unavailable,
                fmt::format("the journal {} was deleted or exchanged: what is written now nobody "
                            "will find; put it back, if there is a copy, and start again",
                            place_.path())});
  }

  // Forgets what is older than it is to be kept, and notices when the journal has failed.
  void keep_house() {
    auto forget_at = std::chrono::steady_clock::now();
    bool told = false;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      if (options_.keep && std::chrono::steady_clock::now() >= forget_at) {
        // What fails here fails for append() too, which tells it.
        static_cast<void>(journal_->forget(clock_.now() - *options_.keep, forgetting_.get_token()));
        forget_at = std::chrono::steady_clock::now() + forgetting_pause(*options_.keep);
      }
      check_place();
      const auto failure = this->failure();
      if (failure && !told && options_.on_failure) options_.on_failure(*failure);
      told = told || failure.has_value();
      lock.lock();
      ending_.wait_for(lock, std::chrono::seconds(1), [&] { return stopping_; });
    }
  }

  std::mutex stop_mutex_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool stopping_ = false;
  std::stop_source forgetting_;
  std::thread keeper_;
};

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::start(TenantRegistry tenants, ServiceOptions options) {
  auto journal = SqliteJournal::open(options.data_folder);
  if (!journal) return journal.error();
  auto transport = HttpTransport::create(options.transport);
  if (!transport) return transport.error();
  const std::string spec = mailbox_of(options);
  auto mailbox = open_mailbox(spec);
  if (!mailbox) return mailbox.error();
  auto mails = std::make_unique<MaildirReader>(spec.substr(kMaildir.size()));
  auto impl = std::make_unique<Impl>(std::move(tenants), std::move(options),
                                     std::move(journal).value(), std::move(transport).value(),
                                     std::move(mailbox).value(), std::move(mails));
  if (auto error = impl->start()) return *error;
  return std::unique_ptr<Service>(new Service(std::move(impl)));
}

std::string Service::url() const {
  return impl_->server_->url();
}
std::uint16_t Service::port() const {
  return impl_->server_->port();
}
std::size_t Service::open_deliveries() const {
  return impl_->dispatcher_.open();
}
std::size_t Service::taken_up() const {
  return impl_->taken_up_;
}
void Service::stop() {
  impl_->stop();
}
std::optional<Error> Service::failure() const {
  return impl_->failure();
}

}  // namespace roomle_sim
