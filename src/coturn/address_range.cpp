#include "coturn/address_range.hpp"

#include <algorithm>
#include <charconv>

namespace turnpike::coturn {
namespace {

IpAddress::V6Bytes bytes_of(const IpAddress& address) noexcept {
  IpAddress::V6Bytes bytes{};
  std::ranges::copy(address.bytes(), bytes.begin());
  return bytes;
}

IpAddress with_bytes(const IpAddress& like, const IpAddress::V6Bytes& bytes) noexcept {
  return like.is_v6() ? IpAddress::v6(bytes) : IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

bool bit_of(const IpAddress::V6Bytes& bytes, std::size_t bit) noexcept {
  return (bytes[bit / 8] & (0x80U >> (bit % 8))) != 0;
}

void set_bit(IpAddress::V6Bytes& bytes, std::size_t bit, bool value) noexcept {
  const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
  bytes[bit / 8] = static_cast<std::uint8_t>(value ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
}

/// The address with all bits from `length` on set to `value`.
IpAddress filled(const IpAddress& address, std::size_t length, bool value) noexcept {
  IpAddress::V6Bytes bytes = bytes_of(address);
  for (std::size_t bit = length; bit < address.bit_length(); ++bit) set_bit(bytes, bit, value);
  return with_bytes(address, bytes);
}

/// The neighbour above or below; nothing at the end of the family's addresses.
std::optional<IpAddress> neighbour(const IpAddress& address, bool above) noexcept {
  IpAddress::V6Bytes bytes = bytes_of(address);
  for (std::size_t bit = address.bit_length(); bit-- > 0;) {
    const bool was = bit_of(bytes, bit);
    set_bit(bytes, bit, !was);
    if (was != above) return with_bytes(address, bytes);
  }
  return std::nullopt;
}

std::optional<AddressRange> parse_block(std::string_view address_text, std::string_view length_text) noexcept {
  const auto address = IpAddress::parse(address_text);
  std::size_t length = 0;
  const char* const end = length_text.data() + length_text.size();
  const auto parsed = std::from_chars(length_text.data(), end, length);
  if (!address || parsed.ec != std::errc{} || parsed.ptr != end || length > address->bit_length()) return std::nullopt;
  return AddressRange{filled(*address, length, false), filled(*address, length, true)};
}

/// The largest block that begins at `first` and does not reach beyond `last`.
IpPrefix largest_block(const IpAddress& first, const IpAddress& last) noexcept {
  std::size_t length = first.bit_length();
  while (length > 0 && filled(first, length - 1, false) == first && filled(first, length - 1, true) <= last) --length;
  return {first, static_cast<std::uint8_t>(length)};
}

}  // namespace

std::optional<AddressRange> parse_range(std::string_view text) noexcept {
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    return parse_block(text.substr(0, slash), text.substr(slash + 1));
  }
  const std::size_t dash = text.find('-');
  const auto first = IpAddress::parse(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : IpAddress::parse(text.substr(dash + 1));
  if (!first || !last || first->family() != last->family() || *first > *last) return std::nullopt;
  return AddressRange{*first, *last};
}

AddressRange range_of(const IpPrefix& prefix) noexcept {
  return {prefix.address, filled(prefix.address, prefix.length, true)};
}

std::vector<AddressRange> merge(std::vector<AddressRange> ranges) {
  std::ranges::sort(ranges, {}, &AddressRange::first);
  std::vector<AddressRange> merged;
  for (const AddressRange& range : ranges) {
    if (!merged.empty() && merged.back().first.family() == range.first.family()) {
      const auto above = neighbour(merged.back().last, true);
      if (!above || range.first <= *above) {
        merged.back().last = std::max(merged.back().last, range.last);
        continue;
      }
    }
    merged.push_back(range);
  }
  return merged;
}

std::vector<AddressRange> subtract(const std::vector<AddressRange>& from, const std::vector<AddressRange>& without) {
  std::vector<AddressRange> left;
  const std::vector<AddressRange> holes = merge(without);
  for (AddressRange rest : merge(from)) {
    bool is_gone = false;
    for (const AddressRange& hole : holes) {
      const bool is_elsewhere = hole.first.family() != rest.first.family() || hole.last < rest.first;
      if (is_elsewhere || hole.first > rest.last) continue;
      if (hole.first > rest.first) left.push_back({rest.first, *neighbour(hole.first, false)});
      is_gone = hole.last >= rest.last;
      if (is_gone) break;
      rest.first = *neighbour(hole.last, true);
    }
    if (!is_gone) left.push_back(rest);
  }
  return left;
}

std::vector<IpPrefix> prefixes_of(const AddressRange& range) {
  std::vector<IpPrefix> blocks;
  std::optional<IpAddress> next = range.first;
  while (next && *next <= range.last) {
    blocks.push_back(largest_block(*next, range.last));
    next = neighbour(range_of(blocks.back()).last, true);
  }
  return blocks;
}

}  // namespace turnpike::coturn
