#include <array>

#include "coturn/option_rows.hpp"

namespace turnpike::coturn {
namespace {

using enum Treatment;
using enum ValueKind;

constexpr std::array kAddresses{
    Option{"listening-port", mapped, text, "[[listen]]"},
    Option{"tls-listening-port", mapped, text, "[[listen]], when there is a certificate"},
    Option{"listening-ip", mapped, text, "[[listen]], and relay.addresses without a relay-ip", kAll},
    Option{"aux-server", mapped, text, "[[listen]]", kAll},
    Option{"no-udp", mapped, flag, "no udp:// in [[listen]]"},
    Option{"no-tcp", mapped, flag, "no tcp:// in [[listen]]"},
    Option{"no-tls", mapped, flag, "no TLS port in [[listen]]; without DTLS no tls.certificates either"},
    Option{"no-dtls", mapped, flag, "no DTLS port in [[listen]]; without TLS no tls.certificates either"},
    Option{"dtls", mapped, flag, "a UDP port beside the TLS port in [[listen]], when there is a certificate"},
    Option{"tcp-proxy-port", mapped, text, "[[listen]] with proxy_protocol, once you have named the proxies"},
    Option{"external-ip", mapped, text, "server.external", kAll},
    Option{"relay-ip", mapped, text, "relay.addresses", kAll},
    Option{"listening-device", unsupported, text, "name the addresses of the device in [[listen]]"},
    Option{"relay-device", unsupported, text, "name the addresses of the device in relay.addresses"},
    Option{"alt-listening-port", unsupported, text,
           "the second port is for NAT behaviour discovery (RFC 5780) alone; clients that relay need none"},
    Option{"alt-tls-listening-port", unsupported, text,
           "the second port is for NAT behaviour discovery (RFC 5780) alone; clients that relay need none"},
    Option{"udp-self-balance", unneeded, flag, "every worker serves every address, the kernel spreads the clients"},
};

constexpr std::array kRelay{
    Option{"min-port", mapped, text, "relay.ports"},
    Option{"max-port", mapped, text, "relay.ports"},
    Option{"relay-threads", mapped, text, "server.workers"},
    Option{"cpus", mapped, text, "server.workers, without relay-threads"},
    Option{"sock-buf-size", mapped, text,
           "limits.receive_buffer, send_buffer, relay_receive_buffer, relay_send_buffer"},
    Option{"keep-address-family", mapped, flag, "relay.follow_client_family"},
    Option{"allocation-default-address-family", mapped, text, "relay.follow_client_family"},
    Option{"rfc5766-channel-numbers", mapped, flag, "relay.rfc5766_channels"},
    Option{"no-tcp-relay", unneeded, flag, "TCP is not relayed unless relay.tcp_peer_ports names ports"},
    Option{"no-udp-relay", unsupported, flag, "UDP is always relayed; deny all peers with relay.peers.deny to stop it",
           kLast, kAccess},
    Option{"server-relay", unsupported, flag,
           "what comes from peers without a permission is always dropped; let the client make permissions"},
    Option{"udp-recvmmsg", unneeded, flag, "datagrams are always received in batches"},
    Option{"udp-recvmmsg-log", unneeded, flag, "datagrams are always received in batches, which nobody needs to watch"},
    Option{"udp-gso", unneeded, flag, "segmentation offload is used wherever the kernel has it"},
    Option{"multiplex-peer", unsupported, flag,
           "every allocation has a port of its own: open relay.ports for UDP in the firewall"},
    Option{"multiplex-peer-port", unsupported, text,
           "every allocation has a port of its own: open relay.ports for UDP in the firewall"},
    Option{"multiplex-peer-max-peers", unneeded, text, "limits.permissions bounds the peers of an allocation"},
    Option{"multiplex-peer-tag", unsupported, flag,
           "every allocation has a port of its own, by which peers tell them apart"},
    Option{"ne", unneeded, text, "there is one network engine"},
};

constexpr std::array kPeers{
    Option{"allowed-peer-ip", mapped, text, "relay.peers.allow", kAll},
    Option{"denied-peer-ip", mapped, text, "relay.peers.deny", kAll},
    Option{"allow-loopback-peers", mapped, flag, "relay.peers.allow"},
    Option{"no-multicast-peers", unneeded, flag, "multicast addresses are never peers"},
    Option{"no-loopback-peers", unneeded, flag, "loopback addresses are no peers unless relay.peers.allow names them"},
    Option{"no-dynamic-ip-list", unneeded, flag, "there are no peer rules in a database"},
};

constexpr std::array kLimits{
    Option{"user-quota", mapped, text, "quota.per_user"},
    Option{"total-quota", mapped, text, "quota.total"},
    Option{"max-bps", mapped, text, "quota.allocation_rate (bytes a second, as for coturn)"},
    Option{"bps-capacity", unsupported, text,
           "set quota.total to what this capacity holds at quota.allocation_rate each"},
    Option{"max-allocate-lifetime", mapped, optional, "relay.max_lifetime"},
    Option{"channel-lifetime", unsupported, optional,
           "channels live for 600 seconds, as RFC 8656 has it; clients refresh them"},
    Option{"permission-lifetime", unsupported, optional,
           "permissions live for 300 seconds, as RFC 8656 has it; clients refresh them"},
    Option{"max-allocate-timeout", unneeded, text, "limits.first_message bounds connections that get nowhere"},
    Option{"unauthorized-ratelimit", unneeded, flag, "error responses are always rationed, limits.errors_per_second"},
    Option{"unauthorized-ratelimit-rps", mapped, text, "limits.errors_per_second"},
};

constexpr std::array kProtocol{
    Option{"fingerprint", unneeded, flag, "answers have a FINGERPRINT whenever the request has one"},
    Option{"stun-only", mapped, flag, "no auth.secrets, auth.users or auth.database: nobody can allocate"},
    Option{"no-stun", unsupported, flag,
           "STUN Binding is always answered; the answers are too small to serve an attack on others"},
    Option{"secure-stun", unsupported, flag,
           "STUN Binding needs no credentials; it tells a client its own address alone"},
    Option{"mobility", unsupported, flag,
           "clients whose address changes restart ICE, as browsers do (RFC 8016 is not there)"},
    Option{"rfc5780", unsupported, flag, "run a STUN server for NAT behaviour discovery elsewhere; calls need none"},
    Option{"no-rfc5780", unneeded, flag, "there is no NAT behaviour discovery"},
    Option{"response-origin-only-with-rfc5780", unneeded, flag, "RESPONSE-ORIGIN is not sent"},
    Option{"stun-backward-compatibility", unsupported, flag,
           "Binding answers have XOR-MAPPED-ADDRESS alone; clients older than RFC 5389 (2008) need another server"},
    Option{"no-stun-backward-compatibility", unneeded, flag, "Binding answers have XOR-MAPPED-ADDRESS alone"},
    Option{"rfc3489-compatibility", unsupported, flag,
           "requests without the magic cookie are not STUN; clients older than RFC 5389 (2008) need another server"},
    Option{"drop-invalid-packets", unneeded, flag, "what is neither STUN nor ChannelData is always dropped"},
    Option{"drop-invalid-packets-log", unneeded, flag, "/metrics counts what is dropped, by reason"},
    Option{"include-reason-string", unneeded, flag, "errors always have a reason phrase"},
    Option{"software-attribute", unneeded, flag, "nothing needs it: turnpike does not tell its name"},
    Option{"no-software-attribute", unneeded, flag, "turnpike does not tell its name"},
    Option{"prod", unneeded, flag, "turnpike does not tell its name"},
    Option{"check-origin-consistency", unsupported, flag,
           "ORIGIN, which clients can make up, is not looked at; let your backend decide who gets credentials", kLast,
           kAccess},
    Option{"respond-http-unsupported", unneeded, flag, "tcp:// and tls:// listeners answer HTTP"},
};

}  // namespace

std::span<const Option> address_rows() noexcept { return kAddresses; }
std::span<const Option> relay_rows() noexcept { return kRelay; }
std::span<const Option> peer_rows() noexcept { return kPeers; }
std::span<const Option> limit_rows() noexcept { return kLimits; }
std::span<const Option> protocol_rows() noexcept { return kProtocol; }

}  // namespace turnpike::coturn
