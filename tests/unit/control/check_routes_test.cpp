#include <gtest/gtest.h>

#include "route_world.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::control {
namespace {

using test::json_of;
using test::RouteWorld;

class CheckRoutes : public testing::Test {
 protected:
  CheckRoutes() {
    world_.settings->secret = "north";
    world_.settings->uris = {{"stun:192.0.2.1:3478"}, {"turn:192.0.2.1:3478?transport=udp"}};
  }
  Response draw(const char* client = "198.51.100.7:4000", const char* origin = nullptr) {
    Request request{http::verb::post, "/api/v1/check-credentials", 11};
    request.set(http::field::host, "turn.example.org");
    if (origin != nullptr) request.set(http::field::origin, origin);
    return world_.ask(std::move(request), RouteWorld::remote_caller(client));
  }

  RouteWorld world_{add_check_routes};
};

TEST_F(CheckRoutes, GivesCredentialsOfTheTrialUserForTwoMinutesToWhoeverAsks) {
  const Response response = draw();
  ASSERT_EQ(response.result(), http::status::ok);
  const auto body = json_of(response);
  const auto named = turn::parse_ephemeral_username(body.at("username").as_string());
  ASSERT_TRUE(named);
  EXPECT_TRUE(turn::is_trial_user(named->user));
  EXPECT_EQ(named->expiry, world_.clock.now().wall + Seconds{120});
  EXPECT_EQ(body.at("ttl").as_int64(), 120);
  EXPECT_EQ(body.at("password").as_string(), turn::ephemeral_password("north", body.at("username").as_string()));
  EXPECT_EQ(body.at("iceServers").as_array().size(), 2U);
}

TEST_F(CheckRoutes, SaysWhetherTheClientsOwnAddressMayBeAPeer) {
  EXPECT_TRUE(json_of(draw()).at("reachesClient").as_bool());
  world_.backend.denied_peer = *IpAddress::parse("198.51.100.7");
  EXPECT_FALSE(json_of(draw()).at("reachesClient").as_bool());
}

TEST_F(CheckRoutes, AnAddressThatDrawsManyHasToWait) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(draw().result(), http::status::ok);
  const Response refused = draw("198.51.100.7:4001");
  EXPECT_EQ(refused.result(), http::status::too_many_requests);
  EXPECT_EQ(refused[http::field::retry_after], "6");
  EXPECT_EQ(draw("198.51.100.8:4000").result(), http::status::ok);
  world_.clock.advance(Seconds{6});
  EXPECT_EQ(draw().result(), http::status::ok);
}

TEST_F(CheckRoutes, PagesOfOthersGetNone) {
  EXPECT_EQ(draw("198.51.100.7:4000", "https://turn.example.org").result(), http::status::ok);
  EXPECT_EQ(draw("198.51.100.7:4000", "https://elsewhere.example").result(), http::status::forbidden);
}

TEST_F(CheckRoutes, SwitchedOffItIsNotThere) {
  world_.settings->web.check = false;
  EXPECT_EQ(draw().result(), http::status::not_found);
}

TEST_F(CheckRoutes, WithoutASecretToSignWithItIs503) {
  world_.settings->secret.clear();
  EXPECT_EQ(draw().result(), http::status::service_unavailable);
}

}  // namespace
}  // namespace turnpike::control
