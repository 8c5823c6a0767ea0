#pragma once

#include <cstdint>
#include <optional>
#include <vector>

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
  bool is_local_admin = false;  ///< came by the admin socket, from a user that may
};

struct HttpOptions {
  std::uint32_t max_sessions = 1024;       ///< beyond it the one that has waited longest for a request goes
  Duration request_timeout = Seconds{10};  ///< for a whole request, from the first byte or from the stream's beginning
  Duration reply_timeout = Seconds{10};    ///< for us to find an answer, which is 503 after that
  Duration idle_timeout = Seconds{10};     ///< between requests on a kept connection
  std::uint32_t max_header = 8192;         ///< bytes
  std::uint64_t max_body = 65536;          ///< bytes
};

struct HttpCounters {
  std::uint64_t sessions = 0;
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;    ///< max_sessions, and all of them being answered
  std::uint64_t evicted = 0;    ///< made room for others while they waited for a request, or for an answer in patience
  std::uint64_t timed_out = 0;  ///< clients that did not send or take what was due
  std::uint64_t late = 0;       ///< reply_timeout
  std::uint64_t malformed = 0;
};

}  // namespace turnpike::control
