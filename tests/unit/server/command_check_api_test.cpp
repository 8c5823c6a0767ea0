#include "server/command_check_api.hpp"

#include <gtest/gtest.h>

namespace turnpike::server {
namespace {

TEST(CommandCheckApiTest, ReadsListsAndSingleUrls) {
  const auto servers = read_ice_servers(
      R"({"iceServers":[{"urls":"stun:h"},{"urls":["turn:h","turns:h"],"username":"u","credential":"p"},{"url":"turn:old"}]})");
  ASSERT_EQ(servers.size(), 4U);
  EXPECT_EQ(servers[0].uri, "stun:h");
  EXPECT_TRUE(servers[0].username.empty());
  EXPECT_EQ(servers[2].uri, "turns:h");
  EXPECT_EQ(servers[2].username, "u");
  EXPECT_EQ(servers[2].password, "p");
  EXPECT_EQ(servers[3].uri, "turn:old");
}

TEST(CommandCheckApiTest, ReadsABareListAndABareServer) {
  EXPECT_EQ(read_ice_servers(R"([{"urls":["turn:h"]}])").size(), 1U);
  EXPECT_EQ(read_ice_servers(R"({"iceServers":{"urls":["turn:h"]}})").size(), 1U);
}

TEST(CommandCheckApiTest, FindsNothingInWhatHoldsNoServers) {
  for (const char* text :
       {"", "{", "[]", "{}", "7", R"({"iceServers":7})", R"([7,"turn:h",{"urls":7},{"urls":[7]}])"}) {
    EXPECT_TRUE(read_ice_servers(text).empty()) << text;
  }
}

TEST(CommandCheckApiTest, ReadsTheDateOfAnAnswer) {
  const auto date = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
  ASSERT_TRUE(date);
  EXPECT_EQ(date->time_since_epoch().count(), 784111777);
  EXPECT_FALSE(parse_http_date(""));
  EXPECT_FALSE(parse_http_date("yesterday"));
  EXPECT_FALSE(parse_http_date("Sun, 99 Nov 1994 08:49:37 GMT"));
}

}  // namespace
}  // namespace turnpike::server
