#include "turnpike/turn/peer_policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/core_settings.hpp"
#include "support/ip_blocks.hpp"

namespace turnpike::turn {
namespace {

using test::address;
using test::endpoint;
using test::prefix;

PeerJudgement judge_by_default(std::string_view text) { return PeerPolicy(PeerRules{}).judge(address(text)); }

std::vector<IpPrefix> all_special_blocks() {
  auto blocks = test::read_special_purpose_blocks("iana-ipv4-special.csv");
  for (const IpPrefix& block : test::read_special_purpose_blocks("iana-ipv6-special.csv")) blocks.push_back(block);
  return blocks;
}

/// What is denied besides the registries: multicast and deprecated carriers of IPv4 addresses.
std::vector<IpPrefix> blocks_outside_the_registries() {
  return {prefix("224.0.0.0/4"), prefix("ff00::/8"), prefix("::/96"), prefix("::ffff:0:0:0/96"), prefix("fec0::/10")};
}

TEST(PeerPolicyTest, EveryBlockOfBothRegistriesIsDeniedFromFirstToLastAddress) {
  const PeerPolicy policy{PeerRules{}};
  const auto blocks = all_special_blocks();
  ASSERT_GE(blocks.size(), 50U);
  for (const IpPrefix& block : blocks) {
    for (const IpAddress& peer : {test::first_of(block), test::middle_of(block), test::last_of(block)}) {
      EXPECT_EQ(policy.judge(peer), PeerJudgement::special_purpose) << peer.to_string() << " of " << block.to_string();
      EXPECT_EQ(policy.judge(Endpoint{peer, 9}), PeerJudgement::special_purpose) << peer.to_string();
    }
  }
}

TEST(PeerPolicyTest, AddressesJustOutsideABlockAreAllowedUnlessInAnother) {
  const PeerPolicy policy{PeerRules{}};
  auto denied = all_special_blocks();
  for (const IpPrefix& block : blocks_outside_the_registries()) denied.push_back(block);
  std::size_t allowed = 0;
  for (const IpPrefix& block : denied) {
    for (const IpAddress& peer :
         {test::neighbour_of(test::first_of(block), -1), test::neighbour_of(test::last_of(block), 1)}) {
      const bool inside = std::ranges::any_of(denied, [&](const IpPrefix& other) { return other.contains(peer); });
      EXPECT_EQ(policy.judge(peer) == PeerJudgement::allowed, !inside)
          << peer.to_string() << " next to " << block.to_string();
      allowed += inside ? 0U : 1U;
    }
  }
  EXPECT_GT(allowed, 40U);
}

TEST(PeerPolicyTest, MulticastAndDeprecatedFormsAreDenied) {
  const PeerPolicy policy{PeerRules{}};
  for (const IpPrefix& block : blocks_outside_the_registries()) {
    EXPECT_NE(policy.judge(test::first_of(block)), PeerJudgement::allowed) << block.to_string();
    EXPECT_NE(policy.judge(test::middle_of(block)), PeerJudgement::allowed) << block.to_string();
    EXPECT_NE(policy.judge(test::last_of(block)), PeerJudgement::allowed) << block.to_string();
  }
}

TEST(PeerPolicyTest, OrdinaryAddressesAreAllowed) {
  for (const char* text : {"1.1.1.1", "8.8.8.8", "193.0.14.129", "2606:4700::1111", "2a01:4f8::1"}) {
    EXPECT_EQ(judge_by_default(text), PeerJudgement::allowed) << text;
  }
}

TEST(PeerPolicyTest, PortZeroIsNoPeer) {
  const PeerPolicy policy{PeerRules{}};
  EXPECT_EQ(policy.judge(endpoint("8.8.8.8:0")), PeerJudgement::port_zero);
}

TEST(PeerPolicyTest, AnAllowRuleOpensItsBlockAndNothingBesideIt) {
  const PeerPolicy policy{
      PeerRules{.allow = {prefix("10.1.0.0/16")}, .deny = {}, .broadcasts = {}, .listeners = {}, .relays = {}}};
  EXPECT_EQ(policy.judge(address("10.1.0.0")), PeerJudgement::allowed);
  EXPECT_EQ(policy.judge(address("10.1.255.255")), PeerJudgement::allowed);
  EXPECT_EQ(policy.judge(address("10.0.255.255")), PeerJudgement::special_purpose);
  EXPECT_EQ(policy.judge(address("10.2.0.0")), PeerJudgement::special_purpose);
  EXPECT_EQ(policy.judge(address("::ffff:10.2.0.0")), PeerJudgement::special_purpose);
}

TEST(PeerPolicyTest, AnAllowRuleWiderThanASpecialBlockDoesNotOpenIt) {
  const PeerPolicy policy{PeerRules{
      .allow = {prefix("0.0.0.0/0"), prefix("::/0")}, .deny = {}, .broadcasts = {}, .listeners = {}, .relays = {}}};
  for (const IpPrefix& block : all_special_blocks()) {
    EXPECT_NE(policy.judge(test::first_of(block)), PeerJudgement::allowed) << block.to_string();
    EXPECT_NE(policy.judge(test::last_of(block)), PeerJudgement::allowed) << block.to_string();
  }
}

TEST(PeerPolicyTest, TheMoreSpecificRuleWinsAndDenyWinsATie) {
  PeerRules rules;
  rules.allow = {prefix("10.0.0.0/8"), prefix("10.1.2.3/32"), prefix("9.9.0.0/16")};
  rules.deny = {prefix("10.1.0.0/16"), prefix("9.9.0.0/16")};
  const PeerPolicy policy(rules);
  EXPECT_EQ(policy.judge(address("10.9.9.9")), PeerJudgement::allowed);
  EXPECT_EQ(policy.judge(address("10.1.9.9")), PeerJudgement::denied_by_rule);
  EXPECT_EQ(policy.judge(address("10.1.2.3")), PeerJudgement::allowed);
  EXPECT_EQ(policy.judge(address("9.9.9.9")), PeerJudgement::denied_by_rule);
}

TEST(PeerPolicyTest, BroadcastAddressesOfLocalSubnetsStayDeniedInAnAllowedBlock) {
  const auto policy = test::CoreSettings{}.build()->peers;
  EXPECT_EQ(policy->judge(address("198.51.100.254")), PeerJudgement::allowed);
  EXPECT_EQ(policy->judge(address("198.51.100.255")), PeerJudgement::own_broadcast);
}

TEST(PeerPolicyTest, OwnRelayedAddressesAreReachableAndOwnListenersAreNot) {
  test::CoreSettings settings;
  settings.peers.listeners.push_back(endpoint("203.0.113.10:3478"));  // one address for both
  const auto policy = settings.build()->peers;
  EXPECT_EQ(policy->judge(address("203.0.113.10")), PeerJudgement::allowed);
  EXPECT_EQ(policy->judge(endpoint("203.0.113.10:50000")), PeerJudgement::allowed);
  EXPECT_EQ(policy->judge(endpoint("[2001:db8:1::10]:50999")), PeerJudgement::allowed);
  EXPECT_EQ(policy->judge(endpoint("203.0.113.10:3478")), PeerJudgement::own_listener);
  EXPECT_EQ(policy->judge(endpoint("203.0.113.1:3478")), PeerJudgement::own_listener);
  EXPECT_NE(policy->judge(address("203.0.113.1")), PeerJudgement::allowed);
}

TEST(PeerPolicyTest, OtherPortsOfARelayAddressAreDenied) {
  const auto policy = test::CoreSettings{}.build()->peers;
  EXPECT_NE(policy->judge(endpoint("203.0.113.10:22")), PeerJudgement::allowed);
  EXPECT_NE(policy->judge(endpoint("203.0.113.10:49999")), PeerJudgement::allowed);
  EXPECT_NE(policy->judge(endpoint("203.0.113.10:51000")), PeerJudgement::allowed);
}

TEST(PeerPolicyTest, AListenerIsDeniedByItsExternalAddressToo) {
  test::CoreSettings settings;
  settings.relays = {{address("10.0.0.8"), address("8.9.10.11")}};
  settings.peers.listeners = {endpoint("10.0.0.8:3478")};
  const auto policy = settings.build()->peers;
  EXPECT_EQ(policy->judge(endpoint("8.9.10.11:3478")), PeerJudgement::own_listener);
  EXPECT_EQ(policy->judge(endpoint("8.9.10.11:50001")), PeerJudgement::allowed);
  EXPECT_NE(policy->judge(endpoint("8.9.10.11:22")), PeerJudgement::allowed);
}

TEST(PeerPolicyTest, EveryJudgementHasAName) {
  EXPECT_EQ(to_string(PeerJudgement::special_purpose), "special_purpose");
  EXPECT_EQ(to_string(PeerJudgement::own_address), "own_address");
}

}  // namespace
}  // namespace turnpike::turn
