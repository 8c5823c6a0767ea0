#include "server/worker_statistics.hpp"

#include <gtest/gtest.h>

#include "turnpike/stun/message_type.hpp"
#include "turnpike/turn/command.hpp"

namespace turnpike::server {
namespace {

TEST(WorkerStatisticsTest, TheTotalsOfWorkersAddUp) {
  WorkerStatistics one;
  one.totals.by_client[0][1].live = 2;
  one.totals.by_client[0][1].traffic.bytes_to_client = 100;
  one.totals.ended[static_cast<std::size_t>(turn::EndReason::revoked)] = 3;
  one.totals.requests[static_cast<std::size_t>(stun::Method::allocate)] = 4;
  WorkerStatistics sum = one;
  sum += one;
  EXPECT_EQ(sum.totals.by_client[0][1].live, 4U);
  EXPECT_EQ(sum.totals.by_client[0][1].traffic.bytes_to_client, 200U);
  EXPECT_EQ(sum.totals.ended[static_cast<std::size_t>(turn::EndReason::revoked)], 6U);
  EXPECT_EQ(sum.totals.requests[static_cast<std::size_t>(stun::Method::allocate)], 8U);
}

}  // namespace
}  // namespace turnpike::server
