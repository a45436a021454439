// `roomle-sim run`: scenarios from files.
#include <algorithm>
#include <atomic>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/endpoint_under_test.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/run_flags.h"
#include "cli/run_round.h"
#include "cli/run_watch.h"
#include "cli/stdout_watch.h"
#include "scenarios/first_scenario.h"
#include "scenarios/scenario_schema.h"

namespace roomle_sim {
namespace {

int init(Console& console, const std::vector<std::string>& paths) {
  if (paths.size() > 1) return console.fail(usage_error("--init: one PATH is expected"));
  const std::string path = paths.empty() ? "scenario.json" : paths.front();
  if (path == "-") {
    console.bytes(first_scenario_text());
    return exit_code::kFine;
  }
  if (const auto error = write_first_scenario(path)) return console.fail(*error);
  console.message(fmt::format("wrote {0}; next: roomle-sim run {0} --story", printable(path)));
  return exit_code::kFine;
}

// What died of a request takes a moment to be gone, but its port is not open any more.
constexpr Duration kDying = std::chrono::seconds(2);

// Asks how the command behind '--' is, and starts it again where it has ended.
class Keeper {
 public:
  Keeper(Console& console, EndpointUnderTest& endpoint, const std::vector<std::string>* command)
      : console_(console), endpoint_(endpoint), command_(command) {}

  // Tells once that it has ended, `when` it can have. What it comes to, where that was no end with
  // the status 0.
  std::optional<std::string> tell_its_end(std::string_view when, Duration limit) {
    const auto end = command_ == nullptr ? std::nullopt : endpoint_.end(limit);
    if (!end) return std::nullopt;
    std::string text = fmt::format("'{}' {} {}", command_->front(), end->how, when);
    if (!told_) {
      console_.object(
          {{"type", "commandEnded"}, {"command", command_->front()}, {"how", end->how}});
      console_.error(text);
      told_ = true;
    }
    return end->well ? std::nullopt : std::optional(std::move(text));
  }
  // An error where it could not be started again.
  std::optional<Error> keep_alive(std::string_view when, const Url& url, Duration limit,
                                  const std::stop_token& stop) {
    tell_its_end(when, Duration::zero());
    if (!told_) return std::nullopt;
    console_.message(fmt::format("starting '{}' again", command_->front()));
    auto error = endpoint_.start(*command_, url, limit, stop);
    told_ = false;
    return stop.stop_requested() ? std::nullopt : std::move(error);
  }

