#pragma once

#include <string>
#include <string_view>

#include "server/config.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/keyed_hash.hpp"
#include "turnpike/base/random.hpp"

namespace turnpike::server {

/// Decides how addresses appear in the log. A relay sees everybody's addresses; its log need not.
///
/// Hidden, an address is a token under a key of this process: the lines of one client can be found together, but nobody
/// can compute the address back, nor compare it with another server's log or that of the time before a restart.
class AddressMasker {
 public:
  AddressMasker(LogAddresses mode, Random& random);

  /// Tokens stay the same.
  void set_mode(LogAddresses mode) noexcept { mode_ = mode; }

  /// "client-3fa9c2d1" or "192.0.2.1:50000".
  [[nodiscard]] std::string client(const Endpoint& endpoint, LogLevel level) const;
  /// "peer-3fa9c2d1" or "192.0.2.1:50000".
  [[nodiscard]] std::string peer(const Endpoint& endpoint, LogLevel level) const;
  /// A relayed transport address: "ipv4:50000" or "203.0.113.7:50000".
  [[nodiscard]] std::string relayed(const Endpoint& endpoint, LogLevel level) const;

 private:
  /// Full addresses are written at debug and below, or when the operator asked for them.
  [[nodiscard]] bool shows(LogLevel level) const noexcept {
    return mode_ == LogAddresses::full || level <= LogLevel::debug;
  }
  [[nodiscard]] std::string token(std::string_view role, const IpAddress& address) const;

  LogAddresses mode_;
  KeyedHash hash_;
};

}  // namespace turnpike::server
