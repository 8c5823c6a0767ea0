#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probe/event_loop.hpp"
#include "probe/wire.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/client/turn_session.hpp"

namespace turnpike::probe {

/// A TURN session over a wire, one request at a time.
class Dialogue {
 public:
  struct Arrival {
    Endpoint peer;
    std::uint16_t channel = 0;
    std::vector<std::uint8_t> payload;
    Instant at{};
  };
  struct Login {
    std::string username;
    std::string password;
    Duration patience{};
  };

  Dialogue(EventLoop& loop, std::shared_ptr<Wire> wire, const Login& login, bool is_stream, Random& random);
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;
  ~Dialogue();

  // Each waits for the outcome; a request that gets none has timed out. Without a username the first challenge ends
  // allocate().
  client::Outcome bind();
  client::Outcome allocate();
  client::Outcome release();
  client::Outcome permit(std::span<const Endpoint> peers);
  client::Outcome bind_channel(std::uint16_t number, const Endpoint& peer);

  void send(const Endpoint& peer, ByteSpan payload);
  [[nodiscard]] std::vector<Arrival>& arrivals() noexcept { return arrivals_; }

  [[nodiscard]] const client::TurnSession& session() const noexcept { return session_; }
  [[nodiscard]] Wire& wire() noexcept { return *wire_; }
  /// When the server first asked for credentials, or refused for want of them.
  [[nodiscard]] std::optional<Instant> challenged_at() const noexcept { return challenged_at_; }
  [[nodiscard]] const std::string& software() const noexcept { return software_; }
  [[nodiscard]] const std::string& realm() const noexcept { return realm_; }
  [[nodiscard]] bool offers_sha256() const noexcept { return offers_sha256_; }

 private:
  void on_message(ByteSpan message);
  void look_into(ByteSpan message);
  client::Outcome wait_for(client::TransactionNumber transaction, stun::Method method);
  bool turn(client::TransactionNumber transaction);

  EventLoop& loop_;
  std::shared_ptr<Wire> wire_;
  client::TurnSession session_;
  Duration patience_;
  Instant started_{};  // of the request
  std::optional<client::Outcome> outcome_;
  std::vector<Arrival> arrivals_;
  std::optional<Instant> challenged_at_;
  std::string software_;
  std::string realm_;
  bool offers_sha256_ = false;
};

}  // namespace turnpike::probe
