#include <string>

#include <gtest/gtest.h>

#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::rooms {
namespace {

std::string written(std::string body, MessageTag tag) {
  const Signal signal{"al\"ice", static_cast<std::uint8_t>(tag), std::make_shared<const std::string>(std::move(body))};
  return write_socketio(signal, 5, "r\"1").value_or("nothing");
}

TEST(WriteSocketIoTest, WhatTheServerSays) {
  EXPECT_EQ(write_socketio_connected("s"), R"(40{"sid":"s"})");
  EXPECT_EQ(write_socketio_disconnect(), "41");
  EXPECT_EQ(write_socketio_connect_error("/", "no \"token\""), R"(44{"message":"no \"token\""})");
  EXPECT_EQ(write_socketio_connect_error("/admin", "Invalid namespace"), R"(44/admin,{"message":"Invalid namespace"})");
}

TEST(WriteSocketIoTest, Events) {
  EXPECT_EQ(write_socketio_event("joined", R"({"a":1})"), R"(42["joined",{"a":1}])");
  EXPECT_EQ(write_socketio_event("a\"b", ""), R"(42["a\"b"])");
}

TEST(WriteSocketIoTest, Acknowledgements) {
  EXPECT_EQ(write_socketio_ack(12, R"({"ok":true})"), R"(4312[{"ok":true}])");
  EXPECT_EQ(write_socketio_ack(0, ""), "430[]");
}

TEST(WriteSocketIoTest, ASignal) {
  EXPECT_EQ(written(R"({"x": 1})", MessageTag::signal),
            R"(42["signal",{"from":"al\"ice","data":{"x": 1},"roomId":"r\"1","seq":5}])");
}

TEST(WriteSocketIoTest, PeerJsMessagesAreSignals) {
  EXPECT_EQ(written("1", MessageTag::peerjs_candidate),
            R"(42["signal",{"from":"al\"ice","data":{"type":"CANDIDATE","payload":1},"roomId":"r\"1","seq":5}])");
}

TEST(WriteSocketIoTest, TheSendersOwnEvents) {
  EXPECT_EQ(written(R"({"type":"offer","sdp":""})", MessageTag::offer),
            R"(42["offer",{"from":"al\"ice","room":"r\"1","type":"offer","sdp":""}])");
  EXPECT_EQ(written(R"({"sdp":""})", MessageTag::answer), R"(42["answer",{"from":"al\"ice","room":"r\"1","sdp":""}])");
  EXPECT_EQ(written("{}", MessageTag::candidate), R"(42["candidate",{"from":"al\"ice","room":"r\"1"}])");
}

TEST(WriteSocketIoTest, OtherNoticesAreTheNativeOnesWithoutTheirType) {
  EXPECT_EQ(write_socketio(PeerJoined{{"u", "U"}}, 2, "r"), R"(42["new-peer",{"userId":"u","name":"U","seq":2}])");
  EXPECT_EQ(write_socketio(PeerLeft{"u", LeaveReason::kicked}, 2, "r"),
            R"(42["peer-left",{"userId":"u","reason":"kicked","seq":2}])");
  EXPECT_EQ(write_socketio(Chat{"u", "U", "\x1e", 1, UnixSeconds{}}, 2, "r"),
            "42[\"chat\",{\"from\":\"u\",\"name\":\"U\",\"text\":\"\\u001e\",\"id\":\"1\","
            "\"at\":\"1970-01-01T00:00:00Z\",\"seq\":2}]");
}

TEST(WriteSocketIoTest, NothingForWhatHasWritersOfItsOwn) {
  EXPECT_EQ(write_socketio(Joined{}, 1, "r"), std::nullopt);
  EXPECT_EQ(write_socketio(Undelivered{"x"}, 1, "r"), std::nullopt);
  EXPECT_EQ(write_socketio(Refused{}, 1, "r"), std::nullopt);
  EXPECT_EQ(write_socketio(Removed{}, 1, "r"), std::nullopt);
}

TEST(StripTypeTest, TheRestStays) {
  EXPECT_EQ(strip_type(write_native_draining(Seconds{5})), R"({"reconnectAfter":5})");
  EXPECT_EQ(strip_type(write_native_error(Refusal::draining, "a,b", "")), R"({"code":"draining","message":"a,b"})");
}

TEST(StripTypeTest, NothingElseIsAnEmptyObject) { EXPECT_EQ(strip_type(write_native_pong()), "{}"); }

}  // namespace
}  // namespace turnpike::rooms
