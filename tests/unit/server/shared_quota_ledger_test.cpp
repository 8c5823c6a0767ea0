#include "server/shared_quota_ledger.hpp"

#include <gtest/gtest.h>

#include "support/core_settings.hpp"

namespace turnpike::server {
namespace {

using test::address;

TEST(SharedQuotaLedgerTest, NewLimitsLeaveAloneWhatIsAdmitted) {
  turn::QuotaLimits limits;
  limits.total = 2;
  SharedQuotaLedger ledger(limits);
  ASSERT_TRUE(ledger.admit("alice", address("9.0.0.1")).has_value());
  ASSERT_TRUE(ledger.admit("bob", address("9.0.0.2")).has_value());
  limits.total = 1;
  ledger.set_limits(limits);
  EXPECT_EQ(ledger.total(), 2U);
  EXPECT_EQ(ledger.admit("carol", address("9.0.0.3")).error(), turn::QuotaRefusal::total);
  limits.total = 3;
  ledger.set_limits(limits);
  EXPECT_TRUE(ledger.admit("carol", address("9.0.0.3")).has_value());
}

}  // namespace
}  // namespace turnpike::server
