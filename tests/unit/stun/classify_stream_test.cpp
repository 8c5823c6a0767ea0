#include <gtest/gtest.h>

#include <ostream>

#include "support/hex.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/stun/stream_framing.hpp"

namespace turnpike::stun {

void PrintTo(StreamKind kind, std::ostream* out) {
  constexpr std::array<const char*, 5> kNames{"undecided", "tls", "turn", "http", "other"};
  *out << kNames.at(static_cast<std::size_t>(kind));
}

namespace {

using test::Bytes;
using test::from_hex;

StreamKind classify_text(std::string_view text) { return classify_stream(as_bytes(text)); }

/// How many bytes it takes to decide, with the decision.
std::pair<std::size_t, StreamKind> decide(ByteSpan bytes) {
  for (std::size_t count = 0; count <= bytes.size(); ++count) {
    const StreamKind kind = classify_stream(bytes.first(count));
    if (kind != StreamKind::undecided) return {count, kind};
  }
  return {bytes.size(), StreamKind::undecided};
}
std::pair<std::size_t, StreamKind> decide(std::string_view text) { return decide(as_bytes(text)); }

using Decision = std::pair<std::size_t, StreamKind>;

TEST(ClassifyStream, NothingDecidesNothing) { EXPECT_EQ(classify_stream({}), StreamKind::undecided); }

TEST(ClassifyStream, AClientHelloIsKnownByItsSixthByte) {
  EXPECT_EQ(decide(from_hex("16 03 01 0200 01 0001fc 0303")), Decision(6, StreamKind::tls));
  EXPECT_EQ(decide(from_hex("16 03 03 4000 01 003ffc 0303")), Decision(6, StreamKind::tls));
}

TEST(ClassifyStream, ARecordThatIsNoClientHelloIsSomethingElseAtOnce) {
  EXPECT_EQ(decide(from_hex("16 02 01 0200 01")), Decision(2, StreamKind::other));
  EXPECT_EQ(decide(from_hex("16 03 05 0200 01")), Decision(3, StreamKind::other));
  EXPECT_EQ(decide(from_hex("16 03 01 0000 01")), Decision(5, StreamKind::other)) << "an empty record";
  EXPECT_EQ(decide(from_hex("16 03 01 4001 01")), Decision(5, StreamKind::other)) << "longer than records are";
  EXPECT_EQ(decide(from_hex("16 03 01 0200 02")), Decision(6, StreamKind::other)) << "a ServerHello";
  EXPECT_EQ(decide(from_hex("15 03 01 0002 02 28")), Decision(1, StreamKind::other)) << "an alert";
  EXPECT_EQ(decide(from_hex("16 fe ff 0000")), Decision(2, StreamKind::other)) << "DTLS";
}

TEST(ClassifyStream, AStunMessageIsKnownByItsCookie) {
  EXPECT_EQ(decide(from_hex("0003 0008 2112a442 000102")), Decision(8, StreamKind::turn));
  EXPECT_EQ(decide(from_hex("0001 0000 2112a442")), Decision(8, StreamKind::turn));
}

TEST(ClassifyStream, WhatCannotBecomeStunIsSomethingElseAtOnce) {
  EXPECT_EQ(decide(from_hex("0001 0001 2112a442")), Decision(4, StreamKind::other)) << "a length of no whole words";
  EXPECT_EQ(decide(from_hex("0001 0000 2012a442")), Decision(5, StreamKind::other));
  EXPECT_EQ(decide(from_hex("0001 0000 2112a443")), Decision(8, StreamKind::other));
}

TEST(ClassifyStream, EveryMethodIsHttpWithItsSpace) {
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"}) {
    EXPECT_EQ(decide(method + " / HTTP/1.1\r\n"), Decision(method.size() + 1, StreamKind::http));
    EXPECT_EQ(classify_text(method + "S / HTTP/1.1\r\n"), StreamKind::other) << method;
    EXPECT_EQ(classify_text(method + "\t/ HTTP/1.1\r\n"), StreamKind::other) << method;
  }
  EXPECT_EQ(classify_text("get / HTTP/1.1\r\n"), StreamKind::other);
}

TEST(ClassifyStream, TheSecondVersionsPrefaceIsHttp) {
  EXPECT_EQ(decide("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Decision(14, StreamKind::http));
  EXPECT_EQ(decide("PRI / HTTP/2.0\r\n"), Decision(5, StreamKind::other));
}

TEST(ClassifyStream, ChannelDataCannotComeFirst) {
  EXPECT_EQ(classify_stream(from_hex("4001 0004 61626364")), StreamKind::other);
  EXPECT_EQ(classify_stream(from_hex("4fff 0000")), StreamKind::other);
}

TEST(ClassifyStream, BannersOfOtherProtocolsAreSomethingElse) {
  const std::string smtp = "EHLO example.org\r\n";
  const std::string ssh = "SSH-2.0-OpenSSH_9.2p1\r\n";
  for (const std::string& text :
       {ssh, smtp, std::string("HELO a\r\n"), std::string("220 mail ESMTP\r\n"),
        std::string("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"), std::string("\r\n\r\n"),
        std::string("USER anonymous\r\n"), std::string("PING\r\n"), std::string("REGISTER sip:a SIP/2.0\r\n"),
        std::string("DESCRIBE rtsp://a RTSP/1.0")}) {
    EXPECT_EQ(classify_text(text), StreamKind::other) << text;
  }
  EXPECT_EQ(classify_stream(from_hex("0300 0013 0ee0 0000 0000 0001 0008 0003 000000")), StreamKind::other) << "RDP";
  EXPECT_EQ(classify_stream(from_hex("4a00 0000 0a38 2e30 2e33 3300")), StreamKind::other) << "MySQL";
  EXPECT_EQ(classify_stream(from_hex("0000 0008 04d2 162f")), StreamKind::other) << "PostgreSQL asking for TLS";
  EXPECT_EQ(classify_stream(from_hex("80 2e 01 0301 0015")), StreamKind::other) << "a hello of SSL 2";
  EXPECT_EQ(classify_stream(from_hex("05 01 00")), StreamKind::other) << "SOCKS";
  EXPECT_EQ(classify_stream(from_hex("0000 0054 ff534d4272")), StreamKind::other) << "SMB";
}

TEST(ClassifyStream, DecidesWithin24BytesAndStaysWithIt) {
  test::SeededRandom random(20261121);
  constexpr std::string_view kFirsts = "\x16\x01GHPDOCT";
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes = random.bytes(24);
    bytes[0] = static_cast<std::uint8_t>(kFirsts[random.below(kFirsts.size())]);
    const auto [count, kind] = decide(bytes);
    ASSERT_NE(kind, StreamKind::undecided);
    for (std::size_t size = count; size <= bytes.size(); ++size) {
      ASSERT_EQ(classify_stream(ByteSpan(bytes).first(size)), kind);
    }
  }
}

TEST(ClassifyStream, EveryFirstByteThatFitsNothingIsDecidedAlone) {
  for (unsigned first = 0; first < 256; ++first) {
    const std::array<std::uint8_t, 1> byte{static_cast<std::uint8_t>(first)};
    const bool fits = first < 4 || first == 0x16 ||
                      std::string_view("GHPDOCT").find(static_cast<char>(first)) != std::string_view::npos;
    EXPECT_EQ(classify_stream(byte), fits ? StreamKind::undecided : StreamKind::other) << first;
  }
}

}  // namespace
}  // namespace turnpike::stun
