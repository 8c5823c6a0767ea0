#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "control/migrations.hpp"
#include "control/sqlite_statement.hpp"
#include "support/seeded_random.hpp"
#include "temporary_folder.hpp"
#include "turnpike/control/store.hpp"

namespace turnpike::control {
namespace {

using testing::HasSubstr;

constexpr UnixSeconds kNow{Seconds{2'000'000'000}};

/// A database as somebody else sees it.
DatabaseHandle connect(const std::string& path) {
  sqlite3* opened = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &opened), SQLITE_OK);
  return DatabaseHandle(opened);
}

void run(sqlite3* database, const std::string& sql) {
  const auto done = run_script(database, sql);
  EXPECT_TRUE(done) << sql << ": " << done.error().message;
}

class StoreFile : public testing::Test {
 protected:
  [[nodiscard]] StoreResult<std::unique_ptr<Store>> open() const { return Store::open(path_, {.create = true}); }
  [[nodiscard]] StoreError failure() const {
    const auto opened = open();
    EXPECT_FALSE(opened);
    return opened ? StoreError{} : opened.error();
  }
  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  [[nodiscard]] std::string read() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// A closed database of `count` revocations, written in one go.
  void fill(int count) const {
    ASSERT_TRUE(open());
    run(connect(path_).get(), "WITH RECURSIVE counter (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counter WHERE i < " +
                                  std::to_string(count) +
                                  ") INSERT INTO revocations SELECT printf('2000000010:%0100d', i), 2000000010 "
                                  "FROM counter");
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path() / "turnpike.db";
};

TEST_F(StoreFile, GarbageIsNoDatabase) {
  write(std::string(5000, 'x'));
  EXPECT_EQ(failure().message, path_ + ": file is not a database");
  EXPECT_EQ(read(), std::string(5000, 'x'));
}

TEST_F(StoreFile, AnEmptyFileBecomesADatabase) {
  write("");
  EXPECT_TRUE(open());
}

TEST_F(StoreFile, ItsFolderIsMadeWithIt) {
  path_ = folder_.path() / "made" / "turnpike.db";
  EXPECT_TRUE(open());
  path_ = folder_.path() / "one" / "two" / "turnpike.db";
  EXPECT_NE(failure().message.find("cannot be made"), std::string::npos);
}

TEST_F(StoreFile, WhatIsNoFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(failure().message, path_ + ": is not a regular file");
  path_ = folder_.path();
  EXPECT_EQ(failure().message, path_ + ": is not a regular file");
}

TEST_F(StoreFile, TheDatabaseOfAnotherProgramStaysAsItIs) {
  run(connect(path_).get(), "CREATE TABLE bookmarks (url TEXT)");
  const std::string before = read();
  EXPECT_EQ(failure().message, path_ + ": is the database of another program");
  run(connect(path_).get(), "PRAGMA application_id = 5");
  EXPECT_EQ(failure().message, path_ + ": is the database of another program");
  EXPECT_EQ(read().size(), before.size());
}

TEST_F(StoreFile, ADatabaseOfANewerVersionIsRefused) {
  ASSERT_TRUE(open());
  run(connect(path_).get(), "PRAGMA user_version = 99");
  EXPECT_THAT(failure().message, HasSubstr("is of version 99, this turnpike knows versions up to"));
}

TEST_F(StoreFile, MigratesStepByStepAndKeepsWhatIsThere) {
  const auto database = connect(path_);
  constexpr std::array<std::string_view, 2> kSteps{"CREATE TABLE a (x); INSERT INTO a VALUES (5)",
                                                   "ALTER TABLE a RENAME COLUMN x TO y"};
  ASSERT_TRUE(migrate(database.get(), std::span(kSteps).first(1)));
  EXPECT_EQ(ask_number(database.get(), "PRAGMA user_version").value(), 1);
  EXPECT_EQ(ask_number(database.get(), "SELECT x FROM a").value(), 5);
  ASSERT_TRUE(migrate(database.get(), kSteps));
  ASSERT_TRUE(migrate(database.get(), kSteps));
  EXPECT_EQ(ask_number(database.get(), "PRAGMA user_version").value(), 2);
  EXPECT_EQ(ask_number(database.get(), "SELECT y FROM a").value(), 5);
}

TEST_F(StoreFile, AMigrationThatFailsLeavesAllAsItWas) {
  const auto database = connect(path_);
  constexpr std::array<std::string_view, 2> kSteps{"CREATE TABLE a (x)", "CREATE TABLE b (x); NONSENSE"};
  EXPECT_FALSE(migrate(database.get(), kSteps));
  EXPECT_EQ(ask_number(database.get(), "PRAGMA user_version").value(), 0);
  EXPECT_EQ(ask_number(database.get(), "SELECT count(*) FROM sqlite_schema").value(), 0);
}

TEST_F(StoreFile, WhatAnotherProcessHoldsIsBusy) {
  const auto store = open();
  ASSERT_TRUE(store);
  const auto other = connect(path_);
  run(other.get(), "BEGIN IMMEDIATE");
  const auto begin = std::chrono::steady_clock::now();
  const auto added = (*store)->add_revocation({"2000000010:alice", kNow});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
  ASSERT_FALSE(added);
  EXPECT_TRUE(added.error().is_busy);
  EXPECT_TRUE((*store)->users()) << "a writer does not keep readers out";
  run(other.get(), "COMMIT");
  EXPECT_TRUE((*store)->add_revocation({"2000000010:alice", kNow}));
}

TEST_F(StoreFile, AnExclusiveLockIsBusyToWhoOpens) {
  ASSERT_TRUE(open());
  const auto other = connect(path_);
  run(other.get(), "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE other (x)");
  EXPECT_TRUE(failure().is_busy);
}

TEST_F(StoreFile, ACutFileIsRefused) {
  fill(600);
  const std::string whole = read();
  ASSERT_GT(whole.size(), 40'000U);
  for (const std::size_t size : {std::size_t{50}, std::size_t{100}, std::size_t{4096}, whole.size() / 2}) {
    write(whole.substr(0, size));
    EXPECT_THAT(failure().message, testing::StartsWith(path_ + ": ")) << size;
  }
}

TEST_F(StoreFile, HoldsTenThousandRevocationsUntilTheyExpire) {
  fill(10'000);
  const auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->revocations(kNow).value().size(), 10'000U);
  EXPECT_TRUE((*store)->revocations(kNow + Seconds{10}).value().empty());
  EXPECT_TRUE((*store)->revocations(kNow).value().empty()) << "expired ones are deleted";
}

TEST_F(StoreFile, DamagedPagesNeverCrashOrHang) {
  fill(600);
  const std::string whole = read();
  test::SeededRandom random(4);
  for (int round = 0; round < 60; ++round) {
    std::string damaged = whole;
    const std::size_t begin = random.below(damaged.size() - 64);
    for (std::size_t i = 0; i < 64; ++i) damaged[begin + i] = static_cast<char>(random.below(256));
    write(damaged);
    const auto store = open();
    if (!store) continue;
    static_cast<void>((*store)->users());
    static_cast<void>((*store)->keys());
    static_cast<void>((*store)->revocations(kNow));
    static_cast<void>((*store)->add_user({.name = "alice", .realm = "example.org"}));
  }
}

TEST_F(StoreFile, ARowThatNobodyWroteIsAnError) {
  ASSERT_TRUE(open());
  run(connect(path_).get(), "INSERT INTO users VALUES ('alice', 'example.org', x'00', x'00', 0)");
  const auto users = (*open())->users();
  ASSERT_FALSE(users);
  EXPECT_THAT(users.error().message, HasSubstr("what was never written there"));
}

TEST_F(StoreFile, AScopeOfALaterVersionGrantsNothing) {
  ASSERT_TRUE(open());
  run(connect(path_).get(),
      "INSERT INTO api_keys VALUES ('k1', 'page', 'rooms future', NULL, '', zeroblob(16), zeroblob(32), 0, NULL)");
  const auto keys = (*open())->keys();
  ASSERT_TRUE(keys);
  ScopeSet rooms;
  rooms.add(Scope::rooms);
  EXPECT_EQ(keys->at(0).grant.scopes, rooms);
}

TEST_F(StoreFile, AFullDiskIsAnErrorAndNothingIsLost) {
  const auto store = open();
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->add_user({.name = "alice", .realm = "example.org"}));
  ASSERT_TRUE((*store)->add_user({.name = "bob", .realm = "example.org"}));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{1, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  const auto added = (*store)->add_user({.name = "carol", .realm = "example.org"});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(added);
  EXPECT_FALSE(added.error().is_busy);
  EXPECT_EQ((*store)->users().value().size(), 2U);
  EXPECT_TRUE((*store)->add_user({.name = "carol", .realm = "example.org"}));
}

/// Root may write every file.
class AsNobody {
 public:
  explicit AsNobody(const std::filesystem::path& folder) {
    if (::geteuid() != 0) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      EXPECT_EQ(::chown(entry.path().c_str(), kNobody, kNobody), 0);
    }
    EXPECT_EQ(::chown(folder.c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(::seteuid(kNobody), 0);
    changed_ = true;
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (changed_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }

 private:
  static constexpr uid_t kNobody = 65534;
  bool changed_ = false;
};

TEST_F(StoreFile, AFileThatCannotBeWrittenCanBeRead) {
  ASSERT_TRUE((*open())->add_user({.name = "alice", .realm = "example.org"}));
  const AsNobody nobody(folder_.path());
  ASSERT_EQ(::chmod(path_.c_str(), 0400), 0);
  const auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->users().value().size(), 1U);
  EXPECT_FALSE((*store)->add_user({.name = "bob", .realm = "example.org"}));
}

}  // namespace
}  // namespace turnpike::control
