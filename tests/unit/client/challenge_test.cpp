#include "turnpike/client/challenge.hpp"

#include <gtest/gtest.h>

#include <array>

#include "support/messages.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::client {
namespace {

using stun::AttributeType;

constexpr std::array<std::uint8_t, 8> kSha256ThenMd5{0, 2, 0, 0, 0, 1, 0, 0};
constexpr std::array<std::uint8_t, 8> kMd5ThenSha256{0, 1, 0, 0, 0, 2, 0, 0};
constexpr std::string_view kPlainNonce = "obMatJos2AAAAabcdef";
constexpr std::string_view kAlgorithmsNonce = "obMatJos2gAAAabcdef";
constexpr std::string_view kAnonymityNonce = "obMatJos2wAAAabcdef";

Result<Challenge, ChallengeFault> read(std::string_view nonce, ByteSpan algorithms) {
  std::array<std::uint8_t, 512> buffer{};
  stun::MessageBuilder builder(buffer, stun::Method::allocate, stun::MessageClass::error, {});
  builder.add_error_code(stun::ErrorCode::unauthenticated).add_text(AttributeType::realm, "r");
  if (!nonce.empty()) builder.add_text(AttributeType::nonce, nonce);
  if (!algorithms.empty()) builder.add(AttributeType::password_algorithms, algorithms);
  return read_challenge(test::view_of(builder.finish()));
}

TEST(ChallengeTest, FeaturesAreReadFromTheNonceCookie) {
  EXPECT_FALSE(read_nonce_cookie("abcdefghijklmnop").has_value());
  EXPECT_FALSE(read_nonce_cookie("obMatJos2gAA").has_value());
  EXPECT_FALSE(read_nonce_cookie("obMatJos2gA!A").has_value());
  EXPECT_FALSE(read_nonce_cookie(kPlainNonce)->password_algorithms);
  EXPECT_TRUE(read_nonce_cookie(kAlgorithmsNonce)->password_algorithms);
  EXPECT_FALSE(read_nonce_cookie(kAlgorithmsNonce)->username_anonymity);
  EXPECT_TRUE(read_nonce_cookie(kAnonymityNonce)->username_anonymity);
}

TEST(ChallengeTest, WithoutAlgorithmsNoneIsChosen) {
  const auto challenge = read(kPlainNonce, {});
  ASSERT_TRUE(challenge.has_value());
  EXPECT_EQ(challenge->algorithm, std::nullopt);
  EXPECT_EQ(challenge->realm, "r");
  EXPECT_EQ(challenge->nonce, kPlainNonce);
}

TEST(ChallengeTest, Sha256IsChosenWhereverItStands) {
  EXPECT_EQ(read(kAlgorithmsNonce, kSha256ThenMd5)->algorithm, stun::PasswordAlgorithm::sha256);
  EXPECT_EQ(read(kAlgorithmsNonce, kMd5ThenSha256)->algorithm, stun::PasswordAlgorithm::sha256);
}

TEST(ChallengeTest, AnAlgorithmWithParametersIsSkipped) {
  constexpr std::array<std::uint8_t, 12> kUnknownFirst{0, 99, 0, 3, 1, 2, 3, 0, 0, 1, 0, 0};
  EXPECT_EQ(read(kAlgorithmsNonce, kUnknownFirst)->algorithm, stun::PasswordAlgorithm::md5);
}

TEST(ChallengeTest, ABrokenPromiseOfAlgorithmsIsABidDown) {
  EXPECT_EQ(read(kAlgorithmsNonce, {}).error(), ChallengeFault::bid_down);
}

TEST(ChallengeTest, AListWithoutAnAlgorithmOfOursIsNotAnswered) {
  constexpr std::array<std::uint8_t, 4> kUnknown{0, 99, 0, 0};
  constexpr std::array<std::uint8_t, 4> kTooLong{0, 1, 0, 9};
  EXPECT_EQ(read(kAlgorithmsNonce, kUnknown).error(), ChallengeFault::unsupported_algorithms);
  EXPECT_EQ(read(kAlgorithmsNonce, kTooLong).error(), ChallengeFault::unsupported_algorithms);
}

TEST(ChallengeTest, WithoutNonceThereIsNothingToAnswer) { EXPECT_EQ(read("", {}).error(), ChallengeFault::incomplete); }

}  // namespace
}  // namespace turnpike::client
