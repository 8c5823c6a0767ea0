#include "turnpike/turn/credentials.hpp"

#include <gtest/gtest.h>

namespace turnpike::turn {
namespace {

UnixSeconds at(std::int64_t seconds) { return UnixSeconds{Seconds{seconds}}; }

TEST(CredentialsTest, AnEphemeralUsernameIsItsExpiryAndItsUser) {
  const auto parsed = parse_ephemeral_username("1767225600:carol");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->expiry, at(1'767'225'600));
  EXPECT_EQ(parsed->user, "carol");
}

TEST(CredentialsTest, TheUserIsAllBehindTheFirstColon) {
  EXPECT_EQ(parse_ephemeral_username("1:a:b@c:d")->user, "a:b@c:d");
  EXPECT_EQ(parse_ephemeral_username("1:")->user, "");
  EXPECT_EQ(parse_ephemeral_username("1")->user, "");
}

TEST(CredentialsTest, WhatDoesNotStartWithDigitsAndAColonIsNoEphemeralUsername) {
  for (const char* text : {"", "carol", ":carol", "-1:carol", "+1:carol", " 1:carol", "1 :carol", "12x:carol",
                           "1234567890123456789:carol"}) {
    EXPECT_FALSE(parse_ephemeral_username(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_ephemeral_username("123456789012345678:carol").has_value());
}

TEST(CredentialsTest, MintingGivesWhatParsingReads) {
  const auto credential = mint_ephemeral("north", "carol", at(1'767'225'600));
  EXPECT_EQ(credential.username, "1767225600:carol");
  EXPECT_EQ(credential.password, ephemeral_password("north", credential.username));
  EXPECT_EQ(mint_ephemeral("north", "", at(5)).username, "5");
}

TEST(CredentialsTest, ThePasswordIsTheHmacOfTheUsername) {
  // printf 1767225600:carol | openssl dgst -sha1 -hmac north -binary | base64
  EXPECT_EQ(ephemeral_password("north", "1767225600:carol"), "JWLr0MYttH18dnOgMhHDFluOS6o=");
}

TEST(CredentialsTest, AUserIsFoundByNameAndByHash) {
  const CredentialStore store("r", {}, {StaticUser::from_password("alice", "r", "pw")}, Seconds{1});
  ASSERT_NE(store.find_user("alice"), nullptr);
  EXPECT_EQ(store.find_user("bob"), nullptr);
  const auto hash = stun::derive_userhash("alice", "r");
  EXPECT_EQ(store.find_userhash(hash), store.find_user("alice"));
  EXPECT_EQ(store.find_userhash(ByteSpan(hash).first(31)), nullptr);
}

TEST(CredentialsTest, AnonymityIsOfferedOnlyWhenEveryUserIsStatic) {
  const StaticUser alice = StaticUser::from_password("alice", "r", "pw");
  EXPECT_TRUE(CredentialStore("r", {}, {alice}, Seconds{1}).offers_username_anonymity());
  EXPECT_FALSE(CredentialStore("r", {"north"}, {alice}, Seconds{1}).offers_username_anonymity());
  EXPECT_FALSE(CredentialStore("r", {}, {}, Seconds{1}).offers_username_anonymity());
}

}  // namespace
}  // namespace turnpike::turn
