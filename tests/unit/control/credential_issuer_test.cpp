#include "control/credential_issuer.hpp"

#include <gtest/gtest.h>

#include "credential_world.hpp"

namespace turnpike::control {
namespace {

class CredentialIssuerTest : public ::testing::Test {
 protected:
  [[nodiscard]] IssuedCredential issue(const CredentialRequest& request) {
    return *issue_credential(world_.context, grant_, request);
  }

  CredentialWorld world_;
  ApiKeyGrant grant_ = CredentialWorld::web_grant();
};

TEST_F(CredentialIssuerTest, MintsTheVectorOfTheDraftsUsers) {
  world_.clock.step_wall(UnixSeconds{Seconds{1'266'890'800 - 3600}} - world_.clock.wall());
  const IssuedCredential credential = issue({"mbzrxpgjys", Seconds{3600}});
  EXPECT_EQ(credential.username, "1266890800:mbzrxpgjys");
  EXPECT_EQ(credential.password, "nbRcrnq5h6xXhyNhlwk+lDLvVVo=");
}

TEST_F(CredentialIssuerTest, TheTtlIsTheDefaultUnlessAsked) {
  EXPECT_EQ(issue({"a", {}}).ttl, Seconds{86'400});
  EXPECT_EQ(issue({"a", Seconds{60}}).ttl, Seconds{60});
}

TEST_F(CredentialIssuerTest, TheTtlIsCutToTheServersMaximum) {
  EXPECT_EQ(issue({"a", Seconds{1'000'000}}).ttl, Seconds{172'800});
  world_.settings.max_ttl = Seconds{600};
  world_.apply();
  EXPECT_EQ(issue({"a", {}}).ttl, Seconds{600});
}

TEST_F(CredentialIssuerTest, TheTtlIsCutToTheKeysCap) {
  grant_.ttl_cap = Seconds{300};
  EXPECT_EQ(issue({"a", {}}).ttl, Seconds{300});
  EXPECT_EQ(issue({"a", Seconds{301}}).ttl, Seconds{300});
  EXPECT_EQ(issue({"a", Seconds{299}}).ttl, Seconds{299});
}

TEST_F(CredentialIssuerTest, TheExpiryIsInTheUsername) {
  const IssuedCredential credential = issue({"a", Seconds{60}});
  EXPECT_EQ(credential.expiry, world_.clock.wall() + Seconds{60});
  EXPECT_EQ(credential.username, "1767225660:a");
}

TEST_F(CredentialIssuerTest, WithoutAUserTheUsernameIsTheExpiry) {
  EXPECT_EQ(issue({"", Seconds{60}}).username, "1767225660");
}

TEST_F(CredentialIssuerTest, EachMintedOneIsCounted) {
  (void)issue({"a", {}});
  (void)issue({"b", {}});
  EXPECT_EQ(world_.context.credentials_minted, 2U);
}

TEST_F(CredentialIssuerTest, ABadUserIsTheCallersMistake) {
  const auto refused = issue_credential(world_.context, grant_, {"a\nb", {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, http::status::bad_request);
  EXPECT_EQ(world_.context.credentials_minted, 0U);
}

TEST_F(CredentialIssuerTest, WithoutASecretThereAreNone) {
  world_.settings.secret.clear();
  world_.apply();
  const auto refused = issue_credential(world_.context, grant_, {"a", {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, http::status::service_unavailable);
}

TEST_F(CredentialIssuerTest, AnEntryWithoutUrisIsLeftOut) {
  world_.settings.uris.stun.clear();
  world_.apply();
  const auto servers = to_ice_servers(issue({"a", {}}));
  ASSERT_EQ(servers.size(), 1U);
  EXPECT_TRUE(servers[0].as_object().contains("credential"));
}

TEST_F(CredentialIssuerTest, DrawnUsersDiffer) {
  const std::string a = draw_user("web", world_.random);
  EXPECT_EQ(a.substr(0, 4), "web-");
  EXPECT_NE(a, draw_user("web", world_.random));
}

}  // namespace
}  // namespace turnpike::control
