#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/runtime_addresses.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }
Endpoint endpoint(const char* text) { return *Endpoint::parse(text); }

net::InterfaceAddress on(const char* interface, const char* address, std::uint8_t length, bool loopback = false) {
  return {
      .interface = interface, .address = ip(address), .prefix_length = length, .broadcast = {}, .loopback = loopback};
}

std::vector<net::InterfaceAddress> two_interfaces() {
  return {on("lo", "127.0.0.1", 8, true), on("lo", "::1", 128, true), on("eth0", "10.0.0.7", 24),
          on("eth0", "fe80::1", 64), on("eth0", "2001:db8::7", 64)};
}

std::optional<IpAddress> no_route(AddressFamily /*family*/) { return std::nullopt; }

std::vector<std::string> relays_of(const RuntimeAddresses& addresses) {
  std::vector<std::string> texts;
  for (const auto& mapping : addresses.relays)
    texts.push_back(mapping.local.to_string() + ">" + mapping.external.to_string());
  return texts;
}

TEST(DefaultAddresses, AreWhatTheRoutingTableSays) {
  const auto probe = [](AddressFamily family) -> std::optional<IpAddress> {
    return family == AddressFamily::ipv4 ? std::optional(ip("192.0.2.9")) : std::nullopt;
  };
  const DefaultAddresses found = detect_default_addresses(two_interfaces(), probe);
  EXPECT_EQ(found.ipv4, ip("192.0.2.9"));
  EXPECT_EQ(found.ipv6, ip("2001:db8::7"));
}

TEST(DefaultAddresses, WithoutRoutesAreTheFirstOnesThatAreNeitherLoopbackNorLinkLocal) {
  const DefaultAddresses found = detect_default_addresses(two_interfaces(), no_route);
  EXPECT_EQ(found.ipv4, ip("10.0.0.7"));
  EXPECT_EQ(found.ipv6, ip("2001:db8::7"));
}

TEST(DefaultAddresses, AreLoopbackOnAMachineWithoutANetwork) {
  const std::vector<net::InterfaceAddress> only_loopback{on("lo", "127.0.0.1", 8, true), on("lo", "::1", 128, true)};
  const DefaultAddresses found = detect_default_addresses(only_loopback, no_route);
  EXPECT_EQ(found.ipv4, ip("127.0.0.1"));
  EXPECT_EQ(found.ipv6, ip("::1"));
}

TEST(DefaultAddresses, LeaveAFamilyOutRatherThanRelayFromLoopbackBesideANetwork) {
  const std::vector<net::InterfaceAddress> v4_only{on("lo", "127.0.0.1", 8, true), on("lo", "::1", 128, true),
                                                   on("eth0", "10.0.0.7", 24)};
  EXPECT_EQ(detect_default_addresses(v4_only, no_route).ipv6, std::nullopt);
}

TEST(RuntimeAddresses, RelayFromTheDefaultAddressOfEachFamily) {
  const RuntimeAddresses out = resolve_addresses(Config{}, two_interfaces(), {ip("10.0.0.7"), ip("2001:db8::7")});
  EXPECT_THAT(relays_of(out), ElementsAre("10.0.0.7>10.0.0.7", "2001:db8::7>2001:db8::7"));
  EXPECT_THAT(out.warnings, IsEmpty());
}

TEST(RuntimeAddresses, RelayOnlyTheFamiliesThatAreWanted) {
  Config config;
  config.relay.families = {AddressFamily::ipv6};
  const RuntimeAddresses out = resolve_addresses(config, two_interfaces(), {ip("10.0.0.7"), ip("2001:db8::7")});
  EXPECT_FALSE(out.relays_family(AddressFamily::ipv4));
  EXPECT_TRUE(out.relays_family(AddressFamily::ipv6));
}

TEST(RuntimeAddresses, ABareExternalAddressStandsForEveryRelayAddressOfItsFamily) {
  Config config;
  config.server.external = {{ip("203.0.113.7"), std::nullopt}};
  const RuntimeAddresses out = resolve_addresses(config, two_interfaces(), {ip("10.0.0.7"), ip("2001:db8::7")});
  EXPECT_THAT(relays_of(out), ElementsAre("10.0.0.7>203.0.113.7", "2001:db8::7>2001:db8::7"));
}

TEST(RuntimeAddresses, TheLocalHalvesOfExternalAddressesAreRelayAddresses) {
  Config config;
  config.server.external = {{ip("203.0.113.8"), ip("10.0.0.8")}, {ip("203.0.113.9"), ip("10.0.0.9")}};
  config.relay.families = {AddressFamily::ipv4};
  const RuntimeAddresses out = resolve_addresses(config, two_interfaces(), {ip("10.0.0.7"), std::nullopt});
  EXPECT_THAT(relays_of(out), ElementsAre("10.0.0.8>203.0.113.8", "10.0.0.9>203.0.113.9"));
  EXPECT_EQ(out.warnings.size(), 2U) << "neither is on an interface";
}

TEST(RuntimeAddresses, APairWinsOverABareExternalAddress) {
  Config config;
  config.relay.addresses = {ip("10.0.0.7"), ip("10.0.0.8")};
  config.server.external = {{ip("203.0.113.8"), ip("10.0.0.8")}, {ip("203.0.113.1"), std::nullopt}};
  EXPECT_THAT(relays_of(resolve_addresses(config, {}, {})),
              ElementsAre("10.0.0.7>203.0.113.1", "10.0.0.8>203.0.113.8"));
}

TEST(RuntimeAddresses, SayThatThereIsNothingToRelayFrom) {
  EXPECT_EQ(resolve_addresses(Config{}, {}, {}).warnings.size(), 1U);
}

TEST(RuntimeAddresses, GiveAWildcardListenerOncePerLocalAddressOfItsFamily) {
  Config config;
  config.listen = {{ListenScheme::udp, endpoint("0.0.0.0:3478")}, {ListenScheme::udp, endpoint("[2001:db8::7]:80")}};
  EXPECT_THAT(resolve_addresses(config, two_interfaces(), {}).listeners,
              ElementsAre(endpoint("127.0.0.1:3478"), endpoint("10.0.0.7:3478"), endpoint("[2001:db8::7]:80")));
}

TEST(RuntimeAddresses, NameAnEndpointOnceButWhatIsServedThereForEachScheme) {
  Config config;
  config.listen = {{ListenScheme::udp, endpoint("10.0.0.7:3478")}, {ListenScheme::tls, endpoint("10.0.0.7:3478")}};
  const RuntimeAddresses out = resolve_addresses(config, two_interfaces(), {});
  EXPECT_THAT(out.listeners, ElementsAre(endpoint("10.0.0.7:3478")));
  EXPECT_EQ(out.served, config.listen);
}

TEST(RuntimeAddresses, KnowTheBroadcastAddressesThatInterfacesHaveAndThoseOfTheirSubnets) {
  std::vector<net::InterfaceAddress> interfaces{on("eth0", "10.0.0.7", 24), on("tun0", "10.9.0.1", 31)};
  interfaces[0].broadcast = ip("10.0.0.200");
  EXPECT_THAT(resolve_addresses(Config{}, interfaces, {}).broadcasts, ElementsAre(ip("10.0.0.200"), ip("10.0.0.255")));
}

}  // namespace
}  // namespace turnpike::server
