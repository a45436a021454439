#include "cli/descriptor_limit.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/resource.h>

namespace roomle_sim {
namespace {

// Standard streams, the journal with its log and its readers, the listening socket, connections
// that are told that they are too many, look-ups of names, and some to spare.
constexpr std::size_t kReserve = 128;
// A draft, its folder, and the Maildir's lock.
constexpr std::size_t kPerMail = 3;
// With fewer it would be of no use.
constexpr std::size_t kFewest = 8;

// What does not depend on how many clients and endpoints there are.
std::size_t fixed(const ServiceOptions& options) {
  return kReserve + kPerMail * static_cast<std::size_t>(options.dispatcher.mails_at_once);
}

}  // namespace

std::size_t raise_descriptor_limit(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;  // then nothing is known of one
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::size_t descriptors_needed(const ServiceOptions& options) {
  return fixed(options) + options.http.limits.connections +
         static_cast<std::size_t>(options.dispatcher.attempts_in_all) +
         options.transport.idle_in_all;
}

std::optional<std::string> fit_descriptors(ServiceOptions& options, std::size_t limit) {
  const std::size_t needed = descriptors_needed(options);
  if (limit >= needed) return std::nullopt;
  const std::size_t shared = needed - fixed(options);
  const std::size_t left = limit > fixed(options) ? limit - fixed(options) : 0;
  const auto fit = [&](std::size_t count) { return std::max(kFewest, count * left / shared); };
  std::size_t& connections = options.http.limits.connections;
  int& attempts = options.dispatcher.attempts_in_all;
  connections = fit(connections);
  attempts = static_cast<int>(fit(static_cast<std::size_t>(attempts)));
  options.transport.idle_in_all = fit(options.transport.idle_in_all);
  return fmt::format(
      "this process may have {} files and sockets open, and {} are needed (ulimit -n): so it takes "
      "{} connections at once, and posts {} events at once",
      limit, needed, connections, attempts);
}

}  // namespace roomle_sim
