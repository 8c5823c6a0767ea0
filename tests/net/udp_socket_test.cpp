#include <netinet/in.h>
#include <sys/socket.h>

#include "loopback.hpp"

namespace turnpike::net {
namespace {

TEST(UdpSocketTest, PortZeroBecomesARealPort) {
  const UdpSocket socket = open_socket();
  EXPECT_NE(socket.local_endpoint().port, 0);
  EXPECT_EQ(socket.local_endpoint().address, kLoopbackV4.address);
  EXPECT_FALSE(socket.is_wildcard());
}

TEST(UdpSocketTest, ATakenPortIsRefused) {
  const UdpSocket first = open_socket();
  const auto second = UdpSocket::open(first.local_endpoint(), {});
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error(), boost::system::errc::address_in_use);
}

TEST(UdpSocketTest, ListenersOfSeveralWorkersShareAPort) {
  const UdpSocket first = open_socket(kLoopbackV4, {.reuse_port = true});
  EXPECT_TRUE(UdpSocket::open(first.local_endpoint(), {.reuse_port = true}).has_value());
}

TEST(UdpSocketTest, ARelaySocketCannotJoinAListenersPort) {
  const UdpSocket listener = open_socket(kLoopbackV4, {.reuse_port = true});
  EXPECT_TRUE(UdpSocket::open(listener.local_endpoint(), {}).has_error());
}

TEST(UdpSocketTest, AnAddressThatIsNotOursIsAnErrorValue) {
  const auto socket = UdpSocket::open({IpAddress::v4(192, 0, 2, 1), 0}, {});
  ASSERT_TRUE(socket.has_error());
  EXPECT_EQ(socket.error(), boost::system::errc::address_not_available);
}

TEST(UdpSocketTest, BothFamiliesCanHaveOneWildcardPort) {
  const UdpSocket v6 = open_socket({IpAddress::any(AddressFamily::ipv6), 0});
  EXPECT_TRUE(v6.is_wildcard());
  EXPECT_TRUE(UdpSocket::open({IpAddress::any(AddressFamily::ipv4), v6.local_endpoint().port}, {}).has_value());
}

TEST(UdpSocketTest, BuffersGetAtLeastWhatWasAskedFor) {
  const UdpSocket socket = open_socket(kLoopbackV4, {.receive_buffer = 150000, .send_buffer = 150000});
  for (const int option : {SO_RCVBUF, SO_SNDBUF}) {
    int bytes = 0;
    socklen_t length = sizeof(bytes);
    ASSERT_EQ(::getsockopt(socket.native_handle(), SOL_SOCKET, option, &bytes, &length), 0);
    EXPECT_GE(bytes, 150000);
  }
}

class WildcardTest : public ::testing::TestWithParam<IpAddress> {
 protected:
  UdpSocket client_ = open_socket({GetParam().is_v4() ? kLoopbackV4 : kLoopbackV6});
  UdpSocket server_ = open_socket({IpAddress::any(GetParam().family()), 0});
  SendBatch batch_;
};

INSTANTIATE_TEST_SUITE_P(Addresses, WildcardTest,
                         ::testing::Values(kLoopbackV4.address, IpAddress::v4(127, 0, 0, 2), kLoopbackV6.address));

TEST_P(WildcardTest, LearnsTheAddressThatWasAskedAndAnswersFromIt) {
  const Endpoint asked{GetParam(), server_.local_endpoint().port};
  send_all(batch_, client_, asked, make_payloads({10, 10}));
  const auto requests = receive_datagrams(server_, 2);
  ASSERT_EQ(requests.size(), 2U);

  for (const Arrived& request : requests) {
    EXPECT_EQ(request.to, asked);
    batch_.add({.socket = &server_, .to = request.from, .source = request.to.address, .payload = request.payload});
  }
  batch_.flush();
  const auto answers = receive_datagrams(client_, 2);
  ASSERT_EQ(answers.size(), 2U);
  for (const Arrived& answer : answers) EXPECT_EQ(answer.from, asked);
}

TEST_P(WildcardTest, ASingleAnswerComesFromTheAddressThatWasAsked) {
  const Endpoint asked{GetParam(), server_.local_endpoint().port};
  const auto payload = make_payload(5, 0);
  batch_.add({.socket = &server_, .to = client_.local_endpoint(), .source = GetParam(), .payload = payload});
  batch_.flush();
  const auto answers = receive_datagrams(client_, 1);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].from, asked);
}

TEST(UdpSocketTest, AWildcardSocketWithoutSourceLetsTheKernelChoose) {
  UdpSocket server = open_socket({IpAddress::any(AddressFamily::ipv4), 0});
  UdpSocket client = open_socket();
  SendBatch batch;
  send_all(batch, server, client.local_endpoint(), make_payloads({1}));
  EXPECT_EQ(receive_datagrams(client, 1).size(), 1U);
}

TEST(UdpSocketTest, CountsWhatTheKernelDropped) {
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket(kLoopbackV4, {.receive_buffer = 1});  // the kernel makes it its minimum
  EXPECT_EQ(receiver.kernel_drops(), 0U);
  SendBatch batch;
  send_all(batch, sender, receiver.local_endpoint(), make_payloads(std::vector<std::size_t>(50, 1000)));
  const std::size_t kept = [&] {
    ReceiveBatch reads;
    return reads.receive(receiver).datagrams.size();
  }();
  EXPECT_LT(kept, 50U);
  EXPECT_EQ(receiver.kernel_drops(), 50U - kept);
}

}  // namespace
}  // namespace turnpike::net
