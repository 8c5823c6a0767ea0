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

/// Usernames that are refused until their credential has expired by itself, and users of whom every credential is that
/// expires by then. Bounded.
class Revocations {
 public:
  /// However early a credential expires, it is held so long: what lives by it must be found and ended.
  static constexpr Seconds kShortest{60};
  /// Begins what stands for all credentials of a user: "*:USER" (see RelayCore::revoke()). No username that was minted
  /// begins so.
  static constexpr std::string_view kEveryExpiry = "*:";

  Revocations(std::size_t max, const KeyedHash& hash) : max_(max), names_(hash), users_(hash) {}

  /// Refuses `username` until `expiry`, or until the later one when it is held already. False when there is no room,
  /// and for "*:" alone.
  bool add(std::string username, UnixSeconds expiry, UnixSeconds now) noexcept;
  /// Always looks up four names, whatever it finds.
  [[nodiscard]] bool contains(std::string_view username, UnixSeconds now) const noexcept;
  /// Those that have not run out.
  [[nodiscard]] std::size_t count(UnixSeconds now) const noexcept { return names_.count(now) + users_.count(now); }

 private:
  /// Names, each until its expiry.
  class Table {
   public:
    explicit Table(const KeyedHash& hash) : by_name_(0, Hash{hash}) {}

    /// False when the name is not here.
    bool prolong(std::string_view name, UnixSeconds expiry);
    bool insert(std::string name, UnixSeconds expiry);
    void forget_expired(UnixSeconds now) noexcept;
    /// Whether the name is here until `last` or longer.
    [[nodiscard]] bool holds(std::string_view name, UnixSeconds last) const noexcept;
    [[nodiscard]] std::size_t count(UnixSeconds now) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return by_name_.size(); }

   private:
    // Whoever chooses his username must not choose where it lands.
    struct Hash {
      using is_transparent = void;
      KeyedHash hash;
      std::size_t operator()(std::string_view name) const noexcept {
        return static_cast<std::size_t>(hash(as_bytes(name)));
      }
    };

    std::unordered_map<std::string, UnixSeconds, Hash, std::equal_to<>> by_name_;
    std::set<std::pair<UnixSeconds, std::string_view>> by_expiry_;  // names are by_name_'s keys
  };

  std::size_t max_;
  Table names_;  // whole usernames
  Table users_;  // "*:USER", without what it begins with: a static user may be called so
};

}  // namespace turnpike::turn
