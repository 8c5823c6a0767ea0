#include "server/ice_servers.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

std::string authority(const PublicPlace& place) {
  const bool is_v6 = place.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", place.host, place.port) : fmt::format("{}:{}", place.host, place.port);
}

std::string join_quoted(const std::vector<PublicPlace>& places, std::string (*uri)(const PublicPlace&)) {
  std::string list;
  for (const PublicPlace& place : places) list += (list.empty() ? "" : ",") + quote_json(uri(place));
  return list;
}

}  // namespace

std::string stun_uri(const PublicPlace& place) { return "stun:" + authority(place); }
std::string turn_uri(const PublicPlace& place) { return "turn:" + authority(place) + "?transport=udp"; }

std::string ice_servers_json(const std::vector<PublicPlace>& places, const turn::EphemeralCredential& credential) {
  return fmt::format(R"({{"iceServers":[{{"urls":[{}]}},{{"urls":[{}],"username":{},"credential":{}}}]}})",
                     join_quoted(places, stun_uri), join_quoted(places, turn_uri), quote_json(credential.username),
                     quote_json(credential.password));
}

std::string show_time(UnixSeconds time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(time.time_since_epoch().count())));
}

}  // namespace turnpike::server
