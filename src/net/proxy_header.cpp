#include "turnpike/net/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

// Sections are those of HAProxy's "The PROXY protocol, versions 1 & 2" (proxy-protocol.txt).

namespace turnpike::net {
namespace {

using Parsed = Result<ProxyHeader, ProxyHeaderError>;

constexpr std::string_view kTextBeginning = "PROXY ";
constexpr std::size_t kMaxTextHeader = 107;  // with its \r\n, section 2.1
constexpr std::array<std::uint8_t, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                  0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr std::size_t kBinaryHeader = 16;

template <typename T>
T copy_bytes(ByteSpan bytes) noexcept {
  T out{};
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

// ---- version 1 ----

std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept {
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  std::uint16_t port = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size()) return std::nullopt;
  return port;
}

std::optional<Endpoint> parse_endpoint(std::string_view address_text, std::string_view port_text,
                                       AddressFamily family) noexcept {
  const std::optional<IpAddress> address = IpAddress::parse(address_text);
  const std::optional<std::uint16_t> port = parse_port(port_text);
  if (!address || !port || address->family() != family) return std::nullopt;
  return Endpoint{*address, *port};
}

/// "TCP4 192.0.2.1 192.0.2.2 56324 443": exactly one space between two words.
Parsed parse_text_line(std::string_view line, std::size_t length) noexcept {
  // Section 2.1: whatever follows UNKNOWN before the line's end is ignored.
  if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return ProxyHeader{.length = length};
  std::array<std::string_view, 5> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t space = line.find(' ');
    const bool is_last = i + 1 == words.size();
    if (is_last != (space == std::string_view::npos)) return ProxyHeaderError::malformed;
    words[i] = line.substr(0, space);
    if (!is_last) line.remove_prefix(space + 1);
  }
  if (words[0] != "TCP4" && words[0] != "TCP6") return ProxyHeaderError::malformed;
  const AddressFamily family = words[0] == "TCP4" ? AddressFamily::ipv4 : AddressFamily::ipv6;
  const std::optional<Endpoint> source = parse_endpoint(words[1], words[3], family);
  const std::optional<Endpoint> destination = parse_endpoint(words[2], words[4], family);
  if (!source || !destination) return ProxyHeaderError::malformed;
  return ProxyHeader{.length = length, .source = source, .destination = destination};
}

Parsed parse_text(ByteSpan bytes) noexcept {
  const std::string_view text = as_text(bytes.first(std::min(bytes.size(), kMaxTextHeader)));
  if (!text.starts_with(kTextBeginning.substr(0, text.size()))) return ProxyHeaderError::malformed;
  const auto is_unprintable = [](char c) { return c < ' ' || c > '~'; };
  const auto end = static_cast<std::size_t>(std::ranges::find_if(text, is_unprintable) - text.begin());
  const bool may_go_on = text.size() < kMaxTextHeader;
  if (end == text.size()) return may_go_on ? ProxyHeaderError::incomplete : ProxyHeaderError::malformed;
  if (text[end] != '\r') return ProxyHeaderError::malformed;
  if (end + 1 == text.size()) return may_go_on ? ProxyHeaderError::incomplete : ProxyHeaderError::malformed;
  if (text[end + 1] != '\n' || end < kTextBeginning.size()) return ProxyHeaderError::malformed;
  return parse_text_line(text.substr(kTextBeginning.size(), end - kTextBeginning.size()), end + 2);
}

// ---- version 2 ----

constexpr std::array<std::uint32_t, 256> kCrc32c = [] {
  constexpr std::uint32_t kCastagnoli = 0x82f63b78;  // reflected
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kCastagnoli : 0U);
    table[byte] = crc;
  }
  return table;
}();

std::uint32_t crc32c(std::uint32_t crc, ByteSpan bytes) noexcept {
  for (const std::uint8_t byte : bytes) crc = (crc >> 8U) ^ kCrc32c[(crc ^ byte) & 0xffU];
  return crc;
}

/// Section 2.2.3: the checksum is that of the whole header with zeros in its own place.
bool is_checksum_right(ByteSpan header, std::size_t value_offset) noexcept {
  constexpr std::array<std::uint8_t, 4> kZeros{};
  std::uint32_t crc = crc32c(~0U, header.first(value_offset));
  crc = crc32c(crc, kZeros);
  crc = crc32c(crc, header.subspan(value_offset + kZeros.size()));
  return ~crc == load_be<std::uint32_t>(header.subspan(value_offset).first<4>());
}

