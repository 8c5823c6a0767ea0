#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "config_fixture.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/coturn/import.hpp"
#include "turnpike/coturn/option_table.hpp"
#include "turnpike/turn/peer_policy.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const test::FakeEnvironment kMachine{.variables = {},
                                     .files = {{"/etc/ssl/turn.example.org.crt", test::kFakeCertificate},
                                               {"/etc/ssl/private/turn.example.org.key", test::kFakeKey},
                                               {"turn_server_pkey.pem", test::kFakeKey}}};

LoadedConfig load_imported(std::string_view conf) {
  return test::load(coturn::import_config(conf, "turnserver.conf").toml, kMachine);
}

std::string large_file() {
  std::ifstream file(std::string(TURNPIKE_TEST_VECTORS) + "/turnserver-large.conf", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ImportCoturn, AnEmptyFileGivesADefaultOne) {
  const LoadedConfig loaded = load_imported("");
  EXPECT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_EQ(loaded.config.listen, Config{}.listen);
}

TEST(ImportCoturn, ALargeFileIsTakenWithoutAMistake) {
  const LoadedConfig loaded = load_imported(large_file());
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  const Config& config = loaded.config;
  EXPECT_EQ(config.server.realm, "example.org");
  EXPECT_EQ(config.server.workers, 4U);
  EXPECT_THAT(config.server.external, SizeIs(2));
  EXPECT_EQ(config.relay.ports, (PortRange{49160, 49999}));
  EXPECT_EQ(config.relay.addresses, (std::vector{IpAddress::v4(192, 0, 2, 10), *IpAddress::parse("2001:db8::10")}));
  EXPECT_TRUE(config.relay.rfc5766_channels);
  EXPECT_THAT(config.auth.secrets, ElementsAre(SecretText{R"(a secret with a \ and a # in it)"},
                                               SecretText{"another-one-that-is-quite-long"}));
  EXPECT_EQ(config.auth.nonce_lifetime, Seconds{600});
  EXPECT_EQ(config.quota.per_user, 12U);
  EXPECT_EQ(config.quota.total, 1200U);
  EXPECT_EQ(config.quota.allocation_rate.bytes_per_second, 3'000'000U);
  EXPECT_EQ(config.limits.receive_buffer.bytes, 1'048'576U);
  EXPECT_THAT(config.tls.certificates,
              ElementsAre(CertificateFiles{"/etc/ssl/turn.example.org.crt", "/etc/ssl/private/turn.example.org.key"}));
  EXPECT_THAT(config.listen, SizeIs(2 * 4 + 2 + 1));  // two addresses, two ports, UDP and TCP; the auxiliary; metrics
  EXPECT_THAT(config.cluster.alternates, SizeIs(2));
  EXPECT_EQ(config.log.level, LogLevel::debug);
}

TEST(ImportCoturn, ALargeFileSaysWhatNeedsSomebody) {
  const coturn::Import import = coturn::import_config(large_file(), "turnserver.conf");
  std::vector<std::string> needing;
  for (const coturn::Verdict& verdict : import.verdicts) {
    if (verdict.needs_you) needing.push_back(verdict.option);
  }
  EXPECT_THAT(needing, ElementsAre("static-auth-secret", "prometheus", "no-loopback-pears"));
}

/// Values that may stand behind any option, right and wrong.
constexpr std::array kValues{"",
                             "yes",
                             "off",
                             "maybe",
                             "0",
                             "1",
                             "7",
                             "443",
                             "3478",
                             "5349",
                             "50000",
                             "65535",
                             "65536",
                             "99999999999",
                             "-1",
                             "600s",
                             "192.0.2.1",
                             "192.0.2.1:3478",
                             "192.0.2.2",
                             "0.0.0.0",
                             "127.0.0.1",
                             "::",
                             "::1",
                             "2001:db8::1",
                             "[2001:db8::1]:443",
                             "224.0.0.1",
                             "ff02::1",
                             "::ffff:192.0.2.1",
                             "203.0.113.7",
                             "203.0.113.7/192.0.2.1",
                             "203.0.113.8/192.0.2.1",
                             "2001:db8::7/192.0.2.1",
                             "turn.example.org",
                             "turn.example.org/192.0.2.1",
                             "10.0.0.0-10.255.255.255",
                             "10.0.0.1-10.0.0.200",
                             "10.3.2.1/8",
                             "0.0.0.0-255.255.255.255",
                             "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                             "::ffff:0.0.0.0-::ffff:255.255.255.255",
                             "alice:wonderland",
                             "alice:0x0123456789abcdef0123456789abcdef",
                             "12345:number",
                             "bob:0x12",
                             ":",
                             "a-rather-long-secret",
                             "short",
                             "\"quoted value with \\ and '\"",
                             "/etc/ssl/turn.example.org.crt",
                             "/etc/ssl/private/turn.example.org.key",
                             "caf\xc3\xa9 of the long names",
                             "broken \xff\xfe bytes",
                             "control \x01\x1b bytes",
                             "keep",
                             "debug",
                             "warning"};

std::vector<std::string_view> option_names() {
  std::vector<std::string_view> names;
  for (const coturn::OptionGroup& group : coturn::option_table()) {
    for (const coturn::Option& option : group.options) names.push_back(option.name);
  }
  return names;
}

std::string random_file(Random& random, const std::vector<std::string_view>& names) {
  // These go together, so they come up more often than by chance.
  constexpr std::array kPlaces{"listening-ip",       "listening-port", "external-ip",       "relay-ip",
                               "min-port",           "max-port",       "alternate-server",  "aux-server",
                               "tls-listening-port", "user",           "static-auth-secret"};
  std::string text;
  const std::uint64_t count = random.below(40);
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool is_place = random.below(2) == 0;
    text += is_place ? std::string_view(kPlaces.at(random.below(kPlaces.size()))) : names[random.below(names.size())];
    text += random.below(2) == 0 ? "=" : " ";
    text += kValues.at(random.below(kValues.size()));
    text += '\n';
  }
  return text;
}

