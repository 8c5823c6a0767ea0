#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <sstream>

#include "server/command_line.hpp"
#include "support/seeded_random.hpp"
#include "temporary_folder.hpp"
#include "turnpike/control/store.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr UnixSeconds kNow{Seconds{2'000'000'000}};

/// The commands that write the database, with a real one.
class StoreCommands : public testing::Test {
 protected:
  StoreCommands() {
    std::ofstream(config_) << "[server]\nrealm = 'example.org'\n[auth]\nsecrets = ['a-rather-long-secret']\n"
                              "users = [{ name = 'filed', password = 'x' }]\nmax_ttl = '7d'\ndatabase = 'my.db'\n"
                              "[api]\nkeys = [{ name = 'filed', key = 'abcdefghijklmnopqrstuvwxyz' }]\n";
  }

  /// With the configuration file.
  int call(std::vector<std::string> arguments, const std::string& typed = "") {
    arguments.insert(arguments.end(), {"-c", config_});
    return call_bare(arguments, typed);
  }
  int call_bare(const std::vector<std::string>& arguments, const std::string& typed = "") {
    out_.str("");
    err_.str("");
    std::istringstream in(typed);
    CommandWorld world{out_,
                       err_,
                       in,
                       process_environment(),
                       random_,
                       [] { return kNow; },
                       [] { return std::vector<net::InterfaceAddress>{}; },
                       [](AddressFamily) { return std::optional<IpAddress>{}; },
                       [](const ServeOptions&) { return 0; }};
    return run_command_line(arguments, world);
  }
  [[nodiscard]] std::unique_ptr<control::Store> store() const { return control::Store::open(database_, {}).value(); }

