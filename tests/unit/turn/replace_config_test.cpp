#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::ErrorCode;
using stun::Method;
using test::kOtherPeer;
using test::kPeer;

class ReplaceConfigTest : public test::CoreTest {
 protected:
  void apply() { server().replace_config(settings_.build(), clock_.now()); }
  std::size_t messages_of_a_refresh() {
    const std::size_t before = alice().sent().size();
    EXPECT_EQ(alice().refresh().ending, Ending::success);
    return alice().sent().size() - before;
  }
};

TEST_F(ReplaceConfigTest, NoncesStayGoodEvenWithAnotherSecretInTheConfiguration) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  auto config = std::make_shared<CoreConfig>(*settings_.build());
  config->nonce_secret.fill(0x77);
  server().replace_config(config, clock_.now());
  EXPECT_EQ(messages_of_a_refresh(), 1U);
}

TEST_F(ReplaceConfigTest, AnotherNonceLifetimeCostsOneRoundTripAndHoldsFromThenOn) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  settings_.core.nonce_lifetime = Seconds{300};
  apply();
  EXPECT_EQ(messages_of_a_refresh(), 2U);
  EXPECT_EQ(messages_of_a_refresh(), 1U);
  pass(Seconds{300});
  EXPECT_EQ(messages_of_a_refresh(), 2U);
}

TEST_F(ReplaceConfigTest, AnonymityIsOfferedAsSoonAsNoSecretIsLeft) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_FALSE(test::view_of(alice().sent().back()).has(stun::AttributeType::userhash));
  settings_.secrets.clear();
  apply();
  auto& other = add_client("9.0.0.1:4001");
  ASSERT_EQ(other.allocate().ending, Ending::success);
  EXPECT_TRUE(test::view_of(other.sent().back()).has(stun::AttributeType::userhash));
  EXPECT_EQ(messages_of_a_refresh(), 2U);
}

TEST_F(ReplaceConfigTest, AnotherRealmKeepsEphemeralAllocations) {
  auto& carol = add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{600});
  ASSERT_EQ(carol.allocate().ending, Ending::success);
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  auto config = std::make_shared<CoreConfig>(*settings_.build());
  // The keys of static users are made with the realm.
  config->credentials = CredentialStore("elsewhere", settings_.secrets,
                                        {StaticUser::from_password("alice", "elsewhere", "wonderland")}, Seconds{900});
  server().replace_config(config, clock_.now());
  EXPECT_EQ(server().allocations(), 1U);
  EXPECT_EQ(code_of(carol, write(Method::refresh, {}, &signer_of(carol))), ErrorCode::unauthenticated);
  const auto credential = mint_ephemeral(test::kSecret, "carol", clock_.wall() + Seconds{600});
  auto& same = add_client("9.0.0.1:4001", credential.username, credential.password);
  EXPECT_EQ(same.refresh().ending, Ending::success);
}

TEST_F(ReplaceConfigTest, LifetimesHoldFromTheNextRequest) {
  AllocateOptions options;
  options.lifetime = Seconds{3600};
  ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  settings_.core.max_lifetime = Seconds{900};
  apply();
  pass(Seconds{1000});
  ASSERT_EQ(server().allocations(), 1U);
  ASSERT_EQ(alice().refresh(Seconds{3600}).ending, Ending::success);
  EXPECT_EQ(alice().session().allocation()->lifetime, Seconds{900});
}

TEST_F(ReplaceConfigTest, PeerRulesHoldFromTheNextRequestAndWhatWasGrantedStays) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  settings_.peers.deny = {test::prefix("198.51.100.0/24")};
  apply();
  EXPECT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(alice().create_permission({kOtherPeer}).code, ErrorCode::forbidden);
  EXPECT_EQ(alice().bind_channel(0x4000, kPeer).code, ErrorCode::forbidden);
}

TEST_F(ReplaceConfigTest, FewerPermissionsThanAreHeldRefuseNewOnesOnly) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().create_permission({kPeer, kOtherPeer}).ending, Ending::success);
  settings_.core.max_permissions = 1;
  apply();
  EXPECT_EQ(alice().send(kOtherPeer, "x").kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(alice().create_permission({kOtherPeer}).ending, Ending::success);
  EXPECT_EQ(alice().create_permission({test::endpoint("198.51.100.9:7000")}).code, ErrorCode::insufficient_capacity);
}

TEST_F(ReplaceConfigTest, ARateThatComesInLaterHoldsForLiveAllocations) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  const std::string payload(1000, 'x');
  for (int i = 0; i < 10; ++i) ASSERT_EQ(alice().send(kPeer, payload).kind, ClientVerdict::Kind::forward);
  settings_.core.allocation_rate = {1000};
  apply();
  EXPECT_EQ(alice().send(kPeer, payload).kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(alice().send(kPeer, payload).reason, DropReason::rate_limited);
  settings_.core.allocation_rate = {};
  apply();
  EXPECT_EQ(alice().send(kPeer, payload).kind, ClientVerdict::Kind::forward);
}

TEST_F(ReplaceConfigTest, RevocationsOutlastIt) {
  auto& carol = add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{600});
  ASSERT_EQ(carol.allocate().ending, Ending::success);
  ASSERT_TRUE(server().revoke(carol.session().signer()->username, clock_.wall() + Seconds{600}, clock_.now()));
  apply();
  EXPECT_EQ(carol.allocate().code, ErrorCode::unauthenticated);
}

}  // namespace
}  // namespace turnpike::turn
