#include <gtest/gtest.h>

#include "support/seeded_random.hpp"
#include "turnpike/control/api_key.hpp"

namespace turnpike::control {
namespace {

ApiKeyGrant named(std::string name) {
  ApiKeyGrant grant;
  grant.name = std::move(name);
  return grant;
}

TEST(KeyTextTest, ANewKeyMatchesItsTextAndNoOther) {
  test::SeededRandom random{1};
  const NewApiKey made = make_api_key(named("web"), random, UnixSeconds{Seconds{7}});
  EXPECT_TRUE(made.key.matches(made.text));
  EXPECT_FALSE(made.key.matches(made.text + "x"));
  EXPECT_FALSE(made.key.matches(""));
  EXPECT_EQ(made.key.created, UnixSeconds{Seconds{7}});
}

TEST(KeyTextTest, ANewKeysTextHoldsItsId) {
  test::SeededRandom random{1};
  const NewApiKey made = make_api_key(named("web"), random, {});
  EXPECT_EQ(made.text.size(), 60U);
  EXPECT_EQ(made.text.substr(0, 5), "tpk_k");
  EXPECT_EQ(api_key_id(made.text), made.key.id);
}

TEST(KeyTextTest, NoTwoKeysShareIdSaltOrText) {
  test::SeededRandom random{1};
  const NewApiKey a = make_api_key(named("a"), random, {});
  const NewApiKey b = make_api_key(named("b"), random, {});
  EXPECT_NE(a.key.id, b.key.id);
  EXPECT_NE(a.key.salt, b.key.salt);
  EXPECT_NE(a.text, b.text);
}

TEST(KeyTextTest, AChosenTextMayBeAnything) {
  test::SeededRandom random{1};
  const ApiKey key = hash_api_key(named("legacy"), "correct horse", random);
  EXPECT_EQ(key.id, "legacy");
  EXPECT_TRUE(key.matches("correct horse"));
  EXPECT_FALSE(key.matches("correct hors"));
}

TEST(KeyTextTest, OneTextHashesDifferentlyEachTime) {
  test::SeededRandom random{1};
  EXPECT_NE(hash_api_key(named("a"), "text", random).hash, hash_api_key(named("a"), "text", random).hash);
}

TEST(KeyTextTest, OtherShapesHaveNoId) {
  const std::string secret(43, 'A');
  EXPECT_EQ(api_key_id("tpk_k12345678901_" + secret), "k12345678901");
  EXPECT_FALSE(api_key_id(""));
  EXPECT_FALSE(api_key_id("tpk_k12345678901_" + secret + "A"));
  EXPECT_FALSE(api_key_id("tpk_k12345678901_" + secret.substr(1)));
  EXPECT_FALSE(api_key_id("tpx_k12345678901_" + secret));
  EXPECT_FALSE(api_key_id("tpk_x12345678901_" + secret));
  EXPECT_FALSE(api_key_id("tpk_k1234567890__" + secret));
  EXPECT_FALSE(api_key_id("tpk_k12345678901-" + secret));
  EXPECT_FALSE(api_key_id("tpk_k12345678901_" + std::string(42, 'A') + "_"));
}

}  // namespace
}  // namespace turnpike::control
