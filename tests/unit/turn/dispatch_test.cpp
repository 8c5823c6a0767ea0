#include "turn/dispatch.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageBuilder;
using stun::MessageClass;
using stun::Method;
using test::Bytes;

class DispatchTest : public test::CoreTest {
 protected:
  static void add_udp(MessageBuilder& builder) { builder.add_requested_transport(17); }
  DropReason drop_of(ByteSpan datagram) {
    const auto verdict = server().on_client_datagram(alice().five_tuple(), datagram, clock_.now());
    EXPECT_EQ(verdict.kind, ClientVerdict::Kind::drop);
    EXPECT_TRUE(server().take_for(alice().five_tuple()).empty());
    return verdict.reason;
  }
  Bytes message(Method method, MessageClass message_class) {
    std::array<std::uint8_t, 64> buffer{};
    return test::to_bytes(MessageBuilder(buffer, method, message_class, client::make_transaction_id(random_)).finish());
  }
  int answers_in_one_moment(test::DirectClient& client, int requests) {
    int answers = 0;
    for (int i = 0; i < requests; ++i) {
      answers += static_cast<int>(client.exchange(write(Method::allocate, add_udp)).size());
    }
    return answers;
  }
};

TEST_F(DispatchTest, ABindingOverIPv4IsAnsweredWithThirtyTwoBytes) {
  const Bytes answer = ask(alice(), write(Method::binding, {}));
  EXPECT_EQ(answer.size(), 32U);
  const auto view = test::view_of(answer);
  EXPECT_EQ(stun::read_xor_address(view.find(AttributeType::xor_mapped_address)->value, view.transaction_id()),
            test::endpoint("9.0.0.1:4000"));
}

TEST_F(DispatchTest, ABindingOverIPv6TellsTheIPv6Address) {
  auto& client = add_client("[2a00::9]:4000");
  EXPECT_EQ(client.bind().mapped, test::endpoint("[2a00::9]:4000"));
}

TEST_F(DispatchTest, ABindingWithAnUnknownRequiredAttributeIs420) {
  const Bytes answer =
      ask(alice(), write(Method::binding, [](MessageBuilder& b) { b.add(static_cast<AttributeType>(0x7f01), {}); }));
  EXPECT_EQ(test::error_of(answer), ErrorCode::unknown_attribute);
  const auto list = test::view_of(answer).find(AttributeType::unknown_attributes);
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(test::to_bytes(list->value), (Bytes{0x7f, 0x01}));
}

TEST_F(DispatchTest, TheListOfUnknownAttributesIsBounded) {
  const Bytes answer = ask(alice(), write(Method::binding, [](MessageBuilder& b) {
                             for (std::uint16_t i = 0; i < 100; ++i) b.add(static_cast<AttributeType>(0x7000 + i), {});
                           }));
  EXPECT_LE(test::view_of(answer).find(AttributeType::unknown_attributes)->value.size(), 16U);
}

TEST_F(DispatchTest, UnknownAttributesAreLookedForAfterAuthentication) {
  const auto with_unknown = [](MessageBuilder& b) { add_udp(b), b.add(static_cast<AttributeType>(0x7f01), {}); };
  EXPECT_EQ(code_of(alice(), write(Method::allocate, with_unknown)), ErrorCode::unauthenticated);
  EXPECT_EQ(code_of(alice(), write(Method::allocate, with_unknown, &signer_of(alice()))), ErrorCode::unknown_attribute);
}

TEST_F(DispatchTest, UnknownAttributesBehindTheIntegrityAreIgnored) {
  const auto& signer = signer_of(alice());
  const Bytes request = write(Method::allocate, [&](MessageBuilder& b) {
    add_udp(b);
    signer.sign(b);
    b.add(static_cast<AttributeType>(0x7f01), {});
  });
  EXPECT_EQ(code_of(alice(), request), std::nullopt);
}

TEST_F(DispatchTest, ResponsesAreDropped) {
  EXPECT_EQ(drop_of(message(Method::binding, MessageClass::success)), DropReason::unexpected_class);
  EXPECT_EQ(drop_of(message(Method::allocate, MessageClass::error)), DropReason::unexpected_class);
}

TEST_F(DispatchTest, UnknownMethodsAreDropped) {
  EXPECT_EQ(drop_of(message(static_cast<Method>(0x2f), MessageClass::request)), DropReason::unexpected_class);
  EXPECT_EQ(drop_of(message(Method::connection_attempt, MessageClass::request)), DropReason::unexpected_class);
  EXPECT_EQ(drop_of(message(Method::data, MessageClass::indication)), DropReason::unknown_indication);
  EXPECT_EQ(drop_of(message(Method::connect, MessageClass::indication)), DropReason::unknown_indication);
}

