#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/core_config_builder.hpp"
#include "server/demo.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::Not;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

std::vector<net::InterfaceAddress> machine() {
  return {{"lo", ip("127.0.0.1"), 8, {}, true},
          {"lo", ip("::1"), 128, {}, true},
          {"eth0", ip("10.0.0.7"), 24, {}, false},
          {"eth0", ip("fe80::1"), 64, {}, false}};
}

class Demo : public testing::Test {
 protected:
  test::SeededRandom random_{1};
  Config config_ = make_demo_config(machine(), random_);
  RuntimeAddresses addresses_ = resolve_addresses(config_, machine(), {ip("10.0.0.7"), std::nullopt});
};

TEST_F(Demo, MakesUpAnotherSecretEveryTime) {
  EXPECT_NE(config_.auth.secrets, make_demo_config(machine(), random_).auth.secrets);
  EXPECT_GE(config_.auth.secrets.front().value.size(), 32U);
}

TEST_F(Demo, RelaysToThisMachineAndNowhereElse) {
  const auto core = make_core_config(config_, addresses_, {}, random_);
  for (const char* own : {"127.0.0.1", "10.0.0.7", "::1"}) {
    EXPECT_EQ(core->peers->judge(ip(own)), turn::PeerJudgement::allowed) << own;
  }
  for (const char* other : {"10.0.0.8", "8.8.8.8", "2606:4700::1", "fe80::1", "192.168.1.1", "169.254.169.254"}) {
    EXPECT_NE(core->peers->judge(ip(other)), turn::PeerJudgement::allowed) << other;
  }
}

TEST_F(Demo, KeepsNothingAndOpensNoAdminSocket) {
  EXPECT_EQ(config_.auth.database, "");
  EXPECT_EQ(config_.api.admin_socket, "");
}

TEST_F(Demo, BannerHoldsIceServersThatWorkForADay) {
  const UnixSeconds now{Seconds{1'000'000'000}};
  const std::string banner = demo_banner(config_, addresses_, now);
  const auto credential = turn::mint_ephemeral(config_.auth.secrets.front().value, "demo", now + Seconds{86400});
  EXPECT_THAT(banner, HasSubstr("\"turn:10.0.0.7:3478?transport=udp\",\"turn:10.0.0.7:3478?transport=tcp\""));
  EXPECT_THAT(banner, HasSubstr("\"username\":\"1000086400:demo\",\"credential\":\"" + credential.password + "\""));
  EXPECT_THAT(banner, HasSubstr("2001-09-10T01:46:40Z"));
}

TEST_F(Demo, BannerSaysThatItIsNotForTheInternetAndClaimsNothingThatIsNotThere) {
  const std::string banner = demo_banner(config_, addresses_, UnixSeconds{});
  EXPECT_THAT(banner, HasSubstr("not meant for the internet"));
  for (const char* missing : {"https", "turns:", "fe80"}) EXPECT_THAT(banner, Not(HasSubstr(missing)));
}

TEST_F(Demo, BannerShowsTheApiOnLoopbackWithTheKeyThatWasMadeUp) {
  ASSERT_EQ(config_.api.keys.size(), 1);
  const std::string& key = config_.api.keys.front().text.value;
  const std::string banner = demo_banner(config_, addresses_, UnixSeconds{});
  EXPECT_THAT(banner,
              HasSubstr("curl -H 'Authorization: Bearer " + key + "' http://127.0.0.1:3478/api/v1/ice-servers\n"));
}

TEST_F(Demo, BannerIsSilentAboutTheApiWhereNothingServesHttp) {
  config_.listen = {{ListenScheme::udp, *Endpoint::parse("127.0.0.1:5000")}};
  addresses_ = resolve_addresses(config_, machine(), {ip("10.0.0.7"), std::nullopt});
  EXPECT_THAT(demo_banner(config_, addresses_, UnixSeconds{}), Not(HasSubstr("http:")));
}

TEST_F(Demo, BannerShowsTheThreeWaysIntoARoom) {
  const std::string banner = demo_banner(config_, addresses_, UnixSeconds{});
  EXPECT_THAT(banner, HasSubstr("new WebSocket(\"ws://127.0.0.1:3478/signal\")"));
  EXPECT_THAT(banner, HasSubstr("new Peer({ host: \"127.0.0.1\", port: 3478, path: \"/\", config: { iceServers } })"));
  EXPECT_THAT(banner, HasSubstr("io(\"http://127.0.0.1:3478\")"));
}

TEST_F(Demo, RoomsAreOpenToEveryPage) {
  EXPECT_EQ(config_.signaling.auth, control::RoomAuth::open);
  EXPECT_EQ(config_.http.allowed_origins, std::vector<WebOrigin>{{"*"}});
}

TEST_F(Demo, BannerNamesItsListeners) {
  const std::string banner = demo_banner(config_, addresses_, UnixSeconds{});
  EXPECT_THAT(banner, HasSubstr("\n  udp://10.0.0.7:3478\n"));
  EXPECT_THAT(banner, HasSubstr("\n  tcp://10.0.0.7:3478\n"));
}

TEST_F(Demo, BannerNamesLoopbackWhenThereIsNothingElse) {
  config_.listen = {{ListenScheme::udp, *Endpoint::parse("127.0.0.1:5000")}};
  addresses_ = resolve_addresses(config_, machine(), {ip("10.0.0.7"), std::nullopt});
  EXPECT_THAT(demo_banner(config_, addresses_, UnixSeconds{}), HasSubstr("\"stun:127.0.0.1:5000\""));
}

}  // namespace
}  // namespace turnpike::server
