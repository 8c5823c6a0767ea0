#include "turnpike/turn/relay_addresses.hpp"

#include <gtest/gtest.h>

#include "support/core_settings.hpp"

namespace turnpike::turn {
namespace {

using test::address;
using test::endpoint;

RelayAddresses behind_nat() { return {{{address("10.0.0.8"), address("203.0.113.8")}}, 50'000, 50'999}; }

TEST(RelayAddressesTest, ARelaySocketIsAnnouncedByItsExternalAddress) {
  EXPECT_EQ(behind_nat().announced(endpoint("10.0.0.8:50001")), endpoint("203.0.113.8:50001"));
}

TEST(RelayAddressesTest, AnUnmappedAddressIsAnnouncedAsItIs) {
  EXPECT_EQ(behind_nat().announced(endpoint("10.0.0.9:50001")), endpoint("10.0.0.9:50001"));
}

TEST(RelayAddressesTest, ARelayedPeerIsReachedByItsLocalAddressAndKnownByItsExternalOne) {
  const RelayAddresses relays = behind_nat();
  EXPECT_EQ(relays.to_wire(endpoint("203.0.113.8:50999")), endpoint("10.0.0.8:50999"));
  EXPECT_EQ(relays.from_wire(endpoint("10.0.0.8:50999")), endpoint("203.0.113.8:50999"));
}

TEST(RelayAddressesTest, PortsOutsideTheRangeAreNotTranslated) {
  const RelayAddresses relays = behind_nat();
  EXPECT_EQ(relays.to_wire(endpoint("203.0.113.8:49999")), endpoint("203.0.113.8:49999"));
  EXPECT_EQ(relays.from_wire(endpoint("10.0.0.8:51000")), endpoint("10.0.0.8:51000"));
}

TEST(RelayAddressesTest, BothSpellingsAreRelayAddresses) {
  EXPECT_TRUE(behind_nat().is_relay_address(address("10.0.0.8")));
  EXPECT_TRUE(behind_nat().is_relay_address(address("203.0.113.8")));
  EXPECT_FALSE(behind_nat().is_relay_address(address("203.0.113.9")));
}

TEST(RelayAddressesTest, AFormerExternalAddressStillLeadsToItsRelaysAndIsNotOffered) {
  const RelayAddresses relays({{address("10.0.0.8"), address("203.0.113.9")}}, 50'000, 50'999,
                              {.former = {{address("10.0.0.8"), address("203.0.113.8")}}, .awaited = {}});
  EXPECT_EQ(relays.announced({address("10.0.0.8"), 50'000}), (Endpoint{address("203.0.113.9"), 50'000}));
  EXPECT_EQ(relays.to_wire({address("203.0.113.8"), 50'000}), (Endpoint{address("10.0.0.8"), 50'000}));
  EXPECT_EQ(relays.to_wire({address("203.0.113.9"), 50'000}), (Endpoint{address("10.0.0.8"), 50'000}));
  EXPECT_TRUE(relays.is_relay_address(address("203.0.113.8")));
  EXPECT_EQ(relays.offered().size(), 1U);
}

TEST(RelayAddressesTest, ARelayedPeerIsKnownByTheSpellingThatItsPeerKnows) {
  const RelayAddresses relays({{address("10.0.0.8"), address("203.0.113.9")}}, 50'000, 50'999,
                              {.former = {{address("10.0.0.8"), address("203.0.113.8")}}, .awaited = {}});
  const Endpoint wire{address("10.0.0.8"), 50'000};
  const Endpoint old{address("203.0.113.8"), 50'000};
  EXPECT_EQ(relays.from_wire(wire, [&](const Endpoint& peer) { return peer == old; }), old);
  EXPECT_EQ(relays.from_wire(wire, [](const Endpoint&) { return false; }), (Endpoint{address("203.0.113.9"), 50'000}));
}

TEST(RelayAddressesTest, AnAwaitedFamilyIsServedThoughNothingIsOffered) {
  const RelayAddresses relays({}, 50'000, 50'999, {.former = {}, .awaited = {AddressFamily::ipv4}});
  EXPECT_TRUE(relays.has_family(AddressFamily::ipv4));
  EXPECT_FALSE(relays.has_family(AddressFamily::ipv6));
}

TEST(RelayAddressesTest, AFamilyIsThereWhenAnAddressOfItIs) {
  EXPECT_TRUE(behind_nat().has_family(AddressFamily::ipv4));
  EXPECT_FALSE(behind_nat().has_family(AddressFamily::ipv6));
}

}  // namespace
}  // namespace turnpike::turn
