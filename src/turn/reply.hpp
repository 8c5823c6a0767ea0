#pragma once

#include <utility>

#include "turn/authenticator.hpp"
#include "turn/core_state.hpp"
#include "turn/refusal.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/stun/message_builder.hpp"
#include "turnpike/turn/outbox.hpp"

namespace turnpike::turn {

/// Where an answer goes and how it is protected.
struct ReplyContext {
  FiveTuple five_tuple;
  stun::Method method{};
  stun::TransactionId transaction_id{};
  ResponseIntegrity integrity;
  bool fingerprint = false;  ///< FINGERPRINT only where the request had one: it would only make answers longer
};

/// Integrity and FINGERPRINT; the finished message, empty when it did not fit.
[[nodiscard]] ByteSpan seal_reply(const ReplyContext& context, stun::MessageBuilder& builder) noexcept;

/// The same, then into the outbox. False when it did not fit.
bool finish_reply(const ReplyContext& context, stun::MessageBuilder& builder, Outbox& outbox) noexcept;

/// A success response; `fill(builder)` adds its attributes. False when it did not fit.
template <typename Fill>
bool send_success(const ReplyContext& context, Outbox& outbox, Fill&& fill) noexcept {
  stun::MessageBuilder builder(outbox.message_buffer(), context.method, stun::MessageClass::success,
                               context.transaction_id);
  std::forward<Fill>(fill)(builder);
  return finish_reply(context, builder, outbox);
}

/// The one place that encodes error responses: ERROR-CODE without reason phrase, no SOFTWARE, and only what the RFC
/// demands for the code.
bool send_error(CoreState& state, const ReplyContext& context, const Refusal& refusal, Now now,
                Outbox& outbox) noexcept;

}  // namespace turnpike::turn
