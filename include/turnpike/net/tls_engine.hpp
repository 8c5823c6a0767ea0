#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/net/byte_sink.hpp"
#include "turnpike/net/peer_certificate.hpp"
#include "turnpike/net/tls_failure.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

struct TlsClientOptions {
  std::string server_name;  ///< SNI and what the certificate must be for; empty: neither
  std::string trusted_pem;  ///< CA certificates; empty, without trust_system: nothing is verified
  std::vector<std::string> alpn;
  bool trust_system = false;  ///< the CA certificates of this machine too
  /// A certificate that is not trusted does not end the handshake: the caller asks peer_certificate().
  bool only_report = false;
};

/// One TLS connection (RFC 8446, RFC 5246) as a state machine over the caller's memory: ciphertext and plaintext go in
/// and come out, no socket is known. Movable between threads, one thread at a time. Keeps no buffer while idle.
///
/// The loop: feed() what came; read() until it gives 0; look at state().
class TlsEngine {
 public:
  enum class State : std::uint8_t {
    handshaking,
    open,
    closed,  ///< the other side has said close_notify; nothing more will come
    failed,  ///< see failure(); an alert may have gone to the sink
  };

  static Result<TlsEngine> accept(std::shared_ptr<const TlsSettings> settings) noexcept;
  static Result<TlsEngine> connect(const TlsClientOptions& options) noexcept;

  TlsEngine(TlsEngine&&) noexcept;
  TlsEngine& operator=(TlsEngine&&) noexcept;
  ~TlsEngine();

  /// Ciphertext from the other side. Must stay valid until read() has returned 0.
  void feed(ByteSpan wire) noexcept;
  /// Goes on with the handshake, or decrypts into `plain` (give it 16 KiB) and returns how much. 0: all that was fed is
  /// used up, or the state is final. What must go to the other side goes to `wire`.
  [[nodiscard]] std::size_t read(MutableByteSpan plain, ByteSink& wire) noexcept;
  /// Encrypts all of `plain`. False when not open.
  bool write(ByteSpan plain, ByteSink& wire) noexcept;
  /// Says close_notify, once; no write() after it.
  void close(ByteSink& wire) noexcept;

  [[nodiscard]] State state() const noexcept;
  [[nodiscard]] TlsFailure failure() const noexcept;
  /// What ALPN chose (RFC 7301), empty for none. Valid from `open` on.
  [[nodiscard]] std::string_view alpn() const noexcept;
  [[nodiscard]] std::string_view version() const noexcept;  ///< "TLSv1.3"
  [[nodiscard]] bool is_resumed() const noexcept;
  /// Of a client's session that is open; nothing else has one.
  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const;

 private:
  struct Session;
  explicit TlsEngine(std::unique_ptr<Session> session) noexcept;
  std::unique_ptr<Session> session_;
};

}  // namespace turnpike::net
