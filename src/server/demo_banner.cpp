#include "server/demo_banner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "server/ice_servers.hpp"
#include "server/page_listener.hpp"
#include "server/public_places.hpp"

namespace turnpike::server {
namespace {

using Lines = std::vector<std::string>;

constexpr Seconds kCredentialLifetime{86400};
constexpr std::size_t kColumns = 80;
constexpr std::string_view kIndent = "  ";
constexpr std::string_view kGap = "   ";

/// Without TLS, where that is safe and nothing has to be accepted: on loopback.
const ListenUrl* find_plain(const RuntimeAddresses& addresses) {
  return find_best(addresses.served, [](const ListenUrl& listener) {
    return is_loopback(listener.endpoint.address) ? rank_plain(listener.scheme) : std::nullopt;
  });
}

/// "http://localhost:8080"; empty when no browser on this machine would find a page.
std::string local_origin(const RuntimeAddresses& addresses) {
  if (const ListenUrl* plain = find_plain(addresses)) {
    return fmt::format("http://localhost:{}", plain->endpoint.port);
  }
  const ListenUrl* secure = find_best(addresses.served, [](const ListenUrl& listener) {
    return is_loopback(listener.endpoint.address) ? rank_secure(listener.scheme) : std::nullopt;
  });
  return secure == nullptr ? std::string{} : fmt::format("https://localhost:{}", secure->endpoint.port);
}

/// "https://192.0.2.7:8443", from other machines and with TLS, without which browsers give a page no camera. The
/// address from which this machine reaches the world, and IPv4, which is shorter to type; empty when there is none.
std::string network_origin(const RuntimeAddresses& addresses) {
  const auto is_default = [&](const IpAddress& address) {
    return std::ranges::any_of(addresses.relays, [&](const auto& mapping) { return mapping.local == address; });
  };
  const ListenUrl* best = find_best(addresses.served, [&](const ListenUrl& listener) -> std::optional<int> {
    const IpAddress& address = listener.endpoint.address;
    const auto scheme = rank_secure(listener.scheme);
    if (!scheme || is_loopback(address) || is_link_local(address)) return std::nullopt;
    return (is_default(address) ? 0 : 100) + (address.is_v4() ? 0 : 10) + *scheme;
  });
  return best == nullptr ? std::string{} : "https://" + best->endpoint.to_string();
}

Lines describe_page(const Config& config, const std::string& local, const std::string& network) {
  Lines lines;
  const std::string& near = local.empty() ? network : local;
  if (near.empty()) return lines;
  lines = {"Make a call:", fmt::format("  {}/", near), "  Open it in two tabs.", ""};
  if (!network.empty()) {
    lines.insert(lines.end(),
                 {"On a phone in the same network:", fmt::format("  {}/", network),
                  "  The browser warns, as the certificate is", "  made up for this demo: accept it.", ""});
  }
  lines.insert(lines.end(), {"What connects and what does not:", fmt::format("  {}/check", near)});
  if (!config.api.keys.empty()) {
    lines.insert(lines.end(), {"What the server is doing:", fmt::format("  {}/admin", near),
                               fmt::format("  key {}", config.api.keys.front().text.value)});
  }
  return lines;
}

std::string join(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line.empty() ? "\n" : fmt::format("{}{}\n", kIndent, line);
  return text;
}

/// The code left of the text, or below it where that would be too wide.
std::string set_beside(const Lines& text, const QrCode& code, QrStyle style) {
  const Lines rows = draw_qr(code, style);
  const std::size_t width = code.width + 8;
  std::size_t longest = 0;
  for (const std::string& line : text) longest = std::max(longest, line.size());
  if (kIndent.size() + width + kGap.size() + longest > kColumns) return join(text) + '\n' + join(rows);
  std::string all;
  for (std::size_t i = 0; i < std::max(rows.size(), text.size()); ++i) {
    const std::string_view line = i < text.size() ? std::string_view(text[i]) : std::string_view();
    const std::string row = i < rows.size() ? rows[i] : std::string(width, ' ');
    all += fmt::format("{}{}{}{}\n", kIndent, row, line.empty() ? std::string_view() : kGap, line);
  }
  return all;
}

std::string page_part(const Config& config, const RuntimeAddresses& addresses, std::optional<QrStyle> qr) {
  const std::string network = network_origin(addresses);
  const Lines lines = describe_page(config, local_origin(addresses), network);
  if (lines.empty()) return {};
  const auto code = qr && !network.empty() ? encode_qr(network + '/') : std::nullopt;
  return (code ? set_beside(lines, *code, *qr) : join(lines)) + '\n';
}

/// The API with the demo's key, and the three ways into a room, ready to paste. In numbers, not as "localhost": that
/// name has two addresses, and not every client tries both.
std::string developers_part(const Config& config, const RuntimeAddresses& addresses) {
  const ListenUrl* plain = find_plain(addresses);
  if (plain == nullptr) return {};
  const std::string authority = plain->endpoint.to_string();
  std::string text;
  if (!config.api.keys.empty()) {
    text += fmt::format(
        "The API (docs/http-api.md):\n"
        "  curl -H 'Authorization: Bearer {}' http://{}/api/v1/ice-servers\n",
        config.api.keys.front().text.value, authority);
  }
  if (!config.signaling.enabled) return text;
  return text + fmt::format(
                    "Rooms, for every page and program that reaches this (docs/signaling.md):\n"
                    "  native     new WebSocket(\"ws://{0}/signal\"), send "
                    "{{\"type\":\"join-room\",\"roomId\":\"demo\"}}\n"
                    "  PeerJS     new Peer({{ host: \"{1}\", port: {2}, path: \"{3}\", config: {{ iceServers }} }})\n"
                    "  Socket.IO  io(\"http://{0}\").emit(\"join-room\", \"demo\")\n",
                    authority, authority.substr(0, authority.rfind(':')), plain->endpoint.port,
                    config.signaling.peerjs_path);
}

}  // namespace

std::string demo_banner(const Config& config, const RuntimeAddresses& addresses, UnixSeconds now,
                        std::optional<QrStyle> qr) {
  const turn::EphemeralCredential credential =
      turn::mint_ephemeral(config.auth.secrets.front().value, "demo", now + kCredentialLifetime);
  return fmt::format(
      "turnpike demo\n\n"
      "{}{}ICE servers for new RTCPeerConnection(...), valid until {}:\n{}\n\n"
      "This is not meant for the internet: the secret is made up, nothing is kept, and only this machine's own "
      "addresses "
      "are\nrelayed to. For a real server write a configuration file and start `turnpike serve -c FILE`.\n\n",
      page_part(config, addresses, qr), developers_part(config, addresses), show_time(credential.expiry),
      ice_servers_json(public_places(config, addresses), credential));
}

std::optional<QrStyle> choose_qr_style(const std::optional<std::string>& turnpike_qr,
                                       const std::optional<std::string>& term, bool is_terminal) {
  if (turnpike_qr == "0" || (turnpike_qr != "1" && !is_terminal)) return std::nullopt;
  const bool has_colours = term && !term->empty() && term != "dumb";
  return is_terminal && has_colours ? QrStyle::coloured : QrStyle::plain;
}

}  // namespace turnpike::server
