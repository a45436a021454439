// The flags about the POST itself, which `send` and `run` share: -H, --insecure, --cacert, --cert,
// --key.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "sender/http_transport.h"

namespace roomle_sim {

// Must outlive the parsing.
class HttpOptions {
 public:
  void add_to(Command& command);
  [[nodiscard]] const HttpTransportOptions& transport() const { return transport_; }
  // As they were given: 'NAME: VALUE'.
  [[nodiscard]] const std::vector<std::string>& header_texts() const { return headers_; }
  // Refuses (usage) what is no header, and those that are the simulator's or the transport's own:
  // Host, Content-Length, Transfer-Encoding, and `token_header`, whose story would be untrue then.
  [[nodiscard]] Result<Headers> headers(const std::vector<std::string>& token_headers) const;

 private:
  std::vector<std::string> headers_;
  HttpTransportOptions transport_;
};

}  // namespace roomle_sim
