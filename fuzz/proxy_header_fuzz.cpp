// libFuzzer target: what a connection from a trusted proxy begins with, or what somebody makes look like it.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "turnpike/base/check.hpp"
#include "turnpike/net/proxy_header.hpp"

namespace turnpike::net {
namespace {

/// A header does not depend on what follows it, and all that is shorter is incomplete.
void check_alone(ByteSpan bytes, const ProxyHeader& header) {
  TURNPIKE_CHECK(header.length <= bytes.size() && header.length <= kMaxProxyHeader);
  TURNPIKE_CHECK(header.source.has_value() == header.destination.has_value());
  TURNPIKE_CHECK(!header.source || header.source->address.family() == header.destination->address.family());
  for (std::size_t size = 0; size < header.length; ++size) {
    const std::vector<std::uint8_t> prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto parsed = parse_proxy_header(prefix);
    TURNPIKE_CHECK(!parsed && parsed.error() == ProxyHeaderError::incomplete);
  }
  const auto again = parse_proxy_header(bytes.first(header.length));
  TURNPIKE_CHECK(again && again->length == header.length && again->source == header.source &&
                 again->destination == header.destination && again->is_datagram == header.is_datagram);
}

void exercise(ByteSpan bytes) {
  const auto parsed = parse_proxy_header(bytes);
  if (parsed) return check_alone(bytes, *parsed);
  TURNPIKE_CHECK(parsed.error() == ProxyHeaderError::malformed || bytes.size() < kMaxProxyHeader);
}

}  // namespace
}  // namespace turnpike::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  turnpike::net::exercise({bytes, size});
  return 0;
}
