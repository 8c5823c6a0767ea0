#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace turnpike {

enum class AddressFamily : std::uint8_t { ipv4 = 1, ipv6 = 2 };  // the values of RFC 8489 section 14.1

inline constexpr std::array kAddressFamilies{AddressFamily::ipv4, AddressFamily::ipv6};

/// An IPv4 or IPv6 address. A value type; no scope id (link-local peers are never relayed to).
class IpAddress {
 public:
  using V4Bytes = std::array<std::uint8_t, 4>;
  using V6Bytes = std::array<std::uint8_t, 16>;

  constexpr IpAddress() = default;
  static constexpr IpAddress v4(const V4Bytes& bytes) noexcept {
    IpAddress address;
    for (std::size_t i = 0; i < bytes.size(); ++i) address.bytes_[i] = bytes[i];
    return address;
  }
  static constexpr IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) noexcept {
    return v4(V4Bytes{a, b, c, d});
  }
  static constexpr IpAddress v6(const V6Bytes& bytes) noexcept {
    IpAddress address;
    address.family_ = AddressFamily::ipv6;
    address.bytes_ = bytes;
    return address;
  }
  static constexpr IpAddress any(AddressFamily family) noexcept {
    IpAddress address;
    address.family_ = family;
    return address;
  }

  /// Accepts dotted decimal with four parts and RFC 4291 text, without zone and without brackets.
  static std::optional<IpAddress> parse(std::string_view text) noexcept;

  [[nodiscard]] constexpr AddressFamily family() const noexcept { return family_; }
  [[nodiscard]] constexpr bool is_v4() const noexcept { return family_ == AddressFamily::ipv4; }
  [[nodiscard]] constexpr bool is_v6() const noexcept { return family_ == AddressFamily::ipv6; }
  /// 4 or 16 bytes in network order.
  [[nodiscard]] constexpr std::span<const std::uint8_t> bytes() const noexcept {
    return {bytes_.data(), is_v4() ? std::size_t{4} : std::size_t{16}};
  }
  [[nodiscard]] constexpr std::size_t bit_length() const noexcept { return is_v4() ? 32 : 128; }
  [[nodiscard]] bool is_unspecified() const noexcept { return *this == any(family_); }
  /// An IPv4-mapped address (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2) as the IPv4 address it stands for; any other as
  /// is.
  [[nodiscard]] IpAddress unmapped() const noexcept;

  /// RFC 5952 text for IPv6, dotted decimal for IPv4.
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const IpAddress&, const IpAddress&) noexcept = default;
  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) noexcept = default;

 private:
  AddressFamily family_ = AddressFamily::ipv4;
  V6Bytes bytes_{};  // an IPv4 address fills the first four, the rest stays zero, so that == can compare all
};

/// A block of addresses in CIDR form; host bits are zero.
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;

  /// "10.0.0.0/8", "2001:db8::/32" or a single address. Set host bits are refused: they are most likely a mistake.
  static std::optional<IpPrefix> parse(std::string_view text) noexcept;

  /// False across families; canonicalise before asking.
  [[nodiscard]] bool contains(const IpAddress& candidate) const noexcept;
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const IpPrefix&, const IpPrefix&) noexcept = default;
};

}  // namespace turnpike
