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

}  // namespace
}  // namespace turnpike::turn
