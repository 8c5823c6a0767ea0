#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "turnpike/base/ip_address.hpp"

namespace turnpike::rooms {

/// How many things each address has. IPv6 counts by its /64, of which one client has all; IPv4-mapped as IPv4. Keeps
/// nothing for who has nothing.
class AddressTally {
 public:
  [[nodiscard]] std::uint32_t count(const IpAddress& address) const noexcept;
  void add(const IpAddress& address);
  /// Takes one add() back.
  void remove(const IpAddress& address) noexcept;
  [[nodiscard]] std::size_t addresses() const noexcept { return counts_.size(); }

 private:
  std::map<IpAddress, std::uint32_t> counts_;
};

/// Whether the tally counts both as one.
[[nodiscard]] bool counts_as_same(const IpAddress& a, const IpAddress& b) noexcept;

}  // namespace turnpike::rooms
