#include "turnpike/net/tls_settings.hpp"

#include <algorithm>
#include <utility>

#include "net/openssl_errors.hpp"
#include "net/tls_state.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::net {
namespace {

using State = TlsSettings::State;
using Certificates = std::shared_ptr<const std::vector<TlsCertificate>>;

constexpr const char* kCiphersOfTls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCiphersOfTls13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr int kSecurityLevel = 2;          // 112 bits; said here so that no openssl.cnf says less
constexpr long kTicketLifetime = 7200;     // seconds
constexpr std::size_t kTicketsEach = 1;    // after a TLS 1.3 handshake
constexpr std::size_t kMaxProtocol = 255;  // RFC 7301 section 3.1

int choose_certificates(SSL* ssl, void* certificates) noexcept {
  const char* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return use_certificates(ssl, *static_cast<const std::vector<TlsCertificate>*>(certificates),
                          host == nullptr ? std::string_view{} : std::string_view{host})
             ? 1
             : 0;
}

/// The server's order decides. A client that offers only what we do not speak is turned away (RFC 7301 section 3.2).
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_length,
                    const unsigned char* offered, unsigned int offered_length, void* accepted) noexcept {
  const auto& ours = *static_cast<const std::vector<std::uint8_t>*>(accepted);
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_length, ours.data(), static_cast<unsigned>(ours.size()), offered,
                            offered_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

/// Results: RFC 5077 as OpenSSL has it. -1 failed, 0 unknown key (a full handshake follows), 1 done, 2 done and the
/// client should get a new ticket.
int handle_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                  int is_sealing) noexcept {
  const auto* state = static_cast<const State*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const std::span<std::uint8_t, TicketKey::kNameSize> key_name{name, TicketKey::kNameSize};
  const MutableByteSpan vector{iv, EVP_MAX_IV_LENGTH};
  if (is_sealing == 1) return state->tickets.prepare_seal(key_name, vector, cipher, mac) ? 1 : -1;
  switch (state->tickets.prepare_open(key_name, vector, cipher, mac)) {
    // A ticket of TLS 1.3 is for one use (RFC 8446 section C.4), browsers hold to it.
    case TicketKeys::Opening::opened: return SSL_version(ssl) == TLS1_3_VERSION ? 2 : 1;
    case TicketKeys::Opening::opened_with_previous: return 2;
    case TicketKeys::Opening::failed: break;
  }
  return 0;
}

/// Our own cookies (DtlsCookies) are verified before OpenSSL sees a hello.
int accept_cookie(SSL* /*ssl*/, const unsigned char* /*cookie*/, unsigned int /*size*/) noexcept { return 1; }

std::vector<std::uint8_t> alpn_list(const std::vector<std::string>& protocols, bool for_datagrams) {
  std::vector<std::uint8_t> list;
  for (const std::string& protocol : protocols) {
    if (for_datagrams && protocol == "http/1.1") continue;
    list.push_back(static_cast<std::uint8_t>(protocol.size()));
    list.insert(list.end(), protocol.begin(), protocol.end());
  }
  return list;
}

/// What TLS and DTLS have in common. OpenSSL's callbacks take their argument as a pointer to what may be changed; ours
/// only read.
bool configure(SSL_CTX* context, State& state, std::vector<std::uint8_t>& alpn) noexcept {
  SSL_CTX_set_app_data(context, &state);
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, kTicketLifetime);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_cert_cb(context, choose_certificates,
                      const_cast<std::vector<TlsCertificate>*>(state.loaded.get()));  // NOLINT(*-const-cast)
  if (!alpn.empty()) SSL_CTX_set_alpn_select_cb(context, choose_protocol, &alpn);
  return SSL_CTX_set_cipher_list(context, kCiphersOfTls12) == 1 && SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set_tlsext_ticket_key_evp_cb(context, handle_ticket) == 1 &&
         SSL_CTX_set_num_tickets(context, kTicketsEach) == 1 && SSL_CTX_set_max_early_data(context, 0) == 1;
}

