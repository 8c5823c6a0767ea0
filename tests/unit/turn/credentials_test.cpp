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

TEST(CredentialsTest, AVoucherIsTheSameInEveryStoreThatHoldsItsSecret) {
  const CredentialStore before("turnpike", {"north", "south"}, {}, Seconds{60});
  const CredentialStore after("elsewhere", {"west", "north"}, {}, Seconds{900});
  EXPECT_EQ(before.voucher_of_secret(0), after.voucher_of_secret(1));
  EXPECT_TRUE(after.vouches(before.voucher_of_secret(0)));
  EXPECT_FALSE(after.vouches(before.voucher_of_secret(1)));
}

TEST(CredentialsTest, AUsersVoucherChangesWithThePassword) {
  const auto store_of = [](std::string_view name, std::string_view password) {
    return CredentialStore("turnpike", {}, {StaticUser::from_password(name, "turnpike", password)}, Seconds{60});
  };
  const CredentialStore before = store_of("alice", "wonderland");
  const Voucher voucher = before.voucher_of_user(*before.find_user("alice"));
  EXPECT_TRUE(store_of("alice", "wonderland").vouches(voucher));
  EXPECT_FALSE(store_of("alice", "looking glass").vouches(voucher));
  EXPECT_FALSE(store_of("bob", "wonderland").vouches(voucher));
}

TEST(CredentialsTest, AUserIsTheSameWhenOnlyTheOldKeyIsKnown) {
  StaticUser user = StaticUser::from_password("alice", "turnpike", "wonderland");
  const CredentialStore full("turnpike", {}, {user}, Seconds{60});
  user.sha256 = {};
  const CredentialStore old("turnpike", {}, {user}, Seconds{60});
  EXPECT_TRUE(old.vouches(full.voucher_of_user(*full.find_user("alice"))));
}

TEST(CredentialsTest, NothingVouchesForNothing) {
  EXPECT_FALSE(CredentialStore{}.vouches(0));
  EXPECT_FALSE(CredentialStore("turnpike", {"north"}, {}, Seconds{60}).vouches(0));
}

}  // namespace
}  // namespace turnpike::turn
