#include <gtest/gtest.h>

#include "control/foreign_routes.hpp"
#include "credential_world.hpp"

namespace turnpike::control {
namespace {

class MeteredRouteTest : public ::testing::Test {
 protected:
  [[nodiscard]] Response create(std::string body) {
    Exchange exchange = CredentialWorld::make_exchange(http::verb::post);
    exchange.query = {{"secretKey", world_.key.text}};
    CredentialWorld::set_body(exchange, "application/json", std::move(body));
    return create_metered(world_.context, exchange);
  }
  [[nodiscard]] Response fetch(std::string api_key) {
    Exchange exchange = CredentialWorld::make_exchange(http::verb::get);
    exchange.query = {{"apiKey", std::move(api_key)}, {"region", "europe"}};
    return fetch_metered(world_.context, exchange);
  }

  CredentialWorld world_;
};

TEST_F(MeteredRouteTest, CreateAnswersMeteredsFields) {
  const Response response = create(R"({"expiryInSeconds":3600,"label":"alice"})");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(body_of(response).as_object().size(), 5U);
  EXPECT_EQ(text_of(at(response, "username")), "1767229200:alice");
  EXPECT_EQ(text_of(at(response, "password")), turn::ephemeral_password("north", "1767229200:alice"));
  EXPECT_EQ(at(response, "expiryInSeconds").as_int64(), 3600);
  EXPECT_EQ(text_of(at(response, "label")), "alice");
}

TEST_F(MeteredRouteTest, FetchIsABareArrayOfOneUrlEach) {
  const Response response = fetch(world_.key.text);
  EXPECT_EQ(response.result(), http::status::ok);
  const auto servers = body_of(response).as_array();
  ASSERT_EQ(servers.size(), 4U);
  EXPECT_EQ(text_of(servers[0].at("urls")), "stun:turn.example.org:3478");
  EXPECT_EQ(servers[0].as_object().size(), 1U);
  EXPECT_EQ(text_of(servers[1].at("urls")), "turn:turn.example.org:3478?transport=udp");
  EXPECT_EQ(text_of(servers[1].at("credential")),
            turn::ephemeral_password("north", text_of(servers[1].at("username"))));
}

TEST_F(MeteredRouteTest, TheCreatedKeyFetchesTheCreatedCredential) {
  const Response created = create(R"({"expiryInSeconds":3600,"label":"@alice:example.org"})");
  const Response fetched = fetch(text_of(at(created, "apiKey")));
  ASSERT_EQ(fetched.result(), http::status::ok);
  EXPECT_EQ(text_of(body_of(fetched).at(3).at("username")), text_of(at(created, "username")));
  EXPECT_EQ(text_of(body_of(fetched).at(3).at("credential")), text_of(at(created, "password")));
  EXPECT_EQ(world_.context.credentials_minted, 1U);
}

TEST_F(MeteredRouteTest, TheCreatedKeyEndsWithItsCredential) {
  const std::string api_key = text_of(at(create(R"({"expiryInSeconds":60})"), "apiKey"));
  world_.clock.advance(Seconds{60});
  EXPECT_EQ(fetch(api_key).result(), http::status::unauthorized);
}

TEST_F(MeteredRouteTest, TheCreatedKeyCannotBeForged) {
  std::string api_key = text_of(at(create("{}"), "apiKey"));
  api_key[6] = api_key[6] == 'A' ? 'B' : 'A';
  EXPECT_EQ(fetch(api_key).result(), http::status::unauthorized);
  for (const char* forged : {"tpc_", "tpc_A", "tpc_!!!!", "tpc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(fetch(forged).result(), http::status::unauthorized) << forged;
  }
}

TEST_F(MeteredRouteTest, TheCreatedKeyCreatesNothing) {
  Exchange exchange = CredentialWorld::make_exchange(http::verb::post);
  exchange.query = {{"secretKey", text_of(at(create("{}"), "apiKey"))}};
  EXPECT_EQ(create_metered(world_.context, exchange).result(), http::status::unauthorized);
}

TEST_F(MeteredRouteTest, TheCreatedKeyDoesNotTravelInTheClear) {
  Exchange exchange = CredentialWorld::make_exchange(http::verb::get);
  exchange.query = {{"apiKey", text_of(at(create("{}"), "apiKey"))}};
  exchange.caller.is_secure = false;
  EXPECT_EQ(fetch_metered(world_.context, exchange).result(), http::status::forbidden);
}

TEST_F(MeteredRouteTest, CreateErrorsHaveAMessage) {
  for (const char* body : {R"({"expiryInSeconds":0})", R"({"expiryInSeconds":-1})", R"({"expiryInSeconds":"1h"})",
                           R"({"expiryInSeconds":1.5})", R"({"expiryInSeconds":1000000000000})", R"({"label":1})",
                           R"({"label":"a\n"})", "[]"}) {
    const Response response = create(body);
    EXPECT_EQ(response.result(), http::status::bad_request) << body;
    EXPECT_TRUE(at(response, "message").is_string()) << body;
  }
}

TEST_F(MeteredRouteTest, FetchErrorsHaveAnError) {
  const Response response = fetch("wrong");
  EXPECT_EQ(response.result(), http::status::unauthorized);
  EXPECT_TRUE(at(response, "error").is_string());
}

}  // namespace
}  // namespace turnpike::control
