#include "control/credential_routes.hpp"

#include <gtest/gtest.h>

#include "control/room_token.hpp"
#include "credential_world.hpp"

namespace turnpike::control {
namespace {

class CredentialRoutesTest : public ::testing::Test {
 protected:
  CredentialRoutesTest() {
    post_.grant = CredentialWorld::web_grant();
    get_.grant = CredentialWorld::web_grant();
  }
  [[nodiscard]] Response post(std::string body) {
    CredentialWorld::set_body(post_, "application/json", std::move(body));
    return answer_credentials(world_.context, post_);
  }
  [[nodiscard]] Response get(std::vector<std::pair<std::string, std::string>> query) {
    get_.query = std::move(query);
    return answer_ice_servers(world_.context, get_);
  }

  CredentialWorld world_;
  Exchange post_ = CredentialWorld::make_exchange(http::verb::post);
  Exchange get_ = CredentialWorld::make_exchange(http::verb::get);
};

// W3C WebRTC section 4.2.4: RTCIceServer has urls, username and credential; with turn URIs the latter two are needed.
TEST_F(CredentialRoutesTest, IceServersAreWhatABrowserTakes) {
  const auto servers = at(post(R"({"user":"alice"})"), "iceServers").as_array();
  ASSERT_EQ(servers.size(), 2U);
  EXPECT_EQ(servers[0].as_object().size(), 1U);
  EXPECT_EQ(texts_of(servers[0].at("urls")), world_.settings.uris.stun);
  EXPECT_EQ(servers[1].as_object().size(), 3U);
  EXPECT_EQ(texts_of(servers[1].at("urls")), world_.settings.uris.turn);
  EXPECT_EQ(text_of(servers[1].at("credential")),
            turn::ephemeral_password("north", text_of(servers[1].at("username"))));
}

TEST_F(CredentialRoutesTest, TheAnswerSaysEverythingBesides) {
  const Response response = post(R"({"user":"alice","ttl":3600,"unknown":[]})");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(text_of(at(response, "username")), "1767229200:alice");
  EXPECT_EQ(text_of(at(response, "password")), turn::ephemeral_password("north", "1767229200:alice"));
  EXPECT_EQ(at(response, "ttl").as_int64(), 3600);
  EXPECT_EQ(text_of(at(response, "expiresAt")), "2026-01-01T01:00:00Z");
}

TEST_F(CredentialRoutesTest, WithoutAUserItIsTheKeysName) {
  EXPECT_EQ(text_of(at(answer_credentials(world_.context, post_), "username")), "1767312000:web");
  EXPECT_EQ(text_of(at(get({}), "username")), "1767312000:web");
}

TEST_F(CredentialRoutesTest, ALocalAdminNeedsNoGrant) {
  post_.grant.reset();
  EXPECT_EQ(text_of(at(post("{}"), "username")), "1767312000:local");
}

TEST_F(CredentialRoutesTest, ATtlIsWholeSeconds) {
  EXPECT_EQ(at(post(R"({"ttl":5400})"), "ttl").as_int64(), 5400);
  EXPECT_EQ(at(get({{"ttl", "90"}}), "ttl").as_int64(), 90);
}

TEST_F(CredentialRoutesTest, ATtlAboveTheMaximumIsCutAndSaidSo) {
  EXPECT_EQ(at(post(R"({"ttl":2592000})"), "ttl").as_int64(), 172'800);
}

TEST_F(CredentialRoutesTest, BadTtlsAreRefused) {
  for (const char* ttl : {"0", "-1", "1000000000000", "1.5", "1e400", "true", "null", "\"\"", "\"soon\"", "\"3600\"",
                          "\"1h\"", "\"-1h\"", "[60]", "18446744073709551615"}) {
    EXPECT_EQ(post(std::string(R"({"ttl":)") + ttl + "}").result(), http::status::bad_request) << ttl;
  }
  for (const char* ttl : {"", "0", "-1", "1000000000000", "1.5", "soon"}) {
    EXPECT_EQ(get({{"ttl", ttl}}).result(), http::status::bad_request) << ttl;
  }
}

TEST_F(CredentialRoutesTest, UsersAreOpaque) {
  EXPECT_EQ(text_of(at(post(R"({"user":"@alice:example.org"})"), "username")), "1767312000:@alice:example.org");
}

TEST_F(CredentialRoutesTest, BadUsersAreRefused) {
  for (const std::string& user : {std::string("\"\""), std::string("1"), std::string("null"), std::string(R"("a\n")"),
                                  std::string(R"("\u0000")"), '"' + std::string(10'240, 'a') + '"'}) {
    EXPECT_EQ(post(R"({"user":)" + user + "}").result(), http::status::bad_request) << user.substr(0, 20);
  }
  EXPECT_EQ(get({{"user", ""}}).result(), http::status::bad_request);
  EXPECT_EQ(get({{"user", std::string(10'240, 'a')}}).result(), http::status::bad_request);
}

TEST_F(CredentialRoutesTest, BadBodiesAreRefusedWithAProblem) {
  const Response response = post("[]");
  EXPECT_EQ(response.result(), http::status::bad_request);
  EXPECT_EQ(response[http::field::content_type], "application/problem+json");
  CredentialWorld::set_body(post_, "text/plain", "{}");
  EXPECT_EQ(answer_credentials(world_.context, post_).result(), http::status::unsupported_media_type);
}

TEST_F(CredentialRoutesTest, AKeyIsAskedForAsEver) {
  EXPECT_EQ(fetch_ice_servers(world_.context, get_).result(), http::status::unauthorized);
  world_.present(get_, "wrong");
  EXPECT_EQ(fetch_ice_servers(world_.context, get_).result(), http::status::unauthorized);
  world_.present(get_, world_.key.text);
  EXPECT_EQ(text_of(at(fetch_ice_servers(world_.context, get_), "username")), "1767312000:web");
}

TEST_F(CredentialRoutesTest, AKeyMayLookLikeAToken) {
  world_.settings.keys = {hash_api_key(CredentialWorld::web_grant(), "eyJ.my.key", world_.random)};
  world_.apply();
  world_.present(get_, "eyJ.my.key");
  EXPECT_EQ(text_of(at(fetch_ice_servers(world_.context, get_), "username")), "1767312000:web");
}

/// GET /api/v1/ice-servers with a room token.
class MemberCredentialsTest : public CredentialRoutesTest {
 protected:
  MemberCredentialsTest() {
    get_.grant.reset();
    world_.settings.signaling.token_secrets = {"west"};
    world_.settings.signaling.credential_ttl = Seconds{7200};
    world_.apply();
    claims_.room = "a/b";
    claims_.user = "alice";
    claims_.expiry = world_.clock.wall() + Seconds{60};
  }
  [[nodiscard]] Response fetch(std::vector<std::pair<std::string, std::string>> query = {}) {
    world_.present(get_, sign_room_token(claims_, "west", world_.clock.wall()));
    get_.query = std::move(query);
    return fetch_ice_servers(world_.context, get_);
  }

  RoomClaims claims_;
};

TEST_F(MemberCredentialsTest, ARoomTokenFetchesTheCredentialsOfItsMember) {
  const Response response = fetch();
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(text_of(at(response, "username")), "1767232800:room:a%2Fb/alice");
  EXPECT_EQ(text_of(at(response, "password")), turn::ephemeral_password("north", "1767232800:room:a%2Fb/alice"));
  EXPECT_EQ(at(response, "ttl").as_int64(), 7200);
}

TEST_F(MemberCredentialsTest, ItLivesNoLongerThanCredentialsOfRoomsDo) {
  EXPECT_EQ(at(fetch({{"ttl", "7201"}}), "ttl").as_int64(), 7200);
  EXPECT_EQ(at(fetch({{"ttl", "60"}}), "ttl").as_int64(), 60);
  EXPECT_EQ(fetch({{"ttl", "soon"}}).result(), http::status::bad_request);
  world_.settings.max_ttl = Seconds{600};
  world_.apply();
  EXPECT_EQ(at(fetch(), "ttl").as_int64(), 600);
}

TEST_F(MemberCredentialsTest, ATokenForAnybodyTakesTheUserThatIsNamedOrDrawsOne) {
  claims_.user.clear();
  EXPECT_EQ(text_of(at(fetch({{"user", "bob"}}), "username")), "1767232800:room:a%2Fb/bob");
  const std::string drawn = text_of(at(fetch(), "username"));
  EXPECT_EQ(drawn.size(), std::string_view("1767232800:room:a%2Fb/").size() + 22);
  EXPECT_NE(text_of(at(fetch(), "username")), drawn);
  EXPECT_EQ(fetch({{"user", std::string(65, 'a')}}).result(), http::status::bad_request);
  EXPECT_EQ(fetch({{"user", "a\n"}}).result(), http::status::bad_request);
}

TEST_F(MemberCredentialsTest, ATokenOfSomebodyIsForNobodyElse) {
  EXPECT_EQ(fetch({{"user", "bob"}}).result(), http::status::forbidden);
  EXPECT_EQ(fetch({{"user", "alice"}}).result(), http::status::ok);
}

TEST_F(MemberCredentialsTest, ATokenThatDoesNotAllowJoiningFetchesNothing) {
  claims_.may_join = false;
  EXPECT_EQ(fetch().result(), http::status::forbidden);
}

TEST_F(MemberCredentialsTest, ATokenThatIsNoGoodIsToldWhyAndCounted) {
  claims_.expiry = world_.clock.wall() - Seconds{30};
  const Response response = fetch();
  EXPECT_EQ(response.result(), http::status::unauthorized);
  EXPECT_EQ(text_of(at(response, "detail")), "the room token has expired");
  EXPECT_EQ(world_.gate.counters().wrong_keys, 1U);
}

TEST_F(MemberCredentialsTest, ATokenIsNotTakenInTheClear) {
  get_.caller.is_secure = false;
  EXPECT_EQ(fetch().result(), http::status::forbidden);
}

TEST_F(MemberCredentialsTest, WithoutSignalingATokenIsNothing) {
  world_.settings.signaling.enabled = false;
  world_.apply();
  EXPECT_EQ(fetch().result(), http::status::unauthorized);
}

TEST_F(CredentialRoutesTest, WithoutASecretThereIsNoService) {
  world_.settings.secret.clear();
  world_.apply();
  EXPECT_EQ(post("{}").result(), http::status::service_unavailable);
}

}  // namespace
}  // namespace turnpike::control
