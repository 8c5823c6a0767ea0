#pragma once

#include <string>
#include <vector>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {

/// Where clients reach the server, as URIs hold it: `host` is a name or an address, IPv6 without brackets.
struct PublicPlace {
  std::string host;
  std::uint16_t port = 3478;
};

/// RFC 7064 and RFC 7065 URIs: "stun:host:port", "turn:host:port?transport=udp".
[[nodiscard]] std::string stun_uri(const PublicPlace& place);
[[nodiscard]] std::string turn_uri(const PublicPlace& place);

/// What `new RTCPeerConnection` takes: {"iceServers":[{"urls":[...]},{"urls":[...],"username":...,"credential":...}]}.
[[nodiscard]] std::string ice_servers_json(const std::vector<PublicPlace>& places,
                                           const turn::EphemeralCredential& credential);

/// "2033-05-18T03:33:19Z".
[[nodiscard]] std::string show_time(UnixSeconds time);

}  // namespace turnpike::server
