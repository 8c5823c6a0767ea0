#include "turn/handle_allocate.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::AttributeType;
using stun::ErrorCode;
using stun::Method;
using test::Bytes;
using test::endpoint;

class HandleAllocateTest : public test::CoreTest {
 protected:
  static AllocateOptions with_lifetime(std::uint32_t seconds) {
    AllocateOptions options;
    options.lifetime = Seconds{seconds};
    return options;
  }
  void expect_nothing_left() {
    EXPECT_EQ(server().allocations(), 0U);
    EXPECT_EQ(server().ports_in_use(), 0U);
    EXPECT_EQ(server().ledger().total(), 0U);
    EXPECT_EQ(server().ledger().users(), 0U);
  }
};

TEST_F(HandleAllocateTest, GivesARelayedAddressAndTellsTheMappedOne) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const auto& grant = alice().session().allocation().value();
  ASSERT_EQ(grant.relayed.size(), 1U);
  EXPECT_EQ(grant.relayed[0].address, test::address("203.0.113.10"));
  EXPECT_GE(grant.relayed[0].port, settings_.first_port);
  EXPECT_LE(grant.relayed[0].port, settings_.last_port);
  EXPECT_EQ(grant.mapped, endpoint("9.0.0.1:4000"));
  EXPECT_EQ(grant.lifetime, Seconds{600});
}

TEST_F(HandleAllocateTest, ReportsTheStart) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(server().started().size(), 1U);
  const AllocationStarted& started = server().started()[0];
  EXPECT_EQ(started.five_tuple, alice().five_tuple());
  EXPECT_EQ(started.account->user, "alice");
  ASSERT_EQ(started.relayed_count, 1U);
  EXPECT_EQ(started.relayed[0], alice().relayed());
}

TEST_F(HandleAllocateTest, LifetimesAreClampedBetweenDefaultAndMaximum) {
  int port = 5000;
  for (const auto& [asked, given] :
       {std::pair{0U, 600}, {1U, 600}, {601U, 601}, {3600U, 3600}, {4'294'967'295U, 3600}}) {
    auto& client = add_client("9.0.0.1:" + std::to_string(++port));
    ASSERT_EQ(client.allocate(with_lifetime(asked)).ending, Ending::success);
    EXPECT_EQ(client.session().allocation()->lifetime, Seconds{given}) << asked;
  }
}

TEST_F(HandleAllocateTest, TheAnnouncedAddressIsTheExternalOne) {
  settings_.relays = {{test::address("10.0.0.8"), test::address("203.0.113.8")}};
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(alice().relayed().address, test::address("203.0.113.8"));
}

TEST_F(HandleAllocateTest, ASecondAllocateOnTheFiveTupleIsAMismatch) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(alice().allocate().code, ErrorCode::allocation_mismatch);
  EXPECT_EQ(server().allocations(), 1U);
}

TEST_F(HandleAllocateTest, ARetransmissionGetsTheSameBytesAndNoSecondAllocation) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const Bytes first = alice().answers().back();
  pass(Seconds{5});
  EXPECT_EQ(ask(alice(), alice().sent().back()), first);
  EXPECT_EQ(server().allocations(), 1U);
  EXPECT_EQ(server().ports_in_use(), 1U);
  EXPECT_EQ(server().ledger().total(), 1U);
}

TEST_F(HandleAllocateTest, ARetransmissionOfAReservingRequestGetsTheSameToken) {
  AllocateOptions options;
  options.even_port = true;
  ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  EXPECT_EQ(ask(alice(), alice().sent().back()), alice().answers().back());
  EXPECT_EQ(server().sockets_put_aside(), 1U);
}

TEST_F(HandleAllocateTest, ALateDuplicateAfterTheDeletionMakesNoNewAllocation) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const Bytes request = alice().sent().back();
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  static_cast<void>(alice().exchange(request));
  EXPECT_EQ(server().allocations(), 0U);
}

TEST_F(HandleAllocateTest, ARetransmissionWhileTheSocketOpensIsAnsweredOnce) {
  signer_of(alice());
  server().hold_opens(true);
  static_cast<void>(alice().allocate());
  EXPECT_TRUE(alice().exchange(alice().sent().back()).empty());
  EXPECT_EQ(server().held_opens(), 1U);
  server().answer_held_opens(clock_.now());
  EXPECT_EQ(server().take_for(alice().five_tuple()).size(), 1U);
}

TEST_F(HandleAllocateTest, WithoutPortsItIs508AndNothingIsKept) {
  server().refuse_sockets_of(AddressFamily::ipv4);
  EXPECT_EQ(alice().allocate().code, ErrorCode::insufficient_capacity);
  expect_nothing_left();
  server().accept_all_sockets();
  EXPECT_EQ(alice().allocate().ending, Ending::success);
}

TEST_F(HandleAllocateTest, ASocketThatNeverOpensIsForgottenAfterAWhile) {
  signer_of(alice());
  server().hold_opens(true);
  static_cast<void>(alice().allocate());
  EXPECT_EQ(server().allocations(), 1U);
  pass(Seconds{60});
  expect_nothing_left();
  server().answer_held_opens(clock_.now());  // the late completion is told to close
  expect_nothing_left();
  server().check_consistency();
}

