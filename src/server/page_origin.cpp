#include "server/page_origin.hpp"

#include <fmt/format.h>

#include "server/page_listener.hpp"
#include "server/runtime_addresses.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

/// Of the listeners that `rank` has something to say of, the one on the scheme's own port, else the best.
template <typename Rank>
std::optional<std::uint16_t> find_port(const Config& config, std::uint16_t own_port, Rank rank) {
  const ListenUrl* best = find_best(config.listen, [&](const ListenUrl& listener) -> std::optional<int> {
    if (!listener.proxy_protocol.empty()) return std::nullopt;
    const std::optional<int> found = rank(listener);
    return found && listener.endpoint.port == own_port ? std::optional(-1) : found;
  });
  return best == nullptr ? std::nullopt : std::optional(best->endpoint.port);
}

/// A configuration with https or tls listeners has a certificate.
std::optional<int> rank_secure_at(const ListenUrl& listener, bool has_tls) noexcept {
  return has_tls || listener.scheme != ListenScheme::tcp ? rank_secure(listener.scheme) : std::nullopt;
}

std::string origin(std::string_view scheme, const std::string& host, std::uint16_t port, std::uint16_t own_port) {
  const std::string name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return port == own_port ? fmt::format("{}://{}", scheme, name) : fmt::format("{}://{}:{}", scheme, name, port);
}

/// By HTTPS if there is any, else by HTTP, among the listeners at which `is_reached` says that clients arrive.
template <typename Reached>
std::optional<std::string> find_origin(const Config& config, const std::string& host, bool has_tls, bool prefers_plain,
                                       Reached is_reached) {
  const auto secure = find_port(config, kHttpsPort, [&](const ListenUrl& listener) {
    return is_reached(listener.endpoint.address) ? rank_secure_at(listener, has_tls) : std::nullopt;
  });
  const auto plain = find_port(config, kHttpPort, [&](const ListenUrl& listener) {
    return is_reached(listener.endpoint.address) ? rank_plain(listener.scheme) : std::nullopt;
  });
  if (plain && (prefers_plain || !secure)) return origin("http", host, *plain, kHttpPort);
  if (secure) return origin("https", host, *secure, kHttpsPort);
  return std::nullopt;
}

bool is_beyond_loopback(const IpAddress& address) noexcept { return !is_loopback(address); }
bool is_local(const IpAddress& address) noexcept { return is_loopback(address) || address.is_unspecified(); }

}  // namespace

std::optional<std::string> public_page_origin(const Config& config) {
  if (config.server.host.empty() || !config.web.enabled || !config.signaling.enabled) return std::nullopt;
  const bool has_tls = !config.tls.certificates.empty();
  const auto port = find_port(config, kHttpsPort, [&](const ListenUrl& listener) {
    return is_beyond_loopback(listener.endpoint.address) ? rank_secure_at(listener, has_tls) : std::nullopt;
  });
  return port ? std::optional(origin("https", config.server.host, *port, kHttpsPort)) : std::nullopt;
}

std::optional<std::string> page_url(const Config& config, bool has_tls) {
  if (!config.web.enabled) return std::nullopt;
  const auto found = config.server.host.empty()
                         ? find_origin(config, "localhost", has_tls, true, is_local)
                         : find_origin(config, config.server.host, has_tls, false, is_beyond_loopback);
  return found ? std::optional(*found + '/') : std::nullopt;
}

}  // namespace turnpike::server
