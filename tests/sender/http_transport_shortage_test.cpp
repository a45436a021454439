// A process that has no descriptor left: that is no verdict on an endpoint.
#include <future>

#include <gmock/gmock.h>

#include "sender/deadline_socket.h"
#include "tests/sender/http_transport_fixture.h"
#include "tests/support/no_descriptors.h"

namespace roomle_sim {
namespace {

using test::NoDescriptors;

#ifndef ROOMLE_SIM_NEEDS_DESCRIPTORS
TEST(HttpTransportShortage, AtTheDeadlineItIsNoRefusalOfTheEndpoint) {
  const RawServer server(answer_with(std::string(kOk)));
  const auto transport = make_transport();
  const NoDescriptors none;
  const AttemptResult result = transport->post(to_url(server.url(), 200ms));
  EXPECT_EQ(reason(result), "connect_timeout");
  EXPECT_FALSE(result.request_sent);
  EXPECT_THAT(result.detail, testing::HasSubstr("this machine had no socket left"));
}

TEST(HttpTransportShortage, ASocketIsTakenAsSoonAsThereIsOne) {
  const RawServer server(answer_with(std::string(kOk)));
  auto address = Resolver().resolve("127.0.0.1", server.port(), SteadyTime::max()).addresses.at(0);
  const Interrupter interrupter;
  DeadlineSocket socket(interrupter);
  socket.set_deadline(std::chrono::steady_clock::now() + 20s);
  NoDescriptors none;
  int asked = 0;
  EXPECT_TRUE(socket.connect(address, [&] {
    if (++asked == 3) none.end();
    return false;
  })) << socket.detail();
  EXPECT_EQ(asked, 3);
}
#endif

TEST(HttpTransportShortage, AKeptConnectionMakesRoom) {
  const RawServer kept(answer_with(std::string(kOk)));
  const RawServer other(answer_with(std::string(kOk)));
  const auto transport = make_transport();
  ASSERT_EQ(reason(transport->post(to_url(kept.url()))), "none");
  const NoDescriptors none;
  // Both ends of the kept connection are this process's, and so are both of the new one.
  EXPECT_EQ(reason(transport->post(to_url(other.url()))), "none");
}

#ifndef ROOMLE_SIM_NEEDS_DESCRIPTORS
TEST(HttpTransportShortage, AnInterruptEndsTheWait) {
  const RawServer server(answer_with(std::string(kOk)));
  const auto transport = make_transport();
  const NoDescriptors none;
  auto posted =
      std::async(std::launch::async, [&] { return transport->post(to_url(server.url())); });
  transport->interrupt();
  EXPECT_TRUE(posted.get().interrupted);
}
#endif

TEST(HttpTransportShortage, ANameIsLookedUpAgain) {
  const RawServer server(answer_with(std::string(kOk)));
  int asked = 0;
  const auto transport =
      HttpTransport::create({}, [&](const std::string&) -> Result<std::vector<SocketAddress>> {
        if (++asked < 3) return Error{ErrorCode::busy, "no descriptor"};
        return Resolver::system_look_up()("127.0.0.1");
      });
  EXPECT_EQ(reason((*transport)->post(to_url(server.url("acme.example")))), "none");
  EXPECT_EQ(asked, 3);
}

TEST(HttpTransportShortage, TheSystemsLookUpSaysThatItIsTheMachine) {
  const auto look_up = Resolver::system_look_up();
  const NoDescriptors none;
  const auto found = look_up("acme.invalid");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::busy) << found.error().message;
}

}  // namespace
}  // namespace roomle_sim
