#include "control/revocation.hpp"

#include <gtest/gtest.h>

#include "credential_world.hpp"

namespace turnpike::control {
namespace {

class RevocationTest : public ::testing::Test {
 protected:
  RevocationOutcome revoke(std::string username) {
    std::optional<RevocationOutcome> outcome;
    revoke_username(world_.context, std::move(username), [&outcome](RevocationOutcome result) { outcome = result; });
    return outcome.value();
  }

  CredentialWorld world_;
};

TEST_F(RevocationTest, IsToldToTheWorkersAndWrittenDown) {
  EXPECT_EQ(revoke("1999999999:@alice:example.org"), RevocationOutcome::done);
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked[0].username, "1999999999:@alice:example.org");
  EXPECT_EQ(world_.backend.revoked[0].expiry, UnixSeconds{Seconds{1'999'999'999}});
  EXPECT_EQ(world_.kept,
            (std::vector<StoredRevocation>{{"1999999999:@alice:example.org", UnixSeconds{Seconds{1'999'999'999}}}}));
}

TEST_F(RevocationTest, ABareExpiryIsAUsernameToo) { EXPECT_EQ(revoke("1999999999"), RevocationOutcome::done); }

TEST_F(RevocationTest, HoldsAlsoWhenItCannotBeWrittenDown) {
  world_.keeps = false;
  EXPECT_EQ(revoke("1999999999:alice"), RevocationOutcome::not_stored);
  EXPECT_EQ(world_.backend.revoked.size(), 1U);
}

TEST_F(RevocationTest, SaysWhenThereIsNoRoom) {
  world_.backend.keeps_revocations = false;
  EXPECT_EQ(revoke("1999999999:alice"), RevocationOutcome::no_room);
}

TEST_F(RevocationTest, WhatWasNeverMintedIsMalformed) {
  for (const char* username : {"", "alice", "12x:alice", "-1:alice", ":alice", "1234567890123456789:alice"}) {
    EXPECT_EQ(revoke(username), RevocationOutcome::malformed) << username;
  }
  EXPECT_EQ(revoke("1999999999:" + std::string(500, 'a')), RevocationOutcome::malformed);
  EXPECT_TRUE(world_.backend.revoked.empty());
}

TEST_F(RevocationTest, AnExpiredOneIsNotWrittenDownButLosesWhatStillLivesByIt) {
  EXPECT_EQ(revoke("1266890800:mbzrxpgjys"), RevocationOutcome::expired_already);
  EXPECT_EQ(world_.backend.revoked.size(), 1);
  EXPECT_TRUE(world_.kept.empty());
}

}  // namespace
}  // namespace turnpike::control