TEST_F(DispatchTest, ABindingIndicationIsTakenSilently) {
  EXPECT_TRUE(alice().exchange(message(Method::binding, MessageClass::indication)).empty());
}

TEST_F(DispatchTest, AWrongCookieIsDropped) {
  Bytes old = message(Method::binding, MessageClass::request);
  old[4] ^= 1U;
  EXPECT_EQ(drop_of(old), DropReason::malformed_stun);
}

TEST_F(DispatchTest, AWrongFingerprintIsDroppedAndARightOneIsAnsweredWithOne) {
  Bytes request = write(Method::binding, [](MessageBuilder& b) { b.add_fingerprint(); });
  const Bytes answer = ask(alice(), request);
  EXPECT_TRUE(test::view_of(answer).has(AttributeType::fingerprint));
  request.back() ^= 1U;
  EXPECT_EQ(drop_of(request), DropReason::malformed_stun);
}

TEST_F(DispatchTest, OtherProtocolsAreDropped) {
  for (const std::uint8_t first : std::initializer_list<std::uint8_t>{4, 16, 22, 63, 80, 128, 255}) {
    EXPECT_EQ(drop_of(Bytes(40, first)), DropReason::not_turn) << int{first};
  }
  EXPECT_EQ(drop_of({}), DropReason::not_turn);
}

TEST_F(DispatchTest, EveryTruncationOfARequestIsDropped) {
  const Bytes request = write(Method::allocate, add_udp, &signer_of(alice()));
  for (std::size_t length = 0; length < request.size(); ++length) {
    static_cast<void>(drop_of(ByteSpan(request).first(length)));
  }
}

TEST_F(DispatchTest, ErrorsToOneAddressAreRationed) {
  errors_per_second_ = 10;
  EXPECT_EQ(answers_in_one_moment(alice(), 100), 10);
  EXPECT_EQ(answers_in_one_moment(add_client("9.0.0.1:4001"), 100), 0);
  EXPECT_EQ(answers_in_one_moment(add_client("9.0.0.2:4001"), 100), 10);
  pass(Seconds{2});
  EXPECT_EQ(answers_in_one_moment(alice(), 100), 10);
}

TEST_F(DispatchTest, ErrorsToOneIPv6SubnetAreRationedTogether) {
  errors_per_second_ = 10;
  EXPECT_EQ(answers_in_one_moment(add_client("[2a00:1:2:3::1]:4000"), 100), 10);
  EXPECT_EQ(answers_in_one_moment(add_client("[2a00:1:2:3:4::1]:4000"), 100), 0);
  EXPECT_EQ(answers_in_one_moment(add_client("[2a00:1:2:4::1]:4000"), 100), 10);
}

TEST_F(DispatchTest, AWithheldErrorIsCountedByItsReason) {
  errors_per_second_ = 1;
  ASSERT_EQ(answers_in_one_moment(alice(), 1), 1);
  EXPECT_EQ(drop_of(write(Method::allocate, add_udp)), DropReason::error_rationed);
}

TEST_F(DispatchTest, SuccessIsNotRationed) {
  errors_per_second_ = 1;
  ASSERT_EQ(answers_in_one_moment(alice(), 5), 1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(alice().exchange(write(Method::binding, {})).size(), 1U);
}

TEST_F(DispatchTest, ErrorsToThoseWhoProvedThemselvesAreNotRationed) {
  errors_per_second_ = 10;
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(alice().create_permission({test::endpoint("192.168.0.7:9")}).code, ErrorCode::forbidden);
  }
}

TEST_F(DispatchTest, AStaleNonceIsNotRationed) {
  errors_per_second_ = 1;
  client::Signer stale = signer_of(alice());
  stale.nonce.back() = stale.nonce.back() == 'A' ? 'Q' : 'A';
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(code_of(alice(), write(Method::allocate, add_udp, &stale)), ErrorCode::stale_nonce);
  }
}

TEST_F(DispatchTest, RandomBytesNeverGetAnAnswerNorLeaveState) {
  for (int i = 0; i < 50'000; ++i) {
    const Bytes noise = random_.bytes(random_.below(120));
    EXPECT_TRUE(alice().exchange(noise).empty());
  }
  EXPECT_EQ(server().allocations(), 0U);
}

}  // namespace
}  // namespace turnpike::turn
