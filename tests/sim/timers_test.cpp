#include <gtest/gtest.h>

#include "support/core_test.hpp"
#include "support/virtual_network.hpp"

namespace turnpike::test {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::ErrorCode;

/// Every lifetime of RFC 8656, seen from hosts behind a network with 20 ms of latency.
class TimersTest : public ::testing::Test {
 protected:
  static ServerOptions options() {
    CoreSettings settings;
    settings.core.nonce_lifetime = Seconds{1000};
    return {.config = settings.build(), .limits = {}, .errors_per_second = 10, .workers = 2, .seed = 3};
  }
  void allocate() { ASSERT_EQ(network_.allocate(alice_).ending, Ending::success); }
  /// Whether a datagram of the client gets to the peer now.
  bool reaches_peer() {
    peer_.received.clear();
    network_.send(alice_, peer_.address, "x");
    network_.run_for(Seconds{1});
    return !peer_.received.empty();
  }
  bool reaches_client() {
    static_cast<void>(alice_.take_received());
    network_.send_from(peer_, relayed_, "x");
    network_.run_for(Seconds{1});
    return !alice_.take_received().empty();
  }

  VirtualNetwork network_{options(), {}, 1};
  NetworkClient& alice_ = network_.add_client("9.0.0.1:4000");
  NetworkPeer& peer_ = network_.add_peer("198.51.100.7:7000");
  Endpoint relayed_;
};

TEST_F(TimersTest, AnAllocationLastsTenMinutes) {
  allocate();
  network_.run_for(Seconds{598});
  EXPECT_EQ(network_.server().allocations(), 1U);
  network_.run_for(Seconds{3});
  EXPECT_EQ(network_.server().allocations(), 0U);
  EXPECT_EQ(network_.refresh(alice_).code, ErrorCode::allocation_mismatch);
}

TEST_F(TimersTest, ARefreshEveryNineMinutesKeepsItForADay) {
  allocate();
  for (int i = 0; i < 24 * 60 / 9; ++i) {
    network_.run_for(Seconds{540});
    ASSERT_EQ(network_.refresh(alice_).ending, Ending::success) << i;
  }
  EXPECT_EQ(network_.server().started().size(), 1U);
}

TEST_F(TimersTest, APermissionLastsFiveMinutes) {
  allocate();
  relayed_ = alice_.relayed();
  ASSERT_EQ(network_.create_permission(alice_, peer_.address).ending, Ending::success);
  network_.run_for(Seconds{295});
  EXPECT_TRUE(reaches_peer());
  EXPECT_TRUE(reaches_client());
  network_.run_for(Seconds{4});
  EXPECT_FALSE(reaches_peer());
  EXPECT_FALSE(reaches_client());
}

TEST_F(TimersTest, AChannelLastsTenMinutesAndItsPermissionFive) {
  AllocateOptions options;
  options.lifetime = Seconds{3600};
  ASSERT_EQ(network_.allocate(alice_, options).ending, Ending::success);
  ASSERT_EQ(network_.bind_channel(alice_, 0x4000, peer_.address).ending, Ending::success);
  network_.run_for(Seconds{301});
  EXPECT_FALSE(reaches_peer());
  ASSERT_EQ(network_.create_permission(alice_, peer_.address).ending, Ending::success);
  EXPECT_TRUE(reaches_peer());
  network_.run_for(Seconds{290});
  ASSERT_EQ(network_.create_permission(alice_, peer_.address).ending, Ending::success);
  EXPECT_TRUE(reaches_peer());
  network_.run_for(Seconds{10});
  EXPECT_FALSE(reaches_peer());
}

TEST_F(TimersTest, AReservationLastsThirtySeconds) {
  AllocateOptions reserving;
  reserving.even_port = true;
  ASSERT_EQ(network_.allocate(alice_, reserving).ending, Ending::success);
  AllocateOptions redeeming;
  redeeming.reservation = alice_.session().allocation()->reservation;
  network_.run_for(Seconds{31});
  EXPECT_EQ(network_.server().sockets_put_aside(), 0U);
  EXPECT_EQ(network_.allocate(network_.add_client("9.0.0.1:4001"), redeeming).code, ErrorCode::insufficient_capacity);
}

TEST_F(TimersTest, AReservationIsRedeemedAtAnotherWorker) {
  AllocateOptions reserving;
  reserving.even_port = true;
  ASSERT_EQ(network_.allocate(alice_, reserving).ending, Ending::success);
  AllocateOptions redeeming;
  redeeming.reservation = alice_.session().allocation()->reservation;
  network_.run_for(Seconds{25});
  auto& second = network_.add_client("9.0.0.1:4001");
  ASSERT_EQ(network_.allocate(second, redeeming).ending, Ending::success);
  EXPECT_EQ(second.relayed().port, alice_.relayed().port + 1);
}

TEST_F(TimersTest, ANonceThatRanOutCostsOneRoundTripMore) {
  AllocateOptions options;
  options.lifetime = Seconds{3600};
  ASSERT_EQ(network_.allocate(alice_, options).ending, Ending::success);
  network_.run_for(Seconds{1100});
  const std::size_t before = alice_.transmissions();
  ASSERT_EQ(network_.refresh(alice_).ending, Ending::success);
  EXPECT_EQ(alice_.transmissions(), before + 2);
}

TEST_F(TimersTest, ASocketThatOpensLateIsAnsweredToARetransmission) {
  network_.server().hold_opens(true);
  const Instant asked = network_.clock().mono();
  alice_.session().allocate({}, asked);
  network_.run_for(Seconds{2});
  EXPECT_EQ(network_.server().allocations(), 1U);
  EXPECT_GE(alice_.transmissions(), 3U);
  network_.server().answer_held_opens(network_.clock().now());
  network_.run_for(Seconds{2});
  EXPECT_TRUE(alice_.session().allocation().has_value());
  EXPECT_EQ(network_.server().started().size(), 1U);
}

TEST_F(TimersTest, ASocketThatNeverOpensLeavesNothing) {
  network_.server().hold_opens(true);
  EXPECT_EQ(network_.allocate(alice_).ending, Ending::timed_out);
  network_.run_for(Seconds{60});
  EXPECT_EQ(network_.server().allocations(), 0U);
  network_.server().answer_held_opens(network_.clock().now());
  network_.server().check_consistency();
  EXPECT_EQ(network_.server().ports_in_use(), 0U);
}

}  // namespace
}  // namespace turnpike::test
