#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/signaling.hpp"
#include "route_world.hpp"

namespace turnpike::control {
namespace {

using test::json_of;
using testing::ElementsAre;
using testing::HasSubstr;

/// A member that remembers why it was thrown out.
class Member final : public RoomClient {
 public:
  void deliver(const rooms::Delivery& delivery) override {
    if (const auto* notice = std::get_if<rooms::Removed>(delivery.notice.get())) removed = notice->reason;
  }
  void on_draining() override {}

  std::optional<rooms::LeaveReason> removed;
};

class RoomRoutes : public testing::Test {
 protected:
  RoomRoutes() {
    world_.settings->signaling.token_secrets = {"north"};
    add_room_routes(world_.router, world_.context, signaling_);
  }

  Member& join(const std::string& room, const std::string& user, const std::string& name = {},
               rooms::DialectTag dialect = rooms::DialectTag::native) {
    members_.push_back(std::make_unique<Member>());
    const auto client = signaling_.attach(*members_.back(), *IpAddress::parse("198.51.100.7"), dialect);
    EXPECT_TRUE(client.has_value());
    rooms::JoinRequest request;
    request.room = room;
    request.user = user;
    request.name = name;
    request.dialect = static_cast<std::uint8_t>(dialect);
    signaling_.join(*client, std::move(request));
    return *members_.back();
  }

  Response get(const std::string& target) { return world_.ask(http::verb::get, target); }
  Response erase(const std::string& target) { return world_.ask(http::verb::delete_, target); }

  static Caller https_caller() {
    Caller caller = test::RouteWorld::remote_caller();
    caller.is_secure = true;
    return caller;
  }
  Response ask_with(std::string_view bearer, http::verb method, const std::string& target,
                    const Caller& caller = https_caller()) {
    Request request{method, target, 11};
    if (!bearer.empty()) request.set(http::field::authorization, "Bearer " + std::string(bearer));
    return world_.ask(std::move(request), caller);
  }
  std::string add_key(Scope scope) {
    ApiKeyGrant grant;
    grant.name = name_of(scope);
    grant.scopes.add(scope);
    NewApiKey key = make_api_key(std::move(grant), world_.random, world_.clock.wall());
    keys_.push_back(key.key);
    world_.gate.set_stored_keys(keys_);
    return key.text;
  }
  std::string token(const std::string& room, bool may_close, Seconds ttl = Seconds{3600}) {
    RoomClaims claims;
    claims.room = room;
    claims.may.close = may_close;
    claims.expiry = world_.clock.wall() + ttl;
    return sign_room_token(claims, "north", world_.clock.wall());
  }

