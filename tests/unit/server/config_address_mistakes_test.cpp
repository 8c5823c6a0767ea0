#include <gtest/gtest.h>

#include <ostream>

#include "config_fixture.hpp"

namespace turnpike::server {
namespace {

struct BrokenAddresses {
  const char* text;
  const char* place_and_message;  ///< the beginning of "LINE:COLUMN: MESSAGE"
};

void PrintTo(const BrokenAddresses& broken, std::ostream* out) { *out << broken.text; }

class EachBrokenAddress : public testing::TestWithParam<BrokenAddresses> {};

TEST_P(EachBrokenAddress, IsReportedAtItsPlaceAndAlone) {
  const LoadedConfig loaded = test::load(GetParam().text);
  ASSERT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
  const std::string line = format_problem("test.toml", loaded.report.mistakes.front());
  const std::string expected = std::string("test.toml:") + GetParam().place_and_message;
  EXPECT_EQ(line.substr(0, expected.size()), expected) << line;
}

constexpr BrokenAddresses kListeners[] = {
    {"listen = []\n", "1:10: listen: a server needs a listener"},
    {"[[listen]]\n", "1:1: listen: a listener needs `url`"},
    {"[[listen]]\nurl = 'ftp://0.0.0.0:3478'\n", "2:7: listen: unknown scheme \"ftp\"; there are udp, tcp, tls, dtls"},
    {"[[listen]]\nurl = 'UDP://0.0.0.0:3478'\n", "2:7: listen: unknown scheme \"UDP\""},
    {"[[listen]]\nurl = '0.0.0.0:3478'\n", "2:7: listen: \"0.0.0.0:3478\" is no listener"},
    {"[[listen]]\nurl = 'udp://localhost:3478'\n", "2:7: listen: \"localhost:3478\" is no IP address and port"},
    {"[[listen]]\nurl = 'udp://0.0.0.0'\n", "2:7: listen: \"0.0.0.0\" is no IP address and port"},
    {"[[listen]]\nurl = 'udp://0.0.0.0:65536'\n", "2:7: listen: \"0.0.0.0:65536\" is no IP address and port"},
    {"[[listen]]\nurl = 'udp://0.0.0.0:3478/'\n", "2:7: listen: \"0.0.0.0:3478/\" is no IP address and port"},
    {"[[listen]]\nurl = 'udp://0.0.0.0:0'\n", "2:7: listen: port 0 would be another one at every start"},
    {"[[listen]]\nurl = 'udp://224.0.0.1:3478'\n", "2:7: listen: 224.0.0.1 is a multicast address"},
    {"[[listen]]\nurl = 'udp://[::ffff:10.0.0.1]:3478'\n", "2:7: listen: ::ffff:10.0.0.1 is an IPv4 address in IPv6"},
    {"[[listen]]\nurl = 'udp://10.0.0.1:9'\n[[listen]]\nurl = 'udp://10.0.0.1:9'\n",
     "3:1: listen: the listener udp://10.0.0.1:9 is there twice"},
    {"[[listen]]\nurl = 'udp://10.0.0.1:9'\n[[listen]]\nurl = 'udp://0.0.0.0:9'\n",
     "1:1: listen: udp://10.0.0.1:9 is served by udp://0.0.0.0:9 already"},
    {"[[listen]]\nurl = 'udp://0.0.0.0:50000'\n", "1:1: listen: port 50000 lies within relay.ports (49152-65535)"},
    {"[[listen]]\nurl = 'udp://10.0.0.1:50000'\n[relay]\naddresses = ['10.0.0.1']\n",
     "1:1: listen: port 50000 lies within"},
};
INSTANTIATE_TEST_SUITE_P(Listeners, EachBrokenAddress, testing::ValuesIn(kListeners));

constexpr BrokenAddresses kRelays[] = {
    {"[relay]\naddresses = ['relay.example.org']\n", "2:14: relay.addresses: \"relay.example.org\" is no IP address"},
    {"[relay]\naddresses = ['0.0.0.0']\n", "2:14: relay.addresses: 0.0.0.0 is no address to be reached at"},
    {"[relay]\naddresses = ['ff02::1']\n", "2:14: relay.addresses: ff02::1 is a multicast address"},
    {"[relay]\naddresses = ['10.0.0.1', '10.0.0.1']\n", "2:26: relay.addresses: the address 10.0.0.1 is there twice"},
    {"[relay]\naddresses = ['2001:db8::1']\nfamilies = ['ipv4']\n",
     "2:14: relay.addresses: 2001:db8::1 is of a family that"},
    {"[relay]\nfamilies = []\n", "2:12: relay.families: name \"ipv4\", \"ipv6\" or both"},
    {"[relay]\nfamilies = ['ipv5']\n", "2:13: relay.families: \"ipv5\" is none of \"ipv4\", \"ipv6\""},
    {"[relay]\nfamilies = ['ipv4', 'ipv4']\n", "2:21: relay.families: the family ipv4 is there twice"},
    {"[server]\nexternal = ['203.0.113.256']\n", "2:13: server.external: \"203.0.113.256\" is no IP address"},
    {"[server]\nexternal = ['203.0.113.7/2001:db8::1']\n", "2:13: server.external: \"203.0.113.7/2001:db8::1\": both"},
    {"[server]\nexternal = ['203.0.113.7/']\n", "2:13: server.external: \"\" is no IP address"},
    {"[server]\nexternal = ['203.0.113.7', '203.0.113.8']\n",
     "2:28: server.external: 203.0.113.8 contradicts 203.0.113.7"},
    {"[server]\nexternal = ['203.0.113.7/10.0.0.1', '203.0.113.8/10.0.0.1']\n", "2:37: server.external: "},
    {"[server]\nexternal = ['203.0.113.7/10.0.0.1', '203.0.113.7/10.0.0.2']\n", "2:37: server.external: "},
    {"[server]\nexternal = ['203.0.113.7/10.0.0.2']\n[relay]\naddresses = ['10.0.0.1']\n",
     "2:13: server.external: 203.0.113.7/10.0.0.2 stands for none of relay.addresses"},
    {"[server]\nexternal = ['stun:']\n", "2:13: server.external: \"\" is neither the name nor the address of a STUN"},
    {"[server]\nexternal = ['stun:192.0.2.1:70000']\n", "2:13: server.external: \"192.0.2.1:70000\" is no STUN server"},
    {"[server]\nexternal = ['stun:[2001:db8::1']\n", "2:13: server.external: \"[2001:db8::1\" is no STUN server"},
    {"[server]\nexternal = ['stun:192.0.2.1/2001:db8::1']\n",
     "2:13: server.external: \"stun:192.0.2.1/2001:db8::1\": both"},
    {"[server]\nexternal = ['home example.org']\n",
     "2:13: server.external: \"home example.org\" is no IP address, no name"},
    {"[server]\nexternal = ['stun:stun.example.org', 'home.example.org']\n",
     "2:38: server.external: home.example.org contradicts stun:stun.example.org"},
    {"[server]\nexternal_check = '0s'\n", "2:18: server.external_check: must be"},
    {"[server]\nexternal = ['2001:db8::7']\n[relay]\naddresses = ['10.0.0.1']\n",
     "2:13: server.external: 2001:db8::7 stands for none"},
    {"[server]\nhost = 'turn.example.org:3478'\n", "2:8: server.host: must be a name or an IP address"},
};
INSTANTIATE_TEST_SUITE_P(Relays, EachBrokenAddress, testing::ValuesIn(kRelays));

constexpr BrokenAddresses kPeers[] = {
    {"[relay.peers]\nallow = ['10.0.0.1/8']\n",
     "2:10: relay.peers.allow: \"10.0.0.1/8\" has bits set behind its first 8"},
    {"[relay.peers]\ndeny = ['10.0.0.0/33']\n",
     "2:9: relay.peers.deny: \"10.0.0.0/33\": the prefix length must be 0 to 32"},
    {"[relay.peers]\ndeny = ['10.0.0.0/x']\n",
     "2:9: relay.peers.deny: \"10.0.0.0/x\": the prefix length must be 0 to 32"},
    {"[relay.peers]\ndeny = ['fc00::/129']\n",
     "2:9: relay.peers.deny: \"fc00::/129\": the prefix length must be 0 to 128"},
    {"[relay.peers]\ndeny = ['10.0.0.0-10.0.0.9']\n",
     "2:9: relay.peers.deny: \"10.0.0.0-10.0.0.9\" is no block of addresses"},
    {"[relay.peers]\ndeny = ['10.0.0.0/8', '10.0.0.0/8']\n",
     "2:23: relay.peers.deny: the block 10.0.0.0/8 is there twice"},
    {"[relay.peers]\nallow = ['10.0.0.0/8']\ndeny = ['10.0.0.0/8']\n",
     "2:10: relay.peers.allow: 10.0.0.0/8 is in relay.peers.deny too"},
};
INSTANTIATE_TEST_SUITE_P(Peers, EachBrokenAddress, testing::ValuesIn(kPeers));

}  // namespace
}  // namespace turnpike::server
