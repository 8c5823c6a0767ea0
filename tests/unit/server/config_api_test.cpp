#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "config_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::Not;

struct BrokenApi {
  const char* text;
  const char* place_and_message;  ///< the beginning of "LINE:COLUMN: MESSAGE"
};

void PrintTo(const BrokenApi& broken, std::ostream* out) { *out << broken.text; }

class EachBrokenApi : public testing::TestWithParam<BrokenApi> {};

TEST_P(EachBrokenApi, IsReportedAtItsPlaceAndAlone) {
  const LoadedConfig loaded = test::load(GetParam().text);
  ASSERT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
  const std::string line = format_problem("test.toml", loaded.report.mistakes.front());
  const std::string expected = std::string("test.toml:") + GetParam().place_and_message;
  EXPECT_EQ(line.substr(0, expected.size()), expected) << line;
}

constexpr BrokenApi kKeys[] = {
    {"[api]\nkeys = ['a']\n", "2:9: api.keys: must be a table, not a string"},
    {"[api]\nkeys = [{ key = 'abcdefghijklmnopqrstuvwxyz' }]\n", "2:9: api.keys: an API key needs a `name`"},
    {"[api]\nkeys = [{ name = 'a' }]\n", "2:9: api.keys: an API key needs a `key`"},
    {"[api]\nkeys = [{ name = 'a b', key = 'abcdefghijklmnopqrstuvwxyz' }]\n", "2:9: api.keys: a key's name has 1 to"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmno' }]\n", "2:9: api.keys: \"a\": a key has 16 to 512"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnop qrstuvwxyz' }]\n", "2:9: api.keys: \"a\": a key holds"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz', scopes = [] }]\n",
     "2:9: api.keys: \"a\" has no scope"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz', scopes = ['admim'] }]\n",
     "2:69: api.keys: unknown scope \"admim\"; did you mean \"admin\"?"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz', scope = ['admin'] }]\n",
     "2:59: api.keys: unknown key \"scope\" of an API key; did you mean \"scopes\"?"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz', ttl_cap = '0s' }]\n",
     "2:9: api.keys: \"a\": a ttl_cap is 1s at least"},
    {"[auth]\nmax_ttl = '7d'\n[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz', ttl_cap = '8d' }]\n",
     "4:9: api.keys: \"a\": the ttl_cap (8d) is longer than auth.max_ttl (7d)"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz', origins = ['*'] }]\n",
     "2:70: api.keys: leave `origins` out"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz' },\n"
     "        { name = 'a', key = 'bcdefghijklmnopqrstuvwxyz' }]\n",
     "3:9: api.keys: \"a\" is there twice"},
    {"[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz' },\n"
     "        { name = 'b', key = 'abcdefghijklmnopqrstuvwxyz' }]\n",
     "3:9: api.keys: \"b\" is the same key as an earlier one"},
};
INSTANTIATE_TEST_SUITE_P(Keys, EachBrokenApi, testing::ValuesIn(kKeys));

constexpr BrokenApi kRest[] = {
    {"[http]\nallowed_origins = ['https://example.org/']\n",
     "2:20: http.allowed_origins: \"https://example.org/\" is no"},
    {"[http]\nallowed_origins = ['example.org']\n", "2:20: http.allowed_origins: \"example.org\" is no origin"},
    {"[http]\nallowed_origins = ['null']\n", "2:20: http.allowed_origins: \"null\" is no origin"},
    {"[http]\nallowed_origins = ['https://me@example.org']\n", "2:20: http.allowed_origins: "},
    {"[http]\nallowed_origins = ['https://example.org:0']\n", "2:20: http.allowed_origins: "},
    {"[http]\nallowed_origins = ['https://[192.0.2.1]']\n", "2:20: http.allowed_origins: "},
    {"[http]\nallowed_origins = ['https://a.example', 'https://A.example:443']\n",
     "2:41: http.allowed_origins: https://a.example is there twice"},
    {"[http]\nplain_api = 'yes'\n", "2:13: http.plain_api: must be true or false"},
    {"[api]\nrate = 1000001\n", "2:8: api.rate: must be 0 to 1000000"},
    {"[api]\nadmin_socket = 5\n", "2:16: api.admin_socket: must be a string"},
    {"[api]\nadmin_socket = "
     "'/a-path-that-is-quite-a-bit-longer-than-the-107-bytes-that-"
     "the-address-of-a-unix-socket-can-hold-and-"
     "not-shorter-at-all'\n",
     "2:16: api.admin_socket: a path has at most 107 bytes"},
    {"[metrics]\nallow = ['10.0.0.1/8']\n", "2:10: metrics.allow: \"10.0.0.1/8\" has bits set"},
};
INSTANTIATE_TEST_SUITE_P(Rest, EachBrokenApi, testing::ValuesIn(kRest));

