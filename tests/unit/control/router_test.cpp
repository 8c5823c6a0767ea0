#include "control/router.hpp"

#include <gmock/gmock.h>

#include "route_world.hpp"

namespace turnpike::control::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kKey = "a key that is long enough";
constexpr const char* kOrigin = "https://app.test";

Response make_text(std::string text) {
  Response response;
  response.body() = std::move(text);
  return response;
}

void add_test_routes(Router& router, RouteContext&) {
  const auto answer_with = [](const char* text) {
    return [text](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
      std::string body = text;
      for (const std::string& parameter : exchange->parameters) body.append(" ").append(parameter);
      if (exchange->grant) body.append(" by ").append(exchange->grant->name);
      reply(make_text(std::move(body)));
    };
  };
  router.add(http::verb::get, "/open", Access::open, answer_with("open"));
  router.add(http::verb::get, "/things", Access::admin, answer_with("things"));
  router.add(http::verb::get, "/things/first", Access::open, answer_with("the first"));
  router.add(http::verb::get, "/things/{id}", Access::open, answer_with("one"));
  router.add(http::verb::delete_, "/things/{id}", Access::open, answer_with("gone"));
  router.add(http::verb::post, "/a/{x}/b/{y}", Access::credentials, answer_with("both"));
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    ApiKeyGrant grant;
    grant.name = "shop";
    grant.scopes.add(Scope::credentials);
    world_.settings->keys = {hash_api_key(grant, kKey, world_.random)};
    world_.settings->allowed_origins = {kOrigin};
    world_.settings->plain_api = true;
    world_.gate.apply(*world_.settings);
  }
  Response ask(http::verb method, const std::string& target,
               const std::vector<std::pair<http::field, std::string>>& fields = {}) {
    Request request{method, target, 11};
    for (const auto& [name, value] : fields) request.set(name, value);
    return world_.ask(std::move(request), RouteWorld::remote_caller());
  }
  std::string body_of(http::verb method, const std::string& target) { return ask(method, target).body(); }

  RouteWorld world_{add_test_routes};
};

TEST_F(RouterTest, RoutesByPath) {
  EXPECT_EQ(body_of(http::verb::get, "/open"), "open");
  EXPECT_EQ(body_of(http::verb::get, "/open?x=y"), "open");
  EXPECT_EQ(body_of(http::verb::get, "http://turn.test/open"), "open");
}

TEST_F(RouterTest, RoutesByMethod) {
  EXPECT_EQ(body_of(http::verb::get, "/things/7"), "one 7");
  EXPECT_EQ(body_of(http::verb::delete_, "/things/7"), "gone 7");
}

TEST_F(RouterTest, TheRouteAddedFirstIsTriedFirst) {
  EXPECT_EQ(body_of(http::verb::get, "/things/first"), "the first");
}

TEST_F(RouterTest, AParameterMayContainAnEncodedSlash) {
  EXPECT_EQ(body_of(http::verb::get, "/things/a%2Fb%20c"), "one a/b c");
}

TEST_F(RouterTest, UnknownPathsAre404) {
  for (const char* path : {"/", "/nothing", "/open/", "/open/x", "//open", "/things/", "/things/1/2", "/OPEN"}) {
    EXPECT_EQ(ask(http::verb::get, path).result(), http::status::not_found) << path;
  }
  EXPECT_EQ(ask(http::verb::get, "/nothing")[http::field::content_type], "application/problem+json");
}

