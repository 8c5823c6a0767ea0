#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "config_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const test::FakeEnvironment kFiles{.variables = {},
                                   .files = {{"c.pem", test::kFakeCertificate}, {"k.pem", test::kFakeKey}}};

struct Listeners {
  const char* text;
  const char* expected;  ///< the beginning of "LINE:COLUMN: MESSAGE"
};

void PrintTo(const Listeners& listeners, std::ostream* out) { *out << listeners.text; }

std::string shown(const ConfigProblem& problem, std::string_view expected) {
  return format_problem("", problem).substr(1, expected.size());
}

class EachListenerMistake : public testing::TestWithParam<Listeners> {};

TEST_P(EachListenerMistake, IsReportedAtItsPlaceAndAlone) {
  const LoadedConfig loaded = test::load(GetParam().text, kFiles);
  ASSERT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
  EXPECT_EQ(shown(loaded.report.mistakes.front(), GetParam().expected), GetParam().expected) << format_report(loaded);
}

constexpr Listeners kClashes[] = {
    {"[[listen]]\nurl = 'tcp://10.0.0.1:9'\n[[listen]]\nurl = 'http://10.0.0.1:9'\n",
     "3:1: listen: tcp://10.0.0.1:9 and http://10.0.0.1:9 cannot both have this address and port"},
    {"[[listen]]\nurl = 'udp://[::]:9'\n[[listen]]\nurl = 'udp://[::]:9'\nproxy_protocol = ['10.0.0.5']\n",
     "3:1: listen: the listener udp://[::]:9 is there twice"},
    {"[[listen]]\nurl = 'tcp://0.0.0.0:9'\n[[listen]]\nurl = 'http://127.0.0.1:9'\n",
     "3:1: listen: http://127.0.0.1:9 is served by tcp://0.0.0.0:9 already"},
    {"[[listen]]\nurl = 'http://[::1]:9'\n[[listen]]\nurl = 'tcp://[::]:9'\n",
     "1:1: listen: http://[::1]:9 is served by tcp://[::]:9 already"},
    {"[[listen]]\nurl = 'tcp://0.0.0.0:50000'\n[relay]\ntcp_peer_ports = ['443']\n",
     "1:1: listen: port 50000 lies within relay.ports (49152-65535)"},
};
INSTANTIATE_TEST_SUITE_P(Clashes, EachListenerMistake, testing::ValuesIn(kClashes));

constexpr Listeners kCertificates[] = {
    {"[[listen]]\nurl = 'tls://0.0.0.0:443'\n", "1:1: listen: tls://0.0.0.0:443 needs a certificate"},
    {"[[listen]]\nurl = 'dtls://0.0.0.0:443'\n", "1:1: listen: dtls://0.0.0.0:443 needs a certificate"},
    {"[[listen]]\nurl = 'https://0.0.0.0:443'\n", "1:1: listen: https://0.0.0.0:443 needs a certificate"},
    {"[[listen]]\nurl = 'tls://0.0.0.0:443'\n[tls]\ncertificates = [{ chain = 'no.pem', key = 'k.pem' }]\n",
     "4:27: tls.certificates: cannot read no.pem: "},
};
INSTANTIATE_TEST_SUITE_P(Certificates, EachListenerMistake, testing::ValuesIn(kCertificates));

constexpr Listeners kProxies[] = {
    {"[[listen]]\nurl = 'tcp://0.0.0.0:9'\nproxy_protocol = true\n",
     "3:18: listen: proxy_protocol lists the blocks of addresses"},
    {"[[listen]]\nurl = 'tcp://0.0.0.0:9'\nproxy_protocol = [5]\n", "3:19: listen: must be a string, not an integer"},
    {"[[listen]]\nurl = 'tcp://0.0.0.0:9'\nproxy_protocol = ['10.0.0.1/8']\n",
     "3:19: listen: \"10.0.0.1/8\" has bits set behind its first 8"},
    {"[[listen]]\nurl = 'tcp://0.0.0.0:9'\nproxy_protocol = ['proxy.example.org']\n",
     "3:19: listen: \"proxy.example.org\" is no block of addresses"},
    {"[[listen]]\nurl = 'dtls://0.0.0.0:9'\nproxy_protocol = ['10.0.0.5']\n"
     "[tls]\ncertificates = [{ chain = 'c.pem', key = 'k.pem' }]\n",
     "1:1: listen: proxy_protocol does not go with dtls://"},
};
INSTANTIATE_TEST_SUITE_P(Proxies, EachListenerMistake, testing::ValuesIn(kProxies));

constexpr Listeners kPeerPorts[] = {
    {"[relay]\ntcp_peer_ports = [443]\n", "2:19: relay.tcp_peer_ports: must be a string, not an integer"},
    {"[relay]\ntcp_peer_ports = ['0']\n", "2:19: relay.tcp_peer_ports: ports start at 1"},
    {"[relay]\ntcp_peer_ports = ['1-65536']\n", "2:19: relay.tcp_peer_ports: \"1-65536\" is no port and no range"},
    {"[relay]\ntcp_peer_ports = ['http']\n", "2:19: relay.tcp_peer_ports: \"http\" is no port and no range"},
    {"[relay]\ntcp_peer_ports = ['9-8']\n", "2:19: relay.tcp_peer_ports: the first port, 9, is above the last, 8"},
    {"[relay]\ntcp_peer_ports = ['443', '443-443']\n", "2:26: relay.tcp_peer_ports: the range 443 is there twice"},
};
INSTANTIATE_TEST_SUITE_P(PeerPorts, EachListenerMistake, testing::ValuesIn(kPeerPorts));

