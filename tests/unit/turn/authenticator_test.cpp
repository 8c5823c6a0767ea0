#include "turn/authenticator.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using client::Signer;
using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageBuilder;
using stun::Method;
using test::Bytes;

std::vector<AttributeType> attributes_of(ByteSpan message) {
  std::vector<AttributeType> types;
  for (const stun::Attribute attribute : test::view_of(message)) types.push_back(attribute.type);
  return types;
}

class AuthenticatorTest : public test::CoreTest {
 protected:
  static void add_udp(MessageBuilder& builder) { builder.add_requested_transport(17); }
  Bytes allocate_with(const Signer& signer) { return write(Method::allocate, add_udp, &signer); }
  std::optional<ErrorCode> refusal(const Signer& signer) { return code_of(alice(), allocate_with(signer)); }
  void expect_challenge(ByteSpan answer) {
    EXPECT_EQ(attributes_of(answer), (std::vector{AttributeType::error_code, AttributeType::realm, AttributeType::nonce,
                                                  AttributeType::password_algorithms}));
  }
};

TEST_F(AuthenticatorTest, WithoutIntegrityItIs401WithAChallenge) {
  const Bytes answer = ask(alice(), write(Method::allocate, add_udp));
  EXPECT_EQ(test::error_of(answer), ErrorCode::unauthenticated);
  expect_challenge(answer);
}

TEST_F(AuthenticatorTest, CredentialsWithoutIntegrityAre401) {
  const Signer signer = signer_of(alice());
  const Bytes request = write(Method::allocate, [&](MessageBuilder& b) { add_udp(b), signer.add_credentials(b); });
  EXPECT_EQ(code_of(alice(), request), ErrorCode::unauthenticated);
}

TEST_F(AuthenticatorTest, IntegrityWithoutUsernameRealmOrNonceIs400WithoutChallenge) {
  const Signer signer = signer_of(alice());
  for (const AttributeType missing : {AttributeType::username, AttributeType::realm, AttributeType::nonce}) {
    const Bytes request = write(Method::allocate, [&](MessageBuilder& b) {
      add_udp(b);
      if (missing != AttributeType::username) b.add_text(AttributeType::username, signer.username);
      if (missing != AttributeType::realm) b.add_text(AttributeType::realm, signer.realm);
      if (missing != AttributeType::nonce) b.add_text(AttributeType::nonce, signer.nonce);
      b.add_message_integrity(signer.key.bytes());
    });
    const Bytes answer = ask(alice(), request);
    EXPECT_EQ(test::error_of(answer), ErrorCode::bad_request);
    EXPECT_EQ(attributes_of(answer), std::vector{AttributeType::error_code});
  }
}

TEST_F(AuthenticatorTest, OneAlgorithmAttributeWithoutTheOtherIs400) {
  Signer without_list = signer_of(alice());
  without_list.password_algorithms.clear();
  EXPECT_EQ(refusal(without_list), ErrorCode::bad_request);

  const Signer signer = signer_of(alice());
  const Bytes without_choice = write(Method::allocate, [&](MessageBuilder& b) {
    add_udp(b);
    Signer only_list = signer;
    only_list.algorithm.reset();
    only_list.add_credentials(b);
    b.add_message_integrity_sha256(signer.key.bytes());
  });
  EXPECT_EQ(code_of(alice(), without_choice), ErrorCode::bad_request);
}

TEST_F(AuthenticatorTest, AnotherListThanTheOneSentIs400) {
  Signer bid_down = signer_of(alice());
  bid_down.password_algorithms = {0, 1, 0, 0};
  bid_down.algorithm = stun::PasswordAlgorithm::md5;
  EXPECT_EQ(refusal(bid_down), ErrorCode::bad_request);
}

TEST_F(AuthenticatorTest, AnAlgorithmThatIsNotListedIs400) {
  Signer unlisted = signer_of(alice());
  unlisted.algorithm = static_cast<stun::PasswordAlgorithm>(3);
  EXPECT_EQ(refusal(unlisted), ErrorCode::bad_request);
}

TEST_F(AuthenticatorTest, TheAlgorithmsAreCheckedBeforeTheUser) {
  Signer unlisted = signer_of(alice());
  unlisted.username = "nobody";
  unlisted.algorithm = static_cast<stun::PasswordAlgorithm>(3);
  EXPECT_EQ(refusal(unlisted), ErrorCode::bad_request);
}

TEST_F(AuthenticatorTest, UnknownUserAndWrongPasswordGetAnswersOfOneShape) {
  const Signer good = signer_of(alice());
  Signer unknown = good;
  unknown.username = "alicf";
  Signer wrong = good;
  wrong.key = stun::derive_long_term_key(stun::PasswordAlgorithm::sha256, "alice", test::kRealm, "guess");
  const Bytes to_unknown = ask(alice(), allocate_with(unknown));
  const Bytes to_wrong = ask(alice(), allocate_with(wrong));
  EXPECT_EQ(test::error_of(to_unknown), ErrorCode::unauthenticated);
  EXPECT_EQ(to_unknown.size(), to_wrong.size());
  EXPECT_EQ(attributes_of(to_unknown), attributes_of(to_wrong));
  // The same nonce, since no time passed: but for the transaction id all bytes are equal.
  EXPECT_TRUE(std::equal(to_unknown.begin() + 20, to_unknown.end(), to_wrong.begin() + 20));
  expect_challenge(to_wrong);
}

