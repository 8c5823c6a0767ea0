#pragma once

#include <string>
#include <vector>

#include "turnpike/net/made_up_certificate.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

enum class TestKey : std::uint8_t { ecdsa_p256, ecdsa_secp256k1, rsa_2048, rsa_1024, ed25519, dsa };

/// Long enough around today that no test depends on the clock.
inline constexpr UnixSeconds kTestStart{Seconds{1577836800}};     // 2020-01-01
inline constexpr Seconds kTestLifetime{100LL * 365 * 24 * 3600};  // OpenSSL's verifier reads the machine's clock

/// Signed by itself, with each host as a DNS name.
[[nodiscard]] CertificatePem self_signed(TestKey key, const std::vector<std::string>& hosts);
/// The same with the key encrypted.
[[nodiscard]] CertificatePem with_passphrase(TestKey key);

[[nodiscard]] inline MadeUpCertificate made_up(const std::vector<std::string>& hosts) {
  return *make_up_certificate(hosts, kTestStart, kTestLifetime);
}

}  // namespace turnpike::net
