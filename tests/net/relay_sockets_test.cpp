#include "server/relay_sockets.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace turnpike::server {
namespace {

constexpr IpAddress kFirst = IpAddress::v4(127, 0, 0, 1);
constexpr IpAddress kSecond = IpAddress::v4(127, 0, 0, 2);
constexpr IpAddress kThird = IpAddress::v4(127, 0, 0, 3);

class RelaySocketsTest : public testing::Test {
 protected:
  std::optional<Endpoint> open(std::uint32_t slot) {
    return sockets_.open({{slot, 1}, AddressFamily::ipv4, turn::OpenRelaySocket::Port::any, {}, {}});
  }
  void offer(std::vector<IpAddress> addresses) { sockets_.offer(addresses); }

  test::SeededRandom random_{1};
  net::EpollSet epoll_ = *net::EpollSet::open();
  RelaySockets sockets_{{.addresses = {kFirst}, .ports = {40'000, 40'099}, .socket = {}},
                        random_,
                        epoll_,
                        [](std::uint32_t, std::uint32_t, std::uint16_t) {}};
};

TEST_F(RelaySocketsTest, OpensOnAnAddressThatIsOfferedLater) {
  offer({kSecond});
  const auto local = open(0);
  ASSERT_TRUE(local);
  EXPECT_EQ(local->address, kSecond);
}

TEST_F(RelaySocketsTest, ASocketStaysWhenItsAddressIsNoLongerOffered) {
  ASSERT_TRUE(open(0));
  offer({kSecond});
  EXPECT_NE(sockets_.find({0, 1}, AddressFamily::ipv4), nullptr);
  sockets_.close({0, 1}, AddressFamily::ipv4);
  EXPECT_EQ(sockets_.free_ports(), 100U);
}

TEST_F(RelaySocketsTest, OpensNothingWhileNothingIsOffered) {
  offer({});
  EXPECT_FALSE(open(0));
  EXPECT_EQ(sockets_.port_capacity(), 0U);
}

TEST_F(RelaySocketsTest, AnAddressThatComesBackStillKnowsItsPortsInUse) {
  ASSERT_TRUE(open(0));
  offer({});
  offer({kFirst});
  EXPECT_EQ(sockets_.free_ports(), 99U);
}

TEST_F(RelaySocketsTest, AnIndexInUseIsNotGivenToAnotherAddress) {
  const auto first = open(0);
  ASSERT_TRUE(first);
  offer({kSecond});
  offer({kThird});
  ASSERT_TRUE(open(1));
  sockets_.close({0, 1}, AddressFamily::ipv4);  // goes back to the ports of its own address
  EXPECT_EQ(sockets_.free_ports(), 99U);
  offer({kFirst});
  EXPECT_EQ(sockets_.free_ports(), 100U);
}

}  // namespace
}  // namespace turnpike::server
