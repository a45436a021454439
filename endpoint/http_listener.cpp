#include "endpoint/http_listener.h"

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <unistd.h>
#include <utility>

#include "endpoint/accept_loop.h"
#include "endpoint/byte_budget.h"
#include "endpoint/form_reader.h"
#include "endpoint/request_head.h"
#include "endpoint/request_reader.h"
#include "endpoint/worker_pool.h"

namespace roomle_sim {
namespace {

using std::chrono::steady_clock;

// So many connections are told at once that they are too many; beyond, they are only closed.
constexpr std::size_t kMostRefused = 16;

void take_form(HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!equal_ignoring_case(name, "Content-Type") || !is_form(value)) continue;
    std::optional<std::vector<FormField>> form = read_form(value, request.body);
    if (!form) {
      request.refusal = 400;
      request.refusal_text = "the body is no form as its Content-Type says";
      return;
    }
    request.form = std::move(*form);
    return;
  }
}

}  // namespace

class HttpListener::Server {
 public:
  Server(Socket socket, Serve serve, HttpLimits limits, bool read_forms, Greet greet)
      : serve_(std::move(serve)),
        greet_(std::move(greet)),
        limits_(limits),
        bodies_(limits.bodies),
        read_forms_(read_forms),
        workers_(limits.connections + kMostRefused) {
    if (read_forms_) make_form_statics();
    loop_.emplace(std::move(socket), [this](int fd) { take(fd); });
  }

  // What is accepted from now on, or was and waits for a thread, is closed unread.
  ~Server() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    loop_.reset();  // first: whose connection ends, and who connects again, is refused
    {
      const std::lock_guard lock(mutex_);
      for (Open& open : open_) open.connection.interrupt();
    }
    workers_.finish();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  struct Open {
    Open(int fd, Duration write_limit) : connection(fd, write_limit) {}
    Connection connection;
    bool idle = true;  // no byte of a request is there
    steady_clock::time_point since = steady_clock::now();
    bool counts = true;    // among those that `connections` limits
    bool refused = false;  // was one too many
  };
  using Place = std::list<Open>::iterator;

  void take(int fd) {
    std::unique_lock lock(mutex_);
    const bool room = counted_ < limits_.connections || make_room();
    if (stopping_ || (!room && refused_ >= kMostRefused)) {
      ::close(fd);
      return;
    }
    const Place place = open_.emplace(open_.end(), fd, limits_.write);
    place->counts = room;
    place->refused = !room;
    ++(room ? counted_ : refused_);
    lock.unlock();
    workers_.run([this, place, room] {
      if (room) {
        serve_connection(*place);
      } else {
        refuse_connection(*place);
      }
      remove(place);
    });
  }

  // Ends the connection that has been idle for longest. The lock is held.
  bool make_room() {
    Open* longest = nullptr;
    for (Open& open : open_) {
      if (!open.idle || !open.counts || (longest != nullptr && open.since >= longest->since)) {
        continue;
      }
      // Its request is there, only that its thread has not seen it yet.
      if (!open.connection.input_arrived()) longest = &open;
    }
    if (longest == nullptr) return false;
    longest->counts = false;
    --counted_;
    longest->connection.interrupt();
    return true;
  }

  void remove(Place place) {
    const std::lock_guard lock(mutex_);
    if (place->refused) --refused_;
    if (place->counts) --counted_;
    open_.erase(place);
  }

  // False where it made room for another meanwhile.
  bool set_idle(Open& open, bool idle) {
    const std::lock_guard lock(mutex_);
    open.idle = idle;
    open.since = steady_clock::now();
    return open.counts;
  }

  void serve_connection(Open& open) {
    if (greet_ && !greet_(open.connection)) return;
    while (open.connection.wait_for_input(limits_.idle) && set_idle(open, false) &&
           serve_one(open.connection) && set_idle(open, true)) {
    }
  }

  // Whether the connection may be used again.
  bool serve_one(Connection& connection) {
    BudgetShare share(bodies_);
    HttpRequest request;
    if (!read_request(connection, limits_, share, request)) return false;
    if (request.refusal == 0 && read_forms_) take_form(request);
    const bool keep = serve_(request, connection);
    if (request.refusal != 0) connection.close_politely();
    return keep && request.refusal == 0;
  }

  void refuse_connection(Open& open) {
    if (greet_ && !greet_(open.connection)) return;
    HttpRequest request;
    request.refusal = 503;
    request.refusal_text = "too many connections are open";
    request.keep_alive = false;
    serve_(request, open.connection);
    open.connection.close_politely();
  }

  const Serve serve_;
  const Greet greet_;
  const HttpLimits limits_;
  ByteBudget bodies_;
  const bool read_forms_;
  std::mutex mutex_;
  std::list<Open> open_;
  std::size_t counted_ = 0;
  std::size_t refused_ = 0;
  bool stopping_ = false;
  WorkerPool workers_;
  std::optional<AcceptLoop> loop_;  // last: it uses all of the above
};

HttpListener::HttpListener(Socket socket, Serve serve, HttpLimits limits, bool read_forms,
                           Greet greet)
    : server_(std::make_unique<Server>(std::move(socket), std::move(serve), limits, read_forms,
                                       std::move(greet))) {}

HttpListener::~HttpListener() = default;

}  // namespace roomle_sim
