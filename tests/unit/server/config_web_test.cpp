#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_fixture.hpp"
#include "server/config_values.hpp"
#include "server/control_settings_builder.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;

control::WebSettings build(const Config& config, const std::vector<const char*>& served,
                           Certificate certificate = Certificate::present) {
  test::SeededRandom random(1);
  RuntimeAddresses addresses;
  for (const char* url : served) addresses.served.push_back(*parse_listen_url(url));
  return make_control_settings(config, addresses, certificate, random, "made up at the start").web;
}

TEST(ConfigWeb, ReadsItsKeys) {
  const test::FakeEnvironment environment{.variables = {}, .files = {}, .folders = {"/srv/page"}};
  const auto loaded = test::load("[web]\nenabled = false\nroot = '/srv/page'\ncheck = false\n", environment);
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_FALSE(loaded.config.web.enabled);
  EXPECT_EQ(loaded.config.web.root, "/srv/page");
  EXPECT_FALSE(loaded.config.web.check);
}

TEST(ConfigWeb, ARelativeFolderStartsAtTheFile) {
  const test::FakeEnvironment environment{.variables = {}, .files = {}, .folders = {"/etc/turnpike/page"}};
  const auto loaded = load_config("[web]\nroot = 'page'\n", "/etc/turnpike/turnpike.toml", environment.get());
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_EQ(loaded.config.web.root, "/etc/turnpike/page");
}

TEST(ConfigWeb, TheFolderMustBeThere) {
  const auto loaded = test::load("[web]\nroot = '/srv/page'\n");
  EXPECT_THAT(format_report(loaded), testing::StartsWith("test.toml:2:8: web.root: there is no folder /srv/page\n"));
  EXPECT_THAT(format_report(test::load("[web]\nroot = \"a\\u0000b\"\n")), HasSubstr("web.root: must be a path"));
  EXPECT_TRUE(test::load("[web]\nroot = ''\n").ok());
}

TEST(ConfigWeb, ThePageKnowsTheServer) {
  Config config;
  config.web = {.enabled = false, .root = "/srv/page", .check = false};
  config.server.realm = "example.org";
  config.relay.ports = {50000, 50100};
  const auto web = build(config, {});
  EXPECT_FALSE(web.enabled);
  EXPECT_EQ(web.root, "/srv/page");
  EXPECT_FALSE(web.check);
  EXPECT_EQ(web.name, "example.org");
  EXPECT_EQ(web.relay_ports, "50000-50100");
  EXPECT_THAT(web.version, testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

TEST(ConfigWeb, DefaultsAreThoseOfThePage) {
  const auto web = build(Config{}, {});
  const control::WebSettings defaults;
  EXPECT_EQ(web.enabled, defaults.enabled);
  EXPECT_EQ(web.root, defaults.root);
  EXPECT_EQ(web.check, defaults.check);
}

TEST(ConfigWeb, SendsVisitorsToTheListenerThatIsMadeForHttps) {
  const Config config;
  EXPECT_EQ(build(config,
                  {"tcp://192.0.2.2:3478", "tls://192.0.2.2:5349", "https://192.0.2.2:8443", "https://192.0.2.2:9443"})
                .secure_port,
            8443);
  EXPECT_EQ(build(config, {"tcp://192.0.2.2:3478", "tls://192.0.2.2:5349"}).secure_port, 5349);
  EXPECT_EQ(build(config, {"udp://192.0.2.2:3479", "http://192.0.2.2:80", "tcp://192.0.2.2:3478"}).secure_port, 3478);
  EXPECT_EQ(build(config, {"https://127.0.0.1:8443", "tls://192.0.2.2:5349"}).secure_port, 5349);
  EXPECT_EQ(build(config, {"https://[::1]:8443"}).secure_port, 8443);
}

TEST(ConfigWeb, SendsNobodyWhereThereIsNoHttps) {
  const Config config;
  EXPECT_FALSE(build(config, {}).secure_port);
  EXPECT_FALSE(build(config, {"http://192.0.2.2:80", "udp://192.0.2.2:3478", "dtls://192.0.2.2:5349"}).secure_port);
  EXPECT_FALSE(build(config, {"tcp://192.0.2.2:3478"}, Certificate::none).secure_port);
  RuntimeAddresses addresses;
  addresses.served.push_back(*parse_listen_url("https://192.0.2.2:8443"));
  addresses.served.back().proxy_protocol = {*IpPrefix::parse("192.0.2.0/24")};
  test::SeededRandom random(1);
  EXPECT_FALSE(make_control_settings(config, addresses, Certificate::present, random, "x").web.secure_port);
}

}  // namespace
}  // namespace turnpike::server
