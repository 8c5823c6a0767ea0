#include "server/control_settings_builder.hpp"

#include <array>

#include "server/config_values.hpp"
#include "server/ice_servers.hpp"
#include "server/page_listener.hpp"
#include "server/public_places.hpp"
#include "turnpike/base/base64.hpp"
#include "turnpike/base/digest.hpp"

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

/// Whoever learns one of these learns nothing about the secret behind it. All secrets have one, in their order, so that
/// tokens outlive a change of secrets as credentials do.
std::string derive_token_secret(const SecretText& secret) {
  constexpr std::string_view kLabel = "turnpike room tokens v1";
  return base64_encode(hmac_sha256(as_bytes(secret.value), {as_bytes(kLabel)}));
}

std::vector<std::string> find_token_secrets(const Config& config, std::string_view made_up_secret) {
  std::vector<std::string> secrets;
  for (const SecretText& secret : config.signaling.token_secrets) secrets.push_back(secret.value);
  if (!secrets.empty()) return secrets;
  for (const SecretText& secret : config.auth.secrets) secrets.push_back(derive_token_secret(secret));
  if (secrets.empty()) secrets.emplace_back(made_up_secret);
  return secrets;
}

rooms::RoomLimits make_room_limits(const Config::Signaling& signaling) {
  rooms::RoomLimits limits;
  limits.clients = signaling.max_clients;
  limits.clients_per_address = signaling.clients_per_address;
  limits.rooms = signaling.max_rooms;
  limits.rooms_per_address = signaling.rooms_per_address;
  limits.members = signaling.max_members;
  limits.message_bytes = static_cast<std::size_t>(signaling.max_message.bytes);
  limits.messages_per_second = signaling.message_rate;
  limits.grace = signaling.grace;
  limits.kept_bytes = static_cast<std::size_t>(signaling.send_queue.bytes);
  return limits;
}

control::SignalingSettings make_signaling_settings(const Config& config, std::string_view made_up_secret) {
  const Config::Signaling& signaling = config.signaling;
  control::SignalingSettings settings;
  settings.enabled = signaling.enabled;
  settings.auth = signaling.auth;
  settings.token_secrets = find_token_secrets(config, made_up_secret);
  settings.limits = make_room_limits(signaling);
  settings.credential_ttl = signaling.credential_ttl;
  settings.heartbeat = signaling.heartbeat;
  settings.send_queue = static_cast<std::size_t>(signaling.send_queue.bytes);
  settings.peerjs_path = signaling.peerjs_path;
  settings.peerjs_key = signaling.peerjs_key;
  settings.peerjs_discovery = signaling.peerjs_discovery;
  settings.peerjs_clients = signaling.peerjs_clients;
  return settings;
}

/// Where a visitor finds the page over HTTPS: not on loopback when there is something better. Who stands behind a proxy
/// is reached through that, at its own port.
std::optional<std::uint16_t> find_secure_port(const RuntimeAddresses& addresses, Certificate certificate) {
  if (certificate == Certificate::none) return std::nullopt;
  const ListenUrl* best = find_best(addresses.served, [](const ListenUrl& listener) -> std::optional<int> {
    const IpAddress& address = listener.endpoint.address;
    const auto scheme = rank_secure(listener.scheme);
    if (!scheme || !listener.proxy_protocol.empty() || is_link_local(address)) return std::nullopt;
    return (is_loopback(address) ? 10 : 0) + *scheme;
  });
  return best == nullptr ? std::nullopt : std::optional(best->endpoint.port);
}

control::WebSettings make_web_settings(const Config& config, const RuntimeAddresses& addresses,
                                       Certificate certificate) {
  control::WebSettings settings;
  settings.enabled = config.web.enabled;
  settings.root = config.web.root;
  settings.check = config.web.check;
  settings.version = TURNPIKE_VERSION;
  settings.name = config.server.realm;
  settings.secure_port = find_secure_port(addresses, certificate);
  settings.relay_ports = show(config.relay.ports);
  return settings;
}

}  // namespace

std::string make_up_secret(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  return base64_encode(bytes);
}

control::ControlSettings make_control_settings(const Config& config, const RuntimeAddresses& addresses,
                                               Certificate certificate, Random& random,
                                               std::string_view made_up_secret) {
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
  settings.signaling = make_signaling_settings(config, made_up_secret);
  settings.web = make_web_settings(config, addresses, certificate);
  return settings;
}

}  // namespace turnpike::server
