#include "scenarios/curl_command.h"

#include <fmt/format.h>

#include "scenarios/shell_words.h"
#include "sender/credential_headers.h"

namespace roomle_sim {
namespace {

std::string header_option(const std::string& name, const std::string& value) {
  if (value == kNotKept) {
    return fmt::format(" -H \"{}: {}\"", name, shell_variable(name));
  }
  // curl takes "Name:" for "leave it out", and a semicolon for an empty value.
  if (value.empty()) return fmt::format(" -H {}", shell_quoted(name + ";"));
  return fmt::format(" -H {}", shell_quoted_masked(fmt::format("{}: {}", name, value), name));
}

}  // namespace

std::string curl_command(const SendRecord& send, const Exchange& exchange,
                         const HttpTransportOptions& transport, const Masking& masking) {
  const AttemptRequest& request = exchange.request;
  std::string command =
      fmt::format("curl -i --max-time {}", std::chrono::duration<double>(request.timeout).count());
  if (transport.insecure) command += " --insecure";
  const auto add_file = [&](std::string_view option, const std::string& path) {
    if (!path.empty()) command += fmt::format(" {} {}", option, shell_quoted(path));
  };
  add_file("--cacert", transport.ca_cert_file);
  add_file("--cert", transport.client_cert_file);
  add_file("--key", transport.client_key_file);
  for (const auto& [name, value] : masking.headers(request.headers, exchange.token)) {
    command += header_option(name, value);
  }
  return command + fmt::format(" --data-raw {} {}", shell_quoted(masking.text(request.body)),
                               send.built_in ? fmt::format("\"{}\"", shell_variable("WEBHOOK"))
                                             : shell_quoted_masked(masking.text(request.url)));
}

bool posts_the_same(const Exchange& exchange, const Masking& masking) {
  return masking.text(exchange.request.body) == exchange.request.body;
}

}  // namespace roomle_sim
