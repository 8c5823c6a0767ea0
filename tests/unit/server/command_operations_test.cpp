#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin_command_world.hpp"
#include "server/admin_call.hpp"

namespace turnpike::server {
namespace {

using test::failure;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OperationCommands : public testing::Test, protected test::AdminCommandWorld {
 protected:
  void SetUp() override {
    files.files = {{"own.toml", "[auth]\nsecrets = ['a-rather-long-secret']\n[api]\nadmin_socket = '/srv/own.sock'\n"},
                   {"none.toml", "[auth]\nsecrets = ['a-rather-long-secret']\n[api]\nadmin_socket = ''\n"},
                   {"bad.toml", "[api]\nadmin_sockt = 'x'\n"}};
  }
};

TEST_F(OperationCommands, TheSocketHasADefault) {
  EXPECT_EQ(call({"drain"}), 0);
  EXPECT_EQ(socket, "/run/turnpike/admin.sock");
}

TEST_F(OperationCommands, TheSocketCanBeNamedOrTakenFromAFile) {
  call({"drain", "--socket", "/tmp/other.sock"});
  EXPECT_EQ(socket, "/tmp/other.sock");
  call({"drain", "-c", "own.toml"});
  EXPECT_EQ(socket, "/srv/own.sock");
}

TEST_F(OperationCommands, AFileWithoutAUsableSocketAsksNobody) {
  for (const auto* file : {"none.toml", "bad.toml", "nowhere.toml"}) {
    EXPECT_EQ(call({"drain", "-c", file}), 1) << file;
    EXPECT_THAT(err(), HasSubstr(file));
    EXPECT_THAT(asked, IsEmpty());
  }
}

TEST_F(OperationCommands, WithoutAServerTheWordsHelp) {
  answers = {failure(boost::system::errc::no_such_file_or_directory)};
  EXPECT_EQ(call({"status"}), 1);
  EXPECT_THAT(err(), HasSubstr("/run/turnpike/admin.sock: No such file or directory; is the server running"));
}

TEST_F(OperationCommands, WhoMayNotAskIsToldWhoMay) {
  for (const auto code : {boost::system::errc::permission_denied, boost::system::errc::connection_reset}) {
    answers = {failure(code)};
    EXPECT_EQ(call({"drain"}), 1);
    EXPECT_THAT(err(), HasSubstr("run this as root or as the server's user"));
  }
}

TEST_F(OperationCommands, StatusIsAList) {
  answers = {AdminAnswer{200, R"({"version":"1.2.3","state":"serving","uptimeSeconds":90,"workers":2,"allocations":5,
      "realm":"r","listeners":["udp://[::]:3478","tcp://[::]:3478"],"certificateExpiresAt":null,"database":"ok",
      "pending":["server.workers"]})"}};
  EXPECT_EQ(call({"status"}), 0);
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/status"));
  EXPECT_THAT(out(), HasSubstr("version       1.2.3\n"));
  EXPECT_THAT(out(), HasSubstr("uptime        1m30s\n"));
  EXPECT_THAT(out(), HasSubstr("listener      tcp://[::]:3478\n"));
  EXPECT_THAT(out(), HasSubstr("certificate   -\n"));
  EXPECT_THAT(out(), HasSubstr("needs restart server.workers\n"));
}

TEST_F(OperationCommands, StatusHasTheRelayAddressesAndThoseThatAreMissing) {
  answers = {AdminAnswer{200, R"({"relays":[{"local":"10.0.0.5","external":"203.0.113.7"},
      {"local":"2001:db8::5","external":"2001:db8::5"}],
      "awaited":[{"local":"10.0.0.6","reason":"absent"},{"local":"10.0.0.7","reason":"unknown"}]})"}};
  EXPECT_EQ(call({"status"}), 0);
  EXPECT_THAT(out(), HasSubstr("relays from   10.0.0.5 as 203.0.113.7\n"));
  EXPECT_THAT(out(), HasSubstr("relays from   2001:db8::5\n"));
  EXPECT_THAT(out(), HasSubstr("not offered   10.0.0.6: it is not on this machine\n"));
  EXPECT_THAT(out(), HasSubstr("not offered   10.0.0.7: its public address is not known yet\n"));
}

TEST_F(OperationCommands, StatusAsJsonIsWhatTheServerSays) {
  answers = {AdminAnswer{200, R"({"version":"1.2.3"})"}};
  EXPECT_EQ(call({"status", "--json"}), 0);
  EXPECT_EQ(out(), "{\"version\":\"1.2.3\"}\n");
}

TEST_F(OperationCommands, ReloadPrintsWhatChanged) {
  answers = {AdminAnswer{200, R"({"applied":true,"messages":["auth.secrets changed"]})"}};
  EXPECT_EQ(call({"reload"}), 0);
  EXPECT_THAT(asked, ElementsAre("POST /api/v1/reload"));
  EXPECT_EQ(out(), "auth.secrets changed\nreloaded\n");
}

TEST_F(OperationCommands, AReloadThatWasNotAppliedFailsWithItsMistakes) {
  answers = {AdminAnswer{422, R"({"title":"Unprocessable Entity","status":422,"detail":"it cannot be used",
                                 "messages":["x.toml:2:1: mistake"]})"}};
  EXPECT_EQ(call({"reload"}), 1);
  EXPECT_EQ(err(), "x.toml:2:1: mistake\nturnpike: it cannot be used (status 422)\n");
  EXPECT_EQ(call({"reload", "--json"}), 1);
  EXPECT_THAT(out(), HasSubstr("x.toml:2:1: mistake"));
}

TEST_F(OperationCommands, AnAnswerThatIsNoJsonIsSurvived) {
  answers = {AdminAnswer{500, "<html>"}};
  EXPECT_EQ(call({"status"}), 1);
  EXPECT_THAT(err(), HasSubstr("status 500"));
  answers = {AdminAnswer{200, "[1]"}};
  EXPECT_EQ(call({"status"}), 0);
}

TEST(ShowAge, TakesTheTwoLargestUnits) {
  EXPECT_EQ(show_age(0), "0s");
  EXPECT_EQ(show_age(61), "1m1s");
  EXPECT_EQ(show_age(7205), "2h0m");
  EXPECT_EQ(show_age(3 * 86400 + 4 * 3600 + 59), "3d4h");
}

TEST(PercentEncode, KeepsWhatUrisNeedNotHide) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("9:@b/c d+%\xff"), "9%3A%40b%2Fc%20d%2B%25%FF");
}

}  // namespace
}  // namespace turnpike::server
