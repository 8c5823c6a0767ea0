#include "turn/handle_channel_bind.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageBuilder;
using stun::Method;
using test::endpoint;
using test::kOtherPeer;
using test::kPeer;

class HandleChannelBindTest : public test::CoreTest {
 protected:
  void SetUp() override {
    settings_.core.max_permissions = 3;
    settings_.core.max_channels = 2;
    ASSERT_EQ(alice().allocate().ending, Ending::success);
  }
  std::optional<ErrorCode> refusal(const Fill& fill) {
    return code_of(alice(), write(Method::channel_bind, fill, &signer_of(alice())));
  }
};

TEST_F(HandleChannelBindTest, WithoutAllocationItIs437) {
  EXPECT_EQ(add_client("9.0.0.1:4001").bind_channel(0x4000, kPeer).code, ErrorCode::allocation_mismatch);
}

TEST_F(HandleChannelBindTest, WithAnotherUsersCredentialsItIs441) {
  EXPECT_EQ(add_client("9.0.0.1:4000", "bob", "builder").bind_channel(0x4000, kPeer).code,
            ErrorCode::wrong_credentials);
}

TEST_F(HandleChannelBindTest, WithoutNumberOrPeerItIs400) {
  EXPECT_EQ(refusal([](MessageBuilder& b) { b.add_channel_number(0x4000); }), ErrorCode::bad_request);
  EXPECT_EQ(refusal([](MessageBuilder& b) { b.add_xor_address(AttributeType::xor_peer_address, kPeer); }),
            ErrorCode::bad_request);
}

TEST_F(HandleChannelBindTest, NumbersOutside4000To4FFFAre400) {
  for (const std::uint16_t number : std::initializer_list<std::uint16_t>{0x0000, 0x3fff, 0x5000, 0x7fff, 0xffff}) {
    EXPECT_EQ(alice().bind_channel(number, kPeer).code, ErrorCode::bad_request) << number;
  }
  EXPECT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  EXPECT_EQ(alice().bind_channel(0x4fff, kOtherPeer).ending, Ending::success);
}

TEST_F(HandleChannelBindTest, ANumberBoundToAnotherPeerIs400) {
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  EXPECT_EQ(alice().bind_channel(0x4000, kOtherPeer).code, ErrorCode::bad_request);
  EXPECT_EQ(alice().bind_channel(0x4000, {kPeer.address, 7001}).code, ErrorCode::bad_request);
}

TEST_F(HandleChannelBindTest, APeerBoundToAnotherNumberIs400) {
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  EXPECT_EQ(alice().bind_channel(0x4001, kPeer).code, ErrorCode::bad_request);
}

TEST_F(HandleChannelBindTest, APeerOfAnotherFamilyIs443) {
  EXPECT_EQ(alice().bind_channel(0x4000, test::kPeer6).code, ErrorCode::peer_address_family_mismatch);
}

TEST_F(HandleChannelBindTest, ADeniedPeerIs403) {
  EXPECT_EQ(alice().bind_channel(0x4000, endpoint("127.0.0.1:22")).code, ErrorCode::forbidden);
  EXPECT_EQ(alice().bind_channel(0x4000, {kPeer.address, 0}).code, ErrorCode::forbidden);
  EXPECT_EQ(alice().bind_channel(0x4000, endpoint("203.0.113.1:3478")).code, ErrorCode::forbidden);
}

TEST_F(HandleChannelBindTest, InstallsThePermissionForFiveMinutes) {
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  EXPECT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
  pass(Seconds{300});
  EXPECT_EQ(alice().send(kPeer, "x").reason, DropReason::no_permission);
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  EXPECT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
}

TEST_F(HandleChannelBindTest, LastsTenMinutes) {
  ASSERT_EQ(alice().refresh(Seconds{3600}).ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  pass(Seconds{600} - Duration{1});
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  EXPECT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
  pass(Duration{1});
  EXPECT_EQ(alice().send(kPeer, "x").reason, DropReason::no_channel);
}

TEST_F(HandleChannelBindTest, RebindingRefreshesChannelAndPermission) {
  ASSERT_EQ(alice().refresh(Seconds{3600}).ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  for (int i = 0; i < 10; ++i) {
    pass(Seconds{299});
    EXPECT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
    ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  }
}

TEST_F(HandleChannelBindTest, ANumberThatRanOutMayGoToAnotherPeer) {
  ASSERT_EQ(alice().refresh(Seconds{3600}).ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  pass(Seconds{600});
  EXPECT_EQ(alice().bind_channel(0x4000, kOtherPeer).ending, Ending::success);
  EXPECT_EQ(alice().bind_channel(0x4001, kPeer).ending, Ending::success);
}

TEST_F(HandleChannelBindTest, AtTheBoundOfChannelsItIs508) {
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  ASSERT_EQ(alice().bind_channel(0x4001, kOtherPeer).ending, Ending::success);
  EXPECT_EQ(alice().bind_channel(0x4002, endpoint("198.51.100.9:1")).code, ErrorCode::insufficient_capacity);
  EXPECT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
}

TEST_F(HandleChannelBindTest, AtTheBoundOfPermissionsItIs508AndTheChannelIsNotBound) {
  ASSERT_EQ(alice()
                .create_permission({endpoint("198.51.100.1:1"), endpoint("198.51.100.2:1"), endpoint("198.51.100.3:1")})
                .ending,
            Ending::success);
  EXPECT_EQ(alice().bind_channel(0x4000, kPeer).code, ErrorCode::insufficient_capacity);
  EXPECT_EQ(alice().send(kPeer, "x").reason, DropReason::no_channel);
  EXPECT_EQ(alice().bind_channel(0x4000, endpoint("198.51.100.1:77")).ending, Ending::success);
}

TEST_F(HandleChannelBindTest, ARetransmissionGetsTheSameBytes) {
  ASSERT_EQ(alice().bind_channel(0x4000, kPeer).ending, Ending::success);
  EXPECT_EQ(ask(alice(), alice().sent().back()), alice().answers().back());
}

}  // namespace
}  // namespace turnpike::turn
