#include "server/config_schema.hpp"

#include "server/config_keys.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint32_t kMaxWorkers = 64;  // a reservation token names its worker in one byte

std::string check_families(const std::vector<AddressFamily>& families) {
  return families.empty() ? "name \"ipv4\", \"ipv6\" or both" : "";
}

void add_server_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "server.realm", [](auto& c) -> auto& { return c.server.realm; },
      "The realm of the long-term credentials, usually the domain. Keys of static users depend on it."));
  keys.push_back(key(
      "server.host", [](auto& c) -> auto& { return c.server.host; },
      "The name or address under which clients reach this server, for ICE server URLs. Empty: its own "
      "addresses."));
  keys.push_back(key(
      "server.external", [](auto& c) -> auto& { return c.server.external; },
      "How the world sees the relay addresses behind 1:1 NAT: \"EXTERNAL/LOCAL\", or \"EXTERNAL\" alone "
      "for every relay address of its family. EXTERNAL is an address, a name that has it in DNS, or "
      "\"stun:SERVER\", a STUN server that is asked."));
  keys.push_back(key(
      "server.external_check", [](auto& c) -> auto& { return c.server.external_check; },
      "How often names and STUN servers in server.external are asked again; whenever this machine's network changes "
      "they are asked as well.",
      between(Milliseconds{1000}, Milliseconds{std::chrono::hours{24}})));
  keys.push_back(key(
      "server.workers", [](auto& c) -> auto& { return c.server.workers; },
      "Threads that relay; 0 means one for each core.", between<std::uint32_t>(0, kMaxWorkers)));
  keys.push_back(key(
      "server.drain_deadline", [](auto& c) -> auto& { return c.server.drain_deadline; },
      "How long a stop waits for live allocations to end by themselves.",
      between(Milliseconds{0}, Milliseconds{std::chrono::hours{24}})));
  keys.push_back(key(
      "server.drain_delay", [](auto& c) -> auto& { return c.server.drain_delay; },
      "How long a server that drains still takes new allocations while /readyz says 503 already: until the load "
      "balancers in front of it have noticed.",
      between(Milliseconds{0}, Milliseconds{std::chrono::minutes{10}})));
}

void add_relay_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "relay.ports", [](auto& c) -> auto& { return c.relay.ports; },
      "The ports of relayed transport addresses; the firewall must let UDP through to them."));
  keys.push_back(key(
      "relay.addresses", [](auto& c) -> auto& { return c.relay.addresses; },
      "The local addresses to relay from. Empty: the local halves of server.external, and for families "
      "without one the address of the default route."));
  keys.push_back(key(
      "relay.families", [](auto& c) -> auto& { return c.relay.families; }, "The address families to relay.",
      check_families));
  keys.push_back(key(
      "relay.follow_client_family", [](auto& c) -> auto& { return c.relay.follow_client_family; },
      "Whether a client that asks for no family gets its own instead of IPv4 (RFC 8656 section 7.2)."));
  keys.push_back(key(
      "relay.rfc5766_channels", [](auto& c) -> auto& { return c.relay.rfc5766_channels; },
      "Whether channel numbers 0x5000 to 0x7FFF, which RFC 5766 allowed and RFC 8656 reserves, are accepted: for "
      "clients "
      "of that time, coturn's test client among them."));
  keys.push_back(key(
      "relay.default_lifetime", [](auto& c) -> auto& { return c.relay.default_lifetime; },
      "How long an allocation lives without a refresh when the client asks for nothing longer.",
      between(Seconds{1}, Seconds{86400})));
  keys.push_back(key(
      "relay.max_lifetime", [](auto& c) -> auto& { return c.relay.max_lifetime; },
      "The longest lifetime that a client can ask for.", between(Seconds{1}, Seconds{86400})));
  keys.push_back(tcp_peer_ports_key());
  keys.push_back(key(
      "relay.peers.allow", [](auto& c) -> auto& { return c.relay.peers.allow; },
      "Blocks of special-purpose addresses (private networks, loopback ...) that may be peers all the "
      "same; the most specific block wins."));
  keys.push_back(key(
      "relay.peers.deny", [](auto& c) -> auto& { return c.relay.peers.deny; },
      "Blocks of addresses that may not be peers, in addition to the special-purpose ones."));
}

void add_auth_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "auth.secrets", [](auto& c) -> auto& { return c.auth.secrets; },
      "Shared secrets of ephemeral credentials, each a string, { file }, { env } or { credential }; the "
      "first one signs, all are accepted."));
  keys.push_back(key(
      "auth.users", [](auto& c) -> auto& { return c.auth.users; },
      "Static users: { name, password } or { name, key, key_sha256 }, where the keys are the hashes of "
      "NAME:REALM:PASSWORD by MD5 and SHA-256."));
  keys.push_back(key(
      "auth.nonce_lifetime", [](auto& c) -> auto& { return c.auth.nonce_lifetime; }, "How long a nonce is good for.",
      between(Seconds{1}, Seconds{86400})));
  keys.push_back(key(
      "auth.max_ttl", [](auto& c) -> auto& { return c.auth.max_ttl; },
      "Ephemeral credentials that expire later than this from now are refused as absurd.",
      between(Seconds{60}, Seconds{36500LL * 86400})));
  keys.push_back(key(
      "auth.default_ttl", [](auto& c) -> auto& { return c.auth.default_ttl; },
      "How long credentials are valid when nothing else is asked for.", between(Seconds{1}, Seconds{36500LL * 86400})));
  keys.push_back(database_key());
}

void add_log_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "log.level", [](auto& c) -> auto& { return c.log.level; },
      "The least level that is written: trace, debug, info, warn or error."));
  keys.push_back(key(
      "log.format", [](auto& c) -> auto& { return c.log.format; },
      "\"text\" for people, or \"json\" for one JSON object a line."));
  keys.push_back(key(
      "log.addresses", [](auto& c) -> auto& { return c.log.addresses; },
      "\"hidden\" keeps IP addresses of clients and peers out of all lines above debug; \"full\" writes "
      "them."));
  keys.push_back(key(
      "log.statistics_interval", [](auto& c) -> auto& { return c.log.statistics_interval; },
      "How often the counters are written to the log; \"0s\" means only when the server stops.",
      between(Milliseconds{0}, Milliseconds{std::chrono::hours{24}})));
}

}  // namespace

std::string_view ConfigKey::table() const noexcept {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? std::string_view{} : std::string_view(path).substr(0, dot);
}

std::string_view ConfigKey::name() const noexcept { return std::string_view(path).substr(path.rfind('.') + 1); }

std::vector<ConfigKey> config_schema() {
  std::vector<ConfigKey> keys;
  add_server_keys(keys);
  add_listen_keys(keys);
  add_tls_keys(keys);
  add_relay_keys(keys);
  add_auth_keys(keys);
  add_quota_keys(keys);
  add_limits_keys(keys);
  add_http_keys(keys);
  add_api_keys(keys);
  add_signaling_keys(keys);
  add_web_keys(keys);
  add_cluster_keys(keys);
  add_metrics_keys(keys);
  add_log_keys(keys);
  return keys;
}

}  // namespace turnpike::server
