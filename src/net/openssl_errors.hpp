#pragma once

#include <string>

#include "turnpike/net/tls_failure.hpp"

namespace turnpike::net {

/// OpenSSL's error queue belongs to the thread, not to a connection: an entry that one connection leaves there makes
/// SSL_get_error() blame the next one. So one of these lives around every group of calls; the queue is empty before and
/// after.
class OpensslErrors {
 public:
  OpensslErrors() noexcept { clear(); }
  OpensslErrors(const OpensslErrors&) = delete;
  OpensslErrors& operator=(const OpensslErrors&) = delete;
  ~OpensslErrors() { clear(); }

  static void clear() noexcept;
  /// What the errors that are in the queue mean for a TLS or DTLS connection.
  [[nodiscard]] static TlsFailure failure() noexcept;
  /// The first error in OpenSSL's words, which name no data.
  [[nodiscard]] static std::string first_reason();
  /// The last error's reason within the library that reported it, such as PEM_R_NO_START_LINE; 0 when there is none.
  [[nodiscard]] static int last_reason_code() noexcept;
};

}  // namespace turnpike::net
