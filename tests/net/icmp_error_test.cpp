#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "loopback.hpp"

namespace turnpike::net {
namespace {

class IcmpErrorTest : public ::testing::TestWithParam<Endpoint> {
 protected:
  /// Sends to the closed port and waits until its ICMP error is there.
  void provoke_error() {
    send_all(batch_, socket_, nobody_, payload_);
    ASSERT_TRUE(wait_for(socket_.native_handle(), POLLERR));
  }

  const std::vector<std::vector<std::uint8_t>> payload_ = make_payloads({10});
  const Endpoint nobody_ = open_socket(GetParam()).local_endpoint();  // closed again at once
  UdpSocket socket_ = open_socket(GetParam(), {.report_errors = true});
  SendBatch batch_;
};

INSTANTIATE_TEST_SUITE_P(Families, IcmpErrorTest, ::testing::Values(kLoopbackV4, kLoopbackV6),
                         [](const auto& parameter) { return parameter.param.address.is_v4() ? "IPv4" : "IPv6"; });

TEST_P(IcmpErrorTest, PortUnreachableNamesThePeer) {
  provoke_error();
  const auto error = socket_.read_icmp_error();
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->peer, nobody_);
  EXPECT_EQ(error->type, GetParam().address.is_v4() ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH);
  EXPECT_EQ(error->code, GetParam().address.is_v4() ? ICMP_PORT_UNREACH : ICMP6_DST_UNREACH_NOPORT);
  EXPECT_EQ(error->mtu, 0U);
  EXPECT_FALSE(socket_.read_icmp_error().has_value());
}

TEST_P(IcmpErrorTest, TheNextSendToAnotherPeerStillSucceeds) {
  UdpSocket friendly = open_socket(GetParam());
  provoke_error();
  send_all(batch_, socket_, friendly.local_endpoint(), payload_);
  EXPECT_EQ(receive_datagrams(friendly, 1).size(), 1U);
  EXPECT_EQ(batch_.counters().datagrams, 2U);
}

TEST_P(IcmpErrorTest, TheNextBatchToOtherPeersLosesNothing) {
  UdpSocket friendly = open_socket(GetParam());
  provoke_error();
  const auto payloads = make_payloads({10, 20, 20, 20, 5});
  send_all(batch_, socket_, friendly.local_endpoint(), payloads);
  EXPECT_EQ(payloads_of(receive_datagrams(friendly, payloads.size())), payloads);
  EXPECT_EQ(drops(batch_, DropReason::unreachable), 0U);
  EXPECT_TRUE(socket_.segmentation_works());
}

TEST_P(IcmpErrorTest, WithoutErrorReportsThereIsNothingToRead) {
  UdpSocket silent = open_socket(GetParam());
  send_all(batch_, silent, nobody_, payload_);
  EXPECT_FALSE(silent.read_icmp_error().has_value());
}

}  // namespace
}  // namespace turnpike::net
