#include "turnpike/stun/framing.hpp"

#include <gtest/gtest.h>

namespace turnpike::stun {
namespace {

/// The ranges of RFC 7983 section 7 with those of a TURN port, written out as a table of their own.
PacketKind expected_kind(unsigned first) {
  switch (first) {
    case 0:
    case 1:
    case 2:
    case 3: return PacketKind::stun;
    default: break;
  }
  // 16 to 19 is ZRTP, 80 to 127 QUIC, 128 to 191 RTP, 192 to 255 QUIC (RFC 9443); none is for us.
  if (first >= 20 && first <= 63) return PacketKind::dtls;
  if (first >= 64 && first <= 79) return PacketKind::channel_data;
  return PacketKind::other;
}

TEST(Classify, TheFirstByteDecidesForAll256) {
  for (unsigned first = 0; first < 256; ++first) {
    const std::array<std::uint8_t, 1> datagram{static_cast<std::uint8_t>(first)};
    EXPECT_EQ(classify(datagram), expected_kind(first)) << first;
  }
}

TEST(Classify, NothingIsNothing) { EXPECT_EQ(classify({}), PacketKind::other); }

}  // namespace
}  // namespace turnpike::stun
