#include <gtest/gtest.h>

#include "support/virtual_network.hpp"

namespace turnpike::test {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::ErrorCode;

/// A bad link, once for each seed.
class LossyNetworkTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  static ServerOptions options() {
    return {.config = CoreSettings{}.build(), .limits = {}, .errors_per_second = 0, .workers = 2, .seed = GetParam()};
  }
  static LinkQuality bad() {
    return {.latency = std::chrono::milliseconds{60},
            .jitter = std::chrono::milliseconds{400},
            .loss_percent = 12,
            .duplicate_percent = 20};
  }
  VirtualNetwork network_{options(), bad(), GetParam()};
  NetworkClient& alice_ = network_.add_client("9.0.0.1:4000");
};

TEST_P(LossyNetworkTest, RetransmissionsMakeOneAllocation) {
  AllocateOptions reserving;
  reserving.even_port = true;
  ASSERT_EQ(network_.allocate(alice_, reserving).ending, Ending::success);
  network_.run_for(Seconds{5});
  EXPECT_EQ(network_.server().started().size(), 1U);
  EXPECT_EQ(network_.server().allocations(), 1U);
  EXPECT_EQ(network_.server().ports_in_use(), 2U);
  EXPECT_EQ(alice_.relayed(), network_.server().started()[0].relayed[0]);
}

TEST_P(LossyNetworkTest, ADeletionSucceedsHoweverOftenItIsSent) {
  ASSERT_EQ(network_.allocate(alice_).ending, Ending::success);
  EXPECT_EQ(network_.refresh(alice_, Seconds{0}).ending, Ending::success);
  EXPECT_EQ(network_.server().allocations(), 0U);
}

TEST_P(LossyNetworkTest, ACallOfAnHourStaysUpAndLeavesNothingBehind) {
  auto& peer = network_.add_peer("198.51.100.7:7000");
  peer.echoes = true;
  ASSERT_EQ(network_.allocate(alice_).ending, Ending::success);
  std::size_t echoes = 0;
  for (int minute = 0; minute < 60; minute += 4) {
    ASSERT_EQ(network_.bind_channel(alice_, 0x4000, peer.address).ending, Ending::success) << minute;
    ASSERT_EQ(network_.refresh(alice_).ending, Ending::success) << minute;
    for (int i = 0; i < 20; ++i) network_.send(alice_, peer.address, "media");
    network_.run_for(Seconds{240});
    echoes += alice_.take_received().size();
  }
  EXPECT_GT(echoes, 30U);  // of 300, each of whose four ways may lose it
  EXPECT_EQ(network_.server().started().size(), 1U);
  network_.run_for(Seconds{700});
  EXPECT_EQ(network_.server().allocations(), 0U);
  EXPECT_EQ(network_.server().ports_in_use(), 0U);
  EXPECT_EQ(network_.server().ledger().total(), 0U);
}

TEST_P(LossyNetworkTest, TwoClientsTalkThroughTheirRelayedAddresses) {
  auto& bob = network_.add_client("9.0.0.2:4001", "bob", "builder");
  ASSERT_EQ(network_.allocate(alice_).ending, Ending::success);
  ASSERT_EQ(network_.allocate(bob).ending, Ending::success);
  ASSERT_EQ(network_.bind_channel(alice_, 0x4000, bob.relayed()).ending, Ending::success);
  ASSERT_EQ(network_.bind_channel(bob, 0x4001, alice_.relayed()).ending, Ending::success);
  network_.set_quality({});
  for (int i = 0; i < 10; ++i) network_.send(alice_, bob.relayed(), "from alice");
  for (int i = 0; i < 10; ++i) network_.send(bob, alice_.relayed(), "from bob");
  network_.run_for(Seconds{2});
  const auto at_bob = bob.take_received();
  const auto at_alice = alice_.take_received();
  ASSERT_GE(at_bob.size(), 10U);
  ASSERT_GE(at_alice.size(), 10U);
  EXPECT_EQ(at_bob.back(), (FromPeer{alice_.relayed(), 0x4001, "from alice"}));
  EXPECT_EQ(at_alice.back(), (FromPeer{bob.relayed(), 0x4000, "from bob"}));
}

INSTANTIATE_TEST_SUITE_P(Seeds, LossyNetworkTest, ::testing::Range(std::uint64_t{1}, std::uint64_t{21}));

}  // namespace
}  // namespace turnpike::test
