#pragma once

#include "turnpike/base/bytes.hpp"

namespace turnpike::net {

/// Where an engine puts what must go to the other side, in order. Of a datagram transport each call is one datagram.
/// The bytes are the caller's again when the call returns.
class ByteSink {
 public:
  ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual ~ByteSink() = default;
  virtual void write(ByteSpan bytes) noexcept = 0;
};

}  // namespace turnpike::net
