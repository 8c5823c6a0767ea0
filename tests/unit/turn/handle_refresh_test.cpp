#include "turn/handle_refresh.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageBuilder;
using stun::Method;
using test::kPeer;

class HandleRefreshTest : public test::CoreTest {
 protected:
  void allocate_dual() {
    AllocateOptions options;
    options.additional_family = AddressFamily::ipv6;
    ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  }
  client::Outcome refresh_and_check_lifetime(std::uint32_t asked, Seconds given) {
    const auto outcome = alice().refresh(Seconds{asked});
    EXPECT_EQ(alice().session().allocation()->lifetime, given) << asked;
    return outcome;
  }
};

TEST_F(HandleRefreshTest, WithoutAllocationItIs437) {
  EXPECT_EQ(alice().refresh().code, ErrorCode::allocation_mismatch);
}

TEST_F(HandleRefreshTest, WithAnotherUsersCredentialsItIs441) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  auto& bob = add_client("9.0.0.1:4000", "bob", "builder");
  EXPECT_EQ(bob.refresh().code, ErrorCode::wrong_credentials);
  EXPECT_EQ(bob.refresh(Seconds{0}).code, ErrorCode::wrong_credentials);
  EXPECT_EQ(server().allocations(), 1U);
}

TEST_F(HandleRefreshTest, LifetimesAreClamped) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  refresh_and_check_lifetime(1, Seconds{600});
  refresh_and_check_lifetime(1200, Seconds{1200});
  refresh_and_check_lifetime(4'294'967'295U, Seconds{3600});
}

TEST_F(HandleRefreshTest, ARefreshExtendsTheLife) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  pass(Seconds{599});
  ASSERT_EQ(alice().refresh().ending, Ending::success);
  pass(Seconds{599});
  EXPECT_EQ(server().allocations(), 1U);
  pass(Seconds{1});
  EXPECT_EQ(server().allocations(), 0U);
}

TEST_F(HandleRefreshTest, ZeroEndsTheAllocationAndItsTrafficAtOnce) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  const Endpoint relayed = alice().relayed();
  ASSERT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  EXPECT_EQ(alice().send(kPeer, "x").reason, DropReason::no_allocation);
  EXPECT_FALSE(server().on_peer_datagram(relayed, kPeer, as_bytes("x"), clock_.now()).has_value());
  EXPECT_EQ(server().ports_in_use(), 0U);
  EXPECT_EQ(server().ledger().total(), 0U);
  ASSERT_EQ(server().ended().size(), 1U);
  EXPECT_EQ(server().ended()[0].reason, EndReason::refreshed_to_zero);
}

TEST_F(HandleRefreshTest, TheAnswerToZeroSaysZero) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  const auto view = test::view_of(alice().answers().back());
  EXPECT_EQ(stun::read_u32(view.find(AttributeType::lifetime)->value), 0U);
}

TEST_F(HandleRefreshTest, ARetransmittedDeletionGetsTheSameBytes) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  pass(Seconds{39});
  EXPECT_EQ(ask(alice(), alice().sent().back()), alice().answers().back());
}

TEST_F(HandleRefreshTest, ARetransmittedDeletionLeavesASuccessorAlone) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  const auto deletion = alice().sent().back();
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  static_cast<void>(ask(alice(), deletion));
  EXPECT_EQ(server().allocations(), 1U);
}

TEST_F(HandleRefreshTest, AFamilyThatTheAllocationHasNotIs443) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(alice().refresh({}, AddressFamily::ipv6).code, ErrorCode::peer_address_family_mismatch);
  EXPECT_EQ(alice().refresh(Seconds{0}, AddressFamily::ipv6).code, ErrorCode::peer_address_family_mismatch);
  EXPECT_EQ(alice().refresh({}, AddressFamily::ipv4).ending, Ending::success);
}

