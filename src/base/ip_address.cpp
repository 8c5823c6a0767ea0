#include "turnpike/base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "turnpike/base/bytes.hpp"

namespace turnpike {
namespace {

constexpr std::size_t kMaxAddressText = 45;  // eight groups with an IPv4 tail
constexpr std::size_t kGroups = 8;
using Groups = std::array<std::uint16_t, kGroups>;

Groups groups_of(ByteSpan bytes) noexcept {
  Groups groups{};
  for (std::size_t i = 0; i < kGroups; ++i) groups[i] = load_be<std::uint16_t>(bytes.subspan(2 * i).first<2>());
  return groups;
}

struct Run {
  std::size_t begin = kGroups;
  std::size_t length = 0;
};

/// RFC 5952 section 4.2: the longest run of zero groups, the first of equals, never a single one.
Run longest_zero_run(const Groups& groups, std::size_t count) noexcept {
  Run best;
  for (std::size_t begin = 0; begin < count; ++begin) {
    std::size_t end = begin;
    while (end < count && groups[end] == 0) ++end;
    if (end - begin > std::max<std::size_t>(best.length, 1)) best = {begin, end - begin};
    begin = std::max(begin, end);
  }
  return best;
}

void append_number(std::string& text, unsigned value, int base) {
  std::array<char, 8> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  text.append(digits.data(), result.ptr);
}

void append_v4(std::string& text, ByteSpan bytes) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i != 0) text += '.';
    append_number(text, bytes[i], 10);
  }
}

/// RFC 5952 section 5: an IPv4-mapped address shows its IPv4 part in decimal.
bool is_v4_mapped(const Groups& groups) noexcept {
  return std::all_of(groups.begin(), groups.begin() + 5, [](std::uint16_t group) { return group == 0; }) &&
         groups[5] == 0xffff;
}

void append_v6(std::string& text, ByteSpan bytes) {
  const Groups groups = groups_of(bytes);
  const bool mapped = is_v4_mapped(groups);
  const std::size_t count = mapped ? 6 : kGroups;
  const Run run = longest_zero_run(groups, count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i == run.begin) {
      text += "::";
      i += run.length - 1;
      continue;
    }
    if (i != 0 && text.back() != ':') text += ':';
    append_number(text, groups[i], 16);
  }
  if (!mapped) return;
  text += ':';
  append_v4(text, bytes.subspan(12));
}

std::uint8_t mask_of(std::size_t bits) noexcept {
  return static_cast<std::uint8_t>(0xff00U >> std::min<std::size_t>(bits, 8));
}

/// The bits behind the first `length` ones.
bool has_host_bits(ByteSpan bytes, std::size_t length) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t bits = length > 8 * i ? length - 8 * i : 0;
    if ((bytes[i] & static_cast<std::uint8_t>(~mask_of(bits))) != 0) return true;
  }
  return false;
}

}  // namespace

IpAddress IpAddress::unmapped() const noexcept {
  constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (is_v4() || !std::equal(kPrefix.begin(), kPrefix.end(), bytes_.begin())) return *this;
  return v4(bytes_[12], bytes_[13], bytes_[14], bytes_[15]);
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) noexcept {
  if (text.size() > kMaxAddressText || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::array<char, kMaxAddressText + 1> terminated{};
  std::copy(text.begin(), text.end(), terminated.begin());
  V4Bytes v4_bytes{};
  if (inet_pton(AF_INET, terminated.data(), v4_bytes.data()) == 1) return v4(v4_bytes);
  V6Bytes v6_bytes{};
  if (inet_pton(AF_INET6, terminated.data(), v6_bytes.data()) == 1) return v6(v6_bytes);
  return std::nullopt;
}

std::string IpAddress::to_string() const {
  std::string text;
  text.reserve(kMaxAddressText);
  if (is_v4()) {
    append_v4(text, bytes());
  } else {
    append_v6(text, bytes());
  }
  return text;
}

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  auto length = static_cast<unsigned>(address->bit_length());
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const bool is_number = result.ec == std::errc{} && result.ptr == digits.data() + digits.size();
    if (!is_number || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  }
  if (length > address->bit_length() || has_host_bits(address->bytes(), length)) return std::nullopt;
  return IpPrefix{*address, static_cast<std::uint8_t>(length)};
}

bool IpPrefix::contains(const IpAddress& candidate) const noexcept {
  if (candidate.family() != address.family()) return false;
  const ByteSpan ours = address.bytes();
  const ByteSpan theirs = candidate.bytes();
  const std::size_t whole = length / 8U;
  if (!std::equal(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(whole), theirs.begin())) return false;
  const std::size_t rest = length % 8U;
  return rest == 0 || ((ours[whole] ^ theirs[whole]) & mask_of(rest)) == 0;
}

std::string IpPrefix::to_string() const {
  std::string text = address.to_string();
  text += '/';
  append_number(text, length, 10);
  return text;
}

}  // namespace turnpike
