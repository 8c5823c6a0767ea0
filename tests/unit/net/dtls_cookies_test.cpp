#include "net/dtls_cookies.hpp"

#include <gtest/gtest.h>

#include "dtls_world.hpp"
#include "net/dtls_records.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::net {
namespace {

class DtlsCookiesTest : public testing::Test {
 protected:
  static constexpr Instant kNow{Seconds{5000}};

  [[nodiscard]] Bytes cookie_for(const FiveTuple& client, const Bytes& datagram, Instant now = kNow) const {
    const auto hello = parse_client_hello(*DtlsRecordReader{datagram}.next());
    const auto cookie = cookies_.make(client, *hello, now);
    return {cookie.begin(), cookie.end()};
  }
  [[nodiscard]] bool verifies(const FiveTuple& client, const Bytes& datagram, Instant now = kNow) const {
    return cookies_.verify(client, *parse_client_hello(*DtlsRecordReader{datagram}.next()), now);
  }

  test::SeededRandom random_{20240607};
  DtlsCookies cookies_{random_};
  FiveTuple client_ = dtls_client_at(4000);
  Bytes cookie_ = cookie_for(client_, dtls_hello({}));
};

TEST_F(DtlsCookiesTest, TheSameHelloWithItsCookieIsGood) { EXPECT_TRUE(verifies(client_, dtls_hello(cookie_))); }

TEST_F(DtlsCookiesTest, AHelloWithoutCookieIsNot) { EXPECT_FALSE(verifies(client_, dtls_hello({}))); }

TEST_F(DtlsCookiesTest, ACookieIsGoodForAMinuteOnly) {
  EXPECT_TRUE(verifies(client_, dtls_hello(cookie_), kNow + Seconds{60}));
  EXPECT_FALSE(verifies(client_, dtls_hello(cookie_), kNow + Seconds{61}));
  EXPECT_FALSE(verifies(client_, dtls_hello(cookie_), kNow - Seconds{1}));
}

TEST_F(DtlsCookiesTest, ACookieWithAnotherTimeIsForged) {
  ++cookie_[3];
  EXPECT_FALSE(verifies(client_, dtls_hello(cookie_), kNow + Seconds{1}));
}

TEST_F(DtlsCookiesTest, EveryBitOfACookieCounts) {
  for (std::size_t bit = 0; bit < cookie_.size() * 8; ++bit) {
    Bytes forged = cookie_;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8U);
    EXPECT_FALSE(verifies(client_, dtls_hello(forged))) << bit;
  }
}

TEST_F(DtlsCookiesTest, ACookieOfAnotherLengthIsNone) {
  Bytes longer = cookie_;
  longer.push_back(0);
  EXPECT_FALSE(verifies(client_, dtls_hello(longer)));
  EXPECT_FALSE(verifies(client_, dtls_hello(ByteSpan{cookie_}.first(cookie_.size() - 1))));
}

TEST_F(DtlsCookiesTest, ACookieIsOfOneClientAddressPortAndServerAddressOnly) {
  FiveTuple other_port = client_;
  ++other_port.client.port;
  EXPECT_FALSE(verifies(other_port, dtls_hello(cookie_)));
  FiveTuple other_address = client_;
  other_address.client.address = IpAddress::v4(192, 0, 2, 2);
  EXPECT_FALSE(verifies(other_address, dtls_hello(cookie_)));
  FiveTuple other_server = client_;
  other_server.server.address = IpAddress::v4(198, 51, 100, 2);
  EXPECT_FALSE(verifies(other_server, dtls_hello(cookie_)));
  FiveTuple other_server_port = client_;
  ++other_server_port.server.port;
  EXPECT_FALSE(verifies(other_server_port, dtls_hello(cookie_)));
}

TEST_F(DtlsCookiesTest, ACookieIsOfOneHelloOnly) {
  EXPECT_FALSE(verifies(client_, dtls_hello(cookie_, 8)));
  Bytes other_ciphers = dtls_hello(cookie_);
  other_ciphers[13 + 12 + 2 + 32 + 1 + 1 + cookie_.size() + 2] = 0xcc;
  EXPECT_FALSE(verifies(client_, other_ciphers));
}

TEST_F(DtlsCookiesTest, AServersCookieIsNotAnothers) {
  const DtlsCookies others{random_};
  const Bytes datagram = dtls_hello(cookie_);
  EXPECT_FALSE(others.verify(client_, *parse_client_hello(*DtlsRecordReader{datagram}.next()), kNow));
}

}  // namespace
}  // namespace turnpike::net
