#include <algorithm>

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::ErrorCode;
using stun::Method;
using test::Bytes;
using test::kOtherPeer;
using test::kPeer;
using test::kSecondSecret;
using test::kSecret;

class VouchingTest : public test::CoreTest {
 protected:
  void apply() { server().replace_config(settings_.build(), clock_.now()); }
  bool revoke(test::DirectClient& client) {
    const std::string& username = client.session().signer()->username;
    return server().revoke(username, parse_ephemeral_username(username)->expiry, clock_.now());
  }
  test::DirectClient& allocated(std::string_view from, std::string_view user, std::string_view secret = kSecret) {
    auto& client = add_ephemeral_client(from, user, Seconds{600}, secret);
    EXPECT_EQ(client.allocate().ending, Ending::success);
    return client;
  }
  [[nodiscard]] std::size_t ended_as(EndReason reason) {
    return static_cast<std::size_t>(std::ranges::count(server().ended(), reason, &AllocationEnded::reason));
  }
};

TEST_F(VouchingTest, ARemovedSecretEndsItsAllocationsAndNoOthers) {
  auto& north = allocated("9.0.0.1:4001", "carol", kSecret);
  auto& south = allocated("9.0.0.1:4002", "carol", kSecondSecret);
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  settings_.secrets = {kSecondSecret};
  apply();
  EXPECT_EQ(server().allocations(), 2U);
  EXPECT_EQ(ended_as(EndReason::revoked), 1U);
  EXPECT_EQ(north.refresh().code, ErrorCode::unauthenticated);
  EXPECT_EQ(south.refresh().ending, Ending::success);
  EXPECT_EQ(alice().refresh().ending, Ending::success);
  server().check_consistency();
}

TEST_F(VouchingTest, ASecretInAnotherPlaceIsTheSameSecret) {
  auto& carol = allocated("9.0.0.1:4001", "carol");
  settings_.secrets = {"new", kSecondSecret, kSecret};
  apply();
  EXPECT_EQ(server().allocations(), 1U);
  EXPECT_EQ(carol.refresh().ending, Ending::success);
}

TEST_F(VouchingTest, ADeletedUserLosesTheAllocation) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  auto& bob = add_client("9.0.0.1:4001", "bob", "builder");
  ASSERT_EQ(bob.allocate().ending, Ending::success);
  settings_.users = {{"bob", "builder"}};
  apply();
  EXPECT_EQ(server().allocations(), 1U);
  EXPECT_EQ(server().ended().at(0).account->user, "alice");
  EXPECT_EQ(alice().refresh().code, ErrorCode::unauthenticated);
  EXPECT_EQ(bob.refresh().ending, Ending::success);
}

TEST_F(VouchingTest, AChangedPasswordEndsTheAllocation) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  settings_.users = {{"alice", "looking glass"}};
  apply();
  EXPECT_EQ(ended_as(EndReason::revoked), 1U);
  EXPECT_EQ(add_client("9.0.0.1:4001", "alice", "looking glass").allocate().ending, Ending::success);
}

TEST_F(VouchingTest, AnAddedUserMayAllocateAtOnce) {
  auto& dora = add_client("9.0.0.1:4001", "dora", "explorer");
  ASSERT_EQ(dora.allocate().code, ErrorCode::unauthenticated);
  settings_.users.emplace_back("dora", "explorer");
  apply();
  EXPECT_EQ(dora.allocate().ending, Ending::success);
}

TEST_F(VouchingTest, AnAllocationThatIsStillOpeningEndsToo) {
  server().hold_opens(true);
  const auto& signer = signer_of(alice());
  const Bytes request = write(
      Method::allocate,
      [](stun::MessageBuilder& b) { b.add_u32(stun::AttributeType::requested_transport, 17U << 24U); }, &signer);
  static_cast<void>(alice().exchange(request));
  ASSERT_EQ(server().held_opens(), 1U);
  settings_.users.clear();
  apply();
  EXPECT_EQ(server().allocations(), 0U);
  server().answer_held_opens(clock_.now());
  EXPECT_EQ(server().ports_in_use(), 0U);
  EXPECT_EQ(server().ledger().total(), 0U);
}

