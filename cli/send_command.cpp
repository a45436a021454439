// `roomle-sim send`: one event, and the whole story of it.
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "cli/interrupt.h"
#include "cli/send_options.h"
#include "cli/story.h"
#include "fallback_mailer/mailbox_spec.h"
#include "journal/memory_journal.h"

namespace roomle_sim {
namespace {

void show(Console& console, const JournalRecord& record) {
  for (const std::string& line : tell(record, console)) console.line(line);
  const nlohmann::ordered_json object = to_object(record);
  if (!object.is_null()) console.object(object);
}

int exit_code_of(const MemoryJournal& journal, const std::string& delivery) {
  const auto end = journal.end_of(delivery);
  return end && end->outcome == Outcome::delivered ? exit_code::kFine : exit_code::kNotAsExpected;
}

// What stands in the tenants file is no mistake of the command line.
int refused(Console& console, const Event& event, const Tenant& tenant, const Error& why) {
  console.error(why.message);
  console.object({{"type", "refused"},
                  {"event", event.type},
                  {"tenant", tenant.id},
                  {"message", why.message}});
  return exit_code::kNotAsExpected;
}

int send(Console& console, const SendOptions& options) {
  // While files, a pipe or a terminal are read there is nothing to stop in order: until then an
  // interrupt ends the program as it does any other.
  Result<SendOptions::Target> target = options.target();
  if (!target) return console.fail(target.error());
  Result<Event> event = options.event();
  if (!event) return console.fail(event.error());
  Result<DispatcherOptions> dispatcher_options = options.dispatcher(*target);
  if (!dispatcher_options) return console.fail(dispatcher_options.error());

  // The interrupt comes before every other thread; what it stops is filled in below.
  std::mutex mutex;
  Dispatcher* running = nullptr;
  bool stop_at_once = false;
  InterruptWatch interrupt([&] {
    const std::lock_guard lock(mutex);
    stop_at_once = true;
    if (running != nullptr) running->stop();
  });

  Result<std::unique_ptr<HttpTransport>> transport = HttpTransport::create(options.transport());
  if (!transport) return console.fail(transport.error());
  Result<std::unique_ptr<FallbackMailbox>> mailbox = open_mailbox(options.mailbox());
  if (!mailbox) return console.fail(about_flag("--mail", mailbox.error()));

  const SystemClock clock;
  MemoryJournal journal([&](const JournalRecord& record) { show(console, record); });
  Dispatcher dispatcher(**transport, journal, **mailbox, clock, std::move(*dispatcher_options));
  {
    const std::lock_guard lock(mutex);
    if (stop_at_once) return exit_code::kInterrupted;
    running = &dispatcher;
  }
  const Result<std::string> delivery = dispatcher.submit(target->registry, target->tenant, *event);
  const bool ended = delivery.ok() && dispatcher.wait_until_idle();
  {
    const std::lock_guard lock(mutex);
    running = nullptr;
  }
  if (ended) {
    console.object(outcome_object(journal.records_of(*delivery)));
    return exit_code_of(journal, *delivery);
  }
  if (interrupt.interrupted()) {
    console.object({{"type", "interrupted"}, {"delivery", delivery.ok() ? *delivery : ""}});
    console.message("interrupted: the event was not brought to its end");
    return exit_code::kInterrupted;
  }
  if (const Tenant& tenant = *target->registry->find(target->tenant); !tenant.active) {
    return refused(console, *event, tenant, delivery.error());
  }
  return console.fail(delivery.ok() ? *dispatcher.failure() : delivery.error());
}

}  // namespace

void add_send_command(Command& app, Context& context) {
  Command command =
      app.add_subcommand("send", "Post one event to a webhook, and tell the whole story of it");
  const auto options = std::make_shared<SendOptions>();
  options->add_to(command);
  add_common_flags(command, context);
  command.footer(
      "Exit: 0 delivered, 4 not delivered (the Roomle email went out, or could not; or the tenant "
      "is inactive)\n\n"
      "Examples:\n"
      "  roomle-sim send email.savedConfiguration --to http://127.0.0.1:8090/roomle\n"
      "  roomle-sim send email.3DExportAsset --to http://127.0.0.1:8090/roomle --set "
      "success=false\n"
      "  roomle-sim send email.shareConfiguration --tenants tenants.json --tenant acme \\\n"
      "      --retry '{\"attempts\": 3, \"backoff\": {\"first\": \"2s\"}}'");
  command.callback([&context, options] {
    context.run = [&context, options] { return send(context.console, *options); };
  });
}

}  // namespace roomle_sim
