#include "turnpike/client/turn_session.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "support/core_settings.hpp"
#include "support/messages.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/stun/integrity.hpp"

namespace turnpike::client {
namespace {

using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageClass;
using test::endpoint;

constexpr Instant kStart{std::chrono::hours{1}};
constexpr std::string_view kNonce = "obMatJos2gAAAabcdef";
constexpr std::string_view kPlainNonce = "plain";
constexpr std::array<std::uint8_t, 8> kAlgorithms{0, 2, 0, 0, 0, 1, 0, 0};

/// A server that a test scripts answer by answer.
class TurnSessionTest : public ::testing::Test {
 protected:
  using Fill = std::function<void(stun::MessageBuilder&)>;

  ByteSpan answer(ByteSpan request, MessageClass message_class, const Fill& fill) {
    const auto view = test::view_of(request);
    stun::MessageBuilder builder(buffer_, view.method(), message_class, view.transaction_id());
    fill(builder);
    return builder.finish();
  }
  ByteSpan challenge(ByteSpan request, ErrorCode code = ErrorCode::unauthenticated, std::string_view nonce = kNonce,
                     bool with_algorithms = true) {
    return answer(request, MessageClass::error, [&](stun::MessageBuilder& builder) {
      builder.add_error_code(code).add_text(AttributeType::realm, "r").add_text(AttributeType::nonce, nonce);
      if (with_algorithms) builder.add(AttributeType::password_algorithms, kAlgorithms);
    });
  }
  ByteSpan grant(ByteSpan request, const Signer& signer) {
    return answer(request, MessageClass::success, [&](stun::MessageBuilder& builder) {
      builder.add_xor_address(AttributeType::xor_relayed_address, endpoint("203.0.113.10:50000"))
          .add_u32(AttributeType::lifetime, 600)
          .add_xor_address(AttributeType::xor_mapped_address, endpoint("9.0.0.1:4000"));
      signer.add_integrity(builder);
    });
  }
  ByteSpan refusal(ByteSpan request, ErrorCode code, const Signer* signer) {
    return answer(request, MessageClass::error, [&](stun::MessageBuilder& builder) {
      builder.add_error_code(code);
      if (signer != nullptr) signer->add_integrity(builder);
    });
  }
  ByteSpan next_request() { return session_.poll_transmit(now_); }
  Received receive(ByteSpan datagram) { return session_.on_datagram(datagram, now_); }
  template <typename T>
  static bool is(const Received& received) {
    return std::holds_alternative<T>(received);
  }
  /// An Allocate that has been challenged; its second request is what is returned.
  ByteSpan challenged_allocate() {
    session_.allocate({}, now_);
    EXPECT_TRUE(is<Challenged>(receive(challenge(next_request()))));
    return next_request();
  }