 private:
  Console& console_;
  EndpointUnderTest& endpoint_;
  const std::vector<std::string>* command_;  // null: there is none
  bool told_ = false;
};

int play(Context& context, const RunFlags& flags, const RunPlan& plan,
         const std::vector<Scenario>& scenarios) {
  Console& console = context.console;
  EndpointUnderTest endpoint;  // outlives the watch, which may kill it
  // Behind what is read, where an interrupt is to end the program at once; before every thread.
  std::stop_source source;
  const InterruptWatch interrupt([&source] { source.request_stop(); },
                                 [&endpoint] { endpoint.kill_now(); });
  // What nobody watches has no end.
  std::atomic<bool> unread = false;
  std::optional<StdoutWatch> stdout_watch;
  if (flags.watch) {
    stdout_watch.emplace([&] {
      unread = true;
      source.request_stop();
    });
  }
  const std::stop_token stop = source.get_token();
  const auto* command = context.child_command ? &*context.child_command : nullptr;
  if (plan.endpoint) {
    const auto error = command != nullptr
                           ? endpoint.start(*command, *plan.endpoint, flags.ready_timeout, stop)
                           : EndpointUnderTest::find(flags.endpoint, *plan.endpoint, stop);
    if (error || interrupt.interrupted()) {
      endpoint.stop();  // while a second interrupt is still seen
      return interrupt.interrupted() ? exit_code::kInterrupted : console.fail(*error);
    }
  }
  Keeper keeper(console, endpoint, command);
  const CommandEnd command_end = [&] {
    if (command == nullptr || stop.stop_requested()) return std::optional<std::string>();
    const bool answers = EndpointUnderTest::answers(*plan.endpoint, stop);
    return keeper.tell_its_end("during the run", answers ? Duration::zero() : kDying);
  };
  int code = exit_code::kFine;
  if (flags.watch) {
    code = run_and_watch(console, flags, plan, stop, command_end, [&](std::string_view when) {
      return command == nullptr
                 ? std::nullopt
                 : keeper.keep_alive(when, *plan.endpoint, flags.ready_timeout, stop);
    });
  } else {
    const Result<int> played = play_round(console, scenarios, plan, stop, command_end);
    code = played ? *played : console.fail(played.error());
  }
  endpoint.stop();
  if (interrupt.interrupted()) return exit_code::kInterrupted;
  if (!unread) return code;
  // What could not be written is told by main().
  if (console.flush()) console.error("stdout was closed: nobody reads on");
  return exit_code::kCouldNotRun;
}

int run(Context& context, const RunFlags& flags) {
  Console& console = context.console;
  if (flags.init && flags.schema) {
    return console.fail(usage_error("--init and --schema: one of the two is expected"));
  }
  if (flags.init) return init(console, flags.paths);
  if (flags.schema) {
    if (!flags.paths.empty()) {
      return console.fail(usage_error(fmt::format(
          "--schema takes no PATH, and got '{}'; it is printed to stdout", flags.paths.front())));
    }
    console.data(std::string(scenario_schema_text()));
    return exit_code::kFine;
  }
  if (flags.paths.empty()) {
    return console.fail(
        usage_error("PATH is required: a scenario file, or a folder of them; "
                    "'roomle-sim run --init' writes a first one"));
  }
  const std::optional<std::vector<std::string>>& command = context.child_command;
  const Result<RunPlan> plan = understand(flags, command);
  if (!plan) return console.fail(plan.error());
  if (plan->reports.to_stdout()) {
    if (console.json)
      return console.fail(usage_error("--json and a report to '-' both want stdout"));
    console.lines_aside = true;
  }
  std::vector<Scenario> scenarios;
  if (flags.watch) {
    if (std::count(flags.paths.begin(), flags.paths.end(), "-") > 0) {
      return console.fail(usage_error("--watch: stdin cannot be watched"));
    }
  } else {
    ChosenFiles files;
    auto loaded = flags.choice.load(flags.paths, flags.seed, console, files);
    if (!loaded) return console.fail(loaded.error());
    if (const auto error = plan->reports.overwrites(kept_files(files))) return console.fail(*error);
    scenarios = *std::move(loaded);
  }

  return play(context, flags, *plan, scenarios);
}

}  // namespace

void take_child_command(std::vector<std::string>& arguments, Context& context) {
  // Only the common flags may stand before a command, and they have no values.
  const auto first = std::find_if(arguments.begin(), arguments.end(),
                                  [](const std::string& word) { return !word.starts_with('-'); });
  if (first == arguments.end() || *first != "run") return;
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return;
  context.child_command.emplace(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
}

void add_run_command(Command& app, Context& context) {
  Command command = app.add_subcommand("run", "Run scenarios from files, side by side");
  const auto flags = std::make_shared<RunFlags>();
  add_run_flags(command, *flags);
  add_common_flags(command, context);
  command.footer(
      "With '-- CMD...' the endpoint under test is started, awaited, and stopped afterwards.\n"
      "Exit: 0 all as expected, 4 an expectation failed, 2 a file that cannot be used\n\n"
      "Examples:\n"
      "  roomle-sim run --init first.json\n"
      "  roomle-sim run fixtures/scenarios\n"
      "  roomle-sim run fixtures/scenarios --time virtual\n"
      "  roomle-sim run my.json --endpoint http://127.0.0.1:8090/roomle -- node server.js\n"
      "  roomle-sim run scenarios/ --report junit=report.xml --report html=report.html");
  command.callback(
      [&context, flags] { context.run = [&context, flags] { return run(context, *flags); }; });
}

}  // namespace roomle_sim
