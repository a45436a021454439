// Starts that fail: what is said, and that everything is closed again.
#include <filesystem>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/sqlite.h"
#include "journal/sqlite_journal.h"
#include "tests/journal/journal_fixture.h"
#include "tests/service/service_fixture.h"
#include "tests/support/held_port.h"

namespace roomle_sim::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ServiceStartTest : public ServiceTest {
 protected:
  static std::ptrdiff_t descriptors() {
    const std::filesystem::directory_iterator open("/proc/self/fd");
    return std::distance(begin(open), end(open));
  }
  Error why_not(const ServiceOptions& options) const {
    const auto service = Service::start(registry(), options);
    return service ? Error{ErrorCode::usage, "it started"} : service.error();
  }
  // It fails, leaves nothing open, and is in nobody's way.
  Error fails_cleanly(const ServiceOptions& wrong) const {
    start(options());  // what the libraries open once, they have opened
    const auto before = descriptors();
    Error error = why_not(wrong);
    EXPECT_EQ(descriptors(), before);
    const auto service = start(options());
    EXPECT_LT(status_of(share(*service)), 300);
    return error;
  }
};

TEST_F(ServiceStartTest, APortThatIsTaken) {
  const HeldPort taken;
  ServiceOptions wrong = options();
  wrong.http.port = taken.port();
  const Error error = fails_cleanly(wrong);
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_THAT(error.message, HasSubstr(std::to_string(taken.port())));
}

TEST_F(ServiceStartTest, AnAddressForOthersWithoutAnAccessToken) {
  for (const char* host : {"0.0.0.0", "::"}) {
    ServiceOptions wrong = options();
    wrong.http.host = host;
    const Error error = fails_cleanly(wrong);
    EXPECT_EQ(error.code, ErrorCode::usage) << host;
    EXPECT_THAT(error.message, HasSubstr("--access-token-file")) << host;
  }
}

TEST_F(ServiceStartTest, ADataFolderThatIsAFile) {
  ServiceOptions wrong = options();
  wrong.data_folder = folder_.file("plain", "not a folder");
  EXPECT_THAT(fails_cleanly(wrong).message, HasSubstr(wrong.data_folder));
}

TEST_F(ServiceStartTest, ADataFolderThatAnotherServiceHas) {
  const auto running = start(options());
  const Error error = why_not(options());
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_THAT(error.message, AllOf(HasSubstr("in use"), HasSubstr("--data")));
  EXPECT_LT(status_of(share(*running)), 300) << "that one goes on";
}

TEST_F(ServiceStartTest, AMailboxThatIsNone) {
  for (const char* spec : {"maildir:", "mbox:/tmp/x", "mail"}) {
    ServiceOptions wrong = options();
    wrong.mailbox = spec;
    EXPECT_EQ(fails_cleanly(wrong).code, ErrorCode::usage) << spec;
  }
  ServiceOptions wrong = options();
  wrong.mailbox = "maildir:" + folder_.file("plain", "not a folder");
  EXPECT_EQ(fails_cleanly(wrong).code, ErrorCode::unavailable);
}

TEST_F(ServiceStartTest, ACertificateThatCannotBeUsed) {
  ServiceOptions wrong = options();
  wrong.transport.ca_cert_file = folder_.file("ca.pem", "no certificate");
  EXPECT_EQ(fails_cleanly(wrong).code, ErrorCode::bad_input);
}

// It served already when it came upon this.
TEST_F(ServiceStartTest, AnOpenDeliveryThatCannotBeRead) {
  {
    const auto journal = SqliteJournal::open(data()).value();
    ASSERT_FALSE(journal->append(Told("d-1").accepted()));
  }
  const auto damage = [&](const char* sql) {
    auto file = SqliteConnection::open(data() + "/journal.sqlite3");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->run(sql));
  };
  damage("UPDATE deliveries SET body = 'no JSON'");
  const Error error = why_not(options());
  EXPECT_THAT(error.message, AllOf(HasSubstr("d-1"), Not(HasSubstr("it started"))));
  damage("DELETE FROM deliveries");
  EXPECT_LT(status_of(share(*start(options()))), 300) << "the folder's lock is free again";
}

}  // namespace
}  // namespace roomle_sim::test
