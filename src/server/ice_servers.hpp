#pragma once

#include <string>
#include <vector>

#include "server/config.hpp"
#include "turnpike/control/time_text.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {

/// Where clients reach the server, as URIs hold it: `host` is a name or an address, IPv6 without brackets.
struct PublicPlace {
  std::string host;
  std::uint16_t port = 3478;
  ListenScheme scheme = ListenScheme::udp;  ///< none of http and https
  friend bool operator==(const PublicPlace&, const PublicPlace&) = default;
};

/// RFC 7064 URI, "stun:host:port", which means UDP: only for places that have it.
[[nodiscard]] std::string stun_uri(const PublicPlace& place);
/// RFC 7065 URIs: "turn:host:port?transport=udp", "turn:...?transport=tcp", "turns:...?transport=tcp" for TLS and
/// "turns:...?transport=udp" for DTLS.
[[nodiscard]] std::string turn_uri(const PublicPlace& place);

/// What `new RTCPeerConnection` takes: {"iceServers":[{"urls":[...]},{"urls":[...],"username":...,"credential":...}]}.
/// Without a place for STUN or for TURN there is no such entry: browsers refuse one with empty `urls`.
[[nodiscard]] std::string ice_servers_json(const std::vector<PublicPlace>& places,
                                           const turn::EphemeralCredential& credential);

using control::show_time;

}  // namespace turnpike::server
