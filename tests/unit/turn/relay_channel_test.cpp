#include "turn/relay_channel.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using test::Bytes;
using test::endpoint;
using test::kOtherPeer;
using test::kPeer;

class RelayChannelTest : public test::CoreTest {
 protected:
  void bind() {
    ASSERT_EQ(alice().allocate().ending, Ending::success);
    ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  }
  ClientVerdict send(const Bytes& datagram) {
    return server().on_client_datagram(alice().five_tuple(), datagram, clock_.now());
  }
};

TEST_F(RelayChannelTest, ThePayloadGoesToThePeerUnchanged) {
  bind();
  ASSERT_EQ(alice().send(kPeer, "hello").kind, ClientVerdict::Kind::forward);
  const auto sent = server().take_to_peers();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].to, kPeer);
  EXPECT_EQ(sent[0].from, alice().relayed());
  EXPECT_EQ(as_text(sent[0].payload), "hello");
}

TEST_F(RelayChannelTest, AnEmptyPayloadIsForwardedToo) {
  bind();
  EXPECT_EQ(send({0x40, 0x00, 0x00, 0x00}).kind, ClientVerdict::Kind::forward);
  EXPECT_TRUE(server().take_to_peers().at(0).payload.empty());
}

TEST_F(RelayChannelTest, PaddingIsLeftOut) {
  bind();
  ASSERT_EQ(send({0x40, 0x00, 0x00, 0x01, 'x', 0, 0, 0}).kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(as_text(server().take_to_peers().at(0).payload), "x");
}

TEST_F(RelayChannelTest, ALengthBeyondTheDatagramIsDropped) {
  bind();
  EXPECT_EQ(send({0x40, 0x00, 0x00, 0x05, 'x'}).reason, DropReason::malformed_channel_data);
  EXPECT_EQ(send({0x40, 0x00, 0x00}).reason, DropReason::malformed_channel_data);
}

TEST_F(RelayChannelTest, AnUnboundChannelIsDropped) {
  bind();
  EXPECT_EQ(send({0x40, 0x01, 0x00, 0x01, 'x'}).reason, DropReason::no_channel);
}

TEST_F(RelayChannelTest, WithoutAllocationItIsDropped) {
  EXPECT_EQ(send({0x40, 0x00, 0x00, 0x01, 'x'}).reason, DropReason::no_allocation);
}

TEST_F(RelayChannelTest, AChannelBelongsToItsFiveTuple) {
  bind();
  auto& other = add_client("9.0.0.1:4001");
  ASSERT_EQ(other.allocate().ending, Ending::success);
  const Bytes datagram{0x40, 0x00, 0x00, 0x01, 'x'};
  EXPECT_EQ(server().on_client_datagram(other.five_tuple(), datagram, clock_.now()).reason, DropReason::no_channel);
}

TEST_F(RelayChannelTest, AnAllocationsRateBoundsWhatItSends) {
  settings_.core.allocation_rate = {1000};
  bind();
  const std::string payload(500, 'x');
  EXPECT_EQ(alice().send(kPeer, payload).kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(alice().send(kPeer, payload).kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(alice().send(kPeer, payload).reason, DropReason::rate_limited);
  pass(std::chrono::milliseconds{500});
  EXPECT_EQ(alice().send(kPeer, payload).kind, ClientVerdict::Kind::forward);
}

TEST_F(RelayChannelTest, AUsersRateBoundsAllAllocationsTogether) {
  settings_.core.user_rate = {1000};
  bind();
  auto& second = add_client("9.0.0.1:4001");
  ASSERT_EQ(second.allocate().ending, Ending::success);
  ASSERT_EQ(second.bind_channel(0x4000, kPeer).ending, Ending::success);
  const std::string payload(500, 'x');
  EXPECT_EQ(alice().send(kPeer, payload).kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(second.send(kPeer, payload).kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(alice().send(kPeer, payload).reason, DropReason::rate_limited);
  EXPECT_EQ(second.send(kPeer, payload).reason, DropReason::rate_limited);
}

TEST_F(RelayChannelTest, TheUsersRateCountsAlsoWhatIndicationsCarry) {
  settings_.core.allocation_rate = {1000};
  bind();
  ASSERT_EQ(alice().create_permission({kOtherPeer}).ending, Ending::success);
  EXPECT_EQ(alice().send(kPeer, std::string(1000, 'x')).kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(alice().send(kOtherPeer, "x").reason, DropReason::rate_limited);
}

TEST_F(RelayChannelTest, TrafficIsReportedAtTheEnd) {
  bind();
  static_cast<void>(alice().send(kPeer, "12345"));
  static_cast<void>(alice().send(kPeer, "123"));
  static_cast<void>(server().on_peer_datagram(alice().relayed(), kPeer, as_bytes("1234567"), clock_.now()));
  pass(Seconds{42});
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  const AllocationEnded& end = server().ended().at(0);
  EXPECT_EQ(end.traffic.packets_to_peers, 2U);
  EXPECT_EQ(end.traffic.bytes_to_peers, 8U);
  EXPECT_EQ(end.traffic.packets_to_client, 1U);
  EXPECT_EQ(end.traffic.bytes_to_client, 7U);
  EXPECT_EQ(end.lasted, Seconds{42});
}

}  // namespace
}  // namespace turnpike::turn
