#pragma once

#include <array>
#include <cstdint>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/random.hpp"

namespace turnpike {

/// SipHash-1-3 under a secret key: clients choose what goes into our tables, so they must not know where it lands. Also
/// the hasher of standard containers.
class KeyedHash {
 public:
  using Key = std::array<std::uint64_t, 2>;
  explicit KeyedHash(const Key& key) noexcept : key_(key) {}
  [[nodiscard]] static Key draw_key(Random& random) noexcept { return {random.next_u64(), random.next_u64()}; }

  [[nodiscard]] std::uint64_t operator()(ByteSpan bytes) const noexcept;
  [[nodiscard]] std::uint64_t operator()(const FiveTuple& tuple) const noexcept;
  [[nodiscard]] std::uint64_t operator()(const IpAddress& address) const noexcept;

 private:
  Key key_;
};

}  // namespace turnpike
