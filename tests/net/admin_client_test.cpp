#include "server/admin_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <thread>

#include "temporary_folder.hpp"

namespace turnpike::server {
namespace {

namespace errc = boost::system::errc;
using boost::asio::local::stream_protocol;
using testing::HasSubstr;
using testing::StartsWith;

/// Answers one request on a Unix socket with these bytes, and hangs up.
class OneAnswer {
 public:
  OneAnswer(const std::string& path, std::string answer)
      : acceptor_(loop_, stream_protocol::endpoint(path)), thread_([this, answer = std::move(answer)] {
          stream_protocol::socket socket(loop_);
          acceptor_.accept(socket);
          if (answer.empty()) return;
          std::array<char, 4096> bytes{};
          error_code error;
          while (!error && request_.find("\r\n\r\n") == std::string::npos) {
            request_.append(bytes.data(), socket.read_some(boost::asio::buffer(bytes), error));
          }
          boost::asio::write(socket, boost::asio::buffer(answer), error);
        }) {}
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() { thread_.join(); }

  /// After the answer.
  [[nodiscard]] const std::string& request() const { return request_; }

 private:
  boost::asio::io_context loop_;
  stream_protocol::acceptor acceptor_;
  std::string request_;
  std::thread thread_;
};

class AdminClient : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (folder_.path() / "admin.sock").string(); }

  TemporaryFolder folder_;
};

TEST_F(AdminClient, GetsStatusAndBody) {
  const OneAnswer server(path(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  const auto answer = ask_server(path(), {"GET", "/api/v1/status"});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_THAT(server.request(), StartsWith("GET /api/v1/status HTTP/1.1\r\n"));
}

TEST_F(AdminClient, PostsWithALengthOfZero) {
  const OneAnswer server(path(), "HTTP/1.1 204 No Content\r\n\r\n");
  const auto answer = ask_server(path(), {"POST", "/api/v1/drain"});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 204U);
  EXPECT_THAT(server.request(), HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(AdminClient, PostsABodyAsJson) {
  const OneAnswer server(path(), "HTTP/1.1 204 No Content\r\n\r\n");
  ASSERT_TRUE(ask_server(path(), {"POST", "/api/v1/room-tokens", R"({"ttl":9})"}));
  EXPECT_THAT(server.request(), HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(server.request(), HasSubstr("Content-Length: 9\r\n"));
}

TEST_F(AdminClient, AHangUpWithoutAnswerIsAReset) {
  const OneAnswer server(path(), "");
  EXPECT_EQ(ask_server(path(), {"GET", "/"}).error(), errc::connection_reset);
}

TEST_F(AdminClient, AHangUpWithinTheAnswerIsAReset) {
  const OneAnswer server(path(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}");
  EXPECT_EQ(ask_server(path(), {"GET", "/"}).error(), errc::connection_reset);
}

TEST_F(AdminClient, WhatIsNoHttpIsAnError) {
  const OneAnswer server(path(), "hello\r\n\r\n");
  EXPECT_FALSE(ask_server(path(), {"GET", "/"}));
}

TEST_F(AdminClient, NoSocketIsSaidSo) {
  EXPECT_EQ(ask_server(path(), {"GET", "/"}).error(), errc::no_such_file_or_directory);
}

TEST_F(AdminClient, APathThatNoSocketCanHaveIsAnError) {
  EXPECT_EQ(ask_server(std::string(200, 'x'), {"GET", "/"}).error(), errc::filename_too_long);
}

}  // namespace
}  // namespace turnpike::server
