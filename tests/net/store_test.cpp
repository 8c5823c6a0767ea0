#include "turnpike/control/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/seeded_random.hpp"
#include "temporary_folder.hpp"

namespace turnpike::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr UnixSeconds kNow{Seconds{2'000'000'000}};

ApiKey make_key(const std::string& id, const std::string& name) {
  ApiKey key;
  key.id = id;
  key.grant.name = name;
  key.grant.scopes.add(Scope::credentials);
  key.salt.fill(7);
  key.hash.fill(9);
  key.created = kNow;
  return key;
}

StoredUser make_user(const std::string& name, std::uint8_t fill = 1) {
  StoredUser user{.name = name, .realm = "example.org", .created = kNow};
  user.md5.fill(fill);
  user.sha256.fill(fill);
  return user;
}

class StoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open(bool create = true) {
    auto opened = Store::open(path_, {.create = create});
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path() / "turnpike.db";
};

TEST_F(StoreTest, IsMadeForItsOwnerAloneWhateverTheUmaskIs) {
  const mode_t before = ::umask(0);
  const auto store = open();
  ASSERT_TRUE(store->add_user(make_user("alice")).value());
  ::umask(before);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path_ + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(StoreTest, IsNotMadeUnlessThatIsAskedFor) {
  const auto opened = Store::open(path_, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, path_ + ": cannot be opened: No such file or directory");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(StoreTest, KeepsKeysWithAllThatTheyMay) {
  ApiKey key = make_key("k1", "page");
  key.grant.scopes.add(Scope::admin);
  key.grant.ttl_cap = Seconds{3600};
  key.grant.origins = {"https://a.example", "http://localhost:5173"};
  ASSERT_TRUE(open()->add_key(key).value());
  EXPECT_THAT(open()->keys().value(), ElementsAre(key));
}

TEST_F(StoreTest, ANameIsTakenUntilItsKeyIsRevoked) {
  const auto store = open();
  EXPECT_TRUE(store->add_key(make_key("k1", "page")).value());
  EXPECT_FALSE(store->add_key(make_key("k2", "page")).value());
  EXPECT_TRUE(store->revoke_key("page", kNow + Seconds{5}).value());
  EXPECT_TRUE(store->add_key(make_key("k2", "page")).value());
  const auto keys = store->keys().value();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].revoked, kNow + Seconds{5});
  EXPECT_EQ(keys[1].revoked, std::nullopt);
}

TEST_F(StoreTest, RevokesAKeyByItsIdBeforeOneByItsName) {
  const auto store = open();
  ASSERT_TRUE(store->add_key(make_key("k1", "page")).value());
  ASSERT_TRUE(store->add_key(make_key("k2", "k1")).value());
  EXPECT_TRUE(store->revoke_key("k1", kNow).value());
  for (const ApiKey& key : store->keys().value()) EXPECT_EQ(key.revoked.has_value(), key.id == "k1");
}

TEST_F(StoreTest, RevokesNoKeyThatIsNotThereOrRevokedAlready) {
  const auto store = open();
  ASSERT_TRUE(store->add_key(make_key("k1", "page")).value());
  EXPECT_FALSE(store->revoke_key("pag", kNow).value());
  EXPECT_TRUE(store->revoke_key("k1", kNow).value());
  EXPECT_FALSE(store->revoke_key("k1", kNow).value());
}

TEST_F(StoreTest, KeepsUsersWhateverIsInTheirNames) {
  const std::vector<StoredUser> users{make_user("'; DROP TABLE users; --"), make_user("@alice:example.org"),
                                      make_user(std::string("nul\0nul", 7)), make_user("\xf0\x9f\x90\x99")};
  for (const StoredUser& user : users) ASSERT_TRUE(open()->add_user(user).value()) << user.name;
  EXPECT_THAT(open()->users().value(), testing::UnorderedElementsAreArray(users));
}

TEST_F(StoreTest, AddsChangesAndDeletesUsers) {
  const auto store = open();
  EXPECT_FALSE(store->change_user(make_user("alice")).value());
  EXPECT_TRUE(store->add_user(make_user("alice", 1)).value());
  EXPECT_FALSE(store->add_user(make_user("alice", 2)).value());
  EXPECT_TRUE(store->change_user(make_user("alice", 3)).value());
  EXPECT_THAT(store->users().value(), ElementsAre(make_user("alice", 3)));
  EXPECT_TRUE(store->delete_user("alice").value());
  EXPECT_FALSE(store->delete_user("alice").value());
  EXPECT_THAT(store->users().value(), IsEmpty());
}

TEST_F(StoreTest, RevocationsLastUntilTheyExpire) {
  const StoredRevocation early{"2000000010:alice", kNow + Seconds{10}};
  const StoredRevocation late{"2000000020:bob", kNow + Seconds{20}};
  ASSERT_TRUE(open()->add_revocation(late));
  ASSERT_TRUE(open()->add_revocation(early));
  ASSERT_TRUE(open()->add_revocation(early));
  EXPECT_THAT(open()->revocations(kNow).value(), ElementsAre(early, late));
  EXPECT_THAT(open()->revocations(kNow + Seconds{10}).value(), ElementsAre(late));
  EXPECT_THAT(open()->revocations(kNow).value(), ElementsAre(late)) << "expired ones are deleted";
}

TEST_F(StoreTest, OfTwoRevocationsOfOneUserTheLaterExpiryCounts) {
  const StoredRevocation late{"*:alice", kNow + Seconds{20}};
  ASSERT_TRUE(open()->add_revocation({"*:alice", kNow + Seconds{5}}));
  ASSERT_TRUE(open()->add_revocation(late));
  ASSERT_TRUE(open()->add_revocation({"*:alice", kNow + Seconds{10}}));
  EXPECT_THAT(open()->revocations(kNow).value(), ElementsAre(late));
}

TEST_F(StoreTest, TheVersionChangesWithEveryChangeOfAnotherConnection) {
  const auto reader = open();
  const auto writer = open();
  const std::int64_t before = reader->version().value();
  EXPECT_EQ(reader->version().value(), before);
  ASSERT_TRUE(writer->add_user(make_user("alice")).value());
  const std::int64_t after = reader->version().value();
  EXPECT_NE(after, before);
  EXPECT_EQ(reader->users().value().size(), 1U);
  ASSERT_TRUE(writer->delete_user("alice").value());
  EXPECT_NE(reader->version().value(), after);
}

TEST_F(StoreTest, TheVersionStaysThroughItsOwnChanges) {
  const auto store = open();
  const std::int64_t before = store->version().value();
  ASSERT_TRUE(store->add_user(make_user("alice")).value());
  EXPECT_EQ(store->version().value(), before);
}

}  // namespace
}  // namespace turnpike::control
