#include "turnpike/stun/message_type.hpp"

#include <gtest/gtest.h>

namespace turnpike::stun {
namespace {

static_assert(encode_message_type(Method::binding, MessageClass::request) == 0x0001);
static_assert(encode_message_type(Method::binding, MessageClass::indication) == 0x0011);
static_assert(encode_message_type(Method::binding, MessageClass::success) == 0x0101);
static_assert(encode_message_type(Method::binding, MessageClass::error) == 0x0111);
static_assert(encode_message_type(Method::allocate, MessageClass::error) == 0x0113);
static_assert(encode_message_type(Method::send, MessageClass::indication) == 0x0016);
static_assert(encode_message_type(Method::data, MessageClass::indication) == 0x0017);
static_assert(encode_message_type(Method::channel_bind, MessageClass::success) == 0x0109);
static_assert(encode_message_type(static_cast<Method>(0xfff), MessageClass::request) == 0x3eef);

TEST(MessageType, EveryMethodAndClassComesBack) {
  for (unsigned method = 0; method < 0x1000; ++method) {
    for (unsigned message_class = 0; message_class < 4; ++message_class) {
      const std::uint16_t type =
          encode_message_type(static_cast<Method>(method), static_cast<MessageClass>(message_class));
      EXPECT_LT(type, 0x4000);
      EXPECT_EQ(static_cast<unsigned>(method_of(type)), method);
      EXPECT_EQ(static_cast<unsigned>(class_of(type)), message_class);
    }
  }
}

TEST(MessageType, EveryTypeWithoutTopBitsComesBack) {
  for (unsigned type = 0; type < 0x4000; ++type) {
    const auto value = static_cast<std::uint16_t>(type);
    EXPECT_EQ(encode_message_type(method_of(value), class_of(value)), type);
  }
}

}  // namespace
}  // namespace turnpike::stun
