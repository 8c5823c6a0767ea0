#include "turn/relay_indication.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::AttributeType;
using stun::MessageBuilder;
using test::endpoint;
using test::kPeer;

class RelayIndicationTest : public test::CoreTest {
 protected:
  void permit() {
    ASSERT_EQ(alice().allocate().ending, Ending::success);
    ASSERT_EQ(alice().create_permission({kPeer}).ending, Ending::success);
  }
  ClientVerdict indicate(const Fill& fill) {
    std::array<std::uint8_t, 256> buffer{};
    MessageBuilder builder(buffer, stun::Method::send, stun::MessageClass::indication,
                           client::make_transaction_id(random_));
    fill(builder);
    return server().on_client_datagram(alice().five_tuple(), builder.finish(), clock_.now());
  }
  static void add_peer(MessageBuilder& builder) { builder.add_xor_address(AttributeType::xor_peer_address, kPeer); }
};

TEST_F(RelayIndicationTest, ThePayloadGoesToThePeer) {
  permit();
  ASSERT_EQ(alice().send(kPeer, "hello").kind, ClientVerdict::Kind::forward);
  const auto sent = server().take_to_peers();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].to, kPeer);
  EXPECT_EQ(as_text(sent[0].payload), "hello");
  EXPECT_FALSE(sent[0].dont_fragment);
}

TEST_F(RelayIndicationTest, AnyPortOfAPermittedAddressWillDo) {
  permit();
  EXPECT_EQ(alice().send({kPeer.address, 1}, "x").kind, ClientVerdict::Kind::forward);
}

TEST_F(RelayIndicationTest, DontFragmentIsPassedOn) {
  permit();
  const auto verdict = indicate([](MessageBuilder& b) {
    add_peer(b);
    b.add(AttributeType::dont_fragment, {}).add_text(AttributeType::data, "x");
  });
  EXPECT_TRUE(verdict.dont_fragment);
}

TEST_F(RelayIndicationTest, EmptyPayloadIsForwarded) {
  permit();
  EXPECT_EQ(indicate([](MessageBuilder& b) { add_peer(b), b.add(AttributeType::data, {}); }).kind,
            ClientVerdict::Kind::forward);
}

TEST_F(RelayIndicationTest, WithoutPeerOrPayloadItIsDropped) {
  permit();
  EXPECT_EQ(indicate(add_peer).reason, DropReason::malformed_stun);
  EXPECT_EQ(indicate([](MessageBuilder& b) { b.add_text(AttributeType::data, "x"); }).reason,
            DropReason::malformed_stun);
}

TEST_F(RelayIndicationTest, UnknownRequiredAttributesDropIt) {
  permit();
  EXPECT_EQ(indicate([](MessageBuilder& b) {
              add_peer(b);
              b.add_text(AttributeType::data, "x").add(static_cast<AttributeType>(0x7f00), {});
            }).reason,
            DropReason::unknown_indication);
}

TEST_F(RelayIndicationTest, UnknownOptionalAttributesDoNot) {
  permit();
  EXPECT_EQ(indicate([](MessageBuilder& b) {
              add_peer(b);
              b.add_text(AttributeType::data, "x").add(static_cast<AttributeType>(0xff00), {});
            }).kind,
            ClientVerdict::Kind::forward);
}

TEST_F(RelayIndicationTest, WithoutPermissionItIsDropped) {
  permit();
  EXPECT_EQ(alice().send(test::kOtherPeer, "x").reason, DropReason::no_permission);
}

TEST_F(RelayIndicationTest, APeerOfAnotherFamilyIsDropped) {
  permit();
  EXPECT_EQ(alice().send(test::kPeer6, "x").reason, DropReason::family_mismatch);
}

TEST_F(RelayIndicationTest, WithoutAllocationItIsDropped) {
  EXPECT_EQ(alice().send(kPeer, "x").reason, DropReason::no_allocation);
}

TEST_F(RelayIndicationTest, ADeniedPortOfAPermittedAddressIsDropped) {
  permit();
  ASSERT_EQ(alice().create_permission({endpoint("203.0.113.10:50000")}).ending, Ending::success);
  EXPECT_EQ(alice().send(endpoint("203.0.113.10:22"), "x").reason, DropReason::peer_denied);
  EXPECT_EQ(alice().send({kPeer.address, 0}, "x").reason, DropReason::peer_denied);
}

}  // namespace
}  // namespace turnpike::turn
