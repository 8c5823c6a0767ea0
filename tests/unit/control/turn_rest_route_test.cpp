#include <gtest/gtest.h>

#include "control/foreign_routes.hpp"
#include "credential_world.hpp"

namespace turnpike::control {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

class TurnRestRouteTest : public ::testing::Test {
 protected:
  [[nodiscard]] Response get(Query query) {
    Exchange exchange = CredentialWorld::make_exchange(http::verb::get);
    exchange.query = std::move(query);
    return answer_turn_rest(world_.context, exchange);
  }
  [[nodiscard]] Response post(Query query, std::string body) {
    Exchange exchange = CredentialWorld::make_exchange(http::verb::post);
    exchange.query = std::move(query);
    CredentialWorld::set_body(exchange, "application/x-www-form-urlencoded", std::move(body));
    return answer_turn_rest(world_.context, exchange);
  }
  [[nodiscard]] std::string janus_query() const {
    return "service=turn&api=" + world_.key.text + "&key=" + world_.key.text + "&username=janus";
  }
  [[nodiscard]] Query janus_pairs() const {
    return {{"service", "turn"}, {"api", world_.key.text}, {"key", world_.key.text}, {"username", "janus"}};
  }

  CredentialWorld world_;
};

/// As Janus's turnrest.c takes an answer.
void expect_janus_is_content(const Response& response) {
  ASSERT_EQ(response.result(), http::status::ok);
  const auto body = body_of(response);
  EXPECT_TRUE(body.at("username").is_string());
  EXPECT_TRUE(body.at("password").is_string());
  ASSERT_TRUE(body.at("ttl").is_int64());
  EXPECT_GE(body.at("ttl").as_int64(), 0);
  ASSERT_FALSE(body.at("uris").as_array().empty());
  for (const std::string& uri : texts_of(body.at("uris"))) {
    EXPECT_TRUE(uri.starts_with("turn:") || uri.starts_with("turns:")) << uri;
    // It takes what follows the second colon for a port, up to the question mark.
    const std::size_t port = uri.find(':', uri.find(':') + 1) + 1;
    EXPECT_EQ(uri.find(':', port), std::string::npos) << uri;
    EXPECT_GT(std::stoi(uri.substr(port)), 0) << uri;
  }
}

TEST_F(TurnRestRouteTest, JanusIsContentWithGet) { expect_janus_is_content(get(janus_pairs())); }

TEST_F(TurnRestRouteTest, JanusIsContentWithPostThatSaysAllTwice) {
  expect_janus_is_content(post(janus_pairs(), janus_query()));
}

TEST_F(TurnRestRouteTest, APostMaySayAllInItsBodyAlone) { expect_janus_is_content(post({}, janus_query())); }

TEST_F(TurnRestRouteTest, JanusGetsNoIpv6Literals) {
  world_.settings.uris.turn.insert(world_.settings.uris.turn.begin(), "turn:[2001:db8::1]:3478?transport=udp");
  world_.apply();
  expect_janus_is_content(get(janus_pairs()));
}

TEST_F(TurnRestRouteTest, AnIpv6LiteralIsBetterThanNothing) {
  world_.settings.uris.turn = {"turn:[2001:db8::1]:3478?transport=udp"};
  world_.apply();
  EXPECT_EQ(at(get(janus_pairs()), "uris").as_array().size(), 1U);
}

TEST_F(TurnRestRouteTest, NextcloudSpreedSignalingGetsExactlyTheDraftsFields) {
  const Response response = get({{"service", "turn"}, {"key", world_.key.text}, {"username", "x"}});
  const auto body = body_of(response).as_object();
  EXPECT_EQ(body.size(), 4U);
  for (const char* name : {"username", "password", "ttl", "uris"}) EXPECT_TRUE(body.contains(name)) << name;
  EXPECT_EQ(response[http::field::content_type], "application/json");
}

TEST_F(TurnRestRouteTest, TheDraftsVector) {
  world_.clock.step_wall(UnixSeconds{Seconds{1'266'890'800 - 86'400}} - world_.clock.wall());
  const Response response = get({{"service", "turn"}, {"key", world_.key.text}, {"username", "mbzrxpgjys"}});
  EXPECT_EQ(text_of(at(response, "username")), "1266890800:mbzrxpgjys");
  EXPECT_EQ(text_of(at(response, "password")), "nbRcrnq5h6xXhyNhlwk+lDLvVVo=");
  EXPECT_EQ(at(response, "ttl").as_int64(), 86'400);
}

TEST_F(TurnRestRouteTest, WithoutAUsernameItIsTheBareExpiry) {
  EXPECT_EQ(text_of(at(get({{"service", "turn"}, {"api", world_.key.text}}), "username")), "1767312000");
}

TEST_F(TurnRestRouteTest, ABearerKeyWillDo) {
  Exchange exchange = CredentialWorld::make_exchange(http::verb::get);
  exchange.query = {{"service", "turn"}};
  world_.present(exchange, world_.key.text);
  EXPECT_EQ(answer_turn_rest(world_.context, exchange).result(), http::status::ok);
}

TEST_F(TurnRestRouteTest, AnotherServiceIs400) {
  EXPECT_EQ(get({{"key", world_.key.text}}).result(), http::status::bad_request);
  EXPECT_EQ(get({{"service", "stun"}, {"key", world_.key.text}}).result(), http::status::bad_request);
}

TEST_F(TurnRestRouteTest, AMissingOrWrongKeyIs403) {
  EXPECT_EQ(get({{"service", "turn"}}).result(), http::status::forbidden);
  const Response response = get({{"service", "turn"}, {"key", "wrong"}});
  EXPECT_EQ(response.result(), http::status::forbidden);
  EXPECT_EQ(response.count(http::field::www_authenticate), 0U);
}

TEST_F(TurnRestRouteTest, WithoutServersItIs404) {
  world_.settings.uris.turn.clear();
  world_.apply();
  EXPECT_EQ(get(janus_pairs()).result(), http::status::not_found);
}

TEST_F(TurnRestRouteTest, BadUsernamesAre400) {
  for (const std::string& user : {std::string("a\nb"), std::string("\xff"), std::string(10'240, 'a')}) {
    EXPECT_EQ(get({{"service", "turn"}, {"key", world_.key.text}, {"username", user}}).result(),
              http::status::bad_request);
  }
}

TEST_F(TurnRestRouteTest, AnotherBodyThanAFormIsUnsupported) {
  Exchange exchange = CredentialWorld::make_exchange(http::verb::post);
  exchange.query = janus_pairs();
  CredentialWorld::set_body(exchange, "application/json", "{}");
  EXPECT_EQ(answer_turn_rest(world_.context, exchange).result(), http::status::unsupported_media_type);
}

}  // namespace
}  // namespace turnpike::control
