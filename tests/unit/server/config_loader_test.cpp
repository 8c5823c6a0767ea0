#include "server/config_loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(ConfigLoader, AnEmptyFileIsTheDefaults) {
  const LoadedConfig loaded = test::load("");
  EXPECT_TRUE(loaded.ok());
  EXPECT_THAT(loaded.sources, IsEmpty());
  EXPECT_EQ(loaded.config.listen.size(), 4U);
}

TEST(ConfigLoader, ReportsAllMistakesAtOnceInTheOrderOfTheFile) {
  const LoadedConfig loaded = test::load(
      "[server]\nrelm = 'x'\nworkers = 99\n[relay]\nports = '1-2'\nfamilies = ['ipv4', 'ipx', 'ipv4', 7]\n"
      "[[listen]]\nurl = 'ftp://0.0.0.0:1'\n[[listen]]\nurl = 5\n[auth]\nsecrets = ['', 'short']\n");
  std::vector<std::uint32_t> lines;
  for (const ConfigProblem& mistake : loaded.report.mistakes) lines.push_back(mistake.place.line);
  EXPECT_THAT(lines, ElementsAre(2, 3, 5, 6, 6, 6, 8, 10, 12, 12)) << format_report(loaded);
}

TEST(ConfigLoader, AMistakeInOneKeyCausesNoFurtherOnesAboutItsDefault) {
  const LoadedConfig loaded = test::load("[relay]\ndefault_lifetime = '2h'\nmax_lifetime = 'three hours'\n");
  ASSERT_EQ(loaded.report.mistakes.size(), 1U);
  EXPECT_EQ(loaded.report.mistakes.front().place.line, 3U);
}

TEST(ConfigLoader, ReadsASecretFromEverySource) {
  const test::FakeEnvironment environment{
      .variables = {{"TURN_SECRET", "secret-of-the-variable"}, {"CREDENTIALS_DIRECTORY", "/run/credentials/turnpike"}},
      .files = {{"/etc/turnpike/turn.secret", "secret-of-the-file\n"},
                {"/run/credentials/turnpike/turn", "secret-of-systemd"}}};
  const LoadedConfig loaded = load_config(
      "[auth]\nsecrets = ['secret-of-this-text', { file = 'turn.secret' }, { env = 'TURN_SECRET' }, "
      "{ credential = 'turn' }]",
      "/etc/turnpike/turnpike.toml", environment.get());
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_THAT(loaded.config.auth.secrets,
              ElementsAre(SecretText{"secret-of-this-text"}, SecretText{"secret-of-the-file"},
                          SecretText{"secret-of-the-variable"}, SecretText{"secret-of-systemd"}));
}

TEST(ConfigLoader, TakesAUserByPasswordOrByKeys) {
  const LoadedConfig loaded = test::load(
      "[[auth.users]]\nname = 'alice'\npassword = 'p'\n[[auth.users]]\nname = 'bob'\n"
      "key = '00112233445566778899AABBCCDDEEFF'\n"
      "key_sha256 = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'\n");
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_EQ(loaded.config.auth.users[0].password, SecretText{"p"});
  EXPECT_EQ((*loaded.config.auth.users[1].key)[15], 0xff);
  EXPECT_EQ((*loaded.config.auth.users[1].key_sha256)[31], 0xff);
}

TEST(ConfigLoader, AllowsAListenerInTheRelayPortsOfAnotherAddress) {
  EXPECT_TRUE(test::load("[[listen]]\nurl = 'udp://10.0.0.1:50000'\n[relay]\naddresses = ['10.0.0.2']\n").ok());
}

struct Warned {
  const char* text;
  const char* warning;
};
class EachWarning : public testing::TestWithParam<Warned> {};

TEST_P(EachWarning, DoesNotForbidToStart) {
  const LoadedConfig loaded = test::load(GetParam().text);
  EXPECT_TRUE(loaded.ok());
  ASSERT_EQ(loaded.report.warnings.size(), 1U) << format_report(loaded);
  EXPECT_THAT(format_report(loaded), HasSubstr(GetParam().warning));
}

