#include "sender/resolver.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "base/time.h"
#include "sender/shortage.h"

namespace roomle_sim {
namespace {

using Addresses = std::vector<SocketAddress>;

// Between two look-ups of a name for which this machine lacked something.
constexpr Duration kAskAgain = std::chrono::milliseconds(20);

// Without one getaddrinfo cannot read its files, and says of every name that there is none.
bool has_no_descriptor() {
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) ::close(fd);
  return fd < 0 && is_shortage(errno);
}

Error short_of_something(const std::string& host) {
  return {ErrorCode::busy, fmt::format("{}: this machine has not enough left to look it up", host)};
}

Result<Addresses> ask_system(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code != 0) {
    const bool shortage = code == EAI_MEMORY || (code == EAI_SYSTEM && is_shortage(errno));
    if (shortage || has_no_descriptor()) return short_of_something(host);
    return Error{ErrorCode::unavailable, fmt::format("{}: {}", host, gai_strerror(code))};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* item = list; item != nullptr; item = item->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, item->ai_addr, item->ai_addrlen);
    address.length = item->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

// What needs no look-up.
Addresses known_addresses(const std::string& host) {
  Addresses addresses;
  const auto add = [&](const char* digits) {
    if (auto found = ask_system(digits, AI_NUMERICHOST)) {
      addresses.insert(addresses.end(), found->begin(), found->end());
    }
  };
  if (host == "localhost") {
    add("127.0.0.1");
    add("::1");
  } else {
    add(host.c_str());
  }
  return addresses;
}

Resolved with_port(Addresses addresses, std::uint16_t port) {
  for (SocketAddress& address : addresses) address.set_port(port);
  return Resolved{std::move(addresses), false, {}};
}

}  // namespace

void SocketAddress::set_port(std::uint16_t port) {
  if (storage.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
  }
}

const sockaddr* SocketAddress::get() const {
  return reinterpret_cast<const sockaddr*>(&storage);
}

std::string SocketAddress::text() const {
  char host[NI_MAXHOST] = "";
  char port[NI_MAXSERV] = "";
  getnameinfo(get(), length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  return storage.ss_family == AF_INET6 ? fmt::format("[{}]:{}", host, port)
                                       : fmt::format("{}:{}", host, port);
}

// Owned by the Resolver and by each look-up under way, whichever lives longer.
struct Resolver::State {
  std::mutex mutex;
  std::condition_variable changed;
  LookUp look_up;
  bool interrupted = false;
  // The answer to come; one for all who wait for that name.
  using Answer = std::shared_ptr<std::optional<Result<Addresses>>>;
  std::map<std::string, Answer> under_way;

  // With the mutex held: joins the look-up of that name, or starts one.
  static Answer ask(const std::shared_ptr<State>& self, const std::string& host) {
    Answer& slot = self->under_way[host];
    if (slot) return slot;
    slot = std::make_shared<std::optional<Result<Addresses>>>();
    Answer answer = slot;
    try {
      std::thread([self, host, answer] {
        auto found = self->look_up(host);
        const std::lock_guard lock(self->mutex);
        answer->emplace(std::move(found));
        self->under_way.erase(host);
        self->changed.notify_all();
      }).detach();
    } catch (const std::system_error&) {  // no more threads
      answer->emplace(short_of_something(host));
      self->under_way.erase(host);
    }
    return answer;
  }
};

Resolver::LookUp Resolver::system_look_up() {
  return [](const std::string& host) { return ask_system(host, 0); };
}

Resolver::Resolver() : Resolver(system_look_up()) {}

Resolver::Resolver(LookUp look_up) : state_(std::make_shared<State>()) {
  state_->look_up = std::move(look_up);
}

Resolver::~Resolver() = default;

Resolved Resolver::resolve(const std::string& host, std::uint16_t port, SteadyTime deadline) {
  if (auto known = known_addresses(host); !known.empty()) return with_port(std::move(known), port);
  std::unique_lock lock(state_->mutex);
  for (;;) {
    const State::Answer answer = State::ask(state_, host);
    const bool ended = state_->changed.wait_until(
        lock, deadline, [&] { return answer->has_value() || state_->interrupted; });
    if (!ended) return {{}, false, fmt::format("{}: no answer to the look-up of the name", host)};
    if (!answer->has_value()) return {{}, true, "interrupted during the look-up of the name"};
    const Result<Addresses>& found = **answer;
    if (found) return with_port(*found, port);
    // What this machine lacks says nothing of the name: again, as long as there is time.
    const SteadyTime again = std::min(deadline, std::chrono::steady_clock::now() + kAskAgain);
    const bool stop = state_->changed.wait_until(
        lock, again, [&] { return found.error().code != ErrorCode::busy || state_->interrupted; });
    if (stop || again == deadline) return {{}, state_->interrupted, found.error().message};
  }
}

void Resolver::interrupt() {
  const std::lock_guard lock(state_->mutex);
  state_->interrupted = true;
  state_->changed.notify_all();
}

}  // namespace roomle_sim
