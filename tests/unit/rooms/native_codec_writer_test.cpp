#include <string>

#include <gtest/gtest.h>

#include "turnpike/rooms/message_tag.hpp"
#include "turnpike/rooms/native_codec.hpp"

namespace turnpike::rooms {
namespace {

Notice signal_of(std::string body, MessageTag tag = MessageTag::signal) {
  return Signal{"al\"ice", static_cast<std::uint8_t>(tag), std::make_shared<const std::string>(std::move(body))};
}

std::string data_of(std::string body, MessageTag tag) {
  const std::string json = write_native(signal_of(std::move(body), tag), 3).value();
  const std::string front = R"({"type":"signal","from":"al\"ice","data":)";
  const std::string back = R"(,"seq":3})";
  EXPECT_EQ(json.substr(0, front.size()), front);
  EXPECT_EQ(json.substr(json.size() - back.size()), back);
  return json.substr(front.size(), json.size() - front.size() - back.size());
}

TEST(WriteNativeTest, Hello) {
  EXPECT_EQ(write_native_hello(Seconds{20}), R"({"type":"hello","protocol":1,"heartbeatSeconds":20})");
}

TEST(WriteNativeTest, Joined) {
  const Joined joined{"r", "u", "U \"x\"", {{"a", "A"}, {"b", ""}}, "res", false, {}};
  EXPECT_EQ(write_native_joined(joined, 4, {R"([{"urls":["stun:x"]}])", "2033-05-18T03:33:20Z"}),
            R"({"type":"joined","roomId":"r","userId":"u","name":"U \"x\"",)"
            R"("peers":[{"userId":"a","name":"A"},{"userId":"b","name":""}],)"
            R"("iceServers":[{"urls":["stun:x"]}],"expiresAt":"2033-05-18T03:33:20Z",)"
            R"("resume":"res","resumed":false,"seq":4})");
}

TEST(WriteNativeTest, JoinedAloneWithoutIceServers) {
  const Joined joined{"r", "u", "", {}, "s", true, {}};
  EXPECT_EQ(write_native_joined(joined, 0, {}),
            R"({"type":"joined","roomId":"r","userId":"u","name":"","peers":[],"iceServers":[],"expiresAt":null,)"
            R"("resume":"s","resumed":true,"seq":0})");
}

TEST(WriteNativeTest, IceServers) {
  EXPECT_EQ(write_native_ice_servers({"[]", "2033-05-18T03:33:20Z"}),
            R"({"type":"ice-servers","iceServers":[],"expiresAt":"2033-05-18T03:33:20Z"})");
}

TEST(WriteNativeTest, Draining) {
  EXPECT_EQ(write_native_draining(Seconds{5}), R"({"type":"draining","reconnectAfter":5})");
}

TEST(WriteNativeTest, Pong) { EXPECT_EQ(write_native_pong(), R"({"type":"pong"})"); }

TEST(WriteNativeTest, Error) {
  EXPECT_EQ(write_native_error(Refusal::room_full, "no \"room\"", "7"),
            R"({"type":"error","code":"room-full","message":"no \"room\"","ref":7})");
  EXPECT_EQ(write_native_error(Refusal::bad_message, "x", ""),
            R"({"type":"error","code":"bad-message","message":"x"})");
}

TEST(WriteNativeTest, NewPeer) {
  EXPECT_EQ(write_native(PeerJoined{{"u", "Zo\u00eb"}}, 9),
            "{\"type\":\"new-peer\",\"userId\":\"u\",\"name\":\"Zo\u00eb\",\"seq\":9}");
}

TEST(WriteNativeTest, PeerLeft) {
  EXPECT_EQ(write_native(PeerLeft{"u", LeaveReason::overflow}, 18446744073709551615U),
            R"({"type":"peer-left","userId":"u","reason":"overflow","seq":18446744073709551615})");
}

TEST(WriteNativeTest, Chat) {
  EXPECT_EQ(write_native(Chat{"u", "U", "a\n\"b\"", 12, UnixSeconds{Seconds{2'000'000'000}}}, 2),
            R"({"type":"chat","from":"u","name":"U","text":"a\n\"b\"","id":"12","at":"2033-05-18T03:33:20Z","seq":2})");
}

TEST(WriteNativeTest, TheSeparatorOfPollingPayloadsIsEscaped) {
  EXPECT_EQ(write_native(Chat{"u", "", "\x1e", 1, UnixSeconds{}}, 2),
            "{\"type\":\"chat\",\"from\":\"u\",\"name\":\"\",\"text\":\"\\u001e\",\"id\":\"1\","
            "\"at\":\"1970-01-01T00:00:00Z\",\"seq\":2}");
}

TEST(WriteNativeTest, TheBodyOfASignalIsNotTouched) {
  EXPECT_EQ(data_of(R"({ "x" : 1.0 })", MessageTag::signal), R"({ "x" : 1.0 })");
}

TEST(WriteNativeTest, SocketIoEventsAreNamedInTheirData) {
  EXPECT_EQ(data_of(R"({"sdp":"v=0"})", MessageTag::offer), R"({"type":"offer","sdp":"v=0"})");
  EXPECT_EQ(data_of(R"({"sdp":"v=0"})", MessageTag::answer), R"({"type":"answer","sdp":"v=0"})");
  EXPECT_EQ(data_of("{}", MessageTag::candidate), R"({"type":"candidate"})");
}

TEST(WriteNativeTest, ATypeOfASocketIoObjectStays) {
  EXPECT_EQ(data_of(R"({"type":"pranswer","sdp":""})", MessageTag::answer), R"({"type":"pranswer","sdp":""})");
}

TEST(WriteNativeTest, PeerJsMessagesAreDataWithAPayload) {
  EXPECT_EQ(data_of(R"({"sdp":1})", MessageTag::peerjs_offer), R"({"type":"OFFER","payload":{"sdp":1}})");
  EXPECT_EQ(data_of("[1]", MessageTag::peerjs_answer), R"({"type":"ANSWER","payload":[1]})");
  EXPECT_EQ(data_of("1", MessageTag::peerjs_candidate), R"({"type":"CANDIDATE","payload":1})");
  EXPECT_EQ(data_of("null", MessageTag::peerjs_leave), R"({"type":"LEAVE","payload":null})");
}

TEST(WriteNativeTest, NothingForWhatHasWritersOfItsOwn) {
  EXPECT_EQ(write_native(Joined{}, 1), std::nullopt);
  EXPECT_EQ(write_native(Undelivered{"x"}, 1), std::nullopt);
  EXPECT_EQ(write_native(Refused{}, 1), std::nullopt);
  EXPECT_EQ(write_native(Removed{}, 1), std::nullopt);
}

}  // namespace
}  // namespace turnpike::rooms
