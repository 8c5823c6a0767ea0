#include <algorithm>

#include "loopback.hpp"

namespace turnpike::net {
namespace {

TEST(ReceiveBatchTest, AnIdleSocketIsDrainedAtOnce) {
  UdpSocket socket = open_socket();
  ReceiveBatch batch;
  const auto received = batch.receive(socket);
  EXPECT_TRUE(received.datagrams.empty());
  EXPECT_TRUE(received.drained);
  EXPECT_EQ(batch.free_slots(), ReceiveBatch::kSlots);
}

TEST(ReceiveBatchTest, MoreDatagramsThanSlotsAreReadInSeveralBatches) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket(kLoopbackV4, {.receive_buffer = 4 << 20});
  SendBatch sends;
  send_all(sends, sender, receiver.local_endpoint(), make_payloads(std::vector<std::size_t>(40, 100)));

  ReceiveBatch batch;
  const auto first = batch.receive(receiver);
  ASSERT_EQ(first.datagrams.size(), ReceiveBatch::kSlots);
  EXPECT_FALSE(first.drained);
  EXPECT_FALSE(batch.receive(receiver).drained);  // no slot is free, so nobody knows
  batch.recycle();
  const auto second = batch.receive(receiver);
  EXPECT_EQ(second.datagrams.size(), 8U);
  EXPECT_TRUE(second.drained);
}

TEST(ReceiveBatchTest, SeveralSocketsShareOneBatch) {
  UdpSocket sender = open_socket();
  UdpSocket one = open_socket();
  UdpSocket two = open_socket(kLoopbackV6);
  UdpSocket sender_v6 = open_socket(kLoopbackV6);
  SendBatch sends;
  const auto payloads = make_payloads({50, 60});
  send_all(sends, sender, one.local_endpoint(), {payloads[0]});
  send_all(sends, sender_v6, two.local_endpoint(), {payloads[1]});

  ReceiveBatch batch;
  const auto first = batch.receive(one).datagrams;
  const auto second = batch.receive(two).datagrams;
  ASSERT_EQ(first.size(), 1U);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(std::equal(first[0].payload.begin(), first[0].payload.end(), payloads[0].begin(), payloads[0].end()));
  EXPECT_TRUE(std::equal(second[0].payload.begin(), second[0].payload.end(), payloads[1].begin(), payloads[1].end()));
  EXPECT_EQ(first[0].from, sender.local_endpoint());
  EXPECT_EQ(second[0].to, two.local_endpoint());
  EXPECT_EQ(batch.free_slots(), ReceiveBatch::kSlots - 2);
}

TEST(ReceiveBatchTest, WritingTheWholeHeadRoomLeavesTheNeighboursAlone) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket(kLoopbackV4, {.receive_buffer = 8 << 20});
  SendBatch sends;
  const auto payloads = make_payloads({65507, 65507, 65507});
  send_all(sends, sender, receiver.local_endpoint(), payloads);

  ReceiveBatch batch;
  const auto datagrams = batch.receive(receiver).datagrams;
  ASSERT_EQ(datagrams.size(), payloads.size());
  for (const ReceivedDatagram& datagram : datagrams) std::fill_n(datagram.payload.data() - kHeadRoom, kHeadRoom, 0xee);
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(datagrams[i].payload, payloads[i]));
  }
}

TEST(ReceiveBatchTest, ACoalescedRunIsSplitIntoItsDatagrams) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket(kLoopbackV4, {.coalesce_receive = true, .receive_buffer = 4 << 20});
  ASSERT_TRUE(receiver.coalesces_receive());
  SendBatch sends;
  std::vector<std::size_t> sizes(20, 1100);
  sizes.push_back(250);
  const auto payloads = make_payloads(sizes);
  send_all(sends, sender, receiver.local_endpoint(), payloads);

  ReceiveBatch batch;
  const auto datagrams = batch.receive(receiver).datagrams;
  ASSERT_EQ(datagrams.size(), payloads.size());
  EXPECT_EQ(batch.free_slots(), ReceiveBatch::kSlots - 1);  // that is: it did come as one
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(datagrams[i].payload, payloads[i]));
    EXPECT_EQ(datagrams[i].from, sender.local_endpoint());
    EXPECT_EQ(datagrams[i].to, receiver.local_endpoint());
  }
}

TEST(ReceiveBatchTest, ManyFullCoalescedRunsAreAllDelivered) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket(kLoopbackV4, {.coalesce_receive = true, .receive_buffer = 8 << 20});
  SendBatch sends;
  const auto payloads = make_payloads(std::vector<std::size_t>(SendBatch::kCapacity, 100));
  send_all(sends, sender, receiver.local_endpoint(), payloads);
  EXPECT_EQ(payloads_of(receive_datagrams(receiver, payloads.size())), payloads);
}

TEST(ReceiveBatchTest, ABurstAfterALoneDatagramIsReadInTwoCalls) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket();
  SendBatch sends;
  ReceiveBatch batch;
  send_all(sends, sender, receiver.local_endpoint(), make_payloads({10}));
  EXPECT_TRUE(batch.receive(receiver).drained);
  send_all(sends, sender, receiver.local_endpoint(), make_payloads({20, 30, 40}));
  const auto first = batch.receive(receiver);
  EXPECT_EQ(first.datagrams.size(), 1U);
  EXPECT_FALSE(first.drained);
  const auto second = batch.receive(receiver);
  EXPECT_EQ(second.datagrams.size(), 2U);
  EXPECT_TRUE(second.drained);
}

TEST(ReceiveBatchTest, ACoalescedRunIsSplitInASingleReadToo) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket(kLoopbackV4, {.coalesce_receive = true});
  SendBatch sends;
  ReceiveBatch batch;
  send_all(sends, sender, receiver.local_endpoint(), make_payloads({10}));
  EXPECT_EQ(batch.receive(receiver).datagrams.size(), 1U);
  send_all(sends, sender, receiver.local_endpoint(), make_payloads({20, 20, 20}));
  EXPECT_EQ(batch.receive(receiver).datagrams.size(), 3U);
}

TEST(ReceiveBatchTest, AQueuedIcmpErrorDoesNotHideTheDatagramBehindIt) {
  const Endpoint nobody = open_socket().local_endpoint();  // closed again at the end of this line
  UdpSocket socket = open_socket(kLoopbackV4, {.report_errors = true});
  UdpSocket sender = open_socket();
  SendBatch sends;
  send_all(sends, socket, nobody, make_payloads({10}));
  ASSERT_TRUE(wait_for(socket.native_handle(), POLLERR));
  send_all(sends, sender, socket.local_endpoint(), make_payloads({20}));
  ASSERT_TRUE(wait_for(socket.native_handle(), POLLIN));

  ReceiveBatch batch;
  const auto received = batch.receive(socket);
  ASSERT_EQ(received.datagrams.size(), 1U);
  EXPECT_EQ(received.datagrams[0].payload.size(), 20U);
}

}  // namespace
}  // namespace turnpike::net
