#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace turnpike {

/// Why a datagram went no further. Every drop has a name and a counter; nothing is dropped without one.
enum class DropReason : std::uint8_t {
  // What arrived is nothing that we speak.
  not_turn,                ///< first byte belongs to no protocol of a TURN port (RFC 7983)
  malformed_stun,          ///< header or attributes do not parse, or FINGERPRINT is wrong
  malformed_channel_data,  ///< shorter than its length field, or number outside 0x4000-0x4FFF
  unexpected_class,        ///< a response, or an indication that only a server sends
  unknown_indication,      ///< indication with a method or a required attribute that we do not know
  // Client to peer.
  no_allocation,    ///< five-tuple without allocation
  no_channel,       ///< channel not bound, or its 10 minutes are over
  no_permission,    ///< peer without a permission, or its 5 minutes are over
  peer_denied,      ///< peer policy says no (RFC 8656 section 11.2)
  family_mismatch,  ///< the allocation has no relayed address of the peer's family
  tcp_allocation,   ///< Send on an allocation that relays TCP: its data has connections of its own (RFC 6062 section 3)
  rate_limited,     ///< over the allocation's or the user's bandwidth
  // Peer to client.
  stale_relay_socket,  ///< a late completion for an allocation that is gone
  icmp_not_permitted,  ///< ICMP error about a peer without permission (RFC 8656 section 11.5)
  // Answers.
  error_rationed,  ///< error response withheld: the source had its share of this second
  unanswerable,    ///< the answer did not fit, or the client cannot be answered
  // The shell.
  truncated,         ///< larger than any receive buffer
  would_block,       ///< the socket's send buffer is full
  no_buffer,         ///< the kernel has no memory for the packet (ENOBUFS, ENOMEM)
  unreachable,       ///< no route, refused, or EPERM from a firewall: costs this packet only
  too_big,           ///< EMSGSIZE
  send_failed,       ///< any other error of send
  untrusted_proxy,   ///< a PROXY listener got a datagram from somebody else, or without a whole header
  removed_listener,  ///< a listener that a reload took out, open for its allocations only, got something from another
  slow_client,       ///< the client's stream does not drain: its queue is full
  draining,          ///< arrived while the worker stops
  count_             ///< not a reason: how many there are
};

inline constexpr std::size_t kDropReasonCount = static_cast<std::size_t>(DropReason::count_);

/// The name under which the reason is counted and logged.
[[nodiscard]] std::string_view to_string(DropReason reason) noexcept;

}  // namespace turnpike