  test::SeededRandom random_{1};
  TurnSession session_{{.server = endpoint("203.0.113.1:3478"), .username = "alice", .password = "pw", .timers = {}},
                       random_};
  Instant now_ = kStart;
  std::array<std::uint8_t, 1024> buffer_{};
};

TEST_F(TurnSessionTest, TheFirstRequestCarriesNoCredentials) {
  session_.allocate({}, now_);
  const auto view = test::view_of(next_request());
  EXPECT_FALSE(view.has(AttributeType::username));
  EXPECT_FALSE(view.has(AttributeType::message_integrity_sha256));
}

TEST_F(TurnSessionTest, AChallengeIsAnsweredInANewTransaction) {
  session_.allocate({}, now_);
  const ByteSpan first = next_request();
  const auto first_id = test::view_of(first).transaction_id();
  EXPECT_TRUE(is<Challenged>(receive(challenge(first))));
  const auto second = test::view_of(next_request());
  EXPECT_NE(second.transaction_id(), first_id);
  EXPECT_EQ(as_text(second.find(AttributeType::username)->value), "alice");
}

TEST_F(TurnSessionTest, AGrantEndsTheRequest) {
  const ByteSpan request = challenged_allocate();
  now_ += std::chrono::milliseconds{30};
  const auto received = receive(grant(request, *session_.signer()));
  ASSERT_TRUE(is<Outcome>(received));
  EXPECT_EQ(std::get<Outcome>(received).ending, Ending::success);
  EXPECT_EQ(std::get<Outcome>(received).round_trip, std::chrono::milliseconds{30});
  EXPECT_EQ(session_.allocation()->relayed.at(0), endpoint("203.0.113.10:50000"));
  EXPECT_EQ(session_.allocation()->mapped, endpoint("9.0.0.1:4000"));
  EXPECT_EQ(session_.pending(), 0U);
}

TEST_F(TurnSessionTest, LaterRequestsAreSignedAtOnce) {
  const ByteSpan request = challenged_allocate();
  static_cast<void>(receive(grant(request, *session_.signer())));
  session_.refresh(Seconds{600}, now_);
  const auto view = test::view_of(next_request());
  EXPECT_EQ(stun::check_message_integrity_sha256(view, session_.signer()->key.bytes()), stun::IntegrityCheck::valid);
}

TEST_F(TurnSessionTest, RefusedCredentialsAreNotTriedAgain) {
  const auto received = receive(challenge(challenged_allocate()));
  ASSERT_TRUE(is<Outcome>(received));
  EXPECT_EQ(std::get<Outcome>(received).ending, Ending::refused);
  EXPECT_EQ(std::get<Outcome>(received).code, ErrorCode::unauthenticated);
}

TEST_F(TurnSessionTest, AStaleNonceIsAnsweredWithTheNewOne) {
  EXPECT_TRUE(is<Challenged>(receive(challenge(challenged_allocate(), ErrorCode::stale_nonce, "obMatJos2gAAAnew"))));
  const auto view = test::view_of(next_request());
  EXPECT_EQ(as_text(view.find(AttributeType::nonce)->value), "obMatJos2gAAAnew");
}

TEST_F(TurnSessionTest, AServerThatAlwaysSaysStaleIsGivenUp) {
  ByteSpan request = challenged_allocate();
  for (int i = 0; i < 10; ++i) {
    const auto received = receive(challenge(request, ErrorCode::stale_nonce));
    if (is<Outcome>(received)) return;
    request = next_request();
  }
  FAIL() << "still going on";
}

TEST_F(TurnSessionTest, ABidDownEndsTheRequest) {
  session_.allocate({}, now_);
  const auto received = receive(challenge(next_request(), ErrorCode::unauthenticated, kNonce, false));
  ASSERT_TRUE(is<Outcome>(received));
  EXPECT_EQ(std::get<Outcome>(received).ending, Ending::bid_down);
}

TEST_F(TurnSessionTest, WithoutAlgorithmsItSignsTheOldWay) {
  session_.allocate({}, now_);
  static_cast<void>(receive(challenge(next_request(), ErrorCode::unauthenticated, kPlainNonce, false)));
  const auto view = test::view_of(next_request());
  EXPECT_EQ(stun::check_message_integrity(view, session_.signer()->key.bytes()), stun::IntegrityCheck::valid);
}

TEST_F(TurnSessionTest, AForgedAnswerIsIgnoredAndNamedAtTheEnd) {
  const ByteSpan request = challenged_allocate();
  Signer stranger = *session_.signer();
  stranger.key = stun::derive_long_term_key(stun::PasswordAlgorithm::sha256, "alice", "r", "guess");
  EXPECT_TRUE(is<Ignored>(receive(grant(request, stranger))));
  EXPECT_TRUE(is<Ignored>(receive(refusal(request, ErrorCode::forbidden, nullptr))));
  std::optional<Outcome> outcome;
  for (int i = 0; i < 20 && !outcome; ++i) {
    now_ = session_.next_deadline().value();
    static_cast<void>(next_request());
    outcome = session_.on_timeout(now_);
  }
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->ending, Ending::integrity_violated);
}

TEST_F(TurnSessionTest, AnUnsigned400IsDiscarded) {
  const ByteSpan request = challenged_allocate();
  EXPECT_TRUE(is<Ignored>(receive(refusal(request, ErrorCode::bad_request, nullptr))));
  EXPECT_TRUE(is<Outcome>(receive(refusal(request, ErrorCode::bad_request, &*session_.signer()))));
}

TEST_F(TurnSessionTest, SilenceEndsInATimeoutAfterSevenTransmissions) {
  session_.bind(now_);
  int transmissions = 0;
  std::optional<Outcome> outcome;
  while (!outcome) {
    while (!next_request().empty()) ++transmissions;
    now_ = session_.next_deadline().value();
    outcome = session_.on_timeout(now_);
  }
  EXPECT_EQ(outcome->ending, Ending::timed_out);
  EXPECT_EQ(transmissions, 7);
  EXPECT_EQ(now_ - kStart, std::chrono::milliseconds{39'500});
  EXPECT_EQ(session_.next_deadline(), std::nullopt);
}

TEST_F(TurnSessionTest, ARetransmissionIsTheSameBytes) {
  session_.bind(now_);
  const auto first = next_request();
  const std::vector<std::uint8_t> copy(first.begin(), first.end());
  now_ += std::chrono::milliseconds{500};
  EXPECT_TRUE(std::ranges::equal(next_request(), copy));
}

TEST_F(TurnSessionTest, ABindingAnswerTellsTheMappedAddress) {
  session_.bind(now_);
  const auto received = receive(answer(next_request(), MessageClass::success, [](stun::MessageBuilder& builder) {
    builder.add_xor_address(AttributeType::xor_mapped_address, endpoint("[2a00::1]:5"));
  }));
  ASSERT_TRUE(is<Outcome>(received));
  EXPECT_EQ(std::get<Outcome>(received).mapped, endpoint("[2a00::1]:5"));
}

TEST_F(TurnSessionTest, DataFromAPeerNeverAskedForIsIgnored) {
  stun::MessageBuilder builder(buffer_, stun::Method::data, MessageClass::indication, {});
  builder.add_xor_address(AttributeType::xor_peer_address, endpoint("9.9.9.9:9")).add_text(AttributeType::data, "x");
  EXPECT_TRUE(is<Ignored>(receive(builder.finish())));
  const Endpoint peer = endpoint("9.9.9.9:1");
  session_.create_permission({&peer, 1}, now_);
  EXPECT_TRUE(is<PeerDatagram>(receive(builder.finish())));
}

TEST_F(TurnSessionTest, ChannelDataArrivesAsItsPeersFromTheRequestOn) {
  session_.bind_channel(0x4001, endpoint("9.9.9.9:9"), now_);
  std::array<std::uint8_t, 32> out{};
  const auto received = receive(write_channel_data(out, 0x4001, as_bytes("hi")));
  ASSERT_TRUE(is<PeerDatagram>(received));
  EXPECT_EQ(std::get<PeerDatagram>(received).peer, endpoint("9.9.9.9:9"));
  EXPECT_EQ(as_text(std::get<PeerDatagram>(received).payload), "hi");
  EXPECT_TRUE(is<Ignored>(receive(write_channel_data(out, 0x4002, as_bytes("hi")))));
}

TEST_F(TurnSessionTest, AConnectTellsTheConnectionsId) {
  const ByteSpan allocate = challenged_allocate();
  static_cast<void>(receive(grant(allocate, *session_.signer())));
  session_.connect(endpoint("9.9.9.9:9"), now_);
  const ByteSpan request = next_request();
  const auto view = test::view_of(request);
  EXPECT_EQ(view.method(), stun::Method::connect);
  EXPECT_TRUE(view.has(AttributeType::xor_peer_address));
  const auto received = receive(answer(request, MessageClass::success, [&](stun::MessageBuilder& builder) {
    builder.add_u32(AttributeType::connection_id, 77);
    session_.signer()->add_integrity(builder);
  }));
  ASSERT_TRUE(is<Outcome>(received));
  EXPECT_EQ(std::get<Outcome>(received).ending, Ending::success);
  EXPECT_EQ(std::get<Outcome>(received).connection, 77U);
}

TEST_F(TurnSessionTest, AConnectWithoutAnIdIsMalformed) {
  session_.connect(endpoint("9.9.9.9:9"), now_);
  const auto received = receive(answer(next_request(), MessageClass::success, [](stun::MessageBuilder&) {}));
  ASSERT_TRUE(is<Outcome>(received));
  EXPECT_EQ(std::get<Outcome>(received).ending, Ending::malformed);
}

TEST_F(TurnSessionTest, AConnectionBindNamesTheConnection) {
  session_.bind_connection(0x01020304, now_);
  const auto view = test::view_of(next_request());
  EXPECT_EQ(view.method(), stun::Method::connection_bind);
  EXPECT_EQ(stun::read_u32(view.find(AttributeType::connection_id)->value), 0x01020304U);
}

TEST_F(TurnSessionTest, AConnectionAttemptIsReported) {
  stun::MessageBuilder builder(buffer_, stun::Method::connection_attempt, MessageClass::indication, {});
  builder.add_xor_address(AttributeType::xor_peer_address, endpoint("9.9.9.9:9"));
  EXPECT_TRUE(is<Ignored>(receive(builder.finish())));
  builder.add_u32(AttributeType::connection_id, 78);
  const auto received = receive(builder.finish());
  ASSERT_TRUE(is<ConnectionAttempt>(received));
  EXPECT_EQ(std::get<ConnectionAttempt>(received).peer, endpoint("9.9.9.9:9"));
  EXPECT_EQ(std::get<ConnectionAttempt>(received).connection, 78U);
}

TEST_F(TurnSessionTest, OnlySoManyRequestsMayBeUnderWay) {
  for (std::size_t i = 0; i < TurnSession::kMaxPending; ++i) EXPECT_NE(session_.bind(now_), 0U);
  EXPECT_EQ(session_.bind(now_), 0U);
}

TEST_F(TurnSessionTest, RandomBytesAreIgnored) {
  session_.allocate({}, now_);
  for (int i = 0; i < 20'000; ++i) {
    const auto noise = random_.bytes(random_.below(200));
    EXPECT_TRUE(is<Ignored>(receive(noise)));
  }
}

}  // namespace
}  // namespace turnpike::client
