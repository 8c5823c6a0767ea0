#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "probe/event_loop.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/net/tls_engine.hpp"
#include "turnpike/probe/check_report.hpp"

namespace turnpike::probe {

enum class WireState : std::uint8_t { connecting, handshaking, open, over };

/// A way to a server that carries whole messages, over whatever transport. Its handlers keep it alive until close().
class Wire {
 public:
  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  virtual ~Wire() = default;

  virtual void send(ByteSpan message) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual Endpoint local() const = 0;

  /// Each message that comes, good during the call.
  std::function<void(ByteSpan)> on_message;

  [[nodiscard]] WireState state() const noexcept { return state_; }
  /// Why it is over; of datagrams also while it is not, as an ICMP error may be forged or past.
  [[nodiscard]] Reason trouble() const noexcept { return trouble_; }
  [[nodiscard]] const std::string& tls_version() const noexcept { return tls_version_; }
  [[nodiscard]] const std::optional<net::PeerCertificate>& certificate() const noexcept { return certificate_; }

 protected:
  void end(Reason trouble) {
    if (state_ == WireState::over) return;
    trouble_ = trouble;
    state_ = WireState::over;
  }

  WireState state_ = WireState::connecting;
  Reason trouble_ = Reason::none;
  std::string tls_version_;
  std::optional<net::PeerCertificate> certificate_;
};

/// The TLS options are for TLS and DTLS, and ignored for the others.
[[nodiscard]] std::shared_ptr<Wire> open_wire(EventLoop& loop, Transport transport, const Endpoint& server,
                                              const net::TlsClientOptions& tls);

/// What a socket's error says about the other side.
[[nodiscard]] Reason reason_of(const error_code& error) noexcept;
[[nodiscard]] Reason reason_of(net::TlsFailure failure) noexcept;

}  // namespace turnpike::probe
