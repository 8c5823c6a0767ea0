#include "turnpike/turn/quota_ledger.hpp"

#include <gtest/gtest.h>

#include "support/core_settings.hpp"

namespace turnpike::turn {
namespace {

using test::address;

QuotaLimits limits(std::uint32_t per_user, std::uint32_t per_client, std::uint32_t total) {
  return {.per_user = per_user, .per_client_address = per_client, .total = total, .user_rate = {}};
}

TEST(QuotaLedgerTest, AUserIsRefusedAtTheBoundAndAdmittedAgainAfterARelease) {
  LocalQuotaLedger ledger(limits(2, 0, 0));
  const auto first = ledger.admit("alice", address("9.0.0.1"));
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(ledger.admit("alice", address("9.0.0.2")).has_value());
  EXPECT_EQ(ledger.admit("alice", address("9.0.0.3")).error(), QuotaRefusal::user);
  EXPECT_TRUE(ledger.admit("bob", address("9.0.0.3")).has_value());
  ledger.release(**first, address("9.0.0.1"));
  EXPECT_TRUE(ledger.admit("alice", address("9.0.0.3")).has_value());
}

TEST(QuotaLedgerTest, AClientAddressIsRefusedAtTheBoundWhoeverTheUserIs) {
  LocalQuotaLedger ledger(limits(0, 1, 0));
  ASSERT_TRUE(ledger.admit("alice", address("9.0.0.1")).has_value());
  EXPECT_EQ(ledger.admit("bob", address("9.0.0.1")).error(), QuotaRefusal::client_address);
  EXPECT_TRUE(ledger.admit("bob", address("9.0.0.2")).has_value());
}

TEST(QuotaLedgerTest, IPv6ClientsCountByTheirSubnet) {
  LocalQuotaLedger ledger(limits(0, 1, 0));
  ASSERT_TRUE(ledger.admit("alice", address("2a00:1:2:3::1")).has_value());
  EXPECT_EQ(ledger.admit("bob", address("2a00:1:2:3:ffff::9")).error(), QuotaRefusal::client_address);
  EXPECT_TRUE(ledger.admit("bob", address("2a00:1:2:4::1")).has_value());
}

TEST(QuotaLedgerTest, TheTotalIsBounded) {
  LocalQuotaLedger ledger(limits(0, 0, 1));
  ASSERT_TRUE(ledger.admit("alice", address("9.0.0.1")).has_value());
  EXPECT_EQ(ledger.admit("bob", address("9.0.0.2")).error(), QuotaRefusal::total);
}

TEST(QuotaLedgerTest, NothingIsKeptOfThoseWhoHaveNothing) {
  LocalQuotaLedger ledger(limits(1, 1, 1));
  const auto account = ledger.admit("alice", address("9.0.0.1"));
  EXPECT_FALSE(ledger.admit("bob", address("9.0.0.2")).has_value());
  ledger.release(**account, address("9.0.0.1"));
  EXPECT_EQ(ledger.total(), 0U);
  EXPECT_EQ(ledger.users(), 0U);
  EXPECT_EQ(ledger.client_addresses(), 0U);
}

TEST(QuotaLedgerTest, OneUsersAllocationsShareOneAccount) {
  LocalQuotaLedger ledger(limits(0, 0, 0));
  const auto first = ledger.admit("alice", address("9.0.0.1"));
  const auto second = ledger.admit("alice", address("9.0.0.2"));
  EXPECT_EQ(*first, *second);
  EXPECT_EQ((*first)->allocations, 2U);
}

TEST(QuotaLedgerTest, NewLimitsHoldForNewAdmissionsOnly) {
  LocalQuotaLedger ledger(limits(2, 0, 0));
  const auto first = ledger.admit("alice", address("9.0.0.1"));
  ASSERT_TRUE(ledger.admit("alice", address("9.0.0.1")).has_value());
  ledger.set_limits(limits(1, 0, 0));
  EXPECT_EQ(ledger.total(), 2U);
  EXPECT_EQ(ledger.admit("alice", address("9.0.0.1")).error(), QuotaRefusal::user);
  ledger.release(**first, address("9.0.0.1"));
  EXPECT_EQ(ledger.admit("alice", address("9.0.0.1")).error(), QuotaRefusal::user);
  ledger.set_limits(limits(2, 0, 0));
  EXPECT_TRUE(ledger.admit("alice", address("9.0.0.1")).has_value());
}

}  // namespace
}  // namespace turnpike::turn
