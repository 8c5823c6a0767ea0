#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "control/http_server.hpp"

namespace turnpike::control {

struct SocketPair {
  net::FileDescriptor server;
  net::FileDescriptor client;
};

/// Both ends of a TCP connection over loopback, not blocking.
inline SocketPair connect_over_loopback(int family = AF_INET) {
  sockaddr_storage address{};
  address.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET) reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (family == AF_INET6) reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof(address);

  SocketPair pair;
  const net::FileDescriptor listener(::socket(family, SOCK_STREAM, 0));
  pair.client = net::FileDescriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0));
  EXPECT_EQ(::bind(listener.get(), generic, length), 0);
  EXPECT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_EQ(::getsockname(listener.get(), generic, &length), 0);
  static_cast<void>(::connect(pair.client.get(), generic, length));
  pair.server = net::FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK));
  EXPECT_TRUE(pair.server);
  return pair;
}

/// A server on a loop that runs in the test's own thread, for as long as the test waits.
class HttpTest : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds kPatience{5};

  /// Without a handler everything is 404.
  void start(const HttpOptions& options = {}, ExchangeHandler handler = not_found) {
    server_.emplace(loop_, options, std::move(handler));
  }
  static void not_found(const std::shared_ptr<Exchange>&, const Reply& reply) {
    reply(make_problem(http::status::not_found));
  }

  /// Runs the loop until `done` or until patience ends; gives what `done` said last.
  bool run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      loop_.restart();
      loop_.run_one_for(std::chrono::milliseconds{2});
    }
    return done();
  }

  boost::asio::io_context loop_;
  std::optional<HttpServer> server_;
};

/// The other end of a stream, with what it has read.
class HttpClient {
 public:
  explicit HttpClient(net::FileDescriptor socket) : socket_(std::move(socket)) {}

  /// Gives how much the kernel took.
  std::size_t send(std::string_view text) const {
    const auto sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  void half_close() const { static_cast<void>(::shutdown(socket_.get(), SHUT_WR)); }
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    static_cast<void>(::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
    socket_.close();
  }

  /// Reads what is there.
  void read() {
    std::array<char, 16384> bytes{};
    for (ssize_t size = 1; size > 0 && !closed_;) {
      size = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (size > 0) text_.append(bytes.data(), static_cast<std::size_t>(size));
      closed_ = size == 0 || (size < 0 && errno != EAGAIN);
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_closed() const { return closed_; }
  [[nodiscard]] int native_handle() const { return socket_.get(); }

 private:
  net::FileDescriptor socket_;
  std::string text_;
  bool closed_ = false;
};

inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

inline HttpStream make_stream(net::FileDescriptor socket, std::string_view received = {}) {
  HttpStream stream;
  stream.socket = std::move(socket);
  stream.received.assign(received.begin(), received.end());
  return stream;
}

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace turnpike::control
