// What one dialect says, another hears: through the parsers and writers of all three.

#include <string>

#include <gtest/gtest.h>

#include "turnpike/rooms/native_codec.hpp"
#include "turnpike/rooms/peerjs_codec.hpp"
#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::rooms {
namespace {

Notice from_native(std::string_view text) {
  const auto message = parse_native(text);
  return Signal{"ann", 0, std::get<NativeSignal>(message->content).body};
}

Notice from_peerjs(std::string_view text) {
  const auto message = parse_peerjs(text);
  return Signal{"pia", static_cast<std::uint8_t>(tag_of(message->type)), message->payload};
}

Notice from_socketio(std::string_view text) {
  const auto packet = parse_socketio(text);
  const auto& signal = std::get<SocketIoSignal>(packet->content);
  return Signal{"sam", static_cast<std::uint8_t>(signal.tag), signal.body};
}

TEST(CodecDialectsTest, ANativeClientHearsPeerJsAndAnswersIt) {
  EXPECT_EQ(write_native(from_peerjs(R"({"type":"OFFER","dst":"ann","payload":{"sdp":{"type":"offer"}}})"), 1),
            R"({"type":"signal","from":"pia","data":{"type":"OFFER","payload":{"sdp":{"type":"offer"}}},"seq":1})");
  const Notice answer = from_native(
      R"({"type":"signal","targetUserId":"pia","data":{"type":"ANSWER","payload":{"sdp":{"type":"answer"}}}})");
  EXPECT_EQ(write_peerjs(answer, "pia"),
            R"({"type":"ANSWER","src":"ann","dst":"pia","payload":{"sdp":{"type":"answer"}}})");
}

TEST(CodecDialectsTest, ANativeClientHearsSocketIo) {
  EXPECT_EQ(write_native(from_socketio(R"(2["offer",{"room":"r","sdp":"v=0","type":"offer"}])"), 1),
            R"({"type":"signal","from":"sam","data":{"type":"offer","sdp":"v=0"},"seq":1})");
  EXPECT_EQ(write_native(from_socketio(R"(2["candidate",{"room":"r","candidate":{"sdpMid":"0"}}])"), 2),
            R"({"type":"signal","from":"sam","data":{"type":"candidate","candidate":{"sdpMid":"0"}},"seq":2})");
}

TEST(CodecDialectsTest, ASocketIoClientHearsPeerJsAndAnswersIt) {
  EXPECT_EQ(write_socketio(from_peerjs(R"({"type":"LEAVE","dst":"sam"})"), 1, "r"),
            R"(42["signal",{"from":"pia","data":{"type":"LEAVE","payload":null},"roomId":"r","seq":1}])");
  const Notice answer = from_socketio(R"(2["signal",{"roomId":"r","data":{"type":"ANSWER","payload":1}}])");
  EXPECT_EQ(write_peerjs(answer, "pia"), R"({"type":"ANSWER","src":"sam","dst":"pia","payload":1})");
}

TEST(CodecDialectsTest, WhatPeerJsCannotUnderstandItDoesNotHear) {
  EXPECT_EQ(write_peerjs(from_socketio(R"(2["offer",{"room":"r","sdp":""}])"), "pia"), std::nullopt);
  EXPECT_EQ(write_peerjs(from_native(R"({"type":"signal","data":{"type":"offer"}})"), "pia"), std::nullopt);
}

TEST(CodecDialectsTest, EachDialectReadsBackItsOwn) {
  const std::string data = R"({"a":"\u001e\u2028\"}]","n":12345678901234567890})";
  const Notice native = from_native(R"({"type":"signal","data":)" + data + "}");
  EXPECT_EQ(*std::get<Signal>(from_native(write_native(native, 1).value())).body, data);
  const std::string packet = write_socketio(native, 1, "r").value();
  EXPECT_EQ(*std::get<Signal>(from_socketio(std::string_view(packet).substr(1))).body, data);
  const Notice peerjs = from_peerjs(R"({"type":"OFFER","dst":"b","payload":)" + data + "}");
  EXPECT_EQ(*std::get<Signal>(from_peerjs(write_peerjs(peerjs, "b").value())).body, data);
}

TEST(CodecDialectsTest, ADisplayNameSurvivesTheWayThere) {
  const std::string name = "Zo\u00eb \"\\/\u2028\U0001F600";
  const std::string json = write_native(PeerJoined{{"u", name}}, 1).value();
  const std::string join = R"({"type":"join-room",)" + strip_type(json).substr(1);
  const auto message = parse_native(join);
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<NativeJoin>(message->content).name, name);
}

}  // namespace
}  // namespace turnpike::rooms
