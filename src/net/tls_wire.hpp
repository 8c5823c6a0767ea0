#pragma once

#include "net/openssl_handles.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/net/byte_sink.hpp"

namespace turnpike::net {

/// Both ends of a stream as OpenSSL's BIO sees them: it reads from memory of the caller's and writes to a sink. Keeps
/// nothing. Must stay where it is while the BIO lives.
struct TlsWire {
  ByteSpan input;
  ByteSink* output = nullptr;  ///< during a call only
};

[[nodiscard]] BioHandle new_wire_bio(TlsWire& wire) noexcept;

}  // namespace turnpike::net