TEST_F(AuthenticatorTest, UnknownAndWrongEphemeralUsersGetTheSameShapeToo) {
  auto& carol = add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{600}, "not our secret");
  auto& mallory = add_client("9.0.0.1:4001", "mallory", "guess");
  EXPECT_EQ(carol.allocate().code, ErrorCode::unauthenticated);
  EXPECT_EQ(mallory.allocate().code, ErrorCode::unauthenticated);
  EXPECT_EQ(carol.answers().back().size(), mallory.answers().back().size());
}

TEST_F(AuthenticatorTest, AfterAWrongPasswordTheRightOneIsAnsweredAtTheFirstTransmission) {
  for (int i = 0; i < 100; ++i) {
    Signer wrong = signer_of(alice());
    wrong.key = stun::derive_long_term_key(stun::PasswordAlgorithm::sha256, "alice", test::kRealm, "guess");
    EXPECT_EQ(refusal(wrong), ErrorCode::unauthenticated);
    EXPECT_EQ(alice().allocate().ending, Ending::success);
    EXPECT_EQ(alice().refresh(Seconds{0}).ending, Ending::success);
  }
}

TEST_F(AuthenticatorTest, AStaleNonceWithRightIntegrityIs438AndTheRetryWorksAtOnce) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  pass(Seconds{590});
  Signer stale = signer_of(alice());
  stale.nonce.back() = stale.nonce.back() == 'A' ? 'Q' : 'A';
  const Bytes answer = ask(alice(), write(Method::refresh, {}, &stale));
  EXPECT_EQ(test::error_of(answer), ErrorCode::stale_nonce);
  expect_challenge(answer);
  const auto challenge = client::read_challenge(test::view_of(answer));
  const Signer fresh = Signer::answer(*challenge, "alice", "wonderland");
  EXPECT_EQ(code_of(alice(), write(Method::refresh, {}, &fresh)), std::nullopt);
}

TEST_F(AuthenticatorTest, ANonceThatRanOutIsReplacedWithoutTheUserNoticing) {
  settings_.core.nonce_lifetime = Seconds{300};
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  pass(Seconds{400});
  const std::size_t before = alice().sent().size();
  EXPECT_EQ(alice().refresh().ending, Ending::success);
  EXPECT_EQ(alice().sent().size(), before + 2);
}

TEST_F(AuthenticatorTest, AStaleNonceWithWrongIntegrityIs401) {
  Signer signer = signer_of(alice());
  signer.nonce.back() = signer.nonce.back() == 'A' ? 'Q' : 'A';
  signer.key = stun::derive_long_term_key(stun::PasswordAlgorithm::sha256, "alice", test::kRealm, "guess");
  EXPECT_EQ(refusal(signer), ErrorCode::unauthenticated);
}

TEST_F(AuthenticatorTest, ANonceOfAnotherClientIsStale) {
  auto& other = add_client("9.0.0.1:4001");
  EXPECT_EQ(code_of(other, allocate_with(signer_of(alice()))), ErrorCode::stale_nonce);
}

TEST_F(AuthenticatorTest, AnotherRealmIs401) {
  Signer signer = signer_of(alice());
  signer.realm = "elsewher";
  EXPECT_EQ(refusal(signer), ErrorCode::unauthenticated);
}

TEST_F(AuthenticatorTest, BrowsersWithMd5GetTheOldIntegrity) {
  auto& browser = add_client("9.0.0.1:4001", "alice", "wonderland", true);
  ASSERT_EQ(browser.allocate().ending, Ending::success);
  const auto view = test::view_of(browser.answers().back());
  EXPECT_TRUE(view.has(AttributeType::message_integrity));
  EXPECT_FALSE(view.has(AttributeType::message_integrity_sha256));
}

TEST_F(AuthenticatorTest, NegotiatedSha256IsAnsweredWithSha256) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const auto view = test::view_of(alice().answers().back());
  EXPECT_TRUE(view.has(AttributeType::message_integrity_sha256));
  EXPECT_FALSE(view.has(AttributeType::message_integrity));
}

TEST_F(AuthenticatorTest, NegotiatedMd5IsAnsweredWithSha256Integrity) {
  Signer signer = signer_of(alice());
  signer.algorithm = stun::PasswordAlgorithm::md5;
  signer.key = stun::derive_long_term_key(stun::PasswordAlgorithm::md5, "alice", test::kRealm, "wonderland");
  const Bytes answer = ask(alice(), allocate_with(signer));
  EXPECT_TRUE(test::is_success(answer));
  EXPECT_TRUE(test::view_of(answer).has(AttributeType::message_integrity_sha256));
}

