#include "turnpike/stun/long_term_key.hpp"

#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace turnpike::stun {
namespace {

TEST(LongTermKey, Md5IsTheExampleOfRfc8489Section922) {
  const LongTermKey key = derive_long_term_key(PasswordAlgorithm::md5, "user", "realm", "pass");
  EXPECT_EQ(test::to_hex(key.bytes()), "8493fbc53ba582fb4c044c456bdc40eb");
}

TEST(LongTermKey, Sha256IsTheHashOfTheSameText) {
  const LongTermKey key = derive_long_term_key(PasswordAlgorithm::sha256, "user", "realm", "pass");
  EXPECT_EQ(test::to_hex(key.bytes()), test::to_hex(sha256({as_bytes("user:realm:pass")})));
}

TEST(LongTermKey, NoneIsEmpty) { EXPECT_TRUE(LongTermKey{}.bytes().empty()); }

TEST(Userhash, IsTheOneOfRfc8489AppendixB1) {
  const Sha256Digest userhash = derive_userhash("\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9", "example.org");
  EXPECT_EQ(test::to_hex(userhash), "4a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704");
}

}  // namespace
}  // namespace turnpike::stun