TEST_F(HandleAllocateTest, AUserAtTheBoundIsRefusedWith486) {
  limits_.per_user = 2;
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(add_client("9.0.0.1:4001").allocate().ending, Ending::success);
  EXPECT_EQ(add_client("9.0.0.1:4002").allocate().code, ErrorCode::allocation_quota_reached);
  EXPECT_EQ(add_client("9.0.0.1:4003", "bob", "builder").allocate().ending, Ending::success);
}

TEST_F(HandleAllocateTest, AUsersEphemeralCredentialsShareOneQuota) {
  limits_.per_user = 1;
  ASSERT_EQ(add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{600}).allocate().ending, Ending::success);
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4002", "carol", Seconds{700}).allocate().code,
            ErrorCode::allocation_quota_reached);
}

TEST_F(HandleAllocateTest, AClientAddressAtTheBoundIsRefusedWith486) {
  limits_.per_client_address = 1;
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(add_client("9.0.0.1:4001", "bob", "builder").allocate().code, ErrorCode::allocation_quota_reached);
  EXPECT_EQ(add_client("9.0.0.2:4001", "bob", "builder").allocate().ending, Ending::success);
}

TEST_F(HandleAllocateTest, TheServerAtItsBoundSays508) {
  limits_.total = 1;
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate().code, ErrorCode::insufficient_capacity);
}

TEST_F(HandleAllocateTest, ACoreAtItsBoundSays508AndReleasesTheQuota) {
  settings_.core.max_allocations = 1;
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  AllocateOptions reserving;
  reserving.even_port = true;
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate().code, ErrorCode::insufficient_capacity);
  EXPECT_EQ(add_client("9.0.0.1:4002").allocate(reserving).code, ErrorCode::insufficient_capacity);
  EXPECT_EQ(server().ledger().total(), 1U);
}

TEST_F(HandleAllocateTest, ADrainingServerSays508AndKeepsWhatLives) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  server().core().start_draining();
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate().code, ErrorCode::insufficient_capacity);
  EXPECT_EQ(alice().refresh().ending, Ending::success);
}

TEST_F(HandleAllocateTest, ADualAllocationHasOneAddressOfEachFamily) {
  AllocateOptions options;
  options.additional_family = AddressFamily::ipv6;
  ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  const auto& grant = alice().session().allocation().value();
  ASSERT_EQ(grant.relayed.size(), 2U);
  EXPECT_TRUE(grant.relayed[0].address.is_v4());
  EXPECT_TRUE(grant.relayed[1].address.is_v6());
  EXPECT_FALSE(grant.address_error.has_value());
  EXPECT_EQ(server().open_sockets(), 2U);
  EXPECT_EQ(server().ledger().total(), 1U);
}

TEST_F(HandleAllocateTest, HalfADualAllocationNamesTheMissingFamilyAs508) {
  AllocateOptions options;
  options.additional_family = AddressFamily::ipv6;
  server().refuse_sockets_of(AddressFamily::ipv6);
  ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  const auto& grant = alice().session().allocation().value();
  EXPECT_EQ(grant.relayed.size(), 1U);
  ASSERT_TRUE(grant.address_error.has_value());
  EXPECT_EQ(grant.address_error->family, AddressFamily::ipv6);
  EXPECT_EQ(grant.address_error->code, ErrorCode::insufficient_capacity);
}

TEST_F(HandleAllocateTest, ADualAllocationWithoutSupportForIPv6NamesItAs440) {
  settings_.relays.pop_back();
  AllocateOptions options;
  options.additional_family = AddressFamily::ipv6;
  ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  ASSERT_TRUE(alice().session().allocation()->address_error.has_value());
  EXPECT_EQ(alice().session().allocation()->address_error->code, ErrorCode::address_family_not_supported);
}

TEST_F(HandleAllocateTest, ADualAllocationWithNeitherIs508AndNothingIsKept) {
  AllocateOptions options;
  options.additional_family = AddressFamily::ipv6;
  server().refuse_sockets_of(AddressFamily::ipv4);
  server().refuse_sockets_of(AddressFamily::ipv6);
  EXPECT_EQ(alice().allocate(options).code, ErrorCode::insufficient_capacity);
  expect_nothing_left();
}

TEST_F(HandleAllocateTest, AnEvenPortIsEven) {
  AllocateOptions options;
  options.even_port = false;
  for (int port = 5000; port < 5020; ++port) {
    auto& client = add_client("9.0.0.1:" + std::to_string(port));
    ASSERT_EQ(client.allocate(options).ending, Ending::success);
    EXPECT_EQ(client.relayed().port % 2, 0);
    EXPECT_FALSE(client.session().allocation()->reservation.has_value());
  }
}

TEST_F(HandleAllocateTest, FailedReservingRequestsGiveBackBothAdmissions) {
  AllocateOptions options;
  options.even_port = true;
  server().refuse_sockets_of(AddressFamily::ipv4);
  EXPECT_EQ(alice().allocate(options).code, ErrorCode::insufficient_capacity);
  expect_nothing_left();
}

TEST_F(HandleAllocateTest, AReservationNeedsRoomInTheQuotaToo) {
  limits_.per_user = 1;
  AllocateOptions options;
  options.even_port = true;
  EXPECT_EQ(alice().allocate(options).code, ErrorCode::allocation_quota_reached);
  expect_nothing_left();
}

}  // namespace
}  // namespace turnpike::turn
