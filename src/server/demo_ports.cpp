#include "server/demo_ports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "server/config_values.hpp"
#include "turnpike/net/tcp_listener.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint16_t kHttpPort = 8080;
constexpr std::uint16_t kHttpsPort = 8443;
constexpr std::uint16_t kTries = 20;

bool is_taken(const error_code& error) noexcept {
  // A machine without IPv6 has nothing that could be taken there; such a listener is left out later.
  return error && error != boost::system::errc::address_family_not_supported &&
         error != boost::system::errc::address_not_available;
}

using BothFamilies = std::array<ListenUrl, 2>;

BothFamilies listeners_on(ListenScheme scheme, std::uint16_t port) {
  return {
      {{scheme, {IpAddress::any(AddressFamily::ipv4), port}}, {scheme, {IpAddress::any(AddressFamily::ipv6), port}}}};
}

void add_page_listeners(Config& config, ListenScheme scheme, std::uint16_t first, const PortProbe& probe) {
  for (std::uint16_t i = 0; i < kTries; ++i) {
    const BothFamilies listeners = listeners_on(scheme, static_cast<std::uint16_t>(first + i));
    if (std::ranges::any_of(listeners, [&](const ListenUrl& each) { return is_taken(probe(each)); })) continue;
    config.listen.insert(config.listen.end(), listeners.begin(), listeners.end());
    return;
  }
}

}  // namespace

error_code probe_port(const ListenUrl& listener) {
  if (is_datagram(listener.scheme)) {
    const auto socket = net::UdpSocket::open(listener.endpoint, {});
    return socket ? error_code{} : socket.error();
  }
  const auto socket = net::TcpListener::open(listener.endpoint, {});
  return socket ? error_code{} : socket.error();
}

void choose_demo_ports(Config& config, const PortProbe& probe) {
  for (const ListenUrl& listener : config.listen) {
    const error_code error = probe(listener);
    if (!is_taken(error)) continue;
    throw std::runtime_error(
        fmt::format("cannot listen on {}: {}; choose another port, such as with --listen udp://0.0.0.0:3479 --listen "
                    "tcp://0.0.0.0:3479",
                    show(listener), error.message()));
  }
  add_page_listeners(config, ListenScheme::http, kHttpPort, probe);
  add_page_listeners(config, ListenScheme::https, kHttpsPort, probe);
}

}  // namespace turnpike::server
