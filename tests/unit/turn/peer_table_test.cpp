#include "turn/peer_table.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/core_settings.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::turn {
namespace {

using test::address;
using test::endpoint;

constexpr Instant kStart{std::chrono::hours{1}};

Instant after(int seconds) { return kStart + Seconds{seconds}; }

TEST(PeerTableTest, APermissionThatRanOutGivesItsPlaceAway) {
  PeerTable table;
  const std::array first{address("9.0.0.1"), address("9.0.0.2")};
  const std::array second{address("9.0.0.3"), address("9.0.0.4")};
  ASSERT_TRUE(table.install_permissions(first, kStart, 2));
  EXPECT_FALSE(table.install_permissions(second, after(299), 2));
  EXPECT_TRUE(table.install_permissions(second, after(300), 2));
  EXPECT_EQ(table.permissions().size(), 2U);
}

TEST(PeerTableTest, ARepeatedAddressCountsOnce) {
  PeerTable table;
  const std::array twice{address("9.0.0.1"), address("9.0.0.1")};
  EXPECT_TRUE(table.install_permissions(twice, kStart, 1));
  EXPECT_EQ(table.permissions().size(), 1U);
}

TEST(PeerTableTest, APlaceIsNotGivenAwayWhileAChannelRefersToIt) {
  PeerTable table;
  ASSERT_EQ(table.bind_channel(0x4000, endpoint("9.0.0.1:1"), endpoint("9.0.0.1:1"), kStart, 1, 1), BindResult::bound);
  const std::array other{address("9.0.0.2")};
  EXPECT_FALSE(table.install_permissions(other, after(400), 1));  // the channel lives until 600
  EXPECT_TRUE(table.install_permissions(other, after(600), 1));
  EXPECT_FALSE(table.is_permitted(address("9.0.0.1"), after(600)));
}

TEST(PeerTableTest, RefreshingSomeOfManyTakesNoPlaceFromThem) {
  PeerTable table;
  const std::array both{address("9.0.0.1"), address("9.0.0.2")};
  ASSERT_TRUE(table.install_permissions(both, kStart, 2));
  const std::array one_known{address("9.0.0.3"), address("9.0.0.1")};
  ASSERT_TRUE(table.install_permissions(one_known, after(300), 2));
  EXPECT_TRUE(table.is_permitted(address("9.0.0.1"), after(301)));
  EXPECT_TRUE(table.is_permitted(address("9.0.0.3"), after(301)));
  EXPECT_FALSE(table.is_permitted(address("9.0.0.2"), after(301)));
}

TEST(PeerTableTest, AfterAnySequenceItAgreesWithASimpleModel) {
  constexpr std::size_t kPermissions = 4;
  constexpr std::size_t kChannels = 3;
  test::SeededRandom random(11);
  PeerTable table;
  std::map<IpAddress, Instant> permissions;
  std::map<std::uint16_t, std::pair<Endpoint, Instant>> channels;
  Instant now = kStart;
  for (int i = 0; i < 50'000; ++i) {
    now += Seconds{random.below(60)};
    std::erase_if(channels, [&](const auto& entry) { return entry.second.second <= now; });
    const Endpoint peer{IpAddress::v4(9, 0, 0, static_cast<std::uint8_t>(random.below(6))),
                        static_cast<std::uint16_t>(1 + random.below(2))};
    if (random.below(2) == 0) {
      if (table.install_permissions({&peer.address, 1}, now, kPermissions))
        permissions[peer.address] = now + Seconds{300};
    } else {
      const auto number = static_cast<std::uint16_t>(0x4000 + random.below(5));
      const bool same = channels.contains(number) && channels[number].first == peer;
      const bool conflict =
          !same && (channels.contains(number) ||
                    std::ranges::any_of(channels, [&](const auto& entry) { return entry.second.first == peer; }));
      const auto result = table.bind_channel(number, peer, peer, now, kPermissions, kChannels);
      ASSERT_EQ(result == BindResult::conflict, conflict);
      if (!conflict && !same && channels.size() == kChannels) {
        ASSERT_EQ(result, BindResult::full);
      }
      if (result == BindResult::bound) {
        channels[number] = {peer, now + Seconds{600}};
        permissions[peer.address] = now + Seconds{300};
      }
    }
    ASSERT_LE(table.permissions().size(), kPermissions);
    ASSERT_LE(table.channels().size(), kChannels);
    for (std::uint8_t last = 0; last < 6; ++last) {
      const IpAddress candidate = IpAddress::v4(9, 0, 0, last);
      const bool permitted = permissions.contains(candidate) && permissions[candidate] > now;
      ASSERT_EQ(table.is_permitted(candidate, now), permitted);
    }
    for (const auto& [number, binding] : channels) {
      const Channel* channel = table.find_channel_of(binding.first, now);
      ASSERT_NE(channel, nullptr);
      ASSERT_EQ(channel->number, number);
      ASSERT_EQ(table.permissions()[channel->permission].address, binding.first.address);
    }
  }
}

}  // namespace
}  // namespace turnpike::turn
