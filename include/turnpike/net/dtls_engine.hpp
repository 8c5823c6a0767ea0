#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/byte_sink.hpp"
#include "turnpike/net/tls_engine.hpp"
#include "turnpike/net/tls_failure.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

/// One DTLS 1.2 association (RFC 6347) over the caller's memory; the mirror of TlsEngine for datagrams. Records that do
/// not authenticate, alerts without protection and junk change nothing once it is open.
class DtlsEngine {
 public:
  using State = TlsEngine::State;

  /// `client_hello` is the datagram with the ClientHello whose cookie has been verified (DtlsCookies).
  static Result<DtlsEngine> accept(std::shared_ptr<const TlsSettings> settings, ByteSpan client_hello,
                                   ByteSink& wire) noexcept;
  static Result<DtlsEngine> connect(const TlsClientOptions& options, ByteSink& wire) noexcept;

  DtlsEngine(DtlsEngine&&) noexcept;
  DtlsEngine& operator=(DtlsEngine&&) noexcept;
  ~DtlsEngine();

  /// A datagram from the other side. Must stay valid until read() has returned 0.
  void feed(ByteSpan datagram) noexcept;
  /// See TlsEngine::read; `plain` gets one record's payload a call.
  [[nodiscard]] std::size_t read(MutableByteSpan plain, ByteSink& wire) noexcept;
  /// One record, one datagram; nothing is sent of an empty one. False when not open, or when `plain` is larger than a
  /// record (16 KiB).
  bool write(ByteSpan plain, ByteSink& wire) noexcept;
  void close(ByteSink& wire) noexcept;

  /// How long until on_timeout() is due; nothing when no retransmission is pending.
  [[nodiscard]] std::optional<Duration> time_to_retransmission() const noexcept;
  void on_timeout(ByteSink& wire) noexcept;

  [[nodiscard]] State state() const noexcept;
  [[nodiscard]] TlsFailure failure() const noexcept;
  [[nodiscard]] std::string_view alpn() const noexcept;
  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const;  ///< as TlsEngine's

 private:
  struct Session;
  explicit DtlsEngine(std::unique_ptr<Session> session) noexcept;
  std::unique_ptr<Session> session_;
};

}  // namespace turnpike::net
