#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/api_key.hpp"
#include "turnpike/control/signaling_settings.hpp"
#include "turnpike/stun/long_term_key.hpp"
#include "turnpike/turn/token_bucket.hpp"

namespace turnpike::server {

using Milliseconds = std::chrono::milliseconds;

/// What a listener serves. udp takes DTLS too, tcp takes TLS and HTTP too where that is set up; the others only what
/// they say. tls serves TURN and HTTP inside TLS.
enum class ListenScheme : std::uint8_t { udp, tcp, tls, dtls, http, https };

[[nodiscard]] constexpr bool is_datagram(ListenScheme scheme) noexcept {
  return scheme == ListenScheme::udp || scheme == ListenScheme::dtls;
}
[[nodiscard]] constexpr bool needs_certificate(ListenScheme scheme) noexcept {
  return scheme == ListenScheme::tls || scheme == ListenScheme::dtls || scheme == ListenScheme::https;
}

/// `[[listen]]`.
struct ListenUrl {
  ListenScheme scheme = ListenScheme::udp;
  Endpoint endpoint;
  /// Not empty: every stream (on udp every datagram) begins with a PROXY protocol header, and only these may send it.
  std::vector<IpPrefix> proxy_protocol{};
  friend bool operator==(const ListenUrl&, const ListenUrl&) = default;
};

/// `[tls] certificates`: PEM files. The chain begins with the server's own certificate.
struct CertificateFiles {
  std::string chain;
  std::string key;
  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

enum class TlsVersion : std::uint8_t { tls12, tls13 };

/// A STUN server that is asked how the world sees an address of ours.
struct StunServer {
  std::string host;  ///< a name or an address, IPv6 without brackets
  std::uint16_t port = 3478;
  friend bool operator==(const StunServer&, const StunServer&) = default;
};

/// A name whose addresses the resolver is asked for.
struct HostName {
  std::string name;
  friend bool operator==(const HostName&, const HostName&) = default;
};

/// `[server] external`: how the world sees a relay address behind 1:1 NAT, or who is asked for it. Without `local` it
/// stands for every relay address of its family, and a name for those of both.
struct ExternalAddress {
  std::variant<IpAddress, StunServer, HostName> source;
  std::optional<IpAddress> local;