  TemporaryFolder folder_;
  std::string config_ = folder_.path() / "turnpike.toml";
  std::string database_ = folder_.path() / "my.db";
  test::SeededRandom random_{1};
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(StoreCommands, KeyAddPrintsTheKeyOnceAndKeepsItsHash) {
  ASSERT_EQ(call({"key", "add", "page", "--scope", "credentials,rooms", "--ttl-cap", "1h", "--origin",
                  "https://a.example", "--origin", "https://B.example"}),
            0);
  const std::string text = out_.str().substr(0, out_.str().size() - 1);
  EXPECT_THAT(out_.str(), testing::StartsWith("tpk_"));
  EXPECT_THAT(err_.str(), HasSubstr("It is shown this once"));
  EXPECT_THAT(err_.str(), Not(HasSubstr(text)));
  const auto keys = store()->keys().value();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_TRUE(keys[0].matches(text));
  EXPECT_EQ(keys[0].created, kNow);
  EXPECT_EQ(keys[0].grant.name, "page");
  EXPECT_EQ(keys[0].grant.ttl_cap, Seconds{3600});
  EXPECT_TRUE(keys[0].grant.scopes.contains(control::Scope::rooms));
  EXPECT_FALSE(keys[0].grant.scopes.contains(control::Scope::admin));
  EXPECT_THAT(keys[0].grant.origins, testing::ElementsAre("https://a.example", "https://b.example"));
}

TEST_F(StoreCommands, KeyNamesAreTakenByTheDatabaseAndByTheFile) {
  ASSERT_EQ(call({"key", "add", "page", "--scope", "admin"}), 0);
  EXPECT_EQ(call({"key", "add", "page", "--scope", "admin"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("there is a key \"page\" already"));
  EXPECT_EQ(call({"key", "add", "filed", "--scope", "admin"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("is a key of the configuration file"));
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(StoreCommands, AKeyMayNotOutliveWhatTheServerAllows) {
  EXPECT_EQ(call({"key", "add", "page", "--scope", "credentials", "--ttl-cap", "8d"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("longer than auth.max_ttl (7d)"));
}

TEST_F(StoreCommands, KeysAreListedAndRevoked) {
  ASSERT_EQ(call({"key", "add", "page", "--scope", "credentials", "--ttl-cap", "1h"}), 0);
  EXPECT_EQ(call({"key", "list"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("page"));
  EXPECT_THAT(out_.str(), HasSubstr("in force"));
  EXPECT_EQ(call({"key", "revoke", "page"}), 0);
  EXPECT_EQ(call({"key", "revoke", "page"}), 1);
  EXPECT_EQ(call({"key", "list"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("revoked 2033-05-18T03:33:20Z"));
}

TEST_F(StoreCommands, KeysAreListedAsJson) {
  ASSERT_EQ(call({"key", "add", "page", "--scope", "credentials", "--ttl-cap", "1h", "--origin", "https://a.example"}),
            0);
  ASSERT_EQ(call({"key", "list", "--json"}), 0);
  const auto list = boost::json::parse(out_.str()).as_array();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list.at(0).at("name"), "page");
  EXPECT_EQ(list.at(0).at("scopes").at(0), "credentials");
  EXPECT_EQ(list.at(0).at("ttlCapSeconds"), 3600);
  EXPECT_EQ(list.at(0).at("origins").at(0), "https://a.example");
  EXPECT_EQ(list.at(0).at("created"), "2033-05-18T03:33:20Z");
  EXPECT_TRUE(list.at(0).at("revoked").is_null());
  EXPECT_THAT(out_.str(), Not(HasSubstr("hash")));
}

TEST_F(StoreCommands, UserAddKeepsTheKeysOfThePasswordOnStandardInput) {
  ASSERT_EQ(call({"user", "add", "alice"}, "open sesame\nnot this\n"), 0);
  const auto expected = turn::StaticUser::from_password("alice", "example.org", "open sesame");
  const auto users = store()->users().value();
  ASSERT_EQ(users.size(), 1U);
  EXPECT_EQ(as_text(users[0].md5), as_text(expected.md5.bytes()));
  EXPECT_EQ(as_text(users[0].sha256), as_text(expected.sha256.bytes()));
  EXPECT_EQ(users[0].realm, "example.org");
}

TEST_F(StoreCommands, UserPasswdTakesTheOnlyLineOfAFile) {
  const std::string file = folder_.path() / "password";
  std::ofstream(file) << "another one\r\n";
  EXPECT_EQ(call({"user", "passwd", "alice", "--password-file", file}), 1) << "there is no database";
  ASSERT_EQ(call({"user", "add", "alice"}, "open sesame"), 0);
  ASSERT_EQ(call({"user", "passwd", "alice", "--password-file", file}), 0);
  const auto expected = turn::StaticUser::from_password("alice", "example.org", "another one");
  EXPECT_EQ(as_text(store()->users().value().at(0).md5), as_text(expected.md5.bytes()));
  std::ofstream(file) << "one\ntwo\n";
  EXPECT_EQ(call({"user", "passwd", "alice", "--password-file", file}), 2);
}

TEST_F(StoreCommands, UsersAreListedAndDeleted) {
  ASSERT_EQ(call({"user", "add", "alice"}, "x\n"), 0);
  EXPECT_EQ(call({"user", "add", "alice"}, "x\n"), 1);
  EXPECT_EQ(call({"user", "passwd", "bob"}, "x\n"), 1);
  ASSERT_EQ(call({"user", "list", "--json"}), 0);
  EXPECT_EQ(boost::json::serialize(boost::json::parse(out_.str())),
            R"([{"name":"alice","realm":"example.org","created":"2033-05-18T03:33:20Z"}])");
  EXPECT_EQ(call({"user", "del", "alice"}), 0);
  EXPECT_EQ(call({"user", "del", "alice"}), 1);
  ASSERT_EQ(call({"user", "list"}), 0);
  EXPECT_THAT(out_.str(), Not(HasSubstr("alice")));
}

TEST_F(StoreCommands, UserListNamesUsersOfAnotherRealm) {
  ASSERT_EQ(call_bare({"user", "add", "alice", "--database", database_, "--realm", "old.example"}, "x\n"), 0);
  ASSERT_EQ(call({"user", "list"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("(not this server's realm)"));
}

TEST_F(StoreCommands, NamesThatCouldNotAuthenticateAreRefused) {
  EXPECT_EQ(call({"user", "add", "filed"}, "x\n"), 1);
  EXPECT_THAT(err_.str(), HasSubstr("is a user of the configuration file"));
  EXPECT_EQ(call({"user", "add", "2000000000:alice"}, "x\n"), 1);
  EXPECT_THAT(err_.str(), HasSubstr("looks like an ephemeral username"));
  EXPECT_FALSE(std::filesystem::exists(database_));
}

TEST_F(StoreCommands, WhatIsNoPasswordIsAWrongCall) {
  for (const std::string& typed : {std::string{}, std::string{"\n"}, std::string{"\x1b[A\n"}, std::string(5000, 'x')}) {
    EXPECT_EQ(call({"user", "add", "alice"}, typed), 2);
  }
  EXPECT_FALSE(std::filesystem::exists(database_));
}

TEST_F(StoreCommands, ListsNeedADatabaseThatIsThere) {
  EXPECT_EQ(call({"key", "list"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("my.db: cannot be opened: No such file"));
  EXPECT_FALSE(std::filesystem::exists(database_));
}

}  // namespace
}  // namespace turnpike::server
