#include "turnpike/client/requests.hpp"

#include <gtest/gtest.h>

#include "support/core_settings.hpp"
#include "support/messages.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/stun/framing.hpp"

namespace turnpike::client {
namespace {

using stun::AttributeType;

TEST(RequestsTest, AnAllocateWithoutOptionsIsTwentyEightBytes) {
  std::array<std::uint8_t, 256> buffer{};
  stun::MessageBuilder builder(buffer, stun::Method::allocate, stun::MessageClass::request, {});
  add_allocate(builder, {});
  EXPECT_EQ(builder.finish().size(), 28U);
}

TEST(RequestsTest, EveryOptionBecomesItsAttribute) {
  std::array<std::uint8_t, 256> buffer{};
  stun::MessageBuilder builder(buffer, stun::Method::allocate, stun::MessageClass::request, {});
  AllocateOptions options;
  options.lifetime = Seconds{777};
  options.family = AddressFamily::ipv6;
  options.additional_family = AddressFamily::ipv6;
  options.even_port = true;
  options.reservation = ReservationToken{1, 2, 3};
  options.dont_fragment = true;
  add_allocate(builder, options);
  const auto view = test::view_of(builder.finish());
  EXPECT_EQ(stun::read_u32(view.find(AttributeType::lifetime)->value), 777U);
  EXPECT_EQ(stun::read_even_port(view.find(AttributeType::even_port)->value), true);
  EXPECT_EQ(stun::read_address_family(view.find(AttributeType::requested_address_family)->value), AddressFamily::ipv6);
  EXPECT_TRUE(view.has(AttributeType::additional_address_family));
  EXPECT_EQ(view.find(AttributeType::reservation_token)->value.size(), 8U);
  EXPECT_TRUE(view.has(AttributeType::dont_fragment));
}

TEST(RequestsTest, ChannelDataIsPaddedOnlyWhenAsked) {
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_EQ(write_channel_data(buffer, 0x4000, as_bytes("hello")).size(), 9U);
  EXPECT_EQ(write_channel_data(buffer, 0x4000, as_bytes("hello"), true).size(), 12U);
  EXPECT_EQ(stun::parse_channel_data(write_channel_data(buffer, 0x4001, as_bytes("hello")))->channel, 0x4001);
}

TEST(RequestsTest, WhatDoesNotFitGivesNothing) {
  std::array<std::uint8_t, 8> buffer{};
  test::SeededRandom random(1);
  EXPECT_TRUE(write_channel_data(buffer, 0x4000, as_bytes("hello")).empty());
  EXPECT_TRUE(write_send_indication(buffer, test::endpoint("9.0.0.1:9"), as_bytes("hello"), random).empty());
}

}  // namespace
}  // namespace turnpike::client
