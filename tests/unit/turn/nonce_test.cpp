#include "turn/nonce.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "support/core_settings.hpp"
#include "turnpike/client/challenge.hpp"

namespace turnpike::turn {
namespace {

using test::endpoint;

constexpr Seconds kLifetime{3600};
constexpr Instant kStart{std::chrono::hours{24}};

class NonceTest : public ::testing::Test {
 protected:
  static NonceMint mint_with(std::uint8_t secret, std::string_view realm = "turnpike") {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(secret);
    return {bytes, realm, kLifetime, false};
  }
  std::string make(Instant now) {
    const auto nonce = mint_.make(tuple_, now);
    return {nonce.begin(), nonce.end()};
  }

  NonceMint mint_ = mint_with(1);
  FiveTuple tuple_{endpoint("9.0.0.1:4000"), endpoint("203.0.113.1:3478"), Transport::udp};
};

TEST_F(NonceTest, StartsWithTheCookieAndThePasswordAlgorithmsBit) {
  const std::string nonce = make(kStart);
  ASSERT_TRUE(nonce.starts_with("obMatJos2"));
  const auto features = client::read_nonce_cookie(nonce);
  ASSERT_TRUE(features.has_value());
  EXPECT_TRUE(features->password_algorithms);
  EXPECT_FALSE(features->username_anonymity);
  EXPECT_TRUE(has_password_algorithms_feature(nonce));
}

TEST_F(NonceTest, UsernameAnonymityIsTheSecondBit) {
  NonceMint mint({}, "turnpike", kLifetime, true);
  const auto nonce = mint.make(tuple_, kStart);
  const auto features = client::read_nonce_cookie({nonce.data(), nonce.size()});
  ASSERT_TRUE(features.has_value());
  EXPECT_TRUE(features->password_algorithms);
  EXPECT_TRUE(features->username_anonymity);
}

TEST_F(NonceTest, IsValidThroughItsLifetimeAndStaleAfterIt) {
  for (int offset = 0; offset < 3600; offset += 599) {  // wherever in a key's period it was made
    const Instant made = kStart + Seconds{offset};
    const std::string nonce = make(made);
    EXPECT_EQ(mint_.check(nonce, tuple_, made), NonceCheck::valid);
    EXPECT_EQ(mint_.check(nonce, tuple_, made + kLifetime - Seconds{1}), NonceCheck::valid) << offset;
    EXPECT_EQ(mint_.check(nonce, tuple_, made + kLifetime + Seconds{1}), NonceCheck::stale) << offset;
    EXPECT_EQ(mint_.check(nonce, tuple_, made + 3 * kLifetime), NonceCheck::stale) << offset;
  }
}

TEST_F(NonceTest, AlternatesBetweenTwoKeysWithoutLosingEither) {
  const std::string old_nonce = make(kStart + Seconds{3599});
  const std::string new_nonce = make(kStart + Seconds{3600});
  const Instant later = kStart + Seconds{3700};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(mint_.check(old_nonce, tuple_, later), NonceCheck::valid);
    EXPECT_EQ(mint_.check(new_nonce, tuple_, later), NonceCheck::valid);
  }
}

TEST_F(NonceTest, FromTheFutureIsStale) {
  const std::string nonce = make(kStart + Seconds{10});
  EXPECT_EQ(mint_.check(nonce, tuple_, kStart), NonceCheck::stale);
}

TEST_F(NonceTest, IsBoundToTheClientsAddress) {
  FiveTuple other = tuple_;
  other.client = endpoint("9.0.0.2:4000");
  EXPECT_EQ(mint_.check(make(kStart), other, kStart), NonceCheck::stale);
}

TEST_F(NonceTest, IsBoundToTheClientsPort) {
  FiveTuple other = tuple_;
  other.client.port = 4001;
  EXPECT_EQ(mint_.check(make(kStart), other, kStart), NonceCheck::stale);
}

// RFC 6062 section 4.3: the data connection comes from another port than the control connection, and may be another
// kind.
TEST_F(NonceTest, OfAStreamIsGoodForAllStreamsOfItsAddress) {
  tuple_.transport = Transport::tcp;
  FiveTuple other = tuple_;
  other.client.port = 4001;
  EXPECT_EQ(mint_.check(make(kStart), other, kStart), NonceCheck::valid);
  other.transport = Transport::tls;
  EXPECT_EQ(mint_.check(make(kStart), other, kStart), NonceCheck::valid);
  other.client = endpoint("9.0.0.2:4000");
  EXPECT_EQ(mint_.check(make(kStart), other, kStart), NonceCheck::stale);
  for (const Transport transport : {Transport::udp, Transport::dtls}) {
    other = tuple_;
    other.transport = transport;
    EXPECT_EQ(mint_.check(make(kStart), other, kStart), NonceCheck::stale);
  }
}

TEST_F(NonceTest, IsBoundToTheTransport) {
  FiveTuple other = tuple_;
  other.transport = Transport::tcp;
  EXPECT_EQ(mint_.check(make(kStart), other, kStart), NonceCheck::stale);
}

TEST_F(NonceTest, IsBoundToTheRealmAndTheSecret) {
  NonceMint other_realm = mint_with(1, "turnpik3");
  NonceMint other_secret = mint_with(2);
  EXPECT_EQ(other_realm.check(make(kStart), tuple_, kStart), NonceCheck::stale);
  EXPECT_EQ(other_secret.check(make(kStart), tuple_, kStart), NonceCheck::stale);
}

TEST_F(NonceTest, IsAcceptedByAnotherWorkerWithTheSameSecret) {
  NonceMint other_worker = mint_with(1);
  EXPECT_EQ(other_worker.check(make(kStart), tuple_, kStart + Seconds{5}), NonceCheck::valid);
}

TEST_F(NonceTest, AnyChangedCharacterMakesItStale) {
  const std::string nonce = make(kStart);
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    std::string changed = nonce;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(mint_.check(changed, tuple_, kStart), NonceCheck::stale) << i;
  }
  EXPECT_EQ(mint_.check(nonce + "A", tuple_, kStart), NonceCheck::stale);
  EXPECT_EQ(mint_.check("", tuple_, kStart), NonceCheck::stale);
}

TEST_F(NonceTest, UnderTheSameSettingsTheyStayGood) {
  const std::string nonce = make(kStart);
  NonceMint same = mint_.with("turnpike", kLifetime, false);
  EXPECT_EQ(same.check(nonce, tuple_, kStart), NonceCheck::valid);
}

TEST_F(NonceTest, UnderOtherSettingsTheyAreStale) {
  const std::string nonce = make(kStart);
  NonceMint realm = mint_.with("elsewhere", kLifetime, false);
  NonceMint anonymous = mint_.with("turnpike", kLifetime, true);
  EXPECT_EQ(realm.check(nonce, tuple_, kStart), NonceCheck::stale);
  EXPECT_EQ(anonymous.check(nonce, tuple_, kStart), NonceCheck::stale);
}

TEST_F(NonceTest, NoTwoSourcesShareOne) {
  std::set<std::string> nonces;
  for (std::uint16_t port = 1; port < 5000; ++port) {
    tuple_.client.port = port;
    nonces.insert(make(kStart));
  }
  EXPECT_EQ(nonces.size(), 4999U);
}

}  // namespace
}  // namespace turnpike::turn
