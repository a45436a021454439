// roomle-sim serve: the durable journal, with Roomle's own API in front of it.
#include <memory>
#include <semaphore>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/descriptor_limit.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/next_steps.h"
#include "cli/output_queue.h"
#include "cli/record_gate.h"
#include "cli/serve_options.h"
#include "service/service.h"

namespace roomle_sim {
namespace {

// Who the example is for: one whose events are taken.
std::int64_t example_tenant(const TenantRegistry& tenants) {
  for (const Tenant& tenant : tenants.tenants()) {
    if (tenant.active) return tenant.id;
  }
  return 0;
}

void announce(Console& console, const Service& service, const ServeOptions& flags,
              std::int64_t tenant) {
  const std::size_t taken_up = service.taken_up();
  console.line(fmt::format("serving at {}, data in {}",
                           console.styled(service.url(), Console::Style::bold),
                           printable(flags.data_folder())));
  if (taken_up > 0) {
    console.line(fmt::format("took up {} open deliver{}", taken_up, taken_up == 1 ? "y" : "ies"));
  }
  console.object({{"type", "ready"},
                  {"url", service.url()},
                  {"port", service.port()},
                  {"dataFolder", flags.data_folder()},
                  {"takenUp", taken_up}});
  console.message(next_steps({service.url(), service.port(), flags.host(),
                              flags.access_token_file(), flags.api_auth(), tenant}));
}

int serve(Console& console, const ServeOptions& flags) {
  Result<TenantRegistry> tenants = flags.tenants();
  if (!tenants) return console.fail(tenants.error());
  Result<ServiceOptions> options = flags.service(*tenants);
  if (!options) return console.fail(options.error());
  const std::int64_t tenant = example_tenant(*tenants);
  const std::size_t limit = raise_descriptor_limit(descriptors_needed(*options));
  if (const auto fewer = fit_descriptors(*options, limit)) {
    console.message(fmt::format("warning: {}", *fewer));
  }

  // Behind what is read, where an interrupt is to end the program at once; before every thread.
  std::counting_semaphore<2> ended(0);  // the interrupt, and the journal's failure
  const InterruptWatch interrupt([&] { ended.release(); });
  OutputQueue output(console);
  RecordGate gate([&](std::vector<JournalRecord> records) { output.push(std::move(records)); });
  options->on_records = [&](std::span<const JournalRecord> records) { gate.pass(records); };
  options->on_failure = [&](const Error&) { ended.release(); };
  options->rapi.log = [&](const std::string& text) { console.note(printable(text)); };

  const Result<std::unique_ptr<Service>> started =
      Service::start(std::move(*tenants), std::move(*options));
  if (!started) return console.fail(started.error());
  Service& service = **started;
  announce(console, service, flags, tenant);
  gate.open();
  ended.acquire();

  service.stop();
  output.finish();
  if (const std::optional<Error> failure = service.failure()) {
    console.error(failure->message);
    return exit_code::kCouldNotRun;
  }
  if (const std::size_t open = service.open_deliveries(); open > 0) {
    console.message(fmt::format("{} deliver{} open: the next start goes on with {}", open,
                                open == 1 ? "y stays" : "ies stay", open == 1 ? "it" : "them"));
  }
  return exit_code::kInterrupted;
}

}  // namespace

void add_serve_command(Command& app, Context& context) {
  Command command = app.add_subcommand(
      "serve", "Roomle's own API on this machine: takes what configurators send, and sends events");
  const auto flags = std::make_shared<ServeOptions>();
  flags->add_to(command);
  add_common_flags(command, context);
  command.footer(
      "What it has accepted is on the disk before it says so: the next start goes on where this "
      "one "
      "ended.\n"
      "Exit: 130 after Ctrl-C, 2 a file that cannot be used, 3 the port is taken, the journal is "
      "in "
      "use or failed\n\n"
      "Example:\n"
      "  roomle-sim serve --tenants tenants.json\n"
      "  roomle-sim tail          in another terminal");
  command.callback([&context, flags] {
    context.run = [&context, flags] { return serve(context.console, *flags); };
  });
}

}  // namespace roomle_sim
