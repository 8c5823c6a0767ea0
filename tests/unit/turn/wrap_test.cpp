#include "turnpike/turn/wrap.hpp"

#include <gtest/gtest.h>

#include "support/core_settings.hpp"
#include "support/messages.hpp"
#include "support/virtual_server.hpp"
#include "turnpike/stun/framing.hpp"

namespace turnpike::turn {
namespace {

using test::Bytes;

/// A payload with room around it.
class WrapTest : public ::testing::Test {
 protected:
  ByteSpan wrap(const PeerVerdict& verdict, std::string_view payload) {
    buffer_.assign(kWrapHeadRoom + payload.size() + kWrapTailRoom, 0xee);
    const MutableByteSpan place = MutableByteSpan(buffer_).subspan(kWrapHeadRoom, payload.size());
    std::ranges::copy(as_bytes(payload), place.begin());
    return wrap_for_client(verdict, place);
  }
  static PeerVerdict indication(std::string_view peer) {
    PeerVerdict verdict;
    verdict.kind = PeerVerdict::Kind::data_indication;
    verdict.peer = test::endpoint(peer);
    verdict.transaction_id = {1, 2, 3};
    return verdict;
  }
  Bytes buffer_;
};

TEST_F(WrapTest, ChannelDataIsHeaderAndPayload) {
  PeerVerdict verdict;
  verdict.kind = PeerVerdict::Kind::channel_data;
  verdict.channel = 0x4abc;
  EXPECT_EQ(test::to_bytes(wrap(verdict, "hey")), (Bytes{0x4a, 0xbc, 0x00, 0x03, 'h', 'e', 'y'}));
}

TEST_F(WrapTest, ADataIndicationOfIPv4ParsesBack) {
  const auto view = test::view_of(wrap(indication("9.0.0.1:77"), "hello"));
  EXPECT_EQ(view.method(), stun::Method::data);
  EXPECT_EQ(view.message_class(), stun::MessageClass::indication);
  EXPECT_EQ(stun::read_xor_address(view.find(stun::AttributeType::xor_peer_address)->value, view.transaction_id()),
            test::endpoint("9.0.0.1:77"));
  EXPECT_EQ(as_text(view.find(stun::AttributeType::data)->value), "hello");
}

TEST_F(WrapTest, ADataIndicationOfIPv6UsesTheWholeHeadRoom) {
  const ByteSpan message = wrap(indication("[2a00::1]:77"), "hell");
  EXPECT_EQ(message.data(), buffer_.data());
  const auto view = test::view_of(message);
  EXPECT_EQ(stun::read_xor_address(view.find(stun::AttributeType::xor_peer_address)->value, view.transaction_id()),
            test::endpoint("[2a00::1]:77"));
}

TEST_F(WrapTest, PaddingIsZero) {
  const ByteSpan message = wrap(indication("9.0.0.1:77"), "hello");
  EXPECT_EQ(message.size() % 4, 0U);
  EXPECT_EQ(test::to_bytes(message.last(3)), (Bytes{0, 0, 0}));
}

TEST_F(WrapTest, WhatDoesNotFitIntoADatagramIsRefused) {
  EXPECT_TRUE(wrap(indication("9.0.0.1:77"), std::string(65'507, 'x')).empty());
  EXPECT_FALSE(wrap(indication("9.0.0.1:77"), std::string(65'400, 'x')).empty());
}

}  // namespace
}  // namespace turnpike::turn
