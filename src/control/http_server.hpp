#pragma once

#include <cstddef>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "control/exchange.hpp"
#include "turnpike/control/http_server.hpp"

namespace turnpike::control {

/// Serves HTTP/1.1 on the control loop: makes exchanges of what clients send, has them answered and sends the answers.
/// All calls on the loop's thread.
class HttpServer {
 public:
  using Options = HttpOptions;
  using Counters = HttpCounters;

  /// `handler` may throw; the client gets 500 then.
  HttpServer(boost::asio::io_context& loop, const Options& options, ExchangeHandler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  void serve(HttpStream stream);
  /// For sessions that come from now on.
  void set_options(const Options& options);
  /// No keep-alive from now on; sessions between requests are closed, others after their answer.
  void start_draining();
  /// Closes all sessions.
  void stop();

  [[nodiscard]] std::size_t session_count() const noexcept;
  [[nodiscard]] const Counters& counters() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace turnpike::control
