#pragma once

#include <cstdint>
#include <optional>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::net {

enum class ProxyHeaderError : std::uint8_t {
  incomplete,  ///< more bytes are needed (never beyond kMaxProxyHeader)
  malformed,
};

/// The longest header that is accepted: version 2 with 1 KiB of TLVs; version 1 is at most 107 bytes.
inline constexpr std::size_t kMaxProxyHeader = 16 + 216 + 1024;

struct ProxyHeader {
  std::size_t length = 0;            ///< what follows these bytes is the connection's (or datagram's) own
  std::optional<Endpoint> source{};  ///< nothing for LOCAL, UNKNOWN, UNSPEC and UNIX: the real endpoints count
  std::optional<Endpoint> destination{};
  bool is_datagram = false;  ///< version 2 with transport DGRAM
};

/// The PROXY protocol of HAProxy, versions 1 (text) and 2 (binary), at the front of `bytes`. Never reads beyond it.
[[nodiscard]] Result<ProxyHeader, ProxyHeaderError> parse_proxy_header(ByteSpan bytes) noexcept;

}  // namespace turnpike::net
