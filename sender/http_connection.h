// A connection to an endpoint, and the requests that go over it one after the other. Here
// cpp-httplib does its part.
#pragma once

#include <memory>

#include "sender/deadline_socket.h"
#include "sender/transport.h"
#include "tenants/url.h"

namespace roomle_sim {

// Holds what every request of the connection needs again, so that it is made but once.
// Threads: one at a time. The interrupter must outlive it.
class HttpConnection {
 public:
  HttpConnection(Url url, const Interrupter& interrupter);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // To be connected, and given the request's deadline, before each post().
  DeadlineSocket& socket() { return socket_; }

  // Posts to the URL that the connection was made for (and not to the request's), and reads the
  // answer to its end. Fills in everything of `result` but `duration` and `reused_connection`.
  // Returns whether the connection can carry another request.
  //
  // Header fields leave sorted by name (cpp-httplib keeps them so); those of one name keep their
  // order. Host, Content-Length and Transfer-Encoding of the caller's are left out in favour of the
  // right ones, and a line break in a value becomes a space. Never throws.
  bool post(const AttemptRequest& attempt, AttemptResult& result);

 private:
  class Client;

  const Url url_;
  DeadlineSocket socket_;
  const std::unique_ptr<Client> client_;
};

}  // namespace roomle_sim
