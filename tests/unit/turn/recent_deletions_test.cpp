#include "turn/recent_deletions.hpp"

#include <gtest/gtest.h>

#include "support/core_settings.hpp"

namespace turnpike::turn {
namespace {

constexpr Instant kStart{std::chrono::hours{1}};

FiveTuple tuple(std::uint16_t port) {
  return {{test::address("9.0.0.1"), port}, test::endpoint("203.0.113.1:3478"), Transport::udp};
}
stun::TransactionId id(std::uint8_t number) { return {number}; }

TEST(RecentDeletionsTest, ADeletionIsRememberedForFortySeconds) {
  RecentDeletions deletions;
  deletions.add(tuple(1), id(1), kStart);
  EXPECT_TRUE(deletions.contains(tuple(1), id(1), kStart + Seconds{39}));
  EXPECT_FALSE(deletions.contains(tuple(1), id(1), kStart + Seconds{40}));
}

TEST(RecentDeletionsTest, FiveTupleAndTransactionMustBothMatch) {
  RecentDeletions deletions;
  deletions.add(tuple(1), id(1), kStart);
  EXPECT_FALSE(deletions.contains(tuple(2), id(1), kStart));
  EXPECT_FALSE(deletions.contains(tuple(1), id(2), kStart));
}

TEST(RecentDeletionsTest, TheOldestIsForgottenWhenThereAreTooMany) {
  RecentDeletions deletions;
  for (std::uint16_t port = 0; port < 1000; ++port) deletions.add(tuple(port), id(1), kStart);
  EXPECT_FALSE(deletions.contains(tuple(0), id(1), kStart));
  EXPECT_TRUE(deletions.contains(tuple(999), id(1), kStart));
}

TEST(RecentDeletionsTest, AnEmptyOneContainsNothing) {
  const RecentDeletions deletions;
  EXPECT_FALSE(deletions.contains(FiveTuple{}, {}, kStart));
}

}  // namespace
}  // namespace turnpike::turn
