#include "turn/reply.hpp"

#include <string_view>

namespace turnpike::turn {

ByteSpan seal_reply(const ReplyContext& context, stun::MessageBuilder& builder) noexcept {
  switch (context.integrity.kind) {
    case ResponseIntegrity::Kind::none: break;
    case ResponseIntegrity::Kind::sha1: builder.add_message_integrity(context.integrity.key.bytes()); break;
    case ResponseIntegrity::Kind::sha256: builder.add_message_integrity_sha256(context.integrity.key.bytes()); break;
  }
  if (context.fingerprint) builder.add_fingerprint();
  return builder.finish();
}

bool finish_reply(const ReplyContext& context, stun::MessageBuilder& builder, Outbox& outbox) noexcept {
  const ByteSpan message = seal_reply(context, builder);
  if (message.empty()) return false;
  outbox.push(SendToClient{context.five_tuple, message});
  return true;
}

namespace {

// RFC 8489 section 10: the client's own address family first.
void add_redirection(const Redirection& redirection, stun::MessageBuilder& builder) noexcept {
  builder.add_address(stun::AttributeType::alternate_server, *redirection.server);
  if (redirection.other_family != nullptr) {
    builder.add_address(stun::AttributeType::alternate_server, *redirection.other_family);
  }
  if (!redirection.domain.empty()) builder.add_text(stun::AttributeType::alternate_domain, redirection.domain);
}

}  // namespace

bool send_error(CoreState& state, const ReplyContext& context, const Refusal& refusal, Now now,
                Outbox& outbox) noexcept {
  stun::MessageBuilder builder(outbox.message_buffer(), context.method, stun::MessageClass::error,
                               context.transaction_id);
  builder.add_error_code(refusal.code);
  if (refusal.challenge) {
    const NonceMint::Nonce nonce = state.nonces.make(context.five_tuple, now.mono);
    builder.add_text(stun::AttributeType::realm, state.config->credentials.realm());
    builder.add_text(stun::AttributeType::nonce, std::string_view(nonce.data(), nonce.size()));
    builder.add(stun::AttributeType::password_algorithms, password_algorithms_value());
  }
  if (refusal.unknown.count > 0) builder.add_unknown_attributes(refusal.unknown);
  if (refusal.redirection) add_redirection(*refusal.redirection, builder);
  if (!finish_reply(context, builder, outbox)) return false;
  outbox.push(RequestRefused{context.method, refusal.code});
  return true;
}

}  // namespace turnpike::turn
