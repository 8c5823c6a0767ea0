#include "turn/reply.hpp"

#include "support/core_test.hpp"
#include "turnpike/client/challenge.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageBuilder;
using stun::Method;
using test::Bytes;

class ReplyTest : public test::CoreTest {
 protected:
  Bytes unauthorized() {
    return ask(alice(), write(Method::allocate, [](MessageBuilder& b) { b.add_requested_transport(17); }));
  }
};

TEST_F(ReplyTest, A401AmplifiesAnAllocateByAtMostThreePointFour) {
  ASSERT_EQ(std::string_view(test::kRealm).size(), 8U);
  constexpr double kRequest = 28;
  EXPECT_LE(static_cast<double>(unauthorized().size()), 3.4 * kRequest);
}

TEST_F(ReplyTest, A401CarriesWhatTheRfcDemandsAndNothingElse) {
  const Bytes answer = unauthorized();
  const auto view = test::view_of(answer);
  std::vector<AttributeType> types;
  for (const stun::Attribute attribute : view) types.push_back(attribute.type);
  EXPECT_EQ(types, (std::vector{AttributeType::error_code, AttributeType::realm, AttributeType::nonce,
                                AttributeType::password_algorithms}));
  EXPECT_EQ(view.find(AttributeType::error_code)->value.size(), 4U);  // no reason phrase
  EXPECT_EQ(as_text(view.find(AttributeType::realm)->value), test::kRealm);
  EXPECT_EQ(client::read_password_algorithms(view.find(AttributeType::password_algorithms)->value),
            (std::vector<std::uint16_t>{2, 1}));
}

TEST_F(ReplyTest, ErrorsToAuthenticatedRequestsAreSigned) {
  ASSERT_EQ(alice().create_permission({test::kPeer}).code, ErrorCode::allocation_mismatch);
  EXPECT_TRUE(test::view_of(alice().answers().back()).has(AttributeType::message_integrity_sha256));
}

TEST_F(ReplyTest, AnswersNeverRepeatTheCredentials) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const auto view = test::view_of(alice().answers().back());
  for (const AttributeType type : {AttributeType::username, AttributeType::userhash, AttributeType::realm,
                                   AttributeType::nonce, AttributeType::software}) {
    EXPECT_FALSE(view.has(type)) << stun::name_of(type);
  }
}

TEST_F(ReplyTest, FingerprintIsAddedOnlyWhereTheRequestHadOne) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_FALSE(test::view_of(alice().answers().back()).has(AttributeType::fingerprint));
  const auto& signer = signer_of(alice());
  const Bytes request = write(Method::refresh, [&](MessageBuilder& b) { signer.sign(b), b.add_fingerprint(); });
  EXPECT_TRUE(test::view_of(ask(alice(), request)).has(AttributeType::fingerprint));
}

TEST_F(ReplyTest, EveryRefusalIsReported) {
  static_cast<void>(unauthorized());
  EXPECT_EQ(server().refusals(), 1U);
}

}  // namespace
}  // namespace turnpike::turn
