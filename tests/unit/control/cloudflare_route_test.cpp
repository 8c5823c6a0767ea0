#include <gtest/gtest.h>

#include "control/foreign_routes.hpp"
#include "credential_world.hpp"

namespace turnpike::control {
namespace {

class CloudflareRouteTest : public ::testing::Test {
 protected:
  CloudflareRouteTest() {
    exchange_.parameters = {world_.key.key.id};
    world_.present(exchange_, world_.key.text);
  }
  [[nodiscard]] Response generate(std::string body) {
    CredentialWorld::set_body(exchange_, "application/json", std::move(body));
    return answer_cloudflare_list(world_.context, exchange_);
  }
  [[nodiscard]] Response revoke(std::string username) {
    exchange_.parameters = {world_.key.key.id, std::move(username)};
    Response response;
    revoke_as_cloudflare(world_.context, exchange_, [&response](Response answer) { response = std::move(answer); });
    return response;
  }

  CredentialWorld world_;
  Exchange exchange_ = CredentialWorld::make_exchange(http::verb::post);
};

TEST_F(CloudflareRouteTest, TheListIsCreatedWithTwoObjects) {
  const Response response = generate(R"({"ttl":86400})");
  EXPECT_EQ(response.result(), http::status::created);
  EXPECT_EQ(body_of(response).as_object().size(), 1U);
  const auto servers = at(response, "iceServers").as_array();
  ASSERT_EQ(servers.size(), 2U);
  EXPECT_EQ(texts_of(servers[0].at("urls")), world_.settings.uris.stun);
  EXPECT_FALSE(servers[0].as_object().contains("username"));
  EXPECT_EQ(texts_of(servers[1].at("urls")), world_.settings.uris.turn);
  EXPECT_EQ(text_of(servers[1].at("credential")),
            turn::ephemeral_password("north", text_of(servers[1].at("username"))));
}

TEST_F(CloudflareRouteTest, TheOlderFormIsASingleObject) {
  const Response response = answer_cloudflare_single(world_.context, exchange_);
  EXPECT_EQ(response.result(), http::status::created);
  const auto server = at(response, "iceServers").as_object();
  EXPECT_EQ(server.at("urls").as_array().size(), 4U);
  EXPECT_EQ(text_of(server.at("urls").at(0)), "stun:turn.example.org:3478");
  EXPECT_TRUE(server.contains("username"));
  EXPECT_TRUE(server.contains("credential"));
}

TEST_F(CloudflareRouteTest, TheTtlAndTheIdentifierGoIntoTheUsername) {
  const Response response = generate(R"({"ttl":3600,"customIdentifier":"alice"})");
  EXPECT_EQ(text_of(at(response, "iceServers").at(1).at("username")), "1767229200:alice");
}

TEST_F(CloudflareRouteTest, WithoutAnIdentifierEveryCredentialIsAUserOfItsOwn) {
  EXPECT_NE(text_of(at(generate("{}"), "iceServers").at(1).at("username")),
            text_of(at(generate("{}"), "iceServers").at(1).at("username")));
}

TEST_F(CloudflareRouteTest, TheKeysNameWillDoForItsId) {
  exchange_.parameters = {"web"};
  EXPECT_EQ(generate("{}").result(), http::status::created);
}

TEST_F(CloudflareRouteTest, AnotherKeysIdIsForbidden) {
  exchange_.parameters = {"other"};
  EXPECT_EQ(generate("{}").result(), http::status::forbidden);
}

TEST_F(CloudflareRouteTest, ErrorsComeInCloudflaresEnvelope) {
  world_.present(exchange_, "wrong");
  const Response response = generate("{}");
  EXPECT_EQ(response.result(), http::status::unauthorized);
  EXPECT_FALSE(at(response, "success").as_bool());
  EXPECT_TRUE(at(response, "result").is_null());
  const auto errors = at(response, "errors").as_array();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_TRUE(errors[0].at("code").is_int64());
  EXPECT_TRUE(errors[0].at("message").is_string());
}

TEST_F(CloudflareRouteTest, BadBodiesAreRefused) {
  for (const char* body : {R"({"ttl":0})", R"({"ttl":-1})", R"({"ttl":1000000000000})", R"({"ttl":"1h"})",
                           R"({"ttl":1.5})", R"({"ttl":1e400})", R"({"ttl":true})", R"({"customIdentifier":1})",
                           R"({"customIdentifier":"a\n"})", R"({"ttl":1,"ttl":2})", "[]", "{"}) {
    EXPECT_EQ(generate(body).result(), http::status::bad_request) << body;
  }
}

TEST_F(CloudflareRouteTest, ARevocationHasNoContent) {
  EXPECT_EQ(revoke("1767300000:alice").result(), http::status::no_content);
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked[0].username, "1767300000:alice");
}

TEST_F(CloudflareRouteTest, ARevocationNeedsTheKey) {
  world_.present(exchange_, "wrong");
  EXPECT_EQ(revoke("1767300000:alice").result(), http::status::unauthorized);
  EXPECT_TRUE(world_.backend.revoked.empty());
}

TEST_F(CloudflareRouteTest, ARevocationThatDoesNotHoldSaysSo) {
  EXPECT_EQ(revoke("alice").result(), http::status::unprocessable_entity);
  world_.keeps = false;
  EXPECT_EQ(revoke("1767300000:alice").result(), http::status::accepted);
  world_.backend.keeps_revocations = false;
  EXPECT_EQ(revoke("1767300000:alice").result(), http::status::service_unavailable);
}

}  // namespace
}  // namespace turnpike::control
