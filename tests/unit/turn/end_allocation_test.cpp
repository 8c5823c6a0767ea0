#include "turn/end_allocation.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;

class EndAllocationTest : public test::CoreTest {
 protected:
  void allocate_dual() {
    AllocateOptions options;
    options.additional_family = AddressFamily::ipv6;
    ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  }
};

TEST_F(EndAllocationTest, AllSocketsAreClosedAndTheQuotaIsGivenBack) {
  allocate_dual();
  ASSERT_EQ(server().open_sockets(), 2U);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  EXPECT_EQ(server().open_sockets(), 0U);
  EXPECT_EQ(server().ports_in_use(), 0U);
  EXPECT_EQ(server().ledger().total(), 0U);
  EXPECT_EQ(server().ledger().client_addresses(), 0U);
}

TEST_F(EndAllocationTest, TheReportNamesEveryAddressThatWasAnnounced) {
  allocate_dual();
  const auto relayed = alice().session().allocation()->relayed;
  ASSERT_EQ(alice().refresh(Seconds{0}, AddressFamily::ipv6).ending, Ending::success);
  EXPECT_TRUE(server().ended().empty());
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  ASSERT_EQ(server().ended().size(), 1U);
  const AllocationEnded& report = server().ended()[0];
  ASSERT_EQ(report.relayed_count, 2U);
  EXPECT_EQ(report.relayed[0], relayed[0]);
  EXPECT_EQ(report.relayed[1], relayed[1]);
  EXPECT_EQ(report.account->user, "alice");
}

TEST_F(EndAllocationTest, NothingRemainsScheduled) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  EXPECT_EQ(server().next_deadline(), std::nullopt);
}

TEST_F(EndAllocationTest, ASuccessorInheritsNeitherPermissionsNorTraffic) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, test::kPeer).ending, Ending::success);
  static_cast<void>(alice().send(test::kPeer, "x"));
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(alice().send(test::kPeer, "x").reason, DropReason::no_channel);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  EXPECT_EQ(server().ended().at(1).traffic.packets_to_peers, 0U);
}

}  // namespace
}  // namespace turnpike::turn
