#include "server/send_arena.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace turnpike::server {
namespace {

TEST(SendArenaTest, WhatIsKeptOutlivesItsSource) {
  SendArena arena;
  std::vector<std::uint8_t> source{1, 2, 3};
  const ByteSpan first = arena.keep(source);
  source.assign({9, 9, 9});
  const ByteSpan second = arena.keep(source);
  EXPECT_EQ(std::vector<std::uint8_t>(first.begin(), first.end()), (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(std::vector<std::uint8_t>(second.begin(), second.end()), (std::vector<std::uint8_t>{9, 9, 9}));
}

TEST(SendArenaTest, SaysWhenItIsFullAndHasRoomAgainAfterAReset) {
  SendArena arena;
  const std::vector<std::uint8_t> datagram(65535);
  ASSERT_TRUE(arena.has_room(datagram.size()));
  int kept = 0;
  for (; kept < 100 && arena.has_room(datagram.size()); ++kept) static_cast<void>(arena.keep(datagram));
  EXPECT_EQ(kept, 4);
  arena.reset();
  EXPECT_TRUE(arena.has_room(datagram.size()));
}

TEST(SendArenaTest, NothingNeedsNoRoom) {
  SendArena arena;
  EXPECT_TRUE(arena.keep({}).empty());
}

}  // namespace
}  // namespace turnpike::server
