#include "turn/reservation_table.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::ErrorCode;

/// Reservations as clients live them: EVEN-PORT with the R bit, then RESERVATION-TOKEN on another five-tuple.
class ReservationTableTest : public test::CoreTest {
 protected:
  static AllocateOptions reserving() {
    AllocateOptions options;
    options.even_port = true;
    return options;
  }
  static AllocateOptions redeeming(const client::ReservationToken& token) {
    AllocateOptions options;
    options.reservation = token;
    return options;
  }
  client::ReservationToken reserve() {
    EXPECT_EQ(alice().allocate(reserving()).ending, Ending::success);
    return alice().session().allocation()->reservation.value();
  }
};

TEST_F(ReservationTableTest, ATokenGivesTheNextPort) {
  const auto token = reserve();
  auto& second = add_client("9.0.0.1:4001");
  ASSERT_EQ(second.allocate(redeeming(token)).ending, Ending::success);
  EXPECT_EQ(alice().relayed().port % 2, 0);
  EXPECT_EQ(second.relayed().port, alice().relayed().port + 1);
  EXPECT_EQ(second.relayed().address, alice().relayed().address);
  EXPECT_EQ(server().reservations(), 0U);
  EXPECT_EQ(server().ledger().total(), 2U);
}

TEST_F(ReservationTableTest, ATokenWorksOnce) {
  const auto token = reserve();
  ASSERT_EQ(add_client("9.0.0.1:4001").allocate(redeeming(token)).ending, Ending::success);
  EXPECT_EQ(add_client("9.0.0.1:4002").allocate(redeeming(token)).code, ErrorCode::insufficient_capacity);
}

TEST_F(ReservationTableTest, ATokenWorksForThirtySecondsAndNoLonger) {
  const auto token = reserve();
  pass(Seconds{30} - Duration{1});
  EXPECT_EQ(server().sockets_put_aside(), 1U);
  pass(Duration{1});
  EXPECT_EQ(server().sockets_put_aside(), 0U);
  EXPECT_EQ(server().ledger().total(), 1U);
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate(redeeming(token)).code, ErrorCode::insufficient_capacity);
}

TEST_F(ReservationTableTest, ATokenStillWorksInItsLastMoment) {
  const auto token = reserve();
  pass(Seconds{30} - Duration{1});
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate(redeeming(token)).ending, Ending::success);
}

TEST_F(ReservationTableTest, AnotherUsersTokenIsWorthNothingAndStaysItsOwners) {
  const auto token = reserve();
  EXPECT_EQ(add_client("9.0.0.1:4001", "bob", "builder").allocate(redeeming(token)).code,
            ErrorCode::insufficient_capacity);
  EXPECT_EQ(add_client("9.0.0.1:4002").allocate(redeeming(token)).ending, Ending::success);
}

TEST_F(ReservationTableTest, AnInventedTokenIs508) {
  reserve();
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate(redeeming({0, 1, 2, 3, 4, 5, 6, 7})).code,
            ErrorCode::insufficient_capacity);
}

TEST_F(ReservationTableTest, AReservationOutlivesItsAllocation) {
  const auto token = reserve();
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  EXPECT_EQ(server().sockets_put_aside(), 1U);
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate(redeeming(token)).ending, Ending::success);
}

TEST_F(ReservationTableTest, AReservationMadeAtAnotherWorkerIsHandedOver) {
  workers_ = 2;
  const auto token = reserve();  // client port 4000: worker 0
  auto& second = add_client("9.0.0.1:4001");
  ASSERT_NE(server().worker_of(second.five_tuple()), server().worker_of(alice().five_tuple()));
  ASSERT_EQ(second.allocate(redeeming(token)).ending, Ending::success);
  EXPECT_EQ(second.relayed().port, alice().relayed().port + 1);
  EXPECT_EQ(server().reservations(), 0U);
  server().check_consistency();
}

TEST_F(ReservationTableTest, AnIPv6PortCanBeReserved) {
  AllocateOptions options = reserving();
  options.family = AddressFamily::ipv6;
  ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  auto& second = add_client("9.0.0.1:4001");
  ASSERT_EQ(second.allocate(redeeming(alice().session().allocation()->reservation.value())).ending, Ending::success);
  EXPECT_EQ(second.relayed(),
            (Endpoint{alice().relayed().address, static_cast<std::uint16_t>(alice().relayed().port + 1)}));
}

TEST_F(ReservationTableTest, ReservationsCountAgainstTheUser) {
  limits_.per_user = 2;
  const auto token = reserve();
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate().code, ErrorCode::allocation_quota_reached);
  EXPECT_EQ(add_client("9.0.0.1:4002").allocate(redeeming(token)).ending, Ending::success);
}

TEST_F(ReservationTableTest, TakingNeedsTokenUserAndTime) {
  ReservationTable table;
  const auto account = std::make_shared<UserAccount>("alice");
  const ReservationToken token = ReservationToken::make(3, random_);
  table.add({token, account, test::address("9.0.0.1"), Instant{Seconds{100}}});
  EXPECT_FALSE(table.take(ReservationToken{}, "alice", Instant{Seconds{50}}).has_value());
  EXPECT_FALSE(table.take(token, "bob", Instant{Seconds{50}}).has_value());
  EXPECT_FALSE(table.take(token, "alice", Instant{Seconds{100}}).has_value());
  EXPECT_TRUE(table.take(token, "alice", Instant{Seconds{99}}).has_value());
  EXPECT_EQ(table.size(), 0U);
}

TEST_F(ReservationTableTest, TheOldestRunsOutFirst) {
  ReservationTable table;
  const auto account = std::make_shared<UserAccount>("alice");
  const auto first = ReservationToken::make(0, random_);
  table.add({first, account, {}, Instant{Seconds{1}}});
  table.add({ReservationToken::make(0, random_), account, {}, Instant{Seconds{2}}});
  EXPECT_EQ(table.next_deadline(), Instant{Seconds{1}});
  EXPECT_FALSE(table.take_expired(Instant{}).has_value());
  EXPECT_EQ(table.take_expired(Instant{Seconds{1}})->token, first);
  EXPECT_FALSE(table.take_expired(Instant{Seconds{1}}).has_value());
}

}  // namespace
}  // namespace turnpike::turn
