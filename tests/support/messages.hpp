#pragma once

#include <optional>
#include <stdexcept>

#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::test {

/// A message that must be well-formed.
[[nodiscard]] inline stun::MessageView view_of(ByteSpan bytes) {
  const auto message = stun::MessageView::parse(bytes);
  if (!message) throw std::runtime_error("not a STUN message");
  return *message;
}

/// The code of an error response; nothing for everything else.
[[nodiscard]] inline std::optional<stun::ErrorCode> error_of(ByteSpan bytes) {
  const auto attribute = view_of(bytes).find(stun::AttributeType::error_code);
  return attribute ? stun::read_error_code(attribute->value) : std::nullopt;
}

[[nodiscard]] inline bool is_success(ByteSpan bytes) {
  return view_of(bytes).message_class() == stun::MessageClass::success;
}

}  // namespace turnpike::test
