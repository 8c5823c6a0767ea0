#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "config_fixture.hpp"
#include "server/config_difference.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct BrokenCluster {
  const char* text;
  const char* place_and_message;  ///< the beginning of "LINE:COLUMN: MESSAGE"
};

void PrintTo(const BrokenCluster& broken, std::ostream* out) { *out << broken.text; }

class EachBrokenCluster : public testing::TestWithParam<BrokenCluster> {};

TEST_P(EachBrokenCluster, IsReportedAtItsPlaceAndAlone) {
  const LoadedConfig loaded = test::load(GetParam().text);
  ASSERT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
  const std::string line = format_problem("", loaded.report.mistakes.front());
  const std::string expected = std::string(":") + GetParam().place_and_message;
  EXPECT_EQ(line.substr(0, expected.size()), expected) << line;
}

constexpr BrokenCluster kAlternates[] = {
    {"[cluster]\nalternates = ['192.0.2.1:3478']\n", "2:15: cluster.alternates: must be a table, not a string"},
    {"[cluster]\nalternates = [{ tls = '192.0.2.1:5349' }]\n",
     "2:15: cluster.alternates: an alternate needs `address`"},
    {"[cluster]\nalternates = [{ address = 'b.example:3478' }]\n",
     "2:27: cluster.alternates: \"b.example:3478\" is no address and port"},
    {"[cluster]\nalternates = [{ address = '192.0.2.1' }]\n",
     "2:27: cluster.alternates: \"192.0.2.1\" is no address and"},
    {"[cluster]\nalternates = [{ address = '192.0.2.1:0' }]\n",
     "2:27: cluster.alternates: \"192.0.2.1:0\" is no address"},
    {"[cluster]\nalternates = [{ address = '0.0.0.0:9' }]\n", "2:27: cluster.alternates: 0.0.0.0 is no address to be"},
    {"[cluster]\nalternates = [{ address = '224.0.0.1:9' }]\n", "2:27: cluster.alternates: 224.0.0.1 is a multicast"},
    {"[cluster]\nalternates = [{ address = '192.0.2.1:9', name = 'b' }]\n",
     "2:42: cluster.alternates: unknown key \"name\"; an alternate has `address`, `tls` and `domain`"},
    {"[cluster]\nalternates = [{ address = '192.0.2.1:9', domain = 'b.example' }]\n",
     "2:15: cluster.alternates: domain is what clients over TLS and DTLS check: give `tls`"},
    {"[cluster]\nalternates = [{ address = '192.0.2.1:9', tls = '192.0.2.1:5', domain = '192.0.2.1' }]\n",
     "2:72: cluster.alternates: domain is the name in that server's certificate"},
    {"[cluster]\nalternates = [{ address = '192.0.2.1:9', tls = '192.0.2.1:5', domain = 'b..example' }]\n",
     "2:72: cluster.alternates: domain is the name in that server's certificate"},
    {"[cluster]\nalternates = [{ address = '192.0.2.1:9' }, { address = '192.0.2.1:9' }]\n",
     "2:44: cluster.alternates: 192.0.2.1:9 is there twice"},
    {"[[listen]]\nurl = 'udp://192.0.2.1:9'\n[cluster]\nalternates = [{ address = '192.0.2.1:9' }]\n",
     "4:15: cluster.alternates: 192.0.2.1:9 is this server itself"},
    {"[[listen]]\nurl = 'udp://192.0.2.1:9'\n[cluster]\nalternates = [{ address = '192.0.2.2:9', tls = '192.0.2.1:9' "
     "}]\n",
     "4:15: cluster.alternates: 192.0.2.1:9 is this server itself"},
    {"[server]\nexternal = ['203.0.113.7']\n[cluster]\nalternates = [{ address = '203.0.113.7:3478' }]\n",
     "4:15: cluster.alternates: 203.0.113.7:3478 is this server itself"},
    {"[cluster]\nredirect = 'sometimes'\n", "2:12: cluster.redirect: \"sometimes\" is neither \"full\" nor \"always\""},
    {"[cluster]\nhealth_interval = '0s'\n", "2:19: cluster.health_interval: must be 1s to 1h"},
    {"[server]\ndrain_delay = '11m'\n", "2:15: server.drain_delay: must be 0s to 10m"},
};
INSTANTIATE_TEST_SUITE_P(Alternates, EachBrokenCluster, testing::ValuesIn(kAlternates));

TEST(ConfigCluster, AlternatesAreReadWhole) {
  const LoadedConfig loaded = test::load(
      "[cluster]\nalternates = [{ address = '192.0.2.1:3478' }, { address = '[2001:db8::1]:3478', tls = "
      "'[2001:db8::1]:5349', domain = 'turn2.example.org' }]\nredirect = 'always'\nhealth_interval = '2s'\n");
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  const Config::Cluster& cluster = loaded.config.cluster;
  EXPECT_THAT(cluster.alternates,
              ElementsAre(AlternateServer{*Endpoint::parse("192.0.2.1:3478"), std::nullopt, ""},
                          AlternateServer{*Endpoint::parse("[2001:db8::1]:3478"), Endpoint::parse("[2001:db8::1]:5349"),
                                          "turn2.example.org"}));
  EXPECT_EQ(cluster.redirect, Redirect::always);
  EXPECT_EQ(cluster.health_interval, Milliseconds{2000});
}

TEST(ConfigCluster, AlternatesAreShownAsTheyWouldStandInAFile) {
  EXPECT_EQ(
      show_toml(AlternateServer{*Endpoint::parse("192.0.2.1:3478"), Endpoint::parse("192.0.2.1:5349"), "b.example"}),
      R"({ address = "192.0.2.1:3478", tls = "192.0.2.1:5349", domain = "b.example" })");
}

TEST(ConfigCluster, AnotherServerBehindTheSameAddressIsFine) {
  EXPECT_THAT(
      test::load("[server]\nexternal = ['203.0.113.7']\n[cluster]\nalternates = [{ address = '203.0.113.7:3479' }]\n")
          .report.mistakes,
      IsEmpty());
}

TEST(ConfigCluster, AlwaysWithoutAlternatesIsAWarning) {
  const LoadedConfig loaded =
      test::load("[cluster]\nredirect = 'always'\n[auth]\nsecrets = ['a-rather-long-secret']\n");
  ASSERT_TRUE(loaded.ok());
  EXPECT_THAT(format_report(loaded),
              HasSubstr("cluster.redirect = \"always\" does nothing without cluster.alternates"));
}

TEST(ConfigCluster, ADelayThatOutlivesTheDeadlineIsAWarning) {
  const LoadedConfig loaded = test::load("[server]\ndrain_delay = '5s'\n[auth]\nsecrets = ['a-rather-long-secret']\n");
  ASSERT_TRUE(loaded.ok());
  EXPECT_THAT(format_report(loaded), HasSubstr("server.drain_delay (5s) is not shorter than drain_deadline (5s)"));
}

TEST(ConfigCluster, EverythingOfItChangesWhileTheServerRuns) {
  Config before;
  Config after;
  after.cluster.alternates.push_back({*Endpoint::parse("192.0.2.1:3478"), std::nullopt, ""});
  after.cluster.redirect = Redirect::always;
  after.cluster.health_interval = Milliseconds{1000};
  after.server.drain_delay = Milliseconds{1000};
  after.server.drain_deadline = Milliseconds{9000};
  const auto differences = find_differences(before, after);
  EXPECT_EQ(differences.size(), 5U);
  for (const ConfigDifference& each : differences) EXPECT_TRUE(each.is_live) << each.path;
}

}  // namespace
}  // namespace turnpike::server