/// Section 2.2.7: type, length, value. Only the checksum means something here; a wrong one must be refused.
bool are_extensions_right(ByteSpan header, std::size_t begin) noexcept {
  constexpr std::size_t kTlvHeader = 3;
  constexpr std::uint8_t kTypeCrc32c = 0x03;
  for (std::size_t at = begin; at < header.size();) {
    if (header.size() - at < kTlvHeader) return false;
    const std::size_t length = load_be<std::uint16_t>(header.subspan(at + 1).first<2>());
    if (length > header.size() - at - kTlvHeader) return false;
    if (header[at] == kTypeCrc32c && (length != 4 || !is_checksum_right(header, at + kTlvHeader))) return false;
    at += kTlvHeader + length;
  }
  return true;
}

Endpoint read_endpoint(ByteSpan address, ByteSpan port) noexcept {
  const std::uint16_t number = load_be<std::uint16_t>(port.first<2>());
  if (address.size() == 4) return {IpAddress::v4(copy_bytes<IpAddress::V4Bytes>(address)), number};
  return {IpAddress::v6(copy_bytes<IpAddress::V6Bytes>(address)), number};
}

enum class Family : std::uint8_t { unspecified, inet, inet6, unix_domain };  // the values of section 2.2
constexpr std::array<std::size_t, 4> kAddressBytes{0, 12, 36, 216};

/// Family and transport have been judged. An IPv4-mapped IPv6 address stays what it is: the proxy says what its client
/// came by, and who compares addresses makes them canonical anyway.
Parsed read_addresses(ByteSpan header, Family family, bool is_datagram) noexcept {
  const std::size_t size = kAddressBytes[static_cast<std::size_t>(family)];
  if (!are_extensions_right(header, kBinaryHeader + size)) return ProxyHeaderError::malformed;
  ProxyHeader parsed{.length = header.size(), .is_datagram = is_datagram};
  if (family == Family::unix_domain) return parsed;
  const std::size_t width = family == Family::inet ? 4 : 16;
  const ByteSpan block = header.subspan(kBinaryHeader, size);
  const ByteSpan ports = block.subspan(2 * width);
  parsed.source = read_endpoint(block.first(width), ports.first(2));
  parsed.destination = read_endpoint(block.subspan(width, width), ports.subspan(2));
  return parsed;
}

Parsed parse_binary(ByteSpan bytes) noexcept {
  const std::size_t signature = std::min(bytes.size(), kSignature.size());
  if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(signature), kSignature.begin()))
    return ProxyHeaderError::malformed;
  // What is wrong is said as soon as it is there: nobody waits for the rest of a header that cannot become one.
  const bool has_command = bytes.size() > 12;
  if (has_command && bytes[12] != 0x20 && bytes[12] != 0x21) return ProxyHeaderError::malformed;
  const bool is_local = has_command && bytes[12] == 0x20;
  // Section 2.2: with LOCAL the family is ignored, otherwise an unassigned one must be refused.
  if (bytes.size() > 13 && !is_local && (bytes[13] >> 4U > 3 || (bytes[13] & 0xfU) > 2))
    return ProxyHeaderError::malformed;
  if (bytes.size() < kBinaryHeader) return ProxyHeaderError::incomplete;
  const std::size_t length = kBinaryHeader + load_be<std::uint16_t>(bytes.subspan<14, 2>());
  if (length > kMaxProxyHeader) return ProxyHeaderError::malformed;
  const auto family = static_cast<Family>(bytes[13] >> 4U);
  const unsigned transport = bytes[13] & 0xfU;
  // One half unspecified leaves nothing to believe: the real endpoints count, as for UNSPEC.
  const bool is_unspecified = is_local || family == Family::unspecified || transport == 0;
  if (!is_unspecified && length < kBinaryHeader + kAddressBytes[static_cast<std::size_t>(family)])
    return ProxyHeaderError::malformed;
  if (bytes.size() < length) return ProxyHeaderError::incomplete;
  if (is_unspecified) return ProxyHeader{.length = length, .is_datagram = !is_local && transport == 2};
  return read_addresses(bytes.first(length), family, transport == 2);
}

}  // namespace

Result<ProxyHeader, ProxyHeaderError> parse_proxy_header(ByteSpan bytes) noexcept {
  if (bytes.empty()) return ProxyHeaderError::incomplete;
  return bytes.front() == kSignature.front() ? parse_binary(bytes) : parse_text(bytes);
}

}  // namespace turnpike::net
