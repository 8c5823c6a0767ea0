#include "server/store_watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "control/sqlite_handles.hpp"
#include "temporary_folder.hpp"
#include "turnpike/base/system_random.hpp"

namespace turnpike::server {
namespace {

constexpr UnixSeconds kNow{Seconds{1'785'000'000}};
const control::StoredRevocation kRevocation{"1785009999:bob", kNow + Seconds{9999}};

class StoreWatchTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (folder_.path() / "turnpike.db").string(); }
  [[nodiscard]] std::unique_ptr<control::Store> open_elsewhere() const {
    return control::Store::open(path(), {.create = true}).value();
  }
  [[nodiscard]] control::StoredUser user(const std::string& name) const { return {name, "realm", {}, {}, kNow}; }

  /// Another process in the middle of a write.
  [[nodiscard]] control::DatabaseHandle hold_write_lock() const {
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open(path().c_str(), &opened), SQLITE_OK);
    control::DatabaseHandle handle(opened);
    EXPECT_EQ(sqlite3_exec(handle.get(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    return handle;
  }

  TemporaryFolder folder_;
  StoreWatch watch_{path()};
};

TEST_F(StoreWatchTest, ADatabaseThatIsNotThereIsNoFailureAndIsNotMade) {
  const auto news = watch_.poll(kNow);
  EXPECT_FALSE(news.contents);
  EXPECT_FALSE(news.failure);
  EXPECT_EQ(watch_.state(), "absent");
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(StoreWatchTest, ADatabaseThatAppearsIsRead) {
  static_cast<void>(watch_.poll(kNow));
  ASSERT_TRUE(open_elsewhere()->add_user(user("alice")).value());
  const auto news = watch_.poll(kNow);
  ASSERT_TRUE(news.contents);
  ASSERT_EQ(news.contents->users.size(), 1);
  EXPECT_EQ(news.contents->users.front().name, "alice");
  EXPECT_FALSE(news.recovered);
  EXPECT_EQ(watch_.state(), "ok");
}

TEST_F(StoreWatchTest, WhatIsAsItWasIsNoNews) {
  const auto elsewhere = open_elsewhere();
  EXPECT_TRUE(watch_.poll(kNow).contents);
  EXPECT_FALSE(watch_.poll(kNow).contents);
  ASSERT_TRUE(elsewhere->add_user(user("alice")).value());
  EXPECT_TRUE(watch_.poll(kNow).contents);
  EXPECT_FALSE(watch_.poll(kNow).contents);
}

TEST_F(StoreWatchTest, TheFirstRevocationMakesTheDatabase) {
  EXPECT_TRUE(watch_.keep(kRevocation));
  const auto kept = open_elsewhere()->revocations(kNow);
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 1);
  EXPECT_EQ(kept->front(), kRevocation);
}

TEST_F(StoreWatchTest, ARevocationThatCannotBeWrittenIsWrittenWhenItCan) {
  { std::ofstream(path()) << std::string(4096, 'x'); }
  EXPECT_FALSE(watch_.keep(kRevocation));
  EXPECT_EQ(watch_.pending(), 1);
  EXPECT_NE(watch_.state(), "ok");
  std::filesystem::remove(path());
  EXPECT_TRUE(watch_.poll(kNow).recovered);
  EXPECT_EQ(watch_.pending(), 0);
  EXPECT_EQ(open_elsewhere()->revocations(kNow).value().size(), 1);
}

TEST_F(StoreWatchTest, ARevocationThatHasExpiredMeanwhileIsNotWritten) {
  { std::ofstream(path()) << std::string(4096, 'x'); }
  EXPECT_FALSE(watch_.keep(kRevocation));
  std::filesystem::remove(path());
  const auto news = watch_.poll(kRevocation.expiry);
  EXPECT_EQ(watch_.pending(), 0);
  ASSERT_TRUE(news.contents);
  EXPECT_TRUE(news.contents->revocations.empty());
}

TEST_F(StoreWatchTest, AFailureIsSaidOnce) {
  { std::ofstream(path()) << std::string(4096, 'x'); }
  EXPECT_TRUE(watch_.poll(kNow).failure);
  EXPECT_FALSE(watch_.poll(kNow).failure);
  EXPECT_NE(watch_.state(), "ok");
}

TEST_F(StoreWatchTest, AFileThatIsReplacedIsReadAnew) {
  {
    const auto elsewhere = open_elsewhere();
    ASSERT_TRUE(elsewhere->add_user(user("alice")).value());
  }
  EXPECT_TRUE(watch_.poll(kNow).contents);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
  ASSERT_TRUE(open_elsewhere()->add_user(user("bob")).value());
  const auto news = watch_.poll(kNow);
  ASSERT_TRUE(news.contents);
  ASSERT_EQ(news.contents->users.size(), 1);
  EXPECT_EQ(news.contents->users.front().name, "bob");
}

// A new and empty one would take all users and keys away that are in force.
TEST_F(StoreWatchTest, ADatabaseThatWasRemovedIsNotMadeAnewByARevocation) {
  static_cast<void>(open_elsewhere());
  ASSERT_TRUE(watch_.poll(kNow).contents);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
  EXPECT_FALSE(watch_.keep(kRevocation));
  EXPECT_TRUE(watch_.poll(kNow).failure);
  EXPECT_FALSE(watch_.poll(kNow).contents);
  EXPECT_FALSE(std::filesystem::exists(path()));
  static_cast<void>(open_elsewhere());  // the operator puts it back
  EXPECT_TRUE(watch_.poll(kNow).recovered);
  EXPECT_EQ(open_elsewhere()->revocations(kNow).value().size(), 1);
}

TEST_F(StoreWatchTest, WhatOthersChangeIsReadAlsoWhereNothingCanBeWritten) {
  const auto elsewhere = open_elsewhere();
  ASSERT_TRUE(watch_.poll(kNow).contents);
  const auto holder = hold_write_lock();
  EXPECT_FALSE(watch_.keep(kRevocation));
  auto news = watch_.poll(kNow);
  EXPECT_TRUE(news.failure);
  EXPECT_FALSE(news.recovered);
  EXPECT_NE(watch_.state(), "ok");
  EXPECT_FALSE(watch_.poll(kNow).failure);
}

TEST(StoreWatchWithoutPathTest, ThereIsNothingToWriteInto) {
  StoreWatch watch{""};
  EXPECT_FALSE(watch.poll(kNow).contents);
  EXPECT_FALSE(watch.keep(kRevocation));
  EXPECT_EQ(watch.state(), "none");
  EXPECT_EQ(watch.pending(), 0);
}

}  // namespace
}  // namespace turnpike::server
