#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/keyed_hash.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::control {

/// Slows down those who try keys, or draw credentials that need none: ten from a source (IPv6: one /64) are free, then
/// one each six seconds is, and in between nothing of the kind that comes from there is looked at. A fixed table: of
/// two sources that fall together the later one takes the place. That forgives the other one, which keys of 256 bits
/// can afford; that many sources could keep out one that is innocent would be worse.
class SourceSlowdown {
 public:
  explicit SourceSlowdown(const KeyedHash::Key& key);

  /// How long this source has to wait before its next one is looked at; nothing when it may go on.
  [[nodiscard]] std::optional<Seconds> wait_of(const IpAddress& source, Instant now) const noexcept;
  void count(const IpAddress& source, Instant now) noexcept;
  /// Sources that are made to wait.
  [[nodiscard]] std::size_t waiting(Instant now) const noexcept;

 private:
  struct Entry {
    std::uint64_t source = 0;  // by hash
    Instant free_from{};       // the debt, as the instant at which it is paid off
  };
  KeyedHash hash_;
  std::vector<Entry> entries_;
};

}  // namespace turnpike::control
