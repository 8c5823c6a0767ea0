#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/openssl_handles.hpp"
#include "turnpike/net/byte_sink.hpp"
#include "turnpike/net/tls_engine.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

/// Ciphertext on its way.
class Wire final : public ByteSink {
 public:
  void write(ByteSpan sent) noexcept override { bytes.insert(bytes.end(), sent.begin(), sent.end()); }
  [[nodiscard]] std::vector<std::uint8_t> take() { return std::exchange(bytes, {}); }

  std::vector<std::uint8_t> bytes;
};

inline constexpr std::size_t kWhole = SIZE_MAX;

/// Feeds `bytes` in pieces of `piece` and returns what is plain in them.
std::string feed_all(TlsEngine& engine, ByteSpan bytes, Wire& answers, std::size_t piece = kWhole);

/// Two engines and the wire between them.
struct TlsPair {
  TlsEngine client;
  TlsEngine server;
  Wire to_server{};
  Wire to_client{};
  std::string server_got{};
  std::string client_got{};

  TlsPair(std::shared_ptr<const TlsSettings> settings, const TlsClientOptions& options);
  /// Until neither has anything more to say.
  void run(std::size_t piece = kWhole);
  [[nodiscard]] bool is_open() const noexcept;
};

/// OpenSSL's own client, for what TlsEngine's client does not do.
class RawClient {
 public:
  using Configure = std::function<void(SSL*)>;

  explicit RawClient(const Configure& configure = {}, SSL_SESSION* session = nullptr);
  /// Talks with `server` until neither has anything more to say; returns what the server understood.
  std::string run(TlsEngine& server);
  [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }
  [[nodiscard]] std::string peer_host() const;  ///< the first DNS name of the server's certificate
  [[nodiscard]] int peer_key_type() const;
  [[nodiscard]] std::vector<std::uint8_t> take_output();
  [[nodiscard]] std::shared_ptr<SSL_SESSION> session() const;

 private:
  SslHandle ssl_;
  BIO* input_ = nullptr;
  BIO* output_ = nullptr;
};

std::shared_ptr<const TlsSettings> make_settings(const std::vector<CertificatePem>& certificates,
                                                 const TlsOptions& options = {});

}  // namespace turnpike::net