  test::RouteWorld world_{[](Router&, RouteContext&) {}};
  boost::asio::io_context loop_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<ApiKey> keys_;
  Signaling signaling_{loop_, world_.context};
};

TEST_F(RoomRoutes, TheListShowsEveryRoom) {
  EXPECT_EQ(json_of(get("/api/v1/rooms")), boost::json::parse(R"({"rooms":[],"next":null})"));
  join("daily", "alice");
  join("daily", "bob");
  join("a/\"b\"", "carol");
  const Response response = get("/api/v1/rooms");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(json_of(response), boost::json::parse(R"({"rooms":[
      {"id":"a/\"b\"","members":1,"messages":0,"createdAt":"2026-01-01T00:00:00Z"},
      {"id":"daily","members":2,"messages":0,"createdAt":"2026-01-01T00:00:00Z"}],"next":null})"));
}

TEST_F(RoomRoutes, PagesTogetherAreTheWhole) {
  for (const auto* room : {"b", "a&c=d", "c"}) join(room, "alice");
  const auto first = json_of(get("/api/v1/rooms?limit=2"));
  ASSERT_EQ(first.at("rooms").as_array().size(), 2U);
  EXPECT_EQ(first.at("rooms").at(0).at("id"), "a&c=d");
  EXPECT_EQ(first.at("next"), "b");
  const auto second = json_of(get("/api/v1/rooms?limit=2&cursor=b"));
  ASSERT_EQ(second.at("rooms").as_array().size(), 1U);
  EXPECT_EQ(second.at("rooms").at(0).at("id"), "c");
  EXPECT_TRUE(second.at("next").is_null());
}

TEST_F(RoomRoutes, ALimitThatMakesNoSenseIsNamed) {
  for (const auto* limit : {"0", "1001", "x", "", "-1", "1.5"}) {
    const Response response = get(std::string("/api/v1/rooms?limit=") + limit);
    EXPECT_EQ(response.result(), http::status::bad_request) << limit;
    EXPECT_THAT(response.body(), HasSubstr("limit: "));
  }
}

TEST_F(RoomRoutes, ARoomShowsItsMembers) {
  join("daily", "alice", "Alice");
  world_.clock.advance(Seconds{5});
  join("daily", "bob", "", rooms::DialectTag::socketio);
  EXPECT_EQ(json_of(get("/api/v1/rooms/daily")), boost::json::parse(R"({
      "id":"daily","createdAt":"2026-01-01T00:00:00Z","messages":0,"members":[
        {"userId":"alice","name":"Alice","dialect":"native","connected":true,"joinedAt":"2026-01-01T00:00:00Z"},
        {"userId":"bob","name":"","dialect":"socket.io","connected":true,"joinedAt":"2026-01-01T00:00:05Z"}]})"));
}

TEST_F(RoomRoutes, ARoomThatIsNotThereIsNotFound) {
  EXPECT_EQ(get("/api/v1/rooms/daily").result(), http::status::not_found);
  EXPECT_EQ(erase("/api/v1/rooms/daily").result(), http::status::not_found);
  EXPECT_EQ(erase("/api/v1/rooms/daily/members/alice").result(), http::status::not_found);
  EXPECT_TRUE(world_.backend.revoked.empty());
}

TEST_F(RoomRoutes, ClosingARoomEndsItForAllWithTheirRelays) {
  const Member& alice = join("a/b", "alice");
  const Member& bob = join("a/b", "bob");
  const Member& other = join("a", "bob");
  const Response response = erase("/api/v1/rooms/a%2Fb");
  EXPECT_EQ(response.result(), http::status::no_content);
  EXPECT_EQ(response.body(), "");
  EXPECT_EQ(alice.removed, rooms::LeaveReason::closed);
  EXPECT_EQ(bob.removed, rooms::LeaveReason::closed);
  EXPECT_EQ(other.removed, std::nullopt);
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked[0].username, "*:room:a%2Fb");
  EXPECT_EQ(get("/api/v1/rooms/a%2Fb").result(), http::status::not_found);
}

TEST_F(RoomRoutes, KickingAMemberEndsItsRelaysAlone) {
  const Member& alice = join("daily", "alice");
  const Member& bob = join("daily", "bob/1");
  EXPECT_EQ(erase("/api/v1/rooms/daily/members/carol").result(), http::status::not_found);
  EXPECT_EQ(erase("/api/v1/rooms/daily/members/bob%2F1").result(), http::status::no_content);
  EXPECT_EQ(alice.removed, std::nullopt);
  EXPECT_EQ(bob.removed, rooms::LeaveReason::kicked);
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked[0].username, "*:room:daily/bob%2F1");
}

TEST_F(RoomRoutes, TheyNeedAKeyWithTheScopeRooms) {
  const std::string rooms = add_key(Scope::rooms);
  const std::string credentials = add_key(Scope::credentials);
  const std::string admin = add_key(Scope::admin);
  const std::vector<std::pair<http::verb, const char*>> calls{{http::verb::get, "/api/v1/rooms"},
                                                              {http::verb::get, "/api/v1/rooms/x"},
                                                              {http::verb::delete_, "/api/v1/rooms/x"},
                                                              {http::verb::delete_, "/api/v1/rooms/x/members/y"},
                                                              {http::verb::post, "/api/v1/room-tokens"}};
  for (const auto& [method, target] : calls) {
    EXPECT_EQ(ask_with("", method, target).result(), http::status::unauthorized) << target;
    EXPECT_EQ(ask_with("wrong", method, target, test::RouteWorld::remote_caller()).result(), http::status::forbidden);
    EXPECT_EQ(ask_with(credentials, method, target).result(), http::status::forbidden) << target;
    for (const std::string& key : {rooms, admin}) {
      const auto status = ask_with(key, method, target).result();
      EXPECT_TRUE(status == http::status::ok || status == http::status::not_found) << target;
    }
  }
}

