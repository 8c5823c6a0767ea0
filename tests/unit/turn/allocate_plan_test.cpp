#include "turn/allocate_plan.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageBuilder;
using stun::Method;

class AllocatePlanTest : public test::CoreTest {
 protected:
  /// What an Allocate with these attributes, besides credentials, is refused with.
  std::optional<ErrorCode> refusal(const Fill& fill) {
    return code_of(alice(), write(Method::allocate, fill, &signer_of(alice())));
  }
  static void add_udp(MessageBuilder& builder) { builder.add_requested_transport(17); }
  static void add_token(MessageBuilder& builder) {
    builder.add(AttributeType::reservation_token, std::array<std::uint8_t, 8>{1, 2, 3});
  }
  static void add_family(MessageBuilder& builder, AttributeType type, std::uint8_t octet) {
    builder.add(type, std::array<std::uint8_t, 4>{octet, 0, 0, 0});
  }
  static constexpr auto kRequestedFamily = AttributeType::requested_address_family;
  static constexpr auto kAdditionalFamily = AttributeType::additional_address_family;
};

TEST_F(AllocatePlanTest, WithoutRequestedTransportItIs400) {
  EXPECT_EQ(refusal([](MessageBuilder&) {}), ErrorCode::bad_request);
}

TEST_F(AllocatePlanTest, AMalformedRequestedTransportIs400) {
  const auto add_short = [](MessageBuilder& builder) {
    builder.add(AttributeType::requested_transport, std::array<std::uint8_t, 1>{17});
  };
  EXPECT_EQ(refusal(add_short), ErrorCode::bad_request);
}

TEST_F(AllocatePlanTest, AnotherTransportThanUdpIs442) {
  EXPECT_EQ(refusal([](MessageBuilder& builder) { builder.add_requested_transport(6); }),
            ErrorCode::unsupported_transport_protocol);
}

TEST_F(AllocatePlanTest, TheTransportIsCheckedBeforeTheRest) {
  EXPECT_EQ(refusal([](MessageBuilder& builder) {
              builder.add_requested_transport(6);
              add_token(builder);
              builder.add_even_port(true);
            }),
            ErrorCode::unsupported_transport_protocol);
}

TEST_F(AllocatePlanTest, TheFiveTupleIsCheckedBeforeTheTransport) {
  ASSERT_EQ(alice().allocate().ending, client::Ending::success);
  EXPECT_EQ(refusal([](MessageBuilder&) {}), ErrorCode::allocation_mismatch);
}

TEST_F(AllocatePlanTest, ATokenTogetherWithAPortOrAFamilyIs400) {
  EXPECT_EQ(refusal([](MessageBuilder& b) { add_udp(b), add_token(b), b.add_even_port(false); }),
            ErrorCode::bad_request);
  EXPECT_EQ(refusal([](MessageBuilder& b) { add_udp(b), add_token(b), add_family(b, kRequestedFamily, 1); }),
            ErrorCode::bad_request);
  EXPECT_EQ(refusal([](MessageBuilder& b) { add_udp(b), add_token(b), add_family(b, kAdditionalFamily, 2); }),
            ErrorCode::bad_request);
}

TEST_F(AllocatePlanTest, ATokenOfTheWrongSizeIs400) {
  EXPECT_EQ(refusal([](MessageBuilder& b) {
              add_udp(b);
              b.add(AttributeType::reservation_token, std::array<std::uint8_t, 4>{});
            }),
            ErrorCode::bad_request);
}

TEST_F(AllocatePlanTest, BothFamilyAttributesAre400) {
  EXPECT_EQ(refusal([](MessageBuilder& b) {
              add_udp(b), add_family(b, kRequestedFamily, 1), add_family(b, kAdditionalFamily, 2);
            }),
            ErrorCode::bad_request);
}

TEST_F(AllocatePlanTest, AnUnknownFamilyIs440) {
  EXPECT_EQ(refusal([](MessageBuilder& b) { add_udp(b), add_family(b, kRequestedFamily, 3); }),
            ErrorCode::address_family_not_supported);
}

TEST_F(AllocatePlanTest, AFamilyWithoutRelayAddressIs440) {
  settings_.relays.pop_back();
  EXPECT_EQ(refusal([](MessageBuilder& b) { add_udp(b), add_family(b, kRequestedFamily, 2); }),
            ErrorCode::address_family_not_supported);
}

TEST_F(AllocatePlanTest, WithoutFamilyAndWithoutIPv4ItIs440) {
  settings_.relays.erase(settings_.relays.begin());
  EXPECT_EQ(refusal(add_udp), ErrorCode::address_family_not_supported);
}

TEST_F(AllocatePlanTest, WithoutFamilyItIsIPv4AlsoForAnIPv6Client) {
  auto& client = add_client("[2a00::9]:4000");
  ASSERT_EQ(client.allocate().ending, client::Ending::success);
  EXPECT_TRUE(client.relayed().address.is_v4());
}

TEST_F(AllocatePlanTest, WithoutFamilyItFollowsTheClientWhereConfigured) {
  settings_.core.follow_client_family = true;
  auto& client = add_client("[2a00::9]:4000");
  ASSERT_EQ(client.allocate().ending, client::Ending::success);
  EXPECT_TRUE(client.relayed().address.is_v6());
  ASSERT_EQ(alice().allocate().ending, client::Ending::success);
  EXPECT_TRUE(alice().relayed().address.is_v4());
}

TEST_F(AllocatePlanTest, ARequestedFamilyIsGiven) {
  AllocateOptions options;
  options.family = AddressFamily::ipv6;
  ASSERT_EQ(alice().allocate(options).ending, client::Ending::success);
  EXPECT_TRUE(alice().relayed().address.is_v6());
}

TEST_F(AllocatePlanTest, AReservingEvenPortTogetherWithASecondFamilyIs400) {
  EXPECT_EQ(refusal([](MessageBuilder& b) { add_udp(b), b.add_even_port(true), add_family(b, kAdditionalFamily, 2); }),
            ErrorCode::bad_request);
}

TEST_F(AllocatePlanTest, IPv4AsTheAdditionalFamilyIs400) {
  EXPECT_EQ(refusal([](MessageBuilder& b) { add_udp(b), add_family(b, kAdditionalFamily, 1); }),
            ErrorCode::bad_request);
}

TEST_F(AllocatePlanTest, AMalformedLifetimeIs400) {
  EXPECT_EQ(refusal([](MessageBuilder& b) {
              add_udp(b);
              b.add(AttributeType::lifetime, std::array<std::uint8_t, 2>{});
            }),
            ErrorCode::bad_request);
}

TEST_F(AllocatePlanTest, DontFragmentIsSupported) {
  AllocateOptions options;
  options.dont_fragment = true;
  EXPECT_EQ(alice().allocate(options).ending, client::Ending::success);
}

TEST_F(AllocatePlanTest, TheFirstOfDuplicatesCounts) {
  EXPECT_EQ(refusal([](MessageBuilder& b) { b.add_requested_transport(6).add_requested_transport(17); }),
            ErrorCode::unsupported_transport_protocol);
  EXPECT_EQ(refusal([](MessageBuilder& b) { b.add_requested_transport(17).add_requested_transport(6); }), std::nullopt);
}

}  // namespace
}  // namespace turnpike::turn