TEST(ConfigListeners, AreOfEveryScheme) {
  const LoadedConfig loaded = test::load(
      "listen = [{ url = 'udp://0.0.0.0:1' }, { url = 'tcp://0.0.0.0:2' }, { url = 'tls://0.0.0.0:3' }, "
      "{ url = 'dtls://0.0.0.0:4' }, { url = 'http://127.0.0.1:5' }, { url = 'https://0.0.0.0:6' }]\n"
      "[tls]\ncertificates = [{ chain = 'c.pem', key = 'k.pem' }]\n",
      kFiles);
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  std::vector<ListenScheme> schemes;
  for (const ListenUrl& listener : loaded.config.listen) schemes.push_back(listener.scheme);
  EXPECT_THAT(schemes, ElementsAre(ListenScheme::udp, ListenScheme::tcp, ListenScheme::tls, ListenScheme::dtls,
                                   ListenScheme::http, ListenScheme::https));
}

TEST(ConfigListeners, OfStreamsAndOfDatagramsShareAPort) {
  const LoadedConfig loaded = test::load(
      "listen = [{ url = 'udp://0.0.0.0:443' }, { url = 'tls://0.0.0.0:443' }, { url = 'tls://[::]:443' }]\n"
      "[tls]\ncertificates = [{ chain = 'c.pem', key = 'k.pem' }]\n",
      kFiles);
  EXPECT_TRUE(loaded.ok()) << format_report(loaded);
}

TEST(ConfigListeners, OfStreamsMayLieWithinTheRelayPortsUnlessTcpIsRelayed) {
  EXPECT_TRUE(test::load("[[listen]]\nurl = 'tcp://0.0.0.0:50000'\n").ok());
}

TEST(ConfigListeners, KnowTheirProxies) {
  const LoadedConfig loaded = test::load(
      "[[listen]]\nurl = 'udp://0.0.0.0:1'\nproxy_protocol = ['10.0.0.5', '2001:db8::/32']\n"
      "[[listen]]\nurl = 'tcp://0.0.0.0:1'\n[[listen]]\nurl = 'udp://0.0.0.0:2'\n[[listen]]\nurl = "
      "'udp://0.0.0.0:2'\n");
  ASSERT_EQ(loaded.report.mistakes.size(), 1U);
  EXPECT_EQ(loaded.report.mistakes.front().place.line, 8U) << "the places of listeners are not those of proxies";
  EXPECT_THAT(loaded.config.listen[0].proxy_protocol,
              ElementsAre(*IpPrefix::parse("10.0.0.5"), *IpPrefix::parse("2001:db8::/32")));
  EXPECT_TRUE(loaded.config.listen[1].proxy_protocol.empty());
}

TEST(ConfigListeners, AreShownAsTheyWouldStandInAFile) {
  const LoadedConfig first = test::load("listen = [{ url = 'tcp://0.0.0.0:1', proxy_protocol = ['10.0.0.5'] }]\n");
  const LoadedConfig second = test::load(show_config(first));
  ASSERT_TRUE(second.ok()) << format_report(second);
  EXPECT_EQ(second.config.listen, first.config.listen);
}

TEST(ConfigPeerPorts, AreSingleOnesAndRanges) {
  const LoadedConfig loaded = test::load("[relay]\ntcp_peer_ports = ['443', '8000-8999', '1-65535']\n");
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_THAT(loaded.config.relay.tcp_peer_ports,
              ElementsAre(PortRange{443, 443}, PortRange{8000, 8999}, PortRange{1, 65535}));
  EXPECT_THAT(show_config(loaded), HasSubstr("relay.tcp_peer_ports = [\"443\", \"8000-8999\", \"1-65535\"]"));
}

class EachListenerWarning : public testing::TestWithParam<Listeners> {};

TEST_P(EachListenerWarning, DoesNotForbidToStart) {
  const std::string text = std::string(GetParam().text) + "[auth]\nsecrets = ['a-rather-long-secret']\n";
  const LoadedConfig loaded = test::load(text, kFiles);
  EXPECT_TRUE(loaded.ok()) << format_report(loaded);
  ASSERT_EQ(loaded.report.warnings.size(), 1U) << format_report(loaded);
  EXPECT_EQ(shown(loaded.report.warnings.front(), GetParam().expected), GetParam().expected) << format_report(loaded);
}

constexpr Listeners kWarnings[] = {
    {"[[listen]]\nurl = 'http://0.0.0.0:80'\n", "1:1: listen: http://0.0.0.0:80 is not encrypted"},
    {"[[listen]]\nurl = 'http://10.0.0.1:80'\n", "1:1: listen: http://10.0.0.1:80 is not encrypted"},
    {"[[listen]]\nurl = 'tcp://0.0.0.0:9'\nproxy_protocol = ['0.0.0.0/0']\n",
     "1:1: listen: proxy_protocol = 0.0.0.0/0: everybody can claim to be any client"},
    {"[[listen]]\nurl = 'udp://[::]:9'\nproxy_protocol = ['10.0.0.5', '::/0']\n",
     "1:1: listen: proxy_protocol = ::/0: everybody can claim to be any client"},
};
INSTANTIATE_TEST_SUITE_P(Warnings, EachListenerWarning, testing::ValuesIn(kWarnings));

TEST(ConfigListeners, OfHttpOnLoopbackNeedNoWarning) {
  const LoadedConfig loaded = test::load(
      "listen = [{ url = 'http://127.0.0.1:80' }, { url = 'http://[::1]:80' }]\n[auth]\nsecrets = "
      "['a-rather-long-secret']\n");
  EXPECT_EQ(format_report(loaded), "");
}

}  // namespace
}  // namespace turnpike::server
