#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "admin_command_world.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kRooms = R"({"rooms":[
    {"id":"blue","members":2,"messages":17,"createdAt":"2026-01-01T00:00:00Z"}],"next":null})";
constexpr const char* kRoom = R"({"id":"blue","createdAt":"2026-01-01T00:00:00Z","messages":17,"members":[
    {"userId":"u1","name":"Ann","dialect":"native","connected":true,"joinedAt":"2026-01-01T00:00:01Z"},
    {"userId":"u22","name":"","dialect":"socket.io","connected":false,"joinedAt":"2026-01-01T00:00:02Z"}]})";
constexpr const char* kToken = R"({"token":"a.b.c","room":"blue","user":"u1","name":"Ann","allow":["join","publish"],
    "expiresAt":"2026-01-01T01:00:00Z"})";

class RoomCommands : public testing::Test, protected test::AdminCommandWorld {};

TEST_F(RoomCommands, RoomsAreATable) {
  answers = {AdminAnswer{200, kRooms}};
  EXPECT_EQ(call({"rooms"}), 0);
  EXPECT_EQ(out(),
            "ROOM  MEMBERS  MESSAGES  SINCE\n"
            "blue  2        17        2026-01-01T00:00:00Z\n");
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/rooms?limit=1000"));
}

TEST_F(RoomCommands, ListIsTheActionWithoutAWord) {
  answers = {AdminAnswer{200, kRooms}};
  EXPECT_EQ(call({"rooms", "list", "--limit", "3"}), 0);
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/rooms?limit=3"));
}

TEST_F(RoomCommands, PagesOfRoomsAreFollowed) {
  answers = {AdminAnswer{200, R"({"rooms":[{"id":"a b"}],"next":"a b"})"}, AdminAnswer{200, kRooms}};
  EXPECT_EQ(call({"rooms"}), 0);
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/rooms?limit=1000", "GET /api/v1/rooms?limit=999&cursor=a%20b"));
  EXPECT_THAT(out(), HasSubstr("a b"));
  EXPECT_THAT(out(), HasSubstr("blue"));
}

TEST_F(RoomCommands, MembersAreATable) {
  answers = {AdminAnswer{200, kRoom}};
  EXPECT_EQ(call({"rooms", "show", "blue/green"}), 0);
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/rooms/blue%2Fgreen"));
  EXPECT_EQ(out(),
            "USER  NAME  DIALECT    CONNECTED  SINCE\n"
            "u1    Ann   native     yes        2026-01-01T00:00:01Z\n"
            "u22         socket.io  no         2026-01-01T00:00:02Z\n");
}

TEST_F(RoomCommands, AnAnswerIsPrintedAsItIsOnDemand) {
  answers = {AdminAnswer{200, kRoom}};
  EXPECT_EQ(call({"rooms", "show", "blue", "--json"}), 0);
  EXPECT_EQ(boost::json::parse(out()), boost::json::parse(kRoom));
}

