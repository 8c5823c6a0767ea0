#include "server/proxy_routes.hpp"

#include <gtest/gtest.h>

namespace turnpike::server {
namespace {

const Endpoint kProxy{IpAddress::v4(10, 0, 0, 5), 7000};
const Endpoint kOtherProxy{IpAddress::v4(10, 0, 0, 6), 7001};

FiveTuple client(std::uint16_t port) {
  return {{IpAddress::v4(192, 0, 2, 1), port}, {IpAddress::v4(10, 0, 0, 1), 3478}, Transport::udp};
}

class ProxyRoutesTest : public ::testing::Test {
 protected:
  ProxyRoutes routes_{KeyedHash::Key{1, 2}};
};

TEST_F(ProxyRoutesTest, AClientIsAnsweredByTheProxyThatItCameThrough) {
  routes_.learn(client(1), kProxy);
  EXPECT_EQ(routes_.find(client(1)), kProxy);
  EXPECT_EQ(routes_.find(client(2)), std::nullopt);
}

TEST_F(ProxyRoutesTest, TheLatestWayCounts) {
  routes_.learn(client(1), kProxy);
  routes_.learn(client(1), kOtherProxy);
  EXPECT_EQ(routes_.find(client(1)), kOtherProxy);
}

TEST_F(ProxyRoutesTest, AHeldWayOutlivesAFloodOfOtherClients) {
  routes_.learn(client(1), kProxy);
  routes_.hold(client(1));
  routes_.learn(client(2), kProxy);
  for (std::uint32_t port = 3; port < 65536; ++port)
    routes_.learn(client(static_cast<std::uint16_t>(port)), kOtherProxy);
  EXPECT_EQ(routes_.find(client(1)), kProxy);
  EXPECT_EQ(routes_.find(client(2)), std::nullopt);
}

TEST_F(ProxyRoutesTest, AHeldWayIsLearnedAnew) {
  routes_.learn(client(1), kProxy);
  routes_.hold(client(1));
  routes_.learn(client(1), kOtherProxy);
  EXPECT_EQ(routes_.find(client(1)), kOtherProxy);
}

TEST_F(ProxyRoutesTest, AWayThatIsHeldBeforeItIsKnownIsNoneUntilTheNextDatagram) {
  routes_.hold(client(1));
  EXPECT_EQ(routes_.find(client(1)), std::nullopt);
  routes_.learn(client(1), kProxy);
  EXPECT_EQ(routes_.find(client(1)), kProxy);
}

}  // namespace
}  // namespace turnpike::server
