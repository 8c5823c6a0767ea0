#include "server/demo_banner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "server/demo.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

std::vector<net::InterfaceAddress> machine() {
  return {{"lo", ip("127.0.0.1"), 8, {}, true},       {"lo", ip("::1"), 128, {}, true},
          {"virt0", ip("172.17.0.1"), 16, {}, false}, {"eth0", ip("10.0.0.7"), 24, {}, false},
          {"eth0", ip("2001:db8::7"), 64, {}, false}, {"eth0", ip("fe80::1"), 64, {}, false}};
}

class DemoBanner : public testing::Test {
 protected:
  DemoBanner() {
    for (const ListenScheme scheme : {ListenScheme::http, ListenScheme::https}) {
      const std::uint16_t port = scheme == ListenScheme::http ? 8080 : 8443;
      config_.listen.push_back({scheme, {IpAddress::any(AddressFamily::ipv4), port}});
      config_.listen.push_back({scheme, {IpAddress::any(AddressFamily::ipv6), port}});
    }
  }
  void listen(std::vector<ListenUrl> listeners) { config_.listen = std::move(listeners); }
  [[nodiscard]] std::string banner(std::optional<QrStyle> qr = std::nullopt, UnixSeconds now = UnixSeconds{}) const {
    const DefaultAddresses defaults{ip("10.0.0.7"), ip("2001:db8::7")};
    return demo_banner(config_, resolve_addresses(config_, machine_, defaults), now, qr);
  }

  test::SeededRandom random_{1};
  std::vector<net::InterfaceAddress> machine_ = machine();
  Config config_ = make_demo_config(machine(), random_);
};

std::size_t position(const std::string& text, std::string_view what) { return text.find(what); }

TEST_F(DemoBanner, ThePageComesFirst) {
  const std::string text = banner();
  EXPECT_LT(position(text, "http://localhost:8080/\n"), 100U);
  EXPECT_LT(position(text, "two tabs"), position(text, "curl"));
  EXPECT_LT(position(text, "https://10.0.0.7:8443/\n"), position(text, "curl"));
}

TEST_F(DemoBanner, NamesThePagesAndTheKeyForOneOfThem) {
  EXPECT_THAT(banner(), AllOf(HasSubstr("http://localhost:8080/check\n"), HasSubstr("http://localhost:8080/admin\n"),
                              HasSubstr("key " + config_.api.keys.front().text.value + "\n")));
}

TEST_F(DemoBanner, SendsPhonesToTheAddressThatReachesTheWorldAndSaysThatTheBrowserWillWarn) {
  EXPECT_THAT(banner(), AllOf(HasSubstr("https://10.0.0.7:8443/\n"), HasSubstr("browser warns"),
                              Not(HasSubstr("https://172.17.0.1"))));
}

TEST_F(DemoBanner, SendsPhonesToIpv6WhenThereIsNothingElse) {
  machine_ = {machine()[0], machine()[4], machine()[5]};
  EXPECT_THAT(banner(), HasSubstr("https://[2001:db8::7]:8443/\n"));
}

TEST_F(DemoBanner, SaysNothingOfPhonesWhereNoneCanCome) {
  machine_ = {machine()[0], machine()[1]};
  EXPECT_THAT(banner(QrStyle::plain), AllOf(Not(HasSubstr("https")), Not(HasSubstr("phone")), Not(HasSubstr("█")),
                                            HasSubstr("http://localhost:8080/\n")));
}

TEST_F(DemoBanner, FindsThePageOnOtherPortsToo) {
  listen(
      {{ListenScheme::udp, *Endpoint::parse("0.0.0.0:5000")}, {ListenScheme::tcp, *Endpoint::parse("0.0.0.0:5000")}});
  EXPECT_THAT(banner(), AllOf(HasSubstr("http://localhost:5000/\n"), HasSubstr("https://10.0.0.7:5000/\n")));
  listen({{ListenScheme::tls, *Endpoint::parse("0.0.0.0:5001")}});
  EXPECT_THAT(banner(), AllOf(HasSubstr("https://localhost:5001/\n"), HasSubstr("https://10.0.0.7:5001/\n")));
  listen({{ListenScheme::tls, *Endpoint::parse("10.0.0.7:5001")}});
  EXPECT_THAT(banner(), AllOf(HasSubstr("https://10.0.0.7:5001/check\n"), Not(HasSubstr("localhost"))));
}

TEST_F(DemoBanner, IsSilentAboutThePageWhereNothingServesHttp) {
  listen({{ListenScheme::udp, *Endpoint::parse("0.0.0.0:5000")}});
  const std::string text = banner(QrStyle::plain);
  for (const char* missing : {"http:", "https:", "ws:", "key ", "curl", "█"}) {
    EXPECT_THAT(text, Not(HasSubstr(missing)));
  }
  EXPECT_THAT(text, HasSubstr("\"stun:10.0.0.7:5000\""));
}

