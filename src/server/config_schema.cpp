#include "server/config_schema.hpp"

#include <fmt/format.h>

#include <type_traits>

namespace turnpike::server {
namespace {

constexpr std::uint32_t kMaxWorkers = 64;  // a reservation token names its worker in one byte
constexpr std::uint32_t kMaxPerAllocation = 4096;

/// What is wrong with a value that is of the right kind; empty when nothing is.
template <typename T>
using Check = std::function<std::string(const T&)>;

template <typename Access>
using ValueOf = std::remove_reference_t<decltype(std::declval<Access>()(std::declval<Config&>()))>;

// Lists keep their good items beside a bad one, so that the good ones are checked too; for the rest the default stays.
template <typename T>
constexpr bool kKeepsParts = false;
template <typename T>
constexpr bool kKeepsParts<std::vector<T>> = true;

template <typename Access>
ConfigKey key(std::string path, Access access, std::string documentation, Check<ValueOf<Access>> check = {}) {
  const auto load = [access, check](const ConfigValue& value, Config& config) {
    ValueOf<Access> loaded{};
    const bool whole = read(value, loaded);
    if (whole && check) {
      if (const std::string complaint = check(loaded); !complaint.empty()) return value.reject(complaint);
    }
    if (whole || kKeepsParts<ValueOf<Access>>) access(config) = std::move(loaded);
    return whole;
  };
  const auto show_key = [access](const Config& config) { return show_toml(access(config)); };
  return {std::move(path), std::move(documentation), load, show_key};
}

std::string unquoted(const std::string& toml) { return toml.front() == '"' ? toml.substr(1, toml.size() - 2) : toml; }

template <typename T>
Check<T> between(T least, T most) {
  return [least, most](const T& value) {
    if (!(value < least) && !(most < value)) return std::string{};
    return fmt::format("must be {} to {}", unquoted(show_toml(least)), unquoted(show_toml(most)));
  };
}

/// A socket buffer, as SO_RCVBUF takes it.
std::string check_buffer(const ByteSize& size) {
  constexpr std::uint64_t kLeast = 4U << 10U;
  constexpr std::uint64_t kMost = 1U << 30U;
  if (size.bytes == 0 || (size.bytes >= kLeast && size.bytes <= kMost)) return {};
  return "must be 4KiB to 1GiB, or \"0\" for the system's own choice";
}

std::string check_listeners(const std::vector<ListenUrl>& listeners) {
  return listeners.empty() ? "a server needs a listener" : "";
}

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
      "for every relay address of its family."));
  keys.push_back(key(
      "server.workers", [](auto& c) -> auto& { return c.server.workers; },
      "Threads that relay; 0 means one for each core.", between<std::uint32_t>(0, kMaxWorkers)));
  keys.push_back(key(
      "server.drain_deadline", [](auto& c) -> auto& { return c.server.drain_deadline; },
      "How long a stop waits for live allocations to end by themselves.",
      between(Milliseconds{0}, Milliseconds{std::chrono::hours{24}})));
  keys.push_back(key(
      "listen", [](auto& c) -> auto& { return c.listen; },
      "Where clients are served: one [[listen]] table with a `url` for each address and port.", check_listeners));
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
      "How long credentials are valid that `turnpike credentials` makes without --ttl.",
      between(Seconds{1}, Seconds{36500LL * 86400})));
}

void add_quota_keys(std::vector<ConfigKey>& keys) {
  constexpr std::uint32_t kMost = 10'000'000;
  keys.push_back(key(
      "quota.per_user", [](auto& c) -> auto& { return c.quota.per_user; },
      "Allocations that one user may have at a time; 0 means no limit of its own.", between<std::uint32_t>(0, kMost)));
  keys.push_back(key(
      "quota.per_client_address", [](auto& c) -> auto& { return c.quota.per_client_address; },
      "Allocations from one client address (IPv6: one /64) at a time; 0 means no limit of its own.",
      between<std::uint32_t>(0, kMost)));
  keys.push_back(key(
      "quota.total", [](auto& c) -> auto& { return c.quota.total; },
      "Allocations at a time on this server; 0 means as many as there are relay ports.",
      between<std::uint32_t>(0, kMost)));
  keys.push_back(key(
      "quota.user_rate", [](auto& c) -> auto& { return c.quota.user_rate; },
      "Bandwidth of all allocations of one user together, in each direction; \"0\" means no limit."));
  keys.push_back(key(
      "quota.allocation_rate", [](auto& c) -> auto& { return c.quota.allocation_rate; },
      "Bandwidth of one allocation, in each direction; \"0\" means no limit."));
}

void add_limits_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "limits.permissions", [](auto& c) -> auto& { return c.limits.permissions; },
      "Permissions that one allocation can hold.", between<std::uint16_t>(1, kMaxPerAllocation)));
  keys.push_back(key(
      "limits.channels", [](auto& c) -> auto& { return c.limits.channels; }, "Channels that one allocation can bind.",
      between<std::uint16_t>(1, kMaxPerAllocation)));
  keys.push_back(key(
      "limits.errors_per_second", [](auto& c) -> auto& { return c.limits.errors_per_second; },
      "Error responses that one source address (IPv6: one /64) gets each second; 0 means no ration.",
      between<std::uint32_t>(0, 1'000'000)));
  keys.push_back(key(
      "limits.receive_buffer", [](auto& c) -> auto& { return c.limits.receive_buffer; },
      "Receive buffer of each listener's socket; \"0\" leaves it to the system.", check_buffer));
  keys.push_back(key(
      "limits.send_buffer", [](auto& c) -> auto& { return c.limits.send_buffer; },
      "Send buffer of each listener's socket; \"0\" leaves it to the system.", check_buffer));
  keys.push_back(key(
      "limits.relay_receive_buffer", [](auto& c) -> auto& { return c.limits.relay_receive_buffer; },
      "Receive buffer of each relay socket; \"0\" leaves it to the system.", check_buffer));
  keys.push_back(key(
      "limits.relay_send_buffer", [](auto& c) -> auto& { return c.limits.relay_send_buffer; },
      "Send buffer of each relay socket; \"0\" leaves it to the system.", check_buffer));
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
  add_relay_keys(keys);
  add_auth_keys(keys);
  add_quota_keys(keys);
  add_limits_keys(keys);
  add_log_keys(keys);
  return keys;
}

}  // namespace turnpike::server
