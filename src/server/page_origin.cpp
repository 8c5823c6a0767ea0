#include "server/page_origin.hpp"

#include <fmt/format.h>

#include "server/runtime_addresses.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool serves_https(const ListenUrl& listener, bool has_tls) noexcept {
  if (listener.scheme == ListenScheme::tcp) return has_tls;
  return listener.scheme == ListenScheme::https || listener.scheme == ListenScheme::tls;
}

bool serves_http(const ListenUrl& listener) noexcept {
  return listener.scheme == ListenScheme::http || listener.scheme == ListenScheme::tcp;
}

/// Of the listeners that fit, the one on the scheme's own port, then the one made for it, then the first.
template <typename Fits>
std::optional<std::uint16_t> find_port(const Config& config, std::uint16_t own_port, Fits fits) {
  const ListenUrl* best = nullptr;
  const auto rank = [own_port](const ListenUrl& listener) {
    if (listener.endpoint.port == own_port) return 0;
    return listener.scheme == ListenScheme::tcp ? 2 : 1;
  };
  for (const ListenUrl& listener : config.listen) {
    if (!listener.proxy_protocol.empty() || !fits(listener)) continue;
    if (best == nullptr || rank(listener) < rank(*best)) best = &listener;
  }
  return best == nullptr ? std::nullopt : std::optional(best->endpoint.port);
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
    return is_reached(listener.endpoint.address) && serves_https(listener, has_tls);
  });
  const auto plain = find_port(config, kHttpPort, [&](const ListenUrl& listener) {
    return is_reached(listener.endpoint.address) && serves_http(listener);
  });
  if (plain && (prefers_plain || !secure)) return origin("http", host, *plain, kHttpPort);
  if (secure) return origin("https", host, *secure, kHttpsPort);
  return std::nullopt;
}

bool is_public(const IpAddress& address) noexcept { return !is_loopback(address); }
bool is_local(const IpAddress& address) noexcept { return is_loopback(address) || address.is_unspecified(); }

}  // namespace

std::optional<std::string> public_page_origin(const Config& config) {
  if (config.server.host.empty() || !config.web.enabled || !config.signaling.enabled) return std::nullopt;
  const bool has_tls = !config.tls.certificates.empty();
  const auto port = find_port(config, kHttpsPort, [&](const ListenUrl& listener) {
    return is_public(listener.endpoint.address) && serves_https(listener, has_tls);
  });
  return port ? std::optional(origin("https", config.server.host, *port, kHttpsPort)) : std::nullopt;
}

std::optional<std::string> page_url(const Config& config, bool has_tls) {
  if (!config.web.enabled) return std::nullopt;
  const auto found = config.server.host.empty() ? find_origin(config, "localhost", has_tls, true, is_local)
                                                : find_origin(config, config.server.host, has_tls, false, is_public);
  return found ? std::optional(*found + '/') : std::nullopt;
}

}  // namespace turnpike::server