TEST_F(VouchingTest, MoreAllocationsThanTheOutboxHoldsAllEnd) {
  for (int port = 4001; port <= 4100; ++port) allocated("9.0.0.1:" + std::to_string(port), "carol");
  Outbox outbox;
  settings_.secrets.clear();
  server().core().replace_config(settings_.build());
  EXPECT_FALSE(server().core().end_unvouched(clock_.now(), outbox));
  EXPECT_LE(outbox.commands().size(), Outbox::kCapacity);
  EXPECT_FALSE(outbox.empty());
  for (int turns = 0; turns < 100; ++turns) {
    outbox.clear();
    if (server().core().end_unvouched(clock_.now(), outbox)) break;
  }
  EXPECT_EQ(server().core().allocation_count(), 0U);
}

TEST_F(VouchingTest, ANewSweepStartsAtTheFirstAllocation) {
  auto& first = allocated("9.0.0.1:4001", "first");
  for (int port = 4002; port <= 4060; ++port) allocated("9.0.0.1:" + std::to_string(port), "carol", kSecondSecret);
  Outbox outbox;
  settings_.secrets = {kSecret};
  server().core().replace_config(settings_.build());
  ASSERT_FALSE(server().core().end_unvouched(clock_.now(), outbox));
  const std::string& username = first.session().signer()->username;
  ASSERT_TRUE(server().core().revoke(username, parse_ephemeral_username(username)->expiry, clock_.now()));
  for (int turns = 0; turns < 100; ++turns) {
    outbox.clear();
    if (server().core().end_unvouched(clock_.now(), outbox)) break;
  }
  EXPECT_EQ(server().core().allocation_count(), 0U);
}

TEST_F(VouchingTest, ARevokedUsernameLosesTheAllocationAndItsTraffic) {
  auto& carol = allocated("9.0.0.1:4001", "carol");
  auto& dora = allocated("9.0.0.1:4002", "dora");
  ASSERT_EQ(carol.bind_channel(0x4000, kPeer).ending, Ending::success);
  const Endpoint relayed = carol.relayed();
  ASSERT_TRUE(revoke(carol));
  EXPECT_EQ(carol.send(kPeer, "x").reason, DropReason::no_allocation);
  EXPECT_FALSE(server().on_peer_datagram(relayed, kPeer, as_bytes("x"), clock_.now()).has_value());
  EXPECT_EQ(ended_as(EndReason::revoked), 1U);
  EXPECT_EQ(dora.refresh().ending, Ending::success);
  server().check_consistency();
}

TEST_F(VouchingTest, ARevokedUsernameIsA401OnEveryMethod) {
  allow_tcp();
  auto& carol = allocated("9.0.0.1:4001", "carol");
  ASSERT_TRUE(revoke(carol));
  EXPECT_EQ(carol.allocate().code, ErrorCode::unauthenticated);
  EXPECT_EQ(carol.refresh().code, ErrorCode::unauthenticated);
  EXPECT_EQ(carol.create_permission({kPeer}).code, ErrorCode::unauthenticated);
  EXPECT_EQ(carol.bind_channel(0x4000, kPeer).code, ErrorCode::unauthenticated);
  EXPECT_EQ(carol.connect(kOtherPeer).code, ErrorCode::unauthenticated);
  EXPECT_EQ(carol.bind_connection(1).code, ErrorCode::unauthenticated);
}

TEST_F(VouchingTest, ARevokedUsernameLooksLikeAWrongPassword) {
  auto& carol = allocated("9.0.0.1:4001", "carol");
  const client::Signer good = signer_of(carol);
  client::Signer wrong = good;
  wrong.key = stun::derive_long_term_key(*good.algorithm, good.username, test::kRealm, "guess");
  const Bytes to_wrong = ask(carol, write(Method::refresh, {}, &wrong));
  ASSERT_TRUE(revoke(carol));
  const Bytes to_revoked = ask(carol, write(Method::refresh, {}, &good));
  ASSERT_EQ(to_revoked.size(), to_wrong.size());
  // They differ in nothing but the transaction id.
  EXPECT_TRUE(std::ranges::equal(std::span(to_revoked).subspan(20), std::span(to_wrong).subspan(20)));
}

TEST_F(VouchingTest, AnotherCredentialOfTheSameUserIsNotRevoked) {
  auto& carol = allocated("9.0.0.1:4001", "carol");
  ASSERT_TRUE(revoke(carol));
  auto& again = add_ephemeral_client("9.0.0.1:4002", "carol", Seconds{700});
  EXPECT_EQ(again.allocate().ending, Ending::success);
}

