#include <gtest/gtest.h>

#include "server/core_config_builder.hpp"
#include "server/demo.hpp"
#include "server/runtime_addresses.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::server {
namespace {

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

TEST_F(Demo, RoomsAreOpenToEveryPage) {
  EXPECT_EQ(config_.signaling.auth, control::RoomAuth::open);
  EXPECT_EQ(config_.http.allowed_origins, std::vector<WebOrigin>{{"*"}});
}

TEST_F(Demo, ItsKeyCanBeTypedAndNotGuessed) {
  ASSERT_EQ(config_.api.keys.size(), 1);
  const std::string& key = config_.api.keys.front().text.value;
  EXPECT_EQ(key.size(), 20U);  // 120 bits
  EXPECT_NE(key, make_demo_config(machine(), random_).api.keys.front().text.value);
}

}  // namespace
}  // namespace turnpike::server
