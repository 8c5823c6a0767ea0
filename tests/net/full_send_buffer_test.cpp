#include <functional>
#include <thread>

#include "loopback.hpp"
#include "stuck_interface.hpp"

namespace turnpike::net {
namespace {

const Endpoint kOwn{IpAddress::v4(10, 99, 99, 1), 0};
const Endpoint kSilent{IpAddress::v4(10, 99, 99, 2), 5000};

/// Runs `body` in a thread of its own, whose namespace holds just the stuck interface.
void behind_stuck_interface(const std::function<void()>& body) {
  bool ready = false;
  std::thread([&] {
    const StuckInterface interface(kOwn.address);
    ready = interface.ready();
    if (ready) body();
  }).join();
  if (!ready) GTEST_SKIP() << "needs CAP_SYS_ADMIN, CAP_NET_ADMIN and /dev/net/tun";
}

TEST(FullSendBufferTest, WhatDoesNotFitAnyMoreIsCountedAsWouldBlock) {
  behind_stuck_interface([] {
    UdpSocket socket = open_socket(kOwn, {.send_buffer = 1});  // the kernel makes it its minimum
    socket.disable_segmentation();
    SendBatch batch;
    send_all(batch, socket, kSilent, make_payloads(std::vector<std::size_t>(100, 1000)));
    EXPECT_GT(batch.counters().datagrams, 0U);
    EXPECT_GT(drops(batch, DropReason::would_block), 0U);
    EXPECT_EQ(batch.counters().datagrams + drops(batch, DropReason::would_block), 100U);
  });
}

TEST(FullSendBufferTest, ASegmentedRunThatDoesNotFitCountsEachOfItsDatagrams) {
  behind_stuck_interface([] {
    UdpSocket socket = open_socket(kOwn, {.send_buffer = 1});
    SendBatch batch;
    send_all(batch, socket, kSilent, make_payloads(std::vector<std::size_t>(200, 1000)));
    EXPECT_EQ(batch.counters().datagrams + drops(batch, DropReason::would_block) + drops(batch, DropReason::no_buffer),
              200U);
    EXPECT_TRUE(socket.segmentation_works());
  });
}

TEST(FullSendBufferTest, ADestinationWithoutRouteIsUnreachable) {
  behind_stuck_interface([] {
    UdpSocket socket = open_socket(kOwn);
    SendBatch batch;
    send_all(batch, socket, {IpAddress::v4(203, 0, 113, 1), 9}, make_payloads({10, 10, 20}));
    EXPECT_EQ(drops(batch, DropReason::unreachable), 3U);
  });
}

TEST(FullSendBufferTest, SegmentsLargerThanTheInterfacesMtuLowerTheLimit) {
  behind_stuck_interface([] {
    UdpSocket socket = open_socket(kOwn, {.send_buffer = 1 << 20});
    SendBatch batch;
    send_all(batch, socket, kSilent, make_payloads({1600, 1600, 1600}));
    EXPECT_EQ(batch.counters().datagrams, 3U);
    EXPECT_EQ(socket.segment_limit(), 1472U);
  });
}

}  // namespace
}  // namespace turnpike::net
