// roomle-sim tail: follows what a running `serve` does.
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <strings.h>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/client.h"
#include "cli/client_command.h"
#include "cli/command.h"
#include "cli/event_stream.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/stdout_watch.h"
#include "cli/stream_story.h"

namespace roomle_sim {
namespace {

constexpr Duration kFirstWait = std::chrono::milliseconds(250);
constexpr Duration kLongestWait = std::chrono::seconds(10);

struct TailFlags {
  ClientOptions client;
  std::string tenant;

  void add_to(Command& command) {
    command.add_option("--tenant", tenant, "Of this tenant alone").type_name("ID|NAME");
    client.add_to(command);
  }
};

// What ends the following from outside, or holds it up between two connections. Threads: any.
class Stop {
 public:
  explicit Stop(ApiClient& client) : client_(client) {}
  void request() {
    {
      const std::lock_guard lock(mutex_);
      requested_ = true;
    }
    changed_.notify_all();
    client_.interrupt();
  }
  [[nodiscard]] bool requested() const {
    const std::lock_guard lock(mutex_);
    return requested_;
  }
  void wait(Duration most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, [this] { return requested_; });
  }

 private:
  ApiClient& client_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool requested_ = false;
};

class Tail {
 public:
  Tail(Console& console, const TailFlags& flags, ApiClient& client, Stop& stop)
      : console_(console), flags_(flags), client_(client), stop_(stop) {}

  // Connects, and again whenever the connection is lost, until it is stopped or makes no sense.
  int follow();

 private:
  Result<ApiAnswer> read_stream();
  bool show(const StreamEvent& event);
  void connected();

  Console& console_;
  const TailFlags& flags_;
  ApiClient& client_;
  Stop& stop_;
  EventStreamReader reader_;
  bool foreign_ = false;
  bool ever_connected_ = false;
  bool connected_ = false;
};

void Tail::connected() {
  if (connected_) return;
  connected_ = true;
  if (!ever_connected_) {
    console_.object({{"type", "ready"}, {"url", flags_.client.url()}});
    console_.message(
        fmt::format("following {}; end it with Ctrl-C", printable(flags_.client.url())));
  } else {
    console_.message("connected again");
  }
  ever_connected_ = true;
  if (!console_.flush()) stop_.request();
}

bool Tail::show(const StreamEvent& event) {
  const auto data = json_from(event.data);
  const std::optional<StreamLines> told = tell_stream_event(event.type, data, console_);
  if (!told) {
    foreign_ = true;
    return false;
  }
  for (const std::string& line : told->lines) console_.line(line);
  if (!told->object.is_null()) console_.object(told->object);
  for (const std::string& message : told->messages) console_.message(message);
  if (!console_.flush()) stop_.request();
  return !stop_.requested();
}

Result<ApiAnswer> Tail::read_stream() {
  Headers headers{{"Accept", "text/event-stream"}};
  if (!reader_.last_id().empty()) headers.emplace_back("Last-Event-ID", reader_.last_id());
  reader_.begin_again();
  connected_ = false;
  return client_.stream("/sim/v1/stream" + query_of({{"tenant", flags_.tenant}}), headers,
                        [this](std::string_view bytes) {
                          connected();
                          return reader_.feed(bytes, [this](const StreamEvent& event) {
                            return show(event);
                          }) && !stop_.requested();
                        });
}

bool is_event_stream(const ApiAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (strcasecmp(name.c_str(), "content-type") == 0) {
      constexpr std::string_view kType = "text/event-stream";
      return strncasecmp(value.c_str(), kType.data(), kType.size()) == 0;
    }
  }
  return false;
}

int Tail::follow() {
  Duration wait = kFirstWait;
  while (!stop_.requested()) {
    const bool again = ever_connected_;
    const Result<ApiAnswer> answer = read_stream();
    if (stop_.requested()) break;
    const bool stranger = answer.ok() && answer->status == 200 && !is_event_stream(*answer);
    if (foreign_ || reader_.too_large() || stranger) {
      return console_.fail(foreign_answer(flags_.client.url()));
    }
    const bool refused = answer.ok() && answer->status != 200;
    const bool busy = refused && answer->status >= 500;
    if ((refused && !(busy && again)) || (!answer && !ever_connected_)) {
      return tell_failure(console_, answer, flags_.client.url()).exit_code;
    }
    if (connected_) wait = kFirstWait;
    if (connected_ || !again) console_.message("the connection was lost: trying again");
    stop_.wait(wait);
    wait = std::min(2 * wait, kLongestWait);
  }
  return exit_code::kFine;
}

int tail(Console& console, const TailFlags& flags) {
  const Result<std::unique_ptr<ApiClient>> client = flags.client.open();
  if (!client) return console.fail(client.error());
  Stop stop(**client);
  const InterruptWatch interrupt([&] { stop.request(); });
  const StdoutWatch stdout_watch([&] { stop.request(); });
  const int code = Tail(console, flags, **client, stop).follow();
  if (code != exit_code::kFine) return code;
  if (interrupt.interrupted()) return exit_code::kInterrupted;
  // What could not be written is told by main().
  if (console.flush()) console.error("stdout was closed: nobody reads on");
  return exit_code::kCouldNotRun;
}

}  // namespace

void add_tail_command(Command& app, Context& context) {
  add_client_command<TailFlags>(
      app, context, "tail", "Follow what a running `serve` does, as it happens", tail,
      "Connects again when the connection is lost, and goes on where it was.\n"
      "Exit: 130 after Ctrl-C, 1 there is no such tenant, 3 no service answers there, or stdout "
      "was "
      "closed");
}

}  // namespace roomle_sim
