#pragma once

#include <array>
#include <cstdint>

#include "net/dtls_records.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/byte_sink.hpp"

namespace turnpike::net {

/// Proves that a client receives at the address it sends from, at the price of no memory at all (RFC 6347 section
/// 4.2.1): the cookie is the time and an HMAC of it, of both endpoints and of what the second ClientHello repeats.
class DtlsCookies {
 public:
  static constexpr Seconds kLifetime{60};
  static constexpr std::size_t kMacSize = 16;
  static constexpr std::size_t kCookieSize = sizeof(std::uint32_t) + kMacSize;
  using Cookie = std::array<std::uint8_t, kCookieSize>;

  explicit DtlsCookies(Random& random) noexcept { random.fill(secret_); }

  [[nodiscard]] Cookie make(const FiveTuple& client, const DtlsClientHello& hello, Instant now) const noexcept;
  /// True for a cookie that make() gave for the same client and parameters within the last kLifetime.
  [[nodiscard]] bool verify(const FiveTuple& client, const DtlsClientHello& hello, Instant now) const noexcept;

 private:
  [[nodiscard]] Cookie make_at(const FiveTuple& client, const DtlsClientHello& hello,
                               std::uint32_t second) const noexcept;

  std::array<std::uint8_t, 32> secret_{};
};

/// Writes the HelloVerifyRequest to `hello` as one datagram, always smaller than the hello was.
void write_hello_verify_request(const DtlsClientHello& hello, const DtlsCookies::Cookie& cookie,
                                ByteSink& wire) noexcept;

}  // namespace turnpike::net
