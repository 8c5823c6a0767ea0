#include "turnpike/turn/wrap.hpp"

#include <algorithm>

#include "turnpike/stun/framing.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::turn {
namespace {

constexpr std::size_t kMaxUdpPayload = 65507;
constexpr std::size_t kAlignment = 4;

ByteSpan wrap_channel_data(const PeerVerdict& verdict, MutableByteSpan payload) noexcept {
  std::uint8_t* start = payload.data() - stun::kChannelDataHeaderSize;
  const MutableByteSpan message(start, stun::kChannelDataHeaderSize + payload.size());
  stun::write_channel_data_header(message.first<stun::kChannelDataHeaderSize>(), verdict.channel,
                                  static_cast<std::uint16_t>(payload.size()));
  return message;
}

// The builder would copy the payload to where it already is; so it writes the header and XOR-PEER-ADDRESS, and the last
// attribute's header and the length field are put in by hand.
ByteSpan wrap_data_indication(const PeerVerdict& verdict, MutableByteSpan payload) noexcept {
  const std::size_t address_size = 8 + (verdict.peer.address.is_v6() ? std::size_t{16} : std::size_t{4});
  const std::size_t front = stun::kHeaderSize + address_size + stun::kAttributeHeaderSize;
  const std::size_t padding = (kAlignment - payload.size() % kAlignment) % kAlignment;
  const MutableByteSpan message(payload.data() - front, front + payload.size() + padding);
  stun::MessageBuilder builder(message.first(front), stun::Method::data, stun::MessageClass::indication,
                               verdict.transaction_id);
  builder.add_xor_address(stun::AttributeType::xor_peer_address, verdict.peer);

  ByteWriter header(message.subspan(front - stun::kAttributeHeaderSize, stun::kAttributeHeaderSize));
  header.write_u16(static_cast<std::uint16_t>(stun::AttributeType::data));
  header.write_u16(static_cast<std::uint16_t>(payload.size()));
  std::ranges::fill(message.last(padding), std::uint8_t{0});
  store_be(message.subspan<2, 2>(), static_cast<std::uint16_t>(message.size() - stun::kHeaderSize));
  return message;
}

}  // namespace

ByteSpan wrap_for_client(const PeerVerdict& verdict, MutableByteSpan payload) noexcept {
  if (payload.size() + kWrapHeadRoom + kWrapTailRoom > kMaxUdpPayload) return {};
  return verdict.kind == PeerVerdict::Kind::channel_data ? wrap_channel_data(verdict, payload)
                                                         : wrap_data_indication(verdict, payload);
}

}  // namespace turnpike::turn
