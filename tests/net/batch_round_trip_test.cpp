#include <algorithm>

#include "loopback.hpp"

namespace turnpike::net {
namespace {

class BatchRoundTripTest : public ::testing::TestWithParam<Endpoint> {
 protected:
  UdpSocket sender_ = open_socket(GetParam());
  UdpSocket receiver_ = open_socket(GetParam(), {.receive_buffer = 4 << 20});
  SendBatch batch_;
};

INSTANTIATE_TEST_SUITE_P(Families, BatchRoundTripTest, ::testing::Values(kLoopbackV4, kLoopbackV6),
                         [](const auto& parameter) { return parameter.param.address.is_v4() ? "IPv4" : "IPv6"; });

TEST_P(BatchRoundTripTest, ADatagramArrivesWithBothEndpoints) {
  const auto payloads = make_payloads({1100});
  send_all(batch_, sender_, receiver_.local_endpoint(), payloads);
  const auto arrived = receive_datagrams(receiver_, 1);
  ASSERT_EQ(arrived.size(), 1U);
  EXPECT_EQ(arrived[0].payload, payloads[0]);
  EXPECT_EQ(arrived[0].from, sender_.local_endpoint());
  EXPECT_EQ(arrived[0].to, receiver_.local_endpoint());
}

TEST_P(BatchRoundTripTest, AMixOfSizesArrivesInOrder) {
  const auto payloads = make_payloads({10, 1200, 1200, 7, 0, 900, 900, 900, 1, 1400});
  send_all(batch_, sender_, receiver_.local_endpoint(), payloads);
  EXPECT_EQ(payloads_of(receive_datagrams(receiver_, payloads.size())), payloads);
  EXPECT_EQ(batch_.counters().datagrams, payloads.size());
  EXPECT_EQ(batch_.counters().bytes, 6518U);
}

TEST_P(BatchRoundTripTest, ARunOfEqualSizesWithAShorterLastArrivesExactly) {
  std::vector<std::size_t> sizes(40, 1172);
  sizes.push_back(33);
  const auto payloads = make_payloads(sizes);
  send_all(batch_, sender_, receiver_.local_endpoint(), payloads);
  EXPECT_EQ(payloads_of(receive_datagrams(receiver_, payloads.size())), payloads);
}

TEST_P(BatchRoundTripTest, AnEmptyDatagramIsDelivered) {
  send_all(batch_, sender_, receiver_.local_endpoint(), {{}});
  const auto arrived = receive_datagrams(receiver_, 1);
  ASSERT_EQ(arrived.size(), 1U);
  EXPECT_TRUE(arrived[0].payload.empty());
}

TEST_P(BatchRoundTripTest, TheLargestDatagramIsDeliveredWhole) {
  // 65,535 less the headers: IPv6 does not count its own header into the length.
  const std::size_t size = GetParam().address.is_v4() ? 65507 : 65527;
  const auto payloads = make_payloads({size, size, size});
  send_all(batch_, sender_, receiver_.local_endpoint(), payloads);
  EXPECT_EQ(payloads_of(receive_datagrams(receiver_, 3)), payloads);
}

TEST_P(BatchRoundTripTest, ATooLargeDatagramIsCountedAndCostsNoOther) {
  const auto payloads = make_payloads({100, 65535, 100});
  send_all(batch_, sender_, receiver_.local_endpoint(), payloads);
  EXPECT_EQ(receive_datagrams(receiver_, 2).size(), 2U);
  EXPECT_EQ(drops(batch_, DropReason::too_big), 1U);
  EXPECT_EQ(batch_.counters().datagrams, 2U);
}

TEST_P(BatchRoundTripTest, InterleavedDestinationsEachGetTheirsInOrder) {
  std::vector<UdpSocket> receivers;
  for (int i = 0; i < 3; ++i) receivers.push_back(open_socket(GetParam(), {.receive_buffer = 4 << 20}));
  std::vector<std::vector<std::vector<std::uint8_t>>> sent(receivers.size());
  for (std::size_t i = 0; i < 90; ++i) {
    sent[i % 3].push_back(make_payload(i % 7 == 0 ? 500 : 1000, i));
    // The inner vectors' memory does not move when their list grows.
    batch_.add(
        {.socket = &sender_, .to = receivers[i % 3].local_endpoint(), .source = {}, .payload = sent[i % 3].back()});
  }
  batch_.flush();
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    EXPECT_EQ(payloads_of(receive_datagrams(receivers[i], 30)), sent[i]);
  }
}

TEST_P(BatchRoundTripTest, InterleavedSocketsEachSendFromTheirOwnPort) {
  UdpSocket other = open_socket(GetParam());
  const auto payload = make_payload(100, 1);
  for (int i = 0; i < 6; ++i) {
    UdpSocket& from = i % 2 == 0 ? sender_ : other;
    batch_.add({.socket = &from, .to = receiver_.local_endpoint(), .source = {}, .payload = payload});
  }
  batch_.flush();
  const auto arrived = receive_datagrams(receiver_, 6);
  EXPECT_EQ(std::count_if(arrived.begin(), arrived.end(),
                          [&](const Arrived& one) { return one.from == other.local_endpoint(); }),
            3);
}

TEST_P(BatchRoundTripTest, AFullBatchFlushesItself) {
  const auto payload = make_payload(20, 1);
  for (std::size_t i = 0; i < SendBatch::kCapacity + 1; ++i) {
    batch_.add({.socket = &sender_, .to = receiver_.local_endpoint(), .source = {}, .payload = payload});
  }
  EXPECT_EQ(batch_.counters().datagrams, SendBatch::kCapacity);
  EXPECT_FALSE(batch_.empty());
  batch_.flush();
  EXPECT_TRUE(batch_.empty());
  EXPECT_EQ(receive_datagrams(receiver_, SendBatch::kCapacity + 1).size(), SendBatch::kCapacity + 1);
}

TEST_P(BatchRoundTripTest, ADatagramWithDontFragmentKeepsItsPlaceInTheFlow) {
  const auto payloads = make_payloads({100, 100, 100, 100, 100});
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    batch_.add({.socket = &sender_,
                .to = receiver_.local_endpoint(),
                .source = {},
                .payload = payloads[i],
                .dont_fragment = i == 2});
  }
  batch_.flush();
  EXPECT_EQ(payloads_of(receive_datagrams(receiver_, payloads.size())), payloads);
}

}  // namespace
}  // namespace turnpike::net
