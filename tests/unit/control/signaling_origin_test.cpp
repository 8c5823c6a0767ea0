#include "control/signaling_origin.hpp"

#include <gtest/gtest.h>

#include "signaling_world.hpp"

namespace turnpike::control {
namespace {

class SignalingOriginTest : public ::testing::Test {
 protected:
  bool allows(const char* origin, const char* host = "turn.example.org") {
    Exchange exchange;
    exchange.request.set(http::field::host, host);
    if (origin != nullptr) exchange.request.insert(http::field::origin, origin);
    return world_.signaling->allows_origin(exchange);
  }

  test::SignalingWorld world_;
};

TEST_F(SignalingOriginTest, WhoNamesNoneIsNoBrowser) { EXPECT_TRUE(allows(nullptr)); }

TEST_F(SignalingOriginTest, TheServersOwnPagesMay) {
  EXPECT_TRUE(allows("https://turn.example.org"));
  EXPECT_TRUE(allows("http://turn.example.org"));
  EXPECT_TRUE(allows("https://TURN.example.org"));
  EXPECT_TRUE(allows("http://turn.example.org:8080", "turn.example.org:8080"));
  EXPECT_TRUE(allows("http://[::1]:8080", "[::1]:8080"));
}

TEST_F(SignalingOriginTest, APortThatGoesWithoutSayingMayBeSaid) {
  EXPECT_TRUE(allows("https://turn.example.org", "turn.example.org:443"));
  EXPECT_TRUE(allows("http://turn.example.org:80", "turn.example.org"));
  EXPECT_FALSE(allows("https://turn.example.org", "turn.example.org:80"));
  EXPECT_FALSE(allows("http://turn.example.org", "turn.example.org:443"));
}

TEST_F(SignalingOriginTest, ForeignPagesMayNot) {
  EXPECT_FALSE(allows("https://evil.example"));
  EXPECT_FALSE(allows("https://turn.example.org.evil.example"));
  EXPECT_FALSE(allows("https://turn.example.org:444"));
  EXPECT_FALSE(allows("https://turn.example.org@evil.example"));
  EXPECT_FALSE(allows("null"));
  EXPECT_FALSE(allows(""));
  EXPECT_FALSE(allows("https://"));
  EXPECT_FALSE(allows("https://", ""));
  EXPECT_FALSE(allows("https://:443", ":443"));
  EXPECT_FALSE(allows("ftp://turn.example.org"));
  EXPECT_EQ(world_.signaling->counters().bad_origins, 10U);
}

TEST_F(SignalingOriginTest, ThoseOfTheAllowListMay) {
  world_.settings.allowed_origins = {"https://app.example"};
  world_.apply();
  EXPECT_TRUE(allows("https://app.example"));
  EXPECT_FALSE(allows("http://app.example"));
  EXPECT_FALSE(allows("null"));
  world_.settings.allowed_origins = {"*"};
  world_.apply();
  EXPECT_TRUE(allows("https://evil.example"));
}

TEST_F(SignalingOriginTest, OfSeveralAllMustBeGood) {
  Exchange exchange;
  exchange.request.set(http::field::host, "turn.example.org");
  exchange.request.insert(http::field::origin, "https://turn.example.org");
  exchange.request.insert(http::field::origin, "https://evil.example");
  EXPECT_FALSE(world_.signaling->allows_origin(exchange));
}

}  // namespace
}  // namespace turnpike::control
