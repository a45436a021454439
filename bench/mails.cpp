// What a Maildir with many mails costs: a mail more in it, and a page of the inspector's list.
//
//     bench_mails [MAILS [FOLDER]]
//
// MAILS are delivered one after another (default: 20,000), told in blocks, so that a cost that
// grows with what is there shows. FOLDER is on the disk that is to be measured (default: the
// system's folder for temporary files); each mail waits for its sync.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <sys/resource.h>

#include "fallback_mailer/maildir.h"
#include "fallback_mailer/maildir_reader.h"
#include "sender/catalogue.h"
#include "service/inspector_mails.h"

namespace roomle_sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBlocks = 8;
constexpr int kPages = 5;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// What of this process's own work was not waiting for the disk.
double processor_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

[[noreturn]] void fail(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

void deliver(Maildir& maildir, FallbackMail& mail, int from, int to) {
  for (int number = from; number < to; ++number) {
    mail.delivery = fmt::format("d-01jc9x{:019}", number);
    const auto receipt = maildir.deliver(mail);
    if (!receipt) fail(receipt.error().message);
  }
}

void deliver_all(const std::string& folder, int mails) {
  auto maildir = Maildir::open(folder);
  if (!maildir) fail(maildir.error().message);
  FallbackMail mail;
  mail.event = *make_event("email.savedConfiguration", {{"email", "customer@example.com"}});
  mail.tenant.name = "acme";
  mail.cause.attempts = 1;
  mail.cause.last.reason = FailureReason::timeout;
  fmt::print("{:>16} {:>10} {:>18}\n", "there already", "mails/s", "processor us each");
  for (int block = 0; block < kBlocks; ++block) {
    const int from = mails * block / kBlocks;
    const int to = mails * (block + 1) / kBlocks;
    const auto start = Clock::now();
    const double before = processor_ms();
    deliver(**maildir, mail, from, to);
    const double count = to - from;
    fmt::print("{:>16} {:>10.0f} {:>18.0f}\n", from, count / ms_since(start) * 1e3,
               (processor_ms() - before) / count * 1e3);
  }
}

void show(const Router& router, const std::string& what, const std::string& name,
          const std::string& value) {
  const auto match = router.match("GET", {"sim", "v1", "mails"});
  ApiRequest request;
  request.query = {{name, value}};
  double best = 1e9;
  std::size_t bytes = 0;
  for (int page = 0; page < kPages; ++page) {
    const auto start = Clock::now();
    const ApiResponse response = match.route->handler(request);
    best = std::min(best, ms_since(start));
    if (response.status != 200) fail(response.body);
    bytes = response.body.size();
  }
  fmt::print("{:<28} {:>9.1f} ms {:>9} bytes\n", what, best, bytes);
}

int run(int mails, const std::string& parent) {
  std::string pattern = parent + "/roomle-bench-XXXXXX";
  const std::string folder = mkdtemp(pattern.data());
  deliver_all(folder + "/mail", mails);
  const MaildirReader reader(folder + "/mail");
  InspectorMails inspector(&reader);
  Router router;
  inspector.add_routes(router);
  fmt::print("of {} mails, the best of {}:\n", mails, kPages);
  show(router, "a page of 50", "limit", "50");
  show(router, "a page of 1000", "limit", "1000");
  show(router, "that of one delivery", "delivery", fmt::format("d-01jc9x{:019}", mails / 2));
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace roomle_sim

int main(int argc, char** argv) {
  const int mails = argc > 1 ? std::atoi(argv[1]) : 20'000;
  const std::string parent = argc > 2 ? argv[2] : std::filesystem::temp_directory_path().string();
  return roomle_sim::run(mails, parent);
}
