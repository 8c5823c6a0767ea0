#include <gtest/gtest.h>

#include "control/routes.hpp"
#include "credential_world.hpp"

namespace turnpike::control {
namespace {

/// The routes as the router finds them, asked by whole targets with a key of their own.
class CredentialPathsTest : public ::testing::Test {
 protected:
  CredentialPathsTest() {
    add_credential_routes(router_, world_.context);
    add_foreign_routes(router_, world_.context);
  }

  [[nodiscard]] Response ask(http::verb method, const std::string& target, std::string_view bearer = {}) {
    Request request{method, target, 11};
    if (!bearer.empty()) request.set(http::field::authorization, "Bearer " + std::string(bearer));
    const auto exchange = make_exchange(std::move(request), CredentialWorld::make_exchange(method).caller);
    if (!exchange) return make_problem(http::status::bad_request);
    Response answer;
    router_.handle(exchange, [&answer](Response response) { answer = std::move(response); });
    return answer;
  }

  CredentialWorld world_;
  Router router_{world_.gate, world_.context.clock};
};

TEST_F(CredentialPathsTest, OwnPathsTakeABearerKey) {
  EXPECT_EQ(ask(http::verb::post, "/api/v1/credentials", world_.key.text).result(), http::status::ok);
  EXPECT_EQ(ask(http::verb::get, "/api/v1/ice-servers?user=%40a%3Ab&ttl=60", world_.key.text).result(),
            http::status::ok);
  EXPECT_EQ(ask(http::verb::post, "/api/v1/credentials").result(), http::status::unauthorized);
  EXPECT_EQ(ask(http::verb::get, "/api/v1/ice-servers", "wrong").result(), http::status::unauthorized);
}

TEST_F(CredentialPathsTest, TheTurnRestDraftHasThree) {
  for (const std::string path : {"/turn", "/turn/credentials", "/api/turn"}) {
    const std::string target = path + "?service=turn&username=alice&key=" + world_.key.text;
    EXPECT_EQ(ask(http::verb::get, target).result(), http::status::ok) << path;
    EXPECT_EQ(ask(http::verb::post, target).result(), http::status::ok) << path;
  }
}

TEST_F(CredentialPathsTest, CloudflaresNameTheKey) {
  const std::string key = "/v1/turn/keys/" + world_.key.key.id;
  for (const char* form : {"/credentials/generate-ice-servers", "/credentials/generate"}) {
    EXPECT_EQ(ask(http::verb::post, key + form, world_.key.text).result(), http::status::created) << form;
  }
  const Response revoked =
      ask(http::verb::post, key + "/credentials/1767300000%3A%40alice%3Aexample.org/revoke", world_.key.text);
  EXPECT_EQ(revoked.result(), http::status::no_content);
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked[0].username, "1767300000:@alice:example.org");
}

TEST_F(CredentialPathsTest, TheOthersAreWhereTheirClientsLook) {
  EXPECT_EQ(ask(http::verb::post, "/2010-04-01/Accounts/web/Tokens.json").result(), http::status::unauthorized);
  EXPECT_EQ(ask(http::verb::post, "/api/v1/turn/credential?secretKey=" + world_.key.text).result(), http::status::ok);
  EXPECT_EQ(ask(http::verb::get, "/api/v1/turn/credentials?apiKey=" + world_.key.text).result(), http::status::ok);
  for (const char* path : {"/_matrix/client/v3/voip/turnServer", "/_matrix/client/r0/voip/turnServer"}) {
    EXPECT_EQ(ask(http::verb::get, path, world_.key.text).result(), http::status::ok) << path;
  }
}

TEST_F(CredentialPathsTest, UsersWithControlCharactersNeverGetIn) {
  for (const char* user : {"%0a", "%00", "%7f", "%c2%85", "%ff", "%ed%a0%80"}) {
    const std::string target = std::string("/api/v1/ice-servers?user=a") + user;
    EXPECT_EQ(ask(http::verb::get, target, world_.key.text).result(), http::status::bad_request) << user;
  }
}

}  // namespace
}  // namespace turnpike::control
