#include "turn/relay_peer.hpp"

#include <set>

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::AttributeType;
using test::endpoint;
using test::FromPeer;
using test::kOtherPeer;
using test::kPeer;

class RelayPeerTest : public test::CoreTest {
 protected:
  void permit() {
    ASSERT_EQ(alice().allocate().ending, Ending::success);
    ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  }
  PeerVerdict arrive(const Endpoint& from, std::string_view payload) {
    const auto verdict = server().on_peer_datagram(alice().relayed(), from, as_bytes(payload), clock_.now());
    alice().receive();
    return verdict.value();
  }
};

TEST_F(RelayPeerTest, WithoutChannelItArrivesAsADataIndication) {
  permit();
  ASSERT_EQ(arrive(kPeer, "hello").kind, PeerVerdict::Kind::data_indication);
  EXPECT_EQ(alice().take_received(), (std::vector<FromPeer>{{kPeer, 0, "hello"}}));
}

TEST_F(RelayPeerTest, WithAChannelItArrivesAsChannelData) {
  permit();
  ASSERT_EQ(alice().bind_channel(0x4321, kPeer).ending, Ending::success);
  ASSERT_EQ(arrive(kPeer, "hello").kind, PeerVerdict::Kind::channel_data);
  EXPECT_EQ(alice().take_received(), (std::vector<FromPeer>{{kPeer, 0x4321, "hello"}}));
}

TEST_F(RelayPeerTest, AnotherPortOfAChannelsPeerArrivesAsADataIndication) {
  permit();
  ASSERT_EQ(alice().bind_channel(0x4321, kPeer).ending, Ending::success);
  EXPECT_EQ(arrive({kPeer.address, 7001}, "x").kind, PeerVerdict::Kind::data_indication);
}

TEST_F(RelayPeerTest, WithoutPermissionItIsDropped) {
  permit();
  EXPECT_EQ(arrive(kOtherPeer, "x").reason, DropReason::no_permission);
  EXPECT_TRUE(alice().take_received().empty());
}

TEST_F(RelayPeerTest, WhenTheChannelsPermissionRunsOutItIsDropped) {
  permit();
  ASSERT_EQ(alice().bind_channel(0x4321, kPeer).ending, Ending::success);
  pass(Seconds{300});
  EXPECT_EQ(arrive(kPeer, "x").reason, DropReason::no_permission);
}

TEST_F(RelayPeerTest, WhenTheChannelRunsOutItArrivesAsADataIndicationAgain) {
  permit();
  ASSERT_EQ(alice().refresh(Seconds{3600}).ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4321, kPeer).ending, Ending::success);
  pass(Seconds{600});
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  EXPECT_EQ(arrive(kPeer, "x").kind, PeerVerdict::Kind::data_indication);
}

TEST_F(RelayPeerTest, EveryPayloadLengthIsPaddedWithZeros) {
  permit();
  for (std::size_t length = 0; length < 9; ++length) {
    static_cast<void>(
        server().on_peer_datagram(alice().relayed(), kPeer, as_bytes(std::string(length, 'x')), clock_.now()));
    const auto message = server().take_for(alice().five_tuple()).at(0);
    EXPECT_EQ(message.size() % 4, 0U);
    EXPECT_EQ(test::view_of(message).find(AttributeType::data)->value.size(), length);
    EXPECT_EQ(std::count(message.end() - static_cast<std::ptrdiff_t>((4 - length % 4) % 4), message.end(), 0),
              static_cast<std::ptrdiff_t>((4 - length % 4) % 4));
  }
}

TEST_F(RelayPeerTest, IndicationsHaveDifferentTransactionIds) {
  permit();
  std::set<stun::TransactionId> ids;
  for (int i = 0; i < 100; ++i) ids.insert(arrive(kPeer, "x").transaction_id);
  EXPECT_EQ(ids.size(), 100U);
}

TEST_F(RelayPeerTest, TheRateBoundsThisDirectionByItself) {
  settings_.core.allocation_rate = {1000};
  permit();
  const std::string payload(1000, 'x');
  EXPECT_EQ(arrive(kPeer, payload).kind, PeerVerdict::Kind::data_indication);
  EXPECT_EQ(arrive(kPeer, "x").reason, DropReason::rate_limited);
  EXPECT_EQ(alice().send(kPeer, payload).kind, ClientVerdict::Kind::forward);
  pass(Seconds{1});
  EXPECT_EQ(arrive(kPeer, payload).kind, PeerVerdict::Kind::data_indication);
}

