#include "turnpike/rooms/socketio_codec.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace turnpike::rooms {
namespace {

using ::testing::HasSubstr;

SocketIoPacket packet_of(std::string_view text) {
  const auto packet = parse_socketio(text);
  EXPECT_TRUE(packet) << text << ": " << packet.error().words;
  return packet ? *packet : SocketIoPacket{};
}

template <typename Content>
Content content_of(std::string_view text) {
  const SocketIoPacket packet = packet_of(text);
  const auto* content = std::get_if<Content>(&packet.content);
  EXPECT_NE(content, nullptr) << text;
  return content == nullptr ? Content{} : *content;
}

SocketIoFault fault_of(std::string_view text) {
  const auto packet = parse_socketio(text);
  EXPECT_FALSE(packet) << text;
  return packet ? SocketIoFault{} : packet.error();
}

TEST(ParseSocketIoTest, ConnectingBringsTheToken) {
  EXPECT_EQ(content_of<SocketIoConnect>(R"(0{"token":"t","x":1})").token, "t");
  EXPECT_EQ(content_of<SocketIoConnect>("0").token, "");
  EXPECT_EQ(content_of<SocketIoConnect>("0{}").token, "");
  EXPECT_EQ(content_of<SocketIoConnect>(R"(0{"token":null})").token, "");
}

TEST(ParseSocketIoTest, AConnectionWithoutSenseIsFatal) {
  EXPECT_EQ(fault_of(R"(0{"token":1})").words, "\"token\" must be a text");
  EXPECT_EQ(fault_of("0[]").words, "the authentication must be an object");
  for (const char* text : {R"(0{"token":1})", "0[]", R"(0"t")", "0{", "0x"}) EXPECT_TRUE(fault_of(text).is_fatal);
}

TEST(ParseSocketIoTest, TheNamespaceIsInFront) {
  EXPECT_EQ(packet_of("0").name_space, "/");
  EXPECT_EQ(packet_of("0/,{}").name_space, "/");
  EXPECT_EQ(packet_of("0/admin,").name_space, "/admin");
  EXPECT_EQ(packet_of("0/admin").name_space, "/admin");
  EXPECT_EQ(packet_of(R"(2/admin,7["x"])").name_space, "/admin");
  EXPECT_EQ(packet_of("1/admin,").name_space, "/admin");
}

TEST(ParseSocketIoTest, AQueryIsNotOfTheNamespace) {
  EXPECT_EQ(packet_of("0/?a=b,{}").name_space, "/");
  EXPECT_EQ(packet_of("0/admin?a=/b,").name_space, "/admin");
}

TEST(ParseSocketIoTest, ANamespaceThatCannotBeAnsweredIsFatal) {
  for (const std::string& text : {std::string("0/a\n,"), std::string("0/\x1e"), std::string("0/\xff,"),
                                  "0/" + std::string(256, 'x'), "0/" + std::string(300, 'x') + ",{}"}) {
    EXPECT_TRUE(fault_of(text).is_fatal);
  }
}

TEST(ParseSocketIoTest, Disconnecting) {
  content_of<SocketIoDisconnect>("1");
  EXPECT_TRUE(fault_of("1{}").is_fatal);
}

TEST(ParseSocketIoTest, WhatOnlyServersSendOrIsBinaryIsFatal) {
  for (const char* text :
       {"", "3[]", "312[1]", "4{}", R"(51-["x",{"_placeholder":true,"num":0}])", "61-[]", "7", "x"}) {
    const SocketIoFault fault = fault_of(text);
    EXPECT_TRUE(fault.is_fatal) << text;
    EXPECT_EQ(fault.ack, std::nullopt);
  }
}

TEST(ParseSocketIoTest, AnEventIsAnArrayThatBeginsWithItsName) {
  for (const char* text : {"2", "2{}", "2[]", "2[1]", "2[null]", R"(2"x")", "2[[]]", "27", "2-1", R"(2x["a"])"}) {
    EXPECT_TRUE(fault_of(text).is_fatal) << text;
  }
}

TEST(ParseSocketIoTest, AnUnknownEventIsToldByItsName) {
  const SocketIoPacket packet = packet_of(R"(23["hel\u006co",{"a":1}])");
  EXPECT_EQ(std::get<SocketIoOther>(packet.content).event, "hello");
  EXPECT_EQ(packet.ack, 3U);
  content_of<SocketIoOther>(R"(2["connect"])");
}

TEST(ParseSocketIoTest, TheAcknowledgementsIdIsANumber) {
  EXPECT_EQ(packet_of(R"(2["x"])").ack, std::nullopt);
  EXPECT_EQ(packet_of(R"(20["x"])").ack, 0U);
  EXPECT_EQ(packet_of(R"(212["x"])").ack, 12U);
  EXPECT_EQ(packet_of(R"(2/,12["x"])").ack, 12U);
  EXPECT_EQ(packet_of(R"(29007199254740992["x"])").ack, 9007199254740992U);
}

TEST(ParseSocketIoTest, AnAcknowledgementsIdThatJavaScriptCannotCountToIsFatal) {
  for (const char* text :
       {R"(29007199254740993["x"])", R"(218446744073709551615["x"])", R"(299999999999999999999["x"])"}) {
    EXPECT_EQ(fault_of(text).words, "the id of the acknowledgement is too large");
    EXPECT_TRUE(fault_of(text).is_fatal);
  }
}

TEST(ParseSocketIoTest, JsonIsStrict) {
  EXPECT_THAT(fault_of(R"(2["chat",{"text":"a","text":"b"}])").words, HasSubstr("twice"));
  EXPECT_TRUE(fault_of(R"(2["chat","\ud800"])").is_fatal);
  EXPECT_TRUE(fault_of("2[\"chat\",\"\xff\"]").is_fatal);
  EXPECT_TRUE(fault_of(R"(2["chat","a"]x)").is_fatal);
  EXPECT_TRUE(fault_of(R"(2["signal",)" + std::string(32, '[') + std::string(32, ']') + "]").is_fatal);
}

TEST(SocketIoEventTest, JoiningByTexts) {
  const NativeJoin both = content_of<SocketIoJoin>(R"(2["join-room","r","u"])").join;
  EXPECT_EQ(both.room, "r");
  EXPECT_EQ(both.user, "u");
  EXPECT_EQ(content_of<SocketIoJoin>(R"(2["join-room",42])").join.room, "42");
  EXPECT_EQ(content_of<SocketIoJoin>(R"(2["join-room","r",null])").join.user, "");
  EXPECT_EQ(content_of<SocketIoJoin>(R"(2["join-room","r","u","more"])").join.user, "u");
}

TEST(SocketIoEventTest, JoiningByNothingGetsARoom) {
  EXPECT_EQ(content_of<SocketIoJoin>(R"(2["join-room"])").join.room, "");
}

TEST(SocketIoEventTest, JoiningByAnObject) {
  const NativeJoin join =
      content_of<SocketIoJoin>(R"(2["join-room",{"roomId":"r","userId":"u","name":"n","token":"t"}])").join;
  EXPECT_EQ(join.room, "r");
  EXPECT_EQ(join.user, "u");
  EXPECT_EQ(join.name, "n");
  EXPECT_EQ(join.token, "t");
  EXPECT_EQ(content_of<SocketIoJoin>(R"(2["join-room",{"room":"r"}])").join.room, "r");
}

TEST(SocketIoEventTest, ArgumentsThatAreWrongAreToldToWhoAsked) {
  const SocketIoFault fault = fault_of(R"(212["join-room",true])");
  EXPECT_EQ(fault.words, "the room must be a text or a number");
  EXPECT_FALSE(fault.is_fatal);
  EXPECT_EQ(fault.ack, 12U);
  EXPECT_EQ(fault_of(R"(2["join-room","r",[]])").words, "the user id must be a text or a number");
  EXPECT_EQ(fault_of(R"(2["join-room",{"roomId":[]}])").words, "\"roomId\" must be a text or a number");
  EXPECT_EQ(fault_of(R"(2["join-room","a\nb"])").words, "the room has control characters");
}

TEST(SocketIoEventTest, ASignalCarriesItsData) {
  const auto signal =
      content_of<SocketIoSignal>(R"(2["signal",{"roomId":"r","data": {"x":[1, 2]},"targetUserId":"b"}])");
  EXPECT_EQ(signal.room, "r");
  EXPECT_EQ(signal.target, "b");
  EXPECT_EQ(signal.tag, MessageTag::signal);
  EXPECT_EQ(*signal.body, R"({"x":[1, 2]})");
}

TEST(SocketIoEventTest, ASignalNeedsAnObjectWithData) {
  EXPECT_EQ(fault_of(R"(2["signal",{"roomId":"r"}])").words, "\"data\" is missing");
  EXPECT_EQ(fault_of(R"(2["signal"])").words, "the argument must be an object");
  EXPECT_EQ(fault_of(R"(2["signal","x"])").words, "the argument must be an object");
  EXPECT_FALSE(fault_of(R"(2["signal"])").is_fatal);
}

TEST(SocketIoEventTest, AnOfferIsTheRestOfItsObject) {
  const auto offer =
      content_of<SocketIoSignal>(R"(2["offer",{"room":"r", "sdp" : {"type":"offer"},"targetUserId":"b","x":1}])");
  EXPECT_EQ(offer.room, "r");
  EXPECT_EQ(offer.target, "b");
  EXPECT_EQ(offer.tag, MessageTag::offer);
  EXPECT_EQ(*offer.body, R"({"sdp":{"type":"offer"},"x":1})");
}

TEST(SocketIoEventTest, TheRoomIdGoesBeforeTheRoom) {
  EXPECT_EQ(content_of<SocketIoSignal>(R"(2["answer",{"room":"a","roomId":"b"}])").room, "b");
  EXPECT_EQ(content_of<SocketIoSignal>(R"(2["answer",{"room":"a","roomId":null}])").room, "a");
}

TEST(SocketIoEventTest, TheRestMayBeEmpty) {
  const auto answer = content_of<SocketIoSignal>(R"(2["answer",{"roomId":"r"}])");
  EXPECT_EQ(answer.tag, MessageTag::answer);
  EXPECT_EQ(*answer.body, "{}");
}

TEST(SocketIoEventTest, NobodySaysWhoACandidateIsFrom) {
  const auto candidate = content_of<SocketIoSignal>(R"(2["candidate",{"\u0066rom":"forged","candidate":null}])");
  EXPECT_EQ(candidate.tag, MessageTag::candidate);
  EXPECT_EQ(*candidate.body, R"({"candidate":null})");
}

TEST(SocketIoEventTest, ATypeComesFirst) {
  EXPECT_EQ(*content_of<SocketIoSignal>(R"(2["offer",{"sdp":"v=0","t\u0079pe":"offer"}])").body,
            R"({"type":"offer","sdp":"v=0"})");
}

TEST(SocketIoEventTest, NamesKeepTheirEscapes) {
  EXPECT_EQ(*content_of<SocketIoSignal>(R"(2["offer",{"a\"b":1,"\u0000":2}])").body, R"({"a\"b":1,"\u0000":2})");
}

TEST(SocketIoEventTest, AChatIsATextOrAnObject) {
  EXPECT_EQ(content_of<SocketIoChat>(R"(2["chat","a\nb"])").text, "a\nb");
  const auto chat = content_of<SocketIoChat>(R"(2["chat",{"roomId":"r","text":"x"}])");
  EXPECT_EQ(chat.room, "r");
  EXPECT_EQ(chat.text, "x");
}

TEST(SocketIoEventTest, AChatNeedsItsText) {
  EXPECT_EQ(fault_of(R"(2["chat"])").words, "the argument must be a text or an object");
  EXPECT_EQ(fault_of(R"(2["chat",7])").words, "the argument must be a text or an object");
  EXPECT_EQ(fault_of(R"(2["chat",{}])").words, "\"text\" is missing");
}

TEST(SocketIoEventTest, LeavingNeedsNothing) {
  content_of<SocketIoLeave>(R"(2["leave-room"])");
  content_of<SocketIoLeave>(R"(2["leave-room","r"])");
}

}  // namespace
}  // namespace turnpike::rooms
