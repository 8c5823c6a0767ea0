#include "server/listener_role.hpp"

#include <gtest/gtest.h>

namespace turnpike::server {
namespace {

const IpPrefix kProxy = *IpPrefix::parse("10.0.0.5/32");
const IpPrefix kOtherProxy = *IpPrefix::parse("10.0.0.6/32");

DatagramRole proxied(const IpPrefix& block) {
  DatagramRole role;
  role.proxies = {block};
  return role;
}

TEST(ListenerRole, AListenerThatComesBackIsAsItWas) {
  const DatagramRole removed = change_role({}, std::nullopt);
  EXPECT_FALSE(removed.is_open);
  EXPECT_FALSE(removed.is_plain());
  EXPECT_EQ(change_role(removed, DatagramRole{}), DatagramRole{});
}

TEST(ListenerRole, BehindANewProxyDirectClientsAreRemembered) {
  const DatagramRole role = change_role({}, proxied(kProxy));
  EXPECT_TRUE(role.had_direct_clients);
  EXPECT_EQ(role.proxies, std::vector{kProxy});
}

TEST(ListenerRole, AFormerProxyIsRememberedAlsoWhenTheNextIsGone) {
  const DatagramRole second = change_role(proxied(kProxy), proxied(kOtherProxy));
  EXPECT_FALSE(second.had_direct_clients);
  const DatagramRole direct = change_role(second, DatagramRole{});
  EXPECT_EQ(direct.former_proxies, (std::vector{kProxy, kOtherProxy}));
  EXPECT_FALSE(direct.is_plain());
}

TEST(ListenerRole, ARemovedListenerGoesOnTakingItsProxiesDatagrams) {
  const DatagramRole removed = change_role(proxied(kProxy), std::nullopt);
  EXPECT_EQ(removed.proxies, std::vector{kProxy});
}

TEST(ListenerRole, TheListenerOnAllAddressesServesForOneThatWasRemoved) {
  const Endpoint narrow{IpAddress::v4(127, 0, 0, 1), 3478};
  const Endpoint wide{IpAddress::any(AddressFamily::ipv4), 3478};
  const std::vector<ListenUrl> serving{{ListenScheme::tcp, narrow}, {ListenScheme::udp, wide}};
  const ListenUrl* found = find_serving(serving, true, narrow);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->endpoint, wide);
  EXPECT_EQ(find_serving(serving, true, {narrow.address, 3479}), nullptr);
  EXPECT_EQ(find_serving(serving, true, {IpAddress::any(AddressFamily::ipv6), 3478}), nullptr);
}

}  // namespace
}  // namespace turnpike::server
