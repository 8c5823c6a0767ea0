#include "turnpike/turn/core_totals.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::Method;
using test::kPeer;

class CoreTotalsTest : public test::CoreTest {
 protected:
  CoreTotals totals() { return server().core().totals(clock_.now()); }
  static const CoreTotals::Cell& cell(const CoreTotals& totals, Transport transport, AddressFamily family) {
    return totals.by_client[static_cast<std::size_t>(transport)][family == AddressFamily::ipv4 ? 0 : 1];
  }
  static std::uint64_t requests(const CoreTotals& totals, Method method) {
    return totals.requests[static_cast<std::size_t>(method)];
  }
  static std::uint64_t ended(const CoreTotals& totals, EndReason reason) {
    return totals.ended[static_cast<std::size_t>(reason)];
  }
};

TEST_F(CoreTotalsTest, AllocationsCountByTransportAndFamilyOfTheClient) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(add_stream_client("9.0.0.1:4001", "alice", "wonderland", Transport::tls).allocate().ending,
            Ending::success);
  ASSERT_EQ(add_client("[2a00::1]:4002").allocate().ending, Ending::success);
  const CoreTotals now = totals();
  EXPECT_EQ(cell(now, Transport::udp, AddressFamily::ipv4).live, 1U);
  EXPECT_EQ(cell(now, Transport::tls, AddressFamily::ipv4).live, 1U);
  EXPECT_EQ(cell(now, Transport::udp, AddressFamily::ipv6).started, 1U);
  EXPECT_EQ(cell(now, Transport::tcp, AddressFamily::ipv4).started, 0U);
}

TEST_F(CoreTotalsTest, TrafficCountsWhileItFlowsAndStaysWhenTheAllocationEnds) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  static_cast<void>(alice().send(kPeer, "four"));
  EXPECT_EQ(cell(totals(), Transport::udp, AddressFamily::ipv4).traffic.bytes_to_peers, 4U);
  static_cast<void>(alice().send(kPeer, "four"));
  EXPECT_EQ(cell(totals(), Transport::udp, AddressFamily::ipv4).traffic.packets_to_peers, 2U);
  EXPECT_EQ(server().core().traffic().packets_to_peers, 2U);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  const CoreTotals after = totals();
  EXPECT_EQ(cell(after, Transport::udp, AddressFamily::ipv4).traffic.bytes_to_peers, 8U);
  EXPECT_EQ(server().core().traffic().bytes_to_peers, 8U);
  EXPECT_EQ(cell(after, Transport::udp, AddressFamily::ipv4).live, 0U);
  EXPECT_EQ(cell(after, Transport::udp, AddressFamily::ipv4).started, 1U);
}

TEST_F(CoreTotalsTest, EndsCountByReason) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  pass(Seconds{600});
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_TRUE(server().end_one(0, server().started().back().allocation, clock_.now()));
  const CoreTotals now = totals();
  EXPECT_EQ(ended(now, EndReason::refreshed_to_zero), 1U);
  EXPECT_EQ(ended(now, EndReason::expired), 1U);
  EXPECT_EQ(ended(now, EndReason::killed), 1U);
  EXPECT_EQ(ended(now, EndReason::stopped), 0U);
}

TEST_F(CoreTotalsTest, AnAllocationThatNeverWentLiveHasNotEnded) {
  server().refuse_sockets_of(AddressFamily::ipv4);
  ASSERT_NE(alice().allocate().ending, Ending::success);
  const CoreTotals now = totals();
  for (const std::uint64_t count : now.ended) EXPECT_EQ(count, 0U);
  EXPECT_EQ(cell(now, Transport::udp, AddressFamily::ipv4).started, 0U);
}

TEST_F(CoreTotalsTest, RequestsCountByMethodWhetherTheySucceedOrNot) {
  ASSERT_EQ(alice().bind().ending, Ending::success);
  ASSERT_EQ(alice().allocate().ending, Ending::success);  // challenged first
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  const CoreTotals now = totals();
  EXPECT_EQ(requests(now, Method::binding), 1U);
  EXPECT_EQ(requests(now, Method::allocate), 2U);
  EXPECT_EQ(requests(now, Method::create_permission), 1U);
}

TEST_F(CoreTotalsTest, UnknownMethodsCountTogether) {
  static_cast<void>(alice().exchange(write(static_cast<Method>(0x002), {})));
  static_cast<void>(alice().exchange(write(static_cast<Method>(0x0ff), {})));
  EXPECT_EQ(totals().requests[0], 2U);
  EXPECT_EQ(totals().requests[2], 0U);
}

TEST_F(CoreTotalsTest, PacketsAreNoRequests) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  const auto before = totals().requests;
  static_cast<void>(alice().send(kPeer, "x"));
  EXPECT_EQ(totals().requests, before);
}

TEST_F(CoreTotalsTest, WhatIsHeldIsCounted) {
  allow_tcp();
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).code, stun::ErrorCode::allocation_mismatch);
  client::AllocateOptions options;
  options.even_port = true;
  ASSERT_EQ(alice().allocate(options).ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  ASSERT_EQ(alice().create_permission({test::kOtherPeer}).ending, Ending::success);
  ASSERT_EQ(add_control(4100).connect(kPeer).ending, Ending::success);
  ASSERT_TRUE(server().revoke("2000000000:eve", UnixSeconds{Seconds{2'000'000'000}}, clock_.now()));
  const CoreTotals now = totals();
  EXPECT_EQ(now.permissions, 2U);
  EXPECT_EQ(now.channels, 1U);
  EXPECT_EQ(now.reservations, 1U);
  EXPECT_EQ(now.peer_connections, 1U);
  EXPECT_EQ(now.revocations, 1U);
}

TEST_F(CoreTotalsTest, TotalsOfSeveralCoresAddUp) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  static_cast<void>(alice().send(kPeer, "four"));
  const CoreTotals once = totals();
  CoreTotals sum = once;
  sum += once;
  EXPECT_EQ(cell(sum, Transport::udp, AddressFamily::ipv4).live, 2U);
  EXPECT_EQ(cell(sum, Transport::udp, AddressFamily::ipv4).started, 2U);
  EXPECT_EQ(cell(sum, Transport::udp, AddressFamily::ipv4).traffic.bytes_to_peers, 8U);
  EXPECT_EQ(requests(sum, Method::allocate), 2 * requests(once, Method::allocate));
  EXPECT_EQ(sum.channels, 2U);
  EXPECT_EQ(sum.permissions, 2U);
}

}  // namespace
}  // namespace turnpike::turn
