#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "config_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const test::FakeEnvironment kFiles{.variables = {{"CREDENTIALS_DIRECTORY", "/run/credentials/turnpike"}},
                                   .files = {{"/etc/turnpike/chain.pem", test::kFakeCertificate},
                                             {"/etc/turnpike/key.pem", test::kFakeKey},
                                             {"/etc/turnpike/ec.pem", "-----BEGIN EC PRIVATE KEY-----\n"},
                                             {"/srv/chain.pem", test::kFakeCertificate},
                                             {"/run/credentials/turnpike/key", test::kFakeKey}}};

LoadedConfig load_tls(const std::string& text) {
  return load_config("[tls]\n" + text, "/etc/turnpike/turnpike.toml", kFiles.get());
}

struct BrokenTls {
  const char* text;
  const char* place_and_message;  ///< the beginning of "LINE:COLUMN: MESSAGE"
};

void PrintTo(const BrokenTls& broken, std::ostream* out) { *out << broken.text; }

class EachBrokenTls : public testing::TestWithParam<BrokenTls> {};

TEST_P(EachBrokenTls, IsReportedAtItsPlaceAndAlone) {
  const LoadedConfig loaded = load_tls(GetParam().text);
  ASSERT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
  const std::string line = format_problem("", loaded.report.mistakes.front());
  const std::string expected = std::string(":") + GetParam().place_and_message;
  EXPECT_EQ(line.substr(0, expected.size()), expected) << line;
}

constexpr BrokenTls kCertificates[] = {
    {"certificates = 'chain.pem'\n", "2:16: tls.certificates: must be an array, not a string"},
    {"certificates = ['chain.pem']\n", "2:17: tls.certificates: must be a table, not a string"},
    {"certificates = [{ chain = 'chain.pem' }]\n", "2:17: tls.certificates: a certificate needs a `key`"},
    {"certificates = [{ key = 'key.pem' }]\n", "2:17: tls.certificates: a certificate needs a `chain`"},
    {"certificates = [{ chain = 'chain.pem', key = 'key.pem', name = 'x' }]\n",
     "2:57: tls.certificates: unknown key \"name\"; a certificate has `chain` and `key`"},
    {"certificates = [{ chain = 5, key = 'key.pem' }]\n", "2:27: tls.certificates: must be a path or { credential"},
    {"certificates = [{ chain = { file = 'chain.pem' }, key = 'key.pem' }]\n",
     "2:27: tls.certificates: must be a path or { credential"},
    {"certificates = [{ chain = '', key = 'key.pem' }]\n", "2:27: tls.certificates: the path is empty"},
    {"certificates = [{ chain = 'gone.pem', key = 'key.pem' }]\n",
     "2:27: tls.certificates: cannot read /etc/turnpike/gone.pem: No such file"},
    {"certificates = [{ chain = 'chain.pem', key = { credential = 'gone' } }]\n",
     "2:46: tls.certificates: cannot read /run/credentials/turnpike/gone: No such file"},
    {"certificates = [{ chain = 'chain.pem', key = { credential = '../key' } }]\n",
     "2:61: tls.certificates: \"../key\" is no name of a credential"},
    {"certificates = [{ chain = 'key.pem', key = 'key.pem' }]\n",
     "2:27: tls.certificates: /etc/turnpike/key.pem holds no certificate in PEM"},
    {"certificates = [{ chain = 'chain.pem', key = 'chain.pem' }]\n",
     "2:46: tls.certificates: /etc/turnpike/chain.pem holds no private key in PEM"},
};
INSTANTIATE_TEST_SUITE_P(Certificates, EachBrokenTls, testing::ValuesIn(kCertificates));

constexpr BrokenTls kOthers[] = {
    {"min_version = '1.1'\n", "2:15: tls.min_version: \"1.1\" is none of \"1.2\", \"1.3\""},
    {"min_version = 1.2\n", "2:15: tls.min_version: must be a string, not a number with a fraction"},
    {"alpn = []\n", "2:8: tls.alpn: name one protocol at least"},
    {"alpn = ['h2']\n", "2:8: tls.alpn: \"h2\" is none of \"stun.turn\", \"stun.nat-discovery\", \"http/1.1\""},
    {"alpn = ['stun.turn', 'http/1.1', 'stun.turn']\n", "2:8: tls.alpn: \"stun.turn\" is there twice"},
    {"expiry_warning = '366d'\n", "2:18: tls.expiry_warning: must be 0s to 365d"},
};
INSTANTIATE_TEST_SUITE_P(Others, EachBrokenTls, testing::ValuesIn(kOthers));

TEST(ConfigTls, FilesAreRelativeToTheConfigurationOrCredentialsOfSystemd) {
  const LoadedConfig loaded = load_tls(
      "certificates = [{ chain = 'chain.pem', key = 'ec.pem' }, { chain = '/srv/chain.pem', "
      "key = { credential = 'key' } }]\n");
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_THAT(loaded.config.tls.certificates,
              ElementsAre(CertificateFiles{"/etc/turnpike/chain.pem", "/etc/turnpike/ec.pem"},
                          CertificateFiles{"/srv/chain.pem", "/run/credentials/turnpike/key"}));
}

TEST(ConfigTls, EveryFileThatIsMissingIsReported) {
  EXPECT_EQ(
      load_tls("certificates = [{ chain = 'a', key = 'b' }, { chain = 'c', key = 'd' }]\n").report.mistakes.size(), 4U);
}

TEST(ConfigTls, ReadsTheRest) {
  const LoadedConfig loaded =
      load_tls("min_version = '1.3'\nalpn = ['http/1.1', 'stun.turn']\nexpiry_warning = '30d'\n");
  ASSERT_TRUE(loaded.ok()) << format_report(loaded);
  EXPECT_EQ(loaded.config.tls.min_version, TlsVersion::tls13);
  EXPECT_THAT(loaded.config.tls.alpn, ElementsAre("http/1.1", "stun.turn"));
  EXPECT_EQ(loaded.config.tls.expiry_warning, Seconds{30LL * 86400});
}

TEST(ConfigTls, AListenerIsNotBlamedForCertificatesThatCannotBeRead) {
  const LoadedConfig loaded =
      load_tls("certificates = [{ chain = 'gone.pem', key = 'key.pem' }]\n[[listen]]\nurl = 'tls://[::]:443'\n");
  EXPECT_EQ(loaded.report.mistakes.size(), 1U) << format_report(loaded);
}

TEST(ConfigTls, PathsAreShown) {
  EXPECT_THAT(show_config(load_tls("certificates = [{ chain = 'chain.pem', key = 'key.pem' }]\n")),
              HasSubstr("{ chain = \"/etc/turnpike/chain.pem\", key = \"/etc/turnpike/key.pem\" }"));
}

}  // namespace
}  // namespace turnpike::server
