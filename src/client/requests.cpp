#include "turnpike/client/requests.hpp"

namespace turnpike::client {

using stun::AttributeType;

stun::TransactionId make_transaction_id(Random& random) noexcept {
  stun::TransactionId id{};
  random.fill(id);
  return id;
}

void add_allocate(stun::MessageBuilder& builder, const AllocateOptions& options) noexcept {
  builder.add_requested_transport(options.transport);
  if (options.lifetime) builder.add_u32(AttributeType::lifetime, static_cast<std::uint32_t>(options.lifetime->count()));
  if (options.family) builder.add_address_family(AttributeType::requested_address_family, *options.family);
  if (options.additional_family) {
    builder.add_address_family(AttributeType::additional_address_family, *options.additional_family);
  }
  if (options.even_port) builder.add_even_port(*options.even_port);
  if (options.reservation) builder.add(AttributeType::reservation_token, *options.reservation);
  if (options.dont_fragment) builder.add(AttributeType::dont_fragment, {});
}

void add_refresh(stun::MessageBuilder& builder, std::optional<Seconds> lifetime,
                 std::optional<AddressFamily> family) noexcept {
  if (lifetime) builder.add_u32(AttributeType::lifetime, static_cast<std::uint32_t>(lifetime->count()));
  if (family) builder.add_address_family(AttributeType::requested_address_family, *family);
}

void add_peers(stun::MessageBuilder& builder, std::span<const Endpoint> peers) noexcept {
  for (const Endpoint& peer : peers) builder.add_xor_address(AttributeType::xor_peer_address, peer);
}

void add_channel(stun::MessageBuilder& builder, std::uint16_t number, const Endpoint& peer) noexcept {
  builder.add_channel_number(number).add_xor_address(AttributeType::xor_peer_address, peer);
}

void add_connection(stun::MessageBuilder& builder, std::uint32_t connection) noexcept {
  builder.add_u32(AttributeType::connection_id, connection);
}

ByteSpan write_send_indication(MutableByteSpan out, const Endpoint& peer, ByteSpan payload, Random& random,
                               bool dont_fragment) noexcept {
  stun::MessageBuilder builder(out, stun::Method::send, stun::MessageClass::indication, make_transaction_id(random));
  builder.add_xor_address(AttributeType::xor_peer_address, peer);
  if (dont_fragment) builder.add(AttributeType::dont_fragment, {});
  return builder.add(AttributeType::data, payload).finish();
}

ByteSpan write_channel_data(MutableByteSpan out, std::uint16_t number, ByteSpan payload, bool padded) noexcept {
  if (payload.size() > 0xffff) return {};
  ByteWriter writer(out);
  writer.write_u16(number);
  writer.write_u16(static_cast<std::uint16_t>(payload.size()));
  writer.write(payload);
  if (padded) writer.write_zeros((4 - payload.size() % 4) % 4);
  return writer.ok() ? ByteSpan{writer.written()} : ByteSpan{};
}

}  // namespace turnpike::client
