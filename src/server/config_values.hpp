#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/config.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::server {

/// Why a text is no value of the kind that was asked for, in words for the operator.
struct ValueMistake {
  std::string message;
};
template <typename T>
using Parsed = Result<T, ValueMistake>;

// Each kind of value has a text form: parse_* reads it, show() writes it, and parse_*(show(x)) == x.

/// "500ms", "90s", "10m", "1h30m", "365d"; "0s" is zero. Units in falling order, each at most once; at most 100 years.
[[nodiscard]] Parsed<Milliseconds> parse_duration(std::string_view text);
/// As parse_duration, in whole seconds.
[[nodiscard]] Parsed<Seconds> parse_seconds(std::string_view text);
/// "0", "1500B", "64KiB", "4MiB", "1GiB", and the decimal units kB, MB, GB; at most 1 TiB.
[[nodiscard]] Parsed<ByteSize> parse_byte_size(std::string_view text);
/// "0" (no limit), or whole numbers of bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s. At least 8 kbit/s: less
/// would hardly let a packet through.
[[nodiscard]] Parsed<turn::ByteRate> parse_rate(std::string_view text);
/// "FIRST-LAST", 1024 or above, two ports or more.
[[nodiscard]] Parsed<PortRange> parse_port_range(std::string_view text);
/// "PORT" or "FIRST-LAST", 1 or above.
[[nodiscard]] Parsed<PortRange> parse_peer_ports(std::string_view text);
[[nodiscard]] Parsed<IpAddress> parse_ip_address(std::string_view text);
[[nodiscard]] Parsed<IpPrefix> parse_ip_prefix(std::string_view text);
/// "EXTERNAL" or "EXTERNAL/LOCAL", where EXTERNAL is an IP address, a name, "stun:HOST" or "stun:HOST:PORT".
[[nodiscard]] Parsed<ExternalAddress> parse_external_address(std::string_view text);

enum class PortZero : std::uint8_t { refused, allowed };
/// "SCHEME://ADDRESS:PORT" with one of the schemes udp, tcp, tls, dtls, http and https.
[[nodiscard]] Parsed<ListenUrl> parse_listen_url(std::string_view text, PortZero port_zero = PortZero::refused);

/// "SCHEME://HOST" or "SCHEME://HOST:PORT" without a path, or "*". Becomes lower case; default ports are left out.
[[nodiscard]] Parsed<WebOrigin> parse_web_origin(std::string_view text);

[[nodiscard]] Parsed<AddressFamily> parse_address_family(std::string_view text);
[[nodiscard]] Parsed<TlsVersion> parse_tls_version(std::string_view text);
/// "token" or "open".
[[nodiscard]] Parsed<control::RoomAuth> parse_room_auth(std::string_view text);
/// "full" or "always".
[[nodiscard]] Parsed<Redirect> parse_redirect(std::string_view text);
[[nodiscard]] Parsed<LogLevel> parse_log_level(std::string_view text);
[[nodiscard]] Parsed<LogFormat> parse_log_format(std::string_view text);
[[nodiscard]] Parsed<LogAddresses> parse_log_addresses(std::string_view text);

[[nodiscard]] std::string show(Milliseconds value);
[[nodiscard]] std::string show(Seconds value);
[[nodiscard]] std::string show(ByteSize value);
[[nodiscard]] std::string show(turn::ByteRate value);
[[nodiscard]] std::string show(PortRange value);
[[nodiscard]] std::string show(const IpAddress& value);
[[nodiscard]] std::string show(const IpPrefix& value);
[[nodiscard]] std::string show(const ExternalAddress& value);
[[nodiscard]] std::string show(ListenScheme value);
/// The URL alone.
[[nodiscard]] std::string show(const ListenUrl& value);
[[nodiscard]] std::string show(const WebOrigin& value);
[[nodiscard]] std::string show(AddressFamily value);
[[nodiscard]] std::string show(TlsVersion value);
[[nodiscard]] std::string show(control::RoomAuth value);
[[nodiscard]] std::string show(Redirect value);
[[nodiscard]] std::string show(LogLevel value);
[[nodiscard]] std::string show(LogFormat value);
[[nodiscard]] std::string show(LogAddresses value);

}  // namespace turnpike::server