TEST_F(RoomCommands, ANameCannotSteerTheTerminal) {
  answers = {AdminAnswer{200, R"({"members":[{"userId":"u","name":"\u001b[31mred"}]})"}};
  EXPECT_EQ(call({"rooms", "show", "blue"}), 0);
  EXPECT_THAT(out(), HasSubstr("\\x1b[31mred"));
}

TEST_F(RoomCommands, ARoomIsClosed) {
  EXPECT_EQ(call({"rooms", "close", "a,b"}), 0);
  EXPECT_THAT(asked, ElementsAre("DELETE /api/v1/rooms/a%2Cb"));
  EXPECT_EQ(out(), "a,b: closed\n");
}

TEST_F(RoomCommands, AMemberIsPutOut) {
  EXPECT_EQ(call({"rooms", "kick", "blue", "u 1"}), 0);
  EXPECT_THAT(asked, ElementsAre("DELETE /api/v1/rooms/blue/members/u%201"));
  EXPECT_EQ(out(), "u 1: put out\n");
}

TEST_F(RoomCommands, WhatIsNotThereIsSaid) {
  answers = {AdminAnswer{404, R"({"title":"Not Found","status":404,"detail":"there is no such room"})"}};
  EXPECT_EQ(call({"rooms", "close", "blue"}), 1);
  EXPECT_EQ(err(), "blue: there is no such room (status 404)\n");
}

TEST_F(RoomCommands, ATokenIsPrintedAlone) {
  answers = {AdminAnswer{200, kToken}};
  EXPECT_EQ(call({"rooms", "token", "--room", "blue", "--user", "u1", "--name", "Ann", "--ttl", "90m", "--allow",
                  "join,close"}),
            0);
  EXPECT_THAT(asked, ElementsAre("POST /api/v1/room-tokens "
                                 R"({"room":"blue","user":"u1","name":"Ann","ttl":5400,"allow":["join","close"]})"));
  EXPECT_EQ(out(), "a.b.c\n");
  EXPECT_EQ(err(), "room blue, user u1, may join, publish, until 2026-01-01T01:00:00Z\n");
}

TEST_F(RoomCommands, ATokenNeedsNothing) {
  answers = {AdminAnswer{200, R"({"token":"a.b.c","room":"r","user":null,"allow":["join"],"expiresAt":"t"})"}};
  EXPECT_EQ(call({"rooms", "token"}), 0);
  EXPECT_EQ(err(), "room r, any user, may join, until t\n");
  EXPECT_THAT(asked, ElementsAre("POST /api/v1/room-tokens {}"));
}

TEST_F(RoomCommands, ATokenComesWithALinkWhereTheFileSaysWhereThePageIs) {
  files.files["page.toml"] =
      "[server]\nhost = 'turn.example.org'\n[[listen]]\nurl = 'https://0.0.0.0:8443'\n[tls]\ncertificates = "
      "[{ chain = 'chain.pem', key = 'key.pem' }]\n[auth]\nsecrets = ['a-rather-long-secret']\n";
  files.files["chain.pem"] = test::kFakeCertificate;
  files.files["key.pem"] = test::kFakeKey;
  files.files["plain.toml"] =
      "[server]\nhost = 'turn.example.org'\n[[listen]]\nurl = 'http://0.0.0.0:8080'\n[auth]\nsecrets = "
      "['a-rather-long-secret']\n";
  answers = {AdminAnswer{200, R"({"token":"a.b.c","room":"blue/1","allow":["join"],"expiresAt":"t"})"}};
  EXPECT_EQ(call({"rooms", "token", "-c", "page.toml"}), 0);
  EXPECT_EQ(out(), "a.b.c\n");
  EXPECT_EQ(err(), "room blue/1, any user, may join, until t\nhttps://turn.example.org:8443/r/blue%2F1#token=a.b.c\n");
  EXPECT_EQ(call({"rooms", "token", "-c", "page.toml", "--json"}), 0);
  EXPECT_EQ(err(), "");
  EXPECT_EQ(call({"rooms", "token", "-c", "plain.toml"}), 0);
  EXPECT_THAT(err(), Not(HasSubstr("#token")));
}

TEST_F(RoomCommands, AWrongCallAsksNobody) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"rooms", "lis"},
                                             {"rooms", "list", "blue"},
                                             {"rooms", "show"},
                                             {"rooms", "show", "a", "b"},
                                             {"rooms", "close"},
                                             {"rooms", "kick", "blue"},
                                             {"rooms", "token", "blue"},
                                             {"rooms", "token", "--ttl", "0s"},
                                             {"rooms", "token", "--ttl", "soon"},
                                             {"rooms", "token", "--allow", "everything"},
                                             {"rooms", "--limit", "0"}}) {
    EXPECT_EQ(call(arguments), 2) << testing::PrintToString(arguments);
    EXPECT_THAT(asked, IsEmpty());
  }
}

}  // namespace
}  // namespace turnpike::server
