#include "control/gate.hpp"

#include <gtest/gtest.h>

#include "credential_world.hpp"

namespace turnpike::control {
namespace {

using Reason = GateRefusal::Reason;

class GateTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::optional<Reason> admit(std::string_view key, Scope scope = Scope::credentials) {
    const auto grant = world_.gate.admit(key, scope, exchange_, world_.clock.now());
    return grant ? std::nullopt : std::optional(grant.error().reason);
  }
  void restrict_to(std::vector<std::string> origins) {
    world_.key.key.grant.origins = std::move(origins);
    world_.keep_key();
  }
  void come_from(std::string_view client, bool is_secure) {
    exchange_.caller.client.address = *IpAddress::parse(client);
    exchange_.caller.is_secure = is_secure;
  }

  CredentialWorld world_;
  Exchange exchange_ = CredentialWorld::make_exchange(http::verb::get);
};

TEST_F(GateTest, ARightKeyGetsItsGrant) {
  const auto grant = world_.gate.admit(world_.key.text, Scope::credentials, exchange_, world_.clock.now());
  ASSERT_TRUE(grant);
  EXPECT_EQ(*grant, world_.key.key.grant);
}

TEST_F(GateTest, NoKeyIsNotAWrongOne) {
  EXPECT_EQ(admit(""), Reason::no_key);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(admit(""), Reason::no_key);
  EXPECT_EQ(admit(world_.key.text), std::nullopt);
  EXPECT_EQ(world_.gate.counters().wrong_keys, 21U);
}

TEST_F(GateTest, AnUnknownKeyIsWrong) { EXPECT_EQ(admit("nonsense"), Reason::wrong_key); }

TEST_F(GateTest, AKeyBeyond256BytesIsNotEvenTried) {
  world_.settings.keys = {hash_api_key(CredentialWorld::web_grant(), std::string(257, 'x'), world_.random)};
  world_.apply();
  EXPECT_EQ(admit(std::string(257, 'x')), Reason::wrong_key);
}

TEST_F(GateTest, ScopesAreKept) {
  EXPECT_EQ(admit(world_.key.text, Scope::admin), Reason::wrong_scope);
  EXPECT_EQ(admit(world_.key.text, Scope::rooms), Reason::wrong_scope);
  EXPECT_EQ(world_.gate.counters().forbidden, 2U);
}

TEST_F(GateTest, AnAdminKeyCoversEverything) {
  world_.key.key.grant.scopes.add(Scope::admin);
  world_.keep_key();
  for (const Scope scope : kScopes) EXPECT_EQ(admit(world_.key.text, scope), std::nullopt);
}

TEST_F(GateTest, ALocalAdminNeedsNoKey) {
  exchange_.caller.is_local_admin = true;
  come_from("0.0.0.0", false);
  EXPECT_EQ(admit("", Scope::admin), std::nullopt);
}

TEST_F(GateTest, KeysDoNotTravelInTheClear) {
  come_from("198.51.100.7", false);
  EXPECT_EQ(admit(world_.key.text), Reason::plain_http);
  EXPECT_EQ(admit("nonsense"), Reason::plain_http);
}

TEST_F(GateTest, LoopbackMayBePlain) {
  for (const char* client : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"}) {
    come_from(client, false);
    EXPECT_EQ(admit(world_.key.text), std::nullopt) << client;
  }
  come_from("::2", false);
  EXPECT_EQ(admit(world_.key.text), Reason::plain_http);
}

TEST_F(GateTest, PlainHttpCanBeAllowed) {
  world_.settings.plain_api = true;
  world_.apply();
  come_from("198.51.100.7", false);
  EXPECT_EQ(admit(world_.key.text), std::nullopt);
}

TEST_F(GateTest, AKeyForPagesIsRefusedFromOthers) {
  restrict_to({"https://a.example"});
  exchange_.request.set(http::field::origin, "https://b.example");
  EXPECT_EQ(admit(world_.key.text), Reason::wrong_origin);
  exchange_.request.set(http::field::origin, "https://a.example");
  EXPECT_EQ(admit(world_.key.text), std::nullopt);
}

TEST_F(GateTest, AnOpaqueOriginIsNobodys) {
  restrict_to({"null"});
  exchange_.request.set(http::field::origin, "null");
  EXPECT_EQ(admit(world_.key.text), Reason::wrong_origin);
  EXPECT_FALSE(world_.gate.allows_origin("null"));
}

TEST_F(GateTest, ASecondOriginDoesNotHideTheFirst) {
  restrict_to({"https://a.example"});
  exchange_.request.insert(http::field::origin, "https://a.example");
  exchange_.request.insert(http::field::origin, "https://b.example");
  EXPECT_EQ(admit(world_.key.text), Reason::wrong_origin);
}

TEST_F(GateTest, AProgramWithoutAnOriginMayUseAPagesKey) {
  restrict_to({"https://a.example"});
  EXPECT_EQ(admit(world_.key.text), std::nullopt);
}

TEST_F(GateTest, EachKeyHasARateOfItsOwn) {
  const NewApiKey other = make_api_key(CredentialWorld::web_grant(), world_.random, {});
  world_.gate.set_stored_keys({world_.key.key, other.key});
  world_.settings.requests_per_second = 3;
  world_.apply();
  for (int i = 0; i < 3; ++i) ASSERT_EQ(admit(world_.key.text), std::nullopt);
  EXPECT_EQ(admit(world_.key.text), Reason::key_rate);
  EXPECT_EQ(admit(other.text), std::nullopt);
  EXPECT_EQ(world_.gate.counters().rate_limited, 1U);
  world_.clock.advance(std::chrono::milliseconds{334});
  EXPECT_EQ(admit(world_.key.text), std::nullopt);
}

TEST_F(GateTest, ARateOfOneLetsOneThroughEachSecond) {
  world_.settings.requests_per_second = 1;
  world_.apply();
  EXPECT_EQ(admit(world_.key.text), std::nullopt);
  EXPECT_EQ(admit(world_.key.text), Reason::key_rate);
  world_.clock.advance(Seconds{1});
  EXPECT_EQ(admit(world_.key.text), std::nullopt);
}

TEST_F(GateTest, ARateOfZeroIsNoLimit) {
  world_.settings.requests_per_second = 0;
  world_.apply();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(admit(world_.key.text), std::nullopt);
}

TEST_F(GateTest, AGuesserIsNotHeardForAWhileNotEvenWithARightKey) {
  for (int i = 0; i < 10; ++i) ASSERT_EQ(admit("guess"), Reason::wrong_key);
  const auto refused = world_.gate.admit(world_.key.text, Scope::credentials, exchange_, world_.clock.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::slowed_source);
  EXPECT_EQ(refused.error().retry_after, Seconds{6});
  EXPECT_EQ(world_.gate.counters().slowed, 1U);
  EXPECT_EQ(world_.gate.slowed_sources(world_.clock.mono()), 1U);
  world_.clock.advance(Seconds{6});
  EXPECT_EQ(admit(world_.key.text), std::nullopt);
}

TEST_F(GateTest, BrowsersMayReadByAllowListOrByKey) {
  restrict_to({"https://a.example"});
  world_.settings.allowed_origins = {"https://b.example"};
  world_.apply();
  EXPECT_TRUE(world_.gate.allows_origin("https://a.example"));
  EXPECT_TRUE(world_.gate.allows_origin("https://b.example"));
  EXPECT_FALSE(world_.gate.allows_origin("https://c.example"));
  world_.settings.allowed_origins = {"*"};
  world_.apply();
  EXPECT_TRUE(world_.gate.allows_origin("https://c.example"));
}

TEST(GateRefusalTest, SaysWhatToDo) {
  EXPECT_EQ(make_refusal({Reason::no_key, Seconds{0}})[http::field::www_authenticate], R"(Bearer realm="turnpike")");
  EXPECT_EQ(make_refusal({Reason::wrong_key, Seconds{0}}).result(), http::status::unauthorized);
  EXPECT_EQ(make_refusal({Reason::wrong_origin, Seconds{0}}).result(), http::status::forbidden);
  EXPECT_EQ(make_refusal({Reason::slowed_source, Seconds{6}})[http::field::retry_after], "6");
  EXPECT_EQ(make_refusal({Reason::key_rate, Seconds{0}})[http::field::retry_after], "1");
}

TEST(BearerKeyTest, IsWhatStandsBehindTheScheme) {
  Request request;
  EXPECT_EQ(bearer_key(request), "");
  request.set(http::field::authorization, "bEaReR  abc");
  EXPECT_EQ(bearer_key(request), "abc");
  request.set(http::field::authorization, "Bearer");
  EXPECT_EQ(bearer_key(request), "");
  request.set(http::field::authorization, "Basic abc");
  EXPECT_EQ(bearer_key(request), "");
}

TEST(BearerKeyTest, OfTwoFieldsNoneCounts) {
  Request request;
  request.insert(http::field::authorization, "Bearer a");
  request.insert(http::field::authorization, "Bearer b");
  EXPECT_EQ(bearer_key(request), "");
}

}  // namespace
}  // namespace turnpike::control
