#include <gtest/gtest.h>

#include <ostream>

#include "config_fixture.hpp"

namespace turnpike::server {
namespace {

struct BrokenAuth {
  const char* text;
  const char* place_and_message;  ///< the beginning of "LINE:COLUMN: MESSAGE"
};

void PrintTo(const BrokenAuth& broken, std::ostream* out) { *out << broken.text; }

class EachBrokenAuth : public testing::TestWithParam<BrokenAuth> {};

TEST_P(EachBrokenAuth, IsReportedAtItsPlaceAndAlone) {
  const test::FakeEnvironment environment{.variables = {{"EMPTY", ""}, {"CREDENTIALS_DIRECTORY", "/run/credentials"}},
                                          .files = {{"/two-lines", "first-line-of-it\nsecond"}}};
  const LoadedConfig loaded = test::load(GetParam().text, environment);
  ASSERT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
  const std::string line = format_problem("test.toml", loaded.report.mistakes.front());
  const std::string expected = std::string("test.toml:") + GetParam().place_and_message;
  EXPECT_EQ(line.substr(0, expected.size()), expected) << line;
}

constexpr BrokenAuth kSecrets[] = {
    {"[auth]\nsecrets = ['']\n", "2:12: auth.secrets: the secret is empty"},
    {"[auth]\nsecrets = ['1234567']\n", "2:12: auth.secrets: a secret needs 8 characters"},
    {"[auth]\nsecrets = ['twice-the-same-one', 'twice-the-same-one']\n",
     "2:34: auth.secrets: this secret is there twice"},
    {"[auth]\nsecrets = [5]\n", "2:12: auth.secrets: must be a string, { file"},
    {"[auth]\nsecrets = [{ fil = 'x' }]\n", "2:12: auth.secrets: must be a string, { file"},
    {"[auth]\nsecrets = [{ file = 'x', env = 'y' }]\n", "2:12: auth.secrets: must be a string, { file"},
    {"[auth]\nsecrets = [{ file = 5 }]\n", "2:12: auth.secrets: must be a string, { file"},
    {"[auth]\nsecrets = [{ file = '/nowhere' }]\n", "2:21: auth.secrets: cannot read /nowhere: No such file"},
    {"[auth]\nsecrets = [{ file = '' }]\n", "2:21: auth.secrets: the path is empty"},
    {"[auth]\nsecrets = [{ file = '/two-lines' }]\n", "2:21: auth.secrets: the file must hold nothing but one line"},
    {"[auth]\nsecrets = [{ env = 'UNSET' }]\n", "2:20: auth.secrets: the environment has no variable \"UNSET\""},
    {"[auth]\nsecrets = [{ env = 'EMPTY' }]\n", "2:12: auth.secrets: the secret is empty"},
    {"[auth]\nsecrets = [{ credential = '../shadow' }]\n",
     "2:27: auth.secrets: \"../shadow\" is no name of a credential"},
    {"[auth]\nsecrets = [{ credential = 'none' }]\n", "2:27: auth.secrets: cannot read /run/credentials/none: "},
};
INSTANTIATE_TEST_SUITE_P(Secrets, EachBrokenAuth, testing::ValuesIn(kSecrets));

constexpr BrokenAuth kUsers[] = {
    {"[auth]\nusers = [{ password = 'b' }]\n", "2:10: auth.users: a user needs a `name`"},
    {"[auth]\nusers = [{ name = '', password = 'b' }]\n", "2:10: auth.users: a name has 1 to 508 bytes"},
    {"[auth]\nusers = [{ name = \"a\\nb\", password = 'b' }]\n",
     "2:10: auth.users: control characters are not allowed"},
    {"[auth]\nusers = [{ name = 'a' }]\n", "2:10: auth.users: a user needs either a `password` or a `key`"},
    {"[auth]\nusers = [{ name = 'a', password = '' }]\n", "2:10: auth.users: \"a\": the password is empty"},
    {"[auth]\nusers = [{ name = 'a', key = 'abc' }]\n", "2:30: auth.users: a key is 32 hexadecimal digits"},
    {"[auth]\nusers = [{ name = 'a', key = 'zz112233445566778899aabbccddeeff' }]\n",
     "2:30: auth.users: a key is 32 hexadecimal"},
    {"[auth]\nusers = [{ name = 'a', password = 'b', key = '00112233445566778899aabbccddeeff' }]\n",
     "2:10: auth.users: a user needs either"},
    {"[auth]\nusers = [{ name = 'a', password = 'b' }, { name = 'a', password = 'c' }]\n",
     "2:42: auth.users: \"a\" is there twice"},
    {"[auth]\nsecrets = ['a-rather-long-secret']\nusers = [{ name = '1999999999:alice', password = 'b' }]\n",
     "3:10: auth.users: \"1999999999:alice\" looks like an ephemeral username"},
};
INSTANTIATE_TEST_SUITE_P(Users, EachBrokenAuth, testing::ValuesIn(kUsers));

constexpr BrokenAuth kCombinations[] = {
    {"[server]\nrealm = ''\n", "2:9: server.realm: must have 1 to 127 characters"},
    {"[server]\nrealm = 'say \"hello\"'\n", "2:9: server.realm: quotes"},
    {"[relay]\ndefault_lifetime = '2h'\n", "2:20: relay: default_lifetime (2h) is longer than max_lifetime (1h)"},
    {"[relay]\nmax_lifetime = '5m'\n", "2:16: relay: default_lifetime (10m) is longer than max_lifetime (5m)"},
    {"[auth]\ndefault_ttl = '2h'\nmax_ttl = '1h'\n", "2:15: auth: default_ttl (2h) is longer than max_ttl (1h)"},
};
INSTANTIATE_TEST_SUITE_P(Combinations, EachBrokenAuth, testing::ValuesIn(kCombinations));

}  // namespace
}  // namespace turnpike::server
