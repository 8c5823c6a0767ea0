#include "probe/wire.hpp"

#include "probe/datagram_wire.hpp"
#include "probe/stream_wire.hpp"

namespace turnpike::probe {

namespace errc = boost::system::errc;

std::shared_ptr<Wire> open_wire(EventLoop& loop, Transport transport, const Endpoint& server,
                                const net::TlsClientOptions& tls) {
  std::optional<net::TlsClientOptions> options;
  if (is_secure(transport)) options = tls;
  if (is_stream(transport)) {
    auto wire = std::make_shared<StreamWire>(loop, std::move(options));
    wire->start(server);
    return wire;
  }
  auto wire = std::make_shared<DatagramWire>(loop, std::move(options));
  wire->start(server);
  return wire;
}

Reason reason_of(const error_code& error) noexcept {
  if (error == errc::connection_refused) return Reason::refused;
  if (error == errc::host_unreachable || error == errc::network_unreachable || error == errc::address_not_available ||
      error == errc::network_down || error == errc::address_family_not_supported) {
    return Reason::unreachable;
  }
  // A firewall's rule that answers "administratively prohibited", and this machine's own rules.
  if (error == errc::permission_denied || error == errc::operation_not_permitted) return Reason::unreachable;
  if (error == errc::timed_out) return Reason::silent;
  return Reason::hung_up;
}

Reason reason_of(net::TlsFailure failure) noexcept {
  return failure == net::TlsFailure::malformed ? Reason::not_tls : Reason::tls_mismatch;
}

}  // namespace turnpike::probe
