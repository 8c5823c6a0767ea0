#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/file_descriptor.hpp"
#include "turnpike/net/tls_engine.hpp"

namespace turnpike::control {

/// A connected stream that turned out to be HTTP, on its way from a worker to the control loop.
struct HttpStream {
  net::FileDescriptor socket;          ///< non-blocking TCP
  std::optional<net::TlsEngine> tls;   ///< its handshake is done
  std::vector<std::uint8_t> received;  ///< plaintext that was read already; comes before what the socket has
  std::vector<std::uint8_t> unsent;    ///< wire bytes that still have to go out before anything else
  Endpoint client;                     ///< as PROXY protocol says where it is in use
  Endpoint server;
};

/// Serves HTTP/1.1 on the control loop; for now every request gets 404 with a problem document. All calls on the loop's
/// thread.
class HttpServer {
 public:
  struct Options {
    std::uint32_t max_sessions = 1024;  ///< beyond it a stream is closed with 503
    Duration request_timeout =
        Seconds{10};                      ///< for a whole request, from the first byte or from the stream's beginning
    Duration idle_timeout = Seconds{10};  ///< between requests on a kept connection
    std::uint32_t max_header = 8192;      ///< bytes
    std::uint64_t max_body = 65536;       ///< bytes
  };
  struct Counters {
    std::uint64_t sessions = 0;
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  ///< max_sessions
    std::uint64_t timed_out = 0;
    std::uint64_t malformed = 0;
  };

  HttpServer(boost::asio::io_context& loop, const Options& options);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  void serve(HttpStream stream);
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
