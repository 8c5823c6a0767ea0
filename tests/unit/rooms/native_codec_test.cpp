#include "turnpike/rooms/native_codec.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::rooms {
namespace {

using ::testing::HasSubstr;

template <typename Content>
Content content_of(std::string_view text) {
  const auto parsed = parse_native(text);
  EXPECT_TRUE(parsed) << parsed.error().words;
  if (!parsed || !std::holds_alternative<Content>(parsed->content)) {
    ADD_FAILURE() << "another kind of message: " << text;
    return {};
  }
  return std::get<Content>(parsed->content);
}

CodecFault fault_of(std::string_view text) {
  const auto parsed = parse_native(text);
  EXPECT_FALSE(parsed) << text;
  return parsed ? CodecFault{} : parsed.error();
}

std::string ref_of(std::string_view text) {
  const auto parsed = parse_native(text);
  return parsed ? parsed->ref : "a fault: " + parsed.error().words;
}

std::string join_with(const std::string& member) { return R"({"type":"join-room",)" + member + "}"; }

TEST(ParseNativeTest, AJoinHasAllItsMembers) {
  const auto join = content_of<NativeJoin>(
      R"({"type":"join-room","roomId":"r","userId":"u","name":"Zo\u00eb","token":"t","resume":"s","lastSeq":7})");
  EXPECT_EQ(join.room, "r");
  EXPECT_EQ(join.user, "u");
  EXPECT_EQ(join.name, "Zo\u00eb");
  EXPECT_EQ(join.token, "t");
  EXPECT_EQ(join.resume, "s");
  EXPECT_EQ(join.seen, 7U);
}

TEST(ParseNativeTest, AJoinNeedsNoMembers) {
  const auto join = content_of<NativeJoin>(R"({"type":"join-room"})");
  EXPECT_EQ(join.room, "");
  EXPECT_EQ(join.user, "");
  EXPECT_EQ(join.seen, std::nullopt);
}

TEST(ParseNativeTest, NullCountsAsAbsent) {
  const auto join = content_of<NativeJoin>(
      R"({"type":"join-room","roomId":null,"userId":null,"name":null,"token":null,"lastSeq":null,"ref":null})");
  EXPECT_EQ(join.room, "");
  EXPECT_EQ(join.seen, std::nullopt);
}

TEST(ParseNativeTest, UnknownMembersAreIgnored) {
  EXPECT_EQ(content_of<NativeJoin>(join_with(R"("room":"x","extra":{"roomId":"y"})")).room, "");
}

TEST(ParseNativeTest, NumbersAsIdsAreTheirText) {
  const auto join = content_of<NativeJoin>(R"({"type":"join-room","roomId":42,"userId":-7.50})");
  EXPECT_EQ(join.room, "42");
  EXPECT_EQ(join.user, "-7.50");
  EXPECT_EQ(content_of<NativeSignal>(R"({"type":"signal","data":0,"targetUserId":12})").target, "12");
}

TEST(ParseNativeTest, IdsOfAnotherKindAreFaultsThatNameThem) {
  for (const char* value : {"true", "{}", "[]"}) {
    EXPECT_EQ(fault_of(join_with(std::string("\"roomId\":") + value)).words, "\"roomId\" must be a text or a number");
    EXPECT_EQ(fault_of(join_with(std::string("\"userId\":") + value)).words, "\"userId\" must be a text or a number");
    EXPECT_EQ(fault_of(join_with(std::string("\"name\":") + value)).words, "\"name\" must be a text");
    EXPECT_EQ(fault_of(join_with(std::string("\"token\":") + value)).words, "\"token\" must be a text");
    EXPECT_EQ(fault_of(join_with(std::string("\"resume\":") + value)).words, "\"resume\" must be a text");
  }
  EXPECT_EQ(fault_of(join_with("\"name\":1")).words, "\"name\" must be a text");
}

TEST(ParseNativeTest, IdsAreBounded) {
  const auto join_named = [](const char* member, std::size_t size) {
    return join_with(std::string("\"") + member + "\":\"" + std::string(size, 'x') + "\"");
  };
  EXPECT_EQ(content_of<NativeJoin>(join_named("roomId", kMaxRoomId)).room.size(), kMaxRoomId);
  EXPECT_EQ(content_of<NativeJoin>(join_named("userId", kMaxUserId)).user.size(), kMaxUserId);
  EXPECT_EQ(content_of<NativeJoin>(join_named("name", kMaxName)).name.size(), kMaxName);
  EXPECT_EQ(fault_of(join_named("roomId", kMaxRoomId + 1)).words, "\"roomId\" is longer than 64 bytes");
  EXPECT_EQ(fault_of(join_named("userId", kMaxUserId + 1)).words, "\"userId\" is longer than 64 bytes");
  EXPECT_EQ(fault_of(join_named("name", kMaxName + 1)).words, "\"name\" is longer than 128 bytes");
  EXPECT_EQ(fault_of(join_with("\"roomId\":1" + std::string(kMaxRoomId, '0'))).words,
            "\"roomId\" is longer than 64 bytes");
}

TEST(ParseNativeTest, ControlCharactersInIdsAreFaults) {
  for (const char* text : {R"("a\u0000")", R"("a\nb")", R"("\u001e")", R"("\u007f")", R"("\u0085")"}) {
    EXPECT_EQ(fault_of(join_with(std::string("\"roomId\":") + text)).words, "\"roomId\" has control characters");
    EXPECT_EQ(fault_of(join_with(std::string("\"name\":") + text)).words, "\"name\" has control characters");
  }
  EXPECT_EQ(content_of<NativeJoin>(join_with(R"("name":"a\u2028b")")).name, "a\u2028b");
}

TEST(ParseNativeTest, TheLastSequenceIsAWholeNumber) {
  EXPECT_EQ(content_of<NativeJoin>(join_with("\"lastSeq\":18446744073709551615")).seen, 18446744073709551615U);
  for (const char* value : {"-1", "1.0", "1e3", "18446744073709551616", "\"1\"", "[]"}) {
    EXPECT_EQ(fault_of(join_with(std::string("\"lastSeq\":") + value)).words, "\"lastSeq\" must be a whole number");
  }
}

TEST(ParseNativeTest, DataIsTakenAsItWasWritten) {
  for (const char* data :
       {R"({"sdp":"v=0\r\n","x":[1, 2]})", R"("\u001e}")", "null", "12345678901234567890.10", "[]"}) {
    const auto signal =
        content_of<NativeSignal>(std::string(R"({"type":"signal","data": )") + data + R"( ,"targetUserId":"b"})");
    EXPECT_EQ(*signal.body, data);
    EXPECT_EQ(signal.target, "b");
  }
}