/// Files of certificates are the machine's affair.
bool is_about_a_file(const ConfigProblem& problem) {
  return problem.message.find("tls.certificates") != std::string::npos;
}

TEST(ImportCoturn, WhateverStandsInAFileTheOtherIsTakenWithoutAMistake) {
  test::SeededRandom random(20260817);
  const std::vector<std::string_view> names = option_names();
  for (int round = 0; round < 600; ++round) {
    const std::string conf = random_file(random, names);
    LoadedConfig loaded = load_imported(conf);
    std::erase_if(loaded.report.mistakes, is_about_a_file);
    ASSERT_THAT(loaded.report.mistakes, IsEmpty()) << format_report(loaded) << "\n--- out of\n" << conf;
  }
}

/// One rule of coturn's as it is written, within 83.166.64.0/24.
struct Rule {
  bool allows = false;
  std::uint8_t first = 0;
  std::uint8_t last = 0;
};

bool coturn_allows(const std::vector<Rule>& rules, std::uint8_t host) {
  bool denied = false;
  for (const Rule& rule : rules) {
    if (host < rule.first || host > rule.last) continue;
    if (rule.allows) return true;
    denied = true;
  }
  return !denied;
}

TEST(ImportCoturn, PeersAreJudgedAsCoturnJudgesThem) {
  test::SeededRandom random(83);
  for (int round = 0; round < 150; ++round) {
    std::vector<Rule> rules(random.below(8));
    std::string conf;
    for (Rule& rule : rules) {
      rule.allows = random.below(2) == 0;
      rule.first = static_cast<std::uint8_t>(random.below(256));
      rule.last = static_cast<std::uint8_t>(rule.first + random.below(256U - rule.first));
      conf += fmt::format("{}-peer-ip=83.166.64.{}-83.166.64.{}\n", rule.allows ? "allowed" : "denied", rule.first,
                          rule.last);
    }
    const LoadedConfig loaded = load_imported(conf);
    ASSERT_TRUE(loaded.ok()) << format_report(loaded);
    turn::PeerRules peers;
    peers.allow = loaded.config.relay.peers.allow;
    peers.deny = loaded.config.relay.peers.deny;
    const turn::PeerPolicy policy(peers);
    for (unsigned host = 0; host < 256; ++host) {
      const auto last = static_cast<std::uint8_t>(host);
      const bool is_allowed = policy.judge(IpAddress::v4(83, 166, 64, last)) == turn::PeerJudgement::allowed;
      ASSERT_EQ(is_allowed, coturn_allows(rules, last)) << host << " by\n" << conf;
    }
  }
}

}  // namespace
}  // namespace turnpike::server
