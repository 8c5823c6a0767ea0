#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "running_server.hpp"

namespace turnpike::server {
namespace {

using client::Ending;

bool succeeded(const std::optional<client::Outcome>& outcome) { return outcome && outcome->ending == Ending::success; }

std::vector<std::uint8_t> text(const std::string& characters) { return {characters.begin(), characters.end()}; }

TEST(ServerTest, TwoClientsReachEachOtherThroughTheirRelayedAddresses) {
  RunningServer server;
  WaitingClient alice(server.endpoint());
  WaitingClient bob(server.endpoint());
  ASSERT_TRUE(succeeded(alice.allocate()));
  ASSERT_TRUE(succeeded(bob.allocate()));
  ASSERT_TRUE(succeeded(alice.bind_channel(0x4000, bob.relayed())));
  ASSERT_TRUE(succeeded(bob.permit(alice.relayed())));
  alice.send(bob.relayed(), text("over a channel"));
  EXPECT_EQ(bob.receive(), text("over a channel"));
  bob.send(alice.relayed(), text("by indication"));
  EXPECT_EQ(alice.receive(), text("by indication"));
}

// Which worker serves whom is the kernel's choice, so enough pairs to meet every combination.
TEST(ServerTest, ReservationsAreRedeemedWhicheverWorkerServesTheSecondClient) {
  RunningServer server;
  for (int i = 0; i < 16; ++i) {
    WaitingClient rtp(server.endpoint());
    WaitingClient rtcp(server.endpoint());
    client::AllocateOptions even;
    even.even_port = true;  // with the R bit
    ASSERT_TRUE(succeeded(rtp.allocate(even)));
    ASSERT_TRUE(rtp.session().allocation()->reservation);
    client::AllocateOptions redeem;
    redeem.reservation = rtp.session().allocation()->reservation;
    ASSERT_TRUE(succeeded(rtcp.allocate(redeem)));
    EXPECT_EQ(rtp.relayed().port % 2, 0);
    EXPECT_EQ(rtcp.relayed().port, rtp.relayed().port + 1);
    EXPECT_TRUE(succeeded(rtcp.deallocate()));
    EXPECT_TRUE(succeeded(rtp.deallocate()));
  }
  const std::string log = server.stop();
  EXPECT_NE(log.find("relay_ports_free=16384"), std::string::npos) << "no port may be lost: " << log;
}

TEST(ServerTest, ATokenIsGoodOnce) {
  RunningServer server;
  WaitingClient first(server.endpoint());
  client::AllocateOptions even;
  even.even_port = true;  // with the R bit
  ASSERT_TRUE(succeeded(first.allocate(even)));
  client::AllocateOptions redeem;
  redeem.reservation = first.session().allocation()->reservation;
  WaitingClient second(server.endpoint());
  ASSERT_TRUE(succeeded(second.allocate(redeem)));
  WaitingClient third(server.endpoint());
  const auto refused = third.allocate(redeem);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, stun::ErrorCode::insufficient_capacity);
}

TEST(ServerTest, TheUsersQuotaHoldsOverAllWorkers) {
  Config config = RunningServer::settings();
  config.quota.per_user = 5;
  RunningServer server(std::move(config));
  std::vector<std::unique_ptr<WaitingClient>> clients;
  int refused = 0;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(std::make_unique<WaitingClient>(server.endpoint()));
    const auto outcome = clients.back()->allocate();
    ASSERT_TRUE(outcome);
    if (outcome->code == stun::ErrorCode::allocation_quota_reached) ++refused;
  }
  EXPECT_EQ(refused, 7);
}

TEST(ServerTest, StoppingEndsLiveAllocationsAndSaysSo) {
  RunningServer server;
  WaitingClient client(server.endpoint());
  ASSERT_TRUE(succeeded(client.allocate()));
  const std::string log = server.stop();
  EXPECT_NE(log.find("reason=stopped"), std::string::npos) << log;
  EXPECT_NE(log.find("relay_ports_free=16384"), std::string::npos) << log;
  EXPECT_NE(log.find("allocations_ever=1"), std::string::npos) << log;
}

TEST(ServerTest, WhileDrainingNewAllocationsAreRefusedAndLiveOnesRelay) {
  Config config = RunningServer::settings();
  config.server.drain_deadline = Milliseconds{60000};
  RunningServer server(std::move(config));
  WaitingClient alice(server.endpoint());
  WaitingClient bob(server.endpoint());
  ASSERT_TRUE(succeeded(alice.allocate()));
  ASSERT_TRUE(succeeded(bob.allocate()));
  ASSERT_TRUE(succeeded(alice.bind_channel(0x4001, bob.relayed())));
  ASSERT_TRUE(succeeded(bob.bind_channel(0x4002, alice.relayed())));
  server.signal(SIGTERM);
  // The signal is on its way; a few newcomers may still slip in before it arrives.
  std::optional<stun::ErrorCode> code;
  for (int i = 0; i < 200 && !code; ++i) {
    WaitingClient late(server.endpoint());
    const auto outcome = late.allocate();
    ASSERT_TRUE(outcome);
    code = outcome->code;
    if (!code) late.deallocate();
  }
  EXPECT_EQ(code, stun::ErrorCode::insufficient_capacity);
  alice.send(bob.relayed(), text("still here"));
  EXPECT_EQ(bob.receive(), text("still here"));
  // The last allocation ends, and with it the server, long before the deadline.
  EXPECT_TRUE(succeeded(alice.deallocate()));
  EXPECT_TRUE(succeeded(bob.deallocate()));
}

TEST(ServerTest, HangingUpDoesNotKill) {
  RunningServer server;
  server.signal(SIGHUP);
  WaitingClient client(server.endpoint());
  EXPECT_TRUE(succeeded(client.allocate()));
}

}  // namespace
}  // namespace turnpike::server
