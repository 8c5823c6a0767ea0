#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "turnpike/base/random.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::net {

/// A certificate chain, leaf first, and the leaf's private key.
struct CertificatePem {
  std::string name;   ///< for messages, such as the file's
  std::string chain;  ///< PEM
  std::string key;    ///< PEM, not encrypted
};

struct TlsOptions {
  bool only_tls13 = false;        ///< streams; DTLS is 1.2 in any case
  std::vector<std::string> alpn;  ///< accepted protocols, the most preferred first; DTLS leaves "http/1.1" out
};

/// Why a set of certificates cannot be used, in words for the operator. Holds nothing of a key.
struct TlsMistake {
  std::string message;
};

/// What a TLS and DTLS server goes by: certificates (ECDSA and RSA side by side, chosen by SNI), ciphers, ALPN, ticket
/// keys. Immutable: a new certificate or ticket key makes a new value, and running sessions keep the one they began
/// with. Any thread.
class TlsSettings {
 public:
  /// The first certificate of each key type serves clients that name no known host.
  static Result<std::shared_ptr<const TlsSettings>, TlsMistake> make(std::span<const CertificatePem> certificates,
                                                                     const TlsOptions& options, Random& random);

  /// The same with other certificates; session tickets stay good.
  [[nodiscard]] Result<std::shared_ptr<const TlsSettings>, TlsMistake> with_certificates(
      std::span<const CertificatePem> certificates) const;
  /// The same with a new ticket key. The one before still opens tickets, the one before that no longer does.
  [[nodiscard]] std::shared_ptr<const TlsSettings> with_new_ticket_key(Random& random) const;

  struct Certificate {
    std::string name;                ///< as in CertificatePem
    std::vector<std::string> hosts;  ///< subjectAltName: DNS names and IP addresses
    UnixSeconds not_before;
    UnixSeconds not_after;
  };
  [[nodiscard]] const std::vector<Certificate>& certificates() const noexcept;

  struct State;  // src/net/tls_state.hpp: for the engines
  [[nodiscard]] const State& state() const noexcept { return *state_; }

  explicit TlsSettings(std::unique_ptr<State> state) noexcept;
  TlsSettings(const TlsSettings&) = delete;
  TlsSettings& operator=(const TlsSettings&) = delete;
  ~TlsSettings();

 private:
  std::unique_ptr<State> state_;
};

}  // namespace turnpike::net
