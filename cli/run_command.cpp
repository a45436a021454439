// `roomle-sim run`: scenarios from files.
#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "cli/http_options.h"
#include "cli/interrupt.h"
#include "cli/run_output.h"
#include "cli/scenario_choice.h"
#include "fallback_mailer/mailbox_spec.h"
#include "scenarios/child_process.h"
#include "scenarios/first_scenario.h"
#include "scenarios/port_probe.h"
#include "scenarios/report_file.h"
#include "scenarios/report_junit.h"
#include "scenarios/scenario_schema.h"
#include "scenarios/suite.h"
#include "tenants/url.h"

namespace roomle_sim {
namespace {

// The flags as they were given.
struct RunFlags {
  std::vector<std::string> paths;
  ScenarioChoice choice;
  std::string endpoint;
  std::string report;
  std::string mailbox;
  std::string time = "real";
  std::optional<Duration> timeout;
  Duration ready_timeout = std::chrono::seconds(10);
  std::optional<std::uint64_t> seed;
  int jobs = 0;
  bool fail_fast = false;
  bool story = false;
  bool init = false;
  bool schema = false;
  HttpOptions http;
};

// The flags understood.
struct RunPlan {
  SuiteOptions suite;
  std::optional<Url> endpoint;
  std::string report;  // a path; empty: none
};

Error usage(std::string message) {
  return {ErrorCode::usage, std::move(message)};
}

std::optional<Error> read_report(const std::string& text, std::string& path) {
  constexpr std::string_view kForm = "junit=";
  if (!text.starts_with(kForm) || text.size() == kForm.size()) {
    return wrong_value("--report", "junit=FILE", text);
  }
  path = text.substr(kForm.size());
  return check_report_path(path);
}

// For a connection to an endpoint on another machine, where a packet may be lost.
constexpr Duration kProbeLimit = std::chrono::seconds(5);

int default_jobs() {
  return 2 * static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

Result<RunPlan> understand(const RunFlags& flags, bool with_command) {
  RunPlan plan;
  plan.suite.jobs = flags.jobs > 0 ? flags.jobs : default_jobs();
  plan.suite.fail_fast = flags.fail_fast;
  plan.suite.run.transport = flags.http.transport();
  plan.suite.run.seed = flags.seed;
  plan.suite.run.time = time_mode_from_word(flags.time).value();
  plan.suite.run.timeout = flags.timeout;
  if (!flags.endpoint.empty() && plan.suite.run.time == TimeMode::virt) {
    return usage("--endpoint is a real one, which cannot be asked with --time virtual");
  }
  if (!flags.endpoint.empty()) {
    Result<Url> url = read_url("--endpoint", flags.endpoint);
    if (!url) return url.error();
    plan.endpoint = *std::move(url);
    plan.suite.run.external_endpoint = flags.endpoint;
  } else if (with_command) {
    return usage("a command behind '--' needs --endpoint URL: where it answers");
  }
  if (!flags.mailbox.empty()) {
    const auto mailbox = open_mailbox(flags.mailbox);
    if (!mailbox) return about_flag("--mail", mailbox.error());
    plan.suite.run.mailbox = flags.mailbox;
  }
  if (!flags.report.empty()) {
    if (auto error = read_report(flags.report, plan.report)) return *error;
  }
  Result<Headers> headers = flags.http.headers({"token"});
  if (!headers) return headers.error();
  plan.suite.run.outgoing.headers = std::move(*headers);
  // Tells about a certificate file that cannot be used before anything runs.
  const auto transport = HttpTransport::create(flags.http.transport());
  if (!transport) return transport.error();
  return plan;
}

// The endpoint under test. The thread that takes a second interrupt sees it through `seen`.
struct ChildSlot {
  std::unique_ptr<ChildProcess> process;
  std::atomic<ChildProcess*> seen{nullptr};
};

// Starts the endpoint under test, and comes back once it answers.
std::optional<Error> start_endpoint(const std::vector<std::string>& command, const RunPlan& plan,
                                    Duration limit, const std::stop_token& stop, ChildSlot& child) {
  const Url& url = *plan.endpoint;
  // Else the scenarios would test what was started before, and the command perhaps end in silence.
  if (PortProbe(-1, stop).connect(url.host, url.port, std::chrono::seconds(1)).empty()) {
    return Error{ErrorCode::unavailable,
                 fmt::format("something answers at {}:{} already, so that '{}' was not started",
                             url.host, url.port, command.front())};
  }
  auto started = ChildProcess::start(command);
  if (!started) return started.error();
  child.process = *std::move(started);
  child.seen = child.process.get();
  return child.process->wait_until_answers(url.host, url.port, limit, stop);
}

// Otherwise every scenario would tell the same at length. What a scenario wants to be refused is
// the built-in endpoint's; a real one that is given is there to be tested.
std::optional<Error> find_endpoint(const std::string& text, const Url& url,
                                   const std::stop_token& stop) {
  const std::string why = PortProbe(-1, stop).connect(url.host, url.port, kProbeLimit);
  if (why.empty()) return std::nullopt;
  return Error{ErrorCode::unavailable,
               fmt::format("--endpoint: nothing answers at {} ({}); start your endpoint first, or "
                           "have it started: roomle-sim run … --endpoint URL -- CMD",
                           text, why)};
}

int exit_code_of(const SuiteResult& suite) {
  if (suite.errors > 0) return exit_code::kCouldNotRun;
  return suite.failed > 0 ? exit_code::kNotAsExpected : exit_code::kFine;
}

int init(Console& console, const std::vector<std::string>& paths) {
  if (paths.size() > 1) return console.fail(usage("--init: one PATH is expected"));
  const std::string path = paths.empty() ? "scenario.json" : paths.front();
  if (const auto error = write_first_scenario(path)) return console.fail(*error);
  console.message(fmt::format("wrote {0}; next: roomle-sim run {0} --story", printable(path)));
  return exit_code::kFine;
}

int run(Context& context, const RunFlags& flags) {
  Console& console = context.console;
  if (flags.init) return init(console, flags.paths);
  if (flags.schema) {
    console.data(std::string(scenario_schema_text()));
    return exit_code::kFine;
  }
  if (flags.paths.empty()) {
    return console.fail(
        usage("PATH is required: a scenario file, or a folder of them; "
              "'roomle-sim run --init' writes a first one"));
  }
  const std::optional<std::vector<std::string>>& command = context.child_command;
  if (command && command->empty()) return console.fail(usage("no command stands behind '--'"));
  const Result<RunPlan> plan = understand(flags, command.has_value());
  if (!plan) return console.fail(plan.error());
  const auto scenarios = flags.choice.load(flags.paths, flags.seed, console);
  if (!scenarios) return console.fail(scenarios.error());

  ChildSlot child;  // outlives the watch, which may kill it
  // Behind what is read, where an interrupt is to end the program at once; before every thread.
  std::stop_source stop;
  const InterruptWatch interrupt([&stop] { stop.request_stop(); },
                                 [&child] {
                                   if (const ChildProcess* seen = child.seen) seen->kill_now();
                                 });

  if (plan->endpoint) {
    const auto error =
        command ? start_endpoint(*command, *plan, flags.ready_timeout, stop.get_token(), child)
                : find_endpoint(flags.endpoint, *plan->endpoint, stop.get_token());
    if (error || interrupt.interrupted()) {
      if (child.process) child.process->stop();  // while a second interrupt is still seen
      return interrupt.interrupted() ? exit_code::kInterrupted : console.fail(*error);
    }
  }
  const SuiteResult suite =
      run_suite(*scenarios, plan->suite, stop.get_token(),
                [&](const ScenarioResult& result) { show_result(console, result, flags.story); });
  if (child.process) {
    if (const auto ended = child.process->how_it_ended()) {
      console.error(fmt::format("'{}' {} during the run", command->front(), *ended));
    }
    child.process->stop();
  }
  show_summary(console, suite);
  if (!plan->report.empty()) {
    if (const auto error = write_report(junit_xml(suite), plan->report))
      return console.fail(*error);
  }
  return interrupt.interrupted() ? exit_code::kInterrupted : exit_code_of(suite);
}

void add_flags(CLI::App& command, RunFlags& flags) {
  command.add_option("PATH", flags.paths, "A scenario file, or a folder of them");
  command.add_flag("--init", flags.init,
                   "Write a first scenario, with comments, into PATH (default: scenario.json)");
  command.add_flag("--schema", flags.schema,
                   "Print the JSON Schema of scenario files, for editors");
  flags.choice.add_to(command);
  command.add_option("--endpoint", flags.endpoint, "A real endpoint instead of the built-in one")
      ->type_name("URL");
  add_number(
      command, "--jobs,-j", 1, 1024,
      [&flags](std::uint64_t jobs) { flags.jobs = static_cast<int>(jobs); },
      "Scenarios at once (default: two for each core)");
  command.add_option("--report", flags.report, "Write a report for CI services")
      ->type_name("junit=FILE");
  command.add_flag("--fail-fast", flags.fail_fast, "Begin no more after the first that fails");
  command.add_option("--mail", flags.mailbox, "Where the Roomle emails go (default: in memory)")
      ->type_name("maildir:DIR");
  command
      .add_option("--time", flags.time,
                  "real (default); skip: real POSTs, no waits between; virtual: no sockets either")
      ->type_name("MODE")
      ->check(one_of({"real", "skip", "virtual"}));
  add_duration(
      command, "--timeout", [&flags](Duration timeout) { flags.timeout = timeout; },
      "For each scenario, instead of its own");
  add_duration(
      command, "--ready-timeout", [&flags](Duration limit) { flags.ready_timeout = limit; },
      "For CMD, until it answers (default 10s)");
  add_seed(
      command, [&flags](std::uint64_t seed) { flags.seed = seed; },
      "Of the jitter and of what is made up, instead of the scenario's own");
  command.add_flag("-v,--story", flags.story, "Tell what happened also where all is as expected");
  flags.http.add_to(command);
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

void add_run_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("run", "Run scenarios from files, side by side");
  const auto flags = std::make_shared<RunFlags>();
  add_flags(*command, *flags);
  add_common_flags(*command, context);
  command->footer(
      "With '-- CMD...' the endpoint under test is started, awaited, and stopped afterwards.\n"
      "Exit: 0 all as expected, 4 an expectation failed, 2 a file that cannot be used\n\n"
      "Examples:\n"
      "  roomle-sim run --init first.json\n"
      "  roomle-sim run fixtures/scenarios\n"
      "  roomle-sim run fixtures/scenarios --time virtual\n"
      "  roomle-sim run my.json --endpoint http://127.0.0.1:8090/roomle -- node server.js\n"
      "  roomle-sim run scenarios/ --report junit=report.xml");
  command->callback(
      [&context, flags] { context.run = [&context, flags] { return run(context, *flags); }; });
}

}  // namespace roomle_sim
