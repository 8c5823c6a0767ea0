#include "server/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "command_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CommandLine : public test::CommandTest {
 protected:
  CommandLine()
      : CommandTest(
            {.variables = {},
             .files = {{"good.toml", "[auth]\nsecrets = ['a-rather-long-secret']\n"},
                       {"ports.toml",
                        "[[listen]]\nurl = 'udp://192.0.2.2:3479'\n[auth]\nsecrets = ['a-rather-long-secret']\n"},
                       {"bad.toml", "[server]\nworkers = 99\nrelm = 'x'\n"},
                       {"empty.toml", ""},
                       {"secret", "north\n"}},
             .folders = {"page"}}) {
    interfaces_ = {{"lo", IpAddress::v4(127, 0, 0, 1), 8, {}, true},
                   {"eth0", IpAddress::v4(192, 0, 2, 2), 24, {}, false}};
  }
};

TEST_F(CommandLine, HelpNamesTheCommands) {
  for (const auto& arguments : {"--help", "-h", "help"}) {
    EXPECT_EQ(call({arguments}), 0);
    EXPECT_THAT(out_.str(), HasSubstr("credentials"));
  }
}

TEST_F(CommandLine, HelpExplainsACommand) {
  EXPECT_EQ(call({"help", "serve"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("--listen"));
  EXPECT_EQ(call({"serve", "--help"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("--listen"));
}

TEST_F(CommandLine, PrintsItsVersion) {
  EXPECT_EQ(call({"--version"}), 0);
  EXPECT_THAT(out_.str(), testing::StartsWith("turnpike "));
  EXPECT_EQ(call({"version"}), 0);
}

TEST_F(CommandLine, AWrongCallIsTwo) {
  for (const std::initializer_list<std::string> arguments :
       {std::initializer_list<std::string>{"serv"},
        {"help", "nothing"},
        {"serve", "--nothing"},
        {"serve", "extra"},
        {"serve", "-c"},
        {"serve", "--listen", "ftp://0.0.0.0:1"},
        {"serve", "--web-root", "nowhere"},
        {"serve", "--web-root", ""},
        {"config"},
        {"config", "check"},
        {"config", "frob", "x"},
        {"config", "check", "a", "b"},
        {"credentials"},
        {"credentials", "--user", "alice"},
        {"credentials", "--user", "alice", "--secret", "s", "--ttl", "1"},
        {"credentials", "--user", "alice", "--secret", "s", "--ttl", "0s"},
        {"credentials", "--user", "alice", "--secret", "s", "--ttl", "4000d"},
        {"credentials", "--user", "alice", "--secret", "s", "--config", "good.toml"},
        {"credentials", "--user", "alice", "--secret-file", "none"},
        {"credentials", "--user", "a\nb", "--secret", "s"},
        {"key"},
        {"key", "add"},
        {"key", "frob", "x"},
        {"key", "add", "a b", "--database", "x"},
        {"key", "add", "a", "--database", "x", "--scope", "everything"},
        {"key", "add", "a", "--database", "x", "--scope", "admin", "--ttl-cap", "0s"},
        {"key", "add", "a", "--database", "x", "--scope", "admin", "--ttl-cap", "soon"},
        {"key", "add", "a", "--database", "x", "--scope", "admin", "--origin", "https://example.org/path"},
        {"key", "add", "a", "--database", "x", "--scope", "admin", "--origin", "*"},
        {"key", "add", "a", "--database", "x"},
        {"key", "add", "a", "--scope", "admin"},
        {"key", "add", "a", "--scope", "admin", "--database", "x", "-c", "good.toml"},
        {"key", "add", "a", "--scope", "admin", "--database", ""},
        {"key", "list", "extra", "--database", "x"},
        {"key", "revoke", "--database", "x"},
        {"user"},
        {"user", "add", "--database", "x", "--realm", "r"},
        {"user", "add", "alice", "--database", "x"},
        {"user", "add", "alice", "-c", "good.toml", "--realm", "r"},
        {"user", "add", "alice", "--database", "x", "--realm", "a\"b"},
        {"user", "add", "a\nb", "--database", "x", "--realm", "r"},
        {"user", "add", "alice", "--database", "x", "--realm", "r"},  // standard input is empty
        {"user", "add", "alice", "--database", "x", "--realm", "r", "--password-file", "none"},
        {"user", "add", "alice", "password", "--database", "x", "--realm", "r"},
        {"user", "list", "extra", "--database", "x"},
        {"--nothing"},
        {"version", "extra"}}) {
    EXPECT_EQ(call(arguments), 2) << testing::PrintToString(std::vector<std::string>(arguments));
    EXPECT_THAT(err_.str(), testing::StartsWith("turnpike: "));
    EXPECT_FALSE(served_);
  }
}

TEST_F(CommandLine, SuggestsTheCommandThatWasMeant) {
  call({"confg"});
  EXPECT_THAT(err_.str(), HasSubstr("did you mean \"config\"?"));
}

TEST_F(CommandLine, ServesAFile) {
  EXPECT_EQ(call({"serve", "-c", "ports.toml"}), 0);
  ASSERT_TRUE(served_);
  EXPECT_FALSE(served_->demo);
  EXPECT_TRUE(served_->listeners_chosen);
  EXPECT_EQ(served_->config.listen.front().endpoint, *Endpoint::parse("192.0.2.2:3479"));
}

TEST_F(CommandLine, ServeIsTheDefaultCommandAndTheDemoItsDefault) {
  EXPECT_EQ(call({}), 0);
  ASSERT_TRUE(served_);
  EXPECT_TRUE(served_->demo);
  EXPECT_FALSE(served_->listeners_chosen);
  EXPECT_EQ(call({"--listen", "udp://127.0.0.1:0"}), 0);
  EXPECT_TRUE(served_->demo);
  EXPECT_TRUE(served_->listeners_chosen);
}

TEST_F(CommandLine, ListenOverridesTheListenersOfTheFile) {
  call({"serve", "-c", "ports.toml", "--listen", "udp://127.0.0.1:0", "--listen", "udp://[::1]:0"});
  ASSERT_TRUE(served_);
  ASSERT_EQ(served_->config.listen.size(), 2U);
  EXPECT_EQ(served_->config.listen[1].endpoint, *Endpoint::parse("[::1]:0"));
}

TEST_F(CommandLine, WebRootOverridesTheFileNowAndAtAReload) {
  call({"serve", "-c", "good.toml", "--web-root", "page"});
  ASSERT_TRUE(served_);
  EXPECT_EQ(served_->config.web.root, "page");
  EXPECT_EQ(served_->reread().config.web.root, "page");
  call({"serve", "--web-root", "page"});
  EXPECT_TRUE(served_->demo);
  EXPECT_EQ(served_->config.web.root, "page");
}

TEST_F(CommandLine, DoesNotServeAFileWithMistakesAndPrintsThemAll) {
  EXPECT_EQ(call({"serve", "-c", "bad.toml"}), 1);
  EXPECT_FALSE(served_);
  EXPECT_THAT(err_.str(), HasSubstr("bad.toml:2:11: "));
  EXPECT_THAT(err_.str(), HasSubstr("bad.toml:3:1: "));
  EXPECT_EQ(call({"serve", "-c", "nowhere.toml"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("nowhere.toml: cannot be read: No such file"));
}

TEST_F(CommandLine, ServesAFileWithWarnings) {
  EXPECT_EQ(call({"serve", "-c", "empty.toml"}), 0);
  EXPECT_THAT(err_.str(), HasSubstr("empty.toml: warning: "));
}

TEST_F(CommandLine, FailsWhenTheServerFails) {
  server_answer_ = 1;
  EXPECT_EQ(call({"serve"}), 1);
}

TEST_F(CommandLine, ConfigCheckTellsGoodFromBad) {
  EXPECT_EQ(call({"config", "check", "good.toml"}), 0);
  EXPECT_EQ(out_.str(), "good.toml: no mistakes\n");
  EXPECT_EQ(call({"config", "check", "bad.toml"}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("bad.toml:2:11: server.workers"));
}

TEST_F(CommandLine, ConfigShowPrintsValuesAndSourcesButNoSecret) {
  EXPECT_EQ(call({"config", "show", "good.toml"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("auth.secrets = [\"(hidden)\"]  # good.toml:2"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("rather-long")));
  EXPECT_EQ(call({"config", "show"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("server.workers = 0  # default"));
  EXPECT_EQ(call({"config", "show", "bad.toml"}), 1);
}

TEST_F(CommandLine, KeysAndUsersNeedADatabaseInTheFile) {
  environment_.files["none.toml"] = "[auth]\nsecrets = ['a-rather-long-secret']\ndatabase = ''\n";
  for (const std::initializer_list<std::string> arguments :
       {std::initializer_list<std::string>{"key", "list", "-c", "none.toml"}, {"user", "list", "-c", "none.toml"}}) {
    EXPECT_EQ(call(arguments), 1);
    EXPECT_THAT(err_.str(), HasSubstr("there is no database"));
  }
}

TEST_F(CommandLine, CredentialsMatchThePublishedVector) {
  EXPECT_EQ(call({"credentials", "--user", "alice", "--ttl", "2h", "--secret", "north"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("username 1999999999:alice\npassword a+jYYHyvXjeWjsHoTtv9MrO+gNw=\n"
                                    "expires  2033-05-18T03:33:19Z\n"));
}

TEST_F(CommandLine, CredentialsTakeTheSecretFromAFileOrTheEnvironment) {
  EXPECT_EQ(call({"credentials", "--user", "alice", "--ttl", "2h", "--secret-file", "secret"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("a+jYYHyvXjeWjsHoTtv9MrO+gNw="));
  environment_.variables["TURNPIKE_SECRET"] = "north";
  EXPECT_EQ(call({"credentials", "--user", "alice", "--ttl", "2h"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("a+jYYHyvXjeWjsHoTtv9MrO+gNw="));
}

TEST_F(CommandLine, CredentialsOfAFileUseItsListenersAndItsLifetime) {
  EXPECT_EQ(call({"credentials", "--user", "alice", "-c", "ports.toml"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\"turn:192.0.2.2:3479?transport=udp\""));
  EXPECT_THAT(out_.str(), HasSubstr("username 2000079199:alice\n"));
}

TEST_F(CommandLine, CredentialsOfAFileWithoutSecretsFail) {
  EXPECT_EQ(call({"credentials", "--user", "alice", "-c", "empty.toml"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("nothing to sign with"));
}

TEST_F(CommandLine, CredentialsAsJsonAreIceServersForABrowser) {
  EXPECT_EQ(
      call({"credentials", "--user", "@alice:example.org", "--secret", "north", "--json", "--host", "turn.example"}),
      0);
  const auto servers = boost::json::parse(out_.str()).as_object().at("iceServers").as_array();
  EXPECT_EQ(servers.at(0).at("urls").at(0), "stun:turn.example:3478");
  EXPECT_EQ(servers.at(1).at("urls").at(0), "turn:turn.example:3478?transport=udp");
  EXPECT_EQ(servers.at(1).at("username"), "2000079199:@alice:example.org");
  EXPECT_FALSE(servers.at(0).as_object().contains("username"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

}  // namespace
}  // namespace turnpike::server