TEST_F(RouterTest, UnknownMethodsOfAPathAre405WithAllow) {
  const Response response = ask(http::verb::post, "/things/7");
  EXPECT_EQ(response.result(), http::status::method_not_allowed);
  EXPECT_EQ(response[http::field::allow], "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, AMethodNobodyKnowsIs405Too) {
  Request request{http::verb::get, "/open", 11};
  request.method_string("BREW");
  EXPECT_EQ(world_.ask(std::move(request), RouteWorld::remote_caller()).result(), http::status::method_not_allowed);
}

TEST_F(RouterTest, HeadIsAnsweredAsGet) { EXPECT_EQ(ask(http::verb::head, "/open").result(), http::status::ok); }

TEST_F(RouterTest, OptionsSaysTheMethods) {
  const Response response = ask(http::verb::options, "/a/1/b/2");
  EXPECT_EQ(response.result(), http::status::no_content);
  EXPECT_EQ(response[http::field::allow], "POST, OPTIONS");
  EXPECT_EQ(ask(http::verb::options, "/nothing").result(), http::status::not_found);
}

TEST_F(RouterTest, OptionsOfEverythingSaysAllMethods) {
  EXPECT_EQ(ask(http::verb::options, "*")[http::field::allow], "GET, HEAD, DELETE, POST, OPTIONS");
}

TEST_F(RouterTest, ARouteWithAccessNeedsAKey) {
  const Response response = ask(http::verb::post, "/a/1/b/2");
  EXPECT_EQ(response.result(), http::status::unauthorized);
  EXPECT_THAT(std::string(response[http::field::www_authenticate]), HasSubstr("Bearer"));
}

TEST_F(RouterTest, TheHandlerLearnsWhoseKeyItIs) {
  const Response response =
      ask(http::verb::post, "/a/1/b/2", {{http::field::authorization, std::string("Bearer ") + kKey}});
  EXPECT_EQ(response.body(), "both 1 2 by shop");
}

TEST_F(RouterTest, AKeyOfAnotherScopeIsForbidden) {
  EXPECT_EQ(ask(http::verb::get, "/things", {{http::field::authorization, std::string("Bearer ") + kKey}}).result(),
            http::status::forbidden);
}

TEST_F(RouterTest, ALocalAdminNeedsNoKeyAndHasNoGrant) {
  EXPECT_EQ(world_.ask(http::verb::get, "/things").body(), "things");
  EXPECT_EQ(world_.ask(http::verb::post, "/a/1/b/2").body(), "both 1 2");
}

TEST_F(RouterTest, APreflightOfAnOriginThatMay) {
  const Response response = ask(http::verb::options, "/a/1/b/2",
                                {{http::field::origin, kOrigin}, {http::field::access_control_request_method, "POST"}});
  EXPECT_EQ(response.result(), http::status::no_content);
  EXPECT_EQ(response[http::field::access_control_allow_origin], kOrigin);
  EXPECT_EQ(response[http::field::access_control_allow_methods], "POST, OPTIONS");
  EXPECT_EQ(response[http::field::access_control_allow_headers], "Authorization, Content-Type");
  EXPECT_EQ(response[http::field::access_control_max_age], "600");
  EXPECT_THAT(std::string(response[http::field::vary]), HasSubstr("Origin"));
}

TEST_F(RouterTest, APreflightOfAnotherOriginGetsNothing) {
  const Response response =
      ask(http::verb::options, "/a/1/b/2",
          {{http::field::origin, "https://evil.test"}, {http::field::access_control_request_method, "POST"}});
  EXPECT_EQ(response.count(http::field::access_control_allow_origin), 0U);
  EXPECT_EQ(response.count(http::field::access_control_allow_methods), 0U);
}

TEST_F(RouterTest, AnswersMayBeReadByAnOriginThatMay) {
  const Response response = ask(http::verb::get, "/open", {{http::field::origin, kOrigin}});
  EXPECT_EQ(response[http::field::access_control_allow_origin], kOrigin);
  EXPECT_EQ(response[http::field::access_control_expose_headers], "Retry-After");
}

TEST_F(RouterTest, ErrorsMayBeReadByAnOriginThatMay) {
  for (const char* path : {"/nothing", "/things"}) {
    EXPECT_EQ(ask(http::verb::get, path, {{http::field::origin, kOrigin}})[http::field::access_control_allow_origin],
              kOrigin)
        << path;
  }
}

TEST_F(RouterTest, WithoutAnOriginThatMayCachesAreToldAllTheSame) {
  const Response response = ask(http::verb::get, "/open");
  EXPECT_EQ(response[http::field::vary], "Origin");
  EXPECT_EQ(response.count(http::field::access_control_allow_origin), 0U);
}

TEST_F(RouterTest, CountsByRouteAndStatus) {
  static_cast<void>(ask(http::verb::get, "/open"));
  static_cast<void>(ask(http::verb::get, "/things/1"));
  static_cast<void>(ask(http::verb::delete_, "/things/2"));
  static_cast<void>(ask(http::verb::put, "/things/3"));
  static_cast<void>(ask(http::verb::get, "/nothing"));
  EXPECT_THAT(world_.router.route_names(),
              ElementsAre("/open", "/things", "/things/first", "/things/{id}", "/a/{x}/b/{y}", "other"));
  EXPECT_THAT(world_.router.by_route(), ElementsAre(1U, 0U, 0U, 3U, 0U, 1U));
  EXPECT_THAT(world_.router.by_status(), ElementsAre(0U, 3U, 0U, 2U, 0U));
}

TEST_F(RouterTest, ASecondReplyIsNeitherPassedOnNorCounted) {
  world_.router.add(http::verb::get, "/twice", Access::open, [](const std::shared_ptr<Exchange>&, const Reply& reply) {
    reply(make_text("one"));
    reply(make_text("two"));
  });
  EXPECT_EQ(body_of(http::verb::get, "/twice"), "one");
  EXPECT_EQ(world_.router.by_status()[1], 1U);
}

TEST(RouterLifeTest, AReplyMayComeWhenTheRouterIsGone) {
  Reply kept;
  int answers = 0;
  {
    RouteWorld world([](Router&, RouteContext&) {});
    world.router.add(http::verb::get, "/late", Access::open,
                     [&kept](const std::shared_ptr<Exchange>&, Reply reply) { kept = std::move(reply); });
    world.router.handle(make_exchange(Request{http::verb::get, "/late", 11}, RouteWorld::remote_caller()),
                        [&answers](const Response&) { ++answers; });
  }
  kept(make_text("late"));
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace turnpike::control::test
