// roomle-sim endpoint: a tenant endpoint to play with.
#include <memory>
#include <optional>
#include <semaphore>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/endpoint_control.h"
#include "cli/endpoint_flags.h"
#include "cli/endpoint_output.h"
#include "cli/endpoint_story.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "endpoint/fault_words.h"
#include "endpoint/server.h"
#include "scenarios/shell_words.h"

namespace roomle_sim {
namespace {

void announce(Console& console, EndpointOutput& output, const EndpointServer& server, bool refuses,
              const EndpointFlags& flags) {
  const std::string& authority_file = flags.authority_file();
  nlohmann::ordered_json ready{{"type", "ready"}, {"url", server.url()}, {"port", server.port()}};
  std::string trust;
  if (const std::string pem = server.authority(); !pem.empty()) {
    ready["authority"] = pem;
    trust = authority_file.empty() ? " --insecure"
                                   : " --cacert " + printable(shell_quoted(authority_file));
  } else if (!authority_file.empty()) {
    console.message(
        fmt::format("{} is not written{}: the endpoint speaks no TLS ('tls valid', say)",
                    printable(authority_file), flags.control() ? " yet" : ""));
  }
  output.begin({fmt::format("{} {}", refuses ? "refusing connections at" : "listening at",
                            console.styled(server.url(), Console::Style::bold))},
               ready);
  console.message(
      fmt::format("send to it with:  roomle-sim send email.savedConfiguration {}{}\n"
                  "end it with Ctrl-C",
                  flags.flags_to_send(server.url()), trust));
}

// One command of stdin.
void change(const std::string& line, Console& console, EndpointOutput& output,
            EndpointServer& server, const EndpointFlags& flags) {
  Result<Behavior> behavior = behavior_of_command(line);
  std::optional<Error> error;
  if (!behavior) {
    error = behavior.error();
  } else {
    error = server.set_behavior(std::move(*behavior));
    if (!error) error = flags.write_authority(server);
  }
  if (error) {
    console.error(error->message);
    output.say({}, {{"type", "refused"}, {"command", line}, {"message", error->message}});
  } else {
    output.say({fmt::format("changed: {} (at {})", printable(line), server.url())},
               {{"type", "changed"}, {"command", line}, {"url", server.url()}});
  }
}

int serve(Console& console, EndpointFlags& flags) {
  Result<EndpointOptions> options = flags.options();
  if (!options) return console.fail(options.error());
  // Behind what is read, where an interrupt is to end the program at once; before every thread.
  std::counting_semaphore<2> ended(0);  // the interrupt, and a closed pipe
  const InterruptWatch interrupt([&] { ended.release(); });
  const bool refuses = options->behavior.refuse;
  // Nobody reads on: a pipe that was closed. An endpoint that nobody watches has no end.
  EndpointOutput output(console, [&] { ended.release(); });
  options->observer = [&](const ReceivedRequest& request) {
    output.tell(tell(request, console), to_object(request));
  };
  options->connection_observer = [&](const std::string& met, TimePoint when) {
    output.tell({tell_connection(met, when, console)}, connection_object(met, when));
  };
  const auto server = EndpointServer::start(std::move(*options));
  if (!server) return console.fail(server.error());
  if (const auto error = flags.write_authority(**server)) return console.fail(*error);
  announce(console, output, **server, refuses, flags);
  {
    std::optional<StdinLines> commands;
    if (flags.control()) {
      commands.emplace(
          [&](const std::string& line) { change(line, console, output, **server, flags); });
    }
    ended.acquire();
  }
  (*server)->stop();
  const EndpointCounts counts = (*server)->counts();
  output.say({tell(counts)}, to_object(counts));
  if (output.finish() && interrupt.interrupted()) return exit_code::kInterrupted;
  console.error("the output could not be written to the end");
  return exit_code::kCouldNotRun;
}

// In lines that fit a terminal.
std::string fault_words_for_help() {
  constexpr std::size_t kWidth = 78;
  std::string text = "Words of --fault, ',' between answers and '+' within one:\n ";
  std::size_t width = 1;
  std::vector<std::string_view> words = fault_words();
  words.insert(words.end(), {"header", "refuse", "outage", "then"});
  for (const std::string_view word : words) {
    if (width + 1 + word.size() > kWidth) {
      text += "\n ";
      width = 1;
    }
    text += fmt::format(" {}", word);
    width += 1 + word.size();
  }
  return text;
}

}  // namespace

void add_endpoint_command(Command& app, Context& context) {
  Command command = app.add_subcommand(
      "endpoint", "A tenant endpoint to play with: answers as told, and shows each event");
  const auto flags = std::make_shared<EndpointFlags>();
  flags->add_to(command);
  add_common_flags(command, context);
  command.footer(
      "Without --tenants and --secret, tokens of the default secret can be read.\n"
      "Exit: 130 after Ctrl-C, 2 a file that cannot be used, 3 the port is taken\n\n" +
      fault_words_for_help() +
      "\n\n"
      "Examples:\n"
      "  roomle-sim endpoint --port 8090 --fault 'status 503 x2, delay 200ms'\n"
      "      fails twice, then answers late\n"
      "  roomle-sim endpoint --fault 'tenant 42: 503 + header Retry-After 5; 20%: "
      "connection_reset'\n"
      "      fails for one tenant, and now and then for the others\n"
      "  roomle-sim endpoint --fault 'tls expired x1, 200' --tls-ca-out ca.pem\n"
      "      https, whose first certificate is too old; send --cacert ca.pem trusts the rest\n"
      "  roomle-sim endpoint --fault 'tls expired; 503 x2, 200'\n"
      "      the same certificate for all; send --insecure is answered\n"
      "  echo '{\"sequence\": [{\"status\": 503, \"times\": 2}, 200]}' |\n"
      "    roomle-sim endpoint --port 8090 --behavior -");
  command.callback([&context, flags] {
    context.run = [&context, flags] { return serve(context.console, *flags); };
  });
}

}  // namespace roomle_sim
