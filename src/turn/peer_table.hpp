#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::turn {

/// An IP address to and from which an allocation may relay (RFC 8656 section 9).
struct Permission {
  IpAddress address;
  Instant expires;
};

/// A channel binding (RFC 8656 section 12).
struct Channel {
  std::uint16_t number = 0;
  std::uint16_t permission = 0;  ///< index of the peer's permission
  Endpoint peer;                 ///< as the client knows it
  Endpoint wire;                 ///< as the relay socket reaches it
  Instant expires;
};

enum class BindResult : std::uint8_t { bound, conflict, full };

/// Permissions and channels of one allocation, in small arrays: most have a handful. Bounded by the limits given at
/// each call. What has run out is skipped at once and its place reused later, so no timer is needed.
class PeerTable {
 public:
  // The packet path.
  [[nodiscard]] const Channel* find_channel_of(const Endpoint& peer, Instant now) const noexcept;
  [[nodiscard]] bool is_permitted(const IpAddress& address, Instant now) const noexcept;
  [[nodiscard]] bool is_permitted(const Channel& channel, Instant now) const noexcept {
    return permissions_[channel.permission].expires > now;
  }

  /// Installs or refreshes all of them or, when they do not fit, none (false). May throw std::bad_alloc before any
  /// change.
  [[nodiscard]] bool install_permissions(std::span<const IpAddress> addresses, Instant now, std::size_t limit);
  /// Binds or refreshes the channel and its permission (RFC 8656 section 12.2). May throw std::bad_alloc likewise.
  [[nodiscard]] BindResult bind_channel(std::uint16_t number, const Endpoint& peer, const Endpoint& wire, Instant now,
                                        std::size_t permission_limit, std::size_t channel_limit);

  [[nodiscard]] std::span<const Permission> permissions() const noexcept { return permissions_; }
  /// Sorted by number, those that have run out among them.
  [[nodiscard]] std::span<const Channel> channels() const noexcept { return channels_; }
  void clear() noexcept;

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  [[nodiscard]] std::size_t index_of(const IpAddress& address) const noexcept;
  [[nodiscard]] bool is_reusable(std::size_t index, Instant now) const noexcept;
  [[nodiscard]] std::size_t install(const IpAddress& address, Instant now) noexcept;
  void forget_expired_channels(Instant now) noexcept;

  std::vector<Permission> permissions_;  // an index stays with its address while a channel refers to it
  std::vector<Channel> channels_;        // sorted by number
};

}  // namespace turnpike::turn
