#include "turnpike/turn/inspection.hpp"

#include <set>

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;
using test::kOtherPeer;
using test::kPeer;

class InspectionTest : public test::CoreTest {
 protected:
  AllocationPage list(const AllocationFilter& filter = {}, std::uint32_t from = 0, std::size_t limit = 100) {
    return server().core().list_allocations(filter, from, limit, clock_.now());
  }
  void allocate_many(int count) {
    for (int i = 0; i < count; ++i) {
      auto& client = add_client("9.0.0." + std::to_string(1 + i % 2) + ":" + std::to_string(5000 + i),
                                i % 2 == 0 ? "alice" : "bob", i % 2 == 0 ? "wonderland" : "builder");
      ASSERT_EQ(client.allocate().ending, Ending::success);
    }
  }
};

TEST_F(InspectionTest, ASummarySaysWhatTheClientWasTold) {
  auto& carol = add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{900});
  AllocateOptions options;
  options.additional_family = AddressFamily::ipv6;
  ASSERT_EQ(carol.allocate(options).ending, Ending::success);
  pass(Seconds{100});
  const auto page = list();
  ASSERT_EQ(page.allocations.size(), 1U);
  EXPECT_EQ(page.next_slot, std::nullopt);
  const AllocationSummary& summary = page.allocations[0];
  EXPECT_EQ(summary.id, server().started().at(0).allocation);
  EXPECT_EQ(summary.five_tuple, carol.five_tuple());
  EXPECT_EQ(summary.username, carol.session().signer()->username);
  EXPECT_EQ(summary.user, "carol");
  EXPECT_EQ(summary.protocol, RelayProtocol::udp);
  ASSERT_EQ(summary.relayed_count, 2U);
  EXPECT_EQ(summary.relayed[0], carol.session().allocation()->relayed[0]);
  EXPECT_EQ(summary.relayed[1], carol.session().allocation()->relayed[1]);
  EXPECT_EQ(summary.age, Seconds{100});
  EXPECT_EQ(summary.remaining, Seconds{500});
}

TEST_F(InspectionTest, TrafficIsCountedWhileTheAllocationLives) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  static_cast<void>(alice().send(kPeer, "four"));
  static_cast<void>(server().on_peer_datagram(alice().relayed(), kPeer, as_bytes("sixsix"), clock_.now()));
  const Traffic traffic = list().allocations.at(0).traffic;
  EXPECT_EQ(traffic.packets_to_peers, 1U);
  EXPECT_EQ(traffic.bytes_to_peers, 4U);
  EXPECT_EQ(traffic.packets_to_client, 1U);
  EXPECT_EQ(traffic.bytes_to_client, 6U);
}

TEST_F(InspectionTest, PagesTogetherAreTheWhole) {
  allocate_many(10);
  std::set<std::uint32_t> seen;
  std::optional<std::uint32_t> from = 0;
  int pages = 0;
  while (from && pages < 10) {
    const auto page = list({}, *from, 3);
    for (const auto& each : page.allocations) EXPECT_TRUE(seen.insert(each.id.slot).second);
    from = page.next_slot;
    ++pages;
  }
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(pages, 4);
}

TEST_F(InspectionTest, NothingLiesBehindTheLastSlot) {
  allocate_many(2);
  EXPECT_TRUE(list({}, 2).allocations.empty());
  EXPECT_TRUE(list({}, UINT32_MAX).allocations.empty());
  EXPECT_EQ(list({}, UINT32_MAX).next_slot, std::nullopt);
}

TEST_F(InspectionTest, ALimitOfNothingStaysWhereItIs) {
  allocate_many(2);
  EXPECT_EQ(list({}, 1, 0).next_slot, 1U);
}

