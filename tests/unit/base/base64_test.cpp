#include "turnpike/base/base64.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/hex.hpp"
#include "support/seeded_random.hpp"

namespace turnpike {
namespace {

std::string encode_url(ByteSpan bytes) {
  std::string text((bytes.size() * 4 + 2) / 3, '?');
  text.resize(base64url_encode(bytes, text));
  return text;
}

TEST(Base64, MatchesRfc4648Section10) {
  EXPECT_EQ(base64_encode({}), "");
  EXPECT_EQ(base64_encode(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64_encode(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64_encode(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(base64_encode(as_bytes("foob")), "Zm9vYg==");
  EXPECT_EQ(base64_encode(as_bytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(base64_encode(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Base64, UsesTheStandardAlphabet) { EXPECT_EQ(base64_encode(test::Bytes{0xfb, 0xff, 0xbf}), "+/+/"); }

TEST(Base64Url, HasNoPaddingAndASafeAlphabet) {
  EXPECT_EQ(encode_url({}), "");
  EXPECT_EQ(encode_url(as_bytes("f")), "Zg");
  EXPECT_EQ(encode_url(as_bytes("fo")), "Zm8");
  EXPECT_EQ(encode_url(test::Bytes{0xfb, 0xff, 0xbf}), "-_-_");
}

TEST(Base64Url, RandomBytesComeBackAtEveryLength) {
  test::SeededRandom random{64};
  for (std::size_t length = 0; length < 100; ++length) {
    const test::Bytes bytes = random.bytes(length);
    test::Bytes decoded(length);
    ASSERT_TRUE(base64url_decode(encode_url(bytes), decoded)) << length;
    EXPECT_EQ(decoded, bytes);
  }
}

TEST(Base64Url, TheLengthMustBeTheExpectedOne) {
  test::Bytes three(3);
  EXPECT_FALSE(base64url_decode("Zm9", three));
  EXPECT_FALSE(base64url_decode("Zm9vZ", three));
  EXPECT_FALSE(base64url_decode("", three));
  EXPECT_TRUE(base64url_decode("Zm9v", three));
  EXPECT_TRUE(base64url_decode("", {}));
  EXPECT_FALSE(base64url_decode("A", {}));
}

TEST(Base64Url, PaddingWhitespaceAndTheOtherAlphabetAreRefused) {
  test::Bytes one(1);
  test::Bytes three(3);
  EXPECT_FALSE(base64url_decode("Zg==", one));
  EXPECT_FALSE(base64url_decode("Z=", one));
  for (const std::string_view text : {"+/+/", "Zm 9", "Zm9\n", "Zm9=", "Zm9\x80", "Zm9\xff"}) {
    EXPECT_FALSE(base64url_decode(text, three)) << text;
  }
  EXPECT_FALSE(base64url_decode(std::string_view{"Zm\0v", 4}, three));
}

TEST(Base64Url, BitsThatMeanNothingMustBeZero) {
  test::Bytes one(1);
  test::Bytes two(2);
  EXPECT_TRUE(base64url_decode("Zg", one));
  EXPECT_FALSE(base64url_decode("Zh", one));
  EXPECT_FALSE(base64url_decode("Zv", one));
  EXPECT_TRUE(base64url_decode("Zm8", two));
  EXPECT_FALSE(base64url_decode("Zm9", two));
}

TEST(Base64Url, EveryTextThatDecodesIsTheOneEncoding) {
  // All texts of two characters: exactly 256 of them are one byte.
  std::set<std::uint8_t> seen;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      test::Bytes one(1);
      if (!base64url_decode(text, one)) continue;
      EXPECT_EQ(encode_url(one), text);
      EXPECT_TRUE(seen.insert(one[0]).second);
    }
  }
  EXPECT_EQ(seen.size(), 256U);
}

}  // namespace
}  // namespace turnpike