TEST_F(AuthenticatorTest, TruncatedSha256IsAcceptedInEveryLength) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  for (std::size_t length = 16; length <= 32; length += 4) {
    Signer signer = signer_of(alice());
    signer.sha256_length = length;
    EXPECT_EQ(code_of(alice(), write(Method::refresh, {}, &signer)), std::nullopt) << length;
  }
}

TEST_F(AuthenticatorTest, ATooShortSha256Is401) {
  const Signer signer = signer_of(alice());
  const Bytes request = write(Method::allocate, [&](MessageBuilder& b) {
    add_udp(b);
    signer.add_credentials(b);
    b.add(AttributeType::message_integrity_sha256, std::array<std::uint8_t, 12>{});
  });
  EXPECT_EQ(code_of(alice(), request), ErrorCode::unauthenticated);
}

TEST_F(AuthenticatorTest, WithBothIntegritiesTheStrongerOneCounts) {
  const Signer signer = signer_of(alice());
  const auto with_both = [&](ByteSpan old_key) {
    return write(Method::allocate, [&](MessageBuilder& b) {
      add_udp(b);
      signer.add_credentials(b);
      b.add_message_integrity(old_key).add_message_integrity_sha256(signer.key.bytes());
    });
  };
  EXPECT_EQ(code_of(alice(), with_both(as_bytes("any key at all"))), std::nullopt);
}

TEST_F(AuthenticatorTest, UserhashNamesAStaticUserWhereItIsOffered) {
  settings_.secrets.clear();
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const auto view = test::view_of(alice().sent().back());
  EXPECT_TRUE(view.has(AttributeType::userhash));
  EXPECT_FALSE(view.has(AttributeType::username));
  EXPECT_EQ(server().started().at(0).account->user, "alice");
}

TEST_F(AuthenticatorTest, UserhashAndUsernameAreTheSameUser) {
  settings_.secrets.clear();
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  Signer by_name = signer_of(alice());
  by_name.userhash = false;
  EXPECT_EQ(code_of(alice(), write(Method::refresh, {}, &by_name)), std::nullopt);
}

TEST_F(AuthenticatorTest, AnUnknownUserhashIs401) {
  Signer unknown = signer_of(alice());
  unknown.userhash = true;
  unknown.username = "nobody";
  EXPECT_EQ(refusal(unknown), ErrorCode::unauthenticated);
}

TEST_F(AuthenticatorTest, EverySecretAuthenticates) {
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{600}, test::kSecret).allocate().ending,
            Ending::success);
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4002", "carol", Seconds{600}, test::kSecondSecret).allocate().ending,
            Ending::success);
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4003", "carol", Seconds{600}, "west").allocate().code,
            ErrorCode::unauthenticated);
}

TEST_F(AuthenticatorTest, TheUserPartIsOpaque) {
  int port = 4001;
  for (const char* user : {"a:b:c", "@carol:example.org", "1234:5678", "", "ü", "with space"}) {
    auto& client = add_ephemeral_client("9.0.0.1:" + std::to_string(port++), user, Seconds{600});
    EXPECT_EQ(client.allocate().ending, Ending::success) << user;
    if (*user != '\0') {
      EXPECT_EQ(server().started().back().account->user, user);
    }
  }
}

TEST_F(AuthenticatorTest, AnExpiredCredentialDoesNotAllocate) {
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4001", "carol", Seconds{0}).allocate().code, ErrorCode::unauthenticated);
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4002", "carol", Seconds{-1000}).allocate().code, ErrorCode::unauthenticated);
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4003", "carol", Seconds{1}).allocate().ending, Ending::success);
}

TEST_F(AuthenticatorTest, AnAbsurdExpiryIsRefused) {
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4001", "carol", settings_.max_ttl).allocate().ending, Ending::success);
  EXPECT_EQ(add_ephemeral_client("9.0.0.1:4002", "carol", settings_.max_ttl + Seconds{1}).allocate().code,
            ErrorCode::unauthenticated);
  const std::string absurd = "999999999999999999:carol";
  EXPECT_EQ(add_client("9.0.0.1:4003", absurd, ephemeral_password(test::kSecret, absurd)).allocate().code,
            ErrorCode::unauthenticated);
}

TEST_F(AuthenticatorTest, AStaticUserMayHaveANameOfDigits) {
  settings_.users.emplace_back("1001", "extension");
  EXPECT_EQ(add_client("9.0.0.1:4001", "1001", "extension").allocate().ending, Ending::success);
}

TEST_F(AuthenticatorTest, AnUnauthenticatedRequestLeavesNothingBehind) {
  for (int i = 0; i < 1000; ++i) static_cast<void>(alice().exchange(write(Method::allocate, add_udp)));
  EXPECT_EQ(server().allocations(), 0U);
  EXPECT_EQ(server().ledger().users(), 0U);
  EXPECT_EQ(server().ledger().client_addresses(), 0U);
  EXPECT_EQ(server().next_deadline(), std::nullopt);
}

}  // namespace
}  // namespace turnpike::turn
