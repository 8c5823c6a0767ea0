#include "turnpike/turn/relay_core.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::ErrorCode;
using test::kPeer;

class RelayCoreTest : public test::CoreTest {
 protected:
  void expect_nothing_left() {
    EXPECT_EQ(server().allocations(), 0U);
    EXPECT_EQ(server().ports_in_use(), server().sockets_put_aside());
    EXPECT_EQ(server().ledger().total(), server().reservations());
    server().check_consistency();
  }
};

TEST_F(RelayCoreTest, AnIdleCoreHasNoDeadline) { EXPECT_EQ(server().next_deadline(), std::nullopt); }

TEST_F(RelayCoreTest, AnAllocationRunsOutAfterItsLifetime) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(server().next_deadline(), clock_.mono() + Seconds{600});
  pass(Seconds{600} - Duration{1});
  EXPECT_EQ(server().allocations(), 1U);
  pass(Duration{1});
  expect_nothing_left();
  EXPECT_EQ(server().ended().at(0).reason, EndReason::expired);
  EXPECT_EQ(alice().send(kPeer, "x").reason, DropReason::no_allocation);
}

TEST_F(RelayCoreTest, AClientThatIsGoneTakesItsAllocationAlong) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  server().on_client_closed(alice().five_tuple(), clock_.now());
  expect_nothing_left();
  EXPECT_EQ(server().ended().at(0).reason, EndReason::client_gone);
}

TEST_F(RelayCoreTest, AClientThatIsGoneWhileTheSocketOpensLeavesNothing) {
  signer_of(alice());
  server().hold_opens(true);
  AllocateOptions reserving;
  reserving.even_port = true;
  static_cast<void>(alice().allocate(reserving));
  server().on_client_closed(alice().five_tuple(), clock_.now());
  server().answer_held_opens(clock_.now());
  expect_nothing_left();
  EXPECT_EQ(server().sockets_put_aside(), 0U);
}

TEST_F(RelayCoreTest, EndingAllEndsAllInAsManyCallsAsTheOutboxNeeds) {
  for (int port = 5000; port < 5200; ++port) {
    ASSERT_EQ(add_client("9.0.0.1:" + std::to_string(port)).allocate().ending, Ending::success);
  }
  int calls = 1;
  while (!server().end_all(clock_.now())) {
    ASSERT_LT(++calls, 200);
  }
  EXPECT_GT(calls, 1);
  expect_nothing_left();
  EXPECT_EQ(server().ended().size(), 200U);
  EXPECT_EQ(server().ended().at(0).reason, EndReason::stopped);
}

TEST_F(RelayCoreTest, ManyDeadlinesAtOnceAllCome) {
  for (int port = 5000; port < 5300; ++port) {
    ASSERT_EQ(add_client("9.0.0.1:" + std::to_string(port)).allocate().ending, Ending::success);
  }
  pass(Seconds{600});
  expect_nothing_left();
}

TEST_F(RelayCoreTest, LifetimesDoNotFollowTheWallClock) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  clock_.step_wall(Seconds{10 * 365 * 86'400});
  pass(Seconds{599});
  EXPECT_EQ(alice().refresh().ending, Ending::success);
  clock_.step_wall(Seconds{-20 * 365 * 86'400});
  EXPECT_EQ(alice().refresh().ending, Ending::success);
}

TEST_F(RelayCoreTest, TenThousandCyclesLoseNoPort) {
  settings_.last_port = static_cast<std::uint16_t>(settings_.first_port + 3);
  AllocateOptions reserving;
  reserving.even_port = true;
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(alice().allocate(i % 3 == 0 ? reserving : AllocateOptions{}).ending, Ending::success) << i;
    ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success) << i;
    pass(i % 3 == 0 ? Seconds{30} : Seconds{0});
  }
  expect_nothing_left();
  EXPECT_EQ(server().ports_in_use(), 0U);
}

}  // namespace
}  // namespace turnpike::turn
