#include "turnpike/stun/framing.hpp"

#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;
using test::from_hex;

TEST(ChannelData, PayloadIsARangeOfTheDatagram) {
  const Bytes datagram = from_hex("4001 0003 616263");
  const auto frame = parse_channel_data(datagram);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->channel, 0x4001);
  EXPECT_EQ(as_text(frame->payload), "abc");
  EXPECT_EQ(frame->payload.data(), datagram.data() + 4);
}

TEST(ChannelData, AnEmptyPayloadIsAPayload) {
  const auto frame = parse_channel_data(from_hex("4000 0000"));
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->payload.empty());
}

TEST(ChannelData, PaddingAndAnythingElseBehindThePayloadIsIgnored) {
  const Bytes padded = from_hex("4001 0003 616263 00");
  EXPECT_EQ(as_text(parse_channel_data(padded)->payload), "abc");
  const Bytes garbage = from_hex("4001 0001 61 ffffffffffff");
  EXPECT_EQ(as_text(parse_channel_data(garbage)->payload), "a");
}

TEST(ChannelData, EveryChannelNumberIsAcceptedInItsRangeOnly) {
  for (unsigned number = 0; number < 0x10000; ++number) {
    std::array<std::uint8_t, 4> datagram{};
    write_channel_data_header(datagram, static_cast<std::uint16_t>(number), 0);
    const auto frame = parse_channel_data(datagram);
    EXPECT_EQ(frame.has_value(), number >= 0x4000 && number <= 0x4fff) << number;
  }
}

TEST(ChannelData, ALengthBeyondTheDatagramIsMalformed) {
  for (const char* hex : {"4001 0001", "4001 0004 616263", "4001 ffff 61", "", "40", "4001", "400100"}) {
    const Bytes datagram = from_hex(hex);
    const auto frame = parse_channel_data(datagram);
    ASSERT_FALSE(frame) << hex;
    EXPECT_EQ(frame.error(), DropReason::malformed_channel_data);
  }
}

TEST(ChannelData, TheLargestFrameFits) {
  Bytes datagram(4 + 65535);
  write_channel_data_header(std::span{datagram}.first<4>(), 0x4fff, 65535);
  EXPECT_EQ(parse_channel_data(datagram)->payload.size(), 65535U);
  datagram.pop_back();
  EXPECT_FALSE(parse_channel_data(datagram));
}

TEST(ChannelData, TheWrittenHeaderIsTheWireForm) {
  std::array<std::uint8_t, 4> header{};
  write_channel_data_header(header, 0x4abc, 0x0102);
  EXPECT_EQ(test::to_hex(header), "4abc0102");
}

}  // namespace
}  // namespace turnpike::stun
