// A connection to an endpoint, and the requests that go over it one after the other.
#pragma once

#include <utility>

#include "sender/deadline_socket.h"
#include "sender/http_exchange.h"

namespace roomle_sim {

// Threads: one at a time. The interrupter must outlive it.
class HttpConnection {
 public:
  HttpConnection(Url url, const Interrupter& interrupter)
      : socket_(interrupter), exchange_(std::move(url)) {}

  // To be connected, and given the request's deadline, before each exchange.
  DeadlineSocket& socket() { return socket_; }

  // As HttpExchange has them, over the socket.
  bool post(const AttemptRequest& attempt, AttemptResult& result) {
    return exchange_.post(socket_, attempt, result);
  }
  bool exchange(const RequestView& view, AttemptResult& result,
                const HttpExchange::OnBody& on_body) {
    return exchange_.exchange(socket_, view, result, on_body);
  }

 private:
  DeadlineSocket socket_;
  HttpExchange exchange_;
};

}  // namespace roomle_sim
