#include "cli/http_options.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "tenants/header_name.h"

namespace roomle_sim {

void HttpOptions::add_to(Command& command) {
  command.add_option("-H,--header", headers_, "Added to the POST (repeatable)")
      .type_name("'NAME: VALUE'")
      .one_value_each();
  command.add_flag("--insecure", transport_.insecure, "Take any certificate of the endpoint's");
  command.add_option("--cacert", transport_.ca_cert_file, "A PEM file of authorities to trust")
      .type_name("FILE");
  command.add_option("--cert", transport_.client_cert_file, "A client certificate (PEM)")
      .type_name("FILE");
  command.add_option("--key", transport_.client_key_file, "Its key (PEM; default: in --cert)")
      .type_name("FILE");
}

Result<Headers> HttpOptions::headers(const std::vector<std::string>& token_headers) const {
  Headers headers;
  for (const std::string& text : headers_) {
    const std::size_t colon = text.find(':');
    const std::string name = text.substr(0, colon);
    if (colon == std::string::npos || !is_header_name(name) ||
        text.find_first_of("\r\n") != std::string::npos) {
      // It may hold a credential, and is not shown.
      return usage_error("--header: expected 'NAME: VALUE' on one line");
    }
    for (const char* own : {"Host", "Content-Length", "Transfer-Encoding", "Connection"}) {
      if (same_header_name(name, own)) {
        return usage_error(
            fmt::format("--header: {} is set by the transport and cannot be given", own));
      }
    }
    for (const std::string& token_header : token_headers) {
      if (same_header_name(name, token_header)) {
        return usage_error(
            fmt::format("--header: {} carries the token; --secret, --api-key and "
                        "simulator.token say how it is made",
                        token_header));
      }
    }
    const std::size_t start = text.find_first_not_of(" \t", colon + 1);
    headers.emplace_back(name, start == std::string::npos ? std::string() : text.substr(start));
  }
  return headers;
}

}  // namespace roomle_sim
