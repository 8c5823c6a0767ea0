#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "probe/load_socket.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/client/turn_session.hpp"

namespace turnpike::probe {

/// The server still holds an allocation of an earlier socket with the same port (error 437).
struct FiveTupleTaken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One allocation with one channel: the client's socket on one side of the server, the peer's on the other. Both
/// sockets are connected, so that traffic is plain send and receive, and both have the address from which this machine
/// reaches the server: no NAT may be between.
class LoadPair {
 public:
  static constexpr std::uint16_t kChannel = 0x4000;

  /// Allocates and binds the channel; throws FiveTupleTaken, or std::runtime_error when the server refuses or is
  /// silent.
  LoadPair(const client::SessionOptions& options, Random& random);

  /// Gives the allocation back. False when the server did not say that it took it.
  bool release();

  [[nodiscard]] const LoadSocket& client() const noexcept { return client_; }
  [[nodiscard]] const LoadSocket& peer() const noexcept { return peer_; }

 private:
  /// Sends and receives until the request has ended.
  void complete(client::TransactionNumber number, const std::string& what);

  LoadSocket client_;
  LoadSocket peer_;
  client::TurnSession session_;
};

}  // namespace turnpike::probe
