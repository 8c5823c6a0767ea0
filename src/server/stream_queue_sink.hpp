#pragma once

#include "server/streams.hpp"

namespace turnpike::server {

/// What TLS or we say goes to the connection's queue.
class Streams::QueueSink final : public net::ByteSink {
 public:
  /// `queue_bytes`: what may wait for a client. Only one that makes TLS answer and does not read comes beyond
  /// kOverflow.
  QueueSink(Connection& connection, std::size_t queue_bytes) noexcept
      : connection_(connection), limit_(queue_bytes + kOverflow) {}
  void write(ByteSpan bytes) noexcept override {
    if (connection_.out.size() + bytes.size() > limit_ || !connection_.out.append(bytes)) connection_.overflowed = true;
  }

 private:
  static constexpr std::size_t kOverflow = 64U << 10U;

  Connection& connection_;
  std::size_t limit_;
};

}  // namespace turnpike::server