TEST(ConfigApi, KeysHaveAllThatTheFileSays) {
  const LoadedConfig loaded = test::load(
      "[api]\nkeys = [{ name = 'page', key = { env = 'KEY' }, scopes = ['credentials', 'admin'], ttl_cap = '1h', "
      "origins = ['https://Example.org:443'] }]\n",
      {.variables = {{"KEY", "a-key-that-is-long-enough"}}, .files = {}});
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  const ConfiguredKey& key = loaded.config.api.keys.at(0);
  EXPECT_EQ(key.text.value, "a-key-that-is-long-enough");
  EXPECT_EQ(key.grant.name, "page");
  EXPECT_TRUE(key.grant.scopes.contains(control::Scope::admin));
  EXPECT_FALSE(key.grant.scopes.contains(control::Scope::rooms));
  EXPECT_EQ(key.grant.ttl_cap, Seconds{3600});
  EXPECT_THAT(key.grant.origins, testing::ElementsAre("https://example.org"));
}

TEST(ConfigApi, AKeyWithoutScopesMakesCredentials) {
  const LoadedConfig loaded = test::load("[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz' }]\n");
  EXPECT_TRUE(loaded.config.api.keys.at(0).grant.scopes.contains(control::Scope::credentials));
  EXPECT_FALSE(loaded.config.api.keys.at(0).grant.ttl_cap);
}

TEST(ConfigApi, ShowsKeysWithoutTheirText) {
  const std::string shown =
      show_config(test::load("[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnopqrstuvwxyz', ttl_cap = '90m' }]\n"));
  EXPECT_THAT(shown, HasSubstr("api.keys = [{ name = \"a\", key = \"(hidden)\", scopes = [\"credentials\"], "
                               "ttl_cap = \"90m\" }]"));
  EXPECT_THAT(shown, Not(HasSubstr("abcdefgh")));
}

TEST(ConfigApi, WarnsOfShortKeysAndOpenDoors) {
  const std::string report =
      format_report(test::load("[http]\nplain_api = true\n[api]\nkeys = [{ name = 'a', key = 'abcdefghijklmnop' }]\n"
                               "[metrics]\nallow = ['0.0.0.0/0']\n"));
  EXPECT_THAT(report, HasSubstr("test.toml:4:9: warning: api.keys: \"a\": fewer than 24 characters"));
  EXPECT_THAT(report, HasSubstr("test.toml:2:13: warning: http.plain_api"));
  EXPECT_THAT(report, HasSubstr("test.toml:6:10: warning: metrics.allow: 0.0.0.0/0: everybody"));
}

TEST(ConfigApi, PathsStartAtTheFolderOfTheFile) {
  const LoadedConfig loaded = load_config("[auth]\ndatabase = 'a.db'\n[api]\nadmin_socket = '/run/a.sock'\n",
                                          "/etc/turnpike/turnpike.toml", test::FakeEnvironment{}.get());
  EXPECT_EQ(loaded.config.auth.database, "/etc/turnpike/a.db");
  EXPECT_EQ(loaded.config.api.admin_socket, "/run/a.sock");
}

TEST(ConfigApi, AnEmptyPathMeansNone) {
  const LoadedConfig loaded = test::load("[auth]\ndatabase = ''\n[api]\nadmin_socket = ''\n");
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.config.auth.database, "");
  EXPECT_EQ(loaded.config.api.admin_socket, "");
}

TEST(ConfigApi, OriginsBecomeWhatBrowsersSend) {
  EXPECT_EQ(parse_web_origin("*")->text, "*");
  EXPECT_EQ(parse_web_origin("HTTPS://Example.ORG")->text, "https://example.org");
  EXPECT_EQ(parse_web_origin("http://localhost:80")->text, "http://localhost");
  EXPECT_EQ(parse_web_origin("http://localhost:443")->text, "http://localhost:443");
  EXPECT_EQ(parse_web_origin("http://[::1]:5173")->text, "http://[::1]:5173");
  EXPECT_EQ(parse_web_origin("capacitor://localhost")->text, "capacitor://localhost");
}

}  // namespace
}  // namespace turnpike::server