bool make_stream_context(State& state) noexcept {
  state.stream.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = state.stream.get();
  return context != nullptr && configure(context, state, state.stream_alpn) &&
         SSL_CTX_set_min_proto_version(context, state.options.only_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_ciphersuites(context, kCiphersOfTls13) == 1;
}

bool make_datagram_context(State& state) noexcept {
  state.datagram.reset(SSL_CTX_new(DTLS_server_method()));
  SSL_CTX* const context = state.datagram.get();
  if (context == nullptr || !configure(context, state, state.datagram_alpn)) return false;
  SSL_CTX_set_options(context, SSL_OP_COOKIE_EXCHANGE | SSL_OP_NO_QUERY_MTU);
  SSL_CTX_set_cookie_verify_cb(context, accept_cookie);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1;
}

/// Without memory the program ends: none of this depends on input.
std::unique_ptr<State> make_state(TlsOptions options, const TicketKeys& tickets, Certificates loaded) {
  const OpensslErrors errors;
  auto stream_alpn = alpn_list(options.alpn, false);
  auto datagram_alpn = alpn_list(options.alpn, true);
  auto state = std::make_unique<State>(State{.options = std::move(options),
                                             .tickets = tickets,
                                             .loaded = std::move(loaded),
                                             .certificates = {},
                                             .stream_alpn = std::move(stream_alpn),
                                             .datagram_alpn = std::move(datagram_alpn),
                                             .stream = {},
                                             .datagram = {}});
  for (const TlsCertificate& certificate : *state->loaded) state->certificates.push_back(certificate.about);
  TURNPIKE_CHECK(make_stream_context(*state));
  TURNPIKE_CHECK(make_datagram_context(*state));
  return state;
}

Result<Certificates, TlsMistake> load(std::span<const CertificatePem> pems) {
  if (pems.empty()) return TlsMistake{"there is no certificate"};
  std::vector<TlsCertificate> loaded;
  for (const CertificatePem& pem : pems) {
    auto certificate = load_tls_certificate(pem);
    if (!certificate) return std::move(certificate).error();
    loaded.push_back(*std::move(certificate));
  }
  return std::make_shared<const std::vector<TlsCertificate>>(std::move(loaded));
}

/// What only OpenSSL knows, such as a signature with SHA-1: tried once here instead of in every handshake.
Result<std::shared_ptr<const TlsSettings>, TlsMistake> check(std::unique_ptr<State> state) {
  const OpensslErrors errors;
  for (const TlsCertificate& certificate : *state->loaded) {
    const SslHandle ssl{SSL_new(state->stream.get())};
    if (!ssl || SSL_use_cert_and_key(ssl.get(), certificate.leaf.get(), certificate.key.get(),
                                     certificate.issuers.get(), 1) != 1) {
      return TlsMistake{certificate.about.name + ": the certificate cannot be used: " + OpensslErrors::first_reason()};
    }
  }
  return std::make_shared<const TlsSettings>(std::move(state));
}

}  // namespace

Result<std::shared_ptr<const TlsSettings>, TlsMistake> TlsSettings::make(std::span<const CertificatePem> certificates,
                                                                         const TlsOptions& options, Random& random) {
  for (const std::string& protocol : options.alpn) {
    if (protocol.empty() || protocol.size() > kMaxProtocol) {
      return TlsMistake{"an ALPN protocol has from 1 to " + std::to_string(kMaxProtocol) + " bytes"};
    }
  }
  auto loaded = load(certificates);
  if (!loaded) return std::move(loaded).error();
  return check(make_state(options, TicketKeys{random}, *std::move(loaded)));
}

Result<std::shared_ptr<const TlsSettings>, TlsMistake> TlsSettings::with_certificates(
    std::span<const CertificatePem> certificates) const {
  auto loaded = load(certificates);
  if (!loaded) return std::move(loaded).error();
  return check(make_state(state_->options, state_->tickets, *std::move(loaded)));
}

std::shared_ptr<const TlsSettings> TlsSettings::with_new_ticket_key(Random& random) const {
  return std::make_shared<const TlsSettings>(
      make_state(state_->options, state_->tickets.rotated(random), state_->loaded));
}

const std::vector<TlsSettings::Certificate>& TlsSettings::certificates() const noexcept { return state_->certificates; }

TlsSettings::TlsSettings(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}

TlsSettings::~TlsSettings() = default;

}  // namespace turnpike::net
