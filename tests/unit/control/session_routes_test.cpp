#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "route_world.hpp"

namespace turnpike::control {
namespace {

using test::json_of;
using testing::HasSubstr;

turn::AllocationSummary make_summary() {
  turn::AllocationSummary summary;
  summary.id = {17, 2};
  summary.five_tuple = {*Endpoint::parse("192.0.2.7:50000"), *Endpoint::parse("198.51.100.1:3478"), Transport::tls};
  summary.username = "1767229200:alice";
  summary.user = "alice";
  summary.relayed[0] = *Endpoint::parse("198.51.100.1:49152");
  summary.relayed[1] = *Endpoint::parse("[2001:db8::1]:49153");
  summary.relayed_count = 2;
  summary.age = Seconds{61};
  summary.remaining = Seconds{539};
  summary.traffic = {10, 1000, 20, 2000};
  summary.permissions = 1;
  summary.channels = 2;
  summary.connections = 3;
  return summary;
}

class SessionRoutes : public testing::Test {
 protected:
  SessionRoutes() { world_.backend.list.allocations = {{{3, {17, 2}}, make_summary()}}; }

  Response get(const std::string& target) { return world_.ask(http::verb::get, target); }
  Response erase(const std::string& target) { return world_.ask(http::verb::delete_, target); }

  test::RouteWorld world_{add_session_routes};
};

TEST_F(SessionRoutes, TheListShowsEveryAllocationWhole) {
  const Response response = get("/api/v1/allocations");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(json_of(response), boost::json::parse(R"({"allocations":[{
      "id":"3-17-2","user":"alice","username":"1767229200:alice","client":"192.0.2.7:50000",
      "server":"198.51.100.1:3478","transport":"tls","protocol":"udp",
      "relayed":["198.51.100.1:49152","[2001:db8::1]:49153"],"ageSeconds":61,"expiresInSeconds":539,
      "traffic":{"toPeers":{"packets":10,"bytes":1000},"toClient":{"packets":20,"bytes":2000}},
      "permissions":1,"channels":2,"connections":3}],"next":null})"));
}

TEST_F(SessionRoutes, TheListAsksForAHundredOfAllUnlessToldOtherwise) {
  get("/api/v1/allocations");
  ASSERT_EQ(world_.backend.listed.size(), 1U);
  const auto& call = world_.backend.listed.front();
  EXPECT_EQ(call.limit, 100U);
  EXPECT_EQ(call.from, AllocationCursor{});
  EXPECT_EQ(call.filter.user, std::nullopt);
  EXPECT_EQ(call.filter.client, std::nullopt);
}

TEST_F(SessionRoutes, TheListPassesFilterLimitAndCursorOn) {
  get("/api/v1/allocations?user=a%3Ab&client=2001:db8::7&limit=1000&cursor=1-42");
  ASSERT_EQ(world_.backend.listed.size(), 1U);
  const auto& call = world_.backend.listed.front();
  EXPECT_EQ(call.limit, 1000U);
  EXPECT_EQ(call.from, (AllocationCursor{1, 42}));
  EXPECT_EQ(call.filter.user, "a:b");
  EXPECT_EQ(call.filter.client, IpAddress::parse("2001:db8::7"));
}

TEST_F(SessionRoutes, ARoomsAllocationsAreThoseOfItsMembers) {
  get("/api/v1/allocations?room=a%2Fb");
  ASSERT_EQ(world_.backend.listed.size(), 1U);
  EXPECT_EQ(world_.backend.listed.front().filter.group, "room:a%2Fb");
}

TEST_F(SessionRoutes, AnAllocationOfAMemberShowsRoomAndMember) {
  world_.backend.list.allocations.front().summary.user = "room:a%2Fb/alice";
  const auto allocation = json_of(get("/api/v1/allocations")).at("allocations").at(0);
  EXPECT_EQ(allocation.at("room"), "a/b");
  EXPECT_EQ(allocation.at("roomUser"), "alice");
  EXPECT_EQ(allocation.at("user"), "room:a%2Fb/alice");
}

TEST_F(SessionRoutes, AMappedClientAddressIsTheIpv4AddressItStandsFor) {
  get("/api/v1/allocations?client=::ffff:192.0.2.7");
  ASSERT_EQ(world_.backend.listed.size(), 1U);
  EXPECT_EQ(world_.backend.listed.front().filter.client, IpAddress::parse("192.0.2.7"));
}

TEST_F(SessionRoutes, TheListSaysWhereItGoesOn) {
  world_.backend.list.next = AllocationCursor{2, 7};
  EXPECT_EQ(json_of(get("/api/v1/allocations")).at("next"), "2-7");
}

TEST_F(SessionRoutes, AParameterThatMakesNoSenseIsNamed) {
  for (const auto* query :
       {"limit=0", "limit=1001", "limit=abc", "limit=", "limit=-1", "limit=1.5", "limit=1e2", "client=nobody",
        "client=", "client=192.0.2.7:80", "cursor=x", "cursor=", "cursor=1-2-3", "room="}) {
    const Response response = get(std::string("/api/v1/allocations?") + query);
    EXPECT_EQ(response.result(), http::status::bad_request) << query;
    const std::string name = std::string(query).substr(0, std::string_view(query).find('='));
    EXPECT_THAT(json_of(response).at("detail").as_string().c_str(), testing::StartsWith(name + ": "));
  }
  EXPECT_TRUE(world_.backend.listed.empty());
}

