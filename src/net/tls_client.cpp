#include "net/tls_client.hpp"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <new>
#include <optional>
#include <vector>

#include "net/openssl_errors.hpp"
#include "turnpike/base/ip_address.hpp"

namespace turnpike::net {
namespace {

using boost::system::errc::invalid_argument;
using boost::system::errc::make_error_code;
using boost::system::errc::not_enough_memory;

bool trust(SSL_CTX* context, const std::string& pem) noexcept {
  const BioHandle bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  bool any = false;
  while (bio) {
    const X509Handle authority{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
    if (!authority) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1) return false;
    any = true;
  }
  return any;
}

/// With neither kind of authority nothing is verified.
bool verify(SSL_CTX* context, const TlsClientOptions& options) noexcept {
  if (options.trusted_pem.empty() && !options.trust_system) return true;
  if (!options.trusted_pem.empty() && !trust(context, options.trusted_pem)) return false;
  if (options.trust_system && SSL_CTX_set_default_verify_paths(context) != 1) return false;
  // OpenSSL verifies in either mode; with NONE it only keeps what came of it.
  SSL_CTX_set_verify(context, options.only_report ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  return true;
}

/// RFC 6066 section 3: no IP address in SNI. It is compared with the certificate's all the same.
bool set_server_name(SSL* ssl, const std::string& name) noexcept {
  if (IpAddress::parse(name)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

bool offer(SSL* ssl, const std::vector<std::string>& protocols) {
  std::vector<std::uint8_t> list;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) return false;
    list.push_back(static_cast<std::uint8_t>(protocol.size()));
    list.insert(list.end(), protocol.begin(), protocol.end());
  }
  return list.empty() || SSL_set_alpn_protos(ssl, list.data(), static_cast<unsigned>(list.size())) == 0;
}

Result<SslHandle> make(const TlsClientOptions& options, TlsMedium medium) {
  const bool is_stream = medium == TlsMedium::stream;
  const SslContext context{SSL_CTX_new(is_stream ? TLS_client_method() : DTLS_client_method())};
  if (!context) return make_error_code(not_enough_memory);
  SSL_CTX_set_min_proto_version(context.get(), is_stream ? TLS1_2_VERSION : DTLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (!is_stream) SSL_CTX_set_options(context.get(), SSL_OP_NO_QUERY_MTU);
  if (!verify(context.get(), options)) return make_error_code(invalid_argument);
  SslHandle ssl{SSL_new(context.get())};
  if (!ssl) return make_error_code(not_enough_memory);
  if ((!options.server_name.empty() && !set_server_name(ssl.get(), options.server_name)) ||
      !offer(ssl.get(), options.alpn)) {
    return make_error_code(invalid_argument);
  }
  SSL_set_connect_state(ssl.get());
  return ssl;
}

}  // namespace

Result<SslHandle> new_client_ssl(const TlsClientOptions& options, TlsMedium medium) noexcept {
  const OpensslErrors errors;
  try {
    return make(options, medium);
  } catch (const std::bad_alloc&) {
    return make_error_code(not_enough_memory);
  }
}

}  // namespace turnpike::net
