#include "turnpike/rooms/peerjs_codec.hpp"

#include <string>

#include <gtest/gtest.h>

#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::rooms {
namespace {

using Type = PeerJsMessage::Type;

PeerJsMessage parsed(std::string_view text) {
  const auto message = parse_peerjs(text);
  EXPECT_TRUE(message) << text;
  return message ? *message : PeerJsMessage{};
}

std::string fault_of(std::string_view text) {
  const auto message = parse_peerjs(text);
  return message ? "no fault" : message.error().words;
}

std::optional<std::string> written(std::string body, MessageTag tag) {
  return write_peerjs(
      Signal{"alice", static_cast<std::uint8_t>(tag), std::make_shared<const std::string>(std::move(body))}, "bob c");
}

TEST(ParsePeerJsTest, AHeartbeatHasOnlyItsType) { EXPECT_EQ(parsed(R"({"type":"HEARTBEAT"})").type, Type::heartbeat); }

TEST(ParsePeerJsTest, WhatIsRelayedHasADestinationAndAPayload) {
  const auto offer = parsed(R"({"type":"OFFER","payload":{"sdp":{"type":"offer"}, "x":1},"dst":"bob c"})");
  EXPECT_EQ(offer.type, Type::offer);
  EXPECT_EQ(offer.destination, "bob c");
  EXPECT_EQ(*offer.payload, R"({"sdp":{"type":"offer"}, "x":1})");
  EXPECT_EQ(parsed(R"({"type":"ANSWER","dst":"b"})").type, Type::answer);
  EXPECT_EQ(parsed(R"({"type":"CANDIDATE","dst":"b"})").type, Type::candidate);
  EXPECT_EQ(parsed(R"({"type":"LEAVE","dst":"b"})").type, Type::leave);
}

TEST(ParsePeerJsTest, AnAbsentPayloadIsNull) { EXPECT_EQ(*parsed(R"({"type":"LEAVE","dst":"b"})").payload, "null"); }

TEST(ParsePeerJsTest, TheSourceIsIgnored) {
  EXPECT_EQ(parsed(R"({"type":"OFFER","dst":"b","src":{"forged":1}})").type, Type::offer);
}

TEST(ParsePeerJsTest, LeavingNeedsNoDestination) {
  EXPECT_EQ(parsed(R"({"type":"LEAVE"})").type, Type::leave);
  EXPECT_EQ(parsed(R"({"type":"LEAVE","dst":null})").destination, "");
}

TEST(ParsePeerJsTest, WhatPeerServerDropsIsOther) {
  for (const char* text :
       {R"({"type":"OFFER"})", R"({"type":"ANSWER","dst":""})", R"({"type":"CANDIDATE","payload":1})",
        R"({"type":"OPEN","dst":7})", R"({"type":"EXPIRE","dst":"b"})", R"({"type":"offer","dst":"b"})"}) {
    EXPECT_EQ(parsed(text).type, Type::other) << text;
    EXPECT_NE(parsed(text).payload, nullptr);
  }
}

TEST(ParsePeerJsTest, WhatIsNoMessageIsAFault) {
  EXPECT_EQ(fault_of("[]"), "a message must be a JSON object");
  EXPECT_EQ(fault_of("{}"), "\"type\" is missing");
  EXPECT_EQ(fault_of(R"({"type":1})"), "\"type\" must be a text");
  EXPECT_EQ(fault_of(R"({"type":"HEARTBEAT","type":"HEARTBEAT"})"), "a name stands twice in one object");
  EXPECT_NE(fault_of("{"), "no fault");
}

TEST(ParsePeerJsTest, TheDestinationIsAnId) {
  EXPECT_EQ(fault_of(R"({"type":"OFFER","dst":[]})"), "\"dst\" must be a text or a number");
  EXPECT_EQ(fault_of(R"({"type":"OFFER","dst":"a\nb"})"), "\"dst\" has control characters");
  EXPECT_EQ(fault_of(R"({"type":"OFFER","dst":")" + std::string(kMaxUserId + 1, 'x') + "\"}"),
            "\"dst\" is longer than 64 bytes");
}

