#include <gtest/gtest.h>

#include "support/core_test.hpp"

namespace turnpike::test {
namespace {

using client::Ending;
using stun::ErrorCode;
using turn::ConnectionId;
using turn::DataDirection;
using Connects = VirtualServer::Connects;

/// Whole lives of TCP allocations (RFC 6062), over two workers, in virtual time.
class TcpRelayTest : public CoreTest {
 protected:
  void SetUp() override {
    allow_tcp();
    workers_ = 2;
  }
  /// Keeps the allocation for that long by refreshing it every eight minutes.
  void keep(DirectClient& control, Seconds time) {
    for (Seconds passed{0}; passed < time; passed += Seconds{480}) {
      pass(Seconds{480});
      ASSERT_EQ(control.refresh().ending, Ending::success) << passed.count();
    }
  }
};

TEST_F(TcpRelayTest, AConnectionThatTheClientMakesCarriesDataForAnHour) {
  DirectClient& control = add_control(4000);
  const auto connected = control.connect(kPeer);
  ASSERT_EQ(connected.ending, Ending::success);
  pass(Seconds{29});
  DirectClient& data = add_stream_client("9.0.0.1:5001");  // at the other worker
  ASSERT_EQ(data.bind_connection(*connected.connection).ending, Ending::success);
  const ConnectionId id{*connected.connection};
  for (int hour = 0; hour < 3; ++hour) {
    keep(control, Seconds{3600});
    static_cast<void>(server().on_connection_data(id, DataDirection::to_peer, 1000, clock_.now()));
    static_cast<void>(server().on_connection_data(id, DataDirection::to_client, 2000, clock_.now()));
  }
  ASSERT_EQ(control.refresh(Seconds{0}).ending, Ending::success);
  EXPECT_EQ(server().ended().at(0).traffic.bytes_to_peers, 3000U);
  EXPECT_EQ(server().ended().at(0).traffic.bytes_to_client, 6000U);
  EXPECT_TRUE(server().connections().empty());
  server().check_consistency();
}

TEST_F(TcpRelayTest, AConnectionThatAPeerMakesIsAnnouncedBoundAndClosed) {
  DirectClient& control = add_control(4001);
  ASSERT_EQ(control.create_permission({kPeer}).ending, Ending::success);
  const auto id = server().on_peer_connection(control.relayed(), {kPeer.address, 41'000}, clock_.now());
  ASSERT_TRUE(id);
  control.receive();
  const auto attempts = control.take_attempts();
  ASSERT_EQ(attempts.size(), 1U);
  DirectClient& data = add_stream_client("9.0.0.1:5002", "alice", "wonderland", Transport::tls);
  ASSERT_EQ(data.bind_connection(attempts[0].connection).ending, Ending::success);
  server().on_peer_closed(*id);
  EXPECT_EQ(server().allocations(), 1U);
  EXPECT_TRUE(server().connections().empty());
  server().check_consistency();
}

TEST_F(TcpRelayTest, TheThirtySecondTimersRunOneAfterTheOther) {
  DirectClient& control = add_control(4000);
  server().set_connects(Connects::held);
  static_cast<void>(control.connect(kPeer));
  pass(Seconds{10});
  static_cast<void>(control.connect(kOtherPeer));
  pass(Seconds{20});
  control.receive();
  EXPECT_EQ(control.outcome()->code, ErrorCode::connection_timeout_or_failure);
  EXPECT_EQ(server().connections().size(), 1U);
  server().answer_held_connects(true, clock_.now());
  control.receive();
  EXPECT_EQ(control.outcome()->ending, Ending::success);
  pass(Seconds{30} - Duration{1});
  EXPECT_EQ(server().connections().size(), 1U);
  pass(Duration{1});
  EXPECT_TRUE(server().connections().empty());
  EXPECT_EQ(server().next_deadline(), clock_.mono() + Seconds{540});  // the allocation's
}

TEST_F(TcpRelayTest, AnExpiredAllocationTakesConnectionsInEveryStateAlong) {
  DirectClient& control = add_control(4000);
  pass(Seconds{590});
  const auto bound = control.connect(endpoint("198.51.100.1:7000"));
  ASSERT_EQ(add_stream_client("9.0.0.1:5001").bind_connection(*bound.connection).ending, Ending::success);
  ASSERT_EQ(control.connect(endpoint("198.51.100.2:7000")).ending, Ending::success);
  server().set_connects(Connects::held);
  static_cast<void>(control.connect(endpoint("198.51.100.3:7000")));
  EXPECT_EQ(server().connections().size(), 3U);
  pass(Seconds{10});
  EXPECT_EQ(server().allocations(), 0U);
  EXPECT_TRUE(server().connections().empty());
  EXPECT_EQ(server().next_deadline(), std::nullopt);
  EXPECT_EQ(server().ledger().total(), 0U);
  server().check_consistency();
}

TEST_F(TcpRelayTest, TwoClientsConnectToEachOtherThroughTheirRelayedAddresses) {
  settings_.core.tcp_peer_ports = {{settings_.first_port, settings_.last_port}};
  DirectClient& alice = add_control(4000);
  DirectClient& bob = add_control(4001, "bob", "builder");
  ASSERT_EQ(bob.create_permission({alice.relayed()}).ending, Ending::success);
  server().set_connects(Connects::held);
  static_cast<void>(alice.connect(bob.relayed()));
  // The connection arrives at bob's relay socket before alice's side hears of its success.
  ASSERT_TRUE(server().on_peer_connection(bob.relayed(), alice.relayed(), clock_.now()));
  bob.receive();
  const auto attempts = bob.take_attempts();
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].peer, alice.relayed());
  server().answer_held_connects(true, clock_.now());
  alice.receive();
  ASSERT_TRUE(alice.outcome()->connection);
  EXPECT_EQ(add_stream_client("9.0.0.1:5001").bind_connection(*alice.outcome()->connection).ending, Ending::success);
  EXPECT_EQ(add_stream_client("9.0.0.1:5002", "bob", "builder").bind_connection(attempts[0].connection).ending,
            Ending::success);
  server().check_consistency();
}

TEST_F(TcpRelayTest, TenThousandConnectionsLoseNothing) {
  DirectClient& control = add_control(4000);
  DirectClient& data = add_stream_client("9.0.0.1:5001");
  for (int i = 0; i < 10'000; ++i) {
    if (i % 100 == 0) {
      ASSERT_EQ(control.refresh().ending, Ending::success);
    }
    const auto connected = control.connect(kPeer);
    ASSERT_EQ(connected.ending, Ending::success) << i;
    if (i % 3 == 0) {
      pass(Seconds{30});
    } else if (i % 3 == 1) {
      server().on_peer_closed({*connected.connection});
    } else {
      ASSERT_EQ(data.bind_connection(*connected.connection).ending, Ending::success) << i;
      server().on_client_closed(data.five_tuple(), clock_.now());
    }
    if (i % 10 == 0) {
      ASSERT_EQ(control.refresh().ending, Ending::success);
    }
    ASSERT_TRUE(server().connections().empty()) << i;
  }
  server().check_consistency();
}

}  // namespace
}  // namespace turnpike::test
