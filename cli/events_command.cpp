// `roomle-sim events`: the catalogue.
#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

ordered_json object_of(const EventType& type, const Event& example) {
  return {{"type", "event"},
          {"event", type.name},
          {"trigger", type.trigger},
          {"group", type.group->name},
          {"afterFailedPost", type.group->description},
          {"required", type.required},
          {"optional", type.optional},
          {"example", json_from(event_body(example))}};
}

int list(Console& console) {
  for (const EventType& type : event_types()) {
    const Result<Event> example = make_event(type.name, ordered_json::object());
    console.object(object_of(type, example.value()));
    console.line(console.styled(type.name, Console::Style::bold));
    console.line(fmt::format("  sent when  {}", type.trigger));
    console.line(fmt::format("  data       {}; optional: {}", fmt::join(type.required, ", "),
                             fmt::join(type.optional, ", ")));
    console.line(fmt::format("  group      {}: {}", type.group->name, type.group->description));
  }
  console.line("Members of data:");
  for (const DataMember& member : data_members()) {
    console.line(fmt::format("  {:16} {}", member.name, member.description));
  }
  return exit_code::kFine;
}

// The body alone, for a test of one's own: roomle-sim events email.3DExportAsset | curl -d @- …
int show_example(Console& console, const std::string& name) {
  const Result<Event> example = make_event(name, ordered_json::object());
  if (!example) return console.fail({ErrorCode::usage, example.error().message});
  console.object(object_of(*find_event_type(name), *example));
  console.line(json_text(json_from(event_body(*example)), 2));
  return exit_code::kFine;
}

}  // namespace

void add_events_command(Command& app, Context& context) {
  Command command = app.add_subcommand(
      "events", "The catalogue: which events there are, and what follows a failed POST");
  const auto name = std::make_shared<std::string>();
  command.add_option("EVENT", *name, "Print an example body of this one").one_of(event_names());
  add_common_flags(command, context);
  command.callback([&context, name] {
    context.run = [&context, name] {
      return name->empty() ? list(context.console) : show_example(context.console, *name);
    };
  });
}

}  // namespace roomle_sim
