#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "server/runtime_addresses.hpp"

// Relay addresses that are looked up, missing, or gone.
namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

class ChangingAddressesTest : public testing::Test {
 protected:
  RuntimeAddresses resolve() {
    return resolve_addresses(config_, {}, defaults_,
                             {.is_usable = [this](const IpAddress& each) { return absent_ != each; },
                              .external = [this](const ExternalQuestion& asked) -> std::optional<IpAddress> {
                                const auto found = known_.find(asked.local);
                                return found == known_.end() ? std::nullopt : std::optional(found->second);
                              }});
  }
  static std::vector<std::string> show(const std::vector<RuntimeAddresses::Mapping>& mappings) {
    std::vector<std::string> texts;
    for (const auto& each : mappings) texts.push_back(each.local.to_string() + ">" + each.external.to_string());
    return texts;
  }

  Config config_;
  DefaultAddresses defaults_{ip("10.0.0.7"), std::nullopt};
  std::optional<IpAddress> absent_;
  std::map<IpAddress, IpAddress> known_;
};

TEST_F(ChangingAddressesTest, APrivateAddressIsNotOfferedBeforeItsPublicOneIsKnown) {
  config_.server.external = {{StunServer{"stun.example.org"}, std::nullopt}};
  RuntimeAddresses found = resolve();
  EXPECT_THAT(found.relays, IsEmpty());
  EXPECT_THAT(found.unknown, ElementsAre(ip("10.0.0.7")));
  EXPECT_THAT(found.awaited, ElementsAre(AddressFamily::ipv4));
  EXPECT_THAT(found.asked, ElementsAre(ExternalQuestion{StunServer{"stun.example.org"}, ip("10.0.0.7")}));
  known_[ip("10.0.0.7")] = ip("203.0.113.7");
  found = resolve();
  EXPECT_THAT(show(found.relays), ElementsAre("10.0.0.7>203.0.113.7"));
  EXPECT_EQ(found.asked.size(), 1U) << "asked again and again";
}

TEST_F(ChangingAddressesTest, APublicAddressIsOfferedAsItIsUntilMoreIsKnown) {
  config_.server.external = {{HostName{"home.example.org"}, std::nullopt}};
  defaults_ = {std::nullopt, ip("2001:db8::7")};
  EXPECT_THAT(show(resolve().relays), ElementsAre("2001:db8::7>2001:db8::7"));
}

TEST_F(ChangingAddressesTest, AnAddressInTheFileGoesBeforeWhatIsLookedUp) {
  config_.server.external = {{HostName{"home.example.org"}, std::nullopt}, {ip("203.0.113.9"), std::nullopt}};
  const RuntimeAddresses found = resolve();
  EXPECT_THAT(show(found.relays), ElementsAre("10.0.0.7>203.0.113.9"));
  EXPECT_THAT(found.asked, IsEmpty());
}

TEST_F(ChangingAddressesTest, AMissingRelayAddressIsAwaitedBesideTheOthers) {
  config_.relay.addresses = {ip("10.0.0.7"), ip("2001:db8::7")};
  absent_ = ip("2001:db8::7");
  const RuntimeAddresses found = resolve();
  EXPECT_THAT(show(found.relays), ElementsAre("10.0.0.7>10.0.0.7"));
  EXPECT_THAT(found.absent, ElementsAre(ip("2001:db8::7")));
  EXPECT_THAT(found.awaited, ElementsAre(AddressFamily::ipv6));
}

TEST_F(ChangingAddressesTest, FormerAddressesAreRememberedTheLatestFirstAndNotForEver) {
  RuntimeAddresses before;
  for (std::uint8_t i = 0; i < 20; ++i) {
    RuntimeAddresses fresh;
    fresh.relays = {{ip("10.0.0.7"), IpAddress::v4(203, 0, 113, i)}};
    fresh.former = find_former(before, fresh);
    before = fresh;
  }
  ASSERT_EQ(before.former.size(), kMaxFormer);
  EXPECT_EQ(before.former.front().external, ip("203.0.113.18"));
}

TEST_F(ChangingAddressesTest, AnAddressThatComesBackIsNotFormerAnyMore) {
  RuntimeAddresses with;
  with.relays = {{ip("10.0.0.7"), ip("203.0.113.7")}};
  RuntimeAddresses without;
  without.former = find_former(with, without);
  EXPECT_THAT(show(without.former), ElementsAre("10.0.0.7>203.0.113.7"));
  EXPECT_THAT(find_former(without, with), IsEmpty());
}

TEST(FormerAddresses, AreForgottenWhenNobodyIsToldOfThemAnyMore) {
  using Mapping = RuntimeAddresses::Mapping;
  const Mapping used{ip("10.0.0.7"), ip("203.0.113.7")};
  const Mapping unused{ip("10.0.0.7"), ip("203.0.113.8")};
  const Mapping later{ip("10.0.0.7"), ip("203.0.113.9")};
  RuntimeAddresses addresses;
  addresses.former = {later, used, unused};  // `later` since the question
  EXPECT_TRUE(forget_former(addresses, std::vector{used, unused}, std::vector{used.external}));
  EXPECT_THAT(addresses.former, ElementsAre(later, used));
  EXPECT_FALSE(forget_former(addresses, std::vector{used}, std::vector{used.external}));
}

TEST(OwnEndpoints, AreTheListenersByExternalAddressesToo) {
  RuntimeAddresses addresses;
  addresses.listeners = {*Endpoint::parse("10.0.0.7:3478"), *Endpoint::parse("[2001:db8::7]:3478")};
  addresses.relays = {{ip("10.0.0.7"), ip("203.0.113.7")}, {ip("2001:db8::7"), ip("2001:db8::7")}};
  EXPECT_THAT(list_own_endpoints(addresses),
              ElementsAre(*Endpoint::parse("10.0.0.7:3478"), *Endpoint::parse("[2001:db8::7]:3478"),
                          *Endpoint::parse("203.0.113.7:3478")));
}

TEST(DefaultAddresses, StayWhenTheRouteGoesAndTheAddressDoesNot) {
  const std::vector<net::InterfaceAddress> interfaces{
      {.interface = "docker0", .address = ip("172.17.0.1"), .prefix_length = 16, .broadcast = {}},
      {.interface = "eth0", .address = ip("10.0.0.7"), .prefix_length = 24, .broadcast = {}}};
  const auto no_route = [](AddressFamily) -> std::optional<IpAddress> { return std::nullopt; };
  EXPECT_EQ(detect_default_addresses(interfaces, no_route, {ip("10.0.0.7"), std::nullopt}).ipv4, ip("10.0.0.7"));
  EXPECT_EQ(detect_default_addresses(interfaces, no_route, {ip("10.0.0.8"), std::nullopt}).ipv4, ip("172.17.0.1"));
}

}  // namespace
}  // namespace turnpike::server
