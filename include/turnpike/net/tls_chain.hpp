#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "turnpike/base/time.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

/// Where a certificate chain leads, judged as a client of this machine's trust store would.
enum class ChainEnd : std::uint8_t {
  trusted,         ///< at an authority that this machine trusts
  own_authority,   ///< at one that is in the file itself and that nobody trusts by default
  self_signed,     ///< nowhere: the certificate vouches for itself
  issuer_missing,  ///< at an issuer that is neither in the file nor trusted here
  broken,          ///< something else is wrong, such as an intermediate certificate that has expired
};

struct ChainJudgement {
  ChainEnd end = ChainEnd::broken;
  std::string reason;  ///< OpenSSL's words; for issuer_missing the name of the missing issuer
};

/// `chain`: PEM, leaf first. The leaf's own time is not judged here.
[[nodiscard]] ChainJudgement judge_chain(const std::string& chain, UnixSeconds now);

/// Whether a client that asked for `host` would take this certificate for it.
[[nodiscard]] bool covers_host(const TlsSettings::Certificate& certificate, std::string_view host) noexcept;

}  // namespace turnpike::net
