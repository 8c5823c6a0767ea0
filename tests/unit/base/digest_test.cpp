#include "turnpike/base/digest.hpp"

#include <gtest/gtest.h>

#include "support/hex.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/base/base64.hpp"

namespace turnpike {
namespace {

using test::Bytes;
using test::to_hex;

TEST(Md5, MatchesTheSuiteOfRfc1321) {
  EXPECT_EQ(to_hex(md5({})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(md5({as_bytes("abc")})), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(to_hex(md5({as_bytes("message digest")})), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(to_hex(md5({as_bytes("12345678901234567890123456789012345678901234567890123456789012345678901234567890")})),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Sha256, MatchesTheExamplesOfFips180) {
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256({as_bytes("abc")})), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")})),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(HmacSha1, MatchesRfc2202) {
  EXPECT_EQ(to_hex(hmac_sha1(Bytes(20, 0x0b), {as_bytes("Hi There")})), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(to_hex(hmac_sha1(as_bytes("Jefe"), {as_bytes("what do ya want for nothing?")})),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(to_hex(hmac_sha1(Bytes(20, 0xaa), {Bytes(50, 0xdd)})), "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
  EXPECT_EQ(to_hex(hmac_sha1(Bytes(80, 0xaa), {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(HmacSha256, MatchesRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, 0x0b), {as_bytes("Hi There")})),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want for nothing?")})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(131, 0xaa), {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, AcceptsAnEmptyKeyAndAKeyOfExactlyOneBlock) {
  EXPECT_EQ(to_hex(hmac_sha1({}, {})), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
  const Bytes block(64, 'k');
  EXPECT_NE(hmac_sha256(block, {}), hmac_sha256(Bytes(65, 'k'), {}));
}

TEST(Digest, PiecesHashAsIfJoined) {
  const ByteSpan a = as_bytes("user");
  const ByteSpan b = as_bytes(":");
  const ByteSpan c = as_bytes("realm");
  const ByteSpan joined = as_bytes("user:realm");
  EXPECT_EQ(md5({a, b, c}), md5({joined}));
  EXPECT_EQ(sha256({a, {}, b, c}), sha256({joined}));
  EXPECT_EQ(hmac_sha1(a, {a, b, c}), hmac_sha1(a, {joined}));
  EXPECT_EQ(hmac_sha256(a, {a, b, c}), hmac_sha256(a, {joined}));
}

TEST(EphemeralCredentials, PasswordIsBase64OfHmacSha1) {
  const auto password = [](std::string_view secret, std::string_view username) {
    return base64_encode(hmac_sha1(as_bytes(secret), {as_bytes(username)}));
  };
  EXPECT_EQ(password("north", "1266890800:mbzrxpgjys"), "nbRcrnq5h6xXhyNhlwk+lDLvVVo=");
  EXPECT_EQ(password("north", "1999999999:alice"), "a+jYYHyvXjeWjsHoTtv9MrO+gNw=");
}

TEST(ConstantTimeEqual, ComparesContentAndLength) {
  const Bytes a{1, 2, 3};
  EXPECT_TRUE(constant_time_equal(a, Bytes{1, 2, 3}));
  EXPECT_FALSE(constant_time_equal(a, Bytes{1, 2, 4}));
  EXPECT_FALSE(constant_time_equal(a, Bytes{0, 2, 3}));
  EXPECT_FALSE(constant_time_equal(a, Bytes{1, 2}));
  EXPECT_FALSE(constant_time_equal(a, Bytes{1, 2, 3, 0}));
  EXPECT_FALSE(constant_time_equal(a, {}));
  EXPECT_TRUE(constant_time_equal({}, {}));
}

std::uint32_t bitwise_crc32(ByteSpan bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

TEST(Crc32, MatchesKnownValues) {
  EXPECT_EQ(crc32({}), 0U);
  EXPECT_EQ(crc32(as_bytes("123456789")), 0xcbf43926U);
  EXPECT_EQ(crc32(as_bytes("The quick brown fox jumps over the lazy dog")), 0x414fa339U);
}

TEST(Crc32, MatchesTheDefinitionAtEveryLength) {
  test::SeededRandom random{42};
  for (std::size_t length = 0; length < 200; ++length) {
    const Bytes bytes = random.bytes(length);
    EXPECT_EQ(crc32(bytes), bitwise_crc32(bytes)) << length;
  }
}

}  // namespace
}  // namespace turnpike
