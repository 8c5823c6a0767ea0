#pragma once

#include <optional>
#include <string_view>

#include "turn/core_state.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/turn/outbox.hpp"

namespace turnpike::turn {

/// Whether the allocation has a connection to `peer`, in whatever state. One is the most (RFC 6062 section 3).
[[nodiscard]] bool has_connection_to(const CoreState& state, const Allocation& allocation,
                                     const Endpoint& peer) noexcept;

/// A connection that belongs to the allocation; null at the bounds. May throw std::bad_alloc, without effect.
[[nodiscard]] PeerConnection* add_connection(CoreState& state, Allocation& allocation, const Endpoint& peer);

void send_connect_success(const PeerConnection& connection, const Allocation& allocation, Outbox& outbox) noexcept;

/// RFC 6062 section 5.3. Nothing when the connection is to be closed at once.
[[nodiscard]] std::optional<ConnectionId> accept_peer(CoreState& state, AllocationId id, const Endpoint& source,
                                                      Now now, Outbox& outbox) noexcept;
/// Answers Connect: success, or 447. False when nobody waits for it.
[[nodiscard]] bool complete_connect(CoreState& state, ConnectionId id, bool connected, Now now,
                                    Outbox& outbox) noexcept;
/// RFC 6062 section 5.4, at the worker that has the peer connection.
[[nodiscard]] std::optional<AllocationId> bind_connection(CoreState& state, ConnectionId id, std::string_view username,
                                                          Now now) noexcept;
/// Bytes of a bound connection: counted and charged. How long to stop reading.
[[nodiscard]] Duration charge_connection(CoreState& state, ConnectionId id, DataDirection direction, std::size_t bytes,
                                         Now now) noexcept;
/// The time is up for connecting (447) or for ConnectionBind; the shell is told to close.
void expire_connection(CoreState& state, PeerConnection& connection, Now now, Outbox& outbox) noexcept;
void forget_connection(CoreState& state, PeerConnection& connection) noexcept;
/// All of an allocation that ends.
void forget_connections(CoreState& state, Allocation& allocation) noexcept;

}  // namespace turnpike::turn
