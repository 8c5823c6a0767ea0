#include "turn/peer_connection.hpp"

#include <gmock/gmock.h>

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::ErrorCode;
using test::endpoint;
using test::kOtherPeer;
using test::kPeer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Connects = test::VirtualServer::Connects;

/// The doors of RelayCore for TCP allocations, each with the commands that come out.
class PeerConnectionTest : public test::CoreTest {
 protected:
  void SetUp() override {
    allow_tcp();
    settings_.core.max_peer_connections = 2;
  }
  test::DirectClient& control() {
    if (control_ == nullptr) control_ = &add_control(4000);
    return *control_;
  }
  RelayCore& core() { return server().core(); }
  void permit(const Endpoint& peer) { ASSERT_EQ(control().create_permission({peer}).ending, Ending::success); }
  std::optional<ConnectionId> arrive(const Endpoint& peer = kPeer) {
    return server().on_peer_connection(control().relayed(), peer, clock_.now());
  }
  /// A connection that waits for ConnectionBind.
  ConnectionId pending(const Endpoint& peer = kPeer) { return {control().connect(peer).connection.value()}; }
  /// One that is bound to a stream.
  ConnectionId bound() {
    const ConnectionId id = pending();
    EXPECT_EQ(add_stream_client("9.0.0.1:5000").bind_connection(id.value).ending, Ending::success);
    return id;
  }

 private:
  test::DirectClient* control_ = nullptr;
};

TEST_F(PeerConnectionTest, APermittedPeerIsAnnounced) {
  permit(kPeer);
  server().trace();
  const auto id = arrive();
  ASSERT_TRUE(id);
  EXPECT_THAT(server().take_trace(), ElementsAre("SendToClient ConnectionAttempt indication"));
  control().receive();
  const auto attempts = control().take_attempts();
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].peer, kPeer);
  EXPECT_EQ(attempts[0].connection, id->value);
  EXPECT_EQ(add_stream_client("9.0.0.1:5000").bind_connection(id->value).ending, Ending::success);
}

