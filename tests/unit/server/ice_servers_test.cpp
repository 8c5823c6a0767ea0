#include "server/ice_servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/public_places.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

ListenUrl listener(ListenScheme scheme, const char* endpoint) { return {scheme, *Endpoint::parse(endpoint)}; }

std::vector<std::string> uris_of(const Config& config, const RuntimeAddresses& addresses) {
  std::vector<std::string> uris;
  for (const PublicPlace& place : public_places(config, addresses)) uris.push_back(turn_uri(place));
  return uris;
}

RuntimeAddresses served(std::vector<ListenUrl> listeners) {
  RuntimeAddresses addresses;
  addresses.served = std::move(listeners);
  return addresses;
}

std::string json_of(const std::vector<PublicPlace>& places) { return ice_servers_json(places, {"7:u", "p", {}}); }

TEST(PublicPlaces, AreTheListenersAsTheWorldSeesThem) {
  RuntimeAddresses addresses =
      served({listener(ListenScheme::udp, "127.0.0.1:3478"), listener(ListenScheme::udp, "10.0.0.7:3478"),
              listener(ListenScheme::udp, "[2001:db8::7]:3478"), listener(ListenScheme::udp, "[fe80::7]:3478")});
  addresses.relays = {{ip("10.0.0.7"), ip("203.0.113.7")}};
  EXPECT_THAT(uris_of(Config{}, addresses),
              ElementsAre("turn:203.0.113.7:3478?transport=udp", "turn:[2001:db8::7]:3478?transport=udp"));
}

TEST(PublicPlaces, AreTheHostOnceForEachSchemeAndPort) {
  Config config;
  config.server.host = "turn.example.org";
  const RuntimeAddresses addresses =
      served({listener(ListenScheme::udp, "10.0.0.7:3478"), listener(ListenScheme::udp, "[2001:db8::7]:3478"),
              listener(ListenScheme::tls, "10.0.0.7:443"), listener(ListenScheme::tls, "[2001:db8::7]:443"),
              listener(ListenScheme::udp, "10.0.0.7:443")});
  EXPECT_THAT(uris_of(config, addresses),
              ElementsAre("turn:turn.example.org:3478?transport=udp", "turn:turn.example.org:443?transport=udp",
                          "turns:turn.example.org:443?transport=tcp"));
}

TEST(PublicPlaces, ComeInTheOrderInWhichClientsShouldTryThem) {
  const RuntimeAddresses addresses =
      served({listener(ListenScheme::dtls, "10.0.0.7:5349"), listener(ListenScheme::tls, "10.0.0.7:443"),
              listener(ListenScheme::tcp, "10.0.0.7:3478"), listener(ListenScheme::udp, "10.0.0.7:3478")});
  EXPECT_THAT(uris_of(Config{}, addresses),
              ElementsAre("turn:10.0.0.7:3478?transport=udp", "turn:10.0.0.7:3478?transport=tcp",
                          "turns:10.0.0.7:443?transport=tcp", "turns:10.0.0.7:5349?transport=udp"));
}

TEST(PublicPlaces, AreNotThoseOfHttp) {
  EXPECT_THAT(uris_of(Config{}, served({listener(ListenScheme::http, "10.0.0.7:80"),
                                        listener(ListenScheme::https, "10.0.0.7:443")})),
              IsEmpty());
}

TEST(PublicPlaces, BehindAProxyAreOnlyKnownByTheHost) {
  RuntimeAddresses addresses = served({listener(ListenScheme::tcp, "10.0.0.7:3478")});
  addresses.served[0].proxy_protocol = {*IpPrefix::parse("10.0.0.5")};
  Config config;
  EXPECT_THAT(uris_of(config, addresses), IsEmpty());
  config.server.host = "turn.example.org";
  EXPECT_THAT(uris_of(config, addresses), ElementsAre("turn:turn.example.org:3478?transport=tcp"));
}

TEST(IceServers, OfferStunOverUdpOnly) {
  EXPECT_EQ(json_of({{"a", 1, ListenScheme::udp}, {"a", 2, ListenScheme::tcp}, {"2001:db8::7", 3, ListenScheme::tls}}),
            R"({"iceServers":[{"urls":["stun:a:1"]},{"urls":["turn:a:1?transport=udp","turn:a:2?transport=tcp",)"
            R"("turns:[2001:db8::7]:3?transport=tcp"],"username":"7:u","credential":"p"}]})");
}

TEST(IceServers, HoldNoEntryWithoutUrls) {
  EXPECT_EQ(json_of({{"a", 2, ListenScheme::tls}}),
            R"({"iceServers":[{"urls":["turns:a:2?transport=tcp"],"username":"7:u","credential":"p"}]})");
  EXPECT_EQ(json_of({}), R"({"iceServers":[]})");
}

}  // namespace
}  // namespace turnpike::server
