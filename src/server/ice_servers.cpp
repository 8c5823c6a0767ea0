#include "server/ice_servers.hpp"

#include <fmt/format.h>

#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

std::string authority(const PublicPlace& place) {
  const bool is_v6 = place.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", place.host, place.port) : fmt::format("{}:{}", place.host, place.port);
}

std::string join_quoted(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ",") + quote_json(text);
  return list;
}

}  // namespace

std::string stun_uri(const PublicPlace& place) { return "stun:" + authority(place); }

std::string turn_uri(const PublicPlace& place) {
  const bool is_secure = needs_certificate(place.scheme);
  return fmt::format("{}:{}?transport={}", is_secure ? "turns" : "turn", authority(place),
                     is_datagram(place.scheme) ? "udp" : "tcp");
}

std::string ice_servers_json(const std::vector<PublicPlace>& places, const turn::EphemeralCredential& credential) {
  std::vector<std::string> stun;
  std::vector<std::string> turn;
  for (const PublicPlace& place : places) {
    if (place.scheme == ListenScheme::udp) stun.push_back(stun_uri(place));
    turn.push_back(turn_uri(place));
  }
  std::string servers;
  if (!stun.empty()) servers += fmt::format(R"({{"urls":[{}]}})", join_quoted(stun));
  if (!turn.empty()) {
    servers += fmt::format(R"({}{{"urls":[{}],"username":{},"credential":{}}})", servers.empty() ? "" : ",",
                           join_quoted(turn), quote_json(credential.username), quote_json(credential.password));
  }
  return fmt::format(R"({{"iceServers":[{}]}})", servers);
}

}  // namespace turnpike::server