  /// The address itself where the file has it; null where it is looked up.
  [[nodiscard]] const IpAddress* fixed() const noexcept { return std::get_if<IpAddress>(&source); }
  /// Nothing where it stands for both.
  [[nodiscard]] std::optional<AddressFamily> family() const noexcept;
  [[nodiscard]] bool stands_for(const IpAddress& relay) const noexcept {
    return local ? *local == relay : family().value_or(relay.family()) == relay.family();
  }
  friend bool operator==(const ExternalAddress&, const ExternalAddress&) = default;
};

/// Inclusive.
struct PortRange {
  std::uint16_t first = 49152;
  std::uint16_t last = 65535;
  [[nodiscard]] bool contains(std::uint16_t port) const noexcept { return port >= first && port <= last; }
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

struct ByteSize {
  std::uint64_t bytes = 0;
  friend bool operator==(const ByteSize&, const ByteSize&) = default;
};

/// A type of its own so that no secret is ever printed by the code that prints texts.
struct SecretText {
  std::string value;
  friend bool operator==(const SecretText&, const SecretText&) = default;
};

/// `[auth] users`: either the password or the keys are there.
struct ConfiguredUser {
  std::string name;
  std::optional<SecretText> password;
  std::optional<Md5Digest> key;
  std::optional<Sha256Digest> key_sha256;
  friend bool operator==(const ConfiguredUser&, const ConfiguredUser&) = default;
};

/// `[api] keys`: an API key whose text the operator chose.
struct ConfiguredKey {
  control::ApiKeyGrant grant;
  SecretText text;
  friend bool operator==(const ConfiguredKey&, const ConfiguredKey&) = default;
};

/// `[http] allowed_origins`: "https://example.org", also with a port, in lower case and without a default port, as
/// browsers write it in their Origin field; or "*".
struct WebOrigin {
  std::string text;
  friend bool operator==(const WebOrigin&, const WebOrigin&) = default;
};

/// `[cluster] alternates`: another server that clients may be sent to.
struct AlternateServer {
  Endpoint address;             ///< over UDP and TCP; there it is asked whether it is well, too
  std::optional<Endpoint> tls;  ///< over TLS and DTLS
  std::string domain;           ///< the name in its certificate when it is another than ours; else empty
  friend bool operator==(const AlternateServer&, const AlternateServer&) = default;
};

/// `[cluster] redirect`: which new allocations go to the alternates.
enum class Redirect : std::uint8_t { full, always };

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };
/// Whether IP addresses may appear above level debug.
enum class LogAddresses : std::uint8_t { hidden, full };

/// The configuration file as a value; the initialisers are the defaults, each safe on the open internet. What the keys
/// mean stands in one place, the schema (config_schema.hpp).
struct Config {
  struct Server {
    std::string realm = "turnpike";
    std::string host;
    std::vector<ExternalAddress> external;
    Milliseconds external_check{300'000};  ///< how often those that are looked up are looked up again
    std::uint32_t workers = 0;
    Milliseconds drain_deadline{5000};
    Milliseconds drain_delay{0};
  };
  struct Peers {
    std::vector<IpPrefix> allow;
    std::vector<IpPrefix> deny;
  };
  struct Relay {
    PortRange ports;
    std::vector<IpAddress> addresses;
    std::vector<AddressFamily> families{AddressFamily::ipv4, AddressFamily::ipv6};
    bool follow_client_family = false;
    bool rfc5766_channels = false;
    Seconds default_lifetime{600};
    Seconds max_lifetime{3600};
    Peers peers;
    /// Ports on peers to which clients may have TCP connections opened (RFC 6062); empty turns TCP relaying off.
    std::vector<PortRange> tcp_peer_ports;
  };
  struct Tls {
    std::vector<CertificateFiles> certificates;
    TlsVersion min_version = TlsVersion::tls12;
    std::vector<std::string> alpn{"stun.turn", "stun.nat-discovery", "http/1.1"};
    Seconds expiry_warning{14LL * 86400};
  };
  struct Auth {
    std::vector<SecretText> secrets;
    std::vector<ConfiguredUser> users;
    Seconds nonce_lifetime{3600};
    Seconds max_ttl{Seconds{3650LL * 86400}};
    Seconds default_ttl{86400};
    std::string database = "/var/lib/turnpike/turnpike.db";  ///< of users, API keys and revocations; empty: none
  };
  struct Quota {
    std::uint32_t per_user = 1024;
    std::uint32_t per_client_address = 1024;
    std::uint32_t total = 16384;
    turn::ByteRate user_rate;
    turn::ByteRate allocation_rate;
  };
  struct Limits {
    std::uint16_t permissions = 128;
    std::uint16_t channels = 128;
    std::uint32_t errors_per_second = 10;
    ByteSize receive_buffer{4U << 20U};
    ByteSize send_buffer{4U << 20U};
    ByteSize relay_receive_buffer{256U << 10U};
    ByteSize relay_send_buffer{0};
    std::uint32_t connections = 16384;    ///< client streams and DTLS associations, all workers together
    std::uint32_t handshakes = 4096;      ///< of these, the ones that have not completed a message yet
    Milliseconds first_message{10000};    ///< to the first complete message, and for idling without allocation
    Milliseconds handshake{10000};        ///< TLS and DTLS
    ByteSize stream_queue{256U << 10U};   ///< what waits for one stream that does not read
    std::uint16_t peer_connections = 16;  ///< RFC 6062, per allocation
    std::uint32_t http_sessions = 1024;
  };
  struct Http {
    std::vector<WebOrigin> allowed_origins;
    bool plain_api = false;  ///< API keys may come unencrypted from elsewhere than loopback
  };
  struct Api {
    std::vector<ConfiguredKey> keys;
    std::uint32_t rate = 50;                                ///< requests per second of one key; 0: no limit
    std::string admin_socket = "/run/turnpike/admin.sock";  ///< empty: none
  };
  struct Signaling {
    bool enabled = true;
    control::RoomAuth auth = control::RoomAuth::token;
    std::vector<SecretText> token_secrets;  ///< empty: made of those of auth, or drawn at the start
    std::uint32_t max_clients = 10'000;
    std::uint32_t clients_per_address = 256;
    std::uint32_t max_rooms = 10'000;
    std::uint32_t rooms_per_address = 64;
    std::uint32_t max_members = 16;
    ByteSize max_message{64U << 10U};
    std::uint32_t message_rate = 50;  ///< a second, of one client
    Milliseconds grace{15'000};
    Seconds heartbeat{20};
    ByteSize send_queue{256U << 10U};
    Seconds credential_ttl{43'200};
    std::string peerjs_path = "/";  ///< begins and ends with a slash
    std::string peerjs_key = "peerjs";
    bool peerjs_discovery = false;
    std::uint32_t peerjs_clients = 5000;
  };
  struct Web {
    bool enabled = true;
    std::string root;   ///< a folder; empty: the page that is built in
    bool check = true;  ///< the connection test may draw credentials
  };
  struct Cluster {
    std::vector<AlternateServer> alternates;
    Redirect redirect = Redirect::full;
    Milliseconds health_interval{5000};
  };
  struct Metrics {
    /// Who may read /metrics without a key.
    std::vector<IpPrefix> allow{{IpAddress::v4(127, 0, 0, 0), 8},
                                {IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 128}};
  };
  struct Log {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
    LogAddresses addresses = LogAddresses::hidden;
    Milliseconds statistics_interval{0};
  };

  Server server;
  std::vector<ListenUrl> listen{{ListenScheme::udp, {IpAddress::any(AddressFamily::ipv4), 3478}},
                                {ListenScheme::udp, {IpAddress::any(AddressFamily::ipv6), 3478}},
                                {ListenScheme::tcp, {IpAddress::any(AddressFamily::ipv4), 3478}},
                                {ListenScheme::tcp, {IpAddress::any(AddressFamily::ipv6), 3478}}};
  Tls tls;
  Relay relay;
  Auth auth;
  Quota quota;
  Limits limits;
  Http http;
  Api api;
  Signaling signaling;
  Web web;
  Cluster cluster;
  Metrics metrics;
  Log log;
};

}  // namespace turnpike::server
