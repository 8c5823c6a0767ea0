#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::client {

using ReservationToken = std::array<std::uint8_t, 8>;

/// What an Allocate asks for (RFC 8656 section 7.1). Impossible combinations are written as they are: the server
/// refuses.
struct AllocateOptions {
  std::uint8_t transport = 17;  ///< REQUESTED-TRANSPORT: 17 is UDP, 6 TCP (RFC 6062)
  std::optional<Seconds> lifetime;
  std::optional<AddressFamily> family;
  std::optional<AddressFamily> additional_family;
  std::optional<bool> even_port;  ///< the value is the R bit
  std::optional<ReservationToken> reservation;
  bool dont_fragment = false;
};

[[nodiscard]] stun::TransactionId make_transaction_id(Random& random) noexcept;

// The attributes of each request, without credentials.
void add_allocate(stun::MessageBuilder& builder, const AllocateOptions& options) noexcept;
void add_refresh(stun::MessageBuilder& builder, std::optional<Seconds> lifetime,
                 std::optional<AddressFamily> family) noexcept;
void add_peers(stun::MessageBuilder& builder, std::span<const Endpoint> peers) noexcept;
void add_channel(stun::MessageBuilder& builder, std::uint16_t number, const Endpoint& peer) noexcept;
void add_connection(stun::MessageBuilder& builder, std::uint32_t connection) noexcept;

/// A Send indication (RFC 8656 section 11.1). Empty when it does not fit.
[[nodiscard]] ByteSpan write_send_indication(MutableByteSpan out, const Endpoint& peer, ByteSpan payload,
                                             Random& random, bool dont_fragment = false) noexcept;
/// ChannelData (RFC 8656 section 12.5). `padded` fills up to four bytes, as streams demand. Empty when it does not fit.
[[nodiscard]] ByteSpan write_channel_data(MutableByteSpan out, std::uint16_t number, ByteSpan payload,
                                          bool padded = false) noexcept;

}  // namespace turnpike::client
