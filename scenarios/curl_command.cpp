#include "scenarios/curl_command.h"

#include <fmt/format.h>

#include "scenarios/left_out.h"
#include "scenarios/shell_words.h"
#include "sender/credential_headers.h"

namespace roomle_sim {
namespace {

class HeaderOptions {
 public:
  HeaderOptions(const Masking& masking, ShellVariables& variables)
      : masking_(masking), variables_(variables) {}

  // `shown`: what may be told of it.
  std::string of(const std::string& name, const std::string& value, const std::string& shown) {
    // curl takes "Name:" for "leave it out", and a semicolon for an empty value.
    if (value.empty()) return fmt::format(" -H {}", shell_quoted(name + ";"));
    const std::string word = fmt::format("{}: {}", name, value);
    const std::size_t begin = word.size() - value.size();
    std::vector<LeftOut> left_out;
    if (shown == kNotKept) {
      left_out.push_back({{begin, word.size()}, name});
    } else if (shown != value) {
      for (const Stretch& one : masking_.stretches(value)) {
        left_out.push_back({{begin + one.begin, begin + one.end}, name});
      }
    }
    return fmt::format(" -H {}", shell_quoted_without(word, std::move(left_out), variables_));
  }

 private:
  const Masking& masking_;
  ShellVariables& variables_;
};

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
  ShellVariables variables;
  HeaderOptions header_options(masking, variables);
  const Headers shown = masking.headers(request.headers, exchange.token);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto& [name, value] = request.headers[i];
    command += header_options.of(name, value, shown[i].second);
  }
  return command +
         fmt::format(
             " --data-raw {} {}", shell_quoted(masking.text(request.body)),
             send.built_in
                 ? fmt::format("\"{}\"", shell_variable("WEBHOOK"))
                 : shell_quoted_without(request.url, left_out_of(request.url, masking), variables));
}

bool posts_the_same(const Exchange& exchange, const Masking& masking) {
  return masking.text(exchange.request.body) == exchange.request.body;
}

}  // namespace roomle_sim
