#include "server/control_settings_builder.hpp"

#include "server/ice_servers.hpp"
#include "server/public_places.hpp"

namespace turnpike::server {
namespace {

control::IceUris make_uris(const Config& config, const RuntimeAddresses& addresses) {
  control::IceUris uris;
  for (const PublicPlace& place : public_places(config, addresses)) {
    if (place.scheme == ListenScheme::udp) uris.stun.push_back(stun_uri(place));
    uris.turn.push_back(turn_uri(place));
  }
  return uris;
}

}  // namespace

control::ControlSettings make_control_settings(const Config& config, const RuntimeAddresses& addresses,
                                               Random& random) {
  control::ControlSettings settings;
  if (!config.auth.secrets.empty()) settings.secret = config.auth.secrets.front().value;
  settings.uris = make_uris(config, addresses);
  settings.default_ttl = config.auth.default_ttl;
  settings.max_ttl = config.auth.max_ttl;
  for (const ConfiguredKey& key : config.api.keys) {
    settings.keys.push_back(control::hash_api_key(key.grant, key.text.value, random));
  }
  for (const WebOrigin& origin : config.http.allowed_origins) settings.allowed_origins.push_back(origin.text);
  settings.requests_per_second = config.api.rate;
  settings.plain_api = config.http.plain_api;
  settings.metrics_allow = config.metrics.allow;
  return settings;
}

}  // namespace turnpike::server
