#include "rooms/address_tally.hpp"

#include <algorithm>

#include "turnpike/base/check.hpp"

namespace turnpike::rooms {
namespace {

IpAddress key_of(const IpAddress& address) noexcept {
  const IpAddress plain = address.unmapped();
  if (plain.is_v4()) return plain;
  constexpr std::size_t kSubnetBytes = 8;
  IpAddress::V6Bytes bytes{};
  std::ranges::copy(plain.bytes().first(kSubnetBytes), bytes.begin());
  return IpAddress::v6(bytes);
}

}  // namespace

std::uint32_t AddressTally::count(const IpAddress& address) const noexcept {
  const auto found = counts_.find(key_of(address));
  return found == counts_.end() ? 0 : found->second;
}

void AddressTally::add(const IpAddress& address) { ++counts_[key_of(address)]; }

void AddressTally::remove(const IpAddress& address) noexcept {
  const auto found = counts_.find(key_of(address));
  TURNPIKE_CHECK(found != counts_.end());
  if (--found->second == 0) counts_.erase(found);
}

bool counts_as_same(const IpAddress& a, const IpAddress& b) noexcept { return key_of(a) == key_of(b); }

}  // namespace turnpike::rooms
