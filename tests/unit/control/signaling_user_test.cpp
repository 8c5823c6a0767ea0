#include <gtest/gtest.h>

#include "control/signaling.hpp"

namespace turnpike::control {
namespace {

TEST(RoomUser, NamesTheRoomAndTheUser) {
  EXPECT_EQ(room_user("lobby", "alice"), "room:lobby/alice");
  EXPECT_EQ(room_group("lobby"), "room:lobby");
}

TEST(RoomUser, WhatWouldBeMistakenIsEncoded) {
  EXPECT_EQ(room_user("a/b", "50%"), "room:a%2Fb/50%25");
  EXPECT_EQ(room_user("a\nb", "x\x7f"), "room:a%0Ab/x%7F");
  EXPECT_EQ(room_group("a/b"), "room:a%2Fb");
}

TEST(RoomUser, IsTakenApartAgain) {
  for (const char* room : {"lobby", "a/b", "%2F", "ro:om", "r\xC3\xA4um", "\x01", "100%"}) {
    for (const char* user : {"alice", "a/b/c", "%", "@alice:example.org"}) {
      const auto found = parse_room_user(room_user(room, user));
      ASSERT_TRUE(found.has_value()) << room << user;
      EXPECT_EQ(found->room, room);
      EXPECT_EQ(found->user, user);
    }
  }
}

TEST(RoomUser, NothingElseIsTakenForOne) {
  for (const char* text : {"", "alice", "room:", "room:lobby", "room:/alice", "room:lobby/", "room:a/b/c", "room:a%/b",
                           "room:a%2/b", "room:a%41/b", "room:a%2f/b", "room:a%zz/b", "Room:a/b"}) {
    EXPECT_FALSE(parse_room_user(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace turnpike::control