TEST_F(RoomRoutes, ATokenThatAllowsItClosesItsRoomAndNoOther) {
  join("daily", "alice");
  join("weekly", "alice");
  EXPECT_EQ(ask_with(token("daily", false), http::verb::delete_, "/api/v1/rooms/daily").result(),
            http::status::forbidden);
  EXPECT_EQ(ask_with(token("daily", true), http::verb::delete_, "/api/v1/rooms/weekly").result(),
            http::status::forbidden);
  EXPECT_EQ(signaling_.rooms().room_count(), 2U);
  EXPECT_EQ(ask_with(token("daily", true), http::verb::delete_, "/api/v1/rooms/daily").result(),
            http::status::no_content);
  EXPECT_EQ(signaling_.rooms().room_count(), 1U);
}

TEST_F(RoomRoutes, ATokenOpensNothingElse) {
  join("daily", "alice");
  const std::string all = token("daily", true);
  EXPECT_EQ(ask_with(all, http::verb::get, "/api/v1/rooms").result(), http::status::unauthorized);
  EXPECT_EQ(ask_with(all, http::verb::get, "/api/v1/rooms/daily").result(), http::status::unauthorized);
  EXPECT_EQ(ask_with(all, http::verb::delete_, "/api/v1/rooms/daily/members/alice").result(),
            http::status::unauthorized);
  EXPECT_EQ(ask_with(all, http::verb::post, "/api/v1/room-tokens").result(), http::status::unauthorized);
}

TEST_F(RoomRoutes, ATokenThatIsNoGoodIsToldWhy) {
  join("daily", "alice");
  const Response response = ask_with(token("daily", true, Seconds{-30}), http::verb::delete_, "/api/v1/rooms/daily");
  EXPECT_EQ(response.result(), http::status::unauthorized);
  EXPECT_THAT(std::string(response[http::field::www_authenticate]), HasSubstr("invalid_token"));
  EXPECT_EQ(json_of(response).at("detail"), "the room token has expired");
}

TEST_F(RoomRoutes, TokensDoNotTravelInTheClear) {
  join("daily", "alice");
  EXPECT_EQ(
      ask_with(token("daily", true), http::verb::delete_, "/api/v1/rooms/daily", test::RouteWorld::remote_caller())
          .result(),
      http::status::forbidden);
  EXPECT_EQ(signaling_.rooms().room_count(), 1U);
}

TEST_F(RoomRoutes, WrongTokensCountAsWrongKeysDo) {
  const std::string good = token("daily", true);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ask_with(good + "x", http::verb::delete_, "/api/v1/rooms/daily").result(), http::status::unauthorized);
  }
  EXPECT_EQ(ask_with(good + "x", http::verb::delete_, "/api/v1/rooms/daily").result(), http::status::too_many_requests);
}

TEST_F(RoomRoutes, WithoutSignalingThereAreNoRooms) {
  world_.settings->signaling.enabled = false;
  for (const auto* target : {"/api/v1/rooms", "/api/v1/rooms/x"}) {
    EXPECT_EQ(get(target).result(), http::status::not_found);
  }
  EXPECT_EQ(erase("/api/v1/rooms/x").result(), http::status::not_found);
  EXPECT_EQ(erase("/api/v1/rooms/x/members/y").result(), http::status::not_found);
  EXPECT_EQ(world_.ask(http::verb::post, "/api/v1/room-tokens").result(), http::status::not_found);
}

}  // namespace
}  // namespace turnpike::control
