#include "turnpike/coturn/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace turnpike::coturn {
namespace {

using testing::HasSubstr;
using testing::Not;

Import import(std::string_view text) { return import_config(text, "turnserver.conf"); }

std::string toml(std::string_view text) { return import(text).toml; }

/// The verdict on the only line that a test is about: the last one.
Verdict verdict(std::string_view text) {
  const Import made = import(text);
  Verdict last;
  for (const Verdict& one : made.verdicts) last = one.line == 0 ? last : one;
  return last;
}

TEST(CoturnImport, SecretsComeAlongInTheirOrder) {
  const std::string text = toml("static-auth-secret=a-secret-of-the-south\nstatic-auth-secret=a-secret-of-the-north\n");
  EXPECT_THAT(text, HasSubstr("secrets = [\n  \"a-secret-of-the-south\",  # line 1: static-auth-secret\n"
                              "  \"a-secret-of-the-north\",  # line 2: static-auth-secret\n]\n"));
}

TEST(CoturnImport, SecretsAndPasswordsAreQuotedAsTomlWants) {
  EXPECT_THAT(toml(R"(static-auth-secret=back\slash"quote'#hash)"), HasSubstr(R"("back\\slash\"quote'#hash")"));
  EXPECT_THAT(toml(R"(user=al"ice:pass:w\ord)"), HasSubstr(R"({ name = "al\"ice", password = "pass:w\\ord" })"));
}

TEST(CoturnImport, AShortSecretIsNotCarriedOverAndNotShown) {
  const Verdict one = verdict("static-auth-secret=north");
  EXPECT_EQ(one.fate, Fate::unsupported);
  EXPECT_TRUE(one.needs_you);
  EXPECT_THAT(toml("static-auth-secret=north"), Not(HasSubstr("north")));
}

TEST(CoturnImport, AValueIsNeverShownUnderAMisspeltName) {
  const Import made = import("static-auth-secert=a-secret-of-the-north\nstatic_auth_secret:very-secret\n\x1b[2J=x\n");
  EXPECT_EQ(made.verdicts[0].fate, Fate::unknown);
  EXPECT_TRUE(made.verdicts[0].needs_you);
  EXPECT_THAT(format_verdict(made.verdicts[0], "turnserver.conf"),
              HasSubstr("turnserver.conf:1: static-auth-secert: NEEDS YOU: not known"));
  EXPECT_THAT(made.toml, Not(HasSubstr("north")));
  EXPECT_THAT(made.toml, Not(HasSubstr("\x1b")));
}

TEST(CoturnImport, UsersHavePasswordsOrKeysAndTheLastOfANameCounts) {
  const std::string text =
      toml("realm=example.org\nuser=alice:one\nuser=bob:0x0123456789abcdef0123456789ABCDEF\nuser=alice:two\n");
  EXPECT_THAT(text, HasSubstr(R"({ name = "alice", password = "two" },  # line 4: user)"));
  EXPECT_THAT(text, HasSubstr(R"({ name = "bob", key = "0123456789abcdef0123456789ABCDEF" })"));
  EXPECT_THAT(text, Not(HasSubstr("\"one\"")));
}

TEST(CoturnImport, UsersBesideASecretStayOutAsTheyDoForCoturn) {
  const std::string text = toml("static-auth-secret=a-secret-of-the-south\nuser=alice:wonderland\n");
  EXPECT_THAT(text, Not(HasSubstr("wonderland")));
  EXPECT_THAT(verdict("static-auth-secret=a-secret-of-the-south\nuser=alice:wonderland").words, HasSubstr("left out"));
}

TEST(CoturnImport, WhatLetsInAnybodyOrKeepsSomebodyOutNeedsYou) {
  for (const char* text : {"no-auth", "oauth", "userdb=/var/db/turndb", "CA-file=ca.pem", "no-udp-relay",
                           "use-auth-secret", "check-origin-consistency", "st-cred-mech", "rest-api-separator=_"}) {
    EXPECT_TRUE(verdict(text).needs_you) << text;
  }
  for (const char* text : {"no-auth=false", "fingerprint", "mobility", "rest-api-separator=:", "realm=example.org"}) {
    EXPECT_FALSE(verdict(text).needs_you) << text;
  }
}

TEST(CoturnImport, AFileThatLetsEverybodyInIsNoted) {
  EXPECT_EQ(import("realm=a\n").count_needing_you(), 1U);
  EXPECT_EQ(import("realm=a\nstatic-auth-secret=a-secret-of-the-south\n").count_needing_you(), 0U);
}

TEST(CoturnImport, DefaultListenersNeedNoTable) {
  for (const char* text :
       {"", "listening-port=3478\n", "tls-listening-port=5349\n", "cert=/a.pem\nno-tls\nno-dtls\n"}) {
    EXPECT_THAT(toml(text), Not(HasSubstr("[[listen]]\n"))) << text;
  }
}

TEST(CoturnImport, EachAddressIsListenedOnAtEachPort) {
  const std::string text =
      toml("listening-ip=192.0.2.1\nlistening-ip=2001:db8::1\nlistening-port=443\ncert=/a\npkey=/b\n");
  for (const char* url : {"udp://192.0.2.1:443", "tcp://192.0.2.1:443", "udp://192.0.2.1:5349", "tcp://192.0.2.1:5349",
                          "udp://[2001:db8::1]:443", "tcp://[2001:db8::1]:5349"}) {
    EXPECT_THAT(text, HasSubstr(std::string("[[listen]]\nurl = \"") + url + '"'));
  }
  EXPECT_THAT(text, HasSubstr("addresses = [\n  \"192.0.2.1\",  # line 1: listening-ip\n  \"2001:db8::1\""));
}

TEST(CoturnImport, ProtocolsThatAreOffAreNotListenedFor) {
  EXPECT_THAT(toml("no-udp\n"), Not(HasSubstr("udp://")));
  EXPECT_THAT(toml("no-tcp\n"), Not(HasSubstr("tcp://")));
  EXPECT_THAT(toml("no-tcp\ncert=/a\npkey=/b\n"), HasSubstr("tls://0.0.0.0:5349"));
  EXPECT_THAT(toml("no-dtls\ncert=/a\npkey=/b\n"), Not(HasSubstr("udp://0.0.0.0:5349")));
}

TEST(CoturnImport, AllListenersSwitchedOffNeedsYouAndLeavesTheirPortAlone) {
  const Import made =
      import("no-udp\nno-tcp\nstatic-auth-secret=a-secret-of-the-south\nmin-port=1024\nmax-port=4000\n");
  EXPECT_EQ(made.count_needing_you(), 2U);
  EXPECT_THAT(made.toml, HasSubstr("ports = \"1024-3477\""));
}

TEST(CoturnImport, AListenerForMetricsAloneIsNotEnough) {
  const Import made =
      import("prometheus\nprometheus-address=127.0.0.1\nno-udp\nno-tcp\nstatic-auth-secret=a-secret-of-the-south\n");
  ASSERT_EQ(made.count_needing_you(), 1U);
  EXPECT_THAT(made.toml, HasSubstr("NEEDS YOU: all listeners for clients are switched off"));
}

TEST(CoturnImport, OnePortForBothIsThereOnce) {
  const std::string text = toml(
      "listening-port=443\ntls-listening-port=443\nlistening-ip=192.0.2.1\nlistening-ip=0.0.0.0\n"
      "aux-server=192.0.2.1:443\ncert=/a\npkey=/b\n");
  EXPECT_THAT(text, Not(HasSubstr("192.0.2.1:443")));
  const std::size_t first = text.find("udp://0.0.0.0:443");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("udp://0.0.0.0:443", first + 1), std::string::npos);
}

TEST(CoturnImport, RelayPortsMakeRoomForTheListeners) {
  EXPECT_THAT(toml("min-port=1024\nmax-port=65535\n"), HasSubstr("ports = \"3479-65535\""));
  EXPECT_TRUE(verdict("min-port=1024\nmax-port=65535\n").needs_you ||
              import("min-port=1024\n").count_needing_you() > 1);
  EXPECT_THAT(toml("min-port=50000\nmax-port=50100\n"), HasSubstr("ports = \"50000-50100\""));
  EXPECT_THAT(toml("min-port=50100\nmax-port=50000\n"), Not(HasSubstr("\nports = ")));
}

TEST(CoturnImport, ExternalAddressesFitTheRelayAddresses) {
  EXPECT_THAT(toml("external-ip=203.0.113.7\nexternal-ip=203.0.113.8\n"),
              HasSubstr("external = [\n  \"203.0.113.7\",  # line 1"));
  EXPECT_THAT(toml("external-ip=203.0.113.7/10.0.0.7\nrelay-ip=10.0.0.7\n"), HasSubstr("\"203.0.113.7/10.0.0.7\""));
  EXPECT_THAT(toml("external-ip=203.0.113.7/10.0.0.7\nrelay-ip=10.0.0.8\n"), Not(HasSubstr("external = ")));
  EXPECT_TRUE(verdict("external-ip=203.0.113.7/10.0.0.x").needs_you);
}

TEST(CoturnImport, AllowedPeersBeatDeniedOnes) {
  const std::string text =
      toml("denied-peer-ip=83.166.64.0-83.166.64.255\nallowed-peer-ip=83.166.64.0-83.166.64.127\n");
  EXPECT_THAT(text, HasSubstr("allow = [\n  \"83.166.64.0/25\",\n]\ndeny = [\n  \"83.166.64.0/24\",\n]\n"));
}

TEST(CoturnImport, ADeniedBlockIsCutWhereAnAllowedOneIsAsLarge) {
  const std::string text =
      toml("denied-peer-ip=83.166.64.0-83.166.64.255\nallowed-peer-ip=83.166.64.0-83.166.67.255\n");
  EXPECT_THAT(text, HasSubstr("\"83.166.64.0/22\""));
  EXPECT_THAT(text, Not(HasSubstr("deny = ")));
}

TEST(CoturnImport, LoopbackPeersAreAllowedWhereTheyAreNotDenied) {
  EXPECT_THAT(toml("allow-loopback-peers\n"), HasSubstr("allow = [\n  \"127.0.0.0/8\",\n  \"::1/128\",\n]\n"));
  EXPECT_THAT(toml("allow-loopback-peers\ndenied-peer-ip=127.0.0.0-127.127.255.255\n"),
              HasSubstr("\"127.128.0.0/9\",\n  \"::1/128\""));
  EXPECT_THAT(toml("allow-loopback-peers=no\n"), Not(HasSubstr("allow = ")));
}

TEST(CoturnImport, RatesAreBytesASecond) {
  EXPECT_THAT(toml("max-bps=125000\n"), HasSubstr("allocation_rate = \"125000B/s\""));
  EXPECT_THAT(toml("max-bps=0\n"), Not(HasSubstr("allocation_rate")));
  EXPECT_THAT(toml("user-quota=0\ntotal-quota=12\n"), HasSubstr("per_user = 0  # line 1: user-quota\ntotal = 12"));
}

TEST(CoturnImport, NumbersThatAreNoneLeaveTheDefault) {
  EXPECT_TRUE(verdict("user-quota=many").needs_you);
  EXPECT_THAT(toml("user-quota=many"), Not(HasSubstr("per_user")));
  EXPECT_TRUE(verdict("max-bps=5").needs_you);
}

TEST(CoturnImport, StunOnlyLeavesNobodyToAllocate) {
  const std::string text = toml("stun-only\nstatic-auth-secret=a-secret-of-the-south\nuser=alice:wonderland\n");
  EXPECT_THAT(text, HasSubstr("database = \"\""));
  EXPECT_THAT(text, Not(HasSubstr("south")));
}

TEST(CoturnImport, AlternatesArePairedByAddress) {
  const std::string text = toml(
      "alternate-server=198.51.100.2\ntls-alternate-server=198.51.100.2\n"
      "alternate-server=[2001:db8::2]:3479\nalternate-server=198.51.100.2:3478\n");
  EXPECT_THAT(text, HasSubstr(R"({ address = "198.51.100.2:3478", tls = "198.51.100.2:5349" },)"));
  EXPECT_THAT(text, HasSubstr(R"({ address = "[2001:db8::2]:3479" },)"));
  EXPECT_THAT(text, HasSubstr("redirect = \"always\""));
  EXPECT_TRUE(verdict("tls-alternate-server=198.51.100.2:5349").needs_you);
  EXPECT_TRUE(verdict("listening-ip=192.0.2.1\nalternate-server=192.0.2.1:3478").needs_you);
}

TEST(CoturnImport, ProxiesMustBeNamed) {
  EXPECT_TRUE(verdict("tcp-proxy-port=5555").needs_you);
  EXPECT_THAT(toml("tcp-proxy-port=5555"), HasSubstr("# url = \"tcp://0.0.0.0:5555\""));
}

TEST(CoturnImport, AFlagThatIsNeitherYesNorNoNeedsYou) { EXPECT_TRUE(verdict("fingerprint=maybe").needs_you); }

TEST(CoturnImport, WhatIsLeftOutStandsInTheFileToo) {
  EXPECT_THAT(toml("mobility\n"), HasSubstr("# turnserver.conf:1: mobility: not supported: "));
}

}  // namespace
}  // namespace turnpike::coturn
