#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "command_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CommandImport : public test::CommandTest {
 protected:
  CommandImport()
      : CommandTest({.variables = {},
                     .files = {{"etc/turnserver.conf",
                                "realm=example.org\nstatic-auth-secret=a-secret-of-the-north\nno-auth\n"}}}),
        folder_(std::filesystem::temp_directory_path() / ("turnpike-import-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(folder_);
  }
  ~CommandImport() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string target() const { return (folder_ / "turnpike.toml").string(); }

  std::filesystem::path folder_;
};

TEST_F(CommandImport, TheFileGoesToStandardOutputAndTheReportToStandardError) {
  EXPECT_EQ(call({"config", "import-coturn", "etc/turnserver.conf"}), 0);
  EXPECT_TRUE(test::load(out_.str()).ok());
  EXPECT_THAT(out_.str(), HasSubstr("a-secret-of-the-north"));
  EXPECT_THAT(err_.str(), HasSubstr("turnserver.conf:1: realm: becomes server.realm\n"));
  EXPECT_THAT(err_.str(), HasSubstr("turnserver.conf:3: no-auth: NEEDS YOU: not supported: "));
  EXPECT_THAT(err_.str(), HasSubstr("1 thing needs you"));
  EXPECT_THAT(err_.str(), Not(HasSubstr("north")));
}

TEST_F(CommandImport, AMadeFileIsForItsOwnerAlone) {
  ASSERT_EQ(call({"config", "import-coturn", "etc/turnserver.conf", "-o", target()}), 0) << err_.str();
  EXPECT_THAT(out_.str(), IsEmpty());
  struct stat status {};
  ASSERT_EQ(::stat(target().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(read_text_file(target()).value(), HasSubstr("realm = \"example.org\""));
}

TEST_F(CommandImport, AFileThatIsThereIsOnlyReplacedByForce) {
  ASSERT_EQ(call({"config", "import-coturn", "etc/turnserver.conf", "-o", target()}), 0);
  ASSERT_EQ(::chmod(target().c_str(), 0644), 0);
  EXPECT_EQ(call({"config", "import-coturn", "etc/turnserver.conf", "-o", target()}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("--force"));
  EXPECT_EQ(call({"config", "import-coturn", "etc/turnserver.conf", "-o", target(), "--force"}), 0);
  struct stat status {};
  ASSERT_EQ(::stat(target().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(CommandImport, AFileThatCannotBeReadOrWrittenIsNamed) {
  EXPECT_EQ(call({"config", "import-coturn", "missing.conf"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("missing.conf: cannot be read"));
  EXPECT_EQ(call({"config", "import-coturn", "etc/turnserver.conf", "-o", (folder_ / "no" / "where").string()}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("cannot be written"));
}

TEST_F(CommandImport, ItsOptionsGoWithNoOtherAction) {
  EXPECT_EQ(call({"config", "check", "etc/turnserver.conf", "--force"}), 2);
  EXPECT_EQ(call({"config", "import-coturn"}), 2);
}

}  // namespace
}  // namespace turnpike::server
