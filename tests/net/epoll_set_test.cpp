#include "turnpike/net/epoll_set.hpp"

#include <set>

#include "loopback.hpp"

namespace turnpike::net {
namespace {

class EpollSetTest : public ::testing::Test {
 protected:
  void send_to(const UdpSocket& receiver) {
    send_all(batch_, sender_, receiver.local_endpoint(), make_payloads({10}));
    ASSERT_TRUE(wait_for(receiver.native_handle(), POLLIN));
  }

  EpollSet set_ = EpollSet::open().value();
  UdpSocket sender_ = open_socket();
  UdpSocket socket_ = open_socket(kLoopbackV4, {.report_errors = true});
  SendBatch batch_;
};

TEST_F(EpollSetTest, NothingIsReportedWhileNothingArrives) {
  ASSERT_FALSE(set_.add(socket_.native_handle(), 7));
  EXPECT_TRUE(set_.poll().empty());
}

TEST_F(EpollSetTest, AReadableSocketIsReportedWithItsTokenUntilItIsRead) {
  ASSERT_FALSE(set_.add(socket_.native_handle(), 0xfeed'0000'0000'0007));
  send_to(socket_);
  EXPECT_TRUE(wait_for(set_.native_handle(), POLLIN));
  for (int turn = 0; turn < 2; ++turn) {
    const auto events = set_.poll();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].token, 0xfeed'0000'0000'0007);
    EXPECT_TRUE(events[0].readable);
    EXPECT_FALSE(events[0].error);
  }
  receive_datagrams(socket_, 1);
  EXPECT_TRUE(set_.poll().empty());
}

TEST_F(EpollSetTest, AQueuedIcmpErrorIsReportedAsError) {
  ASSERT_FALSE(set_.add(socket_.native_handle(), 7));
  const Endpoint nobody = open_socket().local_endpoint();
  send_all(batch_, socket_, nobody, make_payloads({10}));
  ASSERT_TRUE(wait_for(socket_.native_handle(), POLLERR));
  const auto events = set_.poll();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].error);
}

TEST_F(EpollSetTest, AddingTwiceIsAnError) {
  ASSERT_FALSE(set_.add(socket_.native_handle(), 7));
  EXPECT_EQ(set_.add(socket_.native_handle(), 8), boost::system::errc::file_exists);
}

TEST_F(EpollSetTest, ARemovedSocketIsSilentAndCanBeAddedAgain) {
  ASSERT_FALSE(set_.add(socket_.native_handle(), 7));
  send_to(socket_);
  set_.remove(socket_.native_handle());
  EXPECT_TRUE(set_.poll().empty());
  ASSERT_FALSE(set_.add(socket_.native_handle(), 8));
  EXPECT_EQ(set_.poll().size(), 1U);
}

TEST_F(EpollSetTest, MoreReadySocketsThanOnePollReportsAllGetTheirTurn) {
  std::vector<UdpSocket> sockets;
  for (std::uint64_t token = 0; token < 100; ++token) {
    sockets.push_back(open_socket());
    ASSERT_FALSE(set_.add(sockets.back().native_handle(), token));
    send_to(sockets.back());
  }
  std::set<std::uint64_t> seen;
  for (int turn = 0; turn < 2; ++turn) {
    for (const EpollSet::Event& event : set_.poll()) seen.insert(event.token);
  }
  EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace turnpike::net
