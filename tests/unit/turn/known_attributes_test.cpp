#include "turn/known_attributes.hpp"

#include <gtest/gtest.h>

namespace turnpike::turn {
namespace {

using stun::AttributeType;

TEST(KnownAttributesTest, AllThatRfc8656Rfc8489AndRfc6062RequireIsKnown) {
  for (const AttributeType type :
       {AttributeType::channel_number, AttributeType::lifetime, AttributeType::xor_peer_address, AttributeType::data,
        AttributeType::xor_relayed_address, AttributeType::requested_address_family, AttributeType::even_port,
        AttributeType::requested_transport, AttributeType::dont_fragment, AttributeType::reservation_token,
        AttributeType::username, AttributeType::userhash, AttributeType::realm, AttributeType::nonce,
        AttributeType::message_integrity, AttributeType::message_integrity_sha256, AttributeType::password_algorithm,
        AttributeType::connection_id}) {
    EXPECT_TRUE(is_known_attribute(type)) << stun::name_of(type);
  }
}

TEST(KnownAttributesTest, WhatWeDoNotActOnIsUnknown) {
  for (const AttributeType type : {AttributeType::change_request, AttributeType::response_port, AttributeType::padding,
                                   AttributeType::access_token}) {
    EXPECT_FALSE(is_known_attribute(type)) << stun::name_of(type);
  }
}

}  // namespace
}  // namespace turnpike::turn
