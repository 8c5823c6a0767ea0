#include "net/dtls_cookies.hpp"

#include <algorithm>

#include "turnpike/base/digest.hpp"

namespace turnpike::net {
namespace {

/// Wraps around after 136 years, which ages survive.
std::uint32_t second_of(Instant now) noexcept {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<Seconds>(now.time_since_epoch()).count());
}

constexpr std::size_t kMaxAddressesSize = 2 * (1 + 16 + 2);

void write_endpoint(ByteWriter& writer, const Endpoint& endpoint) noexcept {
  writer.write_u8(static_cast<std::uint8_t>(endpoint.address.family()));
  writer.write(endpoint.address.bytes());
  writer.write_u16(endpoint.port);
}

constexpr std::size_t kBodySize = 2 + 1 + DtlsCookies::kCookieSize;
constexpr std::size_t kAnswerSize = kDtlsRecordHeaderSize + kDtlsHandshakeHeaderSize + kBodySize;
// The smallest hello that parse_client_hello() lets through has everything empty that can be.
constexpr std::size_t kMinHelloSize = kDtlsRecordHeaderSize + kDtlsHandshakeHeaderSize + 2 + kDtlsHelloRandomSize + 5;
static_assert(kAnswerSize < kMinHelloSize, "the answer to a stranger is smaller than the question");

constexpr std::uint8_t kHelloVerifyRequestType = 3;
// RFC 6347 section 4.2.1: 1.0 whatever version will be agreed on.
constexpr std::uint16_t kDtls10 = 0xfeff;

}  // namespace

DtlsCookies::Cookie DtlsCookies::make_at(const FiveTuple& client, const DtlsClientHello& hello,
                                         std::uint32_t second) const noexcept {
  Cookie cookie;
  store_be(std::span{cookie}.first<4>(), second);
  std::array<std::uint8_t, kMaxAddressesSize> addresses;
  ByteWriter address_writer{addresses};
  write_endpoint(address_writer, client.client);
  write_endpoint(address_writer, client.server);
  // The lengths go in as well, so that no two different hellos make one message. Extensions stay out: RFC 6347 section
  // 4.2.1 does not have the client repeat them.
  std::array<std::uint8_t, 6> lengths;
  ByteWriter length_writer{lengths};
  length_writer.write_u16(static_cast<std::uint16_t>(hello.session_id.size()));
  length_writer.write_u16(static_cast<std::uint16_t>(hello.cipher_suites.size()));
  length_writer.write_u16(static_cast<std::uint16_t>(hello.compression_methods.size()));
  const Sha256Digest mac =
      hmac_sha256(secret_, {std::span{cookie}.first<4>(), address_writer.written(), lengths, hello.version,
                            hello.random, hello.session_id, hello.cipher_suites, hello.compression_methods});
  std::copy_n(mac.begin(), kMacSize, cookie.begin() + 4);
  return cookie;
}

DtlsCookies::Cookie DtlsCookies::make(const FiveTuple& client, const DtlsClientHello& hello,
                                      Instant now) const noexcept {
  return make_at(client, hello, second_of(now));
}

bool DtlsCookies::verify(const FiveTuple& client, const DtlsClientHello& hello, Instant now) const noexcept {
  if (hello.cookie.size() != kCookieSize) return false;
  const auto second = load_be<std::uint32_t>(hello.cookie.first<4>());
  const std::uint32_t age = second_of(now) - second;  // one from the future is far too old
  return age <= static_cast<std::uint32_t>(kLifetime.count()) &&
         constant_time_equal(make_at(client, hello, second), hello.cookie);
}

void write_hello_verify_request(const DtlsClientHello& hello, const DtlsCookies::Cookie& cookie,
                                ByteSink& wire) noexcept {
  std::array<std::uint8_t, kAnswerSize> datagram;
  ByteWriter writer{datagram};
  writer.write_u8(static_cast<std::uint8_t>(DtlsContentType::handshake));
  writer.write_u16(kDtls10);
  writer.write(hello.record_sequence);  // RFC 6347 section 4.2.1: the hello's, as there is no count of our own
  writer.write_u16(kDtlsHandshakeHeaderSize + kBodySize);
  writer.write_u8(kHelloVerifyRequestType);
  writer.write_u8(0);
  writer.write_u16(kBodySize);
  writer.write_u16(0);    // message_seq
  writer.write_zeros(3);  // fragment_offset
  writer.write_u8(0);
  writer.write_u16(kBodySize);
  writer.write_u16(kDtls10);
  writer.write_u8(DtlsCookies::kCookieSize);
  writer.write(cookie);
  wire.write(writer.written());
}

}  // namespace turnpike::net
