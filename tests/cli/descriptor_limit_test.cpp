// How `serve` goes on with few descriptors.
#include "cli/descriptor_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/serve_support.h"

namespace roomle_sim {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DescriptorLimit, WhereThereAreEnoughNothingChanges) {
  ServiceOptions options;
  const std::size_t needed = descriptors_needed(options);
  EXPECT_GT(needed, options.http.limits.connections + options.dispatcher.attempts_in_all);
  EXPECT_FALSE(fit_descriptors(options, needed));
  EXPECT_EQ(descriptors_needed(options), needed);
}

TEST(DescriptorLimit, WhereThereAreFewerAllLimitsFitIntoThem) {
  for (const std::size_t limit : {2000U, 1024U, 256U}) {
    ServiceOptions options;
    const auto told = fit_descriptors(options, limit);
    ASSERT_TRUE(told);
    EXPECT_THAT(*told, HasSubstr(fmt::format("may have {} files", limit)));
    EXPECT_LE(descriptors_needed(options), limit);
    EXPECT_GT(descriptors_needed(options), limit - 3) << "none is given away";
  }
}

TEST(DescriptorLimit, HoweverFewThereAreSomethingIsTaken) {
  ServiceOptions options;
  ASSERT_TRUE(fit_descriptors(options, 20));
  EXPECT_GT(options.http.limits.connections, 0U);
  EXPECT_GT(options.dispatcher.attempts_in_all, 0);
}

// With the limit of a login shell, as most systems set it, and the hard one beside it.
ProcessResult serve_with_limit(const std::string& limits) {
  TemporaryFolder folder;
  folder.file("tenants.json", tenants_text("http://127.0.0.1:9/"));
  std::vector<std::string> command = RunningService::command(folder);
  command.insert(command.begin(), {"prlimit", "--nofile=" + limits});
  Process process(command);
  process.read_line();
  process.signal(SIGINT);
  return process.wait();
}

TEST(DescriptorLimit, ServeRaisesTheSoftOneAndTellsOfAHardOneThatIsTooLow) {
  EXPECT_THAT(serve_with_limit("256:8192").err, Not(HasSubstr("ulimit")));
  EXPECT_THAT(serve_with_limit("256:512").err,
              HasSubstr("warning: this process may have 512 files and sockets open"));
}

}  // namespace
}  // namespace roomle_sim
