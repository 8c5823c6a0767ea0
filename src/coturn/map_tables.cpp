#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "coturn/mappers.hpp"
#include "turnpike/base/clean_text.hpp"

namespace turnpike::coturn {
namespace {

// What turnpike's keys take at most, and at least.
constexpr std::uint64_t kMostWorkers = 64;
constexpr std::uint64_t kMostAllocations = 10'000'000;
constexpr std::uint64_t kLeastRate = 1000;
constexpr std::uint64_t kMostRate = 125'000'000'000;
constexpr std::uint64_t kLeastBuffer = 4096;
constexpr std::uint64_t kMostBuffer = 1ULL << 30U;
constexpr std::uint64_t kMostLifetime = 86400;
constexpr std::uint64_t kDefaultLifetime = 600;
constexpr std::uint64_t kMaxDefaultLifetime = 3600;
constexpr std::size_t kMostRealm = 127;

void write_realm(Draft& draft) {
  const ConfLine* line = draft.conf().find("realm");
  if (line == nullptr) {
    return draft.note(
        "coturn takes this machine's domain for its realm; clients ask for the realm, so any will do, but keys "
        "of users hold only for the one they were made for",
        false);
  }
  const bool is_plain = line->value.find_first_of("\"\\") == std::string::npos && line->value.size() <= kMostRealm;
  if (!is_plain || !is_clean_text(line->value)) {
    return draft.refuse(*line, "a realm has 1 to 127 characters and no quotes or backslashes; set server.realm");
  }
  draft.key("realm", quote_toml(line->value), origin(*line));
}

void write_workers(Draft& draft) {
  for (const auto* name : {"relay-threads", "cpus"}) {
    if (draft.conf().find(name) == nullptr) continue;
    const auto threads = draft.number(name, 0, kMostWorkers);
    // coturn relays in its main thread then.
    if (threads)
      draft.key("workers", std::to_string(std::max<std::uint64_t>(*threads, 1)), origin(*draft.conf().find(name)));
    if (threads) return;
  }
}

/// Writes `key` with the number of the option, when it has one.
void write_number(Draft& draft, std::string_view option, std::string_view key, std::uint64_t most) {
  if (const auto number = draft.number(option, 0, most)) {
    draft.key(key, std::to_string(*number), origin(*draft.conf().find(option)));
  }
}

void write_lifetimes(Draft& draft) {
  const ConfLine* line = draft.conf().find("max-allocate-lifetime");
  if (line == nullptr) return;
  const auto seconds =
      line->value.empty() ? kMaxDefaultLifetime : draft.number(line->name, 1, kMostLifetime).value_or(0);
  if (seconds == 0) return;
  if (seconds < kDefaultLifetime) draft.key("default_lifetime", fmt::format("\"{}s\"", seconds), origin(*line));
  draft.key("max_lifetime", fmt::format("\"{}s\"", seconds), origin(*line));
}

void write_families(Draft& draft) {
  const ConfFile& conf = draft.conf();
  const ConfLine* keep = conf.is_on("keep-address-family") ? conf.find("keep-address-family") : nullptr;
  if (const ConfLine* line = conf.find("allocation-default-address-family")) {
    if (line->value == "keep") keep = line;
    if (line->value == "ipv4") draft.tell(*line, "not needed: it is so here, as the standard wants it");
    if (line->value != "keep" && line->value != "ipv4") {
      draft.refuse(*line, "clients that ask for no family get IPv4, or their own with relay.follow_client_family");
    }
  }
  if (keep != nullptr) draft.key("follow_client_family", "true", origin(*keep));
}

void write_channels(Draft& draft) {
  if (const ConfLine* line = draft.conf().find("rfc5766-channel-numbers")) {
    return draft.key("rfc5766_channels", draft.conf().is_on(line->name) ? "true" : "false", origin(*line));
  }
  draft.comment(
      "coturn before 4.8 takes channel numbers that RFC 8656 reserves; browsers do not need them, take this out then.");
  draft.key("rfc5766_channels", "true");
}

std::string_view level_of(const ConfFile& conf) {
  if (const ConfLine* line = conf.find("log-min-level")) {
    for (const std::string_view level : {"debug", "info", "error"}) {
      if (line->value == level) return level;
    }
    return line->value.starts_with("warn") ? "warn" : "";
  }
  if (conf.is_on("Verbose")) return "trace";
  return conf.is_on("verbose") ? "debug" : "";
}

}  // namespace

void write_server(Draft& draft, const Places& places) {
  draft.table("[server]");
  write_realm(draft);
  std::vector<ListItem> externals;
  for (const External& external : places.externals) {
    const std::string local = external.local ? "/" + external.local->to_string() : "";
    externals.push_back({quote_toml(external.name + local), origin(*external.line)});
  }
  draft.list("external", externals);
  write_workers(draft);
}

void write_listeners(Draft& draft, const Places& places) {
  const auto is_any_v6 = [](const Listener& one) {
    return one.endpoint.address == IpAddress::any(AddressFamily::ipv6);
  };
  if (places.is_listening_by_default) {
    draft.remark("UDP and TCP on port 3478 of all addresses, as for coturn: no [[listen]] is needed.");
  } else if (std::ranges::any_of(places.listeners, is_any_v6)) {
    draft.remark("Take those with [::] out when this machine has no IPv6: listeners that are named must all work.");
  }
  for (const Listener& listener : places.listeners) {
    if (places.is_listening_by_default) break;
    draft.table("[[listen]]");
    draft.key("url", quote_toml(fmt::format("{}://{}", listener.scheme, listener.endpoint.to_string())),
              listener.origin);
  }
  const ConfLine* proxied = draft.conf().find("tcp-proxy-port");
  if (proxied == nullptr) return;
  draft.remark(fmt::format("{}: put the addresses of your proxies in and take the '#' away.", origin(*proxied)));
  draft.comment("[[listen]]");
  draft.comment(fmt::format("url = \"tcp://0.0.0.0:{}\"", read_number(proxied->value).value_or(0) % 65536));
  draft.comment("proxy_protocol = [\"10.0.0.5\"]");
}

void write_tls(Draft& draft) {
  const ConfFile& conf = draft.conf();
  const ConfLine* chain = conf.find("cert");
  const ConfLine* key = conf.find("pkey");
  draft.table("[tls]");
  if (!has_tls(conf)) {
    for (const ConfLine* line : {chain, key}) {
      if (line != nullptr) draft.tell(*line, "not needed: TLS and DTLS are off, or there is no `cert`");
    }
  } else if (!is_clean_text(chain->value) || (key != nullptr && !is_clean_text(key->value))) {
    draft.refuse(*chain, "the paths of the certificate and of its key are no text; set tls.certificates");
  } else {
    const std::string key_path = key == nullptr ? "turn_server_pkey.pem" : key->value;
    const bool is_relative = !chain->value.starts_with('/') || !key_path.starts_with('/');
    if (is_relative)
      draft.demand(*chain,
                   "becomes tls.certificates; its path starts at the folder of turnpike's own file: write it in full");
    if (key == nullptr)
      draft.demand(*chain, "becomes tls.certificates; no pkey is named, so coturn's default name is written");
    draft.list(
        "certificates",
        {{fmt::format("{{ chain = {}, key = {} }}", quote_toml(chain->value), quote_toml(key_path)), origin(*chain)}});
  }
  if (const ConfLine* line = conf.find("no-tlsv1_2"); line != nullptr && conf.is_on("no-tlsv1_2")) {
    draft.key("min_version", "\"1.3\"", origin(*line));
  }
}

void write_relay(Draft& draft, const Places& places) {
  draft.table("[relay]");
  if (!places.ports.is_default) {
    draft.key("ports", fmt::format("\"{}-{}\"", places.ports.first, places.ports.last), "min-port and max-port");
  }
  std::vector<ListItem> addresses;
  for (const RelayAddress& at : places.addresses) addresses.push_back({quote_toml(at.address.to_string()), at.origin});
  draft.list("addresses", addresses);
  write_families(draft);
  write_lifetimes(draft);
  write_channels(draft);
  if (!draft.conf().is_on("no-tcp-relay")) {
    draft.comment("coturn also relays TCP (RFC 6062), which browsers do not use. To have it, name the peers' ports:");
    draft.comment("tcp_peer_ports = [\"1-65535\"]");
  }
}

void write_quota(Draft& draft) {
  draft.table("[quota]");
  write_number(draft, "user-quota", "per_user", kMostAllocations);
  write_number(draft, "total-quota", "total", kMostAllocations);
  const ConfLine* line = draft.conf().find("max-bps");
  if (line == nullptr) return;
  const bool is_off = read_number(line->value) == 0;
  const auto rate = is_off ? std::optional<std::uint64_t>{} : draft.number("max-bps", kLeastRate, kMostRate);
  if (is_off) draft.tell(*line, "not needed: there is no limit by default");
  if (rate) draft.key("allocation_rate", fmt::format("\"{}B/s\"", *rate), origin(*line));
}

void write_limits(Draft& draft) {
  draft.table("[limits]");
  write_number(draft, "unauthorized-ratelimit-rps", "errors_per_second", std::numeric_limits<std::uint16_t>::max());
  const ConfLine* line = draft.conf().find("sock-buf-size");
  if (line == nullptr) return;
  const bool is_system = read_number(line->value) == 0;
  const auto size = is_system ? 0 : draft.number("sock-buf-size", kLeastBuffer, kMostBuffer);
  if (!size) return;
  const std::string value = *size == 0 ? "\"0\"" : fmt::format("\"{}B\"", *size);
  for (const auto* key : {"receive_buffer", "send_buffer", "relay_receive_buffer", "relay_send_buffer"}) {
    draft.key(key, value, origin(*line));
  }
}

void write_metrics(Draft& draft) {
  if (!draft.conf().is_on("prometheus")) return;
  draft.table("[metrics]");
  draft.comment("Who may read /metrics; this machine alone unless you name others.");
  draft.key("allow", R"(["127.0.0.0/8", "::1/128"])");
}

void write_log(Draft& draft) {
  const ConfFile& conf = draft.conf();
  const std::string_view level = level_of(conf);
  draft.table("[log]");
  if (!level.empty()) draft.key("level", quote_toml(level), "of verbose, Verbose or log-min-level");
  const ConfLine* line = conf.find("log-min-level");
  if (line != nullptr && level.empty())
    draft.refuse(*line, "it is none of debug, info, warning and error; set log.level");
}

}  // namespace turnpike::coturn
