#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "support/vectors.hpp"
#include "turnpike/base/ip_address.hpp"

namespace turnpike::test {

/// Every block of one of the IANA special-purpose registries. A cell may list several.
[[nodiscard]] inline std::vector<IpPrefix> read_special_purpose_blocks(const std::string& vector) {
  std::vector<IpPrefix> blocks;
  for (const CsvRow& row : read_csv_vector(vector)) {
    std::istringstream cell{row.at(0)};
    for (std::string text; std::getline(cell >> std::ws, text, ',');) blocks.push_back(IpPrefix::parse(text).value());
  }
  return blocks;
}

[[nodiscard]] inline IpAddress from_address_bytes(AddressFamily family, const std::vector<std::uint8_t>& bytes) {
  if (family == AddressFamily::ipv4) return IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
  IpAddress::V6Bytes all{};
  std::copy_n(bytes.begin(), all.size(), all.begin());
  return IpAddress::v6(all);
}

/// The block's address whose host bits are all `bit`.
[[nodiscard]] inline IpAddress with_host_bits(const IpPrefix& block, bool bit) {
  std::vector<std::uint8_t> bytes(block.address.bytes().begin(), block.address.bytes().end());
  for (std::size_t i = block.length; i < bytes.size() * 8; ++i) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (i % 8));
    bytes[i / 8] = static_cast<std::uint8_t>(bit ? bytes[i / 8] | mask : bytes[i / 8] & ~mask);
  }
  return from_address_bytes(block.address.family(), bytes);
}

[[nodiscard]] inline IpAddress first_of(const IpPrefix& block) { return with_host_bits(block, false); }
[[nodiscard]] inline IpAddress last_of(const IpPrefix& block) { return with_host_bits(block, true); }

/// The address with its first host bit set: half way through.
[[nodiscard]] inline IpAddress middle_of(const IpPrefix& block) {
  std::vector<std::uint8_t> bytes(block.address.bytes().begin(), block.address.bytes().end());
  if (block.length < bytes.size() * 8) {
    bytes[block.length / 8U] = static_cast<std::uint8_t>(bytes[block.length / 8U] | (0x80U >> (block.length % 8U)));
  }
  return from_address_bytes(block.address.family(), bytes);
}

/// The address after (`step` 1) or before (`step` -1) in numeric order; wraps around.
[[nodiscard]] inline IpAddress neighbour_of(const IpAddress& address, int step) {
  std::vector<std::uint8_t> bytes(address.bytes().begin(), address.bytes().end());
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    const std::uint8_t before = *byte;
    *byte = static_cast<std::uint8_t>(before + step);
    const bool carries = step > 0 ? before == 0xff : before == 0;
    if (!carries) break;
  }
  return from_address_bytes(address.family(), bytes);
}

}  // namespace turnpike::test
