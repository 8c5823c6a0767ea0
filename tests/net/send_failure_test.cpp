#include <netinet/in.h>
#include <sys/socket.h>

#include "loopback.hpp"

namespace turnpike::net {
namespace {

/// Makes IPv6 fragment at this MTU although loopback would carry 64 KiB.
void set_mtu(const UdpSocket& socket, int mtu) {
  ASSERT_EQ(::setsockopt(socket.native_handle(), IPPROTO_IPV6, IPV6_MTU, &mtu, sizeof(mtu)), 0);
}

TEST(SendFailureTest, AnUnreachableDestinationCostsOnlyItsOwnDatagrams) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket();
  const auto payload = make_payload(10, 0);
  SendBatch batch;
  // A socket bound to loopback may not send to the world: EINVAL or a routing error, by the system's set-up.
  for (const Endpoint& to :
       {receiver.local_endpoint(), Endpoint{IpAddress::v4(203, 0, 113, 1), 9}, receiver.local_endpoint()}) {
    batch.add({.socket = &sender, .to = to, .source = {}, .payload = payload});
  }
  batch.flush();
  EXPECT_EQ(receive_datagrams(receiver, 2).size(), 2U);
  EXPECT_EQ(batch.counters().datagrams, 2U);
  EXPECT_EQ(drops(batch, DropReason::unreachable) + drops(batch, DropReason::send_failed), 1U);
}

TEST(SendFailureTest, PortZeroIsRefusedAndDoesNotEndSegmentation) {
  UdpSocket sender = open_socket();
  SendBatch batch;
  send_all(batch, sender, kLoopbackV4, make_payloads({10, 10, 10}));
  EXPECT_EQ(drops(batch, DropReason::send_failed), 3U);
  EXPECT_EQ(sender.segment_limit(), 65535U);
}

TEST(SendFailureTest, ARefusedRunIsSentSinglyAndTheLimitLowered) {
  UdpSocket sender = open_socket(kLoopbackV6);
  UdpSocket receiver = open_socket(kLoopbackV6);
  set_mtu(sender, 1500);
  SendBatch batch;
  const auto payloads = make_payloads({1460, 1460, 1460, 1460, 12});
  send_all(batch, sender, receiver.local_endpoint(), payloads);
  EXPECT_EQ(payloads_of(receive_datagrams(receiver, payloads.size())), payloads);
  EXPECT_EQ(batch.counters().datagrams, payloads.size());
  EXPECT_EQ(sender.segment_limit(), 1452U);
}

TEST(SendFailureTest, TheLimitFallsInThreeSteps) {
  UdpSocket socket = open_socket();
  socket.lower_segment_limit(1473);
  EXPECT_EQ(socket.segment_limit(), 1472U);
  socket.lower_segment_limit(1400);
  EXPECT_EQ(socket.segment_limit(), 1252U);
  socket.lower_segment_limit(1200);
  EXPECT_FALSE(socket.segmentation_works());
}

TEST(SendFailureTest, WithoutSegmentationEverythingStillArrives) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket(kLoopbackV4, {.receive_buffer = 1 << 20});
  sender.disable_segmentation();
  SendBatch batch;
  const auto payloads = make_payloads(std::vector<std::size_t>(100, 200));
  send_all(batch, sender, receiver.local_endpoint(), payloads);
  EXPECT_EQ(payloads_of(receive_datagrams(receiver, payloads.size())), payloads);
}

TEST(SendFailureTest, ADatagramOverTheMtuWithDontFragmentIsTooBig) {
  UdpSocket sender = open_socket(kLoopbackV6);
  UdpSocket receiver = open_socket(kLoopbackV6);
  set_mtu(sender, 1280);
  SendBatch batch;
  const auto payload = make_payload(1400, 0);
  batch.add(
      {.socket = &sender, .to = receiver.local_endpoint(), .source = {}, .payload = payload, .dont_fragment = true});
  batch.flush();
  EXPECT_EQ(drops(batch, DropReason::too_big), 1U);
}

TEST(SendFailureTest, DontFragmentEndsWithItsDatagram) {
  UdpSocket sender = open_socket(kLoopbackV6);
  UdpSocket receiver = open_socket(kLoopbackV6);
  set_mtu(sender, 1280);
  SendBatch batch;
  const auto payload = make_payload(1400, 0);
  for (const bool dont_fragment : {true, false}) {
    batch.add({.socket = &sender,
               .to = receiver.local_endpoint(),
               .source = {},
               .payload = payload,
               .dont_fragment = dont_fragment});
  }
  batch.flush();
  EXPECT_EQ(receive_datagrams(receiver, 1).size(), 1U);
  EXPECT_EQ(batch.counters().datagrams, 1U);
}

TEST(SendFailureTest, LackOfBufferForAllFragmentsIsCountedAndCostsNoOther) {
  UdpSocket sender = open_socket(kLoopbackV6, {.send_buffer = 1});  // the kernel makes it its minimum
  UdpSocket receiver = open_socket(kLoopbackV6);
  set_mtu(sender, 1280);
  SendBatch batch;
  send_all(batch, sender, receiver.local_endpoint(), make_payloads({60000, 100}));
  EXPECT_EQ(receive_datagrams(receiver, 1).size(), 1U);
  EXPECT_EQ(drops(batch, DropReason::no_buffer), 1U);
}

}  // namespace
}  // namespace turnpike::net
