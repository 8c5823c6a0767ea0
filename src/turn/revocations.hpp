#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/keyed_hash.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::turn {

/// Usernames that are refused until their credential has expired by itself. Bounded.
class Revocations {
 public:
  /// However early a credential expires, it is held so long: what lives by it must be found and ended.
  static constexpr Seconds kShortest{60};

  Revocations(std::size_t max, const KeyedHash& hash) : max_(max), by_name_(0, Hash{hash}) {}

  /// Refuses `username` until `expiry`, or until the later one when it is held already. False when there is no room.
  bool add(std::string username, UnixSeconds expiry, UnixSeconds now) noexcept;
  [[nodiscard]] bool contains(std::string_view username, UnixSeconds now) const noexcept;
  /// Those that have not run out.
  [[nodiscard]] std::size_t count(UnixSeconds now) const noexcept;

 private:
  // Whoever chooses his username must not choose where it lands.
  struct Hash {
    using is_transparent = void;
    KeyedHash hash;
    std::size_t operator()(std::string_view name) const noexcept {
      return static_cast<std::size_t>(hash(as_bytes(name)));
    }
  };

  void forget_expired(UnixSeconds now) noexcept;
  bool insert(std::string username, UnixSeconds expiry);

  std::size_t max_;
  std::unordered_map<std::string, UnixSeconds, Hash, std::equal_to<>> by_name_;
  std::set<std::pair<UnixSeconds, std::string_view>> by_expiry_;  // names are by_name_'s keys
};

}  // namespace turnpike::turn
