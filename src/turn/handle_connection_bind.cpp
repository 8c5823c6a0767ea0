#include "turn/handle_connection_bind.hpp"

#include <new>
#include <string>
#include <vector>

#include "turn/find_allocation.hpp"
#include "turn/reply.hpp"
#include "turnpike/stun/attribute_values.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

std::vector<std::uint8_t> write_answer(const Request& request, std::optional<ErrorCode> refusal) {
  const ReplyContext context = reply_context(request);
  stun::MessageBuilder builder(request.outbox.message_buffer(), context.method,
                               refusal ? stun::MessageClass::error : stun::MessageClass::success,
                               context.transaction_id);
  if (refusal) builder.add_error_code(*refusal);
  const ByteSpan answer = seal_reply(context, builder);
  return {answer.begin(), answer.end()};
}

Refused ask_owner(const Request& request, ConnectionId connection) {
  BindDataConnection command{.client = request.five_tuple,
                             .connection = connection,
                             .username = std::string(request.authentication.username),
                             .accepted = write_answer(request, std::nullopt),
                             .refused = write_answer(request, ErrorCode::bad_request)};
  if (command.accepted.empty() || command.refused.empty()) return Refusal(ErrorCode::server_error);
  request.outbox.push(std::move(command));
  return std::nullopt;
}

}  // namespace

Refused handle_connection_bind(CoreState& state, const Request& request) noexcept {
  const Transport transport = request.five_tuple.transport;
  if (transport != Transport::tcp && transport != Transport::tls) return Refusal(ErrorCode::bad_request);
  // A connection with an allocation is a control connection, and that never carries application data (section 3).
  if (state.allocations.find(request.five_tuple) != nullptr) return Refusal(ErrorCode::bad_request);
  const auto attribute = request.message.find(AttributeType::connection_id);
  const auto value = attribute ? stun::read_u32(attribute->value) : std::nullopt;
  // Without TCP relaying no id can be right, and no stream has to be moved to find that out.
  if (!value || state.config->tcp_peer_ports.empty()) return Refusal(ErrorCode::bad_request);
  try {
    return ask_owner(request, ConnectionId{*value});
  } catch (const std::bad_alloc&) {
    return Refusal(ErrorCode::insufficient_capacity);
  }
}

}  // namespace turnpike::turn
