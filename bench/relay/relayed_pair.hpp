#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "loopback_socket.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/client/turn_session.hpp"

namespace turnpike::bench {

/// The server still holds an allocation of an earlier socket with the same port (error 437).
struct FiveTupleTaken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One allocation with one channel: the client's socket on one side of the server, the peer's on the other. Both
/// sockets are connected, so that traffic is plain send and receive.
class RelayedPair {
 public:
  static constexpr std::uint16_t kChannel = 0x4000;

  /// Allocates and binds the channel; throws FiveTupleTaken, or std::runtime_error when the server refuses or is
  /// silent.
  RelayedPair(const client::SessionOptions& options, Random& random);

  /// Gives the allocation back; a server that is gone is no error.
  void release();

  [[nodiscard]] const LoopbackSocket& client() const noexcept { return client_; }
  [[nodiscard]] const LoopbackSocket& peer() const noexcept { return peer_; }

 private:
  /// Sends and receives until the request has ended.
  void complete(client::TransactionNumber number, const std::string& what);

  LoopbackSocket client_;
  LoopbackSocket peer_;
  client::TurnSession session_;
};

/// The TURN REST form: username "EXPIRY:bench", password base64(HMAC-SHA1(secret, username)).
void sign_with_secret(client::SessionOptions& options, const std::string& secret);

}  // namespace turnpike::bench
