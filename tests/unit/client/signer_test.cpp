#include "turnpike/client/signer.hpp"

#include <gtest/gtest.h>

#include "support/messages.hpp"
#include "turnpike/stun/integrity.hpp"

namespace turnpike::client {
namespace {

using stun::AttributeType;

class SignerTest : public ::testing::Test {
 protected:
  stun::MessageView sign(const Signer& signer) {
    stun::MessageBuilder builder(buffer_, stun::Method::refresh, stun::MessageClass::request, {});
    signer.sign(builder);
    return test::view_of(builder.finish());
  }
  Challenge challenge_{
      .realm = "r", .nonce = "n", .password_algorithms = {}, .algorithm = {}, .username_anonymity = false};
  std::array<std::uint8_t, 512> buffer_{};
};

TEST_F(SignerTest, WithoutAlgorithmsItSignsTheOldWay) {
  const auto signer = Signer::answer(challenge_, "alice", "secret");
  const auto view = sign(signer);
  EXPECT_EQ(as_text(view.find(AttributeType::username)->value), "alice");
  EXPECT_FALSE(view.has(AttributeType::password_algorithm));
  EXPECT_FALSE(view.has(AttributeType::message_integrity_sha256));
  EXPECT_EQ(stun::check_message_integrity(view, signer.key.bytes()), stun::IntegrityCheck::valid);
  EXPECT_TRUE(is_authentic(view, signer.key.bytes()));
}

TEST_F(SignerTest, WithAlgorithmsItEchoesTheListAndSignsWithSha256) {
  challenge_.password_algorithms = {0, 2, 0, 0};
  challenge_.algorithm = stun::PasswordAlgorithm::sha256;
  const auto signer = Signer::answer(challenge_, "alice", "secret");
  const auto view = sign(signer);
  EXPECT_TRUE(std::ranges::equal(view.find(AttributeType::password_algorithms)->value, challenge_.password_algorithms));
  EXPECT_EQ(view.find(AttributeType::password_algorithm)->value[1], 2);
  EXPECT_FALSE(view.has(AttributeType::message_integrity));
  EXPECT_EQ(stun::check_message_integrity_sha256(view, signer.key.bytes()), stun::IntegrityCheck::valid);
  EXPECT_EQ(signer.key.bytes().size(), 32U);
}

TEST_F(SignerTest, UsernameAnonymityHidesTheName) {
  challenge_.username_anonymity = true;
  const auto view = sign(Signer::answer(challenge_, "alice", "secret"));
  EXPECT_FALSE(view.has(AttributeType::username));
  EXPECT_EQ(view.find(AttributeType::userhash)->value.size(), 32U);
}

TEST_F(SignerTest, AForeignKeyIsNotAuthentic) {
  const auto view = sign(Signer::answer(challenge_, "alice", "secret"));
  const auto other = Signer::answer(challenge_, "alice", "guess");
  EXPECT_FALSE(is_authentic(view, other.key.bytes()));
}

}  // namespace
}  // namespace turnpike::client
