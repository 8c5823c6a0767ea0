#pragma once

#include <cstdint>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/drop_reason.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::stun {

enum class PacketKind : std::uint8_t { stun, channel_data, dtls, other };

// [packet-path 3 begin] first byte, by the RFC 7983 ranges
/// First-byte demultiplexing (RFC 7983 section 7 as updated by RFC 9443 section 3, RFC 8656 section 12).
[[nodiscard]] inline PacketKind classify(ByteSpan datagram) noexcept {
  if (datagram.empty()) return PacketKind::other;
  const std::uint8_t first = datagram.front();
  if (first < 4) return PacketKind::stun;
  if (first >= 64 && first < 80) return PacketKind::channel_data;
  if (first >= 20 && first < 64) return PacketKind::dtls;
  return PacketKind::other;
}
// [packet-path 3 end]

inline constexpr std::size_t kChannelDataHeaderSize = 4;
inline constexpr std::uint16_t kMinChannelNumber = 0x4000;
inline constexpr std::uint16_t kMaxChannelNumber = 0x4fff;
/// RFC 5766 section 11 allowed more; RFC 8656 reserves them.
inline constexpr std::uint16_t kMaxRfc5766ChannelNumber = 0x7fff;

struct ChannelData {
  std::uint16_t channel = 0;
  ByteSpan payload;  ///< in place
};

// [packet-path 4 begin] number and length, range and bounds, payload range
/// RFC 8656 sections 12.4 and 12.6. Bytes behind the payload are tolerated: over UDP padding is allowed.
///
///     0                   1                   2                   3
///     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///    |         Channel Number        |            Length             |
///    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
[[nodiscard]] inline Result<ChannelData, DropReason> parse_channel_data(
    ByteSpan datagram, std::uint16_t max_channel = kMaxChannelNumber) noexcept {
  if (datagram.size() < kChannelDataHeaderSize) return DropReason::malformed_channel_data;
  const auto channel = load_be<std::uint16_t>(datagram.first<2>());
  const auto length = load_be<std::uint16_t>(datagram.subspan<2, 2>());
  if (channel < kMinChannelNumber || channel > max_channel) return DropReason::malformed_channel_data;
  if (length > datagram.size() - kChannelDataHeaderSize) return DropReason::malformed_channel_data;
  return ChannelData{channel, datagram.subspan(kChannelDataHeaderSize, length)};
}
// [packet-path 4 end]

inline void write_channel_data_header(std::span<std::uint8_t, kChannelDataHeaderSize> out, std::uint16_t channel,
                                      std::uint16_t length) noexcept {
  store_be(out.first<2>(), channel);
  store_be(out.last<2>(), length);
}

}  // namespace turnpike::stun
