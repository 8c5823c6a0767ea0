#include "control/revocation.hpp"

#include <gtest/gtest.h>

#include "credential_world.hpp"

namespace turnpike::control {
namespace {

class RevocationTest : public ::testing::Test {
 protected:
  RevocationOutcome revoke(std::string username) {
    std::optional<RevocationOutcome> outcome;
    revoke_username(world_.context, std::move(username), grant_,
                    [&outcome](RevocationOutcome result) { outcome = result; });
    return outcome.value();
  }

  CredentialWorld world_;
  std::optional<ApiKeyGrant> grant_;
};

TEST_F(RevocationTest, WhatNobodyCouldHaveMintedIsNotKept) {
  const auto expiry = world_.clock.wall() + world_.context.settings->max_ttl + Seconds{1};
  EXPECT_EQ(revoke(std::to_string(expiry.time_since_epoch().count()) + ":alice"), RevocationOutcome::too_far);
  EXPECT_TRUE(world_.backend.revoked.empty());
  EXPECT_TRUE(world_.kept.empty());
}

TEST_F(RevocationTest, AKeyTakesBackWhatItsOwnCapAllowsToMint) {
  grant_.emplace();
  grant_->scopes.add(Scope::credentials);
  grant_->ttl_cap = Seconds{3600};
  const auto username = [this](Seconds ahead) {
    return std::to_string((world_.clock.wall() + ahead).time_since_epoch().count()) + ":alice";
  };
  EXPECT_EQ(revoke(username(Seconds{3600})), RevocationOutcome::done);
  EXPECT_EQ(revoke(username(Seconds{3601})), RevocationOutcome::too_far);
  grant_->scopes.add(Scope::admin);
  EXPECT_EQ(revoke(username(Seconds{3601})), RevocationOutcome::done);
}

TEST_F(RevocationTest, WhatThereIsNoRoomForIsNotWrittenDown) {
  world_.backend.keeps_revocations = false;
  EXPECT_EQ(revoke("1767300000:alice"), RevocationOutcome::no_room);
  EXPECT_TRUE(world_.kept.empty());
}

TEST_F(RevocationTest, IsToldToTheWorkersAndWrittenDown) {
  EXPECT_EQ(revoke("1767300000:@alice:example.org"), RevocationOutcome::done);
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked[0].username, "1767300000:@alice:example.org");
  EXPECT_EQ(world_.backend.revoked[0].expiry, UnixSeconds{Seconds{1'767'300'000}});
  EXPECT_EQ(world_.kept,
            (std::vector<StoredRevocation>{{"1767300000:@alice:example.org", UnixSeconds{Seconds{1'767'300'000}}}}));
}

TEST_F(RevocationTest, AllCredentialsOfAUserEndUntilTheLongestOfThemWouldHaveExpired) {
  EXPECT_EQ(revoke("*:@alice:example.org"), RevocationOutcome::done);
  const UnixSeconds expiry = world_.clock.wall() + world_.context.settings->max_ttl;
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked[0].username, "*:@alice:example.org");
  EXPECT_EQ(world_.backend.revoked[0].expiry, expiry);
  EXPECT_EQ(world_.kept, (std::vector<StoredRevocation>{{"*:@alice:example.org", expiry}}));
}

TEST_F(RevocationTest, OfAUserAKeyEndsWhatItsOwnCapAllowsToMint) {
  grant_.emplace();
  grant_->scopes.add(Scope::credentials);
  grant_->ttl_cap = Seconds{3600};
  EXPECT_EQ(revoke("*:alice"), RevocationOutcome::done);
  EXPECT_EQ(world_.backend.revoked.at(0).expiry, world_.clock.wall() + Seconds{3600});
  grant_->scopes.add(Scope::admin);
  EXPECT_EQ(revoke("*:alice"), RevocationOutcome::done);
  EXPECT_EQ(world_.backend.revoked.at(1).expiry, world_.clock.wall() + world_.context.settings->max_ttl);
}

TEST_F(RevocationTest, AllCredentialsOfNobodyAreMalformed) {
  for (const std::string& username : {std::string("*:"), std::string("*"), std::string("*alice"), std::string("*:a\n"),
                                      "*:" + std::string(491, 'a')}) {
    EXPECT_EQ(revoke(username), RevocationOutcome::malformed) << username;
  }
  EXPECT_TRUE(world_.backend.revoked.empty());
}

TEST_F(RevocationTest, ABareExpiryIsAUsernameToo) { EXPECT_EQ(revoke("1767300000"), RevocationOutcome::done); }

TEST_F(RevocationTest, HoldsAlsoWhenItCannotBeWrittenDown) {
  world_.keeps = false;
  EXPECT_EQ(revoke("1767300000:alice"), RevocationOutcome::not_stored);
  EXPECT_EQ(world_.backend.revoked.size(), 1U);
}

TEST_F(RevocationTest, SaysWhenThereIsNoRoom) {
  world_.backend.keeps_revocations = false;
  EXPECT_EQ(revoke("1767300000:alice"), RevocationOutcome::no_room);
}

TEST_F(RevocationTest, WhatWasNeverMintedIsMalformed) {
  for (const char* username : {"", "alice", "12x:alice", "-1:alice", ":alice", "1234567890123456789:alice"}) {
    EXPECT_EQ(revoke(username), RevocationOutcome::malformed) << username;
  }
  EXPECT_EQ(revoke("1767300000:" + std::string(500, 'a')), RevocationOutcome::malformed);
  EXPECT_TRUE(world_.backend.revoked.empty());
}

TEST_F(RevocationTest, AnExpiredOneIsNotWrittenDownButLosesWhatStillLivesByIt) {
  EXPECT_EQ(revoke("1266890800:mbzrxpgjys"), RevocationOutcome::expired_already);
  EXPECT_EQ(world_.backend.revoked.size(), 1);
  EXPECT_TRUE(world_.kept.empty());
}

}  // namespace
}  // namespace turnpike::control