TEST_F(InspectionTest, TheUserMatchesWithAndWithoutExpiry) {
  allocate_many(4);
  auto& carol = add_ephemeral_client("9.0.0.9:4001", "carol", Seconds{900});
  ASSERT_EQ(carol.allocate().ending, Ending::success);
  EXPECT_EQ(list({.user = "alice", .client = {}}).allocations.size(), 2U);
  EXPECT_EQ(list({.user = "carol", .client = {}}).allocations.size(), 1U);
  EXPECT_EQ(list({.user = carol.session().signer()->username, .client = {}}).allocations.size(), 1U);
  EXPECT_TRUE(list({.user = "caro", .client = {}}).allocations.empty());
}

TEST_F(InspectionTest, AGroupIsAUserAndWhatStandsBehindASlash) {
  for (const auto* user : {"room:a", "room:a/carol", "room:a/dora", "room:ab/carol", "room"}) {
    const auto port = std::to_string(4001 + list().allocations.size());
    ASSERT_EQ(add_ephemeral_client("9.0.0.9:" + port, user, Seconds{900}).allocate().ending, Ending::success);
  }
  EXPECT_EQ(list({.user = {}, .client = {}, .group = "room:a"}).allocations.size(), 3U);
  EXPECT_EQ(list({.user = {}, .client = {}, .group = "room:a/dora"}).allocations.size(), 1U);
  EXPECT_TRUE(list({.user = {}, .client = {}, .group = "room:a/"}).allocations.empty());
}

TEST_F(InspectionTest, TheClientMatchesByAddress) {
  allocate_many(5);
  EXPECT_EQ(list({.user = {}, .client = test::address("9.0.0.1")}).allocations.size(), 3U);
  EXPECT_EQ(list({.user = "bob", .client = test::address("9.0.0.1")}).allocations.size(), 0U);
}

TEST_F(InspectionTest, WhatIsOnlyOpeningIsNotListed) {
  server().hold_opens(true);
  static_cast<void>(alice().session().allocate({}, clock_.mono()));
  EXPECT_TRUE(list().allocations.empty());
  EXPECT_EQ(server().core().totals(clock_.now()).by_client[0][0].live, 0U);
}

TEST_F(InspectionTest, DetailsHoldWhatHasNotRunOut) {
  AllocateOptions options;
  options.lifetime = Seconds{3600};
  ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  pass(Seconds{200});
  ASSERT_EQ(alice().create_permission({kOtherPeer}).ending, Ending::success);
  pass(Seconds{150});
  const auto details = server().core().describe(server().started()[0].allocation, clock_.now());
  ASSERT_TRUE(details.has_value());
  ASSERT_EQ(details->permissions.size(), 1U);
  EXPECT_EQ(details->permissions[0].address, kOtherPeer.address);
  EXPECT_EQ(details->permissions[0].remaining, Seconds{150});
  ASSERT_EQ(details->channels.size(), 1U);
  EXPECT_EQ(details->channels[0].number, 0x4000);
  EXPECT_EQ(details->channels[0].peer, kPeer);
  EXPECT_EQ(details->channels[0].remaining, Seconds{250});
  EXPECT_EQ(details->summary.permissions, 1U);
  EXPECT_EQ(details->summary.channels, 1U);
}

TEST_F(InspectionTest, AnAllocationThatIsGoneIsNotDescribed) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const AllocationId id = server().started()[0].allocation;
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  EXPECT_FALSE(server().core().describe(id, clock_.now()).has_value());
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_FALSE(server().core().describe(id, clock_.now()).has_value());
  EXPECT_FALSE(server().core().describe({12'345, 1}, clock_.now()).has_value());
}

TEST_F(InspectionTest, ATcpAllocationShowsItsConnections) {
  allow_tcp();
  auto& control = add_control(4100);
  ASSERT_EQ(control.connect(kPeer).ending, Ending::success);
  const auto page = list();
  ASSERT_EQ(page.allocations.size(), 1U);
  EXPECT_EQ(page.allocations[0].protocol, RelayProtocol::tcp);
  EXPECT_EQ(page.allocations[0].connections, 1U);
}

}  // namespace
}  // namespace turnpike::turn
