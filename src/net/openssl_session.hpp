#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "net/openssl_errors.hpp"
#include "net/openssl_handles.hpp"
#include "net/tls_wire.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/net/tls_engine.hpp"
#include "turnpike/net/tls_failure.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

/// What a TLS and a DTLS connection have in common: an SSL over a wire, and how far it has come. Does not move when its
/// engine does: the BIO points into it.
struct OpensslSession {
  using State = TlsEngine::State;

  std::shared_ptr<const TlsSettings> settings;  // of a server, else null; before ssl, whose callbacks look into it
  TlsWire wire;
  SslHandle ssl;
  State state = State::handshaking;
  TlsFailure failure = TlsFailure::none;
  bool is_write_closed = false;

  OpensslSession() = default;
  OpensslSession(const OpensslSession&) = delete;
  OpensslSession& operator=(const OpensslSession&) = delete;

  /// Gives the connection its SSL, with a BIO onto the wire. False without memory.
  [[nodiscard]] bool attach(std::shared_ptr<const TlsSettings> server_settings, SslHandle handle) noexcept;

  [[nodiscard]] bool is_over() const noexcept { return state == State::closed || state == State::failed; }
  [[nodiscard]] bool may_write() const noexcept { return state == State::open && !is_write_closed; }

  // Each of these needs an output on the wire and, before it, an empty error queue: see OpensslErrors.
  void shake_hands() noexcept;
  /// 0: it wants more input, or it is over.
  [[nodiscard]] std::size_t decrypt(MutableByteSpan plain) noexcept;
  /// All or nothing: it fails when it cannot.
  [[nodiscard]] bool encrypt(ByteSpan record) noexcept;

  /// It is over for the reason that is in the error queue.
  void fail() noexcept;
  [[nodiscard]] bool may_say_goodbye() const noexcept;
  [[nodiscard]] std::string_view alpn() const noexcept;

 private:
  /// After a call that did not succeed: whether it only wants more input, or it is over.
  void look_at_error(int result) noexcept;
  void end(State last) noexcept;
};

}  // namespace turnpike::net
