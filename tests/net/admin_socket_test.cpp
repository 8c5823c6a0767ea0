#include "turnpike/control/admin_socket.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "http_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::StartsWith;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
  return address;
}

class AdminSocketTest : public HttpTest {
 protected:
  void SetUp() override {
    std::string made = (std::filesystem::temp_directory_path() / "turnpike-XXXXXX").string();
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    folder_ = made;
    path_ = folder_ / "admin.sock";
    start();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<AdminSocket>> open() {
    return AdminSocket::open(loop_, path_, [this](HttpStream stream) {
      admins_ += stream.is_local_admin ? 1 : 0;
      server_->serve(std::move(stream));
    });
  }
  /// A socket file that nobody listens on.
  void leave_stale_file() const {
    const net::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    const sockaddr_un address = address_of(path_);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  [[nodiscard]] HttpClient connect() const {
    net::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const sockaddr_un address = address_of(path_);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return HttpClient(std::move(socket));
  }
  bool is_served(HttpClient& client) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return run_until([&] { return client.read(), client.is_closed(); }) && client.text().starts_with("HTTP/1.1 404");
  }

  std::filesystem::path folder_;
  std::string path_;
  int admins_ = 0;
};

TEST_F(AdminSocketTest, ServesThisUserAsALocalAdmin) {
  auto socket = open();
  ASSERT_TRUE(socket.has_value()) << socket.error().message();
  HttpClient client = connect();
  EXPECT_TRUE(is_served(client)) << client.text();
  EXPECT_EQ(admins_, 1);
}

TEST_F(AdminSocketTest, ServesOneAfterTheOther) {
  auto socket = open();
  ASSERT_TRUE(socket.has_value());
  for (int i = 0; i < 40; ++i) {
    HttpClient client = connect();
    EXPECT_TRUE(is_served(client)) << i;
  }
}

TEST_F(AdminSocketTest, IsForTheOwnerAndTheGroupAlone) {
  const mode_t before = ::umask(0);
  auto socket = open();
  ::umask(before);
  struct stat found {};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0660U);
}

TEST_F(AdminSocketTest, AStrictUmaskDoesNotLockTheGroupOut) {
  const mode_t before = ::umask(0777);
  auto socket = open();
  ::umask(before);
  struct stat found {};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0660U);
}

TEST_F(AdminSocketTest, AStaleFileIsReplaced) {
  leave_stale_file();
  auto socket = open();
  ASSERT_TRUE(socket.has_value()) << socket.error().message();
  HttpClient client = connect();
  EXPECT_TRUE(is_served(client));
}

TEST_F(AdminSocketTest, ALiveOneIsAnError) {
  auto first = open();
  ASSERT_TRUE(first.has_value());
  auto second = open();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error(), boost::system::errc::address_in_use);
  HttpClient client = connect();
  EXPECT_TRUE(is_served(client));
}

TEST_F(AdminSocketTest, AFileThatIsNoSocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  auto socket = open();
  ASSERT_FALSE(socket.has_value());
  EXPECT_EQ(socket.error(), boost::system::errc::address_in_use);
  EXPECT_EQ(std::filesystem::file_size(path_), 8U);
}

TEST_F(AdminSocketTest, TheFileIsGoneAtTheEnd) {
  auto socket = open();
  ASSERT_TRUE(std::filesystem::exists(path_));
  socket->reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(AdminSocketTest, AnotherOnesFileIsLeftAtTheEnd) {
  auto socket = open();
  std::filesystem::remove(path_);
  leave_stale_file();
  socket->reset();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(AdminSocketTest, APathThatIsTooLongIsAnError) {
  path_ = (folder_ / std::string(200, 'x')).string();
  auto socket = open();
  ASSERT_FALSE(socket.has_value());
  EXPECT_EQ(socket.error(), boost::system::errc::filename_too_long);
}

TEST_F(AdminSocketTest, AFolderThatIsMissingIsAnError) {
  path_ = (folder_ / "none" / "admin.sock").string();
  auto socket = open();
  ASSERT_FALSE(socket.has_value());
  EXPECT_EQ(socket.error(), boost::system::errc::no_such_file_or_directory);
}

TEST_F(AdminSocketTest, ALoopThatEndsFirstTakesTheListenerAlong) {
  auto loop = std::make_unique<boost::asio::io_context>();
  auto socket = AdminSocket::open(*loop, path_, [](HttpStream) {});
  ASSERT_TRUE(socket.has_value());
  socket->reset();
  loop.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace turnpike::control