TEST_F(SessionRoutes, AUsernameOfAnyBytesStillMakesJson) {
  world_.backend.list.allocations.front().summary.user = "a\xff\xed\xa0\x80\"\n\xc3\xa9";
  const auto body = json_of(get("/api/v1/allocations"));
  EXPECT_EQ(body.at("allocations").at(0).at("user"), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n\xc3\xa9");
}

TEST_F(SessionRoutes, OneAllocationShowsWhatItHolds) {
  world_.backend.details = turn::AllocationDetails{make_summary(),
                                                   {{*IpAddress::parse("203.0.113.5"), Seconds{290}}},
                                                   {{0x4000, *Endpoint::parse("203.0.113.5:9"), Seconds{590}}}};
  const Response response = get("/api/v1/allocations/3-17-2");
  EXPECT_EQ(response.result(), http::status::ok);
  const auto body = json_of(response);
  EXPECT_EQ(body.at("id"), "3-17-2");
  EXPECT_EQ(body.at("traffic").at("toPeers").at("bytes"), 1000);
  EXPECT_EQ(body.at("permissions"), boost::json::parse(R"([{"address":"203.0.113.5","expiresInSeconds":290}])"));
  EXPECT_EQ(body.at("channels"),
            boost::json::parse(R"([{"number":"0x4000","peer":"203.0.113.5:9","expiresInSeconds":590}])"));
  ASSERT_EQ(world_.backend.described.size(), 1U);
  EXPECT_EQ(world_.backend.described.front(), (AllocationKey{3, {17, 2}}));
}

TEST_F(SessionRoutes, AnAllocationThatIsGoneIsNotFound) {
  EXPECT_EQ(get("/api/v1/allocations/3-17-2").result(), http::status::not_found);
  world_.backend.ends = false;
  EXPECT_EQ(erase("/api/v1/allocations/3-17-2").result(), http::status::not_found);
}

TEST_F(SessionRoutes, WhatIsNoIdIsNotFoundWithoutAsking) {
  for (const auto* id : {"1", "x", "3-17-0", "3-17-2-", "..%2f"}) {
    EXPECT_EQ(get(std::string("/api/v1/allocations/") + id).result(), http::status::not_found) << id;
    EXPECT_EQ(erase(std::string("/api/v1/allocations/") + id).result(), http::status::not_found) << id;
  }
  EXPECT_TRUE(world_.backend.described.empty());
  EXPECT_TRUE(world_.backend.ended.empty());
}

TEST_F(SessionRoutes, DeletingAnAllocationEndsIt) {
  const Response response = erase("/api/v1/allocations/3-17-2");
  EXPECT_EQ(response.result(), http::status::no_content);
  EXPECT_EQ(response.body(), "");
  ASSERT_EQ(world_.backend.ended.size(), 1U);
  EXPECT_EQ(world_.backend.ended.front(), (AllocationKey{3, {17, 2}}));
}

TEST_F(SessionRoutes, SessionsNeedAKey) {
  const Response response =
      world_.ask(Request{http::verb::get, "/api/v1/allocations", 11}, test::RouteWorld::remote_caller());
  EXPECT_EQ(response.result_int() / 100, 4U);
  EXPECT_TRUE(world_.backend.listed.empty());
}

TEST_F(SessionRoutes, ARevokedUsernameIsRefusedAndWrittenDown) {
  EXPECT_EQ(erase("/api/v1/credentials/1767229200%3A%40alice%3Aexample.org").result(), http::status::no_content);
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked.front().username, "1767229200:@alice:example.org");
  ASSERT_EQ(world_.kept.size(), 1U);
  EXPECT_EQ(world_.kept.front().username, "1767229200:@alice:example.org");
}

TEST_F(SessionRoutes, AllCredentialsOfAUserAreRefusedByOneCall) {
  EXPECT_EQ(erase("/api/v1/credentials/%2A%3Aroom%3Aa%252Fb").result(), http::status::no_content);
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked.front().username, "*:room:a%2Fb");
  EXPECT_EQ(erase("/api/v1/credentials/*:").result(), http::status::unprocessable_entity);
}

TEST_F(SessionRoutes, ARevocationThatCouldNotBeWrittenDownIsSaidSo) {
  world_.can_keep = false;
  const Response response = erase("/api/v1/credentials/1767229200:alice");
  EXPECT_EQ(response.result(), http::status::accepted);
  EXPECT_EQ(json_of(response), boost::json::parse(R"({"revoked":true,"stored":false})"));
}

TEST_F(SessionRoutes, OfAnExpiredUsernameTheLiveAllocationsEnd) {
  EXPECT_EQ(erase("/api/v1/credentials/1600000000:alice").result(), http::status::no_content);
  EXPECT_EQ(world_.backend.revoked.size(), 1);
}

TEST_F(SessionRoutes, AStaticUsernameCannotBeRevoked) {
  EXPECT_EQ(erase("/api/v1/credentials/alice").result(), http::status::unprocessable_entity);
  EXPECT_TRUE(world_.backend.revoked.empty());
}

TEST_F(SessionRoutes, ARevocationWithoutRoomIsAnError) {
  world_.backend.keeps_revocations = false;
  EXPECT_EQ(erase("/api/v1/credentials/1767229200:alice").result(), http::status::service_unavailable);
}

}  // namespace
}  // namespace turnpike::control
