#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/signaling.hpp"
#include "route_world.hpp"

namespace turnpike::control {
namespace {

using test::json_of;
using testing::StartsWith;

class RoomTokensRoute : public testing::Test {
 protected:
  RoomTokensRoute() {
    world_.settings->signaling.token_secrets = {"north", "south"};
    add_room_routes(world_.router, world_.context, signaling_);
  }

  Response post(const std::string& body) {
    Request request{http::verb::post, "/api/v1/room-tokens", 11};
    request.set(http::field::content_type, "application/json");
    request.body() = body;
    return world_.ask(std::move(request), test::RouteWorld::admin_caller());
  }
  /// What is in the token of an answer.
  RoomClaims claims_of(const Response& response) {
    const std::string token(json_of(response).at("token").as_string().c_str());
    const auto claims = verify_room_token(token, {"north"}, world_.clock.wall());
    EXPECT_TRUE(claims.has_value());
    return claims ? *claims : RoomClaims{};
  }

  test::RouteWorld world_{[](Router&, RouteContext&) {}};
  boost::asio::io_context loop_;
  Signaling signaling_{loop_, world_.context};
};

TEST_F(RoomTokensRoute, ATokenSaysWhatWasAskedFor) {
  const Response response =
      post(R"({"room":"daily","user":"alice","name":"Alice","ttl":60,"allow":["close","join"],"unknown":1})");
  EXPECT_EQ(response.result(), http::status::ok);
  auto body = json_of(response).as_object();
  const RoomClaims claims = claims_of(response);
  body.erase("token");
  EXPECT_EQ(body, boost::json::parse(R"({"room":"daily","user":"alice","name":"Alice","allow":["join","close"],
      "expiresAt":"2026-01-01T00:01:00Z"})"));
  EXPECT_EQ(claims.room, "daily");
  EXPECT_EQ(claims.user, "alice");
  EXPECT_EQ(claims.name, "Alice");
  EXPECT_EQ(claims.expiry, world_.clock.wall() + Seconds{60});
  EXPECT_TRUE(claims.may_join);
  EXPECT_EQ(claims.may, (rooms::Permissions{.publish = false, .close = true}));
}

TEST_F(RoomTokensRoute, ARoomThatNobodyCanGuessIsDrawnWhenNoneIsNamed) {
  const Response response = post("");
  const auto body = json_of(response);
  EXPECT_EQ(body.at("room").as_string().size(), 22U);
  EXPECT_TRUE(body.at("user").is_null());
  EXPECT_TRUE(body.at("name").is_null());
  EXPECT_EQ(body.at("allow"), boost::json::parse(R"(["join","publish"])"));
  EXPECT_EQ(body.at("expiresAt"), "2026-01-01T01:00:00Z");
  EXPECT_EQ(claims_of(response).user, "");
  EXPECT_NE(json_of(post("{}")).at("room"), body.at("room"));
}

TEST_F(RoomTokensRoute, AMemberThatMakesNoSenseIsNamed) {
  const std::string long_text(65, 'a');
  for (const std::string& body :
       {std::string(R"("room":"")"), std::string(R"("room":1)"), std::string(R"("room":"a\n")"),
        R"("room":")" + long_text + '"', std::string(R"("user":"")"), std::string(R"("user":null)"),
        R"("user":")" + long_text + '"', std::string(R"("name":[])"), R"("name":")" + long_text + long_text + '"',
        std::string(R"("ttl":0)"), std::string(R"("ttl":-1)"), std::string(R"("ttl":1.5)"), std::string(R"("ttl":"1")"),
        std::string(R"("ttl":2592001)"), std::string(R"("allow":"join")"), std::string(R"("allow":["fly"])"),
        std::string(R"("allow":[1])"), std::string(R"("allow":null)"), std::string(R"("allow":["join","JOIN"])")}) {
    const Response response = post("{" + body + "}");
    EXPECT_EQ(response.result(), http::status::bad_request) << body;
    const std::string name = body.substr(1, body.find('"', 1) - 1);
    EXPECT_THAT(json_of(response).at("detail").as_string().c_str(), StartsWith(name + ": "));
  }
  EXPECT_EQ(post("[]").result(), http::status::bad_request);
  EXPECT_EQ(post(R"({"ttl":2592000})").result(), http::status::ok);
}

TEST_F(RoomTokensRoute, ATokenMayAllowNothing) {
  const Response response = post(R"({"allow":[]})");
  EXPECT_EQ(json_of(response).at("allow"), boost::json::array{});
  EXPECT_FALSE(claims_of(response).may_join);
}

TEST_F(RoomTokensRoute, TheKeysCapHoldsForTokensToo) {
  ApiKeyGrant grant;
  grant.name = "shop";
  grant.scopes.add(Scope::rooms);
  grant.ttl_cap = Seconds{600};
  const NewApiKey key = make_api_key(grant, world_.random, world_.clock.wall());
  world_.gate.set_stored_keys({key.key});
  Request request{http::verb::post, "/api/v1/room-tokens", 11};
  request.set(http::field::authorization, "Bearer " + key.text);
  Caller caller = test::RouteWorld::remote_caller();
  caller.is_secure = true;
  EXPECT_EQ(json_of(world_.ask(std::move(request), caller)).at("expiresAt"), "2026-01-01T00:10:00Z");
}

}  // namespace
}  // namespace turnpike::control
