#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "turnpike/base/ip_address.hpp"

namespace turnpike::coturn {

/// Both ends belong to it; they are of one family, and the first is not above the last.
struct AddressRange {
  IpAddress first;
  IpAddress last;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// "10.0.0.1", "10.0.0.1-10.0.0.9" or "10.0.0.0/8". Bits behind the prefix length are ignored.
[[nodiscard]] std::optional<AddressRange> parse_range(std::string_view text) noexcept;

[[nodiscard]] AddressRange range_of(const IpPrefix& prefix) noexcept;

/// The same addresses with nothing named twice, in order; ranges that touch become one.
[[nodiscard]] std::vector<AddressRange> merge(std::vector<AddressRange> ranges);

/// What is in `from` and in none of `without`.
[[nodiscard]] std::vector<AddressRange> subtract(const std::vector<AddressRange>& from,
                                                 const std::vector<AddressRange>& without);

/// The fewest blocks that together are the range, in order.
[[nodiscard]] std::vector<IpPrefix> prefixes_of(const AddressRange& range);

}  // namespace turnpike::coturn
