#include <string>

#include <gtest/gtest.h>

#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::rooms {
namespace {

std::string payload_of(std::size_t packets) {
  std::string body = "2";
  for (std::size_t i = 1; i < packets; ++i)
    body +=
        "\x1e"
        "2";
  return body;
}

TEST(EnginePacketTest, TheFirstCharacterIsItsType) {
  const auto packet = parse_engine_packet("2probe");
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, EngineType::ping);
  EXPECT_EQ(packet->content, "probe");
}

TEST(EnginePacketTest, EveryTypeIsKnown) {
  for (char type = '0'; type <= '6'; ++type) {
    const auto packet = parse_engine_packet(std::string_view(&type, 1));
    ASSERT_TRUE(packet) << type;
    EXPECT_EQ(static_cast<char>(packet->type), type);
    EXPECT_EQ(packet->content, "");
  }
}

TEST(EnginePacketTest, AnythingElseIsNone) {
  for (const char* text : {"", "7", "/", "bAAAA", " 4", "\xff", "\x1e"})
    EXPECT_FALSE(parse_engine_packet(text)) << text;
}

TEST(EnginePayloadTest, PacketsAreSeparated) {
  const auto packets = parse_engine_payload(
      "440{\"a\":\"\\u001e\"}\x1e"
      "3\x1e"
      "42[\"x\"]");
  ASSERT_TRUE(packets);
  ASSERT_EQ(packets->size(), 3U);
  EXPECT_EQ((*packets)[0].content, "40{\"a\":\"\\u001e\"}");
  EXPECT_EQ((*packets)[1].type, EngineType::pong);
  EXPECT_EQ((*packets)[2].content, "2[\"x\"]");
}

TEST(EnginePayloadTest, OnePacketHasNoSeparator) {
  const auto packets = parse_engine_payload("2");
  ASSERT_TRUE(packets);
  EXPECT_EQ(packets->size(), 1U);
}

TEST(EnginePayloadTest, ThereAreAtMostSixtyFour) {
  EXPECT_TRUE(parse_engine_payload(payload_of(kMaxPayloadPackets)));
  EXPECT_FALSE(parse_engine_payload(payload_of(kMaxPayloadPackets + 1)));
  EXPECT_FALSE(parse_engine_payload(std::string(100'000, '\x1e')));
}

TEST(EnginePayloadTest, OneThatIsNoneSpoilsAll) {
  for (const char* body : {"", "\x1e", "2\x1e",
                           "\x1e"
                           "2",
                           "2\x1e\x1e"
                           "2",
                           "2\x1e"
                           "bAAAA",
                           "2\x1e"
                           "x"}) {
    EXPECT_FALSE(parse_engine_payload(body)) << body;
  }
}

TEST(EngineOpenTest, AllThatTheClientWantsToKnow) {
  EXPECT_EQ(write_engine_open("s1", true, Seconds{25}, Seconds{20}, 100'000),
            R"(0{"sid":"s1","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100000})");
}

TEST(EngineOpenTest, NothingToUpgradeTo) {
  EXPECT_EQ(write_engine_open("s", false, std::chrono::milliseconds{1500}, Seconds{1}, 1),
            R"(0{"sid":"s","upgrades":[],"pingInterval":1500,"pingTimeout":1000,"maxPayload":1})");
}

}  // namespace
}  // namespace turnpike::rooms
