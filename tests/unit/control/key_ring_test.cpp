#include "control/key_ring.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace turnpike::control {
namespace {

class KeyRingTest : public ::testing::Test {
 protected:
  static ApiKeyGrant named(std::string name) {
    ApiKeyGrant grant;
    grant.name = std::move(name);
    return grant;
  }

  test::SeededRandom random_{1};
  KeyRing ring_;
};

TEST_F(KeyRingTest, AnEmptyRingFindsNothing) {
  EXPECT_EQ(ring_.find("anything"), nullptr);
  EXPECT_EQ(ring_.find(""), nullptr);
}

TEST_F(KeyRingTest, FindsAStoredKeyByItsText) {
  const NewApiKey a = make_api_key(named("a"), random_, {});
  const NewApiKey b = make_api_key(named("b"), random_, {});
  ring_.set_stored({a.key, b.key});
  ASSERT_NE(ring_.find(b.text), nullptr);
  EXPECT_EQ(ring_.find(b.text)->grant.name, "b");
}

TEST_F(KeyRingTest, FindsAConfiguredKeyOfAnyShape) {
  ring_.set_configured({hash_api_key(named("old"), "s3cret", random_), hash_api_key(named("new"), "other", random_)});
  ASSERT_NE(ring_.find("s3cret"), nullptr);
  EXPECT_EQ(ring_.find("s3cret")->grant.name, "old");
}

TEST_F(KeyRingTest, TheRightIdWithAWrongSecretIsNothing) {
  const NewApiKey made = make_api_key(named("a"), random_, {});
  ring_.set_stored({made.key});
  std::string text = made.text;
  text.back() = text.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(ring_.find(text), nullptr);
}

TEST_F(KeyRingTest, ARevokedKeyCountsForNothing) {
  NewApiKey made = make_api_key(named("a"), random_, {});
  made.key.grant.origins = {"https://a.example"};
  made.key.revoked = UnixSeconds{Seconds{1}};
  ring_.set_stored({made.key});
  EXPECT_EQ(ring_.find(made.text), nullptr);
  EXPECT_EQ(ring_.size(), 0U);
  EXPECT_FALSE(ring_.names_origin("https://a.example"));
}

TEST_F(KeyRingTest, KnowsTheOriginsOfAllItsKeys) {
  ApiKeyGrant grant = named("a");
  grant.origins = {"https://a.example", "https://b.example"};
  ring_.set_configured({hash_api_key(grant, "text", random_)});
  EXPECT_TRUE(ring_.names_origin("https://b.example"));
  EXPECT_FALSE(ring_.names_origin("https://c.example"));
}

}  // namespace
}  // namespace turnpike::control
