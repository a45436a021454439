#include "cli/run_flags.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <thread>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "fallback_mailer/mailbox_spec.h"

namespace roomle_sim {
namespace {

int default_jobs() {
  return 2 * static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

ReproductionFlags reproduction_flags(const RunFlags& flags) {
  ReproductionFlags kept;
  kept.variables = flags.choice.variables();
  kept.variables_files = flags.choice.variables_files();
  kept.headers = flags.http.header_texts();
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) kept.others.insert(kept.others.end(), {flag, value});
  };
  add("--endpoint", flags.endpoint);
  if (flags.time != "real") add("--time", flags.time);
  if (flags.timeout) add("--timeout", format_duration(*flags.timeout));
  const HttpTransportOptions& transport = flags.http.transport();
  if (transport.insecure) kept.others.emplace_back("--insecure");
  add("--cacert", transport.ca_cert_file);
  add("--cert", transport.client_cert_file);
  add("--key", transport.client_key_file);
  add("--mail", flags.mailbox);
  add("--replay", flags.replay);
  return kept;
}

}  // namespace

Result<RunPlan> understand(const RunFlags& flags,
                           const std::optional<std::vector<std::string>>& child) {
  if (child && child->empty()) return usage_error("no command stands behind '--'");
  RunPlan plan;
  plan.suite.jobs = flags.jobs > 0 ? flags.jobs : default_jobs();
  plan.suite.fail_fast = flags.fail_fast;
  plan.suite.shuffle = flags.shuffle_seed;
  // Short enough to be typed again.
  if (flags.shuffle && !flags.shuffle_seed) plan.suite.shuffle = std::random_device()();
  plan.suite.run.transport = flags.http.transport();
  plan.suite.run.seed = flags.seed;
  plan.suite.run.time = time_mode_from_word(flags.time).value();
  plan.suite.run.timeout = flags.timeout;
  if (!flags.endpoint.empty() && plan.suite.run.time == TimeMode::virt) {
    return usage_error("--endpoint is a real one, which cannot be asked with --time virtual");
  }
  if (!flags.endpoint.empty()) {
    Result<Url> url = read_url("--endpoint", flags.endpoint);
    if (!url) return url.error();
    plan.endpoint = *std::move(url);
    plan.suite.run.external_endpoint = flags.endpoint;
  } else if (child) {
    return usage_error("a command behind '--' needs --endpoint URL: where it answers");
  }
  if (!flags.mailbox.empty()) {
    const auto mailbox = open_mailbox(flags.mailbox);
    if (!mailbox) return about_flag("--mail", mailbox.error());
    plan.suite.run.mailbox = flags.mailbox;
  }
  plan.reports = flags.reports;
  if (auto error = plan.reports.check()) return *error;
  if (auto error = plan.reports.overwrites(kept_files(flags, child))) return *error;
  if (flags.replay_update && flags.replay.empty()) {
    return usage_error("--replay-update needs --replay DIR: where to record");
  }
  plan.replay = flags.replay;
  const auto is_folder = [](const std::string& path) {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
  };
  plan.whole =
      !flags.choice.filters() && std::any_of(flags.paths.begin(), flags.paths.end(), is_folder);
  plan.replay_update = flags.replay_update;
  plan.suite.run.keep_sends = plan.reports.need_sends() || !flags.replay.empty();
  plan.reproduction = reproduction_flags(flags);
  plan.reproduction.child = child;
  plan.story = flags.story;
  Result<Headers> headers = flags.http.headers({"token"});
  if (!headers) return headers.error();
  plan.suite.run.outgoing.headers = std::move(*headers);
  // Tells about a certificate file that cannot be used before anything runs.
  const auto transport = HttpTransport::create(flags.http.transport());
  if (!transport) return transport.error();
  return plan;
}

void add_run_flags(Command& command, RunFlags& flags) {
  command.add_option("PATH", flags.paths, "A scenario file, or a folder of them");
  command.add_flag(
      "--init", flags.init,
      "Write a first scenario, with comments, into PATH (default: scenario.json; - is stdout)");
  command.add_flag("--schema", flags.schema,
                   "Print the JSON Schema of scenario files, for editors");
  flags.choice.add_to(command);
  command.add_option("--endpoint", flags.endpoint, "A real endpoint instead of the built-in one")
      .type_name("URL");
  add_number(
      command, "--jobs,-j", 1, 1024,
      [&flags](std::uint64_t jobs) { flags.jobs = static_cast<int>(jobs); },
      "Scenarios at once (default: two for each core)");
  command.add_flag("--shuffle", flags.shuffle,
                   "Begin them in a random order, to find those that lean on others");
  add_number(
      command, "--shuffle-seed", 0, UINT64_MAX,
      [&flags](std::uint64_t seed) { flags.shuffle_seed = seed; },
      "The order that an earlier --shuffle told of");
  flags.reports.add_to(command);
  command
      .add_option("--replay", flags.replay,
                  "Record the traffic into DIR, or compare it with what is recorded there")
      .type_name("DIR");
  command.add_flag("--replay-update", flags.replay_update, "Record it anew");
  command.add_flag("--watch", flags.watch, "Run again whenever one of the files changes");
  command.add_flag("--fail-fast", flags.fail_fast, "Begin no more after the first that fails");
  command.add_option("--mail", flags.mailbox, "Where the Roomle emails go (default: in memory)")
      .type_name("maildir:DIR")
      .suggest({"maildir:"});
  command
      .add_option("--time", flags.time,
                  "real (default); skip: real POSTs, no waits between; virtual: no sockets either")
      .type_name("MODE")
      .one_of({"real", "skip", "virtual"});
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

}  // namespace roomle_sim
