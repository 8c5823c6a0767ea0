#include "tls_pair.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <utility>

#include "support/seeded_random.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::net {
namespace {

constexpr int kMaxTurns = 1000;

TlsEngine accept(std::shared_ptr<const TlsSettings> settings) { return *TlsEngine::accept(std::move(settings)); }

}  // namespace

std::string feed_all(TlsEngine& engine, ByteSpan bytes, Wire& answers, std::size_t piece) {
  static constexpr std::size_t kPlain = 16384;
  std::array<std::uint8_t, kPlain> plain{};
  std::string text;
  bool first = true;
  while (first || !bytes.empty()) {
    first = false;
    // A buffer of its own, so that a sanitizer sees every read beyond it.
    const std::vector<std::uint8_t> part(bytes.begin(),
                                         bytes.begin() + static_cast<std::ptrdiff_t>(std::min(piece, bytes.size())));
    bytes = bytes.subspan(part.size());
    engine.feed(part);
    while (const std::size_t count = engine.read(plain, answers)) text += as_text({plain.data(), count});
  }
  return text;
}

TlsPair::TlsPair(std::shared_ptr<const TlsSettings> settings, const TlsClientOptions& options)
    : client(*TlsEngine::connect(options)), server(accept(std::move(settings))) {}

void TlsPair::run(std::size_t piece) {
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    client_got += feed_all(client, to_client.take(), to_server, piece);
    server_got += feed_all(server, to_server.take(), to_client, piece);
    if (to_client.bytes.empty() && to_server.bytes.empty()) return;
  }
}

bool TlsPair::is_open() const noexcept {
  return client.state() == TlsEngine::State::open && server.state() == TlsEngine::State::open;
}

RawClient::RawClient(const Configure& configure, SSL_SESSION* session) {
  const SslContext context{SSL_CTX_new(TLS_client_method())};
  SSL_CTX_set_security_level(context.get(), 0);  // so that it may offer what nobody should take
  ssl_.reset(SSL_new(context.get()));
  input_ = BIO_new(BIO_s_mem());
  output_ = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(input_, -1);
  SSL_set_bio(ssl_.get(), input_, output_);
  SSL_set_connect_state(ssl_.get());
  if (configure) configure(ssl_.get());
  if (session != nullptr) SSL_set_session(ssl_.get(), session);
}

std::vector<std::uint8_t> RawClient::take_output() {
  std::vector<std::uint8_t> bytes(BIO_ctrl_pending(output_));
  if (!bytes.empty()) BIO_read(output_, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::string RawClient::run(TlsEngine& server) {
  std::string understood;
  std::array<std::uint8_t, 16384> plain{};
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    std::size_t count = 0;
    ERR_clear_error();
    SSL_read_ex(ssl_.get(), plain.data(), plain.size(), &count);
    ERR_clear_error();
    const std::vector<std::uint8_t> sent = take_output();
    Wire answers;
    understood += feed_all(server, sent, answers);
    if (sent.empty() && answers.bytes.empty()) break;
    if (!answers.bytes.empty()) BIO_write(input_, answers.bytes.data(), static_cast<int>(answers.bytes.size()));
  }
  return understood;
}

std::string RawClient::peer_host() const {
  const X509Handle certificate{SSL_get1_peer_certificate(ssl_.get())};
  if (!certificate) return "nobody";
  using Names = std::unique_ptr<GENERAL_NAMES, FreeOpenssl<GENERAL_NAMES_free>>;
  const Names names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr))};
  if (!names) return "no name";
  const ASN1_STRING* name = sk_GENERAL_NAME_value(names.get(), 0)->d.dNSName;
  return std::string{as_text({ASN1_STRING_get0_data(name), static_cast<std::size_t>(ASN1_STRING_length(name))})};
}

int RawClient::peer_key_type() const {
  const X509Handle certificate{SSL_get1_peer_certificate(ssl_.get())};
  return certificate ? EVP_PKEY_get_base_id(X509_get0_pubkey(certificate.get())) : 0;
}

std::shared_ptr<SSL_SESSION> RawClient::session() const { return {SSL_get1_session(ssl_.get()), SSL_SESSION_free}; }

std::shared_ptr<const TlsSettings> make_settings(const std::vector<CertificatePem>& certificates,
                                                 const TlsOptions& options) {
  test::SeededRandom random(7);
  auto made = TlsSettings::make(certificates, options, random);
  TURNPIKE_CHECK(made.has_value());
  return *std::move(made);
}

}  // namespace turnpike::net
