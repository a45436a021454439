// Requests to one URL and the reading of their answers, over any ByteChannel. Here cpp-httplib does
// its part.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "sender/byte_channel.h"
#include "sender/transport.h"
#include "tenants/url.h"

namespace roomle_sim {

// What it refers to must outlive the exchange.
struct RequestView {
  std::string_view method;
  std::string_view target;  // escaped: "/path?query"
  const Headers& headers;   // Host and Content-Length are the exchange's
  std::string_view body;
};

// Holds what every request to the URL needs again, so that it is made but once.
// Threads: one at a time.
class HttpExchange {
 public:
  explicit HttpExchange(Url url);
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  // Posts to the URL that this was made for (and not to the request's), and reads the answer to its
  // end. Fills in everything of `result` but `duration` and `reused_connection`. Returns whether
  // the channel can carry another request.
  //
  // Header fields leave sorted by name (cpp-httplib keeps them so); those of one name keep their
  // order. Host, Content-Length and Transfer-Encoding of the caller's are left out in favour of the
  // right ones, and a line break in a value becomes a space. Never throws.
  bool post(ByteChannel& channel, const AttemptRequest& attempt, AttemptResult& result);

  // The same for any request, but HEAD. The body goes to `on_body`, piece by piece as it comes and
  // with no cap; the head stands in `result.response` by then, whose body stays empty. `on_body`
  // may set the channel's deadline anew. Where it returns false, reading ends there without an
  // error.
  using OnBody = std::function<bool(std::string_view)>;
  bool exchange(ByteChannel& channel, const RequestView& view, AttemptResult& result,
                const OnBody& on_body);

 private:
  class Client;

  const Url url_;
  const std::unique_ptr<Client> client_;
};

}  // namespace roomle_sim
