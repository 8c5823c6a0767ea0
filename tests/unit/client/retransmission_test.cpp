#include "turnpike/client/retransmission.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace turnpike::client {
namespace {

using std::chrono::milliseconds;

constexpr Instant kStart{std::chrono::hours{1}};

/// When each transmission happens, and at last when the request has failed; in milliseconds from the start.
std::vector<std::int64_t> run(const RetransmissionTimers& timers, bool reliable) {
  Retransmission retransmission(timers, reliable, kStart);
  std::vector<std::int64_t> times;
  for (Instant now = kStart; times.size() < 100; now = retransmission.deadline()) {
    times.push_back(std::chrono::duration_cast<milliseconds>(now - kStart).count());
    if (retransmission.is_over(now)) break;
    EXPECT_TRUE(retransmission.is_due(now));
    retransmission.on_transmitted(now);
  }
  return times;
}

TEST(RetransmissionTest, FollowsTheScheduleOfTheRfc) {
  EXPECT_EQ(run({}, false), (std::vector<std::int64_t>{0, 500, 1500, 3500, 7500, 15'500, 31'500, 39'500}));
}

TEST(RetransmissionTest, OverAStreamThereIsOneTransmission) {
  EXPECT_EQ(run({}, true), (std::vector<std::int64_t>{0, 39'500}));
}

TEST(RetransmissionTest, CountsAreConfigurable) {
  EXPECT_EQ(run({.rto = milliseconds{100}, .rc = 2, .rm = 3, .ti = milliseconds{1}}, false),
            (std::vector<std::int64_t>{0, 100, 400}));
}

}  // namespace
}  // namespace turnpike::client
