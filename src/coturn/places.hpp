#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coturn/draft.hpp"
#include "turnpike/base/endpoint.hpp"

namespace turnpike::coturn {

struct Listener {
  std::string scheme;
  Endpoint endpoint;
  std::string origin;
  [[nodiscard]] bool is_datagram() const noexcept { return scheme == "udp"; }
};

struct RelayAddress {
  IpAddress address;
  std::string origin;
};

/// An "EXTERNAL" or "EXTERNAL/LOCAL"; the external one may be a name.
struct External {
  std::string name;
  std::optional<IpAddress> address;
  std::optional<IpAddress> local;
  const ConfLine* line = nullptr;
};

struct RelayPorts {
  std::uint16_t first = 49152;
  std::uint16_t last = 65535;
  bool is_default = true;
};

/// Where the server listens and relays. These belong together: turnpike refuses files in which they do not fit.
struct Places {
  std::vector<Listener> listeners;
  std::vector<RelayAddress> addresses;
  std::vector<External> externals;
  RelayPorts ports;
  bool is_listening_by_default = true;  ///< as turnpike does without a listener in the file
};

[[nodiscard]] Places find_places(Draft& draft);

/// The address that a text is, when clients or sockets can have it.
[[nodiscard]] std::optional<IpAddress> usable_address(std::string_view text) noexcept;
[[nodiscard]] std::vector<Listener> find_listeners(Draft& draft);
/// The addresses of the lines that have one, 0.0.0.0 and :: among them; the others are refused.
[[nodiscard]] std::vector<RelayAddress> addresses_of(Draft& draft, std::string_view option);
/// Whether a certificate is named and TLS or DTLS wanted.
[[nodiscard]] bool has_tls(const ConfFile& conf) noexcept;

}  // namespace turnpike::coturn
