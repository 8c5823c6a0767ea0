// libFuzzer target: everything the codec does with one datagram before any state is involved.

#include <array>
#include <cstddef>
#include <cstdint>

#include "turnpike/base/check.hpp"
#include "turnpike/base/digest.hpp"
#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/stun/framing.hpp"
#include "turnpike/stun/integrity.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::stun {
namespace {

/// Keeps the optimizer from dropping a read whose result nobody needs.
template <typename T>
void use(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

void read_as_everything(ByteSpan value, const TransactionId& id) {
  use(read_xor_address(value, id));
  use(read_address(value));
  use(read_u32(value));
  use(read_u64(value));
  use(read_channel_number(value));
  use(read_requested_transport(value));
  use(read_address_family(value));
  use(read_family_octet(value));
  use(read_even_port(value));
  use(read_error_code(value));
  use(read_address_error_code(value));
  use(read_icmp(value));
}

bool knows(AttributeType type) { return !name_of(type).empty(); }

void walk(const MessageView& message) {
  std::size_t count = 0;
  for (const Attribute& attribute : message) {
    const std::size_t end = attribute.offset + kAttributeHeaderSize + attribute.value.size();
    TURNPIKE_CHECK(end <= message.bytes().size());
    TURNPIKE_CHECK(++count <= kMaxAttributes);
    read_as_everything(attribute.value, message.transaction_id());
    const auto found = message.find(attribute.type);
    TURNPIKE_CHECK(!found || found->offset <= attribute.offset);
  }
}

/// What is written again from the actionable attributes reads the same.
void rebuild(const MessageView& message) {
  std::array<std::uint8_t, 0x10000 + kHeaderSize> buffer;
  MessageBuilder builder{buffer, message.method(), message.message_class(), message.transaction_id()};
  message.for_each_actionable([&](const Attribute& attribute) {
    builder.add(attribute.type, attribute.value);
    return true;
  });
  const auto again = MessageView::parse(builder.finish());
  TURNPIKE_CHECK(again.has_value());
  TURNPIKE_CHECK(again->type() == message.type());
  message.for_each_actionable([&](const Attribute& attribute) {
    const auto before = message.find(attribute.type);
    const auto after = again->find(attribute.type);
    TURNPIKE_CHECK(before && after && constant_time_equal(before->value, after->value));
    return true;
  });
}

void exercise(ByteSpan datagram) {
  const PacketKind kind = classify(datagram);
  if (const auto frame = parse_channel_data(datagram)) {
    TURNPIKE_CHECK(kind == PacketKind::channel_data);
    TURNPIKE_CHECK(frame->payload.size() + kChannelDataHeaderSize <= datagram.size());
  }
  const auto message = MessageView::parse(datagram);
  if (!message) return;
  walk(*message);
  const UnknownAttributes unknown = find_unknown_required(*message, knows);
  TURNPIKE_CHECK(unknown.count <= UnknownAttributes::kMax);
  use(name_of(message->method()));
  use(check_message_integrity(*message, as_bytes("VOkJxbRl1RmTxUk/WvJxBt")));
  use(check_message_integrity_sha256(*message, as_bytes("VOkJxbRl1RmTxUk/WvJxBt")));
  use(check_fingerprint(*message));
  rebuild(*message);
}

}  // namespace
}  // namespace turnpike::stun

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  turnpike::stun::exercise({bytes, size});
  return 0;
}
