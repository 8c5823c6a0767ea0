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

constexpr const char* kOne = R"({"allocations":[{"id":"0-1-1","user":"alice","username":"9:alice","transport":"udp",
    "relayed":["192.0.2.1:49152"],"ageSeconds":61,
    "traffic":{"toPeers":{"packets":1,"bytes":1536},"toClient":{"packets":2,"bytes":7}}}],"next":null})";
constexpr const char* kFirstPage = R"({"allocations":[{"id":"0-1-1","user":"a"}],"next":"0-2"})";
constexpr const char* kLastPage = R"({"allocations":[{"id":"0-2-1","user":"b"}],"next":null})";

class SessionCommands : public testing::Test, protected test::AdminCommandWorld {};

TEST_F(SessionCommands, SessionsAreATable) {
  answers = {AdminAnswer{200, kOne}};
  EXPECT_EQ(call({"sessions"}), 0);
  EXPECT_EQ(out(),
            "ID     USER   TRANSPORT  RELAYED          AGE   TO PEERS  TO CLIENT\n"
            "0-1-1  alice  udp        192.0.2.1:49152  1m1s  1.5 KiB   7 B\n");
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/allocations?limit=1000"));
}

TEST_F(SessionCommands, FilterAndLimitAreTheServersToApply) {
  answers = {AdminAnswer{200, kLastPage}};
  EXPECT_EQ(call({"sessions", "--user", "@a:b&c", "--client", "2001:db8::1", "--limit", "5"}), 0);
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/allocations?limit=5&user=%40a%3Ab%26c&client=2001%3Adb8%3A%3A1"));
}

TEST_F(SessionCommands, PagesAreFollowed) {
  answers = {AdminAnswer{200, kFirstPage}, AdminAnswer{200, kLastPage}};
  EXPECT_EQ(call({"sessions", "--limit", "10"}), 0);
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/allocations?limit=10", "GET /api/v1/allocations?limit=9&cursor=0-2"));
  EXPECT_THAT(out(), HasSubstr("0-1-1"));
  EXPECT_THAT(out(), HasSubstr("0-2-1"));
}

TEST_F(SessionCommands, PagesEndAtTheLimit) {
  answers = {AdminAnswer{200, kFirstPage}};
  EXPECT_EQ(call({"sessions", "--limit", "1"}), 0);
  EXPECT_EQ(asked.size(), 1U);
  EXPECT_THAT(err(), HasSubstr("there are more"));
}

TEST_F(SessionCommands, AServerThatDoesNotMoveOnIsNotAskedForEver) {
  answers = {AdminAnswer{200, R"({"allocations":[],"next":"0-2"})"}};
  EXPECT_EQ(call({"sessions"}), 0);
  EXPECT_EQ(asked.size(), 2U);
}

TEST_F(SessionCommands, SessionsAsJsonAreOnePage) {
  answers = {AdminAnswer{200, kFirstPage}, AdminAnswer{200, kLastPage}};
  EXPECT_EQ(call({"sessions", "--json"}), 0);
  EXPECT_EQ(boost::json::parse(out()),
            boost::json::parse(R"({"allocations":[{"id":"0-1-1","user":"a"},{"id":"0-2-1","user":"b"}],"next":null})"));
}

TEST_F(SessionCommands, AUsernameCannotSteerTheTerminal) {
  answers = {AdminAnswer{200, R"({"allocations":[{"id":"0-1-1","user":"\u001b[31m\u202eevil"}],"next":null})"}};
  EXPECT_EQ(call({"sessions"}), 0);
  EXPECT_THAT(out(), HasSubstr("\\x1b[31m\\u{202e}evil"));
  EXPECT_THAT(out(), Not(HasSubstr("\x1b")));
}

TEST_F(SessionCommands, KillEndsEach) {
  EXPECT_EQ(call({"kill", "0-1-1", "0-2-1"}), 0);
  EXPECT_THAT(asked, ElementsAre("DELETE /api/v1/allocations/0-1-1", "DELETE /api/v1/allocations/0-2-1"));
  EXPECT_EQ(out(), "0-1-1: ended\n0-2-1: ended\n");
}

TEST_F(SessionCommands, KillSaysWhichIsNotThereAndGoesOn) {
  answers = {AdminAnswer{404, R"({"title":"Not Found","status":404,"detail":"there is no such allocation"})"},
             AdminAnswer{204, ""}};
  EXPECT_EQ(call({"kill", "0-1-1", "0-2-1"}), 1);
  EXPECT_EQ(err(), "0-1-1: there is no such allocation (status 404)\n");
  EXPECT_EQ(out(), "0-2-1: ended\n");
}

TEST_F(SessionCommands, RevokeTakesUsernamesWhole) {
  EXPECT_EQ(call({"revoke", "1767225600:a,b/c", "1767225600:d"}), 0);
  EXPECT_THAT(asked, ElementsAre("DELETE /api/v1/credentials/1767225600%3Aa%2Cb%2Fc",
                                 "DELETE /api/v1/credentials/1767225600%3Ad"));
}

TEST_F(SessionCommands, RevokeTakesAllOfAUserToo) {
  EXPECT_EQ(call({"revoke", "*:alice"}), 0);
  EXPECT_THAT(asked, ElementsAre("DELETE /api/v1/credentials/%2A%3Aalice"));
  EXPECT_EQ(out(), "*:alice: revoked\n");
}

TEST_F(SessionCommands, SessionsOfARoomAreAskedForByItsId) {
  answers = {AdminAnswer{200, kLastPage}};
  EXPECT_EQ(call({"sessions", "--room", "a/b"}), 0);
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/allocations?limit=1000&room=a%2Fb"));
}

TEST_F(SessionCommands, ARevocationThatARestartForgetsIsSaidSo) {
  answers = {AdminAnswer{202, R"({"revoked":true,"stored":false})"}};
  EXPECT_EQ(call({"revoke", "1767225600:a"}), 0);
  EXPECT_THAT(err(), HasSubstr("a restart forgets it"));
}

TEST_F(SessionCommands, AWrongCallAsksNobody) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"kill"},
                                             {"revoke"},
                                             {"sessions", "extra"},
                                             {"sessions", "--limit", "0"},
                                             {"sessions", "--limit", "-1"},
                                             {"sessions", "--limit", "many"},
                                             {"sessions", "--client", "nobody"},
                                             {"sessions", "--socket", "a", "--config", "b"}}) {
    EXPECT_EQ(call(arguments), 2) << testing::PrintToString(arguments);
    EXPECT_THAT(asked, IsEmpty());
  }
}

}  // namespace
}  // namespace turnpike::server
