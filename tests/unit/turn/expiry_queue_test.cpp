#include "turn/expiry_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "support/seeded_random.hpp"

namespace turnpike::turn {
namespace {

Instant at(std::int64_t second) { return Instant{Seconds{second}}; }

TEST(ExpiryQueueTest, AnEmptyQueueHasNoDeadline) {
  const ExpiryQueue queue;
  EXPECT_EQ(queue.next_deadline(), std::nullopt);
  EXPECT_EQ(queue.due(at(1000)), std::nullopt);
}

TEST(ExpiryQueueTest, ASlotIsDueAtItsDeadlineAndNotBefore) {
  ExpiryQueue queue;
  queue.reserve_slots(4);
  queue.schedule(3, at(10));
  EXPECT_EQ(queue.due(at(10) - Duration{1}), std::nullopt);
  EXPECT_EQ(queue.due(at(10)), 3U);
}

TEST(ExpiryQueueTest, SchedulingAgainMovesTheDeadline) {
  ExpiryQueue queue;
  queue.reserve_slots(2);
  queue.schedule(0, at(10));
  queue.schedule(1, at(20));
  queue.schedule(0, at(30));
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.due(at(100)), 1U);
  queue.schedule(0, at(5));
  EXPECT_EQ(queue.due(at(100)), 0U);
}

TEST(ExpiryQueueTest, CancellingASlotThatHasNoDeadlineDoesNothing) {
  ExpiryQueue queue;
  queue.reserve_slots(2);
  queue.schedule(0, at(10));
  queue.cancel(1);
  queue.cancel(77);
  EXPECT_EQ(queue.size(), 1U);
}

TEST(ExpiryQueueTest, AfterAnySequenceOfCallsTheEarliestIsFirst) {
  constexpr std::uint32_t kSlots = 64;
  test::SeededRandom random(7);
  ExpiryQueue queue;
  queue.reserve_slots(kSlots);
  std::map<std::uint32_t, Instant> model;
  for (int i = 0; i < 20'000; ++i) {
    const auto slot = static_cast<std::uint32_t>(random.below(kSlots));
    if (random.below(3) == 0) {
      queue.cancel(slot);
      model.erase(slot);
    } else {
      model[slot] = at(static_cast<std::int64_t>(random.below(1000)));
      queue.schedule(slot, model[slot]);
    }
    ASSERT_EQ(queue.size(), model.size());
    const auto earliest = std::ranges::min_element(model, {}, [](const auto& entry) { return entry.second; });
    ASSERT_EQ(queue.next_deadline(), model.empty() ? std::nullopt : std::optional{earliest->second});
    const auto due = queue.due(at(2000));
    ASSERT_EQ(due.has_value(), !model.empty());
    if (due) {
      ASSERT_EQ(model.at(*due), earliest->second);
    }
  }
}

}  // namespace
}  // namespace turnpike::turn
