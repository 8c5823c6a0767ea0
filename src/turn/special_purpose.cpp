#include "turn/special_purpose.hpp"

#include <array>

namespace turnpike::turn {
namespace {

constexpr IpPrefix v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint8_t length) {
  return {IpAddress::v4(a, b, c, d), length};
}

// The first four groups are enough for every block but those spelled out with v6_bytes.
constexpr IpPrefix v6(std::uint16_t a, std::uint16_t b, std::uint16_t c, std::uint16_t d, std::uint8_t length) {
  IpAddress::V6Bytes bytes{};
  const std::array<std::uint16_t, 4> groups{a, b, c, d};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8U);
    bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xffU);
  }
  return {IpAddress::v6(bytes), length};
}

constexpr IpPrefix v6_bytes(const IpAddress::V6Bytes& bytes, std::uint8_t length) {
  return {IpAddress::v6(bytes), length};
}

constexpr std::array kSpecialIpv4{
    v4(0, 0, 0, 0, 8),          // "this network", RFC 791
    v4(0, 0, 0, 0, 32),         // "this host on this network", RFC 1122
    v4(10, 0, 0, 0, 8),         // private use, RFC 1918
    v4(100, 64, 0, 0, 10),      // shared address space (CGNAT), RFC 6598
    v4(127, 0, 0, 0, 8),        // loopback, RFC 1122
    v4(169, 254, 0, 0, 16),     // link local, cloud metadata services among them, RFC 3927
    v4(172, 16, 0, 0, 12),      // private use, RFC 1918
    v4(192, 0, 0, 0, 24),       // IETF protocol assignments, RFC 6890, with all blocks inside
    v4(192, 0, 2, 0, 24),       // documentation, RFC 5737
    v4(192, 31, 196, 0, 24),    // AS112-v4, RFC 7535
    v4(192, 52, 193, 0, 24),    // AMT, RFC 7450
    v4(192, 88, 99, 0, 24),     // 6to4 relay anycast (deprecated), RFC 7526
    v4(192, 168, 0, 0, 16),     // private use, RFC 1918
    v4(192, 175, 48, 0, 24),    // direct delegation AS112, RFC 7534
    v4(198, 18, 0, 0, 15),      // benchmarking, RFC 2544
    v4(198, 51, 100, 0, 24),    // documentation, RFC 5737
    v4(203, 0, 113, 0, 24),     // documentation, RFC 5737
    v4(224, 0, 0, 0, 4),        // multicast, RFC 5771
    v4(240, 0, 0, 0, 4),        // reserved, RFC 1112
    v4(255, 255, 255, 255, 32)  // limited broadcast, RFC 8190
};

constexpr std::array kSpecialIpv6{
    v6(0, 0, 0, 0, 96),                                               // IPv4-compatible (deprecated), RFC 4291
    v6(0, 0, 0, 0, 128),                                              // unspecified, RFC 4291
    v6_bytes({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128),  // loopback, RFC 4291
    v6_bytes({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96),         // IPv4-mapped, RFC 4291
    v6_bytes({0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 96),         // IPv4-translated (SIIT), RFC 2765
    v6(0x0064, 0xff9b, 0, 0, 96),                                     // NAT64 well-known, RFC 6052
    v6(0x0064, 0xff9b, 1, 0, 48),                                     // NAT64 local use, RFC 8215
    v6(0x0100, 0, 0, 0, 64),                                          // discard only, RFC 6666
    v6(0x0100, 0, 0, 1, 64),                                          // dummy prefix, RFC 9780
    v6(0x2001, 0, 0, 0, 23),                                          // IETF protocol assignments with Teredo,
                                                                      // benchmarking, ORCHID inside, RFC 2928
    v6(0x2001, 0, 0, 0, 32),                                          // Teredo, RFC 4380
    v6(0x2001, 0x0db8, 0, 0, 32),                                     // documentation, RFC 3849
    v6(0x2002, 0, 0, 0, 16),                                          // 6to4, RFC 3056
    v6(0x2620, 0x004f, 0x8000, 0, 48),                                // direct delegation AS112, RFC 7534
    v6(0x3fff, 0, 0, 0, 20),                                          // documentation, RFC 9637
    v6(0x5f00, 0, 0, 0, 16),                                          // segment routing SIDs, RFC 9602
    v6(0xfc00, 0, 0, 0, 7),                                           // unique local, RFC 4193
    v6(0xfe80, 0, 0, 0, 10),                                          // link local, RFC 4291
    v6(0xfec0, 0, 0, 0, 10),                                          // site local (deprecated), RFC 3879
    v6(0xff00, 0, 0, 0, 8)                                            // multicast, RFC 4291
};

template <typename Blocks>
std::optional<std::uint8_t> find_longest(const Blocks& blocks, const IpAddress& address) noexcept {
  std::optional<std::uint8_t> longest;
  for (const IpPrefix& block : blocks) {
    if (block.contains(address) && (!longest || block.length > *longest)) longest = block.length;
  }
  return longest;
}

}  // namespace

std::optional<std::uint8_t> find_special_purpose(const IpAddress& address) noexcept {
  return address.is_v4() ? find_longest(kSpecialIpv4, address) : find_longest(kSpecialIpv6, address);
}

}  // namespace turnpike::turn
