#include "turn/handle_create_permission.hpp"

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

class HandleCreatePermissionTest : public test::CoreTest {
 protected:
  void SetUp() override { settings_.core.max_permissions = 4; }
  bool reaches_client(const Endpoint& peer) {
    const auto verdict = server().on_peer_datagram(alice().relayed(), peer, as_bytes("x"), clock_.now());
    static_cast<void>(server().take_for(alice().five_tuple()));
    return verdict.value().kind != PeerVerdict::Kind::drop;
  }
};

TEST_F(HandleCreatePermissionTest, WithoutAllocationItIs437) {
  EXPECT_EQ(alice().create_permission({kPeer}).code, ErrorCode::allocation_mismatch);
}

TEST_F(HandleCreatePermissionTest, WithAnotherUsersCredentialsItIs441) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(add_client("9.0.0.1:4000", "bob", "builder").create_permission({kPeer}).code, ErrorCode::wrong_credentials);
}

TEST_F(HandleCreatePermissionTest, OpensTheAddressWithAllItsPorts) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_FALSE(reaches_client(kPeer));
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  EXPECT_TRUE(reaches_client(kPeer));
  EXPECT_TRUE(reaches_client({kPeer.address, 1}));
  EXPECT_FALSE(reaches_client(kOtherPeer));
}

TEST_F(HandleCreatePermissionTest, LastsFiveMinutes) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  pass(Seconds{300} - Duration{1});
  EXPECT_TRUE(reaches_client(kPeer));
  EXPECT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
  pass(Duration{1});
  EXPECT_FALSE(reaches_client(kPeer));
  EXPECT_EQ(alice().send(kPeer, "x").reason, DropReason::no_permission);
}

TEST_F(HandleCreatePermissionTest, IsRefreshedByARequestAndNotByTraffic) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  pass(Seconds{200});
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  pass(Seconds{250});
  EXPECT_EQ(alice().send(kPeer, "x").kind, ClientVerdict::Kind::forward);
  EXPECT_TRUE(reaches_client(kPeer));
  pass(Seconds{50});
  EXPECT_FALSE(reaches_client(kPeer));
}

TEST_F(HandleCreatePermissionTest, WithoutPeerItIs400) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(alice().create_permission({}).code, ErrorCode::bad_request);
}

TEST_F(HandleCreatePermissionTest, OneMalformedPeerSpoilsAll) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  const auto request = write(
      Method::create_permission,
      [](MessageBuilder& b) {
        b.add_xor_address(AttributeType::xor_peer_address, kPeer);
        b.add(AttributeType::xor_peer_address, std::array<std::uint8_t, 5>{0, 1});
      },
      &signer_of(alice()));
  EXPECT_EQ(code_of(alice(), request), ErrorCode::bad_request);
  EXPECT_FALSE(reaches_client(kPeer));
}

TEST_F(HandleCreatePermissionTest, APeerOfAnotherFamilyIs443AndNothingIsInstalled) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(alice().create_permission({kPeer, test::kPeer6}).code, ErrorCode::peer_address_family_mismatch);
  EXPECT_FALSE(reaches_client(kPeer));
}

TEST_F(HandleCreatePermissionTest, ADeniedPeerIs403AndNothingIsInstalled) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  for (const char* denied : {"10.0.0.1:1", "127.0.0.1:1", "169.254.169.254:80", "203.0.113.1:1", "198.51.100.66:1",
                             "198.51.100.255:1", "224.0.0.1:1", "0.0.0.0:1"}) {
    EXPECT_EQ(alice().create_permission({kPeer, endpoint(denied)}).code, ErrorCode::forbidden) << denied;
  }
  EXPECT_FALSE(reaches_client(kPeer));
}

TEST_F(HandleCreatePermissionTest, ManyPeersInOneRequest) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().create_permission({kPeer, kOtherPeer, endpoint("198.51.100.9:1")}).ending, Ending::success);
  EXPECT_TRUE(reaches_client(kPeer));
  EXPECT_TRUE(reaches_client(kOtherPeer));
  EXPECT_TRUE(reaches_client(endpoint("198.51.100.9:5")));
}

TEST_F(HandleCreatePermissionTest, AtTheBoundItIs508AndNothingIsInstalled) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice()
                .create_permission({endpoint("198.51.100.1:1"), endpoint("198.51.100.2:1"), endpoint("198.51.100.3:1")})
                .ending,
            Ending::success);
  EXPECT_EQ(alice().create_permission({kPeer, kOtherPeer}).code, ErrorCode::insufficient_capacity);
  EXPECT_FALSE(reaches_client(kPeer));
  EXPECT_FALSE(reaches_client(kOtherPeer));
  EXPECT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  EXPECT_EQ(alice().create_permission({endpoint("198.51.100.1:1")}).ending, Ending::success);
}

TEST_F(HandleCreatePermissionTest, WhatRanOutMakesRoom) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice()
                .create_permission({endpoint("198.51.100.1:1"), endpoint("198.51.100.2:1"), endpoint("198.51.100.3:1"),
                                    endpoint("198.51.100.4:1")})
                .ending,
            Ending::success);
  pass(Seconds{300});
  EXPECT_EQ(alice().create_permission({kPeer, kOtherPeer}).ending, Ending::success);
}

TEST_F(HandleCreatePermissionTest, ARetransmissionGetsTheSameBytes) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  EXPECT_EQ(ask(alice(), alice().sent().back()), alice().answers().back());
}

TEST_F(HandleCreatePermissionTest, PermissionsOfOneAllocationMeanNothingToAnother) {
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  auto& second = add_client("9.0.0.1:4001");
  ASSERT_EQ(second.allocate().ending, Ending::success);
  ASSERT_EQ(second.create_permission({kPeer}).ending, Ending::success);
  EXPECT_FALSE(reaches_client(kPeer));
}

}  // namespace
}  // namespace turnpike::turn
