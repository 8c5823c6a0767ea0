#include "server/admin_client.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace turnpike::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace errc = boost::system::errc;
using Socket = asio::local::stream_protocol::socket;

constexpr std::chrono::seconds kAdminPatience{10};
constexpr std::uint64_t kMaxAnswer = std::uint64_t{64} << 20U;

/// Runs one operation to its end, or gives it up at `deadline`. `start` gets the handler, which takes an error first.
template <typename Start>
error_code finish(asio::io_context& loop, Socket& socket, std::chrono::steady_clock::time_point deadline, Start start) {
  error_code result;
  bool is_done = false;
  start([&](const error_code& error, auto...) {
    result = error;
    is_done = true;
  });
  loop.restart();
  loop.run_until(deadline);
  if (is_done) return result;
  error_code ignored;
  socket.close(ignored);
  loop.restart();
  loop.run();
  return errc::make_error_code(errc::timed_out);
}

http::request<http::string_body> make_request(const AdminRequest& request) {
  http::request<http::string_body> message{http::string_to_verb(request.method), request.target, 11};
  message.set(http::field::host, "localhost");
  message.set(http::field::user_agent, "turnpike");
  message.keep_alive(false);
  if (!request.body.empty()) {
    message.set(http::field::content_type, "application/json");
    message.body() = request.body;
  }
  message.prepare_payload();
  return message;
}

error_code without_answer(const error_code& error) {
  const bool is_closed =
      error == http::error::end_of_stream || error == http::error::partial_message || error == errc::broken_pipe;
  return is_closed ? errc::make_error_code(errc::connection_reset) : error;
}

}  // namespace

Result<AdminAnswer> ask_server(const std::string& socket_path, const AdminRequest& request) {
  if (socket_path.size() >= sizeof(sockaddr_un::sun_path)) return errc::make_error_code(errc::filename_too_long);
  asio::io_context loop{1};
  Socket socket{loop};
  const auto deadline = std::chrono::steady_clock::now() + kAdminPatience;
  const asio::local::stream_protocol::endpoint place{socket_path};
  if (const error_code error =
          finish(loop, socket, deadline, [&](auto handler) { socket.async_connect(place, std::move(handler)); })) {
    return error;
  }
  const auto message = make_request(request);
  // Who is not let in may find the connection closed while writing already; reading says the same then.
  error_code error =
      finish(loop, socket, deadline, [&](auto handler) { http::async_write(socket, message, std::move(handler)); });
  if (error) return without_answer(error);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxAnswer);
  error = finish(loop, socket, deadline,
                 [&](auto handler) { http::async_read(socket, buffer, parser, std::move(handler)); });
  if (error) return without_answer(error);
  return AdminAnswer{parser.get().result_int(), std::move(parser.get().body())};
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace turnpike::server
