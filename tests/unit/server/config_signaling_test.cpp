#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "config_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct BrokenSignaling {
  const char* line;     ///< of [signaling]
  const char* message;  ///< its beginning, from the column on
};

void PrintTo(const BrokenSignaling& broken, std::ostream* out) { *out << broken.line; }

LoadedConfig load_line(const std::string& line) { return test::load("[signaling]\n" + line + "\n"); }

class EachBrokenSignaling : public testing::TestWithParam<BrokenSignaling> {};

TEST_P(EachBrokenSignaling, IsReportedAtItsPlaceAndAlone) {
  const LoadedConfig loaded = load_line(GetParam().line);
  ASSERT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
  const std::string message = format_problem("test.toml", loaded.report.mistakes.front());
  const std::string expected = std::string("test.toml:2:") + GetParam().message;
  EXPECT_EQ(message.substr(0, expected.size()), expected) << message;
}

constexpr BrokenSignaling kBounds[] = {
    {"auth = 'closed'", "8: signaling.auth: \"closed\" is none of \"token\", \"open\""},
    {"max_clients = 0", "15: signaling.max_clients: must be 1 to 1000000"},
    {"clients_per_address = 0", "23: signaling.clients_per_address: must be 1 to"},
    {"max_rooms = 0", "13: signaling.max_rooms: must be 1 to"},
    {"rooms_per_address = 0", "21: signaling.rooms_per_address: must be 1 to"},
    {"max_members = 1", "15: signaling.max_members: must be 2 to 1024"},
    {"max_members = 1025", "15: signaling.max_members: must be 2 to 1024"},
    {"max_message = '1023B'", "15: signaling.max_message: must be 1KiB to 1MiB"},
    {"max_message = '2MiB'", "15: signaling.max_message: must be 1KiB to 1MiB"},
    {"message_rate = 0", "16: signaling.message_rate: must be 1 to 10000"},
    {"grace = '11m'", "9: signaling.grace: must be 0s to 10m"},
    {"heartbeat = '500ms'", "13: signaling.heartbeat: \"500ms\" must be whole seconds"},
    {"heartbeat = '0s'", "13: signaling.heartbeat: must be 1s to 5m"},
    {"send_queue = '8KiB'", "14: signaling.send_queue: must be 16KiB to 64MiB"},
    {"send_queue = '64KiB'", "14: signaling: send_queue (64KiB) must hold two messages of max_message (64KiB)"},
    {"max_message = '256KiB'", "15: signaling: send_queue (256KiB) must hold two messages of max_message (256KiB)"},
    {"credential_ttl = '9s'", "18: signaling.credential_ttl: must be 10s to 30d"},
    {"peerjs_clients = 1", "18: signaling.peerjs_clients: must be 2 to"},
};
INSTANTIATE_TEST_SUITE_P(Bounds, EachBrokenSignaling, testing::ValuesIn(kBounds));

constexpr BrokenSignaling kPaths[] = {
    {"peerjs_path = ''", "15: signaling.peerjs_path: a path begins with a slash"},
    {"peerjs_path = 'myapp'", "15: signaling.peerjs_path: a path begins with a slash"},
    {"peerjs_path = '/a?b'", "15: signaling.peerjs_path: between its slashes"},
    {"peerjs_path = '/a%20b'", "15: signaling.peerjs_path: between its slashes"},
    {"peerjs_path = '/{id}'", "15: signaling.peerjs_path: between its slashes"},
    {"peerjs_path = \"/a\\u0007\"", "15: signaling.peerjs_path: between its slashes"},
    {"peerjs_path = '//'", "15: signaling.peerjs_path: between its slashes"},
    {"peerjs_path = '/a/../b'", "15: signaling.peerjs_path: between its slashes"},
    {"peerjs_path = '/api/v1'", "15: signaling: /api is taken; choose another peerjs_path"},
    {"peerjs_path = '/signal'", "15: signaling: /signal is taken; choose another peerjs_path"},
    {"peerjs_path = '/socket.io/'", "15: signaling: /socket.io is taken; choose another peerjs_path"},
    {"peerjs_key = ''", "14: signaling.peerjs_key: a key has 1 to 64 characters"},
    {"peerjs_key = 'a/b'", "14: signaling.peerjs_key: a key has 1 to 64 characters"},
    {"peerjs_path = '/web/x'", "15: signaling: /web is taken; choose another peerjs_path"},
    {"peerjs_key = 'turn'", "14: signaling: /turn is taken; choose another peerjs_key"},
};
INSTANTIATE_TEST_SUITE_P(Paths, EachBrokenSignaling, testing::ValuesIn(kPaths));

constexpr BrokenSignaling kSecrets[] = {
    {"token_secrets = ['fifteen bytes..']",
     "18: signaling.token_secrets: a secret needs 16 bytes at least, and 32 to be good"},
    {"token_secrets = ['sixteen bytes...', 'sixteen bytes...']",
     "38: signaling.token_secrets: this secret is there twice"},
};
INSTANTIATE_TEST_SUITE_P(Secrets, EachBrokenSignaling, testing::ValuesIn(kSecrets));

TEST(ConfigSignaling, APathGetsItsLastSlash) {
  const LoadedConfig loaded = load_line("peerjs_path = '/my/app'");
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_EQ(loaded.config.signaling.peerjs_path, "/my/app/");
}

TEST(ConfigSignaling, AKeyMayBeNamedLikeARouteWhereThePathKeepsThemApart) {
  EXPECT_TRUE(load_line("peerjs_path = '/myapp'\npeerjs_key = 'api'").ok());
}

TEST(ConfigSignaling, WarnsOfShortSecrets) {
  const LoadedConfig loaded = load_line("token_secrets = ['sixteen bytes...']");
  EXPECT_TRUE(loaded.ok());
  EXPECT_THAT(format_report(loaded), HasSubstr("test.toml:2:18: warning: signaling.token_secrets: HS256 wants 32"));
}

TEST(ConfigSignaling, WarnsOfRoomsThatAreOpen) {
  EXPECT_THAT(format_report(load_line("auth = 'open'")),
              HasSubstr("test.toml:2:8: warning: signaling.auth: everybody"));
}

TEST(ConfigSignaling, DoesNotWarnOfOpenRoomsThatAreNotServed) {
  EXPECT_THAT(format_report(load_line("auth = 'open'\nenabled = false")), testing::Not(HasSubstr("signaling")));
}

TEST(ConfigSignaling, ShowsNoSecret) {
  const std::string shown = show_config(load_line("token_secrets = ['a secret of thirty-two bytes, or']"));
  EXPECT_THAT(shown, HasSubstr("signaling.token_secrets = [\"(hidden)\"]"));
}

TEST(ConfigSignaling, TokensAreWantedByDefault) {
  EXPECT_EQ(test::load("").config.signaling.auth, control::RoomAuth::token);
  EXPECT_THAT(format_report(test::load("[auth]\nsecrets = ['a rather long secret']\n")), IsEmpty());
}

}  // namespace
}  // namespace turnpike::server