TEST_F(DemoBanner, HoldsIceServersThatWorkForADay) {
  const UnixSeconds now{Seconds{1'000'000'000}};
  const std::string text = banner(std::nullopt, now);
  const auto credential = turn::mint_ephemeral(config_.auth.secrets.front().value, "demo", now + Seconds{86400});
  EXPECT_THAT(text, HasSubstr("\"turn:10.0.0.7:3478?transport=udp\""));
  EXPECT_THAT(text, HasSubstr("\"turn:10.0.0.7:3478?transport=tcp\""));
  EXPECT_THAT(text, HasSubstr("\"username\":\"1000086400:demo\",\"credential\":\"" + credential.password + "\""));
  EXPECT_THAT(text, HasSubstr("2001-09-10T01:46:40Z"));
}

TEST_F(DemoBanner, NamesLoopbackWhenThereIsNothingElse) {
  listen({{ListenScheme::udp, *Endpoint::parse("127.0.0.1:5000")}});
  EXPECT_THAT(banner(), HasSubstr("\"stun:127.0.0.1:5000\""));
}

TEST_F(DemoBanner, SaysThatItIsNotForTheInternetAndClaimsNothingThatIsNotThere) {
  EXPECT_THAT(banner(),
              AllOf(HasSubstr("not meant for the internet"), Not(HasSubstr("turns:")), Not(HasSubstr("fe80"))));
}

TEST_F(DemoBanner, ShowsTheApiOnLoopbackWithTheKeyThatWasMadeUp) {
  const std::string& key = config_.api.keys.front().text.value;
  EXPECT_THAT(banner(),
              HasSubstr("curl -H 'Authorization: Bearer " + key + "' http://127.0.0.1:8080/api/v1/ice-servers\n"));
}

TEST_F(DemoBanner, ShowsTheThreeWaysIntoARoom) {
  const std::string text = banner();
  EXPECT_THAT(text, HasSubstr("new WebSocket(\"ws://127.0.0.1:8080/signal\")"));
  EXPECT_THAT(text, HasSubstr("new Peer({ host: \"127.0.0.1\", port: 8080, path: \"/\", config: { iceServers } })"));
  EXPECT_THAT(text, HasSubstr("io(\"http://127.0.0.1:8080\")"));
}

TEST_F(DemoBanner, SetsTheCodeBesideTheTextWhereBothFit) {
  const std::string text = banner(QrStyle::plain);
  const auto rows = draw_qr(*encode_qr("https://10.0.0.7:8443/"), QrStyle::plain);
  for (const std::string& row : rows) EXPECT_THAT(text, HasSubstr("\n  " + row));
  EXPECT_THAT(text, HasSubstr(rows[0] + "   Make a call:\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST_F(DemoBanner, SetsTheCodeBelowTheTextWhereBothDoNotFit) {
  machine_ = {machine()[0], {"eth0", ip("2001:db8:1234:5678:9abc:def0:1234:5678"), 64, {}, false}};
  const DefaultAddresses defaults{std::nullopt, machine_[1].address};
  const std::string text =
      demo_banner(config_, resolve_addresses(config_, machine_, defaults), UnixSeconds{}, QrStyle::plain);
  const auto rows = draw_qr(*encode_qr("https://[2001:db8:1234:5678:9abc:def0:1234:5678]:8443/"), QrStyle::plain);
  for (const std::string& row : rows) EXPECT_THAT(text, HasSubstr("\n  " + row + "\n"));
}

TEST_F(DemoBanner, FitsOnAScreen) {
  std::istringstream text(banner(QrStyle::plain));
  std::size_t rows = 0;
  for (std::string line; std::getline(text, line);) rows += 1 + (line.starts_with('{') ? line.size() / 100 : 0);
  EXPECT_LE(rows, 40U);
}

TEST(QrChoice, TerminalsGetTheCodeUnlessToldOtherwise) {
  EXPECT_EQ(choose_qr_style({}, "xterm-256color", true), QrStyle::coloured);
  EXPECT_EQ(choose_qr_style("0", "xterm-256color", true), std::nullopt);
  EXPECT_EQ(choose_qr_style({}, "xterm-256color", false), std::nullopt);
}

TEST(QrChoice, ColoursAreForTerminalsThatHaveThem) {
  EXPECT_EQ(choose_qr_style({}, "dumb", true), QrStyle::plain);
  EXPECT_EQ(choose_qr_style({}, {}, true), QrStyle::plain);
  EXPECT_EQ(choose_qr_style("1", "xterm-256color", false), QrStyle::plain);
}

}  // namespace
}  // namespace turnpike::server