TEST_F(VouchingTest, ARevokedUserLosesEveryAllocationAndMakesNoneWithWhatExpiresByThen) {
  auto& first = allocated("9.0.0.1:4001", "room:a/carol");
  auto& second = add_ephemeral_client("9.0.0.1:4002", "room:a/dora", Seconds{300});
  ASSERT_EQ(second.allocate().ending, Ending::success);
  auto& other = allocated("9.0.0.1:4003", "room:ab/carol");
  ASSERT_TRUE(server().revoke("*:room:a", clock_.wall() + Seconds{600}, clock_.now()));
  EXPECT_EQ(ended_as(EndReason::revoked), 2U);
  EXPECT_EQ(first.allocate().code, ErrorCode::unauthenticated);
  EXPECT_EQ(second.refresh().code, ErrorCode::unauthenticated);
  EXPECT_EQ(other.refresh().ending, Ending::success);
  server().check_consistency();
}

TEST_F(VouchingTest, WhatIsMintedAfterwardsForARevokedUserIsGood) {
  auto& carol = allocated("9.0.0.1:4001", "room:a/carol");
  ASSERT_TRUE(server().revoke("*:room:a/carol", clock_.wall() + Seconds{600}, clock_.now()));
  EXPECT_EQ(carol.refresh().code, ErrorCode::unauthenticated);
  pass(Seconds{60});
  auto& again = add_ephemeral_client("9.0.0.1:4002", "room:a/carol", Seconds{600});
  EXPECT_EQ(again.allocate().ending, Ending::success);
}

TEST_F(VouchingTest, AllCredentialsOfAUserAreNotTheStaticUserOfThatName) {
  settings_.users.emplace_back("*:alice", "looking glass");
  apply();
  auto& odd = add_client("9.0.0.1:4001", "*:alice", "looking glass");
  ASSERT_EQ(odd.allocate().ending, Ending::success);
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_TRUE(server().revoke("*:alice", clock_.wall() + Seconds{600}, clock_.now()));
  EXPECT_EQ(server().allocations(), 2U);
  EXPECT_EQ(odd.refresh().ending, Ending::success);
  EXPECT_EQ(alice().refresh().ending, Ending::success);
}

TEST_F(VouchingTest, AnAllocationThatOutlivedItsCredentialCanStillBeRevoked) {
  auto& carol = add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{100});
  ASSERT_EQ(carol.allocate().ending, Ending::success);
  pass(Seconds{200});
  ASSERT_EQ(server().allocations(), 1U);
  ASSERT_TRUE(revoke(carol));
  EXPECT_EQ(server().allocations(), 0U);
}

TEST_F(VouchingTest, ADataConnectionOfARevokedUserCannotBeBound) {
  allow_tcp();
  const auto credential = mint_ephemeral(kSecret, "carol", clock_.wall() + Seconds{600});
  auto& carol = add_control(4001, credential.username, credential.password);
  ASSERT_EQ(carol.connect(kPeer).ending, Ending::success);
  ASSERT_EQ(server().connections().size(), 1U);
  const auto connection = server().connections()[0].id;
  ASSERT_TRUE(revoke(carol));
  EXPECT_TRUE(server().connections().empty());
  EXPECT_FALSE(server().core().take_connection(connection, credential.username, clock_.now()).has_value());
}

TEST_F(VouchingTest, OneAllocationCanBeEndedByItsId) {
  auto& carol = allocated("9.0.0.1:4001", "carol");
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const AllocationId id = server().started().at(0).allocation;
  EXPECT_TRUE(server().end_one(0, id, clock_.now()));
  EXPECT_EQ(ended_as(EndReason::killed), 1U);
  EXPECT_FALSE(server().end_one(0, id, clock_.now()));
  EXPECT_EQ(carol.refresh().code, ErrorCode::allocation_mismatch);
  EXPECT_EQ(alice().refresh().ending, Ending::success);
  EXPECT_EQ(carol.allocate().ending, Ending::success);
  EXPECT_FALSE(server().end_one(0, id, clock_.now()));
}

}  // namespace
}  // namespace turnpike::turn
