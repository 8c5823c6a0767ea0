#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rooms/address_tally.hpp"
#include "rooms/kept_notices.hpp"
#include "rooms/message_rate.hpp"
#include "rooms/tombstones.hpp"
#include "support/core_settings.hpp"

namespace turnpike::rooms {
namespace {

using test::address;

constexpr Instant kStart{Seconds{1000}};

TEST(RoomMessageRateTest, TenSecondsWorthMayComeAtOnce) {
  MessageRate rate;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(rate.take(2, 100, kStart));
  EXPECT_FALSE(rate.take(2, 100, kStart));
  EXPECT_TRUE(rate.take(2, 100, kStart + std::chrono::milliseconds{500}));
  EXPECT_FALSE(rate.take(2, 100, kStart + std::chrono::milliseconds{500}));
}

TEST(RoomMessageRateTest, EachBegunFourKibibytesCountAsAMessage) {
  MessageRate rate;
  EXPECT_TRUE(rate.take(1, 9 * 4096, kStart));
  EXPECT_FALSE(rate.take(1, 4097, kStart));
  EXPECT_TRUE(rate.take(1, 0, kStart));
  EXPECT_FALSE(rate.take(1, 0, kStart));
}

TEST(RoomMessageRateTest, AMessageLargerThanTheBucketPassesWhenThatIsFull) {
  MessageRate rate;
  EXPECT_TRUE(rate.take(1, 65'536, kStart));
  EXPECT_FALSE(rate.take(1, 65'536, kStart + Seconds{15}));
  EXPECT_TRUE(rate.take(1, 65'536, kStart + Seconds{16}));
}

TEST(RoomMessageRateTest, NoBodyIsTooLargeToCountAndNoRateTooLow) {
  MessageRate rate;
  EXPECT_TRUE(rate.take(0, SIZE_MAX - 5000, kStart));
  EXPECT_FALSE(rate.take(0, SIZE_MAX - 5000, kStart + Seconds{1}));
}

TEST(RoomAddressTallyTest, IPv6CountsByItsSubnetAndMappedAsIPv4) {
  AddressTally tally;
  tally.add(address("2001:db8:1:2::1"));
  tally.add(address("192.0.2.1"));
  EXPECT_EQ(tally.count(address("2001:db8:1:2:ffff::9")), 1U);
  EXPECT_EQ(tally.count(address("2001:db8:1:3::1")), 0U);
  EXPECT_EQ(tally.count(address("::ffff:192.0.2.1")), 1U);
}

TEST(RoomAddressTallyTest, NothingIsKeptOfWhoHasNothing) {
  AddressTally tally;
  tally.add(address("192.0.2.1"));
  tally.add(address("192.0.2.1"));
  tally.remove(address("192.0.2.1"));
  EXPECT_EQ(tally.count(address("192.0.2.1")), 1U);
  tally.remove(address("192.0.2.1"));
  EXPECT_EQ(tally.addresses(), 0U);
}

TEST(RoomTombstonesTest, TheyStandUntilTheirTimeIsOver) {
  Tombstones stones;
  stones.add_room("room", kStart + Seconds{60});
  stones.add_member("other", "user", kStart + Seconds{30});
  EXPECT_TRUE(stones.has_room("room", kStart));
  EXPECT_TRUE(stones.has_member("other", "user", kStart));
  EXPECT_FALSE(stones.has_room("other", kStart));
  EXPECT_FALSE(stones.has_member("other", "user", kStart + Seconds{30}));
  EXPECT_EQ(stones.next_deadline(), kStart + Seconds{30});
  stones.expire(kStart + Seconds{60});
  EXPECT_EQ(stones.size(), 0U);
  EXPECT_EQ(stones.next_deadline(), kNever);
}

TEST(RoomTombstonesTest, ASecondOneForTheSameRenewsTheFirst) {
  Tombstones stones;
  stones.add_room("room", kStart + Seconds{60});
  stones.add_room("room", kStart + Seconds{90});
  stones.expire(kStart + Seconds{60});
  EXPECT_TRUE(stones.has_room("room", kStart + Seconds{60}));
  EXPECT_EQ(stones.size(), 1U);
}

TEST(RoomTombstonesTest, TheOldestGoWhenThereAreTooMany) {
  Tombstones stones;
  for (std::size_t i = 0; i <= Tombstones::kMost; ++i) {
    stones.add_room(std::to_string(i), kStart + Seconds{60} + Duration{i});
  }
  EXPECT_EQ(stones.size(), Tombstones::kMost);
  EXPECT_FALSE(stones.has_room("0", kStart));
  EXPECT_TRUE(stones.has_room("1", kStart));
}

class RoomKeptNoticesTest : public ::testing::Test {
 protected:
  bool keep(KeptNotices::Queue& queue, std::uint64_t sequence, bool was_sent) {
    return kept_.keep(queue, sequence, notice_, was_sent, bounds_);
  }
  [[nodiscard]] std::vector<std::uint64_t> in(const KeptNotices::Queue& queue) const {
    std::vector<std::uint64_t> numbers;
    kept_.for_each(queue, [&](std::uint64_t sequence, const auto& /*notice*/) { numbers.push_back(sequence); });
    return numbers;
  }

  std::shared_ptr<const Notice> notice_ = std::make_shared<const Notice>(PeerLeft{"user"});
  std::size_t cost_ = cost_of(*notice_);
  KeptNotices::Bounds bounds_{.messages = 3, .bytes = 100'000, .total = 100'000};
  KeptNotices kept_;
  KeptNotices::Queue a_;
  KeptNotices::Queue b_;
};

TEST_F(RoomKeptNoticesTest, TheBytesOfAQueueAreBounded) {
  bounds_.bytes = 2 * cost_;
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(keep(a_, i, true));
  EXPECT_THAT(in(a_), ::testing::ElementsAre(2, 3));
  EXPECT_EQ(a_.bytes(), 2 * cost_);
  EXPECT_EQ(a_.gone_through(), 1U);
}

TEST_F(RoomKeptNoticesTest, TheOldestOfAllGivesWayToTheTotal) {
  bounds_.total = 3 * cost_;
  EXPECT_TRUE(keep(a_, 1, true));
  EXPECT_TRUE(keep(b_, 1, true));
  EXPECT_TRUE(keep(b_, 2, true));
  EXPECT_TRUE(keep(b_, 3, false));
  EXPECT_THAT(in(a_), ::testing::IsEmpty());
  EXPECT_THAT(in(b_), ::testing::ElementsAre(1, 2, 3));
}

TEST_F(RoomKeptNoticesTest, WhatWasNotSentNeverGivesWay) {
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(keep(a_, i, false));
  EXPECT_FALSE(keep(a_, 4, false));
  EXPECT_FALSE(kept_.make_room(1, 3 * cost_));
  EXPECT_THAT(in(a_), ::testing::ElementsAre(1, 2, 3));
}

TEST_F(RoomKeptNoticesTest, WhatHasBeenSentSinceGivesWay) {
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(keep(a_, i, false));
  kept_.mark_sent(a_);
  EXPECT_TRUE(keep(a_, 4, true));
  EXPECT_THAT(in(a_), ::testing::ElementsAre(2, 3, 4));
}

TEST_F(RoomKeptNoticesTest, WhatIsTooLargeIsNotKeptNorWhatCameBeforeIt) {
  EXPECT_TRUE(keep(a_, 1, true));
  bounds_.bytes = cost_ - 1;
  EXPECT_TRUE(keep(a_, 2, true));
  EXPECT_EQ(a_.size(), 0U);
  EXPECT_EQ(a_.gone_through(), 2U);
}

TEST_F(RoomKeptNoticesTest, NothingIsLeftWhenQueuesAreCleared) {
  EXPECT_TRUE(keep(a_, 1, true));
  EXPECT_TRUE(keep(b_, 1, false));
  kept_.clear(a_);
  kept_.clear(b_);
  EXPECT_EQ(kept_.bytes(), 0U);
  EXPECT_EQ(kept_.size(), 0U);
}

}  // namespace
}  // namespace turnpike::rooms
