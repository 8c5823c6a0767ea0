#include <gtest/gtest.h>

#include "control/foreign_routes.hpp"
#include "credential_world.hpp"
#include "turnpike/base/base64.hpp"

namespace turnpike::control {
namespace {

class TwilioRouteTest : public ::testing::Test {
 protected:
  TwilioRouteTest() { log_in(world_.key.key.id, world_.key.text); }

  void log_in(const std::string& sid, const std::string& token) {
    exchange_.parameters = {sid};
    exchange_.request.set(http::field::authorization, "Basic " + base64_encode(as_bytes(sid + ":" + token)));
  }
  [[nodiscard]] Response create(std::string form) {
    CredentialWorld::set_body(exchange_, "application/x-www-form-urlencoded", std::move(form));
    return answer_twilio(world_.context, exchange_);
  }

  CredentialWorld world_;
  Exchange exchange_ = CredentialWorld::make_exchange(http::verb::post);
};

TEST_F(TwilioRouteTest, TheTokenHasTwiliosFields) {
  const Response response = create("Ttl=3600");
  EXPECT_EQ(response.result(), http::status::created);
  EXPECT_EQ(body_of(response).as_object().size(), 7U);
  EXPECT_EQ(text_of(at(response, "account_sid")), world_.key.key.id);
  EXPECT_EQ(text_of(at(response, "ttl")), "3600");
  EXPECT_EQ(text_of(at(response, "date_created")), "Thu, 01 Jan 2026 00:00:00 +0000");
  EXPECT_EQ(text_of(at(response, "date_updated")), "Thu, 01 Jan 2026 00:00:00 +0000");
  EXPECT_EQ(text_of(at(response, "password")), turn::ephemeral_password("north", text_of(at(response, "username"))));
}

TEST_F(TwilioRouteTest, ServersAreFlatWithOneUrlUnderBothNames) {
  const Response response = create("");
  const auto servers = at(response, "ice_servers").as_array();
  ASSERT_EQ(servers.size(), 4U);
  for (const auto& server : servers) {
    EXPECT_EQ(text_of(server.at("url")), text_of(server.at("urls")));
    const bool is_turn = text_of(server.at("url")).starts_with("turn");
    EXPECT_EQ(server.as_object().contains("username"), is_turn);
    EXPECT_EQ(server.as_object().contains("credential"), is_turn);
  }
  EXPECT_EQ(text_of(servers[1].at("credential")), text_of(at(response, "password")));
}

TEST_F(TwilioRouteTest, WithoutATtlItIsTheDefault) { EXPECT_EQ(text_of(at(create(""), "ttl")), "86400"); }

TEST_F(TwilioRouteTest, TwoTokensAreTwoUsers) {
  EXPECT_NE(text_of(at(create(""), "username")), text_of(at(create(""), "username")));
}

TEST_F(TwilioRouteTest, ATtlBeyondTwiliosRangeIsTwiliosError) {
  for (const char* ttl : {"0", "-1", "86401", "1000000000000", "1h", "1.5", "1e400", "true", ""}) {
    const Response response = create(std::string("Ttl=") + ttl);
    EXPECT_EQ(response.result(), http::status::bad_request) << ttl;
    EXPECT_EQ(at(response, "status").as_int64(), 400);
    EXPECT_TRUE(at(response, "code").is_int64());
    EXPECT_TRUE(at(response, "message").is_string());
    EXPECT_TRUE(text_of(at(response, "more_info")).starts_with("https://www.twilio.com/docs/errors/"));
  }
}

TEST_F(TwilioRouteTest, TheNameWillDoForTheSid) {
  log_in("web", world_.key.text);
  EXPECT_EQ(create("").result(), http::status::created);
}

TEST_F(TwilioRouteTest, AWrongTokenIs20003) {
  log_in(world_.key.key.id, "wrong");
  const Response response = create("");
  EXPECT_EQ(response.result(), http::status::unauthorized);
  EXPECT_EQ(at(response, "code").as_int64(), 20'003);
  EXPECT_TRUE(response[http::field::www_authenticate].starts_with("Basic "));
}

TEST_F(TwilioRouteTest, AnotherAccountsPathIs20003) {
  exchange_.parameters = {"web"};  // the login has the id
  EXPECT_EQ(create("").result(), http::status::unauthorized);
  log_in("other", world_.key.text);
  EXPECT_EQ(create("").result(), http::status::unauthorized);
}

TEST_F(TwilioRouteTest, ABearerTokenIsNoLogin) {
  world_.present(exchange_, world_.key.text);
  EXPECT_EQ(create("").result(), http::status::unauthorized);
}

}  // namespace
}  // namespace turnpike::control
