#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace turnpike::net {

template <auto kFree>
struct FreeOpenssl {
  template <typename T>
  void operator()(T* object) const noexcept {
    kFree(object);
  }
};

inline void free_certificate_stack(STACK_OF(X509) * stack) noexcept { sk_X509_pop_free(stack, X509_free); }

using SslContext = std::unique_ptr<SSL_CTX, FreeOpenssl<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, FreeOpenssl<SSL_free>>;
using BioHandle = std::unique_ptr<BIO, FreeOpenssl<BIO_free>>;
using BioMethodHandle = std::unique_ptr<BIO_METHOD, FreeOpenssl<BIO_meth_free>>;
using X509Handle = std::unique_ptr<X509, FreeOpenssl<X509_free>>;
using X509StackHandle = std::unique_ptr<STACK_OF(X509), FreeOpenssl<free_certificate_stack>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeOpenssl<EVP_PKEY_free>>;

}  // namespace turnpike::net
