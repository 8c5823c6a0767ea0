#include <gtest/gtest.h>

#include <ostream>

#include "config_fixture.hpp"

namespace turnpike::server {
namespace {

struct BrokenConfig {
  const char* text;
  const char* place_and_message;  ///< the beginning of "LINE:COLUMN: MESSAGE"
};

void PrintTo(const BrokenConfig& broken, std::ostream* out) { *out << broken.text; }

class EachBrokenConfig : public testing::TestWithParam<BrokenConfig> {};

TEST_P(EachBrokenConfig, IsReportedAtItsPlaceAndAlone) {
  const LoadedConfig loaded = test::load(GetParam().text);
  ASSERT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
  const std::string line = format_problem("test.toml", loaded.report.mistakes.front());
  const std::string expected = std::string("test.toml:") + GetParam().place_and_message;
  EXPECT_EQ(line.substr(0, expected.size()), expected) << line;
}

constexpr BrokenConfig kSyntax[] = {
    {"[server\n", "1:8: "},         {"[server]\nrealm = \n", "2:9: "}, {"[server]\nrealm = 'a'\nrealm = 'b'\n", "3:"},
    {"[server]\n[server]\n", "2:"}, {"x = \"\xff\"\n", "1:"},          {"[server]\nrealm = \"unfinished\n", "2:"},
};
INSTANTIATE_TEST_SUITE_P(Syntax, EachBrokenConfig, testing::ValuesIn(kSyntax));

constexpr BrokenConfig kUnknown[] = {
    {"[sever]\n", "1:2: unknown table or key \"sever\"; did you mean \"server\"?"},
    {"realm = 'x'\n", "1:1: unknown table or key \"realm\"; it belongs into [server]"},
    {"total = 7\n", "1:1: unknown table or key \"total\"; it belongs into [quota]"},
    {"[server]\nrelm = 'x'\n", "2:1: unknown key \"relm\" in [server]; did you mean \"realm\"?"},
    {"[server]\n  permissions = 1\n", "2:3: unknown key \"permissions\" in [server]; it belongs into [limits]"},
    {"[server]\nxyzzy = 1\n", "2:1: unknown key \"xyzzy\" in [server]"},
    {"[relay.pears]\n", "1:8: unknown key \"pears\" in [relay]; did you mean \"peers\"?"},
    {"[relay.peers]\nalow = []\n", "2:1: unknown key \"alow\" in [relay.peers]; did you mean \"allow\"?"},
    {"[tls]\ncertificate = 'x'\n", "2:1: unknown key \"certificate\" in [tls]; did you mean \"certificates\"?"},
    {"[[listen]]\nurl = 'udp://0.0.0.0:1'\nproxy = true\n", "3:1: listen: unknown key \"proxy\"; a listener has"},
    {"[auth]\nusers = [{ name = 'a', pasword = 'b' }]\n",
     "2:24: auth.users: unknown key \"pasword\" of a user; did you mean \"password\"?"},
    {"\"\\u001b[31m\" = 1\n", "1:1: unknown table or key \"\\x1b[31m\""},
};
INSTANTIATE_TEST_SUITE_P(Unknown, EachBrokenConfig, testing::ValuesIn(kUnknown));

constexpr BrokenConfig kTypes[] = {
    {"server = 5\n", "1:10: server is a table; write [server]"},
    {"listen = 'udp://0.0.0.0:1'\n", "1:10: listen: must be an array, not a string"},
    {"listen = ['udp://0.0.0.0:1']\n", "1:11: listen: must be a table, not a string"},
    {"[server]\nrealm = 5\n", "2:9: server.realm: must be a string, not an integer"},
    {"[server]\nworkers = '4'\n", "2:11: server.workers: must be an integer, not a string"},
    {"[server]\nworkers = 1.5\n", "2:11: server.workers: must be an integer, not a number with a fraction"},
    {"[server]\nexternal = '203.0.113.7'\n", "2:12: server.external: must be an array, not a string"},
    {"[server]\nexternal = [7]\n", "2:13: server.external: must be a string, not an integer"},
    {"[relay]\nfollow_client_family = 'yes'\n",
     "2:24: relay.follow_client_family: must be true or false, not a string"},
    {"[relay]\ndefault_lifetime = 600\n", "2:20: relay.default_lifetime: must be a string, not an integer"},
    {"[relay]\npeers = []\n", "2:9: relay.peers is a table; write [relay.peers]"},
    {"[log]\nlevel = 2026-01-01\n", "2:9: log.level: must be a string, not a date or time"},
    {"[auth]\nusers = ['alice']\n", "2:10: auth.users: must be a table, not a string"},
    {"[auth]\nusers = [{ name = 5, key = '00112233445566778899aabbccddeeff' }]\n",
     "2:19: auth.users: must be a string"},
};
INSTANTIATE_TEST_SUITE_P(Types, EachBrokenConfig, testing::ValuesIn(kTypes));

constexpr BrokenConfig kNumbers[] = {
    {"[server]\nworkers = 65\n", "2:11: server.workers: must be 0 to 64"},
    {"[server]\nworkers = -1\n", "2:11: server.workers: -1 is out of range"},
    {"[server]\ndrain_deadline = '5'\n", "2:18: server.drain_deadline: \"5\" is no duration"},
    {"[server]\ndrain_deadline = ''\n", "2:18: server.drain_deadline: \"\" is no duration"},
    {"[server]\ndrain_deadline = '2d'\n", "2:18: server.drain_deadline: must be 0s to 1d"},
    {"[relay]\nmax_lifetime = '25h'\n", "2:16: relay.max_lifetime: must be 1s to 1d"},
    {"[relay]\ndefault_lifetime = '1m1h'\n", "2:20: relay.default_lifetime: \"1m1h\" is no duration"},
    {"[relay]\ndefault_lifetime = '1500ms'\n", "2:20: relay.default_lifetime: \"1500ms\" must be whole seconds"},
    {"[relay]\ndefault_lifetime = '0s'\n", "2:20: relay.default_lifetime: must be 1s to 1d"},
    {"[relay]\nports = '60000-50000'\n", "2:9: relay.ports: the first port, 60000, is above the last, 50000"},
    {"[relay]\nports = '80-50000'\n", "2:9: relay.ports: relay ports start at 1024"},
    {"[relay]\nports = '50000-50000'\n", "2:9: relay.ports: at least two ports are needed"},
    {"[relay]\nports = '50000'\n", "2:9: relay.ports: \"50000\" is no port range"},
    {"[relay]\nports = '50000-65536'\n", "2:9: relay.ports: \"50000-65536\" is no port range"},
    {"[auth]\nmax_ttl = '200y'\n", "2:11: auth.max_ttl: \"200y\" is no duration"},
    {"[auth]\nmax_ttl = '99999999999999999999d'\n", "2:11: auth.max_ttl: "},
    {"[auth]\nnonce_lifetime = '0s'\n", "2:18: auth.nonce_lifetime: must be 1s to 1d"},
    {"[quota]\nper_user = 10000001\n", "2:12: quota.per_user: must be 0 to 10000000"},
    {"[quota]\ntotal = 99999999999\n", "2:9: quota.total: 99999999999 is out of range"},
    {"[quota]\nuser_rate = '2Mbit'\n", "2:13: quota.user_rate: \"2Mbit\" is no rate"},
    {"[quota]\nuser_rate = '7bit/s'\n", "2:13: quota.user_rate: \"7bit/s\" is too little"},
    {"[quota]\nallocation_rate = '8001bit/s'\n", "2:19: quota.allocation_rate: \"8001bit/s\" is no whole number"},
    {"[limits]\npermissions = 0\n", "2:15: limits.permissions: must be 1 to 4096"},
    {"[limits]\nchannels = 4097\n", "2:12: limits.channels: must be 1 to 4096"},
    {"[limits]\nreceive_buffer = '4 MiB'\n", "2:18: limits.receive_buffer: \"4 MiB\" is no size"},
    {"[limits]\nreceive_buffer = '2GiB'\n", "2:18: limits.receive_buffer: must be 4KiB to 1GiB"},
    {"[limits]\nrelay_receive_buffer = '1B'\n", "2:24: limits.relay_receive_buffer: must be 4KiB to 1GiB"},
    {"[limits]\nconnections = 15\n", "2:15: limits.connections: must be 16 to 1000000"},
    {"[limits]\nconnections = 1000001\n", "2:15: limits.connections: must be 16 to 1000000"},
    {"[limits]\nhandshakes = 15\n", "2:14: limits.handshakes: must be 16 to 1000000"},
    {"[limits]\nhandshakes = 16385\n", "2:14: limits: handshakes (16385) are more than connections (16384)"},
    {"[limits]\nconnections = 4095\n", "2:15: limits: handshakes (4096) are more than connections (4095)"},
    {"[limits]\nfirst_message = '999ms'\n", "2:17: limits.first_message: must be 1s to 1m"},
    {"[limits]\nhandshake = '61s'\n", "2:13: limits.handshake: must be 1s to 1m"},
    {"[limits]\nstream_queue = '15KiB'\n", "2:16: limits.stream_queue: must be 16KiB to 64MiB"},
    {"[limits]\nstream_queue = '65MiB'\n", "2:16: limits.stream_queue: must be 16KiB to 64MiB"},
    {"[limits]\npeer_connections = 0\n", "2:20: limits.peer_connections: must be 1 to 1024"},
    {"[limits]\nhttp_sessions = 100001\n", "2:17: limits.http_sessions: must be 1 to 100000"},
    {"[log]\nlevel = 'loud'\n",
     "2:9: log.level: \"loud\" is none of \"trace\", \"debug\", \"info\", \"warn\", \"error\""},
    {"[log]\nformat = 'xml'\n", "2:10: log.format: \"xml\" is none of \"text\", \"json\""},
    {"[log]\naddresses = 'some'\n", "2:13: log.addresses: \"some\" is none of \"hidden\", \"full\""},
};
INSTANTIATE_TEST_SUITE_P(Numbers, EachBrokenConfig, testing::ValuesIn(kNumbers));

}  // namespace
}  // namespace turnpike::server