TEST_F(HandleRefreshTest, OneHalfOfADualAllocationCanBeDeleted) {
  allocate_dual();
  ASSERT_EQ(alice().bind_channel(0x4000, test::kPeer6).ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4001, kPeer).ending, Ending::success);
  ASSERT_EQ(alice().refresh(Seconds{0}, AddressFamily::ipv6).ending, Ending::success);
  EXPECT_EQ(server().open_sockets(), 1U);
  EXPECT_EQ(alice().send(test::kPeer6, "x").kind, ClientVerdict::Kind::drop);
  EXPECT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
  EXPECT_EQ(alice().refresh({}, AddressFamily::ipv6).code, ErrorCode::peer_address_family_mismatch);
}

TEST_F(HandleRefreshTest, DeletingBothHalvesOneByOneEndsTheAllocation) {
  allocate_dual();
  ASSERT_EQ(alice().refresh(Seconds{0}, AddressFamily::ipv4).ending, Ending::success);
  ASSERT_EQ(alice().refresh(Seconds{0}, AddressFamily::ipv6).ending, Ending::success);
  EXPECT_EQ(server().allocations(), 0U);
  EXPECT_EQ(server().ledger().total(), 0U);
  EXPECT_EQ(server().ports_in_use(), 0U);
}

TEST_F(HandleRefreshTest, ARetransmittedDeletionOfOneHalfGetsTheSameBytes) {
  allocate_dual();
  ASSERT_EQ(alice().refresh(Seconds{0}, AddressFamily::ipv6).ending, Ending::success);
  EXPECT_EQ(ask(alice(), alice().sent().back()), alice().answers().back());
}

TEST_F(HandleRefreshTest, RefreshingOneHalfLetsTheOtherRunOut) {
  allocate_dual();
  pass(Seconds{300});
  ASSERT_EQ(alice().refresh({}, AddressFamily::ipv6).ending, Ending::success);
  pass(Seconds{300});
  EXPECT_EQ(server().open_sockets(), 1U);
  EXPECT_EQ(alice().create_permission({test::kPeer6}).ending, Ending::success);
  EXPECT_EQ(alice().create_permission({kPeer}).code, ErrorCode::peer_address_family_mismatch);
  pass(Seconds{300});
  EXPECT_EQ(server().allocations(), 0U);
}

TEST_F(HandleRefreshTest, WhatIsAppendedBehindTheIntegrityDoesNothing) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const auto& signer = signer_of(alice());
  auto request = write(
      Method::refresh, [&](MessageBuilder& builder) { builder.add_u32(AttributeType::lifetime, 1200); }, &signer);
  const std::array<std::uint8_t, 8> zero_lifetime{0x00, 0x0d, 0x00, 0x04, 0, 0, 0, 0};
  request.insert(request.end(), zero_lifetime.begin(), zero_lifetime.end());
  request[3] = static_cast<std::uint8_t>(request[3] + 8);
  ASSERT_LT(request.size(), 276U);  // so that the length's low byte held it
  const auto answer = ask(alice(), request);
  EXPECT_EQ(stun::read_u32(test::view_of(answer).find(AttributeType::lifetime)->value), 1200U);
  EXPECT_EQ(server().allocations(), 1U);
}

TEST_F(HandleRefreshTest, ExpiredCredentialsDoNotRefresh) {
  auto& carol = add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{300});
  ASSERT_EQ(carol.allocate().ending, Ending::success);
  pass(Seconds{299});
  EXPECT_EQ(carol.refresh().ending, Ending::success);
  pass(Seconds{1});
  EXPECT_EQ(carol.refresh().code, ErrorCode::unauthenticated);
  EXPECT_EQ(server().allocations(), 1U);
}

TEST_F(HandleRefreshTest, AMalformedLifetimeIs400) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const auto request = write(
      Method::refresh, [](MessageBuilder& b) { b.add(AttributeType::lifetime, std::array<std::uint8_t, 1>{}); },
      &signer_of(alice()));
  EXPECT_EQ(code_of(alice(), request), ErrorCode::bad_request);
  EXPECT_EQ(server().allocations(), 1U);
}

}  // namespace
}  // namespace turnpike::turn