TEST(ParseNativeTest, ASignalWithoutATargetIsForAll) {
  EXPECT_EQ(content_of<NativeSignal>(R"({"data":1,"type":"signal"})").target, "");
}

TEST(ParseNativeTest, ASignalNeedsData) {
  EXPECT_EQ(fault_of(R"({"type":"signal"})").words, "\"data\" is missing");
  EXPECT_EQ(fault_of(R"({"type":"signal"})").code, Refusal::bad_message);
}

TEST(ParseNativeTest, ATargetIsAnId) {
  EXPECT_EQ(fault_of(R"({"type":"signal","data":1,"targetUserId":[]})").words,
            "\"targetUserId\" must be a text or a number");
}

TEST(ParseNativeTest, AChatsTextMayHoldAnyCharacter) {
  EXPECT_EQ(content_of<NativeChat>(R"({"type":"chat","text":"a\n\u0000\u2028"})").text, std::string("a\n\0\u2028", 6));
}

TEST(ParseNativeTest, AChatNeedsAText) {
  EXPECT_EQ(fault_of(R"({"type":"chat"})").words, "\"text\" is missing");
  EXPECT_EQ(fault_of(R"({"type":"chat","text":1})").words, "\"text\" must be a text");
}

TEST(ParseNativeTest, LeavingAndPingHaveNothingElse) {
  content_of<NativeLeave>(R"({"type":"leave-room"})");
  content_of<NativePing>(" {\"type\":\"\\u0070ing\"}\n");
}

TEST(ParseNativeTest, AnUnknownTypeIsAFault) {
  EXPECT_EQ(fault_of(R"({"type":"hello"})").words, "\"type\" is unknown");
  EXPECT_EQ(fault_of(R"({"type":7})").words, "\"type\" must be a text");
  EXPECT_EQ(fault_of("{}").words, "\"type\" is missing");
}

TEST(ParseNativeTest, WhatIsNoObjectIsAFault) {
  for (const char* text : {"[]", "1", "null", R"("signal")", R"([{"type":"ping"}])"}) {
    EXPECT_EQ(fault_of(text).words, "a message must be a JSON object");
  }
}

TEST(ParseNativeTest, WhatIsNoJsonIsAFault) {
  EXPECT_THAT(fault_of("").words, HasSubstr("no JSON"));
  EXPECT_THAT(fault_of(R"({"type":"ping"}})").words, HasSubstr("more than one"));
  EXPECT_THAT(fault_of(R"({"type":"ping","type":"chat"})").words, HasSubstr("twice"));
  EXPECT_THAT(fault_of("{\"type\":\"ping\",\"x\":\"\xff\"}").words, HasSubstr("no JSON"));
}

TEST(ParseNativeTest, TheRefIsKeptAsItWasWritten) {
  EXPECT_EQ(ref_of(R"({"type":"ping","ref":"a\u0062"})"), R"("a\u0062")");
  EXPECT_EQ(ref_of(R"({"type":"ping","ref":7})"), "7");
  EXPECT_EQ(ref_of(R"({"type":"ping"})"), "");
}

TEST(ParseNativeTest, AFaultBringsTheRefAlong) {
  EXPECT_EQ(fault_of(R"({"type":"nonsense","ref":7})").ref, "7");
  EXPECT_EQ(fault_of(R"({"ref":"x","type":"signal"})").ref, R"("x")");
}

TEST(ParseNativeTest, ARefIsSmall) {
  EXPECT_EQ(ref_of(R"({"type":"ping","ref":")" + std::string(64, 'x') + "\"}").size(), 66U);
  const std::string words = "\"ref\" must be a text of at most 64 bytes or a number";
  EXPECT_EQ(fault_of(R"({"type":"ping","ref":")" + std::string(65, 'x') + "\"}").words, words);
  EXPECT_EQ(fault_of(R"({"type":"ping","ref":1)" + std::string(64, '0') + "}").words, words);
  EXPECT_EQ(fault_of(R"({"type":"ping","ref":{}})").words, words);
}

}  // namespace
}  // namespace turnpike::rooms