constexpr Warned kWarnings[] = {
    {"", "test.toml: warning: auth has neither secrets nor users"},
    {"[auth]\nsecrets = ['ChangeMe']\n", "test.toml:2:12: warning: auth.secrets: this is a well-known example"},
    {"[auth]\nsecrets = ['123456789']\n", "2:12: warning: auth.secrets: a secret of fewer than 16 characters"},
    {"[auth]\nsecrets = ['a-rather-long-secret ']\n", "2:12: warning: auth.secrets: the space around"},
    {"[relay.peers]\nallow = ['0.0.0.0/0']\n[auth]\nsecrets = ['a-rather-long-secret']\n",
     "2:10: warning: relay.peers.allow: 0.0.0.0/0 opens nothing"},
    {"[relay.peers]\nallow = ['8.8.8.0/24']\n[auth]\nsecrets = ['a-rather-long-secret']\n",
     "2:10: warning: relay.peers.allow: 8.8.8.0/24 opens nothing"},
    {"[relay.peers]\nallow = ['10.0.0.0/7']\n[auth]\nsecrets = ['a-rather-long-secret']\n",
     "2:10: warning: relay.peers.allow: 10.0.0.0/7 opens nothing"},
    {"[server]\nexternal = ['203.0.113.7']\n[relay]\naddresses = ['10.0.0.1', '10.0.0.2']\n[auth]\nsecrets = "
     "['a-rather-long-secret']\n",
     "2:13: warning: server.external: 203.0.113.7 stands for 2"},
    {"[quota]\nuser_rate = '1MB/s'\nallocation_rate = '2MB/s'\n[auth]\nsecrets = ['a-rather-long-secret']\n",
     "3:19: warning: quota: allocation_rate is above"},
};
INSTANTIATE_TEST_SUITE_P(Warnings, EachWarning, testing::ValuesIn(kWarnings));

TEST(ConfigLoader, DoesNotWarnAboutAllowingWhatIsSpecialOrDeniedOtherwise) {
  const LoadedConfig loaded = test::load(
      "[relay.peers]\nallow = ['10.0.0.0/8', '127.0.0.0/8', '::1/128', '198.51.100.0/24', '8.8.8.0/24', "
      "'9.9.9.9']\ndeny = ['8.0.0.0/8']\n"
      "[auth]\nsecrets = ['a-rather-long-secret']\n");
  EXPECT_EQ(format_report(loaded), "");
}

TEST(ConfigShow, TellsWhereEachValueComesFrom) {
  const LoadedConfig loaded = test::load("[server]\n\nrealm = 'example.org'\n");
  EXPECT_THAT(show_config(loaded), HasSubstr("server.realm = \"example.org\"  # test.toml:3\n"));
  EXPECT_THAT(show_config(loaded), HasSubstr("relay.ports = \"49152-65535\"  # default\n"));
}

TEST(ConfigShow, NeverPrintsASecret) {
  const LoadedConfig loaded = test::load(
      "[auth]\nsecrets = ['very-well-kept-secret']\nusers = [{ name = 'alice', password = 'pass-of-alice' }, "
      "{ name = 'bob', key = '00112233445566778899aabbccddeeff' }]\n");
  const std::string shown = show_config(loaded);
  EXPECT_THAT(shown, HasSubstr("auth.secrets = [\"(hidden)\"]"));
  EXPECT_THAT(shown, HasSubstr("name = \"alice\""));
  for (const char* secret : {"very-well", "pass-of", "001122"}) EXPECT_THAT(shown, Not(HasSubstr(secret)));
}

TEST(ConfigShow, IsAValidFileWithTheSameValues) {
  const LoadedConfig first =
      test::load("[server]\nworkers = 3\n[relay]\naddresses = ['10.0.0.7']\n[quota]\nuser_rate = '1MB/s'\n");
  const LoadedConfig second = test::load(show_config(first));
  ASSERT_TRUE(second.ok()) << format_report(second);
  EXPECT_EQ(second.config.server.workers, 3U);
  EXPECT_EQ(second.config.quota.user_rate, first.config.quota.user_rate);
  EXPECT_EQ(second.config.relay.addresses, first.config.relay.addresses);
}

TEST(ConfigLoader, SurvivesDeepNesting) { EXPECT_FALSE(test::load("x = " + std::string(5000, '[') + "\n").ok()); }

}  // namespace
}  // namespace turnpike::server