TEST(ParsePeerJsTest, TagsAreOfTheTypes) {
  EXPECT_EQ(tag_of(Type::offer), MessageTag::peerjs_offer);
  EXPECT_EQ(tag_of(Type::answer), MessageTag::peerjs_answer);
  EXPECT_EQ(tag_of(Type::candidate), MessageTag::peerjs_candidate);
  EXPECT_EQ(tag_of(Type::leave), MessageTag::peerjs_leave);
}

TEST(WritePeerJsTest, WhatTheServerSays) {
  EXPECT_EQ(write_peerjs_open(), R"({"type":"OPEN"})");
  EXPECT_EQ(write_peerjs_id_taken(), R"({"type":"ID-TAKEN","payload":{"msg":"ID is taken"}})");
  EXPECT_EQ(write_peerjs_error("\"key\""), R"({"type":"ERROR","payload":{"msg":"\"key\""}})");
  EXPECT_EQ(write_peerjs_expire("a b", "c"), R"({"type":"EXPIRE","src":"a b","dst":"c"})");
}

TEST(WritePeerJsTest, WhatIsRelayedHasExactlyFourMembers) {
  EXPECT_EQ(written(R"({"sdp":1})", MessageTag::peerjs_offer),
            R"({"type":"OFFER","src":"alice","dst":"bob c","payload":{"sdp":1}})");
  EXPECT_EQ(written("1", MessageTag::peerjs_answer), R"({"type":"ANSWER","src":"alice","dst":"bob c","payload":1})");
  EXPECT_EQ(written("1", MessageTag::peerjs_candidate),
            R"({"type":"CANDIDATE","src":"alice","dst":"bob c","payload":1})");
  EXPECT_EQ(written("null", MessageTag::peerjs_leave),
            R"({"type":"LEAVE","src":"alice","dst":"bob c","payload":null})");
}

TEST(WritePeerJsTest, WhatWasNotDeliveredExpires) {
  EXPECT_EQ(write_peerjs(Undelivered{"gone"}, "me"), R"({"type":"EXPIRE","src":"gone","dst":"me"})");
}

TEST(WritePeerJsTest, SignalsInPeerServersWordsAreTranslated) {
  EXPECT_EQ(written(R"({"payload":{"sdp":1},"type":"OFFER","src":"forged"})", MessageTag::signal),
            R"({"type":"OFFER","src":"alice","dst":"bob c","payload":{"sdp":1}})");
  EXPECT_EQ(written(R"({"type":"LEAVE"})", MessageTag::signal),
            R"({"type":"LEAVE","src":"alice","dst":"bob c","payload":null})");
}

TEST(WritePeerJsTest, OtherSignalsAreLeftOut) {
  for (const char* body : {R"({"type":"offer","sdp":""})", R"({"type":"HEARTBEAT"})", R"({"type":"OPEN"})", "{}", "[]",
                           R"({"type":1})", "null", R"("OFFER")"}) {
    EXPECT_EQ(written(body, MessageTag::signal), std::nullopt) << body;
  }
  EXPECT_EQ(written(R"({"type":"OFFER"})", MessageTag::offer), std::nullopt);
}

TEST(WritePeerJsTest, WhatItCannotSayIsLeftOut) {
  EXPECT_EQ(write_peerjs(Joined{}, "me"), std::nullopt);
  EXPECT_EQ(write_peerjs(PeerJoined{}, "me"), std::nullopt);
  EXPECT_EQ(write_peerjs(PeerLeft{}, "me"), std::nullopt);
  EXPECT_EQ(write_peerjs(Chat{}, "me"), std::nullopt);
  EXPECT_EQ(write_peerjs(Refused{}, "me"), std::nullopt);
  EXPECT_EQ(write_peerjs(Removed{}, "me"), std::nullopt);
}

}  // namespace
}  // namespace turnpike::rooms