TEST_F(RelayPeerTest, TheUsersRateBoundsThisDirectionToo) {
  settings_.core.user_rate = {1000};
  permit();
  EXPECT_EQ(arrive(kPeer, std::string(1000, 'x')).kind, PeerVerdict::Kind::data_indication);
  EXPECT_EQ(arrive(kPeer, "x").reason, DropReason::rate_limited);
}

TEST_F(RelayPeerTest, AnIcmpErrorIsTold) {
  permit();
  const stun::Icmp icmp{.type = 3, .code = 4, .error_data = 1280};
  EXPECT_EQ(server().on_peer_icmp(alice().relayed(), kPeer, icmp, clock_.now()), std::nullopt);
  alice().receive();
  const auto errors = alice().take_peer_errors();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].peer, kPeer);
  EXPECT_EQ(errors[0].icmp.type, 3);
  EXPECT_EQ(errors[0].icmp.code, 4);
  EXPECT_EQ(errors[0].icmp.error_data, 1280U);
}

TEST_F(RelayPeerTest, AnIcmpErrorComesAsAnIndicationAlsoWithAChannel) {
  permit();
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  EXPECT_EQ(server().on_peer_icmp(alice().relayed(), kPeer, {3, 3, 0}, clock_.now()), std::nullopt);
  alice().receive();
  EXPECT_EQ(alice().take_peer_errors().size(), 1U);
}

TEST_F(RelayPeerTest, AnIcmpErrorAboutAPeerWithoutPermissionIsNotTold) {
  permit();
  EXPECT_EQ(server().on_peer_icmp(alice().relayed(), kOtherPeer, {3, 3, 0}, clock_.now()),
            DropReason::icmp_not_permitted);
  EXPECT_TRUE(server().take_for(alice().five_tuple()).empty());
}

TEST_F(RelayPeerTest, ALateCompletionForADeadAllocationIsRecognised) {
  permit();
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  const AllocationId dead = server().ended().at(0).allocation;
  ASSERT_EQ(alice().allocate().ending, Ending::success);  // takes the same slot
  EXPECT_EQ(server().core().on_peer_datagram(dead, kPeer, 5, clock_.now()).reason, DropReason::stale_relay_socket);
}

TEST_F(RelayPeerTest, TwoClientsReachEachOtherThroughTheirRelayedAddresses) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  auto& bob = add_client("9.0.0.2:4000", "bob", "builder");
  ASSERT_EQ(bob.allocate().ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, bob.relayed()).ending, Ending::success);
  ASSERT_EQ(bob.create_permission({alice().relayed()}).ending, Ending::success);

  ASSERT_EQ(alice().send(bob.relayed(), "hello").kind, ClientVerdict::Kind::forward);
  const auto sent = server().take_to_peers().at(0);
  static_cast<void>(server().on_peer_datagram(sent.to, sent.from, sent.payload, clock_.now()));
  bob.receive();
  EXPECT_EQ(bob.take_received(), (std::vector<FromPeer>{{alice().relayed(), 0, "hello"}}));
}

TEST_F(RelayPeerTest, TheyDoSoAlsoBehindAMappedExternalAddress) {
  settings_.relays = {{test::address("10.0.0.8"), test::address("203.0.113.8")}};
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  auto& bob = add_client("9.0.0.2:4000", "bob", "builder");
  ASSERT_EQ(bob.allocate().ending, Ending::success);
  ASSERT_EQ(alice().create_permission({bob.relayed()}).ending, Ending::success);
  ASSERT_EQ(bob.bind_channel(0x4000, alice().relayed()).ending, Ending::success);

  ASSERT_EQ(alice().send(bob.relayed(), "hello").kind, ClientVerdict::Kind::forward);
  const auto there = server().take_to_peers().at(0);
  EXPECT_EQ(there.to, (Endpoint{test::address("10.0.0.8"), bob.relayed().port}));
  static_cast<void>(server().on_peer_datagram(there.to, there.from, there.payload, clock_.now()));
  bob.receive();
  EXPECT_EQ(bob.take_received(), (std::vector<FromPeer>{{alice().relayed(), 0x4000, "hello"}}));

  ASSERT_EQ(bob.send(alice().relayed(), "hi").kind, ClientVerdict::Kind::forward);
  const auto back = server().take_to_peers().at(0);
  EXPECT_EQ(back.to, (Endpoint{test::address("10.0.0.8"), alice().relayed().port}));
  static_cast<void>(server().on_peer_datagram(back.to, back.from, back.payload, clock_.now()));
  alice().receive();
  EXPECT_EQ(alice().take_received(), (std::vector<FromPeer>{{bob.relayed(), 0, "hi"}}));
}

}  // namespace
}  // namespace turnpike::turn
