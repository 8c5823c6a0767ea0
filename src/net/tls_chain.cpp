#include "turnpike/net/tls_chain.hpp"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <array>

#include "net/openssl_errors.hpp"
#include "net/openssl_handles.hpp"
#include "net/tls_certificate.hpp"

namespace turnpike::net {
namespace {

using StoreHandle = std::unique_ptr<X509_STORE, FreeOpenssl<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, FreeOpenssl<X509_STORE_CTX_free>>;

struct Chain {
  X509Handle leaf;
  X509StackHandle issuers{sk_X509_new_null()};
};

Chain read(const std::string& pem) {
  Chain chain;
  const BioHandle bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  while (bio && chain.issuers) {
    X509Handle next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
    if (!next) break;
    if (!chain.leaf) {
      chain.leaf = std::move(next);
    } else if (sk_X509_push(chain.issuers.get(), next.get()) > 0) {
      static_cast<void>(next.release());  // NOLINT(bugprone-unused-return-value): the stack owns it now
    }
  }
  return chain;
}

std::string issuer_of(const X509* certificate) {
  std::array<char, 256> text{};
  if (certificate == nullptr) return {};
  X509_NAME_oneline(X509_get_issuer_name(certificate), text.data(), static_cast<int>(text.size()));
  return text.data();
}

ChainJudgement explain(X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return {ChainEnd::self_signed, {}};
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return {ChainEnd::own_authority, {}};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return {ChainEnd::issuer_missing, issuer_of(X509_STORE_CTX_get_current_cert(context))};
    default: return {ChainEnd::broken, X509_verify_cert_error_string(error)};
  }
}

/// The leaf's time is somebody else's business; that of its issuers is not.
int forgive_leaf_time(int is_good, X509_STORE_CTX* context) noexcept {
  const int error = X509_STORE_CTX_get_error(context);
  const bool is_time = error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
  if (is_good == 1 || !is_time || X509_STORE_CTX_get_error_depth(context) != 0) return is_good;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

}  // namespace

ChainJudgement judge_chain(const std::string& chain, UnixSeconds now) {
  const OpensslErrors errors;
  const Chain parts = read(chain);
  const StoreHandle store{X509_STORE_new()};
  const StoreContext context{X509_STORE_CTX_new()};
  if (!parts.leaf || !store || !context) return {ChainEnd::broken, "there is no certificate in it"};
  static_cast<void>(X509_STORE_set_default_paths(store.get()));  // a machine that trusts nobody has none
  if (X509_STORE_CTX_init(context.get(), store.get(), parts.leaf.get(), parts.issuers.get()) != 1) {
    return {ChainEnd::broken, "out of memory"};
  }
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<std::time_t>(now.time_since_epoch().count()));
  X509_STORE_CTX_set_verify_cb(context.get(), forgive_leaf_time);
  if (X509_verify_cert(context.get()) == 1) return {ChainEnd::trusted, {}};
  return explain(context.get());
}

bool covers_host(const TlsSettings::Certificate& certificate, std::string_view host) noexcept {
  return serves_host(certificate, host);
}

}  // namespace turnpike::net
