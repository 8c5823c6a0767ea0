#include "turn/judge_peer.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::ErrorCode;
using test::endpoint;
using test::kPeer;

/// Allocations of who only tries the relay: kTrialUser.
class JudgePeerTest : public test::CoreTest {
 protected:
  test::DirectClient& visitor() {
    if (visitor_ == nullptr) visitor_ = &add_ephemeral_client("9.0.0.1:4001", kTrialUser, Seconds{120});
    return *visitor_;
  }
  Endpoint relayed_of_alice() {
    EXPECT_EQ(alice().allocate().ending, Ending::success);
    return alice().relayed();
  }

 private:
  test::DirectClient* visitor_ = nullptr;
};

TEST_F(JudgePeerTest, TheUserIsOnTrialWithAndWithoutMoreBehindAColon) {
  EXPECT_TRUE(is_trial_user("turnpike-check"));
  EXPECT_TRUE(is_trial_user("turnpike-check:x:y"));
  EXPECT_FALSE(is_trial_user("turnpike-checker"));
  EXPECT_FALSE(is_trial_user("turnpike"));
  EXPECT_FALSE(is_trial_user(""));
}

TEST_F(JudgePeerTest, OnTrialARelayedAddressOfThisServerMayBeAPeer) {
  const Endpoint relayed = relayed_of_alice();
  ASSERT_EQ(visitor().allocate().ending, Ending::success);
  EXPECT_EQ(visitor().create_permission({relayed}).ending, Ending::success);
  EXPECT_EQ(visitor().bind_channel(0x4000, relayed).ending, Ending::success);
  EXPECT_EQ(visitor().send(relayed, "x").kind, ClientVerdict::Kind::forward);
}

TEST_F(JudgePeerTest, OnTrialTheClientsOwnAddressMayBeAPeer) {
  ASSERT_EQ(visitor().allocate().ending, Ending::success);
  EXPECT_EQ(visitor().create_permission({endpoint("9.0.0.1:5000")}).ending, Ending::success);
  EXPECT_EQ(visitor().bind_channel(0x4000, endpoint("9.0.0.1:5001")).ending, Ending::success);
  EXPECT_EQ(visitor().send(endpoint("9.0.0.1:5000"), "x").kind, ClientVerdict::Kind::forward);
}

TEST_F(JudgePeerTest, OnTrialNobodyElseMay) {
  ASSERT_EQ(visitor().allocate().ending, Ending::success);
  EXPECT_EQ(visitor().create_permission({kPeer}).code, ErrorCode::forbidden);
  EXPECT_EQ(visitor().create_permission({endpoint("9.0.0.1:5000"), kPeer}).code, ErrorCode::forbidden);
  EXPECT_EQ(visitor().bind_channel(0x4000, kPeer).code, ErrorCode::forbidden);
}

TEST_F(JudgePeerTest, OnTrialThisServersOtherPortsAreNoPeersWhateverTheRulesAllow) {
  const Endpoint own{settings_.relays.front().external, 53};
  settings_.peers.allow = {{own.address, 32}};
  ASSERT_EQ(visitor().allocate().ending, Ending::success);
  ASSERT_EQ(visitor().create_permission({own}).ending, Ending::success);  // which is for all ports
  EXPECT_EQ(visitor().send(own, "x").reason, DropReason::peer_denied);
  EXPECT_EQ(visitor().bind_channel(0x4000, own).code, ErrorCode::forbidden);
}

TEST_F(JudgePeerTest, OnTrialWhatThePolicyDeniesStaysDenied) {
  settings_.peers.deny = {{endpoint("9.0.0.1:1").address, 32}};
  ASSERT_EQ(visitor().allocate().ending, Ending::success);
  EXPECT_EQ(visitor().create_permission({endpoint("9.0.0.1:5000")}).code, ErrorCode::forbidden);
}

TEST_F(JudgePeerTest, OnTrialNoMoreIsRelayedThanATestNeeds) {
  const std::string kilobyte(1024, 'x');
  ASSERT_EQ(visitor().allocate().ending, Ending::success);
  ASSERT_EQ(visitor().create_permission({endpoint("9.0.0.1:5000")}).ending, Ending::success);
  for (int i = 0; i < 128; ++i) {
    ASSERT_EQ(visitor().send(endpoint("9.0.0.1:5000"), kilobyte).kind, ClientVerdict::Kind::forward);
  }
  EXPECT_EQ(visitor().send(endpoint("9.0.0.1:5000"), kilobyte).reason, DropReason::rate_limited);
  pass(Seconds{1});
  EXPECT_EQ(visitor().send(endpoint("9.0.0.1:5000"), kilobyte).kind, ClientVerdict::Kind::forward);
}

TEST_F(JudgePeerTest, OnTrialNoTcpIsRelayed) {
  allow_tcp();
  client::AllocateOptions tcp;
  tcp.transport = 6;
  EXPECT_EQ(visitor().allocate(tcp).code, ErrorCode::unsupported_transport_protocol);
}

TEST_F(JudgePeerTest, ATrialLastsTwoMinutesWhateverIsAskedFor) {
  client::AllocateOptions long_one;
  long_one.lifetime = Seconds{3600};
  ASSERT_EQ(visitor().allocate(long_one).ending, Ending::success);
  EXPECT_EQ(visitor().session().allocation().value().lifetime, kTrialLifetime);
  pass(Seconds{60});
  ASSERT_EQ(visitor().refresh(Seconds{3600}).ending, Ending::success);
  pass(Seconds{61});  // the credential is over
  EXPECT_EQ(visitor().refresh(Seconds{3600}).code, ErrorCode::unauthenticated);
  pass(Seconds{59});
  EXPECT_EQ(server().allocations(), 0U);
}

TEST_F(JudgePeerTest, AllTrialsCountAsOneUserWithABoundOfItsOwn) {
  limits_.per_user = 1;
  limits_.trial = 2;
  ASSERT_EQ(visitor().allocate().ending, Ending::success);
  ASSERT_EQ(add_ephemeral_client("9.0.0.2:4000", "turnpike-check:b", Seconds{120}).allocate().ending, Ending::success);
  EXPECT_EQ(add_ephemeral_client("9.0.0.3:4000", "turnpike-check:c", Seconds{120}).allocate().code,
            ErrorCode::allocation_quota_reached);
  EXPECT_EQ(add_ephemeral_client("9.0.0.3:4001", "carol", Seconds{120}).allocate().ending, Ending::success);
}

TEST_F(JudgePeerTest, WithoutTrialOthersMayBePeers) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
}

}  // namespace
}  // namespace turnpike::turn