TEST_F(PeerConnectionTest, ThePermissionCountsByAddressWhateverThePort) {
  permit(kPeer);
  EXPECT_TRUE(arrive({kPeer.address, 33'333}));
}

TEST_F(PeerConnectionTest, APeerWithoutPermissionIsClosedWithoutAWord) {
  control();
  server().trace();
  EXPECT_FALSE(arrive());
  EXPECT_THAT(server().take_trace(), IsEmpty());
  permit(kPeer);
  pass(Seconds{300});
  EXPECT_FALSE(arrive());
  EXPECT_EQ(core().connection_count(), 0U);
}

TEST_F(PeerConnectionTest, APeerThatThePolicyDeniesIsClosed) {
  settings_.peers.listeners.push_back(endpoint("198.51.100.7:7001"));
  permit(kPeer);
  EXPECT_FALSE(arrive({kPeer.address, 7001}));
  EXPECT_TRUE(arrive(kPeer));
}

TEST_F(PeerConnectionTest, APeerIsAnnouncedAsTheClientKnowsIt) {
  settings_.relays = {{test::address("10.0.0.8"), test::address("203.0.113.8")}};
  permit(endpoint("203.0.113.8:50001"));
  ASSERT_TRUE(server().on_peer_connection({test::address("10.0.0.8"), control().relayed().port},
                                          endpoint("10.0.0.8:50001"), clock_.now()));
  control().receive();
  EXPECT_EQ(control().take_attempts().at(0).peer, endpoint("203.0.113.8:50001"));
}

TEST_F(PeerConnectionTest, ASecondConnectionOfOnePeerAddressIsClosed) {
  permit(kPeer);
  ASSERT_TRUE(arrive());
  EXPECT_FALSE(arrive());
  EXPECT_EQ(control().connect(kPeer).code, ErrorCode::connection_already_exists);
}

TEST_F(PeerConnectionTest, PeersAboveTheBoundAreClosed) {
  permit(kPeer);
  ASSERT_EQ(control().connect(kOtherPeer).ending, Ending::success);
  EXPECT_TRUE(arrive({kPeer.address, 1001}));
  EXPECT_FALSE(arrive({kPeer.address, 1002}));
}

TEST_F(PeerConnectionTest, APeerOfAnAllocationThatIsGoneOrRelaysUdpIsClosed) {
  Outbox outbox;
  permit(kPeer);
  auto& udp = add_client("9.0.0.1:4002");
  ASSERT_EQ(udp.allocate().ending, Ending::success);
  ASSERT_EQ(udp.create_permission({kPeer}).ending, Ending::success);
  EXPECT_FALSE(core().on_peer_connection(server().started().at(1).allocation, kPeer, clock_.now(), outbox));
  server().on_client_closed(control().five_tuple(), clock_.now());
  EXPECT_FALSE(core().on_peer_connection(server().started().at(0).allocation, kPeer, clock_.now(), outbox));
  EXPECT_FALSE(core().on_peer_connection({99, 1}, kPeer, clock_.now(), outbox));
  EXPECT_TRUE(outbox.empty());
}

TEST_F(PeerConnectionTest, AConnectThatTakesThirtySecondsIs447) {
  control();
  server().set_connects(Connects::held);
  server().trace();
  static_cast<void>(control().connect(kPeer));
  static_cast<void>(server().take_trace());
  pass(Seconds{30} - Duration{1});
  EXPECT_THAT(server().take_trace(), IsEmpty());
  pass(Duration{1});
  EXPECT_THAT(server().take_trace(),
              ElementsAre("SendToClient Connect error 447", "RequestRefused Connect 447", "ClosePeerConnection"));
  control().receive();
  EXPECT_EQ(control().outcome()->code, ErrorCode::connection_timeout_or_failure);
  EXPECT_EQ(core().connection_count(), 0U);
}

TEST_F(PeerConnectionTest, ALateCompletionIsToldToClose) {
  Outbox outbox;
  control();
  server().set_connects(Connects::held);
  static_cast<void>(control().connect(kPeer));
  const ConnectionId id = server().connections().at(0).id;
  pass(Seconds{30});
  EXPECT_FALSE(core().on_peer_connected(id, true, clock_.now(), outbox));
  EXPECT_FALSE(core().on_peer_connected(id, false, clock_.now(), outbox));
  EXPECT_TRUE(outbox.empty());
}

TEST_F(PeerConnectionTest, ACompletionAfterTheEndOfTheAllocationIsToldToClose) {
  Outbox outbox;
  control();
  server().set_connects(Connects::held);
  static_cast<void>(control().connect(kPeer));
  const ConnectionId id = server().connections().at(0).id;
  server().on_client_closed(control().five_tuple(), clock_.now());
  EXPECT_FALSE(core().on_peer_connected(id, true, clock_.now(), outbox));
}

TEST_F(PeerConnectionTest, ASecondCompletionIsToldToClose) {
  Outbox outbox;
  const ConnectionId id = pending();
  EXPECT_FALSE(core().on_peer_connected(id, true, clock_.now(), outbox));
  EXPECT_FALSE(core().on_peer_connected(id, false, clock_.now(), outbox));
  EXPECT_EQ(core().connection_count(), 1U);
}

TEST_F(PeerConnectionTest, NobodyBindsForThirtySecondsAndItIsClosed) {
  control();
  for (const bool by_peer : {false, true}) {
    if (by_peer) {
      permit(kPeer);
      ASSERT_TRUE(arrive());
    } else {
      static_cast<void>(pending());
    }
    server().trace();
    static_cast<void>(server().take_trace());
    pass(Seconds{30} - Duration{1});
    EXPECT_THAT(server().take_trace(), IsEmpty());
    pass(Duration{1});
    EXPECT_THAT(server().take_trace(), ElementsAre("ClosePeerConnection"));
    EXPECT_EQ(core().connection_count(), 0U);
  }
}

TEST_F(PeerConnectionTest, TheThirtySecondsForBindingBeginWhenItIsConnected) {
  control();
  server().set_connects(Connects::held);
  static_cast<void>(control().connect(kPeer));
  pass(Seconds{29});
  server().answer_held_connects(true, clock_.now());
  pass(Seconds{29});
  EXPECT_EQ(core().connection_count(), 1U);
}

TEST_F(PeerConnectionTest, ABoundConnectionLastsAsLongAsItsAllocation) {
  const ConnectionId id = bound();
  pass(Seconds{599});
  EXPECT_EQ(server().connections().at(0).id, id);
  server().trace();
  pass(Seconds{1});
  EXPECT_THAT(server().take_trace(), ElementsAre("CloseRelaySocket ipv4", "AllocationEnded tcp"));
  EXPECT_EQ(core().connection_count(), 0U);
  EXPECT_TRUE(server().connections().empty());
}

TEST_F(PeerConnectionTest, OnlyItsUserTakesAConnectionAndOnlyOnce) {
  const ConnectionId id = pending();
  EXPECT_FALSE(core().take_connection(id, "bob", clock_.now()));
  EXPECT_FALSE(core().take_connection(id, "", clock_.now()));
  EXPECT_FALSE(core().take_connection(id, "alice2", clock_.now()));
  EXPECT_EQ(core().take_connection(id, "alice", clock_.now()), server().started().at(0).allocation);
  EXPECT_FALSE(core().take_connection(id, "alice", clock_.now()));
}

TEST_F(PeerConnectionTest, AConnectionOfAnotherWorkerIsNotTaken) {
  const ConnectionId id = pending();
  EXPECT_FALSE(core().take_connection({id.value | 0x01000000U}, "alice", clock_.now()));
  EXPECT_FALSE(core().take_connection({0}, "alice", clock_.now()));
}

TEST_F(PeerConnectionTest, AConnectionUnderWayIsNotTaken) {
  control();
  server().set_connects(Connects::held);
  static_cast<void>(control().connect(kPeer));
  EXPECT_FALSE(core().take_connection(server().connections().at(0).id, "alice", clock_.now()));
}

TEST_F(PeerConnectionTest, AConnectionWhoseTimeIsUpIsNotTakenThoughTheTimerIsLate) {
  const ConnectionId id = pending();
  clock_.advance(Seconds{30});
  EXPECT_FALSE(core().take_connection(id, "alice", clock_.now()));
}

TEST_F(PeerConnectionTest, AConnectionThatClosedIsForgotten) {
  const ConnectionId id = bound();
  core().on_connection_closed(id);
  EXPECT_EQ(core().connection_count(), 0U);
  core().on_connection_closed(id);
  core().on_connection_closed({0});
  EXPECT_FALSE(core().take_connection(id, "alice", clock_.now()));
  EXPECT_EQ(core().on_connection_data(id, DataDirection::to_peer, 1, clock_.now()), Duration{0});
}

TEST_F(PeerConnectionTest, TheIdOfADeadConnectionDoesNotReachItsSuccessor) {
  const ConnectionId old = pending();
  core().on_connection_closed(old);
  ASSERT_TRUE(core().take_connection(pending(kOtherPeer), "alice", clock_.now()));
  core().on_connection_closed(old);
  EXPECT_EQ(core().connection_count(), 1U);
}

TEST_F(PeerConnectionTest, BytesAreCountedBothWaysAndPacketsAreNot) {
  const ConnectionId id = bound();
  EXPECT_EQ(core().on_connection_data(id, DataDirection::to_peer, 1000, clock_.now()), Duration{0});
  EXPECT_EQ(core().on_connection_data(id, DataDirection::to_client, 70'000, clock_.now()), Duration{0});
  ASSERT_EQ(control().refresh(Seconds{0}).ending, Ending::success);
  const Traffic& traffic = server().ended().at(0).traffic;
  EXPECT_EQ(traffic.bytes_to_peers, 1000U);
  EXPECT_EQ(traffic.bytes_to_client, 70'000U);
  EXPECT_EQ(traffic.packets_to_peers + traffic.packets_to_client, 0U);
  EXPECT_EQ(server().ended().at(0).protocol, RelayProtocol::tcp);
}

TEST_F(PeerConnectionTest, AboveTheAllocationsRateReadingPauses) {
  settings_.core.allocation_rate = {1000};
  const ConnectionId id = bound();
  EXPECT_EQ(core().on_connection_data(id, DataDirection::to_peer, 1000, clock_.now()), Duration{0});
  EXPECT_EQ(core().on_connection_data(id, DataDirection::to_peer, 500, clock_.now()), std::chrono::milliseconds{500});
  EXPECT_EQ(core().on_connection_data(id, DataDirection::to_client, 1000, clock_.now()), Duration{0});
}

TEST_F(PeerConnectionTest, AboveTheUsersRateReadingPauses) {
  settings_.core.user_rate = {2000};
  const ConnectionId id = bound();
  EXPECT_EQ(core().on_connection_data(id, DataDirection::to_client, 6000, clock_.now()), Seconds{2});
}

TEST_F(PeerConnectionTest, NothingIsChargedBeforeItIsBound) {
  settings_.core.allocation_rate = {1000};
  const ConnectionId id = pending();
  EXPECT_EQ(core().on_connection_data(id, DataDirection::to_peer, 100'000, clock_.now()), Duration{0});
}

TEST_F(PeerConnectionTest, ManyConnectsThatRunOutTogetherAreAllAnswered) {
  std::vector<test::DirectClient*> clients;
  for (std::uint16_t port = 6000; port < 6020; ++port) clients.push_back(&add_control(port));
  server().set_connects(Connects::held);
  for (auto* client : clients) {
    static_cast<void>(client->connect(kPeer));
    static_cast<void>(client->connect(kOtherPeer));
  }
  pass(Seconds{30});
  EXPECT_EQ(core().connection_count(), 0U);
  for (auto* client : clients) EXPECT_EQ(server().take_for(client->five_tuple()).size(), 2U);
}

}  // namespace
}  // namespace turnpike::turn
