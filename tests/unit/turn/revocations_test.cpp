#include "turn/revocations.hpp"

#include <gtest/gtest.h>

namespace turnpike::turn {
namespace {

constexpr UnixSeconds kStart{Seconds{1'800'000'000}};
constexpr UnixSeconds kExpiry = kStart + Seconds{600};

class RevocationsTest : public ::testing::Test {
 protected:
  static KeyedHash hash() { return KeyedHash({1, 2}); }
  Revocations revocations_{3, hash()};
};

TEST_F(RevocationsTest, OnlyTheWholeUsernameIsRefused) {
  ASSERT_TRUE(revocations_.add("1800000600:carol", kExpiry, kStart));
  EXPECT_TRUE(revocations_.contains("1800000600:carol", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:caro", kStart));
  EXPECT_FALSE(revocations_.contains("1800000601:carol", kStart));
  EXPECT_FALSE(revocations_.contains("", kStart));
}

TEST_F(RevocationsTest, ItIsForgottenWithTheCredential) {
  ASSERT_TRUE(revocations_.add("a", kExpiry, kStart));
  EXPECT_TRUE(revocations_.contains("a", kExpiry - Seconds{1}));
  EXPECT_EQ(revocations_.count(kExpiry - Seconds{1}), 1U);
  EXPECT_FALSE(revocations_.contains("a", kExpiry));
  EXPECT_EQ(revocations_.count(kExpiry), 0U);
}

TEST_F(RevocationsTest, AnExpiredOneIsHeldLongEnoughToEndWhatLivesByIt) {
  ASSERT_TRUE(revocations_.add("a", kStart - Seconds{1000}, kStart));
  EXPECT_TRUE(revocations_.contains("a", kStart));
  EXPECT_FALSE(revocations_.contains("a", kStart + Revocations::kShortest));
}

TEST_F(RevocationsTest, TheLaterExpiryCounts) {
  ASSERT_TRUE(revocations_.add("a", kExpiry, kStart));
  ASSERT_TRUE(revocations_.add("a", kExpiry + Seconds{10}, kStart));
  ASSERT_TRUE(revocations_.add("a", kExpiry - Seconds{10}, kStart));
  EXPECT_TRUE(revocations_.contains("a", kExpiry + Seconds{9}));
  EXPECT_EQ(revocations_.count(kStart), 1U);
}

TEST_F(RevocationsTest, ThereIsABound) {
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(revocations_.add(name, kExpiry, kStart));
  EXPECT_FALSE(revocations_.add("d", kExpiry, kStart));
  EXPECT_FALSE(revocations_.contains("d", kStart));
  EXPECT_TRUE(revocations_.add("a", kExpiry, kStart));
}

TEST_F(RevocationsTest, WhatHasRunOutMakesRoom) {
  ASSERT_TRUE(revocations_.add("a", kExpiry, kStart));
  ASSERT_TRUE(revocations_.add("b", kExpiry + Seconds{5}, kStart));
  ASSERT_TRUE(revocations_.add("c", kExpiry + Seconds{9}, kStart));
  const UnixSeconds later = kExpiry + Seconds{5};
  EXPECT_TRUE(revocations_.add("d", later + Seconds{600}, later));
  EXPECT_TRUE(revocations_.add("e", later + Seconds{600}, later));
  EXPECT_FALSE(revocations_.add("f", later + Seconds{600}, later));
  EXPECT_TRUE(revocations_.contains("c", later));
  EXPECT_FALSE(revocations_.contains("b", later));
}

TEST_F(RevocationsTest, AUserIsRefusedWithEveryCredentialThatExpiresByThen) {
  ASSERT_TRUE(revocations_.add("*:carol", kExpiry, kStart));
  EXPECT_TRUE(revocations_.contains("1800000600:carol", kStart));
  EXPECT_TRUE(revocations_.contains("1800000100:carol", kStart));
  EXPECT_TRUE(revocations_.contains("1700000000:carol", kStart)) << "an allocation may have outlived it";
  EXPECT_FALSE(revocations_.contains("1800000601:carol", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:caro", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:carola", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600", kStart));
}

TEST_F(RevocationsTest, AUserIsAlsoWhatStandsBeforeASlash) {
  ASSERT_TRUE(revocations_.add("*:room:a", kExpiry, kStart));
  EXPECT_TRUE(revocations_.contains("1800000600:room:a/carol", kStart));
  EXPECT_TRUE(revocations_.contains("1800000600:room:a/", kStart));
  EXPECT_FALSE(revocations_.contains("1800000601:room:a/carol", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:room:ab/carol", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:room:b/room:a", kStart));
}

TEST_F(RevocationsTest, OneMemberIsRefusedWithoutTheOthers) {
  ASSERT_TRUE(revocations_.add("*:room:a/carol", kExpiry, kStart));
  EXPECT_TRUE(revocations_.contains("1800000600:room:a/carol", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:room:a/dora", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:room:a", kStart));
}

TEST_F(RevocationsTest, OfSeveralSlashesTheFirstAndTheLastCount) {
  ASSERT_TRUE(revocations_.add("*:a", kExpiry, kStart));
  ASSERT_TRUE(revocations_.add("*:b/c/d", kExpiry, kStart));
  EXPECT_TRUE(revocations_.contains("1800000600:a/b/c", kStart));
  EXPECT_TRUE(revocations_.contains("1800000600:b/c/d/e", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:b/c", kStart));
}

TEST_F(RevocationsTest, AUserPartOfOddShapeIsNobodyElse) {
  ASSERT_TRUE(revocations_.add("*:carol", kExpiry, kStart));
  for (const char* username : {"", "/", "*", "*:", ":carol", "1800000600:/carol", "1800000600:/", "1800000600://",
                               "1800000600:*:carol", "1800000600::carol"}) {
    EXPECT_FALSE(revocations_.contains(username, kStart)) << username;
  }
}

TEST_F(RevocationsTest, OnlyEphemeralUsernamesHaveAUser) {
  ASSERT_TRUE(revocations_.add("*:carol", kExpiry, kStart));
  EXPECT_FALSE(revocations_.contains("carol", kStart));
  EXPECT_FALSE(revocations_.contains("carol/phone", kStart));
  EXPECT_FALSE(revocations_.contains("*:carol", kStart));
}

TEST_F(RevocationsTest, AllCredentialsOfNobodyCannotBeRefused) {
  EXPECT_FALSE(revocations_.add("*:", kExpiry, kStart));
  EXPECT_FALSE(revocations_.contains("1800000600", kStart));
  EXPECT_FALSE(revocations_.contains("1800000600:/carol", kStart));
  EXPECT_EQ(revocations_.count(kStart), 0U);
}

TEST_F(RevocationsTest, AUserIsForgottenWhenNothingSoOldAuthenticatesAnyMore) {
  ASSERT_TRUE(revocations_.add("*:carol", kExpiry, kStart));
  EXPECT_TRUE(revocations_.contains("1800000600:carol", kExpiry - Seconds{1}));
  EXPECT_EQ(revocations_.count(kExpiry - Seconds{1}), 1U);
  EXPECT_FALSE(revocations_.contains("1800000600:carol", kExpiry));
  EXPECT_EQ(revocations_.count(kExpiry), 0U);
}

TEST_F(RevocationsTest, RefusedAgainAUserLosesWhatWasMadeMeanwhile) {
  ASSERT_TRUE(revocations_.add("*:carol", kExpiry, kStart));
  ASSERT_TRUE(revocations_.add("*:carol", kExpiry + Seconds{10}, kStart));
  EXPECT_TRUE(revocations_.contains("1800000610:carol", kStart));
  EXPECT_EQ(revocations_.count(kStart), 1U);
}

TEST_F(RevocationsTest, NamesAndUsersHaveOneBound) {
  ASSERT_TRUE(revocations_.add("1800000600:a", kExpiry, kStart));
  ASSERT_TRUE(revocations_.add("*:b", kExpiry, kStart));
  ASSERT_TRUE(revocations_.add("*:c", kExpiry, kStart));
  EXPECT_FALSE(revocations_.add("*:d", kExpiry, kStart));
  EXPECT_FALSE(revocations_.add("1800000600:e", kExpiry, kStart));
  EXPECT_TRUE(revocations_.add("*:d", kExpiry + Seconds{600}, kExpiry));
}

}  // namespace
}  // namespace turnpike::turn
